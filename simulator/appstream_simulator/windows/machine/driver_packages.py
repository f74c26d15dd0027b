# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The driver store, and pnputil.exe: /add-driver, /enum-drivers, /delete-driver, and the older -a, -i -a, -e, -d.

Sources: Microsoft's "PnPUtil Command Syntax" and "PnPUtil Return Values"; the texts are PnPUtil's own, their layout is
unproven [pnputil_layout]. A driver counts as signed when its INF names a catalogue that lies beside it (whose signature
nobody checks). No driver here finds a device: with /install a package that was added ends with 259.
"""

from __future__ import annotations

import configparser
import fnmatch
import hashlib
import ntpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from .disk import Disk
from .shares import ShareError

if TYPE_CHECKING:
    from .processes import Process

_STORE = "C:\\Windows\\System32\\DriverStore\\FileRepository"
INF = "C:\\Windows\\INF"
_PACKAGES = "HKLM\\SYSTEM\\DriverDatabase\\DriverInfFiles"
NO_MORE_ITEMS = 259
_ACCESS_DENIED = 5
_FILE_NOT_FOUND = 2
# SetupAPI: ERROR_WRONG_INF_STYLE, ERROR_NO_CATALOG_FOR_OEM_INF, ERROR_INVALID_PARAMETER for what is no oem*.inf.
_WRONG_STYLE = (0xE0000100, "The style of the INF is different than what was requested.")
_NO_CATALOG = (0xE000022F, "The third-party INF does not contain digital signature information.")
_BANNER = "Microsoft PnP Utility\r\n\r\n"
_OEM = re.compile(r"oem\d+\.inf", re.IGNORECASE)
_OLDER = {"-a": "/add-driver", "-i": "/install", "-e": "/enum-drivers", "-d": "/delete-driver", "-f": "/force"}


@dataclass(frozen=True)
class DriverPackage:
    """A driver package by its INF."""

    name: str
    provider: str
    class_name: str
    class_guid: str
    version: str
    catalogue: str


class _DriverError(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def inf_sections(content: bytes) -> dict[str, dict[str, str]]:
    """The sections of an INF by lower-case name, with their entries as they are written.

    Raises:
        ValueError: it is none.
    """
    text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "cp1252", errors="replace")
    reader = configparser.RawConfigParser(
        strict=False, allow_no_value=True, comment_prefixes=(";",), inline_comment_prefixes=(";",), delimiters=("=",)
    )
    reader.optionxform = str  # type: ignore[assignment,method-assign]  # names of printers keep their spelling
    try:
        reader.read_string(text)
    except configparser.Error as error:
        raise ValueError("no INF") from error
    return {name.lower(): {key: value or "" for key, value in reader.items(name)} for name in reader.sections()}


def _read_inf(disk: Disk, path: str) -> DriverPackage:
    """Raises _DriverError: it is no INF, or not signed."""
    try:
        sections = inf_sections(disk.read(path))
    except ValueError as error:
        raise _DriverError(*_WRONG_STYLE) from error
    version, strings = (
        {key.lower(): text for key, text in sections.get(name, {}).items()} for name in ("version", "strings")
    )
    if (version.get("signature") or "").strip('"').upper() not in ("$WINDOWS NT$", "$CHICAGO$"):
        raise _DriverError(*_WRONG_STYLE)

    def value(name: str) -> str:
        raw = (version.get(name) or "").strip().strip('"')
        token = raw.strip("%").lower()
        return (strings.get(token) or "").strip().strip('"') if raw.startswith("%") else raw

    catalogue = next((value(name) for name in version if name.startswith("catalogfile")), "")
    if not catalogue or not disk.is_file(ntpath.join(ntpath.dirname(path), catalogue)):
        raise _DriverError(*_NO_CATALOG)
    date, _comma, number = value("driverver").partition(",")
    return DriverPackage(
        ntpath.basename(path).lower(),
        value("provider"),
        value("class"),
        value("classguid"),
        f"{date.strip()} {number.strip()}",
        catalogue,
    )


def published(disk: Disk) -> dict[str, dict[str, str]]:
    """What the store knows of each package, by its published name (`oem0.inf`)."""
    return {name: disk.registry.texts(f"{_PACKAGES}\\{name}") for name in disk.registry.key_names(_PACKAGES)}


def store(disk: Disk, path: str) -> bool:
    """Add a package; says whether it is in the store now."""
    try:
        _add(disk, path)
    except _DriverError:
        return False
    return True


def _add(disk: Disk, path: str) -> str:
    """Add a package; gives its published name. One that is there keeps its name. Raises _DriverError."""
    package, folder = _read_inf(disk, path), ntpath.dirname(path)
    digest = hashlib.sha256(disk.read(path)).hexdigest()[:16]
    directory = f"{package.name}_amd64_{digest}"
    for name, values in published(disk).items():
        if values["Directory"] == directory:
            return name
    name = next(f"oem{number}.inf" for number in range(1000) if f"oem{number}.inf" not in published(disk))
    disk.make_directories(f"{_STORE}\\{directory}")
    disk.make_directories(INF)
    disk.copy_tree(folder, f"{_STORE}\\{directory}")
    disk.write(f"{INF}\\{name}", disk.read(path))
    for key, text in {
        "Directory": directory,
        "OriginalName": package.name,
        "Provider": package.provider,
        "Class": package.class_name,
        "ClassGuid": package.class_guid,
        "Version": package.version,
    }.items():
        disk.registry.set(f"{_PACKAGES}\\{name}", key, text)
    return name


def run(process: Process) -> ProcessResult:
    """One run of pnputil.exe."""
    arguments = [_OLDER.get(item.lower(), item) for item in process.arguments[1:]]
    options = {item.lower() for item in arguments if item.startswith("/")}
    words = [item for item in arguments if not item.startswith("/")]
    if options == {"/enum-drivers"} and not words:
        return ProcessResult(0, f"{_BANNER}{_listing(process.machine.disk)}".encode())
    known = {"/add-driver", "/subdirs", "/install"}, {"/delete-driver", "/uninstall", "/force"}
    action = next((names for names in known if options & names and options <= names), None)
    if action is None or len(words) != 1 or not options & {"/add-driver", "/delete-driver"}:
        return process.unhandled("program")
    if not process.administrator:
        return ProcessResult(_ACCESS_DENIED, f"{_BANNER}Access is denied.\r\n".encode())
    if "/delete-driver" in options:
        return _delete(process, words[0])
    return _add_all(process, words[0], options)


def _listing(disk: Disk) -> str:
    names = {
        "Original Name:      ": "OriginalName",
        "Provider Name:      ": "Provider",
        "Class Name:         ": "Class",
        "Class GUID:         ": "ClassGuid",
        "Driver Version:     ": "Version",
    }
    texts = []
    for published_name, values in published(disk).items():
        lines = [f"{label}{values[key]}" for label, key in names.items()]
        texts.append("\r\n".join([f"Published Name:     {published_name}", *lines, "", ""]))
    return "\r\n".join(texts) or "No published driver packages were found on the system.\r\n"


def _delete(process: Process, name: str) -> ProcessResult:
    disk = process.machine.disk
    values = published(disk).get(name.lower())
    if not _OEM.fullmatch(name) or values is None:
        reason = "The specified file is not an installed OEM INF."
        return ProcessResult(0xE000023C, f"{_BANNER}Failed to delete driver package: {reason}\r\n".encode())
    disk.remove(f"{_STORE}\\{values['Directory']}")
    disk.remove(f"{INF}\\{name.lower()}")
    disk.registry.delete_key(f"{_PACKAGES}\\{name.lower()}")
    process.record("uninstall", installer=values["OriginalName"], exit_code=0)
    return ProcessResult(0, f"{_BANNER}Driver package deleted successfully.\r\n".encode())


def _files(process: Process, pattern: str, *, below: bool) -> list[str]:
    disk, path = process.machine.disk, ntpath.join(process.working_directory, pattern)
    folder, name = ntpath.split(path)
    try:
        if not disk.is_directory(folder):
            return []
        found = disk.walk(folder) if below else (disk.stat(f"{folder}\\{item}") for item in disk.list(folder))
        wanted = name.lower()
        return [item.path for item in found if not item.is_directory and fnmatch.fnmatchcase(item.name.lower(), wanted)]
    except ShareError:
        return []


def _add_all(process: Process, pattern: str, options: set[str]) -> ProcessResult:
    disk, added, exit_code = process.machine.disk, 0, 0
    paths = _files(process, pattern, below="/subdirs" in options)
    if not paths:
        text = f"{_BANNER}Failed to add driver package: The system cannot find the file specified.\r\n"
        return ProcessResult(_FILE_NOT_FOUND, text.encode())
    lines = []
    for path in paths:
        lines.append(f"Adding driver package:  {ntpath.basename(path)}")
        try:
            with process.machine.disk_in_use():
                name = _add(disk, path)
        except _DriverError as error:
            exit_code = error.code
            lines += [f"Failed to add driver package: {error}", ""]
            continue
        added += 1
        lines += ["Driver package added successfully.", f"Published Name:         {name}", ""]
        process.record("install", installer=ntpath.basename(path), exit_code=0)
    lines += [f"Total driver packages:  {len(paths)}", f"Added driver packages:  {added}", ""]
    if exit_code == 0 and "/install" in options:
        exit_code = NO_MORE_ITEMS
    return ProcessResult(exit_code, (_BANNER + "\r\n".join(lines)).encode())
