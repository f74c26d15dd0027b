# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""An image as a managed resource: waited for, tagged and deleted. It is made on its image builder."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import states
from ..core.calls import ACCESS_DENIED_CODES, CHANGED_STATE_CODES
from ..core.errors import AppStreamError
from ..core.reconcile import Connect, ManagedResource, Params, Plan
from ..core.tags import if_allowed, read_tags
from ..core.validation import tag_problems
from ..core.waits import History, Resource, resource_after_refusal
from ..image_builder.api import describe_image_builder
from ..image_permission.api import as_list, describe_image_permissions
from . import api
from .tagging import TAG, DesiredTags, known_tags, write


class Appearance:
    """Remembers for how long an image could have been there and was not.

    An image that can't be seen yet may still appear: while its image builder is SNAPSHOTTING, and ``appear_timeout``
    seconds longer. ``params`` are those of module ``image``, ``builder_state`` reads the image builder's state.
    """

    def __init__(self, params: Params, builder_state: Callable[[], str | None]) -> None:
        self._params = params
        self._builder_state = builder_state
        self._missed_since: float | None = None
        self.seen_builder_state: str | None = None

    def next_step(self, image: Resource) -> str:
        """Decide what to do: as ``states.image_step``, but an image to come fails when missed for too long."""
        state = self._params["state"]
        if image is not None or state != "available":
            return states.image_step(image, state)
        now = time.monotonic()
        self.seen_builder_state = self._builder_state() if self._params["image_builder_name"] else None
        if self._missed_since is None or self.seen_builder_state == "SNAPSHOTTING":
            self._missed_since = now
        return states.FAIL if now - self._missed_since >= self._params["appear_timeout"] else states.WAIT

    def failure_reason(self, image: Resource) -> str | None:
        """Say why an image can't get into its wanted state, None when its state says it all."""
        name, builder = self._params["name"], self._params["image_builder_name"]
        if states.image_is(states.FAILED, states.state_of(image)):
            return f"Image {name} has FAILED"
        if image is not None:
            return None
        reason = f"Image {name} does not exist and has not appeared for {self._params['appear_timeout']:g} seconds"
        if not builder:
            return reason
        return f"{reason}; image builder {builder} is {self.seen_builder_state or states.ABSENT}, not SNAPSHOTTING"


@dataclass
class ImageHistory(History):
    """What has happened to an image. ``tags_before``: what its tags were when it was AVAILABLE, None until then."""

    tags_before: dict[str, str] | None = None


@dataclass(frozen=True)
class ImagePlan(Plan):
    """What is to become of an image. ``permissions``: what is returned of them, read when it was AVAILABLE at first."""

    permissions: Mapping[str, Any] = field(default_factory=dict)


class Image(ManagedResource):
    """The image that module ``image`` describes.

    ``tags``, ``purge_tags``, ``include_permissions`` and ``image_builder_name`` may be missing among ``params``.
    """

    result_key = "image"
    history_type = ImageHistory

    def __init__(self, params: Params, connect: Connect) -> None:
        super().__init__({"image_builder_name": None, **params}, connect)
        self._tags = DesiredTags(params.get("tags"), params.get("purge_tags", True))
        self._warnings: list[str] = []
        self._appearance = Appearance(self.params, self._builder_state)

    @property
    def about(self) -> str:
        """What messages call the image."""
        return f"Image {self.name}"

    @property
    def is_wanted(self) -> bool:
        """Whether it is to be available, instead of absent."""
        return bool(self.params["state"] == "available")

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return tag_problems(self._tags.tags) if self.is_wanted else []

    @functools.cached_property
    def _client(self) -> Any:
        return self.connect("appstream")

    def _builder_state(self) -> str | None:
        """Return the image builder's state; None when it does not exist or can't be read just now."""
        try:
            return states.state_of(describe_image_builder(self._client, self.params["image_builder_name"]))
        except AppStreamError:
            return None

    def read(self) -> Resource:
        """Return the image, with its tags when it is to be tagged or deleted."""
        image = api.describe_image(self._client, self.name)
        if image is None or (self.is_wanted and not _is_available(image)):
            return image
        return {**image, "tags": self._if_allowed(lambda: known_tags(self._client, image))}

    def _if_allowed(self, read: Callable[[], dict[str, str]]) -> dict[str, str] | None:
        """Return the tags that ``read`` returns; None where they may not be read and make no difference."""
        if self.is_wanted and self._tags.are_any:
            return read()
        return if_allowed(read, f"image {self.name}", self._warnings.append)

    def plan(self, before: Resource) -> ImagePlan:
        """Return what is to become of the image."""
        if not self.is_wanted:
            return self._deletion_plan(before)
        if before is None or not _is_available(before):
            # Its tags are read when it is.
            return ImagePlan(before=_view(before), after=_view(before), predicted=before, wanted="available")
        tags = None if before["tags"] is None else self._tags_after(before)
        permissions, warnings = self._permissions(before)
        warnings = [*self._warnings, *warnings]
        predicted = {**before, "tags": tags, **permissions}
        return ImagePlan(
            before=_view(before),
            after=_view(predicted),
            warnings=warnings,
            predicted=predicted,
            wanted="available",
            permissions=permissions,
        )

    def _deletion_plan(self, before: Resource) -> ImagePlan:
        if before is not None and not api.is_own(before):
            raise AppStreamError(f"{self.about} is {before.get('visibility')} and not this account's to delete")
        step = states.image_step(before, "absent")
        # One in the making is deleted only after it has been waited for.
        is_waited_for = step == states.WAIT and self.params["wait"] and states.state_of(before) != "DELETING"
        is_changed = step == states.DELETE or is_waited_for
        return ImagePlan(
            before=_view(before), after={}, warnings=self._warnings, wanted="absent", is_changed=is_changed
        )

    def _tags_after(self, image: dict[str, Any]) -> dict[str, str]:
        """Return what the image's tags will be. Raises AppStreamError when they are not this account's to change."""
        after = self._tags.after(image["tags"])
        if after != image["tags"] and not api.is_own(image):
            raise AppStreamError(f"{self.about} is {image.get('visibility')} and cannot be tagged by this account")
        return after

    def _permissions(self, image: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Return what is returned of the image's permissions, if anything, and a warning if they may not be read."""
        if not self.params.get("include_permissions") or not api.is_own(image):
            return {}, []
        try:
            return {"permissions": as_list(describe_image_permissions(self._client, self.name))}, []
        except AppStreamError as error:
            if error.code not in ACCESS_DENIED_CODES:
                raise
            return {"permissions": None}, [f"It is not known with whom image {self.name} is shared: {error}"]

    def read_again(self, plan: Any, history: Any) -> Resource:
        """Return the image without its tags."""
        return api.describe_image(self._client, self.name)

    def next_step(self, resource: Resource, plan: Any, history: Any) -> str:
        """Return what brings the image nearer to being available with its tags, or absent."""
        step = self._appearance.next_step(resource)
        if step != states.DONE or not self.is_wanted or resource is None:
            return step
        known = resource.get("tags") or {}
        is_complete = "tags" in resource and self._tags.after(known) == known
        return states.DONE if is_complete else TAG

    def act(self, step: str, resource: Resource, plan: Any, history: Any) -> tuple[Resource, list[str]]:
        """Tag or delete the image."""
        if step == TAG:
            return self._complete(resource or {}, history), []
        try:
            return api.delete_image(self._client, self.name), [step]
        except AppStreamError as error:
            read = functools.partial(api.describe_image, self._client, self.name)
            return resource_after_refusal(error, CHANGED_STATE_CODES, resource, read), [step]

    def _complete(self, image: dict[str, Any], history: ImageHistory) -> dict[str, Any]:
        """Return an image that is AVAILABLE with its tags, which are written, and permissions."""
        before, after = self._written(image, history)
        history.tags_before = before
        # Otherwise they were read for the plan.
        permissions, warnings = self._permissions(image) if "tags" not in image else ({}, [])
        history.warnings += warnings
        return {**image, "tags": after, **permissions}

    def _written(
        self, image: dict[str, Any], history: ImageHistory
    ) -> tuple[dict[str, str] | None, dict[str, str] | None]:
        """Return the tags an image had and those it has now."""
        if not api.is_own(image):
            after = self._tags_after({**image, "tags": {}})
            return after, after
        if self._tags.are_any:
            return write(self._client, image, self._tags, history)
        known = if_allowed(
            lambda: read_tags(self._client, image["arn"], is_known=True),
            f"image {self.name}",
            history.warnings.append,
        )
        return known, known

    def failure_reason(self, resource: Resource) -> str | None:
        """Say why the image can't get into its wanted state."""
        return self._appearance.failure_reason(resource)

    def is_changed(self, plan: Any, history: Any) -> bool:
        """Say whether a run has changed anything, or in check mode would; waiting alone is no change."""
        return history.has_changed_anything if history.has_begun else bool(plan.changes_anything)

    def result(self, values: dict[str, Any], plan: Any, history: Any) -> dict[str, Any]:
        """Return the module's return values."""
        image = values[self.result_key]
        if plan is None or image is None or not self.is_wanted:
            return values
        if history.tags_before is not None:
            before = {**image, "tags": history.tags_before}
            values = {**values, "diff": {"before": _view(before), "after": _view(image)}}
        return {**values, self.result_key: {**image, **plan.permissions}}


def _is_available(image: Mapping[str, Any]) -> bool:
    return states.image_is(states.READY, image.get("state"))


def _view(image: Resource) -> dict[str, Any]:
    """Return what can be changed of an image; {} when it does not exist."""
    return {} if image is None else {"state": image.get("state"), "tags": image.get("tags") or {}}
