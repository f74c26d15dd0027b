# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from typing import Any

from ansible.plugins.action.add_host import ActionModule as AddHost

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "groups": {"type": "list", "elements": "str", "default": []},
    "variables": {"type": "dict", "default": {}},
}


class ActionModule(AddHost):  # type: ignore[misc]  # ansible-core ships no types
    """Is ansible.builtin.add_host with the host's variables in one dictionary, so that their names can be computed."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        self._task.args = {**options["variables"], "name": options["name"], "groups": options["groups"]}
        result: dict[str, Any] = super().run(tmp, task_vars)
        return {**result, "changed": False}
