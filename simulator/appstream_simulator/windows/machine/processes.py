# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Native processes: which programs exist on a machine, and what running one does.

A program that is on the disk but has no simulated behaviour fails with exit code 1 and is journalled as `unhandled`.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from appstream_simulator.windows.protocol import deadlines, powershell
from appstream_simulator.windows.protocol.host import ProcessResult

from ..cmd import interpreter as cmd
from . import (
    account_programs,
    audit_policy,
    aws_command,
    command_line,
    configuration_programs,
    console_programs,
    copy_programs,
    curl,
    dism,
    driver_packages,
    execution_policy,
    file_system_utility,
    image_assistant,
    installers,
    msu_packages,
    network_shell,
    power_configuration,
    powershell_arguments,
    printers,
    registry_programs,
    stock,
    stock_programs,
    system_programs,
    tar_command,
    task_kill,
    text_programs,
    winget,
    winrm_command,
)
from .running import TerminatedError
from .shelf_items import EXE_MAGIC

if TYPE_CHECKING:
    from .machine import Machine


# PowerShell's exit code when the file of -File is not there (0xFFFD0000).
_NO_SCRIPT_FILE = -196608


@dataclass(frozen=True)
class Process:
    """One process.

    Attributes:
        program: full path of the program file.
        arguments: as CommandLineToArgvW splits the command line, the program's name first.
        environment: all variables of the process.
        administrator: by the rights that its user had at the logon, whatever has become of the account since.
    """

    machine: Machine
    program: str
    command_line: str
    arguments: list[str]
    stdin: bytes
    user: str
    environment: Mapping[str, str]
    working_directory: str
    administrator: bool = False

    def record(self, kind: str, **fields: Any) -> None:
        """Write to the journal what the process did."""
        self.machine.record(kind, user=self.user, **fields)

    def unhandled(self, what: str, exit_code: int = 1, *, reason: str = "") -> ProcessResult:
        """The end of a process that is asked for something not simulated, which `reason` may name."""
        self.record("unhandled", what=what, text=self.command_line, **({"reason": reason} if reason else {}))
        message = f"appstream-simulator: this use of {ntpath.basename(self.program)} is not simulated"
        message += f" ({reason})" if reason else ""
        return ProcessResult(exit_code, b"", f"{message}: {self.command_line}\r\n".encode(), unhandled=True)

    def child(self, line: str, *, program: str | None = None) -> ProcessResult:
        """Run another command line with the same surroundings.

        Args:
            program: full path of the program when it has been found already.

        Raises:
            FileNotFoundError: no such program.
        """
        return _start(replace(self, command_line=line), program)


def run(
    machine: Machine,
    line: str,
    *,
    stdin: bytes = b"",
    user: str,
    extra_environment: Mapping[str, str] | None = None,
    working_directory: str = "",
) -> ProcessResult:
    """Run a command line to its end.

    Args:
        extra_environment: variables on top of those the user's processes have.
        working_directory: the user's profile when empty.

    Raises:
        FileNotFoundError: no such program.
        PoweredOffError: the machine went off meanwhile.
        AbandonedError: the asynchronous job that wanted it ran out of time before its end.
    """
    variables = {**machine.environment(user), **(extra_environment or {})}
    folder = working_directory or machine.profile_directory(user)
    administrator = machine.is_administrator(user)
    result = _start(Process(machine, "", line, [], stdin, user, variables, folder, administrator))
    deadline = deadlines.current()
    if deadline and deadline.passed:
        raise deadlines.AbandonedError("the job that waited for the process is gone")
    return result


def resolve_program(machine: Machine, name: str, variables: Mapping[str, str], working_directory: str) -> str | None:
    """Full path of a program as CreateProcess and PATH find it; `.exe` is added when there is no extension."""
    file_name = name if ntpath.splitext(name)[1] else f"{name}.exe"
    path = next((value for key, value in variables.items() if key.upper() == "PATH"), "")
    if ntpath.isabs(file_name) or "\\" in file_name or "/" in file_name:
        candidates = [file_name if ntpath.isabs(file_name) else ntpath.join(working_directory, file_name)]
    else:
        folders = [working_directory, stock.SYSTEM32, *(folder for folder in path.split(";") if folder)]
        candidates = [ntpath.join(folder.strip('"'), file_name) for folder in folders]
    found = next((candidate for candidate in candidates if machine.disk.is_file(candidate)), None)
    return machine.disk.stat(found).path if found else None


def is_beyond_the_simulator(machine: Machine, program: str) -> bool:
    """Whether a program, by its full path, is one that Windows has and that is not simulated."""
    release = stock.PLATFORMS[machine.request.platform]
    folder, name = ntpath.split(program.lower())
    contents = stock_programs.contents(machine.request.platform, release.version)
    brought = {key.lower() for place, files in contents.items() if place.lower() == folder for key in files}
    return name in brought and program.lower() not in PROGRAMS


def _start(process: Process, program: str | None = None) -> ProcessResult:
    line = process.command_line.strip()
    arguments = command_line.split(line)
    if program is None:
        program = resolve_program(process.machine, arguments[0], process.environment, process.working_directory)
    if program is None:
        raise FileNotFoundError("The system cannot find the file specified")
    started = replace(process, command_line=line, arguments=arguments, program=program)
    behaviour = _behaviour(process.machine, program)
    with process.machine.running.started(program):
        try:
            return behaviour(started)
        except TerminatedError:
            return ProcessResult(1)


class BadImageError(OSError):
    """Windows' error 193 (ERROR_BAD_EXE_FORMAT)."""


def _behaviour(machine: Machine, program: str) -> Callable[[Process], ProcessResult]:
    behaviour = PROGRAMS.get(program.lower())
    if behaviour is not None:
        return behaviour
    if program.lower().endswith((".cmd", ".bat")):
        return cmd.run_batch_file
    installer = machine.shelf.recognise(machine.disk.read(program))
    if installer is not None and installer.kind == "exe":
        return installers.run_installer
    if installers.by_uninstaller(machine, program) is not None:
        return installers.run_uninstaller
    if not machine.disk.read(program).startswith(EXE_MAGIC):
        raise BadImageError("%1 is not a valid Win32 application")
    return _unhandled


def _unhandled(process: Process) -> ProcessResult:
    return process.unhandled("program")


def _hostname(process: Process) -> ProcessResult:
    return ProcessResult(0, f"{process.machine.computer_name}\r\n".encode())


def _shutdown(process: Process) -> ProcessResult:
    """Options of shutdown.exe: /r and /s with /t (30 seconds unless given), /a; /f, /c and /d change nothing here."""
    options = [argument.lower().replace("-", "/", 1) for argument in process.arguments[1:]]
    given = re.search(r"/t\s+(\d+)", " ".join(options))
    delay = float(given[1]) if given else 30.0
    if "/a" in options:
        if process.machine.abort_shutdown():
            return ProcessResult(0)
        return ProcessResult(
            1116, b"", b"Unable to abort the system shutdown because no shutdown was in progress.(1116)\r\n"
        )
    if "/r" in options or "/g" in options:
        started = process.machine.schedule_restart(delay)
    elif "/s" in options or "/p" in options:
        started = process.machine.power_off_later(delay)
    else:
        return _unhandled(process)
    if started:
        return ProcessResult(0)
    return ProcessResult(1190, b"", b"A system shutdown has already been scheduled.(1190)\r\n")


def _powershell(process: Process) -> ProcessResult:
    text, folder = powershell_arguments.powershell_text(process.arguments[1:]), ""
    script = powershell_arguments.powershell_file(process.arguments[1:])
    if script and not script[1]:
        path = ntpath.normpath(ntpath.join(process.working_directory, script[0]))
        if not process.machine.disk.is_file(path):
            message = (
                f"The argument '{script[0]}' to the -File parameter does not exist. Provide the path to an existing "
            )
            text = f"{message}'.ps1' file as an argument to the -File parameter.\r\n"
            return ProcessResult(_NO_SCRIPT_FILE, text.encode())
        refusal = execution_policy.refusal(process.machine, path, process.arguments[1:])
        if refusal:
            return ProcessResult(1, b"", refusal.encode())
        text, folder = process.machine.disk.read(path).decode("utf-8-sig"), ntpath.dirname(path)
    if text is None:
        return _unhandled(process)
    return powershell.run_text(
        process.machine,
        text,
        stdin=process.stdin,
        user=process.user,
        environment=process.environment,
        working_directory=process.working_directory,
        script_folder=folder,
        ending="file" if script else "command",
    )


PROGRAMS: dict[str, Callable[[Process], ProcessResult]] = {
    f"{stock.SYSTEM32}\\cmd.exe".lower(): cmd.run,
    f"{stock.SYSTEM32}\\hostname.exe".lower(): _hostname,
    f"{stock.SYSTEM32}\\whoami.exe".lower(): console_programs.run_whoami,
    f"{stock.SYSTEM32}\\shutdown.exe".lower(): _shutdown,
    f"{stock.SYSTEM32}\\msiexec.exe".lower(): installers.run_msiexec,
    f"{stock.SYSTEM32}\\WindowsPowerShell\\v1.0\\powershell.exe".lower(): _powershell,
    f"{stock.SYSTEM32}\\cscript.exe".lower(): winrm_command.run_cscript,
    f"{stock.SYSTEM32}\\taskkill.exe".lower(): task_kill.run,
    f"{stock.SYSTEM32}\\Dism.exe".lower(): dism.run,
    stock.CURL.lower(): curl.run,
    stock.TAR.lower(): tar_command.run,
    **{program.lower(): aws_command.run for program in aws_command.VERSIONS},
    f"{stock.SYSTEM32}\\net.exe".lower(): account_programs.run_net,
    f"{stock.SYSTEM32}\\secedit.exe".lower(): account_programs.run_secedit,
    f"{stock.SYSTEM32}\\schtasks.exe".lower(): system_programs.run_schtasks,
    f"{stock.SYSTEM32}\\certutil.exe".lower(): system_programs.run_certutil,
    f"{stock.SYSTEM32}\\tzutil.exe".lower(): system_programs.run_tzutil,
    f"{stock.SYSTEM32}\\icacls.exe".lower(): system_programs.run_icacls,
    f"{stock.SYSTEM32}\\reg.exe".lower(): system_programs.run_reg,
    "c:\\windows\\regedit.exe": registry_programs.run_regedit,
    f"{stock.SYSTEM32}\\wusa.exe".lower(): msu_packages.run_wusa,
    f"{stock.SYSTEM32}\\pnputil.exe".lower(): driver_packages.run,
    f"{stock.SYSTEM32}\\rundll32.exe".lower(): printers.run_rundll32,
    f"{stock.SYSTEM32}\\sc.exe".lower(): configuration_programs.run_sc,
    f"{stock.SYSTEM32}\\setx.exe".lower(): configuration_programs.run_setx,
    f"{stock.SYSTEM32}\\attrib.exe".lower(): configuration_programs.run_attrib,
    f"{stock.SYSTEM32}\\find.exe".lower(): text_programs.run_find,
    f"{stock.SYSTEM32}\\findstr.exe".lower(): text_programs.run_findstr,
    f"{stock.SYSTEM32}\\sort.exe".lower(): text_programs.run_sort,
    f"{stock.SYSTEM32}\\more.com".lower(): text_programs.run_more,
    f"{stock.SYSTEM32}\\where.exe".lower(): console_programs.run_where,
    f"{stock.SYSTEM32}\\timeout.exe".lower(): console_programs.run_timeout,
    f"{stock.SYSTEM32}\\ping.exe".lower(): console_programs.run_ping,
    f"{stock.SYSTEM32}\\chcp.com".lower(): console_programs.run_chcp,
    f"{stock.SYSTEM32}\\tasklist.exe".lower(): console_programs.run_tasklist,
    f"{stock.SYSTEM32}\\xcopy.exe".lower(): copy_programs.run_xcopy,
    f"{stock.SYSTEM32}\\robocopy.exe".lower(): copy_programs.run_robocopy,
    f"{stock.SYSTEM32}\\powercfg.exe".lower(): power_configuration.run,
    f"{stock.SYSTEM32}\\auditpol.exe".lower(): audit_policy.run,
    f"{stock.SYSTEM32}\\netsh.exe".lower(): network_shell.run,
    f"{stock.SYSTEM32}\\fsutil.exe".lower(): file_system_utility.run,
    winget.PROGRAM.lower(): winget.run,
    stock.IMAGE_ASSISTANT.lower(): image_assistant.run,
}
