# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_command."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from appstream_simulator.windows.protocol.host import ProcessResult

from .. import command_line, processes
from .task import ModuleFailure, Option, Task

OPTIONS = {
    "_raw_params": Option(),
    "cmd": Option(),
    "argv": Option("list"),
    "chdir": Option("path"),
    "creates": Option("path"),
    "removes": Option("path"),
    "stdin": Option(),
}


def run(task: Task) -> dict[str, Any]:
    """Run a program without a shell."""
    options = task.options(OPTIONS)
    line = _command_line(task, options)
    skipped = skipped_by(task, options)
    if skipped:
        return {"cmd": line, "rc": 0, "skipped": True, "msg": skipped}
    return run_line(task, line, options)


def _command_line(task: Task, options: dict[str, Any]) -> str:
    if options["cmd"]:
        return str(options["cmd"])
    if options["_raw_params"] is not None:
        return str(options["_raw_params"]).strip()
    arguments = [str(argument) for argument in options["argv"]]
    return command_line.join([resolved_program(task, arguments[0], options["chdir"]), *arguments[1:]])


def resolved_program(task: Task, name: str, working_directory: str | None) -> str:
    """Full path of a program; what was asked for when there is no such program (Resolve-ExecutablePath)."""
    folder = working_directory or task.machine.profile_directory(task.call.user)
    found = processes.resolve_program(task.machine, name, task.variables, folder)
    with_extension = name if "." in name.rpartition("\\")[2] else f"{name}.exe"
    return found or with_extension


def skipped_by(task: Task, options: dict[str, Any]) -> str | None:
    """Why `creates` or `removes` makes the command unnecessary, if they do."""
    if options["creates"] and task.disk.exists(options["creates"]):
        return f"skipped, since {options['creates']} exists"
    if options["removes"] and not task.disk.exists(options["removes"]):
        return f"skipped, since {options['removes']} does not exist"
    return None


def start_process(task: Task, line: str, chdir: str | None = None, stdin: str | None = None) -> ProcessResult:
    """Start-AnsibleWindowsProcess: run a command line.

    Raises:
        ModuleFailure: `chdir` does not exist.
        FileNotFoundError: no such program.
    """
    if chdir and not task.disk.is_directory(chdir):
        raise ModuleFailure(f"Could not find specified -WorkingDirectory '{chdir}'", rc=2)
    result = processes.run(
        task.machine,
        line,
        stdin=(stdin or "").encode(),
        user=task.call.user,
        extra_environment=task.call.environment,
        working_directory=chdir or "",
    )
    # GetExitCodeProcess and ansible.windows have it as a UInt32.
    return replace(result, exit_code=result.exit_code & 0xFFFFFFFF)


def run_line(task: Task, line: str, options: dict[str, Any]) -> dict[str, Any]:
    """The result of running a command line, as win_command and win_shell give it.

    Raises:
        ModuleFailure: no such program, or an exit code other than 0.
    """
    started = task.machine.clock.now()
    try:
        process = start_process(task, line, options["chdir"], options["stdin"])
    except (FileNotFoundError, processes.BadImageError) as error:
        reason = create_process_failure(error)
        message = f'Failed to run: \'{line}\': Exception calling "CreateProcess" with "7" argument(s): "{reason}"'
        raise ModuleFailure(message, cmd=line, rc=193 if isinstance(error, processes.BadImageError) else 2) from error
    return process_result(task, line, process, started)


def create_process_failure(error: OSError) -> str:
    """What CreateProcessW failed with."""
    code = 193 if isinstance(error, processes.BadImageError) else 2
    return f"CreateProcessW() failed ({error}, Win32ErrorCode {code} - 0x{code:08X})"


def process_result(task: Task, line: str, process: ProcessResult, started: float) -> dict[str, Any]:
    """The return values of win_command and win_shell for a process that has ended.

    Raises:
        ModuleFailure: an exit code other than 0.
    """
    ended = task.machine.clock.now()
    result = {
        "changed": True,
        "cmd": line,
        "rc": process.exit_code,
        "stdout": process.stdout.decode(errors="replace"),
        "stderr": process.stderr.decode(errors="replace"),
        "start": _timestamp(started),
        "end": _timestamp(ended),
        "delta": str(datetime.timedelta(seconds=ended - started)),
    }
    if process.exit_code:
        raise ModuleFailure("non-zero return code", **result)
    return result


def _timestamp(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
