# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.names import refused_paths
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.steps import Builder, Record, seal
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_connection import endpoint
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import run_on_host

_NAMES: dict[str, Any] = {"type": "list", "elements": "str", "default": []}
_ON: dict[str, Any] = {"type": "bool", "default": True}

ARGUMENT_SPEC: dict[str, Any] = {
    "settle_pending_reboot": _ON,
    "reboot_timeout": {"type": "int", "default": 1200},
    "remove_access": _ON,
    "certificates": _NAMES,
    "accounts": _NAMES,
    "profiles": _NAMES,
    "administrators": _NAMES,
    "scheduled_tasks": _NAMES,
    "remove_hybrid_activation": _ON,
    "manifest_permissions": _ON,
    "remove_temporary_files": _ON,
    "remove_catalog_files": {"type": "bool", "default": False},
    "temporary_paths": _NAMES,
    "remove_logs": _ON,
    "log_paths": _NAMES,
}


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Removes what access and installation left behind, over the host's own connection."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        refused = refused_paths([*options["temporary_paths"], *options["log_paths"]])
        if refused:
            raise AnsibleActionFail(
                f"no path for temporary_paths or log_paths: {', '.join(refused)}; give absolute paths that do not take "
                "in whole folders of Windows"
            )

        def run_module(module: str, arguments: Mapping[str, Any], **keywords: Any) -> Mapping[str, Any]:
            return run_on_host(self, task_vars or {}, module, arguments, **keywords)

        transport, port = endpoint(self._connection)
        record = Record()
        try:
            seal(options, Builder(run_module, transport, port, bool(self._task.check_mode)), record)
        except AnsibleActionFail as error:
            result.update(failed=True, msg=str(error))
        result.update(changed=record.changed, removed=record.removed, kept=record.kept, after_start=record.after_start)
        result["ends_access"] = record.ends_access
        if self._task.diff:
            result["diff"] = {"before": _by_kind(record.removed), "after": {}}
        return result


def _by_kind(entries: list[dict[str, str]]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for entry in entries:
        kinds.setdefault(entry["kind"], []).append(entry["name"])
    return kinds
