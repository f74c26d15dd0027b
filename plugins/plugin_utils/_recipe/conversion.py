# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Converts values to the types of an argument spec and says, by key, which ones are wrong.

Beside Ansible's own conversions, numbers that YAML has made of text (``3.10`` becomes 3.1) are refused where text is
required, null means "not given", and an unknown key names the nearest one there is.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import datetime
import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible.module_utils.common import validation

# Commas and blanks belong to the value: text is never taken apart.
_ALWAYS_A_LIST = ("arguments", "command")
_NAMES = {
    "bool": "true or false",
    "dict": "a dictionary",
    "float": "a number",
    "int": "a whole number",
    "list": "a list",
    "path": "a path",
    "str": "text",
}
_SHOWN_LENGTH = 60


@dataclass
class Converted:
    """The value in the option's type, and a sentence for everything that is wrong, beginning with the key's path."""

    value: Any = None
    problems: list[str] = field(default_factory=list)


def convert_options(given: Mapping[Any, Any], options: Mapping[str, Any], before: str = "") -> Converted:
    """Convert the keys of a dictionary; keys whose value is null are left out, defaults are not filled in.

    ``before`` is what messages put before each key.
    """
    converted = Converted({})
    for key, value in given.items():
        name = str(key)
        where = before + name
        if name not in options:
            converted.problems.append(f"{where} is not a known key{_hint(name, options, before)}")
        elif value is not None:
            one = convert(value, options[name], where)
            converted.value[name] = one.value
            converted.problems += one.problems
    missing = [name for name, option in options.items() if option.get("required") and given.get(name) is None]
    converted.problems += [f"{before}{name} is missing" for name in missing]
    return converted


def convert(value: Any, option: Mapping[str, Any], path: str) -> Converted:
    """Convert one value; ``path`` is how messages name its key."""
    if option.get("lazy") and not (option.get("type") == "dict" and not isinstance(value, Mapping)):
        return Converted(value)
    kind = option.get("type", "str")
    if "short" in option and kind == "dict" and isinstance(value, str):
        value = {option["short"]: value}
    try:
        typed = _TYPES[kind](value, path.rpartition(".")[2])
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        return Converted(problems=[f"{path} must be {_NAMES.get(kind, kind)}, {_reason(error, value)}"])
    if kind == "list":
        return _convert_elements(typed, option, path)
    if kind == "dict" and option.get("options") is not None:
        return convert_options(typed, option["options"], f"{path}.")
    if kind == "dict" and "values" in option:
        return _convert_values(typed, option["values"], path)
    if option.get("choices") and typed not in option["choices"]:
        choices = ", ".join(map(str, option["choices"]))
        return Converted(problems=[f"{path} is {_shown(value)}, but must be one of {choices}"])
    return Converted(typed)


def _convert_elements(values: list[Any], option: Mapping[str, Any], path: str) -> Converted:
    element = {**option, "type": option.get("elements", "raw"), "lazy": False}
    converted = Converted([])
    for position, value in enumerate(values, 1):
        where = f"{path}[{position}]"
        if value is None:
            converted.problems.append(f"{where} is empty")
            continue
        one = convert(value, element, where)
        converted.value.append(one.value)
        converted.problems += one.problems
    return converted


def _convert_values(values: Mapping[Any, Any], kind: str, path: str) -> Converted:
    converted = Converted({})
    for key, value in values.items():
        one = convert("" if value is None else value, {"type": kind}, f"{path}.{key}")
        converted.value[str(key)] = one.value
        converted.problems += one.problems
    return converted


def _hint(name: str, options: Mapping[str, Any], before: str) -> str:
    nearest = difflib.get_close_matches(name.lower(), options, n=1)
    if not nearest:
        return f"; known keys are {', '.join(options)}"
    return f"; did you mean {nearest[0] if before.endswith('.') else before + nearest[0]}?"


def _reason(error: Exception, value: Any) -> str:
    text = str(error)
    return text if isinstance(error, _Refusal) else f"not {_shown(value)}"


class _Refusal(TypeError):
    """Says itself what is wrong."""


def _text(value: Any, name: str) -> str:
    if isinstance(value, (bool, float, datetime.date)):
        raise _Refusal(f"but YAML has read it as {_yaml_kind(value)} ({value}): put it in quotes")
    if isinstance(value, (Mapping, list, tuple)):
        raise TypeError
    return str(value)


def _yaml_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    return "a number" if isinstance(value, float) else "a date"


def _whole_number(value: Any, name: str) -> int:
    if isinstance(value, bool):
        raise TypeError
    return int(validation.check_type_int(value))


def _list(value: Any, name: str) -> list[Any]:
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = json.loads(value)
    if isinstance(value, str) and name in _ALWAYS_A_LIST:
        raise _Refusal(f"one item for each argument, not the text {_shown(value)}")
    if isinstance(value, Mapping):
        raise TypeError
    return list(validation.check_type_list(value))


def _dictionary(value: Any, name: str) -> dict[Any, Any]:
    if not isinstance(value, (str, Mapping)):
        raise TypeError
    return dict(validation.check_type_dict(value))


def _shown(value: Any) -> str:
    try:
        text = str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, str) else str(value)
    except ValueError:
        text = "a number of thousands of digits"  # which Python does not write out
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}..."


_TYPES: dict[str, Callable[[Any, str], Any]] = {
    "str": _text,
    "path": _text,
    "int": _whole_number,
    "float": lambda value, name: validation.check_type_float(value),
    "bool": lambda value, name: validation.check_type_bool(value),
    "list": _list,
    "dict": _dictionary,
    "raw": lambda value, name: value,
}
