# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The licence-included software of an image builder as a managed resource.

The resource is an image builder with its software: ``name``, ``arn``, ``state``, ``platform`` and
``software_associations``, as ``api.describe_image_builder_software`` gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..core import states
from ..core.calls import CHANGED_STATE_CODES, require_support
from ..core.errors import AppStreamError
from ..core.reconcile import ManagedResource, Plan
from ..core.retries import MUTATION_CODES
from ..core.troubleshooting import failed_software
from ..core.validation import software_problems
from ..core.waits import History, Resource
from . import api
from .api import statuses_of
from .rules import image_builder_software_problems

WANTED = "RUNNING with its software deployed"

# What a call may be answered with when what it asks for has been done before, or the image builder has moved on.
_OVERTAKEN = CHANGED_STATE_CODES | MUTATION_CODES | {"InvalidParameterCombinationException"}
_STAGED_STATUSES = frozenset({"STAGED_FOR_INSTALLATION", "STAGED_FOR_UNINSTALLATION"})
_PENDING_STATUSES = frozenset({"PENDING_INSTALLATION", "PENDING_UNINSTALLATION"})
_LEAVING_STATUSES = frozenset({"STAGED_FOR_UNINSTALLATION", "PENDING_UNINSTALLATION"})

# What each step stands for, in order: software of another year or architecture has to go first.
_CHANGES = (states.DISASSOCIATE, states.ASSOCIATE)
_ACTIONS = {states.DISASSOCIATE: _CHANGES, states.ASSOCIATE: _CHANGES, states.DEPLOY: (*_CHANGES, states.DEPLOY)}
_OPERATIONS = {states.ASSOCIATE: api.ASSOCIATE, states.DISASSOCIATE: api.DISASSOCIATE}

Statuses = Mapping[str, str]


class ImageBuilderSoftware(ManagedResource):
    """The software that module ``image_builder_software`` describes, and the image builder that has it."""

    result_key = "image_builder"

    @property
    def about(self) -> str:
        """What messages call the image builder."""
        return f"Image builder {self.name}"

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return image_builder_software_problems(self.params)

    def read(self) -> Resource:
        """Return the image builder with its software."""
        return api.describe_image_builder_software(self.connect("appstream"), self.name)

    def plan(self, before: Resource) -> Plan:
        """Return what is to become of the software."""
        self._require_possible(before)
        after = self.statuses_after(before)
        listed = [{"software_name": name, "status": status} for name, status in sorted(after.items())]
        return Plan(
            before=statuses_of(before),
            after=after,
            predicted=before and {**before, "software_associations": _with_errors(listed, before)},
            wanted=WANTED,
            is_changed=_statuses_if_left_alone(before) != after,
        )

    def next_step(self, resource: Resource, plan: Plan, history: History) -> str:
        """Decide what brings the software nearer to where it should be.

        ``states.DEPLOY`` stands for all that has to be done before as well, ``ASSOCIATE`` and ``DISASSOCIATE`` for what
        can be done without deploying.
        """
        # The last reading failed: what is known of the software is older than what was done.
        is_outdated = history.passing_error is not None and bool(history.actions)
        return states.WAIT if is_outdated else self._next_step(resource, history.actions)

    def act(self, step: str, resource: Resource, plan: Plan, history: History) -> tuple[Resource, list[str]]:
        """Take a step, of up to three calls; those that were made before another one failed are in the history."""
        taken: list[str] = []
        current = resource
        try:
            for action in _ACTIONS[step]:
                before = [*history.actions, *taken]
                if self._is_called_for(action, resource, current, before):
                    self._call(action, current, before)
                    taken.append(action)
                    current = self.read()
        except AppStreamError as error:
            error.result.setdefault("image_builder", current)
            history.actions += taken
            raise
        return current, taken

    def failure_reason(self, resource: Resource) -> str | None:
        """Say why software cannot be brought where it should be."""
        if resource is None:
            return f"{self.about} does not exist: create it with module euc.appstream.image_builder"
        if not states.image_builder_is(states.READY, resource["state"]):
            return (
                f"{self.about} is {resource['state']}, and software can be installed and removed on a RUNNING one "
                "only: bring it to RUNNING with module euc.appstream.image_builder"
            )
        return f"Software could not be deployed on image builder {self.name}" if failed_software(resource) else None

    def describe(self, resource: Resource) -> str:
        """Return the state, and which of the software is not installed yet, or not gone."""
        waiting = [name for name, status in statuses_of(resource).items() if status != "INSTALLED"]
        state = super().describe(resource)
        return f"{state}, waiting for {', '.join(waiting)}" if waiting else state

    def result(self, values: dict[str, Any], plan: Any, history: History) -> dict[str, Any]:
        """Return the return values, the software of the image builder among them also on its own."""
        return with_list(values)

    def steps(self, statuses: Statuses) -> dict[str, str]:
        """Return the next step for each software, see ``states.SOFTWARE_STEPS``.

        What others have staged is deployed along, and what others have under way is waited for.
        """
        found = {}
        for name in sorted({*statuses, *self.params["softwares"]}):
            status, desired = statuses.get(name), self._desired(name)
            if desired:
                found[name] = states.software_step(status, desired)
            elif status in _STAGED_STATUSES:
                found[name] = states.STAGED
            elif status in _PENDING_STATUSES:
                found[name] = states.WAIT
            else:
                found[name] = states.DONE
        return found

    def statuses_after(self, resource: Resource) -> dict[str, str]:
        """Return the status all software will have, by name."""
        before = statuses_of(resource)
        deploys = self._next_step(resource, ()) == states.DEPLOY
        after: dict[str, str | None] = {}
        for name, step in self.steps(before).items() if resource else ():
            status = before.get(name)
            if step == states.ASSOCIATE:
                status = "STAGED_FOR_INSTALLATION"
            elif step == states.DISASSOCIATE:
                status = None if status == "STAGED_FOR_INSTALLATION" else "STAGED_FOR_UNINSTALLATION"
            goes_on = status in _PENDING_STATUSES or (self.params["deploy"] and status in _STAGED_STATUSES)
            is_retried = deploys and self.params["retry_failed"] and str(status).startswith("FAILED")
            after[name] = states.SOFTWARE_DESTINATIONS[str(status)] if goes_on or is_retried else status
        return {name: status for name, status in after.items() if status is not None}

    def _desired(self, software: str) -> str | None:
        """Return whether software is to be ``present`` or ``absent``; None: it is left alone."""
        if software in self.params["softwares"]:
            return str(self.params["state"])
        return "absent" if self.params["purge"] and self.params["state"] == "present" else None

    def _may_retry(self, taken: Sequence[str]) -> bool:
        """Say whether what has failed is to be deployed again; that is done once."""
        return self.params["retry_failed"] and self.params["deploy"] and states.DEPLOY not in taken

    def _next_step(self, resource: Resource, taken: Sequence[str]) -> str:
        """Return ``next_step`` after these actions."""
        if resource is None:
            return states.DONE if self.params["state"] == "absent" else states.FAIL
        found = set(self.steps(statuses_of(resource)).values())
        changes = found & {states.ASSOCIATE, states.DISASSOCIATE}
        has_failed = states.FAIL in found
        retry = has_failed and self._may_retry(taken)
        to_deploy = self.params["deploy"] and bool(changes or states.STAGED in found or retry)
        if states.image_builder_is(states.READY, resource["state"]):
            if states.WAIT in found:
                return states.WAIT
            if has_failed and not retry:
                return states.FAIL
            if to_deploy:
                return states.DEPLOY
            return next((step for step in (states.ASSOCIATE, states.DISASSOCIATE) if step in changes), states.DONE)
        if _is_coming_up(resource["state"]):
            return states.WAIT
        return states.FAIL if changes or to_deploy or has_failed or states.WAIT in found else states.DONE

    def _require_possible(self, resource: Resource) -> None:
        """Raise AppStreamError for what would be refused on the way, before anything is done."""
        if resource is None:
            return
        client, statuses = self.connect("appstream"), statuses_of(resource)
        steps = set(self.steps(statuses).values())
        if states.ASSOCIATE in steps:
            there = [name for name, status in statuses.items() if status not in _LEAVING_STATUSES]
            together = [name for name in dict.fromkeys([*there, *self.params["softwares"]]) if self._stays(name)]
            found = software_problems("the software asked for and already there", together, resource.get("platform"))
            if found:
                remedy = "With purge: true all software that is not listed is removed."
                raise AppStreamError(f"{self.about}: {'; '.join(found)}", remedy=remedy)
        for step, operation in _OPERATIONS.items():
            if step in steps:
                require_support(client, operation, {})
        if self.params["deploy"]:
            require_support(client, api.DEPLOY, {"RetryFailedDeployments": self.params["retry_failed"]})

    def _stays(self, name: str) -> bool:
        return self._desired(name) != "absent"

    def _is_called_for(self, action: str, first: Resource, current: Resource, taken: Sequence[str]) -> bool:
        """Say whether an action still has to be taken, where ``first`` is the image builder before this step."""
        if current is None or not states.image_builder_is(states.READY, current["state"]):
            return False
        steps = self.steps(statuses_of(current)).values()
        if action != states.DEPLOY:
            return action in steps
        # A change that does not show yet is staged all the same.
        is_stale = bool(taken) and statuses_of(current) == statuses_of(first)
        return is_stale or states.STAGED in steps or (states.FAIL in steps and self._may_retry(taken))

    def _call(self, action: str, resource: Resource, taken: Sequence[str]) -> None:
        """Take one action; that it was carried out before is no error. Raises AppStreamError."""
        client = self.connect("appstream")
        names = [name for name, step in self.steps(statuses_of(resource)).items() if step == action]
        try:
            if action == states.DISASSOCIATE:
                api.disassociate_software(client, self.name, names)
            elif action == states.ASSOCIATE:
                api.associate_software(client, self.name, names)
            else:
                api.start_software_deployment(client, self.name, self._may_retry(taken))
        except AppStreamError as error:
            if error.code not in _OVERTAKEN or self.read() == resource:
                raise


def with_list(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return return values with the software of the image builder among them also on its own."""
    if "image_builder" not in values:
        return dict(values)
    resource: Resource = values["image_builder"]
    return {**values, "software_associations": (resource or {}).get("software_associations", [])}


def _is_coming_up(state: str) -> bool:
    """Say whether an image builder is on its way to RUNNING; a state nobody knows is taken to be."""
    moving = states.image_builder_is(states.MOVING, state)
    return moving and states.IMAGE_BUILDER_DESTINATIONS.get(state, "RUNNING") == "RUNNING"


def _statuses_if_left_alone(resource: Resource) -> dict[str, str]:
    """Return the status all software will have if nobody does anything: what is under way already needs nothing."""
    ends = {
        name: states.SOFTWARE_DESTINATIONS[status] if status in _PENDING_STATUSES else status
        for name, status in statuses_of(resource).items()
    }
    return {name: status for name, status in ends.items() if status is not None}


def _with_errors(listed: Iterable[dict[str, Any]], resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return associations as they are where their status stays."""
    known = {(one["software_name"], one["status"]): one for one in resource["software_associations"]}
    return [known.get((one["software_name"], one["status"]), one) for one in listed]
