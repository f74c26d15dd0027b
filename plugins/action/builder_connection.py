# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._connection_failures import Cause, cause_of
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_connection import (
    in_the_clear,
    is_in_the_clear,
    user_of,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import require_success, run_on_host

ARGUMENT_SPEC: dict[str, Any] = {
    "timeout": {"type": "int", "default": 900},
    "gather_subset": {"type": "list", "elements": "str", "default": ["all"]},
    "settle_pending_reboot": {"type": "bool", "default": True},
    "reboot_timeout": {"type": "int", "default": 1200},
}

PAUSE = 5
"""Seconds between two attempts."""


class NoConnection(Exception):
    """The builder did not answer; ``cause`` is the known cause, or None."""

    def __init__(self, message: str, cause: Cause | None) -> None:
        super().__init__(message)
        self.cause = cause


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
            raise AnsibleActionFail(in_the_clear(str(self._task_vars.get("inventory_hostname"))))
        try:
            facts = self._facts(options["gather_subset"], 0 if self._task.check_mode else options["timeout"])
        except NoConnection as error:
            cause = {"cause": error.cause.kind} if error.cause else {}
            return {**result, "failed": True, "changed": False, "msg": str(error), **cause}
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
        """Facts of the builder as soon as it answers.

        Raises NoConnection after ``timeout`` seconds, or when what failed will fail again.
        """
        until = time.monotonic() + timeout
        failures: Counter[Cause | None] = Counter()
        while True:
            try:
                found = run_on_host(
                    self, self._task_vars, "ansible.windows.setup", {"gather_subset": subset}, read_only=True
                )
            except Exception as error:  # connection plugins raise whatever their transport library does
                cause = cause_of(str(error))
                failures[cause] += 1
                is_final = cause is not None and 0 < cause.attempts <= failures[cause]
                if is_final or time.monotonic() + PAUSE >= until:
                    raise NoConnection(self._message(error, cause, timeout), cause) from error
            else:
                facts: Mapping[str, Any] = require_success(found, "cannot gather facts")["ansible_facts"]
                return dict(facts)
            time.sleep(PAUSE)
            try:
                self._connection.reset()
            except Exception:  # it connects at once, which may fail as before: the next attempt says how
                continue

    def _message(self, error: Exception, cause: Cause | None, timeout: int) -> str:
        if cause is None:
            return f"no connection within {timeout} seconds: {error}"
        return f"{cause.told(user_of(self._connection))} Ansible's own words: {error}"
