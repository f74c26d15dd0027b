# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs modules on the host of a task: as another user, with an environment, as a job that outlives the connection.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import become_loader
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import run_on_host, run_script

WIN_COMMAND = "ansible.windows.win_command"
LONGEST_WAIT = 240
"""Seconds that one run on the host waits for the end of a job; lost connections are noticed much sooner."""
GRACE = 120
"""Seconds beyond a job's time in which the host must have reported its end."""
_RECONNECT_DELAY = 5.0

# An asynchronous job of Ansible keeps its state in a file, as JSON, which says `finished` at last.
_WAIT = r"""
param([string]$Path, [int]$Seconds, [int]$Interval)
$until = [datetime]::UtcNow.AddSeconds($Seconds)
while ($true) {
    $text = if ([IO.File]::Exists($Path)) { [IO.File]::ReadAllText($Path) } else { '' }
    if ($text -match '"finished":\s*(1|true)' -or [datetime]::UtcNow -ge $until) { break }
    Start-Sleep -Seconds $Interval
}
$text
"""


@dataclass(frozen=True)
class Account:
    """The user that something runs as; without a password one of Windows' own. ``flags`` are those of runas."""

    user: str
    password: str = field(default="", repr=False)
    flags: str = ""


@dataclass(frozen=True)
class Process:
    """How something runs: variables of its environment, its user, and whether its arguments hold a secret."""

    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    secret: bool = False


PLAIN = Process()


@dataclass(frozen=True)
class Host:
    """The host of an action's task, reached over the task's own connection."""

    action: ActionBase
    variables: Mapping[str, Any]

    def run(
        self,
        module: str,
        arguments: Mapping[str, Any],
        process: Process = PLAIN,
        *,
        read_only: bool = False,
        predict: bool = False,
        time_limit: int = 0,
    ) -> dict[str, Any]:
        """Result of a module, failed or not; see :func:`run_on_host`."""
        with _become(self.action, process.account):
            return run_on_host(
                self.action,
                self.variables,
                module,
                arguments,
                read_only=read_only,
                predict=predict,
                time_limit=time_limit,
                environment=process.environment,
                no_log=process.secret,
            )

    def run_job(
        self,
        module: str,
        arguments: Mapping[str, Any],
        process: Process = PLAIN,
        *,
        time_limit: int,
        interval: int = 1,
        read_only: bool = False,
    ) -> dict[str, Any]:
        """Result of a module that runs as a job of at most ``time_limit`` seconds; key ``results_file`` names its file.

        The connection may be lost and come back meanwhile; Ansible's own watchdog on the host ends a job whose time is
        up. The host itself checks every ``interval`` seconds. Raises AnsibleActionFail when it does not report the end.
        """
        started = self.run(module, arguments, process, time_limit=time_limit, read_only=read_only)
        path = started.get("results_file")
        if not path:
            return started
        return {**self._end_of_job(module, str(path), time_limit, interval), "results_file": path}

    def _end_of_job(self, module: str, path: str, time_limit: int, interval: int) -> dict[str, Any]:
        deadline = time.monotonic() + time_limit + GRACE
        trouble = ""
        while time.monotonic() < deadline:
            seconds = max(1, min(LONGEST_WAIT, round(deadline - time.monotonic())))
            parameters = {"Path": path, "Seconds": seconds, "Interval": interval}
            try:
                output = run_script(
                    _WAIT, parameters, self.run_module, "cannot read the state of the job", read_only=True
                )
            except Exception as error:  # connection plugins raise whatever their transport library does
                trouble = f": {error}"
                time.sleep(_RECONNECT_DELAY)
                with contextlib.suppress(Exception):
                    self.action._connection.reset()
                continue
            try:
                found = _state(output)
            except ValueError as error:  # half of it is written
                trouble = f": {error}"
                time.sleep(_RECONNECT_DELAY)
                continue
            if found.get("finished"):
                return found
            if not found:
                raise AnsibleActionFail(f"the result of {module} is gone: {path} is not there any more")
        raise AnsibleActionFail(f"{module} did not come to an end within {time_limit} seconds{trouble}")

    def run_module(self, module: str, arguments: Mapping[str, Any], *, read_only: bool = False) -> dict[str, Any]:
        """Result of a module; for functions that take such a one."""
        return self.run(module, arguments, read_only=read_only)


def _state(output: list[Any]) -> dict[str, Any]:
    text = str(output[0]) if output else ""
    return json.loads(text) if text.strip() else {}


@contextlib.contextmanager
def _become(action: ActionBase, account: Account | None) -> Iterator[None]:
    if account is None:
        yield
        return
    plugin = become_loader.get("ansible.builtin.runas")
    options = {"become_user": account.user, "become_pass": account.password or None, "become_flags": account.flags}
    plugin.set_options(direct=options)
    connection = action._connection
    before = connection.become
    connection.set_become_plugin(plugin)
    try:
        yield
    finally:
        connection.set_become_plugin(before)
