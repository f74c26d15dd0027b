# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_regedit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from .. import profiles
from ..registry import HiveError, RegistryData, RegistryValue
from .task import Option, Task

OPTIONS = {
    "path": Option(aliases=("key",)),
    "name": Option(aliases=("entry", "value")),
    "data": Option("raw"),
    "type": Option(default="string", aliases=("datatype",)),
    "state": Option(default="present"),
    "delete_key": Option("bool", True),
    "hive": Option("path"),
}

# Names of .NET's RegistryValueKind by the module's names.
KINDS = {
    "none": "None",
    "binary": "Binary",
    "dword": "DWord",
    "expandstring": "ExpandString",
    "multistring": "MultiString",
    "string": "String",
    "qword": "QWord",
}
_LOADED_AS = "ANSIBLE"
_NOT_ALL_PRIVILEGES = (
    "AdjustTokenPrivileges(SeBackupPrivilege, SeRestorePrivilege) failed "
    "(Not all privileges or groups referenced are assigned to the caller, Win32ErrorCode 1300)"
)
_NUMBER_LIMITS = {"DWord": 0xFFFFFFFF, "QWord": 0xFFFFFFFFFFFFFFFF}
_PATH = re.compile(r"HK(CC|CR|CU|LM|U):\\", re.IGNORECASE)


def run(task: Task) -> dict[str, Any]:
    """Create, change or delete a registry key or value."""
    options = task.options(OPTIONS)
    path, name = options["path"], options["name"] or ""
    result: dict[str, Any] = {"changed": False, "data_changed": False, "data_type_changed": False}
    if options["name"] is None and options["type"] != "string":
        task.warnings.append(
            "the data type when name is not specified can only be 'string', the type has automatically been converted"
        )
        options["type"] = "string"
    if not _PATH.match(path):
        task.fail(f"path: {path} is not a valid powershell path, see module documentation for examples.", **result)
    kind = KINDS[options["type"]]
    data = _converted(task, kind, options["data"], name, result) if options["state"] == "present" else None
    with _loaded_hive(task, options["hive"], result) if options["hive"] else nullcontext():
        before, after = _state(task, path, name), {}
        if options["state"] == "absent":
            _absent(task, path, name, options["delete_key"], result)
        else:
            after = _present(task, path, name, kind, data, result)
    if task.call.diff:
        result["diff"] = {"before": before, "after": after}
    return result


@contextmanager
def _loaded_hive(task: Task, path: str, result: dict[str, Any]) -> Iterator[None]:
    """While in this context the hive file is loaded as HKLM:\\ANSIBLE; the module always unloads it."""
    if not task.disk.exists(path):
        task.fail(f"hive at path '{path}' is not valid or accessible, cannot load hive", **result)
    if not task.machine.is_administrator(task.call.user):
        privileges = "failed to enable SeBackupPrivilege and SeRestorePrivilege for the current process"
        task.fail(f"{privileges}: {_NOT_ALL_PRIVILEGES}", **result)
    if task.disk.registry.has_key(f"HKLM\\{_LOADED_AS}"):
        task.warnings.append("hive already loaded at HKLM:\\ANSIBLE, had to unload hive for win_regedit to continue")
        profiles.unload(task.disk, "HKLM", _LOADED_AS)
    try:
        profiles.load(task.disk, "HKLM", _LOADED_AS, path)
    except HiveError as error:
        reason = f"Failed to load registry hive at {path} ({error}, Win32ErrorCode {error.code})"
        task.fail(f"failed to load registry hive from '{path}' to HKLM:\\ANSIBLE: {reason}", **result)
    try:
        yield
    finally:
        profiles.unload(task.disk, "HKLM", _LOADED_AS)


def _state(task: Task, path: str, name: str) -> dict[str, Any]:
    if not task.disk.registry.has_key(path):
        return {}
    value = task.disk.registry.get(path, name)
    return {path: {name: _shown(value)} if value else {}}


def _absent(task: Task, path: str, name: str, delete_key: bool, result: dict[str, Any]) -> None:
    registry = task.disk.registry
    if delete_key and not name:
        result["changed"] = registry.has_key(path)
        if result["changed"] and not task.check_mode:
            registry.delete_key(path)
        return
    result["changed"] = registry.get(path, name) is not None
    if result["changed"] and not task.check_mode:
        registry.delete(path, name)


def _present(
    task: Task, path: str, name: str, kind: str, data: RegistryData | None, result: dict[str, Any]
) -> dict[str, Any]:
    registry = task.disk.registry
    if not registry.has_key(path):
        result["changed"] = True
        if not task.check_mode:
            try:
                registry.create_key(path)
            except OSError as error:
                task.fail(f"failed to create registry key at {path}: {error}", **result)
    if data is None:
        return {path: {}}
    wanted, existing = RegistryValue(kind, data), registry.get(path, name)
    if existing is not None:
        result["data_type_changed"] = existing.kind != kind
        result["data_changed"] = existing.data != data
    if existing != wanted:
        result["changed"] = True
        if not task.check_mode:
            registry.set(path, name, data, kind)
    return {path: {name: _shown(wanted)}}


def _shown(value: RegistryValue) -> dict[str, Any]:
    if isinstance(value.data, bytes):
        return {"type": value.kind, "value": [f"0x{byte:02x}" for byte in value.data]}
    if isinstance(value.data, int):
        return {"type": value.kind, "value": f"0x{value.data:0{8 if value.kind == 'DWord' else 16}x}"}
    return {"type": value.kind, "value": value.data}


def _converted(task: Task, kind: str, data: Any, name: str, result: dict[str, Any]) -> RegistryData | None:
    """The data as the kind wants it; None when there is nothing to set."""
    if kind in ("Binary", "None"):
        return _bytes(task, data, result)
    if kind in _NUMBER_LIMITS:
        return _number(task, kind, data, result)
    if kind == "MultiString":
        return [str(item) for item in data] if isinstance(data, list) else [] if data is None else [str(data)]
    if data is None:
        return "" if name else None
    return str(data)


def _bytes(task: Task, data: Any, result: dict[str, Any]) -> bytes:
    if isinstance(data, int):
        if data > 255:
            reason = "please specify this value as a yaml byte array or a comma separated hex value string"
            task.fail(f"cannot convert binary data '{data}' to byte array, {reason}", **result)
        return bytes([data])
    if isinstance(data, list):
        return bytes(int(str(item), 0) for item in data)
    text = re.sub(r"[^a-f0-9:]", "", re.sub(r"^hex:", "", str(data or "").lower()).replace(",", ":"))
    if ":" in text:
        return bytes(int(part, 16) for part in text.split(":") if part)
    return bytes.fromhex(text if len(text) % 2 == 0 else f"0{text}" if len(text) == 1 else "")


def _number(task: Task, kind: str, data: Any, result: dict[str, Any]) -> int:
    if isinstance(data, float) and data % 1:
        reason = "with a remainder when type is dword or qword"
        task.fail(f"data '{data}' cannot be a decimal or float value {reason}", **result)
    number = int(data, 16 if data.lower().startswith("0x") else 10) if isinstance(data, str) else int(data or 0)
    if number > _NUMBER_LIMITS[kind]:
        task.fail(f"data cannot be larger than {_NUMBER_LIMITS[kind]:#x} when type is {kind.lower()}", **result)
    return number
