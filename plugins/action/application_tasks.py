# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.plan import Circumstances, plan
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.tasks import (
    LIST,
    installation_tasks,
    role_application_tasks,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.conversion import convert_options
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_tasks import role_task, write_tasks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.specification import ROLE

ARGUMENT_SPEC: dict[str, Any] = {
    "applications": {"type": "list", "elements": "raw", "required": True},
    "credentials": {"type": "dict", "default": {}, "no_log": True},
}

_CREDENTIALS = "install_applications_credentials"


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Writes the tasks that install a list of applications, after it has verified their descriptions."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the file."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        applications = options["applications"]
        search_path = (task_vars or {}).get("ansible_search_path") or []
        problems = plan(applications, Circumstances(options["credentials"], search_path=search_path))["problems"]
        if problems:
            raise AnsibleActionFail(" ".join(problems))
        try:
            files = {
                str(application["name"]): self._write(
                    role_application_tasks(applications, application["name"], _role(application, number), _CREDENTIALS)
                )
                for number, application in enumerate(applications)
                if (application.get("install") or {}).get("role")
            }
            return {
                **result,
                "changed": False,
                "path": self._write(installation_tasks(applications, files, _CREDENTIALS)),
            }
        except OSError as error:
            raise AnsibleActionFail(f"the tasks could not be written: {error}") from error

    def _write(self, tasks: list[dict[str, Any]]) -> str:
        digest = hashlib.sha256(json.dumps(tasks, sort_keys=True, default=str).encode()).hexdigest()[:16]
        return write_tasks(Path(constants.DEFAULT_LOCAL_TMP) / "euc.appstream" / f"{digest}.yml", tasks)


def _role(application: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The task that runs the role of an application, with its parameters."""
    given = application["install"]["role"]
    role = convert_options(
        {"name": given} if isinstance(given, str) else given,
        {key: one for key, one in ROLE.items() if key != "vars"},
        "role.",
    )
    if role.problems:
        raise AnsibleActionFail("; ".join(role.problems))
    parameters = application["install"].get("vars") or {}
    return role_task(role.value, {str(name): f"{LIST}[{number}].install.vars[{str(name)!r}]" for name in parameters})
