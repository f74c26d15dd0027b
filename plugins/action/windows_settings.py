# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import require_success, run_on_host
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_settings import settings_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_steps import Outcome, set_up

ARGUMENT_SPEC: dict[str, Any] = {
    "time_zone": {"type": "str"},
    "regional_settings": {
        "type": "dict",
        "options": {"format": {"type": "str"}, "location": {"type": "int"}, "system_locale": {"type": "str"}},
    },
    "environment": {"type": "dict", "default": {}},
    "registry_policies": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "path": {"type": "str", "required": True},
            "name": {"type": "str", "required": True},
            "data": {"type": "raw"},
            "type": {
                "type": "str",
                "choices": ["binary", "dword", "expandstring", "multistring", "qword", "string"],
                "default": "string",
            },
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
    },
    "services": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["started", "stopped"]},
            "start_mode": {"type": "str", "choices": ["auto", "delayed", "disabled", "manual"]},
        },
    },
    "features": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "include_sub_features": {"type": "bool", "default": False},
            "include_management_tools": {"type": "bool", "default": False},
            "source": {"type": "str"},
        },
    },
    "optional_features": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "include_parent": {"type": "bool", "default": False},
            "source": {"type": "str"},
        },
    },
    "reboot_timeout": {"type": "int", "default": 1200},
    "validate_only": {"type": "bool", "default": False},
}

_CHECKED = ("regional_settings", "environment", "services", "registry_policies")
"""Options that are judged without an image builder. Which time zones there are it knows itself."""


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Sets up the Windows of an image builder, over the host's own connection."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        problems = settings_problems({key: options[key] for key in _CHECKED})
        if problems:
            raise AnsibleActionFail("; ".join(problems))
        outcome, rebooted = Outcome(), False

        def run_module(module: str, arguments: Mapping[str, Any], **keywords: Any) -> Mapping[str, Any]:
            return run_on_host(self, task_vars or {}, module, arguments, **keywords)

        try:
            if not options["validate_only"]:
                set_up(options, run_module, outcome)
            if outcome.reboot_required:
                arguments = {
                    "reboot_timeout": options["reboot_timeout"],
                    "msg": "Settings of Windows ask for a reboot.",
                }
                require_success(run_module("ansible.windows.win_reboot", arguments), "the reboot failed")
                rebooted = True
        except AnsibleActionFail as error:
            result.update(failed=True, msg=str(error))
        result.update(changed=bool(outcome.lines) or rebooted, changes=outcome.lines, rebooted=rebooted)
        if self._task.diff:
            result["diff"] = {"before": "", "after": "".join(f"{line}\n" for line in outcome.lines)}
        return result
