# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What images have in common that one API call makes: of an AMI, of another image, as its copy or managed update."""

from __future__ import annotations

import functools
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

from ..core import settings, states
from ..core.calls import CHANGED_STATE_CODES, LIMIT_EXCEEDED
from ..core.errors import AppStreamError
from ..core.reconcile import ManagedResource, Plan
from ..core.retries import MUTATION_CODES
from ..core.waits import History, Resource, resource_after_refusal
from . import api as images
from .tagging import TAG, DesiredTags, can_be_tagged, known_tags, write_if_possible

# Also after an answer that got lost: the image is there then, and may have used up a quota.
_REFUSAL_CODES = CHANGED_STATE_CODES | MUTATION_CODES | {LIMIT_EXCEEDED}
# What check mode knows of an image that has yet to be made.
_PREDICTED = ("description", "display_name", "state", "tags")


@dataclass
class DerivedHistory(History):
    """What has happened to an image that is made.

    ``made_nothing``: the service had nothing to make after all. ``has_tried_tags``: since the image was last read its
    tags were written, or the service refused that for the time being.
    """

    made_nothing: bool = False
    has_tried_tags: bool = False


@dataclass(frozen=True)
class DerivedPlan(Plan):
    """What is to become of an image that is made.

    ``is_made``: it has yet to be made, instead of the image that is there, if any. ``nothing_to_make``: what is there,
    if anything, is to stay as it is.
    """

    tags: DesiredTags = field(default_factory=DesiredTags)
    is_made: bool = False
    nothing_to_make: bool = False


class DerivedImage(ManagedResource):
    """An image that one API call makes. A subclass says what it is made of, and how.

    ``table`` has the settings that can be compared; ``again`` says, after "it is deleted and", what ``retry_failed``
    does about an image that has failed.
    """

    result_key = "image"
    history_type = DerivedHistory
    table: settings.Table
    again: str

    @property
    def image_name(self) -> str:
        """The name of the image that is made."""
        return str(self.params["name"])

    @property
    def name(self) -> str:
        """What lines of progress call the image."""
        return self.image_name

    @property
    def about(self) -> str:
        """What messages call the image."""
        return f"Image {self.name}"

    @functools.cached_property
    def client(self) -> Any:
        """The client of the Region the image is made in."""
        return self.connect("appstream")

    @abstractmethod
    def desired(self) -> dict[str, Any]:
        """Return the settings that are set."""

    @abstractmethod
    def make(self, history: Any) -> Resource:
        """Begin the image and return it with the tags it was given, None when it can't be seen yet.

        Raises AppStreamError. Notes in the history when there is nothing to make after all.
        """

    def read(self) -> Resource:
        """Return the image with its tags."""
        image = images.describe_image(self.client, self.image_name)
        return image and {**image, "tags": known_tags(self.client, image)}

    def plan(self, before: Resource) -> DerivedPlan:
        """Return what is to become of the image."""
        self.require_own(before)
        return self.plan_with(before, DesiredTags(self.params["tags"], self.params["purge_tags"]))

    def require_own(self, image: Resource) -> None:
        """Raise AppStreamError when the name is that of somebody else's image."""
        if image is not None and not images.is_own(image):
            raise AppStreamError(
                f"{self.about} is {image.get('visibility')} and not this account's: choose another name"
            )

    def has_to_be_made(self, image: Resource) -> bool:
        """Say whether there is no image, or one that is, or is about to be, deleted."""
        step = states.made_image_step(image, retry=self.params["retry_failed"])
        return states.state_of(image) in (None, "DELETING") or step == states.DELETE

    def plan_with(self, before: Resource, tags: DesiredTags, *, nothing_to_make: bool = False) -> DerivedPlan:
        """Return the plan for an image whose tags are to be as desired."""
        view = self._view(before)
        if self.has_to_be_made(before) and not nothing_to_make:
            after = {**settings.filled(self.desired()), "state": "AVAILABLE", "tags": tags.after({})}
            predicted = {"name": self.image_name, **{key: after[key] for key in _PREDICTED if key in after}}
            # An image that is being deleted is replaced only by a run that waits.
            is_changed = states.state_of(before) != "DELETING" or self.params["wait"]
            return self._plan(view, after, tags, predicted=predicted, is_changed=is_changed, is_made=True)
        if before is None:
            return self._plan(view, view, tags, nothing_to_make=nothing_to_make)
        changed = {"tags": tags.after(before["tags"])} if can_be_tagged(before) else {}
        return self._plan(
            view,
            {**view, **changed},
            tags,
            warnings=self.warnings(before),
            predicted={**before, **changed},
            nothing_to_make=nothing_to_make,
        )

    def _plan(self, before: dict[str, Any], after: dict[str, Any], tags: DesiredTags, **more: Any) -> DerivedPlan:
        return DerivedPlan(before=before, after=after, wanted="AVAILABLE", tags=tags, **more)

    def warnings(self, image: dict[str, Any]) -> list[str]:
        """Tell what differs on an image that is kept, which the service cannot change."""
        found = settings.changes(self.table, image, self.desired())
        if not found:
            return []
        return [f"{self.about} exists and cannot be changed, but it differs from the task: {self.in_words(found)}"]

    def in_words(self, found: settings.Changes) -> str:
        """Return differences as text for a warning."""
        return settings.in_words(found)

    def _view(self, image: Resource) -> dict[str, Any]:
        if image is None:
            return {}
        return {**settings.view(self.table, image), "state": states.state_of(image), "tags": image["tags"]}

    def read_again(self, plan: Any, history: Any) -> Resource:
        """Return the image, with the tags it is known to have."""
        image = images.describe_image(self.client, self.image_name)
        known = (history.resource or {}).get("tags", {})
        history.has_tried_tags = history.has_tried_tags and plan.tags.after(known) == known
        return image and {**image, "tags": known}

    def next_step(self, resource: Resource, plan: Any, history: Any) -> str:
        """Return what brings the image nearer to being AVAILABLE; what failed in this run is not begun again."""
        if plan.nothing_to_make or history.made_nothing:
            return states.DONE
        if resource is not None and self._wants_tags(resource, plan) and not history.has_tried_tags:
            return TAG
        retry = self.params["retry_failed"] and states.CREATE not in history.actions
        return states.made_image_step(resource, retry=retry)

    def _wants_tags(self, image: dict[str, Any], plan: DerivedPlan) -> bool:
        return can_be_tagged(image) and plan.tags.after(image["tags"]) != image["tags"]

    def act(self, step: str, resource: Resource, plan: Any, history: Any) -> tuple[Resource, list[str]]:
        """Begin, delete or tag the image."""
        if step == TAG:
            return self._tag(resource or {}, plan, history), []
        try:
            after = self.make(history) if step == states.CREATE else self._delete(resource or {})
        except AppStreamError as error:
            # The image may show that what was refused has been done.
            after = resource_after_refusal(error, _REFUSAL_CODES, resource, self.read)
        return (None, []) if history.made_nothing else (after, [step])

    def _delete(self, image: dict[str, Any]) -> dict[str, Any]:
        return {**images.delete_image(self.client, self.image_name), "tags": image["tags"]}

    def _tag(self, image: dict[str, Any], plan: DerivedPlan, history: DerivedHistory) -> dict[str, Any]:
        history.has_tried_tags = True
        after = write_if_possible(self.client, image, plan.tags, history)
        return image if after is None else {**image, "tags": after}

    def failure_reason(self, resource: Resource) -> str | None:
        """Say why an image in this state can't become AVAILABLE."""
        if states.image_is(states.FAILED, states.state_of(resource)):
            return f"{self.about} has FAILED (with retry_failed: true it is deleted and {self.again})"
        return None

    def is_changed(self, plan: Any, history: Any) -> bool:
        """Say whether a run has changed anything, or in check mode would."""
        is_tried = history.has_tried_tags or history.made_nothing
        return history.has_changed_anything or (plan.changes_anything and not is_tried)


def require_source(image: Resource, name: str, purpose: str, place: str = "") -> None:
    """Raise AppStreamError when there is no own AVAILABLE image to make another of, before anything is done.

    ``purpose`` is ``copied`` or ``updated``, ``place`` where the image has to be.
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
    raise AppStreamError(message, remedy=remedy)
