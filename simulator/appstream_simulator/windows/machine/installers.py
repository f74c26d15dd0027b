# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Running installers: msiexec.exe, setup programs and uninstallers, all driven by the shelf."""

from __future__ import annotations

import ntpath
import re
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import command_line, installation
from .shelf import MSI_MAGIC, Installer

if TYPE_CHECKING:
    from .processes import Process

# Exit codes of Windows Installer (Microsoft: "MsiExec.exe and InstMsi.exe error messages").
SUCCESS = 0
UNKNOWN_PRODUCT = 1605
INSTALL_FAILURE = 1603
INSTALL_PACKAGE_OPEN_FAILED = 1619
INSTALL_PACKAGE_INVALID = 1620
INVALID_COMMAND_LINE = 1639

# Unproven: how long an installer that restarts the machine (1641) leaves it up, in virtual seconds.
_RESTART_DELAY = 5.0

_CANNOT_OPEN = "This installation package could not be opened."
_MESSAGES = {
    UNKNOWN_PRODUCT: "This action is only valid for products that are currently installed.",
    INSTALL_PACKAGE_OPEN_FAILED: f"{_CANNOT_OPEN} Verify that the package exists and that you can access it, or "
    "contact the application vendor to verify that this is a valid Windows Installer package.",
    INSTALL_PACKAGE_INVALID: f"{_CANNOT_OPEN} Contact the application vendor to verify that this is a valid Windows "
    "Installer package.",
    INVALID_COMMAND_LINE: "Invalid command line argument. Consult the Windows Installer SDK for detailed command line "
    "help.",
}


def run_msiexec(process: Process) -> ProcessResult:
    """`msiexec /i FILE` (or /package), `/x FILE|PRODUCT-CODE` (or /uninstall), with /q…, /l… LOG and properties."""
    options = process.arguments[1:]
    action, target = _action(options)
    if action is None or not target:
        return _installer_result(process, INVALID_COMMAND_LINE)
    installer = _msi(process, target)
    if isinstance(installer, int):
        return _installer_result(process, installer)
    if not any(re.fullmatch(r"[/-](q[nbrf]?[+!-]*|quiet|passive)", option, re.IGNORECASE) for option in options):
        return _wait_for_a_click(process, installer)
    process.machine.spend(installer.seconds)
    exit_code = _install(process, installer) if action == "install" else _uninstall(process, installer)
    _write_log(process, options, installer, exit_code)
    return _installer_result(process, exit_code)


def _action(options: list[str]) -> tuple[str | None, str]:
    actions = {"i": "install", "package": "install", "x": "uninstall", "uninstall": "uninstall"}
    for index, option in enumerate(options):
        name = option[1:].lower() if option[:1] in ("/", "-") else ""
        if name in actions:
            return actions[name], options[index + 1] if index + 1 < len(options) else ""
        # "/iC:\x.msi" and "/x{…}" are written without a blank, too.
        if name[:1] in ("i", "x") and re.match(r"[ix]([a-z]:|\\\\|\{)", name):
            return actions[name[0]], option[2:]
    return None, ""


def _msi(process: Process, target: str) -> Installer | int:
    machine = process.machine
    if target.startswith("{"):
        installer = machine.shelf.by_product_code(target)
        return installer if installer and installation.is_installed(machine.disk, installer) else UNKNOWN_PRODUCT
    path = ntpath.join(process.working_directory, target)
    if not machine.disk.is_file(path):
        return INSTALL_PACKAGE_OPEN_FAILED
    content = machine.disk.read(path)
    if not content.startswith(MSI_MAGIC):
        return INSTALL_PACKAGE_INVALID
    return machine.shelf.recognise(content) or INSTALL_PACKAGE_INVALID


def run_installer(process: Process) -> ProcessResult:
    """A setup program from the shelf."""
    machine = process.machine
    installer = machine.shelf.recognise(machine.disk.read(process.program))
    assert installer is not None
    arguments = command_line.after_program(process.command_line)
    if installer.silent_arguments and not _contains(arguments, installer.silent_arguments):
        return _wait_for_a_click(process, installer)
    machine.spend(installer.seconds)
    return _installer_result(process, _install(process, installer))


def run_uninstaller(process: Process) -> ProcessResult:
    """An uninstaller that a setup program from the shelf left on the disk."""
    installer = process.machine.shelf.by_uninstaller(process.program)
    assert installer is not None and installer.uninstaller is not None
    silent = installer.uninstaller.silent_arguments
    if silent and not _contains(command_line.after_program(process.command_line), silent):
        return _wait_for_a_click(process, installer)
    process.machine.spend(installer.uninstaller.seconds)
    return _installer_result(process, _uninstall(process, installer))


def _contains(arguments: str, wanted: tuple[str, ...]) -> bool:
    given = [argument.lower() for argument in command_line.split(f"program {arguments}")[1:]]
    return any(argument.lower() in given for argument in wanted)


def _install(process: Process, installer: Installer) -> int:
    machine = process.machine
    arguments = command_line.after_program(process.command_line)
    rule = next((rule for rule in installer.exit_codes if re.search(rule.arguments, arguments)), None)
    exit_code = rule.exit_code if rule else installer.exit_code
    if not machine.is_administrator(process.user) or not all(machine.disk.exists(path) for path in installer.needs):
        exit_code = INSTALL_FAILURE
    if exit_code in installation.INSTALLED_EXIT_CODES:
        if exit_code == SUCCESS and installer.reboot_required:
            exit_code = installation.RESTART_REQUIRED
        with machine.disk_in_use():
            installation.install(machine.disk, installer)
            if exit_code == installation.RESTART_REQUIRED:
                installation.mark_restart_pending(machine.disk)
    process.record("install", installer=installer.name, exit_code=exit_code)
    if exit_code == installation.RESTART_INITIATED:
        machine.restart(_RESTART_DELAY)
    return exit_code


def _uninstall(process: Process, installer: Installer) -> int:
    machine = process.machine
    exit_code = SUCCESS if installation.is_installed(machine.disk, installer) else UNKNOWN_PRODUCT
    if exit_code == SUCCESS:
        with machine.disk_in_use():
            installation.uninstall(machine.disk, installer)
    process.record("uninstall", installer=installer.name, exit_code=exit_code)
    return exit_code


def _wait_for_a_click(process: Process, installer: Installer) -> ProcessResult:
    """Without its silent argument an installer shows a window nobody sees in session 0, and waits for good."""
    process.record("install", installer=installer.name, waiting_for="a window")
    process.machine.wait_for_power_off()
    return ProcessResult(1)


def _write_log(process: Process, options: list[str], installer: Installer, exit_code: int) -> None:
    for index, option in enumerate(options[:-1]):
        if re.fullmatch(r"[/-](l[a-z*+!]*|log)", option, re.IGNORECASE):
            path = ntpath.join(process.working_directory, options[index + 1])
            if process.machine.disk.is_directory(ntpath.dirname(path)):
                process.machine.disk.write(path, _log_text(installer, exit_code).encode("utf-16"))
            return


def _log_text(installer: Installer, exit_code: int) -> str:
    lines = [
        f"Property(S): ProductCode = {installer.product_code}",
        f"Property(S): ProductName = {installer.display_name}",
    ]
    if exit_code not in installation.INSTALLED_EXIT_CODES:
        lines.append("Action ended: InstallFinalize. Return value 3.")
    lines.append(f"MainEngineThread is returning {exit_code}")
    return "".join(f"{line}\r\n" for line in lines)


def _installer_result(process: Process, exit_code: int) -> ProcessResult:
    if exit_code in installation.INSTALLED_EXIT_CODES or not process.program.lower().endswith("msiexec.exe"):
        return ProcessResult(exit_code)
    # msiexec writes what it has to say in UTF-16 to its standard output.
    text = _MESSAGES.get(exit_code)
    return ProcessResult(exit_code, f"{text}\r\n".encode("utf-16-le") if text else b"")
