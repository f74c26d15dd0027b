# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Standalone updates (.msu): what wusa.exe and DISM's /Add-Package do with one of the shelf.

Sources: Microsoft's "Description of the Windows Update Standalone Installer" (options), its list of Windows Update
error codes, and KB 2773898: over WinRM wusa.exe ends with 5, since the Windows Update Agent refuses such logons; what
`runas` or the Task Scheduler start works, and so does DISM. Assumed [wusa_with_service_disabled]: with the service
wuauserv disabled wusa.exe ends with 0x80070422, and DISM takes a package that is there for installed.
"""

from __future__ import annotations

import ntpath
import re
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol import remote_logon
from appstream_simulator.windows.protocol.host import ProcessResult

from . import installation, windows_updates
from .shares import ShareError
from .shelf_items import Installer
from .windows_updates import UpdateState

if TYPE_CHECKING:
    from .machine import Machine
    from .processes import Process

ALREADY_INSTALLED = 0x240006
NOT_APPLICABLE = 0x80240017
ACCESS_DENIED = 5
_FILE_NOT_FOUND = 2
_INVALID_FILE = 0x8024200B
_INVALID_ARGUMENTS = 87
_NOT_INSTALLED = 2359303
_PACKAGES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages"
# CBS's state Installed.
_INSTALLED = 112
_SWITCHES = frozenset({"/quiet", "/norestart", "/forcerestart", "/warnrestart", "/uninstall"})
_RESTART_DELAY = 5.0


def _key(kb: str) -> str:
    return f"{_PACKAGES}\\Package_for_KB{kb}~31bf3856ad364e35~amd64~~10.0.1.0"


def is_installed(machine: Machine, kb: str) -> bool:
    """Whether an update is there, be it by its file or by Windows Update."""
    updates = (update for update in machine.shelf.updates if kb and update.kb == kb)
    offered = any(windows_updates.state_of(machine.disk, update).installed_at is not None for update in updates)
    return offered or machine.disk.registry.has_key(_key(kb))


def applies(machine: Machine, update: Installer) -> bool:
    """Whether an update is for this Windows."""
    return not update.platforms or machine.request.platform in update.platforms


def install(machine: Machine, update: Installer) -> int:
    """Install an update that is for this Windows and not there; gives the exit code."""
    machine.spend(update.seconds)
    if update.exit_code not in installation.INSTALLED_EXIT_CODES:
        return update.exit_code
    with machine.disk_in_use():
        installation.write_effects(machine.disk, update)
        machine.disk.registry.set(_key(update.kb), "CurrentState", _INSTALLED, "DWord")
        for offered in machine.shelf.updates:
            if offered.kb == update.kb:
                machine.disk.updates[offered.id] = UpdateState(True, machine.boot_time)
        if update.reboot_required:
            installation.mark_servicing_pending(machine.disk)
    return installation.RESTART_REQUIRED if update.reboot_required else update.exit_code


def remove(machine: Machine, kb: str) -> bool:
    """Take an update away that was installed by its file; says whether there was one."""
    return machine.disk.registry.delete_key(_key(kb))


def find(machine: Machine, path: str) -> Installer | None:
    """The update in a file; None when it is none.

    Raises:
        FileNotFoundError: there is no such file.
    """
    try:
        if not machine.disk.is_file(path):
            raise FileNotFoundError(path)
        entry = machine.shelf.recognise(machine.disk.read(path))
    except ShareError as error:
        raise FileNotFoundError(path) from error
    return entry if entry and entry.kind == "msu" else None


def run_wusa(process: Process) -> ProcessResult:
    """wusa.exe FILE /quiet [/norestart], and /uninstall /kb:NUMBER."""
    arguments = process.arguments[1:]
    words = [argument for argument in arguments if not argument.startswith("/")]
    options = {argument.lower() for argument in arguments if argument.startswith("/")}
    kb = next((found[1] for option in options if (found := re.fullmatch(r"/kb:(\d+)", option))), "")
    if {option for option in options if not option.startswith("/kb:")} - _SWITCHES:
        return process.unhandled("program")
    if not process.administrator or remote_logon.current():
        return ProcessResult(ACCESS_DENIED)
    if "/quiet" not in options:
        process.record("install", installer="wusa.exe", waiting_for="a window")
        process.machine.wait_for_power_off()
        return ProcessResult(1)
    if windows_updates.is_disabled(process.machine.disk):
        return ProcessResult(windows_updates.SERVICE_DISABLED)
    if "/uninstall" in options:
        return _uninstall(process, kb) if kb and not words else process.unhandled("program")
    return _install(process, words[0], options) if len(words) == 1 else ProcessResult(_INVALID_ARGUMENTS)


def _uninstall(process: Process, kb: str) -> ProcessResult:
    removed = remove(process.machine, kb)
    process.record("uninstall", installer=f"KB{kb}", exit_code=0 if removed else _NOT_INSTALLED)
    return ProcessResult(0 if removed else _NOT_INSTALLED)


def _install(process: Process, name: str, options: set[str]) -> ProcessResult:
    machine = process.machine
    try:
        update = find(machine, ntpath.join(process.working_directory, name))
    except FileNotFoundError:
        return ProcessResult(_FILE_NOT_FOUND)
    if update is None:
        return ProcessResult(_INVALID_FILE)
    if not applies(machine, update):
        exit_code = NOT_APPLICABLE
    elif is_installed(machine, update.kb):
        exit_code = ALREADY_INSTALLED
    else:
        exit_code = install(machine, update)
    process.record("install", installer=update.name, exit_code=exit_code)
    restarts = exit_code == installation.RESTART_REQUIRED and "/norestart" not in options
    if restarts and options.isdisjoint({"/warnrestart"}):
        machine.restart(_RESTART_DELAY)
    return ProcessResult(exit_code)
