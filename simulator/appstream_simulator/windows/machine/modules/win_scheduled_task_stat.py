# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_scheduled_task_stat."""

from __future__ import annotations

import datetime
import re
from typing import Any

from .. import scheduled_tasks, security_identifiers
from ..scheduled_tasks import DAYS, LOGON_TYPES, MONTHS, TRIGGER_TYPES, ScheduledTask
from .task import Option, Task

OPTIONS = {"path": Option(default="\\"), "name": Option()}

_NEVER = "1999-11-30T00:00:00"
_NO_NEXT_RUN = "1899-12-30T00:00:00"
# What the bits of a number stand for, by the property it is in. In the module's source the fourth week has the bit of
# the third.
_BITS = {
    "DaysOfWeek": [(day, 1 << bit) for bit, day in enumerate(DAYS)],
    "DaysOfMonth": [(str(day), 1 << (day - 1)) for day in range(1, 32)],
    "WeeksOfMonth": [("1", 1), ("2", 2), ("3", 4), ("4", 4)],
    "MonthsOfYear": [(month, 1 << bit) for bit, month in enumerate(MONTHS)],
}
_REPETITION = {"Duration": None, "Interval": None, "StopAtDurationEnd": False}
# What every trigger has, and what those of a type have besides.
_COMMON_TRIGGER = ("EndBoundary", "ExecutionTimeLimit", "Id", "StartBoundary")
_TRIGGER_PROPERTIES = {
    "event": ("Delay", "Subscription"),
    "time": ("RandomDelay",),
    "daily": ("DaysInterval", "RandomDelay"),
    "weekly": ("DaysOfWeek", "RandomDelay", "WeeksInterval"),
    "monthly": ("DaysOfMonth", "MonthsOfYear", "RandomDelay", "RunOnLastDayOfMonth"),
    "monthlydow": ("DaysOfWeek", "MonthsOfYear", "RandomDelay", "RunOnLastWeekOfMonth", "WeeksOfMonth"),
    "registration": ("Delay",),
    "boot": ("Delay",),
    "logon": ("Delay", "UserId"),
    "session_state_change": ("Delay", "StateChange", "UserId"),
}


def run(task: Task) -> dict[str, Any]:
    """What is known about a folder of tasks, or about one task in it."""
    options = task.options(OPTIONS)
    folder, name = scheduled_tasks.normal_folder(options["path"]), options["name"]
    if not scheduled_tasks.folder_exists(task.disk, folder):
        return {"folder_exists": False} | ({"task_exists": False} if name is not None else {})
    names = [item.name for item in scheduled_tasks.in_folder(task.disk, folder)]
    result: dict[str, Any] = {
        "folder_exists": True,
        "folder_task_names": names,
        "folder_task_count": len(names),
    }
    if name is None:
        return result
    found = scheduled_tasks.find(task.disk, folder, name)
    if found is None:
        return {**result, "task_exists": False}
    return {**result, "task_exists": True, **_described(task, found)}


def _described(task: Task, found: ScheduledTask) -> dict[str, Any]:
    running = found.last_result == scheduled_tasks.RUNNING
    enabled = "RUNNING" if running else "READY" if found.settings["Enabled"] else "DISABLED"
    texts = ("Author", "Date", "Description", "Documentation", "SecurityDescriptor", "Source", "Version")
    return {
        "state": {
            "last_run_time": _moment(found.last_run),
            "last_task_result": found.last_result,
            "next_run_time": _NO_NEXT_RUN,
            "number_of_missed_runs": 0,
            "status": f"TASK_STATE_{enabled}",
        },
        "principal": {
            "display_name": found.display_name,
            "group_id": _name(task, found.group),
            "id": "Author",
            "logon_type": f"TASK_LOGON_{_key(LOGON_TYPES, found.logon_type).upper()}",
            "run_level": "TASK_RUNLEVEL_HIGHEST" if found.run_level else "TASK_RUNLEVEL_LUA",
            "user_id": _name(task, found.user),
        },
        "registration_info": {
            **{_snake(text): found.registration.get(text) for text in texts},
            "uri": found.path,
        },
        "settings": _snaked(found.settings),
        "actions": [_action(action) for action in found.actions],
        "triggers": [_trigger(task, trigger) for trigger in found.triggers],
    }


def _moment(seconds: float | None) -> str:
    if seconds is None:
        return _NEVER
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def _action(action: dict[str, Any]) -> dict[str, Any]:
    return {
        "arguments": action.get("Arguments"),
        "hide_app_window": False,
        "id": None,
        "path": action["Path"],
        "type": "TASK_ACTION_EXEC",
        "working_directory": action.get("WorkingDirectory"),
    }


def _trigger(task: Task, trigger: dict[str, Any]) -> dict[str, Any]:
    kind = _key(TRIGGER_TYPES, trigger["Type"])
    properties = dict.fromkeys((*_COMMON_TRIGGER, *_TRIGGER_PROPERTIES.get(kind, ())))
    shown = {**properties, "Enabled": True, **trigger, "Repetition": {**_REPETITION, **trigger.get("Repetition", {})}}
    for name, bits in _BITS.items():
        if shown.get(name) is not None:
            shown[name] = ",".join(text for text, bit in bits if shown[name] & bit)
    if shown.get("UserId"):
        shown["UserId"] = _name(task, shown["UserId"]) or shown["UserId"]
    return {**_snaked(shown), "type": f"TASK_TRIGGER_{kind.upper()}"}


def _name(task: Task, identifier: str | None) -> str | None:
    if identifier is None:
        return None
    machine = task.machine
    return security_identifiers.name_of(machine.disk.accounts, machine.computer_name, identifier)


def _key(numbers: dict[str, int], wanted: int) -> str:
    return next(name for name, number in numbers.items() if number == wanted)


def _snaked(values: dict[str, Any]) -> dict[str, Any]:
    return {_snake(name): _snaked(value) if isinstance(value, dict) else value for name, value in values.items()}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
