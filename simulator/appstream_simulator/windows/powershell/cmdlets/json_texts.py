# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cmdlets for JSON, as JavaScriptSerializer writes it for Windows PowerShell 5.1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import UnknownError, failure
from ..parameters import Cmdlet, Option
from ..values import CustomObject, DateTime, EnumValue, Hashtable, is_array, to_text

if TYPE_CHECKING:
    from ..pipelines import Run


def _to_json(run: Run) -> Iterator[Any]:
    if not run.get("compress"):
        raise UnknownError("ConvertTo-Json without -Compress")
    values = [run.given["inputobject"]] if "inputobject" in run.given else run.items
    if not values:
        return
    value = values[0] if len(values) == 1 else values
    text = json.dumps(_jsonable(value, int(run.get("depth", 2))), ensure_ascii=False, separators=(",", ":"))
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    yield text


def _jsonable(value: Any, depth: int) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, EnumValue):
        return value.number
    if isinstance(value, str):
        return str(value)
    if isinstance(value, DateTime):
        return f"\\/Date({int(value.seconds * 1000)})\\/"
    if depth < 0:
        return to_text(value)
    if is_array(value):
        return [_jsonable(item, depth - 1) for item in value]
    if isinstance(value, (Hashtable, CustomObject)):
        return {to_text(name): _jsonable(item, depth - 1) for name, item in value.items()}
    raise UnknownError(f"ConvertTo-Json of a {getattr(value, 'type_name', type(value).__name__)}")


def _from_json(run: Run) -> Iterator[Any]:
    text = "\n".join(
        to_text(item) for item in ([run.given["inputobject"]] if "inputobject" in run.given else run.items)
    )
    try:
        value = json.loads(text)
    except ValueError as error:
        raise failure(f"Invalid JSON primitive: {text[:20]}.", "System.ArgumentException") from error
    yield _objects(value)


def _objects(value: Any) -> Any:
    if isinstance(value, dict):
        return CustomObject({name: _objects(item) for name, item in value.items()})
    return [_objects(item) for item in value] if isinstance(value, list) else value


_INPUT = Option("InputObject", "object", 0)
CMDLETS = (
    Cmdlet("ConvertTo-Json", (_INPUT, Option("Compress", "switch"), Option("Depth", "int")), _to_json, whole=True),
    Cmdlet("ConvertFrom-Json", (Option("InputObject", "string", 0),), _from_json, whole=True),
)
