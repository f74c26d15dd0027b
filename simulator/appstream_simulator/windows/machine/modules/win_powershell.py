# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_powershell: scripts of the interpreter's subset, and texts that the PowerShell rules know."""

from __future__ import annotations

import ntpath
import re
from typing import Any

from appstream_simulator.windows.powershell import errors, module_results, script_runs, syntax
from appstream_simulator.windows.powershell.parser import parse
from appstream_simulator.windows.powershell.session import Session
from appstream_simulator.windows.powershell.values import Names, Secret
from appstream_simulator.windows.protocol import clixml, powershell

from . import win_command
from .task import Option, Task

_PARAMETERS = {"parameters": Option("dict", {}), "sensitive_parameters": Option("list", [])}
OPTIONS = {
    "script": Option(),
    "path": Option(),
    "creates": Option(),
    "removes": Option(),
    "depth": Option("int", 2),
    "chdir": Option(),
    **_PARAMETERS,
}
# How errors are shown, and who reads the script file.
_HARMLESS_OPTIONS = frozenset({"error_action", "remote_src"})
_DEFAULT_OPTIONS = {"arguments": Option("list", [])}
# Texts that only the general PowerShell rules know take no parameters.
_WITHOUT_A_RULE = {name: option for name, option in OPTIONS.items() if name not in _PARAMETERS}
_SUPPORTS_SHOULD_PROCESS = re.compile(r"\[CmdletBinding\([^)\[]*SupportsShouldProcess(?!\s*=\s*\$false)", re.IGNORECASE)
_STREAMS = ("output", "error", "warning", "verbose", "debug", "information")


def run(task: Task) -> dict[str, Any]:
    """Run a script; another executable is not simulated and fails."""
    options = task.options(OPTIONS)
    skipped = win_command.skipped_by(task, options)
    if skipped:
        return {**_empty(), "msg": skipped}
    script = _script(task, options)
    if task.check_mode and not _supports_should_process(script):
        return {**_empty(), "changed": True, "msg": "skipped, running in check mode"}
    task.refuse_other_options(OPTIONS, harmless=_HARMLESS_OPTIONS, at_default=_DEFAULT_OPTIONS)
    session = _session(task)
    try:
        prepared = script_runs.prepared(session, script)
    except errors.UnknownError as error:
        return _otherwise(task, options, script, error)
    if _parameters(options) and not prepared.parameters:
        # What PowerShell would put into $args without a word.
        task.refuse_other_options(
            _WITHOUT_A_RULE, harmless=_HARMLESS_OPTIONS, at_default={**_DEFAULT_OPTIONS, **_PARAMETERS}
        )
    return _interpreted(task, options, session, prepared, script)


def _supports_should_process(script: str) -> bool:
    """As the module finds out: by the syntax tree, or by the text of what it cannot read."""
    try:
        return parse(script).supports_should_process
    except errors.UnknownError:
        return _SUPPORTS_SHOULD_PROCESS.search(script) is not None


def _empty() -> dict[str, Any]:
    return {"result": {}, "host_out": "", "host_err": "", **{stream: [] for stream in _STREAMS}}


def _session(task: Task) -> Session:
    machine, user = task.machine, task.call.user
    variables = Names(task.variables)
    temporary = f"{variables.get('TEMP')}\\ansible-tmp"
    given = task.call.arguments.get("chdir")
    if given and not task.disk.is_directory(given):
        task.fail(f"Cannot find path '{given}' because it does not exist.")
    folder = given or machine.profile_directory(user)
    return Session(machine, user, variables, folder, check_mode=task.check_mode, temporary=temporary)


def _interpreted(
    task: Task, options: dict[str, Any], session: Session, prepared: syntax.Script, text: str
) -> dict[str, Any]:
    stops = task.call.arguments.get("error_action") == "stop"
    finished = script_runs.run(session, prepared, _parameters(options), stops=stops)
    streams, depth, unknown = session.streams, options["depth"], finished.unknown
    ansible = finished.ansible
    records = [module_results.error_record(record) for record in streams.errors]
    result = {
        **_empty(),
        "host_out": "".join(streams.host_out),
        "host_err": "".join(streams.host_err),
        "error": records,
        "warning": streams.warnings,
        "verbose": streams.verbose,
        "debug": streams.debug,
        "changed": bool(ansible["Changed"]),
    }
    if ansible["Failed"]:
        result["failed"] = True
    try:
        result["output"] = module_results.converted(finished.outcome.output, depth)
        result["result"] = module_results.converted(ansible["Result"], depth)
        if task.call.diff and ansible["Diff"]:
            result["diff"] = module_results.converted(ansible["Diff"], depth + 1)
    except errors.UnknownError as error:
        unknown = unknown or error
    if finished.outcome.error:
        records.append(module_results.error_record(finished.outcome.error))
        result["failed"] = True
    if unknown:
        if not isinstance(unknown, errors.UnhandledProgramError):
            task.machine.record("unhandled", what="powershell", text=f"{unknown}: {text[:1000]}")
        message = f"appstream-simulator: outside of the subset of PowerShell: {unknown}"
        return {**result, "failed": True, "msg": message, "error": [*records, {"output": message}]}
    return result


def _otherwise(task: Task, options: dict[str, Any], script: str, unknown: errors.UnknownError) -> dict[str, Any]:
    """What the interpreter does not know may still be a text that the general rules know."""
    if _parameters(options):
        task.machine.record("unhandled", what="win_powershell options parameters", text=f"{unknown}: {script[:1000]}")
        task.fail(
            f"appstream-simulator: win_powershell is simulated without the options parameters, sensitive_parameters for"
            f" a script outside of the subset of PowerShell: {unknown}"
        )
    process = powershell.run_text(
        task.machine,
        script,
        user=task.call.user,
        environment=task.call.environment,
        working_directory=options["chdir"] or "",
        script_folder=ntpath.dirname(options["path"] or ""),
        ending="file",
        stops=task.call.arguments.get("error_action") == "stop",
    )
    result = {**_empty(), "changed": True, "output": process.stdout.decode(errors="replace").splitlines()}
    text = clixml.error_text(process.stderr)
    if process.unhandled and not result["output"]:
        text = f"appstream-simulator: outside of the subset of PowerShell: {unknown}\r\n{text}"
    if text:
        result["error"] = [{"output": text}]
    if process.exit_code:
        result |= {"failed": True, "msg": text.strip()}
    return result


def _parameters(options: dict[str, Any]) -> dict[str, Any]:
    parameters = {str(name): value for name, value in options["parameters"].items()}
    for item in options["sensitive_parameters"]:
        text = item.get("password") if item.get("username") else item.get("value")
        secret = None if text is None else Secret(str(text))
        credential = script_runs.credential(str(item["username"]), secret) if item.get("username") else secret
        if credential is not None:
            parameters[str(item["name"])] = credential
    return parameters


def _script(task: Task, options: dict[str, Any]) -> str:
    if options["script"]:
        return str(options["script"])
    if not task.disk.is_file(options["path"]):
        task.fail(f"Could not find or access '{options['path']}' on Windows host")
    return task.disk.read(options["path"]).decode("utf-8-sig")
