# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_powershell: scripts whose text the PowerShell rules know."""

from __future__ import annotations

import re
from typing import Any

from appstream_simulator.windows.protocol import powershell

from . import win_command
from .task import Option, Task

OPTIONS = {
    "script": Option(),
    "path": Option(),
    "creates": Option(),
    "removes": Option(),
    "parameters": Option("dict"),
    "executable": Option(),
}
_SUPPORTS_SHOULD_PROCESS = re.compile(r"\[CmdletBinding\([^)]*SupportsShouldProcess(?!\s*=\s*\$false)", re.IGNORECASE)


def run(task: Task) -> dict[str, Any]:
    """Run a script; parameters and other executables are beyond the rules and fail."""
    options = task.options(OPTIONS)
    empty: dict[str, Any] = {"result": {}, "host_out": "", "host_err": ""}
    empty |= {stream: [] for stream in ("output", "error", "warning", "verbose", "debug", "information")}
    skipped = win_command.skipped_by(task, options)
    if skipped:
        return {**empty, "msg": skipped}
    script = _script(task, options)
    if task.check_mode and not _SUPPORTS_SHOULD_PROCESS.search(script):
        return {**empty, "changed": True, "msg": "skipped, running in check mode"}
    if options["parameters"] or options["executable"]:
        task.machine.record("unhandled", what="win_powershell with parameters or executable", text=script)
        task.fail("appstream-simulator: win_powershell is simulated without parameters and executable only")
    process = powershell.run_text(task.machine, script, user=task.call.user)
    result = {**empty, "changed": True, "output": process.stdout.decode(errors="replace").splitlines()}
    if process.exit_code:
        text = process.stderr.decode(errors="replace")
        result |= {"failed": True, "msg": text.strip(), "error": [{"output": text}]}
    return result


def _script(task: Task, options: dict[str, Any]) -> str:
    if options["script"]:
        return str(options["script"])
    if not task.disk.is_file(options["path"]):
        task.fail(f"Could not find or access '{options['path']}' on Windows host")
    return task.disk.read(options["path"]).decode("utf-8-sig")
