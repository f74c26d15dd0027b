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
}
# How errors and deep objects are shown, and who reads the script file.
_HARMLESS_OPTIONS = frozenset({"depth", "error_action", "remote_src"})
_DEFAULT_OPTIONS = {
    "parameters": Option("dict", {}),
    "sensitive_parameters": Option("list", []),
    "arguments": Option("list", []),
}
_SUPPORTS_SHOULD_PROCESS = re.compile(r"\[CmdletBinding\([^)]*SupportsShouldProcess(?!\s*=\s*\$false)", re.IGNORECASE)


def run(task: Task) -> dict[str, Any]:
    """Run a script; parameters, another executable or another working directory are beyond the rules and fail."""
    options = task.options(OPTIONS)
    empty: dict[str, Any] = {"result": {}, "host_out": "", "host_err": ""}
    empty |= {stream: [] for stream in ("output", "error", "warning", "verbose", "debug", "information")}
    skipped = win_command.skipped_by(task, options)
    if skipped:
        return {**empty, "msg": skipped}
    script = _script(task, options)
    if task.check_mode and not _SUPPORTS_SHOULD_PROCESS.search(script):
        return {**empty, "changed": True, "msg": "skipped, running in check mode"}
    task.refuse_other_options(OPTIONS, harmless=_HARMLESS_OPTIONS, at_default=_DEFAULT_OPTIONS)
    process = powershell.run_text(task.machine, script, user=task.call.user, environment=task.call.environment)
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
