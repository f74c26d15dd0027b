# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""schtasks.exe, certutil.exe, tzutil.exe, icacls.exe and reg.exe, as far as their simple forms go.

Sources: Microsoft's references of the commands; the texts are those the programs print in English. Anything else of
these programs is journalled as `unhandled`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import ntpath
import re
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import (
    certificate_stores,
    permissions,
    profiles,
    registry_programs,
    scheduled_tasks,
    security_identifiers,
    time_zones,
)
from .account_programs import unhandled
from .permissions import AccessRule
from .registry import KINDS_BY_TYPE, HiveError, RegistryData, split_path

if TYPE_CHECKING:
    from .processes import Process

_NO_TASK = "ERROR: The system cannot find the file specified.\r\n"
_ICACLS_RIGHTS = {"F": "FullControl", "M": "Modify", "RX": "ReadAndExecute", "R": "Read", "W": "Write", "D": "Delete"}
_ICACLS_FLAGS = {"OI": permissions.OBJECT_INHERIT, "CI": permissions.CONTAINER_INHERIT}
_GRANT = re.compile(r"(?P<account>[^:]+):(?P<flags>(?:\((?:OI|CI)\))*)\(?(?P<right>F|M|RX|R|W|D)\)?", re.IGNORECASE)
_HASHES = ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")
_REG_COMPLETED = b"The operation completed successfully.\r\n"
_REG_NOT_FOUND = b"ERROR: The system was unable to find the specified registry key or value.\r\n"


def options_of(arguments: list[str]) -> dict[str, str]:
    """Options `/name value` by lower-case name; empty for those without a value."""
    options: dict[str, str] = {}
    name = ""
    for argument in arguments:
        if re.fullmatch(r"/[A-Za-z]\w*", argument):
            name = argument[1:].lower()
            options[name] = ""
        elif name:
            options[name], name = argument, ""
    return options


def run_schtasks(process: Process) -> ProcessResult:
    """schtasks.exe /Query [/TN NAME] [/FO CSV | LIST | TABLE] [/NH], /Delete /TN NAME /F, /Run, /Change /ENABLE."""
    options = options_of(process.arguments[1:])
    disk = process.machine.disk
    if set(options) - {"query", "delete", "run", "change", "enable", "disable", "tn", "f", "fo", "nh"}:
        return unhandled(process)
    folder, name = ntpath.split(scheduled_tasks.normal_folder(options.get("tn", "")))
    task = scheduled_tasks.find(disk, folder, name)
    if "query" in options:
        found = [task] if task else [] if options.get("tn") else list(disk.scheduled_tasks.values())
        return _query(process, options, found)
    if not process.administrator:
        return ProcessResult(1, b"", b"ERROR: Access is denied.\r\n")
    if task is None:
        return ProcessResult(1, b"", _NO_TASK.encode())
    if "delete" in options and "f" in options:
        scheduled_tasks.delete(disk, task)
        return ProcessResult(0, f'SUCCESS: The scheduled task "{options["tn"]}" was successfully deleted.\r\n'.encode())
    if "change" in options and ("enable" in options) != ("disable" in options):
        task.settings["Enabled"] = "enable" in options
        scheduled_tasks.register(disk, task)
        parameters = f'SUCCESS: The parameters of scheduled task "{options["tn"]}" have been changed.\r\n'
        return ProcessResult(0, parameters.encode())
    if "run" in options:
        scheduled_tasks.run(process.machine, task)
        return ProcessResult(0, f'SUCCESS: Attempted to run the scheduled task "{options["tn"]}".\r\n'.encode())
    return unhandled(process)


def _query(process: Process, options: dict[str, str], found: list[scheduled_tasks.ScheduledTask]) -> ProcessResult:
    if not found:
        return ProcessResult(1, b"", _NO_TASK.encode())
    rows = [(task.path, "N/A", "Ready" if task.settings["Enabled"] else "Disabled") for task in found]
    header = ("TaskName", "Next Run Time", "Status")
    form = options.get("fo", "TABLE").upper()
    if form == "CSV":
        out = io.StringIO()
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
            rows if "nh" in options else [header, *rows]
        )
        return ProcessResult(0, out.getvalue().encode())
    if form != "LIST":
        return unhandled(process)
    texts = [
        f"\r\nFolder: {ntpath.dirname(path)}\r\nHostName:      {process.machine.computer_name}\r\n"
        f"TaskName:      {path}\r\nNext Run Time: {moment}\r\nStatus:        {status}\r\n"
        for path, moment, status in rows
    ]
    return ProcessResult(0, "".join(texts).encode())


def run_certutil(process: Process) -> ProcessResult:
    """certutil.exe [-user] -delstore STORE THUMBPRINT, -hashfile FILE [ALGORITHM]."""
    arguments = [argument.replace("/", "-", 1) for argument in process.arguments[1:]]
    flags = {argument.lower() for argument in arguments if argument.startswith("-")}
    words = [argument for argument in arguments if not argument.startswith("-")]
    if flags == {"-hashfile"} and len(words) in (1, 2):
        return _hash_file(process, words[0], words[1] if len(words) == 2 else "SHA1")
    if "-delstore" not in flags or flags - {"-delstore", "-user", "-f", "-privatekey"} or len(words) != 2:
        return unhandled(process)
    name = certificate_stores.name_of(words[0])
    location = "CurrentUser" if "-user" in flags else "LocalMachine"
    if location == "LocalMachine" and not process.administrator:
        return ProcessResult(0x80070005, _certutil("-delstore", "0x80070005 (WIN32: 5 ERROR_ACCESS_DENIED)"))
    thumbprint = words[1].replace(" ", "").upper()
    identifier = process.machine.identifier(process.user)
    store = certificate_stores.store(process.machine.disk, location, name, identifier) if name else {}
    if thumbprint not in store:
        return ProcessResult(0x80090011, _certutil("-delstore", "0x80090011 (-2146893807 NTE_NOT_FOUND)"))
    del store[thumbprint]
    text = f"{words[0]}\r\nDeleting Certificate 0\r\nCertUtil: -delstore command completed successfully.\r\n"
    return ProcessResult(0, text.encode())


def _hash_file(process: Process, name: str, algorithm: str) -> ProcessResult:
    """As Windows 10 and Windows Server 2016 print it; earlier releases put blanks between the bytes."""
    path = ntpath.join(process.working_directory, name)
    if algorithm.upper() not in _HASHES:
        return unhandled(process)
    if not process.machine.disk.is_file(path):
        failed = _certutil("-hashfile", "0x80070002 (WIN32: 2 ERROR_FILE_NOT_FOUND)")
        return ProcessResult(0x80070002, failed + b"CertUtil: The system cannot find the file specified.\r\n")
    digest = hashlib.new(algorithm.lower(), process.machine.disk.read(path)).hexdigest()
    text = f"{algorithm.upper()} hash of {name}:\r\n{digest}\r\nCertUtil: -hashfile command completed successfully.\r\n"
    return ProcessResult(0, text.encode())


def _certutil(command: str, reason: str) -> bytes:
    return f"CertUtil: {command} command FAILED: {reason}\r\n".encode()


def run_tzutil(process: Process) -> ProcessResult:
    """tzutil.exe /g and /s ZONE."""
    arguments = process.arguments[1:]
    disk = process.machine.disk
    if [item.lower() for item in arguments] == ["/g"]:
        return ProcessResult(0, time_zones.current(disk).encode())
    if len(arguments) != 2 or arguments[0].lower() != "/s":
        return unhandled(process)
    if not time_zones.is_known(arguments[1]):
        return ProcessResult(1, b"", b"The specified time zone ID is invalid.\r\n")
    time_zones.change(disk, arguments[1])
    return ProcessResult(0)


def run_icacls(process: Process) -> ProcessResult:
    """icacls.exe PATH /grant[:r] ACCOUNT:RIGHTS ..., /remove ACCOUNT ..., /inheritance:{e | d | r}."""
    arguments = process.arguments[1:]
    if len(arguments) < 2 or arguments[0].startswith("/"):
        return unhandled(process)
    path, command, words = arguments[0], arguments[1].lower(), arguments[2:]
    path = ntpath.join(process.working_directory, path)
    if not process.machine.disk.exists(path):
        text = f"{path}: The system cannot find the file specified.\r\n"
        summary = "Successfully processed 0 files; Failed processing 1 files\r\n"
        return ProcessResult(2, summary.encode(), text.encode())
    if command in ("/grant", "/grant:r") and words:
        return _grant(process, path, words, replaces=command.endswith(":r"))
    if command == "/remove" and words:
        return _remove(process, path, words)
    return unhandled(process)


def _account(process: Process, name: str) -> str | None:
    machine = process.machine
    return security_identifiers.find(machine.disk.accounts, machine.computer_name, name.removeprefix("*"))


def _grant(process: Process, path: str, words: list[str], *, replaces: bool) -> ProcessResult:
    rules = []
    for word in words:
        found = _GRANT.fullmatch(word)
        if found is None:
            return unhandled(process)
        identifier = _account(process, found["account"])
        if identifier is None:
            return _no_mapping(found["account"])
        rights = permissions.FILE_RIGHTS[_ICACLS_RIGHTS[found["right"].upper()]]
        flags = sum(_ICACLS_FLAGS[flag] for flag in set(re.findall(r"OI|CI", found["flags"].upper())))
        rules.append(AccessRule(identifier, permissions.file_mask(rights, allow=True), inheritance=flags))
    for rule in rules:
        if replaces:
            _take_away(process, path, rule.identifier)
        permissions.add(process.machine.disk, path, rule)
    return _processed(path)


def _remove(process: Process, path: str, words: list[str]) -> ProcessResult:
    for word in words:
        identifier = _account(process, word)
        if identifier is None:
            return _no_mapping(word)
        _take_away(process, path, identifier)
    return _processed(path)


def _take_away(process: Process, path: str, identifier: str) -> None:
    disk = process.machine.disk
    for rule in permissions.get(disk, path).rules:
        if rule.identifier == identifier:
            permissions.remove(disk, path, rule)


def _no_mapping(account: str) -> ProcessResult:
    text = f"{account}: No mapping between account names and security IDs was done.\r\n"
    return ProcessResult(1332, b"Successfully processed 0 files; Failed processing 1 files\r\n", text.encode())


def _processed(path: str) -> ProcessResult:
    summary = f"processed file: {path}\r\nSuccessfully processed 1 files; Failed processing 0 files\r\n"
    return ProcessResult(0, summary.encode())


def run_reg(process: Process) -> ProcessResult:
    """reg.exe load, unload, import, query KEY [/v NAME], add KEY [/v NAME] [/t TYPE] [/d DATA] /f, delete … /f."""
    arguments = process.arguments[1:]
    if len(arguments) < 2:
        return unhandled(process)
    command, key = arguments[0].lower(), arguments[1]
    options = options_of([argument for argument in arguments[2:] if argument.lower() != "/reg:64"])
    if command == "import" and not options:
        return registry_programs.run_import(process, key)
    try:
        split_path(key)
    except ValueError:
        return ProcessResult(1, b"", b"ERROR: Invalid key name.\r\n")
    if command == "load" and len(arguments) == 3:
        return _load(process, key, arguments[2])
    if command == "unload" and len(arguments) == 2:
        return _unload(process, key)
    if set(options) - {"v", "ve", "t", "d", "f"} or command not in ("query", "add", "delete"):
        return unhandled(process)
    if command != "query" and "f" not in options:
        return unhandled(process)  # it would wait for an answer
    if command == "query":
        return _query_key(process, key, options)
    return _add(process, key, options) if command == "add" else _delete(process, key, options)


def _load(process: Process, key: str, path: str) -> ProcessResult:
    root, names = split_path(key)
    if root not in ("HKLM", "HKU") or len(names) != 1:
        return ProcessResult(1, b"", b"ERROR: Invalid key name.\r\n")
    if not process.administrator:
        return ProcessResult(1, b"", b"ERROR: A required privilege is not held by the client.\r\n")
    try:
        profiles.load(process.machine.disk, root, names[0], ntpath.join(process.working_directory, path))
    except HiveError as error:
        return ProcessResult(1, b"", f"ERROR: {error}.\r\n".encode())
    return ProcessResult(0, _REG_COMPLETED)


def _unload(process: Process, key: str) -> ProcessResult:
    root, names = split_path(key)
    try:
        profiles.unload(process.machine.disk, root, names[0] if names else "")
    except HiveError as error:
        return ProcessResult(1, b"", f"ERROR: {error}.\r\n".encode())
    return ProcessResult(0, _REG_COMPLETED)


def _query_key(process: Process, key: str, options: dict[str, str]) -> ProcessResult:
    registry = process.machine.disk.registry
    if not registry.has_key(key):
        return ProcessResult(1, b"", _REG_NOT_FOUND)
    values = registry.values(key)
    if "v" in options or "ve" in options:
        values = {name: value for name, value in values.items() if name.lower() == options.get("v", "").lower()}
        if not values:
            return ProcessResult(1, b"", _REG_NOT_FOUND)
    types = {kind: name for name, kind in KINDS_BY_TYPE.items()}
    lines = [
        f"    {name or '(Default)'}    {types.get(value.kind, 'REG_NONE')}    {_shown(value.data)}"
        for name, value in values.items()
    ]
    children = [] if "v" in options or "ve" in options else [f"{key}\\{name}" for name in registry.key_names(key)]
    return ProcessResult(0, "\r\n".join(("", key, *lines, "", *children, "")).encode())


def _shown(data: RegistryData) -> str:
    if isinstance(data, bytes):
        return data.hex().upper()
    if isinstance(data, int):
        return f"{data:#x}"
    return "\\0".join(data) if isinstance(data, list) else data


def _add(process: Process, key: str, options: dict[str, str]) -> ProcessResult:
    registry, kind = process.machine.disk.registry, KINDS_BY_TYPE.get(options.get("t", "REG_SZ").upper())
    if kind is None:
        return unhandled(process)
    text = options.get("d", "")
    try:
        data: RegistryData = text
        if kind in ("DWord", "QWord"):
            data = int(text or "0", 0)
        elif kind == "MultiString":
            data = text.split("\\0") if text else []
        elif kind == "Binary":
            data = bytes.fromhex(text)
        registry.create_key(key)
    except ValueError:
        return ProcessResult(1, b"", b"ERROR: Invalid syntax. Specify valid numeric value for '/d'.\r\n")
    except OSError:
        return ProcessResult(1, b"", b"ERROR: The parameter is incorrect.\r\n")
    if "v" in options or "ve" in options:
        registry.set(key, options.get("v", ""), data, kind)
    return ProcessResult(0, _REG_COMPLETED)


def _delete(process: Process, key: str, options: dict[str, str]) -> ProcessResult:
    registry = process.machine.disk.registry
    if "v" in options or "ve" in options:
        deleted = registry.delete(key, options.get("v", ""))
    else:
        deleted = registry.delete_key(key)
    return ProcessResult(0, _REG_COMPLETED) if deleted else ProcessResult(1, b"", _REG_NOT_FOUND)
