# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Settings of a resource as a table: from module options to API parameters, and what differs on an existing one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.dict_transformations import snake_dict_to_camel_dict

from .aws import scrub_none_parameters

Options = Mapping[str, Any]
Resource = Mapping[str, Any]

# How a setting can be changed on an existing resource. A resource's own table may use further words.
BY_RECREATION = "recreate"
BY_UPDATE = "update"


@dataclass(frozen=True)
class Setting:
    """One option and its counterpart in the API.

    ``parameter`` is the member of the creating operation, ``to_request`` makes the option's value into that member's,
    ``current`` reads the option's value off a resource in snake_case form (None: the service does not tell),
    ``comparable`` brings both to a form that can be compared. ``change`` says how an existing resource gets it.
    """

    option: str
    parameter: str
    current: Callable[[Resource], Any]
    change: str = BY_RECREATION
    to_request: Callable[[Any], Any] = lambda value: value
    comparable: Callable[[Any], Any] = lambda value: value


Table = Sequence[Setting]


def is_empty(value: Any) -> bool:
    """Say whether an option's value asks for nothing; False and 0 ask for something."""
    return value in ("", [], {})


def filled(values: Options) -> dict[str, Any]:
    """Return the values that ask for something."""
    return {option: value for option, value in values.items() if not is_empty(value)}


def told(drift: Mapping[str, Mapping[str, Any]]) -> str:
    """Return ``differences`` in words."""
    return "; ".join(f"{option} is {both['current']!r}, wanted {both['wanted']!r}" for option, both in drift.items())


def camel_case(value: Any) -> Any:
    """Return an option's dictionary as the API wants it: members that are None left out, keys capitalised."""
    return snake_dict_to_camel_dict(scrub_none_parameters(value), capitalize_first=True)


def wanted_settings(table: Table, options: Options) -> dict[str, Any]:
    """Return the settings among a module's options that are set; ``{}`` and ``[]`` count as set."""
    return {setting.option: options[setting.option] for setting in table if options.get(setting.option) is not None}


def differences(table: Table, resource: Resource, wanted: Options) -> dict[str, dict[str, Any]]:
    """Return the wanted settings a resource doesn't have, as ``{option: {"current": …, "wanted": …}}``.

    A setting the service does not tell is not counted as different.
    """
    found = {}
    for setting in table:
        if setting.option not in wanted:
            continue
        current, value = setting.current(resource), wanted[setting.option]
        if current is not None and not _is_equal(setting, current, value):
            found[setting.option] = {"current": current, "wanted": value}
    return found


def _is_equal(setting: Setting, current: Any, value: Any) -> bool:
    now, then = setting.comparable(current), setting.comparable(value)
    if isinstance(then, dict) and then:
        return all(now.get(key) == part for key, part in then.items())
    return bool(now == then)


def changed_by(table: Table, change: str, drift: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of ``differences`` that is changed in a certain way."""
    ways = {setting.option: setting.change for setting in table}
    return {option: both for option, both in drift.items() if ways[option] == change}


def view(table: Table, resource: Resource | None) -> dict[str, Any]:
    """Return a resource's settings as options, those it has; {} when there is no such resource."""
    if resource is None:
        return {}
    shown = {setting.option: setting.current(resource) for setting in table}
    return filled({option: value for option, value in shown.items() if value is not None})
