# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""reg.exe import and regedit.exe /s: registry scripts; see `registry_scripts` for the format.

reg.exe says on its standard error that it was successful, as it does when it imports. Assumed
[registry_import_exit_codes]: regedit.exe ends with 0 whatever became of the lines, and with 1 without the file; both
leave out a line they do not understand (which the journal has as `unhandled`).
"""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import registry_scripts
from .registry import split_path
from .shares import ShareError

if TYPE_CHECKING:
    from .processes import Process

_COMPLETED = b"The operation completed successfully.\r\n"
_CANNOT_OPEN = b"ERROR: Error opening the file. There may be a disk or file system error.\r\n"
_NO_ACCESS = b"ERROR: Error accessing the registry.\r\n"
_NO_SCRIPT = b"ERROR: The specified file is not a registry script. You can only import registry files.\r\n"


class _ImportError(Exception):
    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


def run_import(process: Process, name: str) -> ProcessResult:
    """`reg import FILE [/reg:64]`."""
    try:
        _import(process, name)
    except _ImportError as error:
        return ProcessResult(1, b"", error.text)
    return ProcessResult(0, b"", _COMPLETED)


def run_regedit(process: Process) -> ProcessResult:
    """`regedit /s FILE…`."""
    switches = [argument.lower() for argument in process.arguments[1:] if argument.startswith("/")]
    files = [argument for argument in process.arguments[1:] if not argument.startswith("/")]
    if switches != ["/s"] or not files:
        return process.unhandled("program")
    exit_code = 0
    for name in files:
        try:
            _import(process, name)
        except _ImportError:
            exit_code = 1
    return ProcessResult(exit_code)


def _import(process: Process, name: str) -> None:
    """Raises _ImportError."""
    disk, path = process.machine.disk, ntpath.join(process.working_directory, name)
    try:
        if not disk.is_file(path):
            raise _ImportError(_CANNOT_OPEN)
        changes = list(registry_scripts.read(disk.read(path)))
    except ShareError as error:
        raise _ImportError(_CANNOT_OPEN) from error
    except registry_scripts.NotAScriptError as error:
        raise _ImportError(_NO_SCRIPT) from error
    for change in changes:
        if isinstance(change, str):
            process.record("unhandled", what="line of a registry script", text=change)
            continue
        if split_path(change.key)[0] == "HKLM" and not process.administrator:
            raise _ImportError(_NO_ACCESS)
        try:
            registry_scripts.apply(disk.registry, change)
        except OSError as error:
            raise _ImportError(_NO_ACCESS) from error
