# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_powershell: scripts whose text the PowerShell rules know."""

from __future__ import annotations

import ntpath
import re
from typing import Any

from appstream_simulator.windows.protocol import clixml, powershell

from .. import powershell_scripts
from . import win_command
from .task import Option, Task

_PARAMETERS = {"parameters": Option("dict", {}), "sensitive_parameters": Option("list", [])}
OPTIONS = {
    "script": Option(),
    "path": Option(),
    "creates": Option(),
    "removes": Option(),
    **_PARAMETERS,
}
# How errors and deep objects are shown, and who reads the script file.
_HARMLESS_OPTIONS = frozenset({"depth", "error_action", "remote_src"})
_DEFAULT_OPTIONS = {"arguments": Option("list", [])}
# Texts that only the general PowerShell rules know take no parameters.
_WITHOUT_A_RULE = {name: option for name, option in OPTIONS.items() if name not in _PARAMETERS}
_SUPPORTS_SHOULD_PROCESS = re.compile(r"\[CmdletBinding\([^)\[]*SupportsShouldProcess(?!\s*=\s*\$false)", re.IGNORECASE)


def run(task: Task) -> dict[str, Any]:
    """Run a script; another executable or another working directory is beyond the rules and fails."""
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
    known = powershell_scripts.find(script)
    if known:
        rule, found = known
        try:
            output = rule(powershell_scripts.ScriptRun(task, _parameters(options), found))
        except powershell_scripts.TerminatingError as error:
            return {**empty, "changed": True, "failed": True, "error": [_error_record(task, error)]}
        return {**empty, "changed": True, "output": output}
    at_default = {**_DEFAULT_OPTIONS, **_PARAMETERS}
    task.refuse_other_options(_WITHOUT_A_RULE, harmless=_HARMLESS_OPTIONS, at_default=at_default)
    process = powershell.run_text(
        task.machine,
        script,
        user=task.call.user,
        environment=task.call.environment,
        script_folder=ntpath.dirname(options["path"] or ""),
        ending="file",
        stops=task.call.arguments.get("error_action") == "stop",
    )
    result = {**empty, "changed": True, "output": process.stdout.decode(errors="replace").splitlines()}
    text = clixml.error_text(process.stderr)
    if text:
        result["error"] = [{"output": text}]
    if process.exit_code:
        result |= {"failed": True, "msg": text.strip()}
    return result


def _error_record(task: Task, error: Exception) -> dict[str, Any]:
    """One entry of the result's `error`; a failed script has no `msg`."""
    if task.call.arguments.get("error_action") != "stop":
        task.machine.record("unhandled", what="win_powershell error", text=str(error))
        task.fail(f"appstream-simulator: what a script does after an error without error_action stop: {error}")
    exception = {"message": str(error), "type": "System.Management.Automation.MethodInvocationException"}
    return {"output": f"{error}\r\n", "error_details": None, "exception": {**exception, "inner_exception": None}}


def _parameters(options: dict[str, Any]) -> dict[str, Any]:
    parameters = {str(name).lower(): value for name, value in options["parameters"].items()}
    for item in options["sensitive_parameters"]:
        text = item.get("value") or item.get("password")
        parameters[str(item["name"]).lower()] = None if text is None else powershell_scripts.Secret(str(text))
    return parameters


def _script(task: Task, options: dict[str, Any]) -> str:
    if options["script"]:
        return str(options["script"])
    if not task.disk.is_file(options["path"]):
        task.fail(f"Could not find or access '{options['path']}' on Windows host")
    return task.disk.read(options["path"]).decode("utf-8-sig")
