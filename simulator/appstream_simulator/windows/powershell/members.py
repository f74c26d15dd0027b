# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Properties and methods of values.

A property that an object of .NET has and the simulator does not know is outside of the subset; what has no such
property gives `$null`, as in PowerShell without strict mode.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

from . import texts
from .errors import PYTHON_ERRORS, NetError, ScriptError, UnknownError, failure
from .formatting import one
from .operators import equal, sort_key
from .values import (
    ArrayList,
    BlockValue,
    CustomObject,
    DateTime,
    EnumValue,
    Hashtable,
    NetList,
    NetObject,
    Secret,
    TimeSpan,
    TypeValue,
    Version,
    as_list,
    is_array,
    to_text,
    type_name,
    unwrapped,
)

_ABSENT = object()


def get(value: Any, name: str) -> Any:
    """`$value.name`."""
    low = name.lower()
    if isinstance(value, Hashtable) and name in value:
        return value[name]
    if isinstance(value, CustomObject):
        return _of_custom_object(value, low)
    if isinstance(value, NetObject):
        return _of_net_object(value, name)
    found = _known(value, low)
    if found is not _ABSENT:
        return found
    if is_array(value):
        return unwrapped([item for one_item in value for item in _enumerated(get(one_item, name))])
    if isinstance(value, (BlockValue, Secret, TypeValue)) or low.startswith("ps"):
        raise UnknownError(f"the property {name} of a {type_name(value)}")
    return None


def _enumerated(value: Any) -> list[Any]:
    return as_list(value) if is_array(value) else [value]


def _of_custom_object(value: CustomObject, low: str) -> Any:
    if low in value:
        return value[low]
    if low == "psobject":
        properties = [
            NetObject("System.Management.Automation.PSNoteProperty", {"Name": key, "Value": item})
            for key, item in value.items()
        ]
        return NetObject("System.Management.Automation.PSObject", {"Properties": properties})
    if low.startswith("ps"):
        raise UnknownError(f"the property {low} of an object")
    return None


def _of_net_object(value: NetObject, name: str) -> Any:
    if name in value.properties:
        return value.get(name)
    if name.lower() in ("count", "length"):
        return 1
    raise UnknownError(f"the property {name} of a {value.type_name}")


def _known(value: Any, low: str) -> Any:
    if value is None:
        return 0 if low in ("count", "length") else None
    for kinds, table in _PROPERTIES:
        if isinstance(value, kinds) and low in table:
            return table[low](value)
    if low in ("count", "length") and not is_array(value):
        return 1
    return _ABSENT


def _part(place: int, version: Version) -> int:
    return version.part(place)


_PROPERTIES: tuple[tuple[Any, dict[str, Callable[[Any], Any]]], ...] = (
    (str, {"length": len}),
    ((list, bytes), {"count": len, "length": len}),
    (
        Hashtable,
        {"count": len, "keys": lambda table: list(table.keys()), "values": lambda table: list(table.values())},
    ),
    (
        DateTime,
        {
            **{
                name: operator.attrgetter(f"moment.{name}")
                for name in ("year", "month", "day", "hour", "minute", "second")
            },
            "millisecond": lambda value: value.moment.microsecond // 1000,
            "ticks": lambda value: 621355968000000000 + round(value.seconds * 10_000_000),
            "kind": lambda value: EnumValue(
                "System.DateTimeKind", value.kind, {"Unspecified": 0, "Utc": 1, "Local": 2}[value.kind]
            ),
            "date": lambda value: DateTime(value.seconds // 86400 * 86400, value.kind),
        },
    ),
    (
        TimeSpan,
        {
            "totalseconds": lambda value: value.seconds,
            "totalminutes": lambda value: value.seconds / 60,
            "totalhours": lambda value: value.seconds / 3600,
            "totaldays": lambda value: value.seconds / 86400,
            "totalmilliseconds": lambda value: value.seconds * 1000,
            "seconds": lambda value: int(value.seconds) % 60,
            "minutes": lambda value: int(value.seconds) // 60 % 60,
            "hours": lambda value: int(value.seconds) // 3600 % 24,
            "days": lambda value: int(value.seconds) // 86400,
        },
    ),
    (
        Version,
        {name: functools.partial(_part, place) for place, name in enumerate(("major", "minor", "build", "revision"))},
    ),
    (EnumValue, {"value__": lambda value: value.number}),
    (TypeValue, {"fullname": lambda value: value.name, "name": lambda value: value.name.rpartition(".")[2]}),
    (Secret, {"length": lambda value: len(value.text)}),
)


def put(value: Any, name: str, new: Any) -> None:
    """`$value.name = …`."""
    if isinstance(value, Hashtable) or (isinstance(value, CustomObject) and name in value):
        value[name] = new
    elif isinstance(value, NetObject) and name.lower() in value.setters:
        value.setters[name.lower()](new)
    elif isinstance(value, NetObject):
        raise UnknownError(f"to set the property {name} of a {value.type_name}")
    else:
        message = (
            f"The property '{name}' cannot be found on this object. Verify that the property exists and can be set."
        )
        raise failure(message)


# Methods


def call(value: Any, name: str, arguments: Sequence[Any]) -> Any:
    """`$value.name(…)`.

    Raises:
        ScriptError: there is no such method, or it throws.
        UnknownError: .NET has it, maybe, but the simulator does not.
    """
    if value is None:
        raise failure("You cannot call a method on a null-valued expression.")
    method = _method(value, name.lower())
    if method is not None:
        return invoked(name, method, arguments)
    if (
        is_array(value)
        and value
        and not any(name.lower() in table for kinds, table in METHODS if isinstance(value, kinds))
    ):
        return [call(item, name, arguments) for item in value]
    if isinstance(value, CustomObject):
        message = f"Method invocation failed because [{type_name(value)}] does not contain a method named '{name}'."
        raise failure(message)
    raise UnknownError(f"the method {name} of a {type_name(value)}")


def invoked(name: str, method: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """What a method of .NET gives; an exception gets PowerShell's own around it."""
    try:
        return method(*arguments)
    except NetError as error:
        message = f'Exception calling "{name}" with "{len(arguments)}" argument(s): "{error}"'
        kind = "System.Management.Automation.MethodInvocationException"
        raise failure(message, kind, inner=(error.kind, str(error))) from error
    except PYTHON_ERRORS as error:
        raise UnknownError(f"the method {name} with these {len(arguments)} arguments") from error


def _method(value: Any, low: str) -> Callable[..., Any] | None:
    if isinstance(value, NetObject) and low in value.methods:
        return value.methods[low]
    if is_array(value) and low not in ("gettype",):
        tables = [table for kinds, table in METHODS if isinstance(value, kinds) and kinds is not object]
    else:
        tables = [table for kinds, table in METHODS if isinstance(value, kinds)]
    for table in tables:
        if low in table:
            function = table[low]
            return lambda *arguments: function(value, *arguments)
    return None


def _fixed(_value: Any, *_arguments: Any) -> None:
    raise NetError("System.NotSupportedException", "Collection was of a fixed size.")


def _index_of(items: Sequence[Any], wanted: Any) -> int:
    return next((place for place, item in enumerate(items) if type(item) is type(wanted) and item == wanted), -1)


def _remove(items: NetList, wanted: Any) -> bool:
    place = _index_of(items, wanted)
    if place >= 0:
        del items[place]
    return place >= 0


def _remove_at(items: NetList, place: Any) -> None:
    if not isinstance(place, int) or not 0 <= place < len(items):
        message = "Index was out of range. Must be non-negative and less than the size of the collection."
        raise NetError("System.ArgumentOutOfRangeException", message)
    del items[place]


def _add_key(table: Hashtable, key: Any, value: Any) -> None:
    if key is None:
        raise NetError("System.ArgumentNullException", "Key cannot be null.")
    if key in table:
        message = f"Item has already been added. Key in dictionary: '{to_text(key)}'  Key being added: '{to_text(key)}'"
        raise NetError("System.ArgumentException", message)
    table[key] = value


def _remove_key(table: Hashtable, key: Any) -> None:
    if key in table:
        del table[key]


def _cloned(table: Hashtable) -> Hashtable:
    clone = Hashtable(table)
    clone.ordered = table.ordered
    return clone


def _entries(table: Hashtable) -> list[Any]:
    return [
        NetObject("System.Collections.DictionaryEntry", {"Key": key, "Value": value, "Name": key})
        for key, value in list(table.items())
    ]


def _added(seconds: float) -> Callable[[DateTime, Any], DateTime]:
    return lambda value, amount: DateTime(value.seconds + float(amount) * seconds, value.kind)


# Methods by what they are methods of; those of object are everybody's.
METHODS: tuple[tuple[Any, dict[str, Callable[..., Any]]], ...] = (
    (str, texts.METHODS),
    (ArrayList, {"add": lambda items, item: items.append(item) or len(items) - 1}),
    (
        NetList,
        {
            "add": lambda items, item: items.append(item),
            "addrange": lambda items, more: items.extend(as_list(more)),
            "insert": lambda items, place, item: items.insert(place, item),
            "remove": _remove,
            "removeat": _remove_at,
            "clear": lambda items: items.clear(),
            "toarray": lambda items: list(items),
            "reverse": lambda items: items.reverse(),
            "sort": lambda items: items.sort(key=sort_key),
        },
    ),
    (
        (list, bytes),
        {
            "contains": lambda items, wanted: _index_of(items, wanted) >= 0,
            "indexof": _index_of,
            "getenumerator": lambda items: list(items),
            "add": _fixed,
            "remove": _fixed,
        },
    ),
    (
        Hashtable,
        {
            "add": _add_key,
            "remove": _remove_key,
            "containskey": lambda table, key: key in table,
            "contains": lambda table, key: key in table,
            "containsvalue": lambda table, wanted: any(equal(item, wanted, False) for item in table.values()),
            "getenumerator": _entries,
            "clear": lambda table: table.clear(),
            "clone": _cloned,
        },
    ),
    (
        DateTime,
        {
            "addseconds": _added(1),
            "addminutes": _added(60),
            "addhours": _added(3600),
            "adddays": _added(86400),
            "addmilliseconds": _added(0.001),
            "touniversaltime": lambda value: DateTime(value.seconds, "Utc"),
            "tolocaltime": lambda value: DateTime(value.seconds, "Local"),
            "subtract": lambda value, other: (
                TimeSpan(value.seconds - other.seconds)
                if isinstance(other, DateTime)
                else DateTime(value.seconds - other.seconds, value.kind)
            ),
        },
    ),
    (
        object,
        {
            "tostring": lambda value, form="": one(value, to_text(form)),
            "equals": lambda value, other: equal(value, other, False),
            "gettype": lambda value: TypeValue(type_name(value)),
            "compareto": lambda value, other: (sort_key(value) > sort_key(other)) - (sort_key(value) < sort_key(other)),
        },
    ),
)
# Methods of the objects that `dotnet`, `registry_keys` and `file_items` make.
_OF_OBJECTS = frozenset(
    "openSubKey getValue getValueNames getValueKind getSubKeyNames setValue createSubKey deleteValue deleteSubKey "
    "deleteSubKeyTree close dispose flush getBytes getString shouldProcess getPreamble refresh waitForStatus delete "
    "readToEnd toBitmap save getNetworkCredential translate where forEach "
    "nextBytes".lower().split()
)
# Methods that give nothing at all, so that a statement which calls one outputs nothing.
VOID = frozenset(
    [
        "add",
        "addrange",
        "insert",
        "remove",
        "removeat",
        "clear",
        "reverse",
        "sort",
        "close",
        "dispose",
        "flush",
        "setvalue",
        "deletevalue",
        "deletesubkey",
        "deletesubkeytree",
        "delete",
        "refresh",
        "waitforstatus",
        "writealltext",
        "writealllines",
        "writeallbytes",
        "copy",
        "setenvironmentvariable",
        "save",
    ]
)
KNOWN_METHODS = frozenset({name for _kinds, table in METHODS for name in table} | _OF_OBJECTS)


def error_of(error: ScriptError) -> NetObject:
    """`$_` of a catch block."""
    record = error.record
    inner = None
    if record.inner:
        inner = NetObject(record.inner[0], {"Message": record.inner[1], "InnerException": None}, text=record.inner[1])
    exception = NetObject(
        record.kind, {"Message": record.message, "InnerException": inner}, data=record, text=record.message
    )
    return NetObject(
        "System.Management.Automation.ErrorRecord",
        {
            "Exception": exception,
            "TargetObject": record.target,
            "FullyQualifiedErrorId": record.identifier or record.message,
        },
        text=record.message,
        data=record,
    )
