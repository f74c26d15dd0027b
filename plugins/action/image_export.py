# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shows how an export task gets on while module image_export waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import Resource
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_export.resource import ImageExport
from ansible_collections.euc.appstream.plugins.modules.image_export import ARGUMENT_SPEC
from ansible_collections.euc.appstream.plugins.plugin_utils._retries_once import RetriesOnce
from ansible_collections.euc.appstream.plugins.plugin_utils._wait_with_progress import Decision


class ActionModule(RetriesOnce):
    """Runs euc.appstream.image_export and waits on the controller."""

    module_name = "euc.appstream.image_export"
    info_module_name = "euc.appstream.image_export_info"
    result_key = ImageExport.result_key
    goal_options = {
        name: ARGUMENT_SPEC[name] for name in ("name", "ami_name", "retry_failed", "wait", "wait_timeout", "wait_delay")
    }
    wanted = "COMPLETED"
    last_actions = frozenset({states.CREATE})

    def resource_name(self, options: Mapping[str, Any]) -> str:
        """Return what to call the task: its id says nothing."""
        return f"{options['name']} to {options['ami_name']}"

    def decision(self, options: Mapping[str, Any]) -> Decision:
        """Return what the states of a task mean."""
        kind: Any = ImageExport
        return Decision(
            next_step=lambda task: states.export_task_step(task, retry=self.may_retry(options)),
            failure_reason=kind(options, None).failure_reason,
        )

    def _look(self, options: Mapping[str, Any], runs: list[dict[str, Any]]) -> Resource:
        """Read the task of the module's last run; one that was begun just now may not be found at once."""
        known: Resource = runs[-1][self.result_key]
        if known is None:
            return None
        found = self.read_info(self.info_module_name, {"task_ids": [known["task_id"]]})[f"{self.result_key}s"]
        return next(iter(found), known)
