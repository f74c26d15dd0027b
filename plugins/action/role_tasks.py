# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.conversion import convert_options
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_tasks import role_task, write_tasks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.specification import ROLE

ARGUMENT_SPEC: dict[str, Any] = {
    "role": {"type": "dict", "required": True},
    "parameters": {"type": "dict", "default": {}},
}


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Writes a file of tasks that runs a role with parameters whose names are known at run time only."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        role = convert_options(options["role"], {key: one for key, one in ROLE.items() if key != "vars"}, "role.")
        if role.problems:
            raise AnsibleActionFail("; ".join(role.problems))
        task = role_task(role.value, {str(name): str(value) for name, value in options["parameters"].items()})
        digest = hashlib.sha256(json.dumps(task, sort_keys=True, default=str).encode()).hexdigest()[:16]
        path = Path(constants.DEFAULT_LOCAL_TMP) / "euc.appstream" / f"{digest}.yml"
        try:
            return {**result, "changed": False, "path": write_tasks(path, [task])}
        except OSError as error:
            raise AnsibleActionFail(f"the tasks could not be written: {error}") from error
