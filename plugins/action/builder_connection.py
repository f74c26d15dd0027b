# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_connection import is_in_the_clear
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import require_success, run_on_host

ARGUMENT_SPEC: dict[str, Any] = {
    "timeout": {"type": "int", "default": 900},
    "gather_subset": {"type": "list", "elements": "str", "default": ["all"]},
    "settle_pending_reboot": {"type": "bool", "default": True},
    "reboot_timeout": {"type": "int", "default": 1200},
}

PAUSE = 5
"""Seconds between two attempts."""


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Waits until an image builder answers, gathers its facts and makes a pending reboot."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        self._task_vars = task_vars or {}
        if is_in_the_clear(self._connection):
            raise AnsibleActionFail(
                f"The connection settings of {self._task_vars.get('inventory_hostname')} would send the password or "
                "everything after it unencrypted over HTTP. Use Kerberos or NTLM with message encryption on port 5985, "
                "or HTTPS on port 5986. Without ansible_winrm_transport Ansible's winrm connection falls back to basic "
                "authentication."
            )
        facts = self._facts(options["gather_subset"], 0 if self._task.check_mode else options["timeout"])
        rebooted = bool(facts.get("ansible_reboot_pending")) and options["settle_pending_reboot"]
        if rebooted:
            arguments = {
                "reboot_timeout": options["reboot_timeout"],
                "msg": "A reboot was pending before the installation of applications.",
            }
            reboot = run_on_host(self, self._task_vars, "ansible.windows.win_reboot", arguments)
            require_success(reboot, "the pending reboot failed")
            facts["ansible_reboot_pending"] = False
        return {**result, "changed": rebooted, "rebooted": rebooted, "ansible_facts": facts}

    def _facts(self, subset: list[str], timeout: int) -> dict[str, Any]:
        """Facts of the builder as soon as it answers. Raises AnsibleActionFail after ``timeout`` seconds."""
        until = time.monotonic() + timeout
        while True:
            try:
                found = run_on_host(
                    self, self._task_vars, "ansible.windows.setup", {"gather_subset": subset}, read_only=True
                )
            except Exception as error:  # connection plugins raise whatever their transport library does
                if time.monotonic() + PAUSE >= until:
                    raise AnsibleActionFail(f"no connection within {timeout} seconds: {error}") from error
            else:
                facts: Mapping[str, Any] = require_success(found, "cannot gather facts")["ansible_facts"]
                return dict(facts)
            time.sleep(PAUSE)
            self._connection.reset()
