# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shows how a copy gets on, and how long it has to wait for others, while module image_copy waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import Resource
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_copy.resource import ImageCopy
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_copy.rules import destination_name
from ansible_collections.euc.appstream.plugins.modules.image_copy import ARGUMENT_SPEC
from ansible_collections.euc.appstream.plugins.plugin_utils._retries_once import RetriesOnce
from ansible_collections.euc.appstream.plugins.plugin_utils._wait_with_progress import Decision

# What the module's failure for want of a slot returns, and a run that has only to go on does not.
_OF_FAILURE = frozenset({"copies_under_way", "error", "exception", "failed", "msg", "remedy", "retryable"})


class ActionModule(RetriesOnce):
    """Runs euc.appstream.image_copy and waits on the controller.

    After the copy is AVAILABLE the module runs once more: tags may have had to wait for that.
    """

    module_name = "euc.appstream.image_copy"
    info_module_name = "euc.appstream.image_info"
    result_key = ImageCopy.result_key
    goal_options = {
        name: ARGUMENT_SPEC[name]
        for name in (
            "name",
            "destination_region",
            "destination_name",
            "retry_failed",
            "wait",
            "wait_timeout",
            "wait_delay",
        )
    }
    wanted = "AVAILABLE"
    copies_under_way: tuple[str, ...] = ()
    _has_run = False
    _diff: Mapping[str, Any] | None = None

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module, and wait for what it began; the diff is that of its first run that succeeded."""
        result = super().run(tmp, task_vars)
        return {**result, "diff": self._diff} if self._diff and not result.get("failed") else result

    def decision(self, options: Mapping[str, Any]) -> Decision:
        """Return what image states mean for a copy."""
        kind: Any = ImageCopy
        return Decision(
            next_step=lambda image: states.made_image_step(image, retry=self.may_retry(options)),
            failure_reason=kind(options, None).failure_reason,
        )

    def resource_name(self, options: Mapping[str, Any]) -> str:
        """Return the name of the copy, with its Region when the task names one."""
        region = options["destination_region"]
        return f"{destination_name(options)} in {region}" if region else destination_name(options)

    def look_for(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments with which the info module finds the copy."""
        looked_for = {"names": [destination_name(options)], "include_tags": False}
        region = options["destination_region"]
        return {**looked_for, "region": region} if region else looked_for

    def describe(self, resource: Resource) -> str:
        """Return the state, and what is waited for while there is no slot for the copy."""
        state = super().describe(resource)
        if resource is not None or not self.copies_under_way:
            return state
        return f"{state}, waiting for the copies under way already ({', '.join(self.copies_under_way)})"

    def run_module(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run a module; that there is no slot for the copy is no failure of the first run, but something to wait for.

        In later runs it is a failure that passes.
        """
        result = super().run_module(name, arguments)
        if name != self.module_name:
            return result
        is_first, self._has_run = not self._has_run, True
        self.copies_under_way = tuple(result.get("copies_under_way") or ())
        if not result.get("failed"):
            self._diff = self._diff or result.get("diff")
        elif is_first and self.copies_under_way:
            return {key: value for key, value in result.items() if key not in _OF_FAILURE}
        return result
