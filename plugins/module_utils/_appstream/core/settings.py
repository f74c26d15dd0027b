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

# Of a setting that cannot be taken away.
NEVER_EMPTY = object()


@dataclass(frozen=True)
class Change:
    """A setting that is to change: as the service reports it, as the option has it, and as it will be."""

    current: Any
    desired: Any
    after: Any


def _desired(change: Change) -> Any:
    return change.desired


def _no_parts(change: Change) -> list[str]:
    return []


@dataclass(frozen=True)
class Setting:
    """One option and its counterpart in the API.

    ``parameter`` is the member of the creating and updating operations; members that several settings share are merged.
    ``current`` reads the option's value off a resource in snake_case form (None: the service does not report it).
    ``change`` says how an existing resource gets it. ``merge`` returns what it will be, of what it is and the option,
    ``comparable`` brings both to a form that can be compared, ``to_request`` makes a change into the parameter's value.

    ``empty`` is the option's value that takes the setting away. For that ``attribute``, a member of
    AttributesToDelete, is sent, or ``none`` as the parameter's value, or else what ``to_request`` makes of it.
    ``parts_to_delete`` returns further attributes for parts that cannot be taken away by leaving them out.
    """

    option: str
    parameter: str
    current: Callable[[Resource], Any]
    change: str = BY_UPDATE
    to_request: Callable[[Change], Any] = _desired
    comparable: Callable[[Any], Any] = lambda value: value
    merge: Callable[[Any, Any], Any] = lambda current, desired: desired
    empty: Any = NEVER_EMPTY
    attribute: str | None = None
    none: Any = None
    parts_to_delete: Callable[[Change], list[str]] = _no_parts


Table = Sequence[Setting]
Changes = Mapping[str, Change]


def is_empty(value: Any) -> bool:
    """Say whether an option's value asks for nothing; False and 0 ask for something."""
    return value is None or value in ("", [], {})


def given(value: Options | None) -> dict[str, Any]:
    """Return the suboptions that are set."""
    return {key: part for key, part in (value or {}).items() if part is not None}


def filled(values: Options) -> dict[str, Any]:
    """Return the values that ask for something."""
    return {option: value for option, value in values.items() if not is_empty(value)}


def camel_case(value: Any) -> Any:
    """Return an option's value as the API has it: of dictionaries members that are None left out, keys capitalised."""
    if isinstance(value, list):
        return [camel_case(one) for one in value]
    return snake_dict_to_camel_dict(scrub_none_parameters(value), capitalize_first=True)


def desired_in_camel_case(change: Change) -> Any:
    """Return what the option asks for as the API has it; a ``to_request``."""
    return camel_case(change.desired)


def after_in_camel_case(change: Change) -> Any:
    """Return what the setting will be as the API has it; a ``to_request``."""
    return camel_case(change.after)


def unless_covered(current: Any, desired: Any) -> Any:
    """Return a dictionary that stays as it is when it has all suboptions that are set; a ``merge``."""
    asked = given(desired)
    return current if asked and all((current or {}).get(key) == value for key, value in asked.items()) else desired


def desired_settings(table: Table, params: Options, purge: bool = False) -> dict[str, Any]:
    """Return the settings among a module's parameters that are set; ``{}`` and ``[]`` count as set.

    Of dictionaries these are the suboptions that are set. With ``purge`` settings that are not set and can be taken
    away are to be empty.
    """
    values = {setting.option: params.get(setting.option) for setting in table}
    emptied = {setting.option: setting.empty for setting in table if purge and setting.empty is not NEVER_EMPTY}
    asked = {option: value for option, value in values.items() if value is not None}
    return {
        option: given(value) if isinstance(value, dict) else value for option, value in {**emptied, **asked}.items()
    }


def changes(table: Table, resource: Resource | None, desired: Options) -> dict[str, Change]:
    """Return the settings a resource doesn't have as desired; None stands for a resource without settings.

    A setting the service does not report is not counted as different.
    """
    found = {}
    for setting in table:
        if setting.option not in desired:
            continue
        current, value = setting.current(resource or {}), desired[setting.option]
        if current is None:
            continue
        after = setting.merge(current, value)
        if setting.comparable(after) != setting.comparable(current):
            found[setting.option] = Change(current, value, after)
    return found


def changed_by(table: Table, change: str, found: Changes) -> dict[str, Change]:
    """Return those of the changes that are made in a certain way."""
    ways = {setting.option: setting.change for setting in table}
    return {option: one for option, one in found.items() if ways[option] == change}


def creation_request(table: Table, desired: Options) -> dict[str, Any]:
    """Return the parameters of the creating operation for the desired settings that ask for something."""
    request: dict[str, Any] = {}
    for setting in table:
        value = desired.get(setting.option)
        if is_empty(value):
            continue
        change = Change(None, value, setting.merge(setting.current({}), value))
        if not is_empty(change.after):
            _add(request, setting.parameter, setting.to_request(change))
    return request


def update_request(table: Table, found: Changes) -> dict[str, Any]:
    """Return the parameters of the updating operation, without the name, that make the changes; {}: nothing to do."""
    request: dict[str, Any] = {}
    deleted: list[str] = []
    for setting in table:
        if setting.option not in found:
            continue
        change = found[setting.option]
        is_taken_away = is_empty(change.after) or is_empty(change.desired)
        if is_taken_away and setting.attribute:
            deleted.append(setting.attribute)
        elif is_taken_away and setting.none is not None:
            request[setting.parameter] = setting.none
        else:
            _add(request, setting.parameter, setting.to_request(change))
            deleted += setting.parts_to_delete(change)
    return {**request, "AttributesToDelete": deleted} if deleted else request


def _add(request: dict[str, Any], parameter: str, value: Any) -> None:
    known = request.get(parameter)
    request[parameter] = {**known, **value} if isinstance(known, dict) else value


def drift(found: Changes) -> dict[str, dict[str, Any]]:
    """Return changes as the return value ``drift``: ``{option: {"current": …, "wanted": …}}``."""
    return {option: {"current": change.current, "wanted": change.desired} for option, change in found.items()}


def in_words(found: Changes) -> str:
    """Return changes as text for a message."""
    return "; ".join(f"{option} is {one.current!r}, wanted {one.desired!r}" for option, one in found.items())


def view(table: Table, resource: Resource | None) -> dict[str, Any]:
    """Return a resource's settings as options, those it has; {} when there is no such resource."""
    if resource is None:
        return {}
    return filled({setting.option: setting.current(resource) for setting in table})


def view_after(table: Table, resource: Resource | None, found: Changes) -> dict[str, Any]:
    """Return a resource's settings as they will be, in the form of ``view``."""
    return filled({**view(table, resource), **{option: change.after for option, change in found.items()}})
