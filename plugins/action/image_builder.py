# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shows how an image builder gets on while module image_builder waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import Resource
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.resource import (
    GOAL_OPTIONS,
    RESULT_KEY,
    failure_reason,
    wanted_state,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._wait_with_progress import Decision, WaitWithProgress


class ActionModule(WaitWithProgress):
    """Runs euc.appstream.image_builder and waits on the controller."""

    module_name = "euc.appstream.image_builder"
    info_module_name = "euc.appstream.image_builder_info"
    result_key = RESULT_KEY
    goal_options = GOAL_OPTIONS
    last_actions = frozenset({states.CREATE, states.START})

    def decision(self, options: Mapping[str, Any]) -> Decision:
        """Return what image builder states mean for the wanted state."""
        return Decision(
            next_step=lambda image_builder: states.image_builder_step(image_builder, options["state"]),
            failure_reason=lambda image_builder: failure_reason(options["name"], image_builder),
        )

    def wanted_state(self, wanted: str, seen: str) -> str:
        """Settle what ``present`` means, which later runs could no longer tell."""
        return wanted_state(wanted, seen)

    def _look(self, options: Mapping[str, Any], runs: list[dict[str, Any]]) -> Resource:
        """Read the image builder as the module returns it: whether it is a temporary one only the info module tells."""
        seen = super()._look(options, runs)
        return seen and {key: value for key, value in seen.items() if key != "temporary"}

    def describe(self, resource: Resource) -> str:
        """Return the state and, while it is running, the address."""
        state = super().describe(resource)
        address = states.eni_address(resource or {}) if states.image_builder_is(states.READY, state) else None
        return f"{state} at {address}" if address else state
