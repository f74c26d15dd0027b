# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Casts: the types that the subset knows, and what they make of a value."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any

from .errors import EXCEPTIONS, ErrorRecord, NetError, ScriptError, UnknownError, exception_named, failure
from .values import (
    EPOCH,
    ArrayList,
    BlockValue,
    Char,
    CustomObject,
    DateTime,
    EnumValue,
    Hashtable,
    NetList,
    NetObject,
    Secret,
    TimeSpan,
    TypedArray,
    Version,
    as_list,
    is_array,
    number_of,
    to_bool,
    to_text,
    type_name,
)

# PowerShell's own short names; of .NET's, `System.` may always be left out.
_ACCELERATORS = {
    "int": "System.Int32",
    "long": "System.Int64",
    "uint32": "System.UInt32",
    "uint64": "System.UInt64",
    "int16": "System.Int16",
    "uint16": "System.UInt16",
    "bool": "System.Boolean",
    "switch": "System.Management.Automation.SwitchParameter",
    "array": "System.Array",
    "hashtable": "System.Collections.Hashtable",
    "psobject": "System.Management.Automation.PSObject",
    "pscustomobject": "System.Management.Automation.PSObject",
    "scriptblock": "System.Management.Automation.ScriptBlock",
    "regex": "System.Text.RegularExpressions.Regex",
    "pscredential": "System.Management.Automation.PSCredential",
    "securestring": "System.Security.SecureString",
    "float": "System.Single",
    "ordered": "ordered",
}
# Types that mostly have static members, in the tables of `dotnet`.
_STATIC = {
    "System.IO.File",
    "System.IO.Directory",
    "System.IO.Path",
    "System.Environment",
    "System.Diagnostics.FileVersionInfo",
    "Microsoft.Win32.Registry",
    "Microsoft.Win32.RegistryKey",
    "System.Convert",
    "System.Text.Encoding",
    "System.Text.RegularExpressions.Regex",
    "System.Math",
    "System.BitConverter",
    "System.Collections.Generic.List`1[System.Object]",
    "System.Collections.ArrayList",
    "System.Text.UTF8Encoding",
    "System.IO.StreamReader",
    "System.Net.NetworkCredential",
    "System.Security.Principal.NTAccount",
    "System.Security.Principal.SecurityIdentifier",
    "System.Net.Dns",
    "System.Drawing.Icon",
    "System.Drawing.Imaging.ImageFormat",
    "Euc.AppStream.SecretScan",
}
_INTEGERS = {
    "System.Byte": (0, 255),
    "System.Int16": (-(1 << 15), (1 << 15) - 1),
    "System.UInt16": (0, (1 << 16) - 1),
    "System.Int32": (-(1 << 31), (1 << 31) - 1),
    "System.UInt32": (0, (1 << 32) - 1),
    "System.Int64": (-(1 << 63), (1 << 63) - 1),
    "System.UInt64": (0, (1 << 64) - 1),
}
ENUMERATIONS: dict[str, dict[str, int]] = {
    "System.StringComparison": {
        "CurrentCulture": 0,
        "CurrentCultureIgnoreCase": 1,
        "InvariantCulture": 2,
        "InvariantCultureIgnoreCase": 3,
        "Ordinal": 4,
        "OrdinalIgnoreCase": 5,
    },
    "System.EnvironmentVariableTarget": {"Process": 0, "User": 1, "Machine": 2},
    "Microsoft.Win32.RegistryHive": {
        "ClassesRoot": -2147483648,
        "CurrentUser": -2147483647,
        "LocalMachine": -2147483646,
        "Users": -2147483645,
        "CurrentConfig": -2147483643,
    },
    "Microsoft.Win32.RegistryView": {"Default": 0, "Registry64": 256, "Registry32": 512},
    "Microsoft.Win32.RegistryValueKind": {
        "Unknown": 0,
        "String": 1,
        "ExpandString": 2,
        "Binary": 3,
        "DWord": 4,
        "MultiString": 7,
        "QWord": 11,
        "None": -1,
    },
    "Microsoft.Win32.RegistryValueOptions": {"None": 0, "DoNotExpandEnvironmentNames": 1},
    "System.Text.RegularExpressions.RegexOptions": {"None": 0, "IgnoreCase": 1},
    "System.StringSplitOptions": {"None": 0, "RemoveEmptyEntries": 1},
    "System.ServiceProcess.ServiceControllerStatus": {"Stopped": 1, "Running": 4, "Paused": 7},
    "System.ServiceProcess.ServiceStartMode": {"Automatic": 2, "Manual": 3, "Disabled": 4},
    "System.Management.Automation.SignatureStatus": {
        "Valid": 0,
        "UnknownError": 1,
        "NotSigned": 2,
        "HashMismatch": 3,
        "NotTrusted": 4,
    },
    "System.DateTimeKind": {"Unspecified": 0, "Utc": 1, "Local": 2},
    "System.IO.FileAttributes": {
        "ReadOnly": 1,
        "Hidden": 2,
        "System": 4,
        "Directory": 16,
        "Archive": 32,
        "ReparsePoint": 1024,
    },
}
_VALUES: dict[str, Callable[[Any], Any]] = {
    "System.String": to_text,
    "System.Boolean": to_bool,
    "System.Object": lambda value: value,
    "System.Void": lambda _value: None,
}
TYPES = frozenset(
    {
        *_STATIC,
        *_INTEGERS,
        *_VALUES,
        *ENUMERATIONS,
        *EXCEPTIONS,
        "System.Double",
        "System.Single",
        "System.Char",
        "System.DateTime",
        "System.TimeSpan",
        "System.Version",
        "System.Guid",
        "System.Array",
        "System.Collections.Hashtable",
        "System.Collections.Specialized.OrderedDictionary",
        "System.Collections.IDictionary",
        "System.Collections.IEnumerable",
        "System.Collections.IList",
        "System.Management.Automation.PSObject",
        "System.Management.Automation.PSCustomObject",
        "System.Management.Automation.ScriptBlock",
        "System.Management.Automation.SwitchParameter",
        "System.Security.SecureString",
        "System.Management.Automation.PSCredential",
        "System.IO.FileInfo",
        "System.IO.DirectoryInfo",
        "ordered",
    }
)
_BY_LOWER = {name.lower(): name for name in TYPES}


def resolved(name: str) -> str:
    """The full name of a type, `[]` behind it for arrays.

    Raises:
        UnknownError: it is outside of the subset.
    """
    text = name.replace(" ", "")
    if text.endswith("[]"):
        return f"{resolved(text[:-2])}[]"
    low = text.lower()
    for generic in ("collections.generic.list[", "system.collections.generic.list["):
        if low.startswith(generic):
            resolved(text[len(generic) : -1])
            return "System.Collections.Generic.List`1[System.Object]"
    full = _ACCELERATORS.get(low) or _BY_LOWER.get(low) or _BY_LOWER.get(f"system.{low}") or exception_named(low)
    if full is None:
        raise UnknownError(f"the type [{name}]")
    return full


def cast(value: Any, target: str) -> Any:
    """A value as one of another type, which is given by its full name.

    Raises:
        ScriptError: it cannot be converted.
    """
    if target.endswith("[]"):
        return _array(value, target[:-2])
    if target in _VALUES:
        return _VALUES[target](value)
    if target in _INTEGERS:
        return _integer(value, target)
    if target in ENUMERATIONS:
        return enumeration(value, target)
    converter = _CONVERTERS.get(target)
    if converter is None:
        if is_a(value, target):
            return value
        raise UnknownError(f"a cast to [{target}]")
    return converter(value)


def invalid(value: Any, target: str, reason: str = "") -> ScriptError:
    """The error that a value cannot be converted."""
    kind = "System.Management.Automation.PSInvalidCastException"
    if reason:
        return failure(f'Cannot convert value "{to_text(value)}" to type "{target}". Error: "{reason}"', kind)
    message = f'Cannot convert the "{to_text(value)}" value of type "{type_name(value)}" to type "{target}".'
    return failure(message, kind)


def _array(value: Any, element: str) -> Any:
    if value is None:
        return None
    if element == "System.Byte" and isinstance(value, bytes):
        return value
    items = as_list(value) if is_array(value) else [value]
    converted = [cast(item, element) for item in items]
    if element == "System.Byte":
        return bytes(converted)
    array = TypedArray(converted)
    array.element = element
    return array


def _integer(value: Any, target: str) -> int:
    number = number_of(value)
    if number is None:
        if isinstance(value, str):
            raise invalid(value, target, "Input string was not in a correct format.")
        raise invalid(value, target)
    if isinstance(number, float):
        if number != number or abs(number) > 1e300:
            raise invalid(value, target, f"Value was either too large or too small for an {target[7:]}.")
        number = round(number)
    low, high = _INTEGERS[target]
    if not low <= number <= high:
        article = "an unsigned byte" if target == "System.Byte" else f"an {target[7:]}"
        raise invalid(value, target, f"Value was either too large or too small for {article}.")
    return number


def _double(value: Any) -> float:
    number = number_of(value)
    if number is None:
        raise invalid(value, "System.Double", "Input string was not in a correct format.")
    return float(number)


def _char(value: Any) -> Char:
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value < 0x10000:
            raise invalid(value, "System.Char", "Value was either too large or too small for a character.")
        return Char(chr(value))
    if isinstance(value, str) and len(value) == 1:
        return Char(value)
    raise invalid(value, "System.Char", "String must be exactly one character long.")


def enumeration(value: Any, target: str) -> EnumValue:
    """A value of an enumeration, from its name or number; several names with commas are their sum."""
    names = ENUMERATIONS[target]
    if isinstance(value, EnumValue) and value.type_name == target:
        return value
    if isinstance(value, int):
        found = next((name for name, number in names.items() if number == value), None)
        if found is not None:
            return EnumValue(target, found, value)
    known = {name.lower(): name for name in names}
    parts = [part.strip().lower() for part in to_text(value).split(",")]
    if not all(part in known for part in parts):
        listed = ",".join(names)
        reason = f"Unable to match the identifier name {to_text(value)} to a valid enumerator name."
        reason = f"{reason} Specify one of the following enumerator names and try again: {listed}"
        raise invalid(value, target, reason)
    found_names = [known[part] for part in parts]
    return EnumValue(target, ", ".join(found_names), sum(names[name] for name in found_names))


_FORMATS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y", "%Y-%m-%dT%H:%M")


def _date_time(value: Any) -> DateTime:
    if isinstance(value, DateTime):
        return value
    text = to_text(value).strip()
    for form in _FORMATS:
        for suffix, kind in (("", "Unspecified"), ("Z", "Local")):
            try:
                moment = datetime.datetime.strptime(text, form + suffix).replace(tzinfo=datetime.timezone.utc)
            except ValueError:
                continue
            return DateTime((moment - EPOCH).total_seconds(), kind)
    raise UnknownError(f"the date {text!r}")


def _time_span(value: Any) -> TimeSpan:
    if isinstance(value, TimeSpan):
        return value
    if isinstance(value, (int, float)):
        return TimeSpan(value / 10_000_000)
    parts = to_text(value).split(":")
    if len(parts) in (2, 3) and all(part.isdigit() for part in parts):
        hours, minutes, seconds = (int(part) for part in (*parts, "0")[:3])
        return TimeSpan(hours * 3600 + minutes * 60 + seconds)
    raise UnknownError(f"the time span {to_text(value)!r}")


def _version(value: Any) -> Version:
    if isinstance(value, Version):
        return value
    parts = to_text(value).strip().split(".")
    if isinstance(value, int) or not 2 <= len(parts) <= 4 or not all(part.isdecimal() for part in parts):
        reason = "Version string portion was too short or too long."
        if isinstance(value, int):
            raise invalid(value, "System.Version")
        raise invalid(
            value, "System.Version", reason if not 2 <= len(parts) <= 4 else "Input string was not in a correct format."
        )
    return Version(tuple(int(part[:10]) for part in parts))


def guid(value: Any) -> NetObject:
    """A System.Guid."""
    if isinstance(value, NetObject) and value.type_name == "System.Guid":
        return value
    try:
        text = str(uuid.UUID(to_text(value).strip("{}() ")))
    except ValueError as error:
        reason = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."
        raise invalid(value, "System.Guid", reason) from error
    return NetObject(
        "System.Guid", {"Guid": text}, {"tostring": lambda form="D": _guid_text(text, to_text(form))}, text=text
    )


def _guid_text(text: str, form: str) -> str:
    forms = {"d": text, "n": text.replace("-", ""), "b": f"{{{text}}}", "p": f"({text})"}
    if form.lower() not in forms:
        raise NetError("System.FormatException", 'Format String can be only "D", "d", "N", "n", "P", "p", "B", "b".')
    return forms[form.lower()]


def _hashtable(value: Any) -> Any:
    if value is None or isinstance(value, Hashtable):
        return value
    raise invalid(value, "System.Collections.Hashtable")


def _custom_object(value: Any) -> Any:
    return CustomObject(value) if isinstance(value, Hashtable) else value


def _block(value: Any) -> Any:
    if isinstance(value, BlockValue):
        return value
    raise UnknownError("a script block from a text")


def _secret(value: Any) -> Any:
    if value is None or isinstance(value, Secret):
        return value
    raise invalid(value, "System.Security.SecureString")


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "System.Double": _double,
    "System.Single": _double,
    "System.Char": _char,
    "System.DateTime": _date_time,
    "System.TimeSpan": _time_span,
    "System.Version": _version,
    "System.Guid": guid,
    "System.Array": lambda value: value if is_array(value) else [value],
    "System.Collections.Generic.List`1[System.Object]": lambda value: NetList(as_list(value)),
    "System.Collections.ArrayList": lambda value: ArrayList(as_list(value)),
    "System.Collections.Hashtable": _hashtable,
    "System.Management.Automation.PSObject": _custom_object,
    "System.Management.Automation.ScriptBlock": _block,
    "System.Management.Automation.SwitchParameter": to_bool,
    "System.Security.SecureString": _secret,
}


def _is_array_of(value: list[Any], target: str) -> bool:
    """Whether an array is one of these; arrays of objects of a class are arrays of System.Object too."""
    if target == "System.Byte[]":
        return False
    if not isinstance(value, TypedArray):
        raise UnknownError(f"-is [{target}] of an array that no cast has made")
    values = value.element in _INTEGERS or value.element in ("System.Boolean", "System.Char", "System.Double")
    return target in (f"{value.element}[]", value.element if values else "System.Object[]")


def is_a(value: Any, target: str) -> bool:
    """The operator `-is`."""
    if value is None:
        return False
    if isinstance(value, NetObject) and isinstance(value.data, ErrorRecord):
        return value.data.is_a(target)
    own = type_name(value)
    if target.endswith("[]") and isinstance(value, list) and not isinstance(value, NetList):
        return _is_array_of(value, target)
    kinds = {own, "System.Object"}
    if isinstance(value, NetObject):
        kinds |= set(value.bases)
    if is_array(value):
        kinds |= {
            "System.Array" if not isinstance(value, NetList) else own,
            "System.Collections.IEnumerable",
            "System.Collections.IList",
        }
    if isinstance(value, CustomObject):
        kinds |= {"System.Management.Automation.PSObject"}
    if isinstance(value, Hashtable):
        kinds |= {"System.Collections.IDictionary", "System.Collections.IEnumerable"}
    if isinstance(value, EnumValue):
        kinds |= {"System.Enum"}
    return target in kinds
