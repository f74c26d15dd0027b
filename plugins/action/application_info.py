# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.plan import DIRECTORY, Circumstances, plan
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.state import found, read, reported
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_job import Host

ARGUMENT_SPEC: dict[str, Any] = {
    "applications": {"type": "list", "elements": "raw", "required": True},
    "credentials": {"type": "dict", "default": {}, "no_log": True},
    "directory": {"type": "str", "default": DIRECTORY},
}


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Reads which of the applications are there, all together, over the host's own connection."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Read and judge."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        variables = task_vars or {}
        search_path = variables.get("ansible_search_path") or []
        circumstances = Circumstances(options["credentials"], options["directory"], search_path)
        planned = plan(options["applications"], circumstances)
        if planned["problems"]:
            raise AnsibleActionFail(" ".join(planned["problems"]))
        entries = planned["applications"]
        seen = read(Host(self, variables), entries)
        states = [(entry, found(entry, seen)) for entry in entries]
        applications = [{**state, "application": reported(entry, state["version"])} for entry, state in states]
        return {**result, "changed": False, "applications": applications}
