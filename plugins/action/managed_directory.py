# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shows how a directory gets on while module managed_directory waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import Resource
from ansible_collections.euc.appstream.plugins.module_utils._appstream.managed_directory.resource import (
    GOAL_OPTIONS,
    RESULT_KEY,
    failure_reason,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._wait_with_progress import Decision, WaitWithProgress


class ActionModule(WaitWithProgress):
    """Runs euc.appstream.managed_directory and waits on the controller."""

    module_name = "euc.appstream.managed_directory"
    info_module_name = "euc.appstream.managed_directory_info"
    result_key = RESULT_KEY
    goal_options = GOAL_OPTIONS
    last_actions = frozenset({states.CREATE})

    def decision(self, options: Mapping[str, Any]) -> Decision:
        """Return what stages mean for the wanted state."""
        return Decision(
            next_step=lambda directory: states.managed_directory_step(directory, options["state"]),
            failure_reason=lambda directory: failure_reason(options["name"], directory),
        )

    def _look(self, options: Mapping[str, Any], runs: list[dict[str, Any]]) -> Resource:
        """Read the directory of the module's last run, not another one of the same name, and keep its tags."""
        known: dict[str, Any] = runs[-1][RESULT_KEY] or {}
        found = self.read_info(self.info_module_name, self.look_for(options))["directories"]
        seen = next((one for one in found if one["directory_id"] == known.get("directory_id")), None)
        return seen and {**seen, "tags": known.get("tags", {})}
