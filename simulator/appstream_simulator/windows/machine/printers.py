# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Printer drivers: what Add-PrinterDriver does, and `rundll32 printui.dll,PrintUIEntry /ia`.

Sources: Microsoft's "Add-PrinterDriver" and "rundll32 printui.dll,PrintUIEntry", and the layout of INF files. A driver
must be in the driver store (`driver_packages`), and its INF name the printer below a manufacturer. rundll32.exe always
ends with 0; where printui.dll fails it shows a window, unless /q is given. Anything else of rundll32 is `unhandled`.
"""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import driver_packages
from .disk import Disk
from .shares import ShareError

if TYPE_CHECKING:
    from .machine import Machine
    from .processes import Process

DRIVERS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Print\\Environments\\Windows x64\\Drivers\\Version-3"
_ENTRY = "printui.dll,printuientry"
_WITH_VALUE = frozenset({"/m", "/f", "/h", "/v"})


class PrinterError(Exception):
    """The spooler refuses; the text is that of Add-PrinterDriver."""


def _models(content: bytes) -> set[str]:
    """The printers an INF is for, in lower case."""
    try:
        sections = driver_packages.inf_sections(content)
    except ValueError:
        return set()
    strings = {key.lower(): value.strip('"') for key, value in sections.get("strings", {}).items()}
    found = set()
    for value in sections.get("manufacturer", {}).values():
        base, *decorations = (part.strip().strip('"') for part in value.split(","))
        for name in (base, *(f"{base}.{decoration}" for decoration in decorations)):
            found |= {_text(key, strings).lower() for key in sections.get(name.lower(), {})}
    return found


def _text(key: str, strings: dict[str, str]) -> str:
    bare = key.strip().strip('"')
    return strings.get(bare.strip("%").lower(), bare) if bare.startswith("%") else bare


def drivers(disk: Disk) -> list[str]:
    """Names of the printer drivers that are installed."""
    return disk.registry.key_names(DRIVERS)


def add_driver(machine: Machine, name: str) -> None:
    """Install a printer driver from the driver store.

    Raises:
        PrinterError: no INF there is for this printer.
    """
    disk = machine.disk
    for published in driver_packages.published(disk):
        path = f"{driver_packages.INF}\\{published}"
        if disk.is_file(path) and name.lower() in _models(disk.read(path)):
            disk.registry.set(f"{DRIVERS}\\{name}", "InfPath", path)
            machine.record("install", installer=name, exit_code=0)
            return
    raise PrinterError("The specified driver does not exist in the driver store.")


def run_rundll32(process: Process) -> ProcessResult:
    """`rundll32 printui.dll,PrintUIEntry /ia /m NAME /f INF [/h x64] [/v VERSION] [/q]`."""
    words = process.arguments[1:]
    if len(words) < 2 or words[0].lower() != _ENTRY:
        return process.unhandled("program")
    options, rest = {}, words[1:]
    while rest:
        option = rest.pop(0).lower()
        if option not in ("/ia", "/q", "/u") and option not in _WITH_VALUE:
            return process.unhandled("program")
        options[option] = rest.pop(0) if option in _WITH_VALUE and rest else ""
    if "/ia" not in options or not options.get("/m") or not options.get("/f"):
        return process.unhandled("program")
    if not _added(process, options["/m"], options["/f"]) and "/q" not in options:
        process.record("install", installer=options["/m"], waiting_for="a window")
        process.machine.wait_for_power_off()
        return ProcessResult(1)
    return ProcessResult(0)


def _added(process: Process, name: str, inf: str) -> bool:
    disk, path = process.machine.disk, ntpath.join(process.working_directory, inf)
    try:
        if not process.administrator or not disk.is_file(path) or not driver_packages.store(disk, path):
            return False
        add_driver(process.machine, name)
    except (PrinterError, ShareError):
        return False
    return True
