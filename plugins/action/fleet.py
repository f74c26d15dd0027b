# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shows how a fleet gets on while module fleet waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import Resource
from ansible_collections.euc.appstream.plugins.module_utils._appstream.fleet.resource import (
    GOAL_OPTIONS,
    RESULT_KEY,
    failure_reason,
    wanted_state,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._wait_with_progress import Decision, WaitWithProgress


class ActionModule(WaitWithProgress):
    """Runs euc.appstream.fleet and waits on the controller."""

    module_name = "euc.appstream.fleet"
    info_module_name = "euc.appstream.fleet_info"
    result_key = RESULT_KEY
    goal_options = GOAL_OPTIONS
    last_actions = frozenset({states.CREATE, states.START, states.UPDATE})
    carried_over = ("tags", "stacks")
    starts_by_itself = False

    def decision(self, options: Mapping[str, Any]) -> Decision:
        """Return what fleet states mean for the wanted state."""
        return Decision(
            next_step=lambda fleet: states.fleet_step(
                fleet, options["state"], capacity=bool(options["wait_for_capacity"])
            ),
            failure_reason=lambda fleet: failure_reason(options["name"], fleet),
        )

    def look_for(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments with which the info module finds the fleet; stacks cost a call more, as tags do."""
        return {**super().look_for(options), "include_stacks": False}

    def wanted_state(self, wanted: str, seen: str) -> str:
        """Settle what ``present`` means, which later runs could no longer tell."""
        return wanted_state(wanted, None if seen == states.ABSENT else seen)

    def describe(self, resource: Resource) -> str:
        """Return the state and, while instances are missing, how many of them there are."""
        state = super().describe(resource)
        if resource is None or state != "RUNNING" or states.has_capacity(resource):
            return state
        status = resource.get("compute_capacity_status") or {}
        there = status.get("available", 0) + status.get("in_use", 0)
        return f"{state} with {there} of {status.get('desired', 0)} instances"
