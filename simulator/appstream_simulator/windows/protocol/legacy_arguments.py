# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Arguments of modules on Ansible.ModuleUtils.Legacy, which have no argument specification.

Such a module asks for its parameters one by one with Get-AnsibleParam; nobody looks at any others, be they misspelt or
sent along by an action plugin that serves other modules, too. What is asked for is read from the module's source, as
Ansible ships it; what the function answers follows Ansible.ModuleUtils.Legacy.psm1 of ansible-core.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appstream_simulator.windows.protocol import powershell_literals
from appstream_simulator.windows.protocol.powershell_literals import DYNAMIC, Call

_REQUIRES = re.compile(rb"^#Requires\s+-Modules?\s+Ansible\.ModuleUtils\.Legacy\b", re.IGNORECASE | re.MULTILINE)
_FUNCTIONS = ("get-ansibleparam", "get-attr")
# The function's parameters that may be given by their place alone.
_BY_PLACE = ("obj", "name", "default", "resultobj", "failifempty")
# The strings that ConvertTo-Bool takes for true; it takes all others for false.
_TRUE = ("yes", "on", "1", "true")


@dataclass(frozen=True)
class Parameter:
    """One parameter that a module asks for.

    Attributes:
        kind: the type it is converted to; empty when it stays as it came, or when only the running module tells.
        choices: empty when anything goes.
    """

    name: str
    aliases: tuple[str, ...] = ()
    kind: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False

    def given_as(self, arguments: Mapping[str, Any]) -> str | None:
        """The name by which it is among the arguments, whose case does not matter."""
        names = {name.lower(): name for name in arguments}
        return next((names[name.lower()] for name in (self.name, *self.aliases) if name.lower() in names), None)


def is_legacy(source: bytes) -> bool:
    """Whether a module that makes no Ansible.Basic.AnsibleModule is on the legacy utilities."""
    return _REQUIRES.search(source) is not None


@functools.lru_cache(maxsize=64)
def parameters(source: bytes) -> tuple[Parameter, ...]:
    """What a module asks for, in this order."""
    found = (_parameter(call) for call in powershell_literals.calls(source, _FUNCTIONS))
    return tuple(parameter for parameter in found if parameter)


def _parameter(call: Call) -> Parameter | None:
    values = {**dict(zip(_BY_PLACE, call.by_place, strict=False)), **call.by_name}
    if not isinstance(values.get("name"), str):
        return None
    kind = values.get("type", "")
    choices = () if not call.always else tuple(_texts(values.get("validateset")))
    required = call.always and values.get("failifempty", False) not in (False, None, DYNAMIC)
    aliases = tuple(_texts(values.get("aliases")))
    return Parameter(values["name"], aliases, kind if isinstance(kind, str) else "", choices, required)


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return items if all(isinstance(item, str) for item in items) else []


def problem(asked: tuple[Parameter, ...], arguments: Mapping[str, Any]) -> str | None:
    """What Get-AnsibleParam fails with first, None when nothing is wrong."""
    for parameter in asked:
        name = parameter.given_as(arguments)
        if name is None:
            if parameter.required:
                return f"Get-AnsibleParam: Missing required argument: {parameter.name}"
            continue
        value = arguments[name]
        if parameter.choices and str(value).lower() not in [choice.lower() for choice in parameter.choices]:
            shown = "" if value is None else value
            choices = ",".join(parameter.choices)
            return f"Get-AnsibleParam: Argument {name} needs to be one of {choices} but was {shown}."
        if parameter.kind == "list" and (isinstance(value, (dict, bool, float))):
            return f"Get-AnsibleParam: Parameter '{name}' is not a YAML list."
    return None


def converted(asked: tuple[Parameter, ...], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with the values as the module gets them."""
    values = dict(arguments)
    for parameter in asked:
        name = parameter.given_as(arguments)
        if name is not None and arguments[name] is not None:
            values[name] = _converted(parameter, arguments[name])
    return values


def _converted(parameter: Parameter, value: Any) -> Any:
    if parameter.choices:
        return next(choice for choice in parameter.choices if choice.lower() == str(value).lower())
    if parameter.kind == "bool":
        return value is True or str(value).lower() in _TRUE
    if parameter.kind in ("int", "float"):
        return _number(value, parameter.kind)
    if parameter.kind == "list" and not isinstance(value, list):
        return [item.strip() for item in value.split(",")] if isinstance(value, str) else [value]
    if parameter.kind == "str" and isinstance(value, (list, dict)):
        return "System.Object[]" if isinstance(value, list) else "System.Collections.Hashtable"
    return str(value) if parameter.kind == "str" else value


def _number(value: Any, kind: str) -> float | int | None:
    """`-as [int]`, which gives nothing for what is no number and rounds others."""
    try:
        return float(value) if kind == "float" else round(float(value))
    except (ValueError, TypeError, OverflowError):
        return None
