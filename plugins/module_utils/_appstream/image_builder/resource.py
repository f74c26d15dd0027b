# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""An image builder as a managed resource: created, changed, started, stopped, replaced and deleted, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..build_lock.holders import without_locks
from ..build_lock.tag_lock import refuse_another_runs
from ..core import states
from ..core.calls import CHANGED_STATE_CODES, require_support
from ..core.errors import AppStreamError
from ..core.reconcile import Connect, ManagedResource, Params, Plan
from ..core.settings import (
    BY_RECREATION,
    BY_UPDATE,
    Change,
    changed_by,
    changes,
    creation_request,
    desired_settings,
    drift,
    filled,
    in_words,
    update_request,
    view,
    view_after,
)
from ..core.tag_steps import tag_steps
from ..core.tags import as_request, tags_after, with_tags
from ..core.waits import History, Resource, resource_after_refusal
from ..image.references import are_references_there
from . import api
from .rules import image_builder_problems
from .settings import BY_RESTART, SETTINGS
from .temporary import refuse_temporary


@dataclass(frozen=True)
class ImageBuilderPlan(Plan):
    """What is to become of an image builder; ``tags`` are those it has until another one is created."""

    tags: Mapping[str, str] = field(default_factory=dict)


class ImageBuilder(ManagedResource):
    """The image builder that module ``image_builder`` describes."""

    result_key = "image_builder"

    def __init__(self, params: Params, connect: Connect) -> None:
        super().__init__(params, connect)
        self._warnings: list[str] = []

    @property
    def about(self) -> str:
        """What messages call the image builder."""
        return f"Image builder {self.name}"

    @property
    def _is_wanted(self) -> bool:
        return bool(self.params["state"] != "absent")

    @property
    def _desired(self) -> dict[str, Any]:
        return desired_settings(SETTINGS, self.params) if self._is_wanted else {}

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return image_builder_problems(self.params)

    def read(self) -> Resource:
        """Return the image builder with its tags, without any where they can't be read and make no difference."""
        builder = self._describe()
        if builder is None:
            return None
        warn = self._warnings.append if not self._is_wanted or self.params["tags"] is None else None
        found = with_tags(self.connect("appstream"), builder, warn)
        return {**found, "tags": found["tags"] or {}}

    def _describe(self) -> Resource:
        return api.describe_image_builder(self.connect("appstream"), self.name)

    def plan(self, before: Resource) -> ImageBuilderPlan:
        """Return what is to become of the image builder."""
        refuse_temporary(before)
        if self._is_wanted:
            refuse_another_runs(self.connect("appstream"), before, self.params["tags"])
        wanted = states.wanted_state(self.params["state"], states.state_of(before), states.IMAGE_BUILDER_DESTINATIONS)
        self._refuse_drift(before, wanted)
        self._require_possible(before, wanted)
        after = self._view_after(before, wanted)
        known = (before or {}).get("tags", {})
        tags = after["tags"] if self._is_kept(before) else known
        return ImageBuilderPlan(
            before=_view(before),
            after=after,
            warnings=self._warnings,
            steps=tag_steps(self.connect("appstream"), before, tags),
            predicted=self._predicted(before, after),
            wanted=wanted,
            is_changed=_view_if_left_alone(before) != after,
            tags=tags,
        )

    def read_again(self, plan: ImageBuilderPlan, history: History) -> Resource:
        """Return the image builder with the tags it is known to have."""
        return _tagged(self._describe(), plan, states.CREATE in history.actions)

    def next_step(self, resource: Resource, plan: ImageBuilderPlan, history: History) -> str:
        """Decide what brings the image builder one step nearer to its wanted state."""
        is_created = states.CREATE in history.actions
        found = {} if is_created else self._changes(resource, plan.wanted)
        update = bool(changed_by(SETTINGS, BY_UPDATE, found))
        restart = bool(changed_by(SETTINGS, BY_RESTART, found))
        if restart and not update and states.state_of(resource) == "STOPPED":
            return states.START
        replace = not is_created and self._is_replaced(resource)
        return states.image_builder_step(resource, plan.wanted, replace=replace, update=update or restart)

    def act(
        self, step: str, resource: Resource, plan: ImageBuilderPlan, history: History
    ) -> tuple[Resource, list[str]]:
        """Take a step; one that was refused because it was taken meanwhile counts as taken."""
        try:
            current: Resource = self._calls(resource, plan)[step]()
        except AppStreamError as error:
            current = resource_after_refusal(error, CHANGED_STATE_CODES, resource, self._describe)
            if step == states.CREATE:
                refuse_another_runs(self.connect("appstream"), current, self.params["tags"])
        return _tagged(current, plan, states.CREATE in (step, *history.actions)), [step]

    def failure_reason(self, resource: Resource) -> str | None:
        """Say why an image builder in this state can't get where it should."""
        if states.state_of(resource) == "SNAPSHOTTING":
            return f"{self.about} is SNAPSHOTTING: an image is being made of it, after which it will be STOPPED"
        if states.image_builder_is(states.FAILED, states.state_of(resource)):
            return f"{self.about} has FAILED"
        return None

    def result(self, values: dict[str, Any], plan: ImageBuilderPlan | None, history: History) -> dict[str, Any]:
        """Return the module's return values: tags that could not be read are null, not none."""
        builder = values[self.result_key]
        is_unknown = bool(self._warnings) and builder is not None and states.CREATE not in history.actions
        return {**values, self.result_key: {**builder, "tags": None}} if is_unknown else values

    def describe(self, resource: Resource) -> str:
        """Return the state and, while it is RUNNING, the address."""
        state = super().describe(resource)
        address = states.eni_address(resource or {}) if states.image_builder_is(states.READY, state) else None
        return f"{state} at {address}" if address else state

    def _changes(self, builder: Resource, wanted: str) -> dict[str, Change]:
        """Return the changes that count; what only a start can change counts where the image builder is to run."""
        found = changes(SETTINGS, builder, self._desired) if builder else {}
        ignored = {} if wanted == "running" else changed_by(SETTINGS, BY_RESTART, found)
        return {option: change for option, change in found.items() if option not in ignored}

    def _is_replaced(self, builder: Resource) -> bool:
        """Say whether the image builder has to be deleted and created again."""
        if builder is None or not self.params["recreate"] or not self._is_wanted:
            return False
        found = changes(SETTINGS, builder, self._desired)
        has_failed = states.image_builder_is(states.FAILED, states.state_of(builder))
        return has_failed or bool(changed_by(SETTINGS, BY_RECREATION, found))

    def _is_kept(self, builder: Resource) -> bool:
        """Say whether the image builder stays, so that its tags can be written."""
        return unless_deleting(builder) is not None and self._is_wanted and not self._is_replaced(builder)

    def _refuse_drift(self, builder: Resource, wanted: str) -> None:
        """Raise AppStreamError naming each setting that only a new image builder could have, unless that is allowed."""
        found = changed_by(SETTINGS, BY_RECREATION, self._changes(unless_deleting(builder), wanted))
        if found and not self.params["recreate"]:
            raise AppStreamError(
                f"{self.about} differs in what the service cannot change on an existing image builder: "
                f"{in_words(found)}",
                remedy="With recreate: true it is deleted and created again; everything on its disk is lost.",
                result={"drift": drift(found)},
            )

    def _require_possible(self, builder: Resource, wanted: str) -> None:
        """Raise AppStreamError when a call on the way can't be made, before the image builder is stopped or deleted."""
        if self._is_kept(builder):
            self._update_request(builder, wanted)
        elif self._is_wanted:
            self._creation_request(unless_deleting(builder))

    def _update_request(self, builder: Resource, wanted: str) -> dict[str, Any]:
        """Return the parameters of UpdateImageBuilder; raises AppStreamError when it can't be called."""
        request = update_request(SETTINGS, changed_by(SETTINGS, BY_UPDATE, self._changes(builder, wanted)))
        if request:
            require_support(self.connect("appstream"), "UpdateImageBuilder", request)
        return request

    def _creation_request(self, builder: Resource) -> dict[str, Any]:
        """Return the parameters of CreateImageBuilder, also for one in place of ``builder``.

        Raises AppStreamError when it can't be called.
        """
        request = creation_request(SETTINGS, self._desired)
        missing = [] if "InstanceType" in request else ["instance_type"]
        if not {"ImageName", "ImageArn"} & set(request):
            missing.append("image_name or image_arn")
        if missing:
            reason = "is to be created again" if builder else "does not exist"
            raise AppStreamError(f"{self.about} {reason}, and to create it {' and '.join(missing)} must be set")
        tags = as_request(self.params["tags"])
        request = {"Name": self.name, **request, **({"Tags": tags} if tags else {})}
        require_support(self.connect("appstream"), "CreateImageBuilder", request)
        return request

    def _view_after(self, before: Resource, wanted: str) -> dict[str, Any]:
        """Return what the image builder will be like in the form of ``_view``."""
        if not self._is_wanted:
            return {}
        tags, purge = self.params["tags"], self.params["purge_tags"]
        if before is None or not self._is_kept(before):
            state = states.END_STATES.get(wanted, "RUNNING")
            return {**filled(self._desired), "state": state, "tags": tags_after({}, tags, purge)}
        settings = view_after(SETTINGS, before, self._changes(before, wanted))
        # Who holds the lock of a builder that is there already is decided by asking for it.
        tags = without_locks(tags)
        ends = states.END_STATES.get(wanted, bound_for(states.state_of(before)))
        return {**settings, "state": ends, "tags": tags_after(before["tags"], tags, purge)}

    def _predicted(self, before: Resource, after: Mapping[str, Any]) -> Resource:
        """Return the image builder check mode promises, as far as it can be known."""
        shown = ("display_name", "description", "instance_type", "state", "tags")
        known = {key: after[key] for key in shown if key in after}
        kept = {key: value for key, value in (unless_deleting(before) or {}).items() if key not in shown}
        return {"name": self.name, **kept, **known} if after else None

    def _calls(self, builder: Resource, plan: ImageBuilderPlan) -> Mapping[str, Callable[[], dict[str, Any]]]:
        """Return what each step does; all raise AppStreamError."""
        client, name = self.connect("appstream"), self.name

        def create() -> dict[str, Any]:
            request = self._creation_request(builder)
            return api.create_image_builder(client, request, lambda: are_references_there(self.connect, request))

        def delete() -> dict[str, Any]:
            if self._is_wanted:
                # It may have failed only while it was waited for.
                self._creation_request(builder)
            return api.delete_image_builder(client, name)

        return {
            states.CREATE: create,
            states.UPDATE: lambda: api.update_image_builder(client, name, self._update_request(builder, plan.wanted)),
            states.START: lambda: api.start_image_builder(client, name, self._desired.get("appstream_agent_version")),
            states.STOP: lambda: api.stop_image_builder(client, name),
            states.DELETE: delete,
        }


def bound_for(state: str | None) -> str | None:
    """Return the state an image builder is going to be in if nobody does anything."""
    return states.IMAGE_BUILDER_DESTINATIONS.get(state, state) if state else None


def unless_deleting(image_builder: Resource) -> Resource:
    """Return the image builder, None when it is about to be gone: nothing on that one can be kept or changed."""
    return None if states.state_of(image_builder) == "DELETING" else image_builder


def _view(image_builder: Resource) -> dict[str, Any]:
    """Return what can be compared of an image builder: its settings as options, its state and tags; {} when absent."""
    if image_builder is None:
        return {}
    return {**view(SETTINGS, image_builder), "state": image_builder["state"], "tags": image_builder["tags"]}


def _view_if_left_alone(image_builder: Resource) -> dict[str, Any]:
    """Return ``_view`` of what the image builder will be if nobody does anything: on its way it needs nothing."""
    state = bound_for(states.state_of(image_builder))
    return {**_view(image_builder), "state": state} if state else {}


def _tagged(image_builder: Resource, plan: ImageBuilderPlan, is_created: bool) -> Resource:
    """Return the image builder with the tags it is known to have; ``is_created``: by this run."""
    tags = plan.after["tags"] if is_created else plan.tags
    return image_builder and {**image_builder, "tags": dict(tags)}
