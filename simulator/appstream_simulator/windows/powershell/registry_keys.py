# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Microsoft.Win32.RegistryKey, in the 64-bit view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..machine import environment
from ..machine.registry import HIVES, RegistryData
from .conversion import ENUMERATIONS, cast, enumeration
from .errors import NetError, UnknownError
from .session import Session
from .values import EnumValue, NetObject, as_list, is_array, to_bool, to_text

_LONG_NAMES = {short: long for long, short in HIVES.items()}
_BY_HIVE = {
    "ClassesRoot": "HKEY_CLASSES_ROOT",
    "CurrentUser": "HKEY_CURRENT_USER",
    "LocalMachine": "HKEY_LOCAL_MACHINE",
    "Users": "HKEY_USERS",
    "CurrentConfig": "HKEY_CURRENT_CONFIG",
}
_KIND = "Microsoft.Win32.RegistryValueKind"


def base_key(session: Session, hive: Any, view: Any) -> NetObject:
    """RegistryKey.OpenBaseKey."""
    if enumeration(view, "Microsoft.Win32.RegistryView").name == "Registry32":
        raise UnknownError("the 32-bit view of the registry")
    return key(session, _BY_HIVE[enumeration(hive, "Microsoft.Win32.RegistryHive").name], writable=True)


def root_key(session: Session, hive: str) -> NetObject:
    """One of the fields of Microsoft.Win32.Registry."""
    return key(session, _BY_HIVE[hive], writable=True)


def long_path(path: str) -> str:
    """`HKLM:\\A` or `HKLM\\A` as `HKEY_LOCAL_MACHINE\\A`, without slashes too many."""
    hive, *names = [part for part in path.replace("/", "\\").split("\\") if part]
    short = hive.rstrip(":").upper()
    return "\\".join([_LONG_NAMES.get(short, short), *names])


def key(session: Session, path: str, *, writable: bool, from_provider: bool = False) -> NetObject:
    """A key that exists, by its long path; those of the provider have the properties of items too."""
    registry = session.disk.registry

    def required(new: bool = False) -> None:
        if new and not writable:
            raise NetError("System.UnauthorizedAccessException", "Cannot write to the registry key.")
        if not registry.has_key(path) or registry.trouble(path):
            message = "Illegal operation attempted on a registry key that has been marked for deletion."
            raise NetError("System.IO.IOException", message)

    def below(name: Any) -> str:
        if name is None:
            raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: name")
        return long_path(f"{path}\\{to_text(name)}")

    def open_sub_key(name: Any, write: Any = False) -> Any:
        return key(session, below(name), writable=to_bool(write)) if registry.has_key(below(name)) else None

    def get_value(name: Any, default: Any = None, options: Any = "None") -> Any:
        required()
        value = registry.get(path, to_text(name))
        if value is None:
            return default
        kept = enumeration(options, "Microsoft.Win32.RegistryValueOptions").name != "None"
        return shown(session, value.kind, value.data, expand=not kept)

    def get_value_names() -> list[str]:
        required()
        return list(registry.values(path))

    def get_value_kind(name: Any) -> EnumValue:
        value = registry.get(path, to_text(name))
        if value is None:
            raise NetError("System.IO.IOException", "The specified registry key does not exist.")
        return enumeration(value.kind, _KIND)

    def set_value(name: Any, value: Any, kind: Any = "Unknown") -> None:
        required(True)
        if value is None:
            raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: value")
        wanted = enumeration(kind, _KIND).name
        write(session, path, to_text(name), value, wanted if wanted != "Unknown" else guessed(value))

    def create_sub_key(name: Any, write: Any = True) -> NetObject:
        required(True)
        try:
            registry.create_key(below(name))
        except OSError as error:
            raise NetError("System.IO.IOException", str(error)) from error
        return key(session, below(name), writable=to_bool(write))

    def delete_value(name: Any, throw: Any = True) -> None:
        required(True)
        if not registry.delete(path, to_text(name)) and to_bool(throw):
            raise NetError("System.ArgumentException", "No value exists with that name.")

    def delete_sub_key(name: Any, throw: Any = True) -> None:
        required(True)
        if registry.key_names(below(name)):
            message = "Registry key has subkeys and recursive removes are not supported by this method."
            raise NetError("System.InvalidOperationException", message)
        if not registry.delete_key(below(name)) and to_bool(throw):
            raise NetError("System.ArgumentException", "Cannot delete a subkey tree because the subkey does not exist.")

    def delete_sub_key_tree(name: Any, throw: Any = True) -> None:
        required(True)
        if not registry.delete_key(below(name)) and to_bool(throw):
            raise NetError("System.ArgumentException", "Cannot delete a subkey tree because the subkey does not exist.")

    properties: dict[str, Any] = {
        "Name": path,
        "ValueCount": lambda: len(registry.values(path)),
        "SubKeyCount": lambda: len(registry.key_names(path)),
    }
    if from_provider:
        parent, _backslash, name = path.rpartition("\\")
        properties |= {
            "PSPath": f"Microsoft.PowerShell.Core\\Registry::{path}",
            "PSParentPath": f"Microsoft.PowerShell.Core\\Registry::{parent}" if parent else "",
            "PSChildName": name,
            "PSIsContainer": True,
            "Property": lambda: [value or "(default)" for value in registry.values(path)],
        }
    methods: dict[str, Callable[..., Any]] = {
        "opensubkey": open_sub_key,
        "getvalue": get_value,
        "getvaluenames": get_value_names,
        "getvaluekind": get_value_kind,
        "getsubkeynames": lambda: list(registry.key_names(path)),
        "setvalue": set_value,
        "createsubkey": create_sub_key,
        "deletevalue": delete_value,
        "deletesubkey": delete_sub_key,
        "deletesubkeytree": delete_sub_key_tree,
        "close": lambda: None,
        "dispose": lambda: None,
        "flush": lambda: None,
        "tostring": lambda: path,
    }
    return NetObject("Microsoft.Win32.RegistryKey", properties, methods, text=path)


def shown(session: Session, kind: str, data: RegistryData, *, expand: bool) -> Any:
    """A value as .NET gives it: numbers have a sign."""
    if isinstance(data, int):
        bits = 32 if kind == "DWord" else 64
        return data - (1 << bits) if data >= 1 << (bits - 1) else data
    if isinstance(data, str):
        return environment.expand(data, session.variables) if kind == "ExpandString" and expand else data
    return list(data) if isinstance(data, list) else data


def guessed(value: Any) -> str:
    """The kind RegistryKey.SetValue takes when none is given."""
    if isinstance(value, bool):
        return "String"
    if isinstance(value, int):
        return "DWord" if -(1 << 31) <= value < 1 << 31 else "String"
    if isinstance(value, bytes):
        return "Binary"
    if isinstance(value, list):
        return "MultiString"
    return "String"


def write(session: Session, path: str, name: str, value: Any, kind: str) -> None:
    """Set a value, converted to its kind. Raises NetError or ScriptError."""
    data: RegistryData
    if kind == "DWord":
        number = cast(value, "System.Int64")
        if not -(1 << 31) <= number < 1 << 32:
            message = "The type of the value object did not match the specified RegistryValueKind"
            raise NetError("System.ArgumentException", f"{message} or the object could not be properly converted.")
        data = number & 0xFFFFFFFF
    elif kind == "QWord":
        data = cast(value, "System.Int64") & 0xFFFFFFFFFFFFFFFF
    elif kind == "MultiString":
        data = [to_text(item) for item in (as_list(value) if is_array(value) else [value])]
    elif kind in ("Binary", "None"):
        data = cast(value, "System.Byte[]") or b""
    else:
        data = to_text(value)
    try:
        session.disk.registry.set(path, name, data, kind)
    except OSError as error:
        raise NetError("System.IO.IOException", str(error)) from error


def kinds() -> dict[str, int]:
    """The names of all kinds of values."""
    return ENUMERATIONS[_KIND]
