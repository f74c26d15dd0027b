# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What images have in common that one API call makes of another image: copies and managed updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import states
from ..core.calls import CHANGED_STATE_CODES, LIMIT_EXCEEDED
from ..core.errors import AppStreamError
from ..core.old_settings import filled, told
from ..core.retries import MUTATION_CODES
from ..core.tags import tags_after
from ..core.waits import (
    Outcome,
    Reconciler,
    Resource,
    WaitConfig,
    converge,
    first_sight,
    outcome_values,
    resource_after_refusal,
    untouched,
)
from . import api as images
from .tagging import Tagging

RESULT_KEY = "image"

# Also after an answer that got lost: the image is there then, and may have used up a quota.
_REFUSAL_CODES = CHANGED_STATE_CODES | MUTATION_CODES | {LIMIT_EXCEEDED}


@dataclass
class Wish:
    """The image that is to be.

    ``texts`` are its description and display name as far as they are set, ``tags`` None leaves its tags alone,
    ``again`` says what ``retry_failed`` does. ``nothing_to_make``: what is there, if anything, is to stay as it is.
    ``created`` turns true when this run has begun it.
    """

    name: str
    about: str
    again: str
    texts: dict[str, str]
    tags: Mapping[str, Any] | None
    purge_tags: bool
    retry_failed: bool
    nothing_to_make: bool = field(default=False)
    created: bool = field(default=False)


def next_step(image: Resource, wish: Wish) -> str:
    """Decide what brings the image one step nearer to being AVAILABLE; what failed in this run is not tried again."""
    if wish.nothing_to_make:
        return states.DONE
    return states.made_image_step(image, retry=wish.retry_failed and not wish.created)


def is_made(image: Resource, wish: Wish) -> bool:
    """Say whether an image has to be made: there is none, or it is, or is about to be, deleted."""
    return not wish.nothing_to_make and (
        states.state_of(image) in (None, "DELETING") or next_step(image, wish) == states.DELETE
    )


def failure_reason(image: Resource, about: str, again: str) -> str | None:
    """Say why an image in this state can't become AVAILABLE; None when its state says it all."""
    if states.image_is(states.FAILED, states.state_of(image)):
        return f"{about} has FAILED (with retry_failed: true it is deleted and {again})"
    return None


def require_own(image: Resource, wish: Wish) -> None:
    """Raise AppStreamError when the name is that of somebody else's image."""
    if image is not None and not images.is_own(image):
        message = f"{wish.about} is {image.get('visibility')} and not this account's: choose another name"
        raise AppStreamError(message, result=untouched(RESULT_KEY, image))


def require_source(image: Resource, name: str, purpose: str, before: Resource, place: str = "") -> None:
    """Raise AppStreamError when there is no own AVAILABLE image to make another of, before anything is done.

    ``purpose`` is ``copied`` or ``updated``, ``place`` where the image was looked for, ``before`` the new image so far.
    """
    remedy = None
    if image is None:
        message = f"Image {name} does not exist{place} and cannot be {purpose}"
    elif not images.is_own(image):
        message = f"Image {name} is {image.get('visibility')} and cannot be {purpose}, only an account's own images can"
    elif not states.image_is(states.READY, states.state_of(image)):
        message = f"Image {name} is {states.state_of(image)} and cannot be {purpose} before it is AVAILABLE"
        remedy = "Module image waits for it."
    else:
        return
    raise AppStreamError(message, remedy=remedy, result=untouched(RESULT_KEY, before))


def warnings(image: Resource, wish: Wish) -> list[str]:
    """Tell what differs on an image that is kept, which the service cannot change."""
    if image is None or is_made(image, wish):
        return []
    texts = {option: {"current": image.get(option) or "", "wanted": wanted} for option, wanted in wish.texts.items()}
    drift = {option: both for option, both in texts.items() if both["current"] != both["wanted"]}
    if not drift:
        return []
    return [f"{wish.about} exists and cannot be changed, but it differs from the task: {told(drift)}"]


def view(image: Resource) -> dict[str, Any]:
    """Return what can be compared of an image with its tags; {} when there is none."""
    if image is None:
        return {}
    texts = {option: image[option] for option in ("description", "display_name") if image.get(option)}
    return {**texts, "state": states.state_of(image), "tags": dict(image.get("tags") or {})}


def view_after(before: Resource, wish: Wish) -> dict[str, Any]:
    """Return the view of the image as it is to be."""
    if is_made(before, wish):
        return {**filled(wish.texts), "state": "AVAILABLE", "tags": tags_after({}, wish.tags, wish.purge_tags)}
    if before is None:
        return {}
    return {**view(before), "tags": tags_after(before["tags"], wish.tags, wish.purge_tags)}


def would_change(before: Resource, after: Mapping[str, Any], wish: Wish, *, waits: bool) -> bool:
    """Say whether a run changes anything; an image being deleted is replaced only by a run that waits."""
    if is_made(before, wish):
        return states.state_of(before) != "DELETING" or waits
    return before is not None and before["tags"] != after["tags"]


def _predicted(before: Resource, after: Mapping[str, Any], wish: Wish) -> Outcome:
    if is_made(before, wish):
        return Outcome({"name": wish.name, **after}, 0, first_sight(before), [])
    return Outcome(before and {**before, "tags": after["tags"]}, 0, first_sight(before), [])


def take(client: Any, name: str, step: str, image: Resource, make: Callable[[], Resource]) -> Resource:
    """Begin the image (``make``) or delete it, whichever the step is, and return it as it is then.

    Raises AppStreamError, unless the image shows that what was refused has been done.
    """
    try:
        return make() if step == states.CREATE else images.delete_image(client, name)
    except AppStreamError as error:
        return resource_after_refusal(error, _REFUSAL_CODES, image, lambda: images.describe_image(client, name))


def goal(client: Any, wish: Wish, tagging: Tagging, make: Callable[[], Resource]) -> Reconciler:
    """Return how to get the image AVAILABLE. ``client`` is of the image's Region, ``make`` begins the image."""

    def act(step: str, image: Resource) -> tuple[Resource, list[str]]:
        current = take(client, wish.name, step, image, make)
        if step == states.CREATE and wish.nothing_to_make:
            return None, []
        wish.created = wish.created or step == states.CREATE
        return current and {**current, "tags": {}}, [step]

    return Reconciler(
        about=wish.about,
        result_key=RESULT_KEY,
        wanted="AVAILABLE",
        next_step=lambda image: next_step(image, wish),
        act=act,
        read=lambda: tagging.on(images.describe_image(client, wish.name)),
        is_transient=lambda error: error.is_retryable,
        failure_reason=lambda image: failure_reason(image, wish.about, wish.again),
    )


def reach(
    goal: Reconciler, wish: Wish, tagging: Tagging, before: Resource, config: WaitConfig, *, predict: bool
) -> dict[str, Any]:
    """Get the image AVAILABLE and tagged, or predict what comes of it, and return a module's return values.

    ``before`` is the image with its tags as they are. Raises AppStreamError.
    """
    after = view_after(before, wish)
    diff = {"before": view(before), "after": after}
    if predict and goal.next_step(before) != states.FAIL:
        changed = would_change(before, after, wish, waits=config.wait)
        return {"changed": changed, "diff": diff, **outcome_values(_predicted(before, after, wish), RESULT_KEY)}
    outcome = converge(goal, _tagged(tagging, before, untouched(RESULT_KEY, before)), config)
    values = outcome_values(outcome, RESULT_KEY)
    image = _tagged(tagging, outcome.resource, values)
    return {"changed": bool(outcome.actions) or tagging.is_written, "diff": diff, **values, RESULT_KEY: image}


def _tagged(tagging: Tagging, image: Resource, values: Mapping[str, Any]) -> Resource:
    """Return the image, tagged if possible; ``values`` are returned when that fails."""
    try:
        return tagging.on(image)
    except AppStreamError as error:
        error.result.update(values)
        raise
