# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A fleet as a managed resource: created, changed, started, stopped and deleted, step by step."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import states
from ..core.aws import to_ansible_dict
from ..core.calls import IN_USE, require_support
from ..core.errors import AppStreamError
from ..core.reconcile import ManagedResource, Plan
from ..core.settings import (
    BY_RECREATION,
    Change,
    changed_by,
    creation_request,
    desired_settings,
    drift,
    filled,
    in_words,
    view,
    view_after,
)
from ..core.tag_steps import tag_steps
from ..core.tags import tags_after, with_tags
from ..core.waits import History, Resource, resource_after_refusal
from ..image.references import are_references_there
from . import api
from .autoscaling import unless_left_alone
from .references import usable_image
from .rules import fleet_problems, missing_options, type_problems
from .settings import (
    CAPACITY,
    GROUPS,
    IMAGE_OPTIONS,
    NETWORK_OPTIONS,
    SETTINGS,
    SUBNETS,
    changes_of,
    fixed_while_running,
    not_known_to_have,
    update_request,
)

# Of an update that should be possible while RUNNING: the image may be of another system, which nobody could read.
_STOP_IT = "Run again with state: stopped, which changes the fleet once it is STOPPED; that ends all its sessions."


@dataclass(frozen=True)
class FleetPlan(Plan):
    """What is to become of a fleet.

    ``desired`` are the settings it is to have, without those that are left alone. ``known`` are its tags and stacks,
    which are not read again. ``has_other_system``: the image it is to get is of another operating system.
    """

    desired: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    has_other_system: bool = False


class Fleet(ManagedResource):
    """The fleet that module ``fleet`` describes."""

    result_key = "fleet"
    starts_when_created = False

    @property
    def about(self) -> str:
        """What messages call the fleet."""
        return f"Fleet {self.name}"

    @functools.cached_property
    def _client(self) -> Any:
        return self.connect("appstream")

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return fleet_problems(self.params)

    def read(self) -> Resource:
        """Return the fleet with its tags and the names of its stacks."""
        fleet = self._describe()
        return fleet and api.with_stacks(self._client, with_tags(self._client, fleet))

    def _describe(self) -> Resource:
        return api.describe_fleet(self._client, self.name)

    def plan(self, before: Resource) -> FleetPlan:
        """Return what is to become of the fleet."""
        if self.params["state"] == "absent":
            return self._plan_deletion(before)
        return self._plan_creation() if before is None else self._plan_update(before)

    def read_again(self, plan: FleetPlan, history: History) -> Resource:
        """Return the fleet with the tags and stacks it is known to have."""
        return _whole(self._describe(), plan)

    def next_step(self, resource: Resource, plan: FleetPlan, history: History) -> str:
        """Decide what brings the fleet one step nearer to its wanted state."""
        is_done = resource is None or {states.CREATE, states.UPDATE} & set(history.actions)
        found = {} if is_done else changes_of(resource or {}, plan.desired)
        return states.fleet_step(
            resource,
            plan.wanted,
            update=bool(found),
            stop_first=bool(_fixed(resource or {}, found, plan.has_other_system)),
            retry=states.START not in history.actions,
            capacity=self.params["wait_for_capacity"],
        )

    def act(self, step: str, resource: Resource, plan: FleetPlan, history: History) -> tuple[Resource, list[str]]:
        """Take a step; one that was refused because it was taken meanwhile counts as taken, but for an update."""
        try:
            current = self._calls(resource, plan)[step]()
        except AppStreamError as error:
            current = resource_after_refusal(error, api.OVERTAKEN_CODES, resource, self._describe)
            return _whole(current, plan), [] if step == states.UPDATE else [step]
        return _whole(current, plan), [step]

    def failure_reason(self, resource: Resource) -> str | None:
        """Say why a fleet in this state can't get where it should."""
        return f"Fleet {self.name} cannot be started" if states.has_failed_to_start(resource) else None

    def describe(self, resource: Resource) -> str:
        """Return the state and, while a RUNNING fleet lacks instances, how many of them there are."""
        state = super().describe(resource)
        if resource is None or state != "RUNNING" or states.has_capacity(resource):
            return state
        status = resource.get("compute_capacity_status") or {}
        there = status.get("available", 0) + status.get("in_use", 0)
        return f"{state} with {there} of {status.get('desired', 0)} instances"

    def _plan_deletion(self, before: Resource) -> FleetPlan:
        """Raise AppStreamError while the fleet is associated with a stack."""
        if before and before["stacks"]:
            raise AppStreamError(
                f"{self.about} cannot be deleted, it is associated with stack {', '.join(before['stacks'])}",
                remedy="Take it off the stacks first, for example with module euc.appstream.stack and fleet: ''.",
            )
        return FleetPlan(before=_view(before), after={}, wanted="absent", known=_known(before))

    def _plan_creation(self) -> FleetPlan:
        wanted, desired = self.params["state"], self._desired()
        tags = tags_after({}, self.params["tags"], self.params["purge_tags"])
        request = self._creation_request()
        state = states.END_STATES.get(wanted, "STOPPED")
        after = {**filled(desired), "state": state, "tags": tags}
        return FleetPlan(
            before={},
            after=after,
            predicted=_predicted({"name": self.name, "stacks": []}, request, after),
            wanted=wanted,
            desired=desired,
            known={"tags": tags, "stacks": []},
        )

    def _plan_update(self, before: dict[str, Any]) -> FleetPlan:
        wanted = states.wanted_state(self.params["state"], states.state_of(before), states.FLEET_DESTINATIONS)
        bound_for = _bound_for(before)
        desired, warnings = self._unless_left_alone(before, self._desired())
        found = changes_of(before, desired)
        request = self._update_request(before, desired, found)
        has_other_system = bound_for == "RUNNING" and self._has_other_system(before, found)
        self._require_stop_allowed(before, _fixed(before, found, has_other_system), wanted, has_other_system)
        tags = tags_after(before["tags"], self.params["tags"], self.params["purge_tags"])
        after = {**_settings_after(before, found), "state": states.END_STATES.get(wanted, bound_for), "tags": tags}
        return FleetPlan(
            before=_view(before),
            after=after,
            warnings=warnings,
            steps=tag_steps(self._client, before, tags),
            predicted=_predicted(before, request, after),
            wanted=wanted,
            # A fleet that is already on its way to the wanted state needs nothing.
            is_changed={**_view(before), "state": bound_for} != after,
            desired=desired,
            known={"tags": tags, "stacks": before["stacks"]},
            has_other_system=has_other_system,
        )

    def _desired(self) -> dict[str, Any]:
        return desired_settings(SETTINGS, self.params, self.params["purge_attributes"])

    def _unless_left_alone(self, fleet: dict[str, Any], desired: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Return the desired settings, without the capacity where it is left alone, and warnings."""
        if CAPACITY not in changes_of(fleet, desired):
            return desired, []
        return unless_left_alone(self.connect, self.name, desired, self.params["update_capacity"])

    def _creation_request(self) -> dict[str, Any]:
        """Return the parameters of CreateFleet, without the name; raises AppStreamError when it can't be called."""
        desired = desired_settings(SETTINGS, self.params)
        missing = missing_options(desired.get("fleet_type"), filled(desired))
        if missing:
            raise AppStreamError(f"{self.about} does not exist, and to create it {' and '.join(missing)} must be set")
        problems = type_problems(desired.get("fleet_type") or "ALWAYS_ON", desired)
        if problems:
            raise AppStreamError(f"{self.about} cannot be created: {'; '.join(problems)}")
        tags = tags_after({}, self.params["tags"], self.params["purge_tags"])
        request = {**creation_request(SETTINGS, desired), **({"Tags": tags} if tags else {})}
        self._require_support("CreateFleet", request)
        return request

    def _update_request(
        self, fleet: dict[str, Any], desired: Mapping[str, Any], found: Mapping[str, Change]
    ) -> dict[str, Any]:
        """Return the parameters of UpdateFleet, without the name; raises AppStreamError when it can't be called."""
        unchangeable = changed_by(SETTINGS, BY_RECREATION, found)
        if unchangeable:
            raise AppStreamError(
                f"{self.about} differs in what the service cannot change on an existing fleet: "
                f"{in_words(unchangeable)}",
                remedy="Delete the fleet with state: absent and create it again.",
                result={"drift": drift(unchangeable)},
            )
        problems = type_problems(str(fleet.get("fleet_type")), not_known_to_have(fleet, desired, found))
        if problems:
            raise AppStreamError(f"{self.about} is not possible like this: {'; '.join(problems)}")
        request = update_request(fleet, found)
        if request:
            self._require_support("UpdateFleet", request)
        return request

    def _require_support(self, operation: str, request: Mapping[str, Any]) -> None:
        """Raise AppStreamError for what the installed botocore does not know, such as a platform."""
        require_support(self._client, operation, request)
        platform, known = request.get("Platform"), self._client.meta.service_model.shape_for("PlatformType").enum
        if platform and platform not in known:
            raise AppStreamError(
                f"The installed botocore does not know platform {platform}, only {', '.join(known)}",
                remedy="Correct the platform, or install a newer boto3 and botocore.",
            )

    def _has_other_system(self, fleet: Mapping[str, Any], found: Mapping[str, Change]) -> bool:
        """Say whether the fleet is to get an image for another platform. Raises AppStreamError for an unusable one."""
        name, arn = (found[option].desired if option in found else None for option in IMAGE_OPTIONS)
        image = usable_image(self._client, self.about, name, arn) if name or arn else None
        return bool(image and fleet.get("platform") and image.get("platform") != fleet["platform"])

    def _require_stop_allowed(
        self, fleet: Mapping[str, Any], fixed: Mapping[str, Change], wanted: str, has_other_system: bool
    ) -> None:
        """Raise AppStreamError unless the fleet may be stopped, as one that is to be stopped or that serves nobody."""
        if not fixed or self.params["allow_stop"] or wanted == "stopped" or _bound_for(fleet) != "RUNNING":
            return
        image = " (an image of another operating system)" if has_other_system else ""
        raise AppStreamError(
            f"{self.about} is {states.state_of(fleet)} and differs in what the service changes only while a fleet of "
            f"type {fleet.get('fleet_type')} is STOPPED: {in_words(fixed)}{image}",
            remedy="With allow_stop: true it is stopped, changed and started again; that ends all its sessions.",
            result={"drift": drift(fixed)},
        )

    def _calls(self, resource: Resource, plan: FleetPlan) -> Mapping[str, Callable[[], Resource]]:
        """Return what each step does to the fleet; all raise AppStreamError."""
        client, name, fleet = self._client, self.name, resource or {}

        def create() -> Resource:
            request = self._creation_request()
            return api.create_fleet(client, name, request, lambda: are_references_there(self.connect, request))

        def update() -> Resource:
            request = update_request(fleet, changes_of(fleet, plan.desired))
            try:
                return api.update_fleet(client, name, request, lambda: are_references_there(self.connect, request))
            except AppStreamError as error:
                error.remedy = _STOP_IT if error.code == IN_USE else error.remedy
                raise

        # These three are answered with nothing. What a reading would show just then may be older than the call.

        def start() -> Resource:
            api.start_fleet(client, name)
            return {**fleet, "state": "STARTING", "fleet_errors": []}

        def stop() -> Resource:
            api.stop_fleet(client, name)
            return {**fleet, "state": "STOPPING"}

        def delete() -> Resource:
            api.delete_fleet(client, name)
            return None

        return {
            states.CREATE: create,
            states.UPDATE: update,
            states.START: start,
            states.STOP: stop,
            states.DELETE: delete,
        }


def _bound_for(fleet: Mapping[str, Any]) -> str | None:
    """Return the state a fleet is going to be in if nobody does anything."""
    state = fleet.get("state")
    return state if states.has_failed_to_start(fleet) else states.FLEET_DESTINATIONS.get(state or "", state)


def _fixed(fleet: Mapping[str, Any], found: Mapping[str, Change], has_other_system: bool) -> dict[str, Change]:
    """Return those of the changes for which the fleet has to be STOPPED."""
    image = {option: change for option, change in found.items() if option in IMAGE_OPTIONS and has_other_system}
    return {**fixed_while_running(fleet, found), **image}


def _known(fleet: Resource) -> dict[str, Any]:
    return {key: (fleet or {})[key] for key in ("tags", "stacks") if fleet}


def _whole(fleet: Resource, plan: FleetPlan) -> Resource:
    return fleet and {**fleet, **plan.known}


def _view(fleet: Resource) -> dict[str, Any]:
    """Return what can be compared of a fleet: its settings as options, its state and tags; {} when it is absent."""
    return {**view(SETTINGS, fleet), "state": fleet.get("state"), "tags": fleet["tags"]} if fleet else {}


def _settings_after(fleet: Mapping[str, Any], found: Mapping[str, Change]) -> dict[str, Any]:
    """Return the settings a fleet will have; security groups go with the subnets."""
    after = view_after(SETTINGS, fleet, found)
    return after if SUBNETS in after else {option: value for option, value in after.items() if option != GROUPS}


def _predicted(fleet: Mapping[str, Any], request: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fleet that check mode promises, as far as it can be known.

    Members of the request are members of the fleet, but for the capacity, of which only a part is asked for.
    """
    deleted = request.get("AttributesToDelete", [])
    changed = {setting.parameter for setting in SETTINGS if setting.attribute in deleted} | set(request)
    image = {"ImageName", "ImageArn"} if {"ImageName", "ImageArn"} & changed else set()
    lost = set(to_ansible_dict(dict.fromkeys(changed | image)))
    given = {name: value for name, value in request.items() if name not in ("AttributesToDelete", "ComputeCapacity")}
    network = {option: after[option] for option in NETWORK_OPTIONS if option in after}
    return {
        **{key: value for key, value in fleet.items() if key not in lost},
        **filled(to_ansible_dict(given)),
        **({"vpc_config": network} if network else {}),
        "state": after["state"],
        "tags": after["tags"],
    }
