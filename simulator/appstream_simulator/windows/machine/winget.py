# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""winget.exe on a machine: `install`, `uninstall` and `list` of packages of the shelf, by their exact identifiers.

Sources: Microsoft's "Use the WinGet tool", its pages on the commands, "Return codes" (winget-cli). App Installer comes
with Windows 11 and Windows Server 2025. The name `winget` is an alias that a user gets some time after a first logon at
the screen, so whoever comes over WinRM, SYSTEM too, has the program in WindowsApps only: its full path is needed here.
Unproven [winget_over_winrm]: that it runs in such a session at all; the layout of what it prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import command_line, installation, setup_command_lines

if TYPE_CHECKING:
    from .processes import Process
    from .shelf import WingetPackage

PLATFORMS = ("WINDOWS_SERVER_2025", "WINDOWS_11")
PROGRAM = "C:\\Program Files\\WindowsApps\\Microsoft.DesktopAppInstaller_1.25.390.0_x64__8wekyb3d8bbwe\\winget.exe"

INVALID_ARGUMENTS = 0x8A150002
SHELL_EXECUTE_FAILED = 0x8A150006
NOT_FOUND = 0x8A150014
MULTIPLE_FOUND = 0x8A150016
NOT_ADMINISTRATOR = 0x8A150019
UNINSTALL_FAILED = 0x8A150030
SOURCE_AGREEMENTS = 0x8A150046
MSI_FAILED = 0x8A150049
ALREADY_INSTALLED = 0x8A150061
NO_UPGRADE = 0x8A15002B
RESTART_TO_FINISH = 0x8A150076

_FLAGS = frozenset(
    {
        "--exact",
        "-e",
        "--silent",
        "-h",
        "--accept-package-agreements",
        "--accept-source-agreements",
        "--disable-interactivity",
        "--force",
        "--no-upgrade",
        "--nowarn",
    }
)
_WITH_VALUE = {
    "--id": "id",
    "--version": "version",
    "-v": "version",
    "--source": "source",
    "-s": "source",
    "--scope": "scope",
    "--override": "override",
    "--custom": "custom",
    "--location": "location",
    "-l": "location",
    "--log": "log",
    "-o": "log",
}
_COMMANDS = {"install": "install", "add": "install", "uninstall": "uninstall", "remove": "uninstall", "list": "list"}


class _InvalidError(Exception):
    """The arguments are none that winget knows."""


@dataclass
class _Request:
    command: str
    flags: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)


def run(process: Process) -> ProcessResult:
    """One run of winget."""
    if process.arguments[1:] in (["--version"], ["-v"]):
        return ProcessResult(0, b"v1.25.390\r\n")
    try:
        request = _parsed(process.arguments[1:])
    except _InvalidError as error:
        return _ended(INVALID_ARGUMENTS, f"Argument name was not recognized for the current command: '{error}'")
    if request is None or "id" not in request.values or not request.flags & {"--exact", "-e"}:
        return process.unhandled("winget")
    if "--accept-source-agreements" not in request.flags:
        # There is nobody to agree; with --disable-interactivity it does not even ask.
        return _ended(SOURCE_AGREEMENTS, "One or more of the source agreements were not agreed to.")
    wanted = request.values["id"]
    if request.values.get("source", "winget") != "winget":
        return process.unhandled("winget")
    found = [package for package in process.machine.shelf.winget if package.id == wanted]
    version = request.values.get("version")
    found = [package for package in found if version in (None, package.version)]
    if not found:
        return _ended(NOT_FOUND, "No package found matching input criteria.")
    package = max(found, key=lambda item: _numbers(item.version))
    return {"install": _install, "uninstall": _uninstall, "list": _list}[request.command](process, request, package)


def _parsed(arguments: list[str]) -> _Request | None:
    """What is asked for; None for a command that is not simulated. Raises _InvalidError."""
    command = _COMMANDS.get(arguments[0].lower()) if arguments else None
    if command is None:
        return None
    request, rest = _Request(command), arguments[1:]
    while rest:
        argument = rest.pop(0)
        if argument.lower() in _WITH_VALUE and rest:
            request.values[_WITH_VALUE[argument.lower()]] = rest.pop(0)
        elif argument.lower() in _FLAGS:
            request.flags.add(argument.lower())
        elif argument.startswith("-"):
            raise _InvalidError(argument)
        else:
            return None  # a search by whatever fits
    return request


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _installed_version(process: Process, package: WingetPackage) -> str | None:
    machine = process.machine
    installer = machine.shelf.installers[package.installs]
    if not installation.is_installed(machine.disk, installer):
        return None
    return machine.disk.registry.texts(installer.uninstall_key).get("DisplayVersion", "")


def _install(process: Process, request: _Request, package: WingetPackage) -> ProcessResult:
    there = _installed_version(process, package)
    if there is not None and "--force" not in request.flags:
        if _numbers(there) >= _numbers(package.version):
            return _ended(NO_UPGRADE, "No available upgrade found.")
        if "--no-upgrade" in request.flags:
            return _ended(ALREADY_INSTALLED, "A package version is already installed. Installation cancelled.")
    machine = process.machine
    installer = machine.shelf.installers[package.installs]
    folder = f"{process.environment['TEMP']}\\WinGet\\{package.id}.{package.version}"
    machine.disk.make_directories(folder)
    path = f"{folder}\\{installer.file_name}"
    machine.disk.write(path, installer.content)
    known = setup_command_lines.silencing(installer.command_line, installer.silent_arguments)
    silent = "/quiet /norestart" if installer.kind == "msi" else " ".join(known or ("/S",))
    arguments = " ".join(filter(None, (request.values.get("override", silent), request.values.get("custom", ""))))
    program = ["msiexec.exe", "/i", path] if installer.kind == "msi" else [path]
    result = process.child(f"{command_line.join(program)} {arguments}")
    if result.exit_code == installation.RESTART_REQUIRED:
        return _ended(RESTART_TO_FINISH, "Restart your PC to finish installation.")
    if result.exit_code not in installation.INSTALLED_EXIT_CODES:
        code = MSI_FAILED if installer.kind == "msi" else SHELL_EXECUTE_FAILED
        return _ended(code, f"Installer failed with exit code: {result.exit_code}")
    return _ended(0, f"Found {package.id} Version {package.version}", "Successfully installed")


def _uninstall(process: Process, request: _Request, package: WingetPackage) -> ProcessResult:
    if _installed_version(process, package) is None:
        return _ended(NOT_FOUND, "No installed package found matching input criteria.")
    installer = process.machine.shelf.installers[package.installs]
    values = process.machine.disk.registry.texts(installer.uninstall_key)
    line = values.get("QuietUninstallString") or values.get("UninstallString", "")
    if installer.kind == "msi":
        line = f"msiexec.exe /x {installer.product_code} /quiet /norestart"
    if not line:
        return process.unhandled("winget")
    result = process.child(line)
    if result.exit_code not in installation.INSTALLED_EXIT_CODES:
        return _ended(UNINSTALL_FAILED, f"Uninstall failed with exit code: {result.exit_code}")
    return _ended(0, "Successfully uninstalled")


def _list(process: Process, _request: _Request, package: WingetPackage) -> ProcessResult:
    version = _installed_version(process, package)
    if version is None:
        return _ended(NOT_FOUND, "No installed package found matching input criteria.")
    name = process.machine.shelf.installers[package.installs].display_name
    rows = [("Name", "Id", "Version", "Source"), (name, package.id, version, "winget")]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [" ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return _ended(0, lines[0], "-" * (sum(widths) + 3), lines[1])


def _ended(exit_code: int, *lines: str) -> ProcessResult:
    return ProcessResult(exit_code, "".join(f"{line}\r\n" for line in lines).encode())
