# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``image_builder`` has to do: computed once, then either shown (check mode) or carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import states
from ..core.calls import CHANGED_STATE_CODES, require_support
from ..core.errors import AppStreamError
from ..core.old_settings import BY_RECREATION, BY_UPDATE, filled, told
from ..core.tags import tags_after
from ..core.waits import Outcome, Reconciler, Resource, first_sight, resource_after_refusal, wait_options
from . import api as image_builders
from . import settings

RESULT_KEY = "image_builder"

# The options that say where to bring the image builder, and in what time: read by the module and by its action plugin.
GOAL_OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["running", "stopped", "present", "absent"], "default": "running"},
    **wait_options(timeout=3600),
}


@dataclass
class Wish:
    """What the options of module ``image_builder`` ask for. ``created`` turns true when this run has created it."""

    name: str
    state: str
    settings: dict[str, Any]
    request: dict[str, Any]
    tags: dict[str, Any] | None
    purge_tags: bool
    recreate: bool
    created: bool = field(default=False)

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of module ``image_builder``."""
        return cls(
            name=options["name"],
            state=options["state"],
            settings=settings.wanted_settings(options) if options["state"] != "absent" else {},
            request=settings.creation_request(options["name"], options),
            tags=options["tags"] if options["state"] != "absent" else None,
            purge_tags=options["purge_tags"],
            recreate=options["recreate"] and options["state"] != "absent",
        )


def wanted_state(wanted: str, seen: str | None) -> str:
    """Return the state an image builder first seen in ``seen`` is to be brought to.

    ``present`` is the running or stopped it is in, or on its way to; it has to be settled before anything is done,
    because an update stops the image builder. It stays ``present`` where neither is true.
    """
    if wanted != "present":
        return wanted
    return {"RUNNING": "running", "STOPPED": "stopped"}.get(settings.bound_for(seen) or "", wanted)


def lasting(image_builder: Resource) -> Resource:
    """Return the image builder, None when it is about to be gone: nothing on that one can be kept or changed."""
    return None if states.state_of(image_builder) == "DELETING" else image_builder


def is_kept(image_builder: Resource, wish: Wish) -> bool:
    """Say whether the image builder stays, so that its tags can be written."""
    there = lasting(image_builder)
    return there is not None and wish.state != "absent" and not is_replaced(there, wish)


def drift_of(image_builder: Resource, wish: Wish) -> dict[str, dict[str, Any]]:
    """Return the differences that count; what only a start can change counts where the image builder is to run."""
    drift = settings.differences(image_builder, wish.settings) if image_builder else {}
    ignored = {} if wish.state == "running" else settings.changed_by(settings.BY_RESTART, drift)
    return {option: both for option, both in drift.items() if option not in ignored}


def is_replaced(image_builder: Resource, wish: Wish) -> bool:
    """Say whether the image builder has to be deleted and created anew."""
    if image_builder is None or not wish.recreate or wish.created:
        return False
    drift = settings.differences(image_builder, wish.settings)
    return bool(settings.changed_by(BY_RECREATION, drift)) or states.image_builder_is(
        states.FAILED, states.state_of(image_builder)
    )


def refuse_drift(image_builder: Resource, wish: Wish) -> None:
    """Raise AppStreamError naming every setting that only a new image builder could have, unless that is allowed."""
    if wish.recreate:
        return
    drift = settings.changed_by(BY_RECREATION, drift_of(lasting(image_builder), wish))
    if not drift:
        return
    kind = "what the service cannot change on an existing image builder"
    raise AppStreamError(
        f"Image builder {wish.name} differs in {kind}: {told(drift)}",
        remedy="With recreate: true it is deleted and created anew; everything on its disk is lost.",
        result={**_untouched(image_builder), "drift": drift},
    )


def require_possible(client: Any, image_builder: Resource, wish: Wish) -> None:
    """Raise AppStreamError when a call on the way can't be made, before the image builder is stopped or deleted."""
    if wish.state == "absent":
        return
    try:
        if is_kept(image_builder, wish):
            _require_update(client, _update_request(image_builder, wish))
        else:
            _require_creation(client, lasting(image_builder), wish)
    except AppStreamError as error:
        error.result.update(_untouched(image_builder))
        raise


def _untouched(image_builder: Resource) -> dict[str, Any]:
    return {RESULT_KEY: image_builder, "elapsed": 0, "state_changes": [], "actions": []}


def view_after(before: Resource, wish: Wish) -> dict[str, Any]:
    """Return what the image builder will look like in the form of ``image_builder_settings.view``."""
    if wish.state == "absent":
        return {}
    if before is None or not is_kept(before, wish):
        state = "STOPPED" if wish.state == "stopped" else "RUNNING"
        return {**filled(wish.settings), "state": state, "tags": tags_after({}, wish.tags, wish.purge_tags)}
    changes = {option: both["wanted"] for option, both in drift_of(before, wish).items()}
    ends = {"running": "RUNNING", "stopped": "STOPPED"}.get(wish.state) or settings.bound_for(states.state_of(before))
    return {
        **settings.view(before),
        **filled(changes),
        "state": ends,
        "tags": tags_after(before.get("tags") or {}, wish.tags, wish.purge_tags),
    }


def is_changed(before: Resource, after: Mapping[str, Any]) -> bool:
    """Say whether anything has to be done; an image builder already on its way to the wanted state needs nothing."""
    shown = settings.view(before)
    if before is not None:
        bound_for = settings.bound_for(states.state_of(before))
        shown = {} if bound_for is None else {**shown, "state": bound_for}
    return shown != after


def predicted_outcome(before: Resource, after: Mapping[str, Any], wish: Wish) -> Outcome:
    """Return what check mode promises: the image builder as far as it can be known."""
    if not after:
        return Outcome(None, 0, first_sight(before), [])
    known = ("display_name", "description", "instance_type", "state", "tags")
    image_builder = {"name": wish.name, **(lasting(before) or {}), **{key: after[key] for key in known if key in after}}
    return Outcome(image_builder, 0, first_sight(before), [])


def goal(client: Any, wish: Wish, before: Resource, after: Mapping[str, Any]) -> Reconciler:
    """Return how to bring the image builder to the wanted state, with the tags it is known to have.

    ``before`` is the image builder with its tags as they are when this begins.
    """

    def tagged(image_builder: Resource) -> Resource:
        known = after if wish.created else before or {}
        return image_builder and {**image_builder, "tags": dict(known.get("tags", {}))}

    def read() -> Resource:
        return image_builders.describe_image_builder(client, wish.name)

    def act(step: str, image_builder: Resource) -> tuple[Resource, list[str]]:
        try:
            current: Resource = _ACTIONS[step](client, wish, image_builder)
        except AppStreamError as error:
            current = resource_after_refusal(error, CHANGED_STATE_CODES, image_builder, read)
        wish.created = wish.created or step == states.CREATE
        return tagged(current), [step]

    return Reconciler(
        about=f"Image builder {wish.name}",
        result_key=RESULT_KEY,
        wanted=wish.state,
        next_step=lambda image_builder: next_step(image_builder, wish),
        act=act,
        read=lambda: tagged(read()),
        is_transient=lambda error: error.is_retryable,
        failure_reason=lambda image_builder: failure_reason(wish.name, image_builder),
    )


def next_step(image_builder: Resource, wish: Wish) -> str:
    """Decide what brings the image builder one step nearer to what is wished."""
    drift = {} if wish.created else drift_of(image_builder, wish)
    update = bool(settings.changed_by(BY_UPDATE, drift))
    restart = bool(settings.changed_by(settings.BY_RESTART, drift))
    if restart and not update and states.state_of(image_builder) == "STOPPED":
        return states.START
    return states.image_builder_step(
        image_builder, wish.state, replace=is_replaced(image_builder, wish), update=update or restart
    )


def failure_reason(name: str, image_builder: Resource) -> str | None:
    """Say why an image builder in this state can't get where it should; None when its state says it all."""
    if states.state_of(image_builder) == "SNAPSHOTTING":
        return f"Image builder {name} is SNAPSHOTTING: an image is being made of it, after which it will be STOPPED"
    if states.image_builder_is(states.FAILED, states.state_of(image_builder)):
        return f"Image builder {name} has FAILED"
    return None


def _require_creation(client: Any, image_builder: Resource, wish: Wish) -> None:
    missing = [] if wish.request.get("InstanceType") else ["instance_type"]
    if not wish.request.get("ImageName") and not wish.request.get("ImageArn"):
        missing.append("image_name or image_arn")
    if missing:
        reason = "is to be created anew" if image_builder else "does not exist"
        raise AppStreamError(
            f"Image builder {wish.name} {reason}, and to create it {' and '.join(missing)} must be set"
        )
    require_support(client, "CreateImageBuilder", wish.request)


def _require_update(client: Any, request: Mapping[str, Any]) -> None:
    if request:
        require_support(client, "UpdateImageBuilder", request)


def _update_request(image_builder: Resource, wish: Wish) -> dict[str, Any]:
    return settings.update_request(drift_of(image_builder, wish))


def _create(client: Any, wish: Wish, image_builder: Resource) -> dict[str, Any]:
    _require_creation(client, image_builder, wish)
    return image_builders.create_image_builder(client, wish.request)


def _update(client: Any, wish: Wish, image_builder: Resource) -> dict[str, Any]:
    request = _update_request(image_builder, wish)
    _require_update(client, request)
    return image_builders.update_image_builder(client, wish.name, request)


def _start(client: Any, wish: Wish, image_builder: Resource) -> dict[str, Any]:
    return image_builders.start_image_builder(client, wish.name, wish.settings.get("appstream_agent_version"))


def _stop(client: Any, wish: Wish, image_builder: Resource) -> dict[str, Any]:
    return image_builders.stop_image_builder(client, wish.name)


def _delete(client: Any, wish: Wish, image_builder: Resource) -> dict[str, Any]:
    if wish.state != "absent":
        # It may have failed only while it was waited for.
        _require_creation(client, image_builder, wish)
    return image_builders.delete_image_builder(client, wish.name)


_ACTIONS: Mapping[str, Callable[[Any, Wish, Resource], dict[str, Any]]] = {
    states.CREATE: _create,
    states.UPDATE: _update,
    states.START: _start,
    states.STOP: _stop,
    states.DELETE: _delete,
}
