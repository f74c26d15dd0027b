# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A directory of AWS Managed Microsoft AD as a managed resource: all but its tags is fixed when it is created.

The password of its administrator is in the parameters and in the request alone, which is made when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..core import states
from ..core.calls import ACCESS_DENIED_CODES, once_only_config
from ..core.errors import AppStreamError
from ..core.networks import describe_subnets
from ..core.reconcile import ManagedResource, Plan
from ..core.settings import changes, creation_request, desired_settings, drift, filled, in_words, view
from ..core.tag_steps import tag_steps
from ..core.tags import tags_after
from ..core.waits import History, Resource
from . import api
from .rules import managed_directory_problems
from .settings import DEFAULT_EDITION, SETTINGS


@dataclass(frozen=True)
class DirectoryPlan(Plan):
    """``request`` are the parameters of CreateMicrosoftAD without the password; {} when there is nothing to create."""

    request: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class DirectoryHistory(History):
    """``created_id`` is the id of the directory this run has created: several may have one name."""

    created_id: str | None = None


class ManagedDirectory(ManagedResource):
    """The directory that module ``managed_directory`` describes."""

    result_key = "directory"
    history_type = DirectoryHistory

    @property
    def about(self) -> str:
        """What messages call the directory."""
        return f"Directory {self.name}"

    @cached_property
    def _client(self) -> Any:
        return self.connect("ds", config=once_only_config())

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return managed_directory_problems(self.params)

    def read(self) -> Resource:
        """Return the directory with its tags."""
        client = self._client
        directory = api.find_managed_directory(client, self.name, self.params["vpc_id"])
        return directory and api.with_tags(client, directory)

    def plan(self, before: Resource) -> DirectoryPlan:
        """Return what is to become of the directory."""
        there = unless_deleting(before)
        if self.params["state"] == "absent":
            return DirectoryPlan(before=_view(there), after={}, wanted="absent", is_changed=self._is_deleted(before))
        if there is None:
            return self._creation(before)
        self._refuse_drift(there)
        tags = tags_after(there["tags"], self.params["tags"], self.params["purge_tags"])
        return DirectoryPlan(
            before=_view(there),
            after={**_view(there), "tags": tags},
            steps=tag_steps(self._client, there, tags, write=api.write_tags, key="directory_id"),
            predicted={**there, "tags": tags},
            wanted="present",
        )

    def _is_deleted(self, before: Resource) -> bool:
        """Say whether the run deletes the directory; one in the making must be waited for first."""
        step = states.managed_directory_step(before, "absent")
        is_waited_out = step == states.WAIT and unless_deleting(before) is not None
        return step == states.DELETE or (is_waited_out and self.params["wait"])

    def _creation(self, before: Resource) -> DirectoryPlan:
        """Return the plan to create a directory, ``before`` is a former one that is being deleted."""
        desired = {"edition": DEFAULT_EDITION, **desired_settings(SETTINGS, self.params)}
        self._require_possible(desired)
        tags = tags_after({}, self.params["tags"], self.params["purge_tags"])
        request = {"Name": self.name, **creation_request(SETTINGS, desired)}
        settings = filled(desired)
        vpc_settings = {option: settings.pop(option) for option in ("vpc_id", "subnet_ids")}
        return DirectoryPlan(
            before={},
            after={"name": self.name, **settings, **vpc_settings, "tags": tags},
            predicted={"name": self.name, **settings, "vpc_settings": vpc_settings, "tags": tags},
            wanted="present",
            is_changed=before is None or self.params["wait"],
            request={**request, "Tags": api.tag_list(tags)} if tags else request,
        )

    def _refuse_drift(self, there: dict[str, Any]) -> None:
        """Raise AppStreamError naming every setting that only a new directory could have."""
        found = changes(SETTINGS, there, desired_settings(SETTINGS, self.params))
        if found:
            raise AppStreamError(
                f"{self.about} differs in what the service cannot change on an existing directory: {in_words(found)}",
                remedy="Leave these options out, or delete the directory, with everything in the domain, and create it "
                "again.",
                result={"drift": drift(found)},
            )

    def _require_possible(self, desired: Mapping[str, Any]) -> None:
        """Raise AppStreamError when a directory can't be created with what is given.

        Amazon EC2 is asked about the subnets when the credentials allow that.
        """
        missing = [option for option in ("password", "vpc_id", "subnet_ids") if not self.params[option]]
        if missing:
            raise AppStreamError(f"{self.about} does not exist, and to create it {_listed(missing)} must be set")
        problems = _subnet_problems(self.connect("ec2"), desired["vpc_id"], desired["subnet_ids"])
        if problems:
            raise AppStreamError(f"{self.about} cannot be created: {'; '.join(problems)}")

    def next_step(self, resource: Resource, plan: Plan, history: History) -> str:
        """Return what brings the directory nearer to its wanted state, and warn of one that got there with limits."""
        step = states.managed_directory_step(resource, plan.wanted)
        if step == states.DONE and not history.warnings:
            history.warnings += self._warnings(resource)
        return step

    def read_again(self, plan: Plan, history: Any) -> Resource:
        """Return the directory, by its id if there is one, with the tags it is known to have."""
        last = history.resource or {}
        directory_id = last.get("directory_id") or history.created_id
        seen = (
            api.describe_managed_directory(self._client, directory_id)
            if directory_id
            else api.find_managed_directory(self._client, self.name, self.params["vpc_id"])
        )
        if seen is None:
            return None
        is_same = seen["directory_id"] == last.get("directory_id")
        return {**seen, "tags": dict((last if is_same else plan.after).get("tags", {}))}

    def act(self, step: str, resource: Resource, plan: DirectoryPlan, history: Any) -> tuple[Resource, list[str]]:
        """Create or delete the directory."""
        if step == states.CREATE:
            request = {**plan.request, "Password": self.params["password"]}
            history.created_id = api.create_managed_directory(self._client, request)
            identity = {"directory_id": history.created_id, "name": self.name, "type": api.OWN}
            resource = {**identity, "stage": "Requested", "tags": dict(plan.after["tags"])}
        else:
            api.delete_managed_directory(self._client, self.name, (resource or {})["directory_id"])
        history.resource = resource
        return self._seen_or(resource, step, plan, history), [step]

    def _seen_or(self, known: Resource, step: str, plan: Plan, history: Any) -> Resource:
        """Return the directory as it is now; what was begun is begun also when it can't be read."""
        try:
            seen = self.read_again(plan, history)
        except AppStreamError:
            return known
        return seen or (known if step == states.CREATE else None)

    def failure_reason(self, resource: Resource) -> str | None:
        """Say why a directory in this stage can't get where it should; None when its stage says it all."""
        stage = states.state_of(resource)
        if states.managed_directory_is(states.FAILED, stage):
            return f"Directory {self.name} ({(resource or {}).get('directory_id')}) is {stage}"
        return None

    def _warnings(self, resource: Resource) -> list[str]:
        stage = states.state_of(resource)
        if not states.managed_directory_is(states.RESTING, stage):
            return []
        reason = (resource or {}).get("stage_reason") or "See its health in AWS Directory Service."
        return [f"Directory {self.name} is {stage}: it works with limits. {reason}"]


def unless_deleting(directory: Resource) -> Resource:
    """Return the directory, None when it is about to be gone: nothing on that one can be kept or changed."""
    return None if states.state_of(directory) == "Deleting" else directory


def _view(directory: Resource) -> dict[str, Any]:
    """Return what can be compared of a directory: its settings as options and its tags; {} when it does not exist."""
    if directory is None:
        return {}
    return {"name": directory["name"], **view(SETTINGS, directory), "tags": dict(directory["tags"])}


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _subnet_problems(ec2_client: Any, vpc_id: str, subnet_ids: list[str]) -> list[str]:
    try:
        subnets = describe_subnets(ec2_client, subnet_ids)
    except AppStreamError as error:
        if error.code not in ACCESS_DENIED_CODES:
            raise
        return []
    problems = [f"subnet {name} does not exist" for name in subnet_ids if name not in subnets]
    problems += [
        f"subnet {name} is in VPC {subnet['vpc_id']}, not in {vpc_id}"
        for name, subnet in subnets.items()
        if subnet["vpc_id"] != vpc_id
    ]
    zones = {subnet["availability_zone"] for subnet in subnets.values()}
    if not problems and len(zones) < len(subnet_ids):
        problems.append(f"both subnets are in Availability Zone {next(iter(zones))}, they must be in different ones")
    return problems
