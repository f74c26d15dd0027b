# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A stack as a managed resource: its settings, its tags and the fleet it offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.calls import require_support
from ..core.errors import AppStreamError
from ..core.reconcile import ManagedResource, Plan, Step
from ..core.settings import Change, changes, creation_request, desired_settings, update_request, view, view_after
from ..core.tag_steps import tag_steps
from ..core.tags import tags_after, with_tags
from ..core.waits import Resource
from ..fleet.api import describe_fleet
from . import api
from .rules import settings_problems, stack_problems
from .settings import SETTINGS


class Stack(ManagedResource):
    """The stack that module ``stack`` describes."""

    result_key = "stack"

    @property
    def about(self) -> str:
        """What messages call the stack."""
        return f"Stack {self.name}"

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return stack_problems(self.params)

    def read(self) -> Resource:
        """Return the stack with its tags and fleets."""
        client = self.connect("appstream")
        stack = api.describe_stack(client, self.name)
        return stack and api.with_fleets(client, with_tags(client, stack))

    def plan(self, before: Resource) -> Plan:
        """Return what is to become of the stack."""
        if self.params["state"] == "absent":
            return Plan(_view(before), {}, steps=self._deletion(before))
        desired = desired_settings(SETTINGS, self.params, self.params["purge_attributes"])
        found = changes(SETTINGS, before, desired)
        request = update_request(SETTINGS, found) if before else creation_request(SETTINGS, desired)
        self._require_possible(before, found, request)
        known: Mapping[str, Any] = before or {"tags": {}, "fleets": []}
        tags = tags_after(known["tags"], self.params["tags"], self.params["purge_tags"])
        fleets = self._fleets_after(known["fleets"])
        after = {**view_after(SETTINGS, before, found), "tags": tags, "fleets": fleets}
        steps = [
            *([] if before else [self._creation({**request, "Tags": tags} if tags else request)]),
            *([self._update(request)] if before and request else []),
            *tag_steps(self.connect("appstream"), before, tags, is_listed=True),
            *(self._disassociation(fleet) for fleet in known["fleets"] if fleet not in fleets),
            *(self._association(fleet) for fleet in fleets if fleet not in known["fleets"]),
        ]
        options = {setting.option for setting in SETTINGS}
        kept = {key: value for key, value in (before or {}).items() if key not in options}
        return Plan(_view(before), after, steps=steps, predicted={"name": self.name, **kept, **after})

    def _fleets_after(self, present: list[str]) -> list[str]:
        fleet = self.params["fleet"]
        if fleet is None:
            return present
        return [fleet] if fleet else []

    def _require_possible(self, before: Resource, found: Mapping[str, Change], request: Mapping[str, Any]) -> None:
        """Raise AppStreamError when the stack cannot become what it is to be."""
        problems = settings_problems({option: change.after for option, change in found.items()})
        if problems:
            raise AppStreamError(f"{self.about} is not possible like this: {'; '.join(problems)}")
        client, fleet = self.connect("appstream"), self.params["fleet"]
        if request:
            require_support(client, "UpdateStack" if before else "CreateStack", request)
        if fleet and fleet not in (before or {}).get("fleets", []) and describe_fleet(client, fleet) is None:
            raise AppStreamError(
                f"{self.about} cannot be given fleet {fleet}, which does not exist",
                remedy="Create the fleet first, for example with module euc.appstream.fleet.",
            )

    def _creation(self, request: dict[str, Any]) -> Step:
        def create(stack: dict[str, Any]) -> dict[str, Any]:
            created = api.create_stack(self.connect("appstream"), self.name, request)
            return {**created, "tags": request.get("Tags", {}), "fleets": []}

        return Step("create", create)

    def _update(self, request: dict[str, Any]) -> Step:
        def update(stack: dict[str, Any]) -> dict[str, Any]:
            updated = api.update_stack(self.connect("appstream"), self.name, request)
            return {**updated, "tags": stack["tags"], "fleets": stack["fleets"]}

        return Step("update", update)

    def _association(self, fleet: str) -> Step:
        def associate(stack: dict[str, Any]) -> dict[str, Any]:
            api.associate_fleet(self.connect("appstream"), self.name, fleet)
            return {**stack, "fleets": [*stack["fleets"], fleet]}

        return Step("associate", associate)

    def _disassociation(self, fleet: str) -> Step:
        """A stack has one fleet at most: another one is taken off before the desired one is associated."""

        def disassociate(stack: dict[str, Any]) -> dict[str, Any]:
            api.disassociate_fleet(self.connect("appstream"), self.name, fleet)
            return {**stack, "fleets": [one for one in stack["fleets"] if one != fleet]}

        return Step("disassociate", disassociate)

    def _deletion(self, before: Resource) -> list[Step]:
        if before is None:
            return []

        def delete(stack: dict[str, Any]) -> None:
            api.delete_stack(self.connect("appstream"), self.name)

        return [*(self._disassociation(fleet) for fleet in before["fleets"]), Step("delete", delete)]


def _view(stack: Resource) -> dict[str, Any]:
    """Return what can be changed of a stack; {} when it does not exist."""
    return {**view(SETTINGS, stack), "tags": stack["tags"], "fleets": stack["fleets"]} if stack else {}
