# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The triggers that community.windows.win_scheduled_task is given, checked and in the form of the COM objects."""

from __future__ import annotations

import datetime
import re
from typing import Any, NoReturn

from ..scheduled_tasks import DAYS, MONTHS, TRIGGER_TYPES
from .task import Task

# For each list of names: what an item may be, in the order of its bits, and what the module says of any other.
_BITS: dict[str, tuple[tuple[str, ...], str]] = {
    "days_of_week": (DAYS, "invalid day of week '{}', check the spelling matches the full day name"),
    "days_of_month": (
        tuple(str(day) for day in range(1, 32)),
        "invalid day of month '{}', please specify numbers from 1-31",
    ),
    "weeks_of_month": (("1", "2", "3", "4"), "invalid week of month '{}', please specify weeks from 1-4"),
    "months_of_year": (MONTHS, "invalid month name '{}', please specify full month name"),
}
_STATE_CHANGES = {
    "console_connect": 1,
    "console_disconnect": 2,
    "remote_connect": 3,
    "remote_disconnect": 4,
    "session_lock": 7,
    "session_unlock": 8,
}
_COMMON = ("enabled", "end_boundary", "execution_time_limit", "start_boundary", "repetition")
_MANDATORY = {
    "daily": ("start_boundary",),
    "event": ("subscription",),
    "monthlydow": ("start_boundary",),
    "monthly": ("days_of_month", "start_boundary"),
    "time": ("start_boundary",),
    "weekly": ("days_of_week", "start_boundary"),
}
_OPTIONAL = {
    "boot": ("delay",),
    "daily": ("days_interval", "random_delay"),
    "event": ("delay",),
    "idle": (),
    "logon": ("delay", "user_id"),
    "monthlydow": ("days_of_week", "months_of_year", "random_delay", "weeks_of_month", "run_on_last_week_of_month"),
    "monthly": ("months_of_year", "random_delay", "run_on_last_day_of_month"),
    "registration": ("delay",),
    "time": ("random_delay",),
    "weekly": ("random_delay", "weeks_interval"),
    "session_state_change": ("delay", "state_change", "user_id"),
}
_DURATION = re.compile(
    r"-?P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_SECONDS = (365 * 86400, 30 * 86400, 86400, 3600, 60, 1)


def normal(task: Task, given: Any) -> list[dict[str, Any]] | None:
    """The triggers with the names of the COM objects' properties; None when none are given.

    Raises:
        ModuleFailure: one is not as the module wants it.
    """
    if given is None:
        return None
    return [_trigger(task, dict(trigger)) for trigger in (given if isinstance(given, list) else [given])]


def _trigger(task: Task, trigger: dict[str, Any]) -> dict[str, Any]:
    valid = "', '".join(TRIGGER_TYPES)
    if "type" not in trigger:
        task.fail(f"a trigger entry must contain a key 'type' with a value of '{valid}'")
    kind = str(trigger.pop("type")).lower()
    if kind not in TRIGGER_TYPES:
        task.fail(f"the specified trigger type '{kind}' is not valid, type must be a value of '{valid}'")
    for name in ("start_boundary", "end_boundary"):
        if name in trigger:
            trigger[name] = _moment(task, name, trigger[name])
    for name in ("execution_time_limit", "delay", "random_delay"):
        if name in trigger:
            _seconds(task, name, trigger[name])
    if "repetition" in trigger:
        _check_repetition(task, trigger["repetition"])
    for name, (texts, message) in _BITS.items():
        if name in trigger:
            trigger[name] = _number(task, trigger[name], texts, message)
    if "state_change" in trigger:
        change = str(trigger["state_change"]).lower()
        trigger["state_change"] = _STATE_CHANGES.get(change) or _invalid_state_change(task, change)
    return {"Type": TRIGGER_TYPES[kind], **_properties(task, kind, trigger)}


def _properties(task: Task, kind: str, trigger: dict[str, Any]) -> dict[str, Any]:
    mandatory = _MANDATORY.get(kind, ())
    known = (*mandatory, *_OPTIONAL[kind], *_COMMON)
    for name in mandatory:
        if name not in trigger:
            names = "', '".join(mandatory)
            task.fail(f"mandatory key '{name}' for trigger is not set, mandatory keys are '{names}'")
    for name in trigger:
        if name not in known:
            names = "', '".join(known)
            task.warnings.append(
                f"key '{name}' for trigger entry is not valid and will be ignored, valid keys are '{names}'"
            )
    given = {name: value for name, value in trigger.items() if name in known and value is not None}
    return {_pascal(name): _sub(value) if isinstance(value, dict) else value for name, value in given.items()}


def _sub(values: dict[str, Any]) -> dict[str, Any]:
    return {_pascal(name): value for name, value in values.items() if value is not None}


def _moment(task: Task, name: str, value: Any) -> str:
    try:
        return datetime.datetime.fromisoformat(str(value)).strftime("%Y-%m-%dT%H:%M:%S")
    except ValueError:
        task.fail(f"trigger option '{name}' must be in the format 'YYYY-MM-DDThh:mm:ss' format but was '{value}'")


def _seconds(task: Task, name: str, value: Any) -> float:
    found = _DURATION.fullmatch(str(value))
    if found is None:
        task.fail(f"trigger option '{name}' must be in the XML duration format but was '{value}'")
    return sum(float(part or 0) * weight for part, weight in zip(found.groups(), _SECONDS, strict=True))


def _check_repetition(task: Task, repetition: dict[str, Any]) -> None:
    seconds = {
        name: _seconds(task, name, repetition[name])
        for name in ("interval", "duration")
        if repetition.get(name) is not None
    }
    if len(seconds) == 2 and seconds["interval"] > seconds["duration"]:
        task.fail(
            f"trigger repetition option 'interval' value '{repetition['interval']}' "
            f"must be less than or equal to 'duration' value '{repetition['duration']}'"
        )


def _number(task: Task, value: Any, texts: tuple[str, ...], message: str) -> int | None:
    items = value if isinstance(value, list) else str(value).split(",")
    number = 0
    for item in (str(item).strip() for item in items):
        if item.lower() not in texts:
            task.fail(message.format(item))
        number |= 1 << texts.index(item.lower())
    return number or None


def _invalid_state_change(task: Task, change: str) -> NoReturn:
    task.fail(f"invalid state_change '{change}'")


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
