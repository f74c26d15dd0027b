# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""fsutil.exe: `behavior query` and `set`, `file createnew`, `dirty query`.

Source: Microsoft's reference of fsutil and of the registry values behind it; the texts of what is set are assumed
[program_texts].
Anything else is journalled as `unhandled`.
"""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

if TYPE_CHECKING:
    from .processes import Process

_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\FileSystem"
# Names of `behavior` with the registry value, the highest number and what it is at first.
_BEHAVIOR = {
    "disablelastaccess": ("NtfsDisableLastAccessUpdate", 3, 2),
    "disable8dot3": ("NtfsDisable8dot3NameCreation", 3, 2),
    "encryptpagingfile": ("NtfsEncryptPagingFile", 1, 0),
    "memoryusage": ("NtfsMemoryUsage", 2, 0),
    "mftzone": ("NtfsMftZoneReservation", 4, 0),
    "disabledeletenotify": ("DisableDeleteNotification", 1, 0),
    "disablecompression": ("NtfsDisableCompression", 1, 0),
}
_LARGEST = 64 << 20
_DENIED = b"Error 5: Access is denied.\r\n"


def run(process: Process) -> ProcessResult:
    """One run of fsutil."""
    words = [word.lower() for word in process.arguments[1:]]
    if words[:1] == ["behavior"] and len(words) in (3, 4) and words[2] in _BEHAVIOR:
        return _behavior(process, words)
    if words[:2] == ["file", "createnew"] and len(words) == 4:
        return _create(process, process.arguments[3], words[3])
    if words == ["dirty", "query", "c:"]:
        return ProcessResult(0, b"Volume - c: is NOT Dirty\r\n") if process.administrator else ProcessResult(1, _DENIED)
    return process.unhandled("program")


def _behavior(process: Process, words: list[str]) -> ProcessResult:
    value, highest, default = _BEHAVIOR[words[2]]
    registry = process.machine.disk.registry
    if words[1] == "query" and len(words) == 3:
        found = registry.get(_KEY, value)
        number = found.data & 0xF if found and isinstance(found.data, int) else default
        return ProcessResult(0, f"{value.removeprefix('Ntfs')} = {number}\r\n".encode())
    if words[1] != "set" or len(words) != 4 or not words[3].isdecimal() or not int(words[3][:3]) <= highest:
        return process.unhandled("program")
    if not process.administrator:
        return ProcessResult(1, _DENIED)
    number = int(words[3])
    # This value has its highest bit set by the system itself (System Managed).
    stored = number | 0x80000000 if value == "NtfsDisableLastAccessUpdate" else number
    registry.set(_KEY, value, stored, "DWord")
    shown = f"{value.removeprefix('Ntfs')} = {number}\r\n"
    return ProcessResult(0, shown.encode())


def _create(process: Process, name: str, size: str) -> ProcessResult:
    disk, path = process.machine.disk, ntpath.join(process.working_directory, name)
    if not size.isdecimal() or len(size) > 12 or int(size) > _LARGEST:
        return process.unhandled("program")
    if disk.exists(path):
        return ProcessResult(1, b"Error 80: The file exists.\r\n")
    if not disk.is_directory(ntpath.dirname(path)):
        return ProcessResult(1, b"Error 3: The system cannot find the path specified.\r\n")
    disk.write(path, bytes(int(size)))
    return ProcessResult(0, f"File {path} is created\r\n".encode())
