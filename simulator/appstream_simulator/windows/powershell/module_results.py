# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What ansible.windows.win_powershell makes of a script's objects (Convert-OutputObject), and its records of errors."""

from __future__ import annotations

from typing import Any

from .errors import ErrorRecord, UnknownError
from .formatting import date_time
from .values import (
    CustomObject,
    DateTime,
    EnumValue,
    Hashtable,
    NetObject,
    Version,
    is_array,
    to_text,
    type_name,
)


def converted(value: Any, depth: int) -> Any:
    """A value for the module's result; what lies deeper becomes a text.

    Raises:
        UnknownError: a value that the module shows in a way of its own.
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)  # as JavaScriptSerializer writes it
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, EnumValue) and depth >= 0:
        return {"Type": value.type_name, "String": value.name, "Value": value.number}
    if isinstance(value, DateTime):
        return date_time(value, "o")
    if isinstance(value, str):
        return str(value)
    if depth < 0:
        return to_text(value)
    if isinstance(value, bytes) or is_array(value):
        return [converted(item, depth - 1) for item in value]
    if isinstance(value, (Hashtable, CustomObject)):
        return {to_text(name): converted(item, depth - 1) for name, item in value.items()}
    if isinstance(value, NetObject) and value.type_name == "System.Guid":
        return value.text
    if isinstance(value, NetObject):
        # The properties that the simulator has; the real module gives more of them.
        return {name: converted(value.get(name), depth - 1) for name in value.properties}
    if isinstance(value, Version):
        major, minor, build, revision = (value.part(place) for place in range(4))
        halves = (revision >> 16, revision & 0xFFFF) if revision >= 0 else (-1, -1)
        numbers = {"Major": major, "Minor": minor, "Build": build, "Revision": revision}
        return {**numbers, "MajorRevision": halves[0], "MinorRevision": halves[1]}
    raise UnknownError(f"the output of a {type_name(value)}")


def error_record(record: ErrorRecord) -> dict[str, Any]:
    """One entry of the result's `error`."""
    inner = None
    if record.inner:
        inner = {"message": record.inner[1], "type": record.inner[0], "inner_exception": None}
    return {
        "output": f"{record.message}\r\n",
        "error_details": None,
        "exception": {"message": record.message, "type": record.kind, "inner_exception": inner},
        "fully_qualified_error_id": record.identifier,
        "target_object": to_text(record.target) if isinstance(record.target, (str, int)) else None,
    }
