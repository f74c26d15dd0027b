# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_scheduled_task."""

from __future__ import annotations

import copy
import re
from typing import Any

from .. import scheduled_tasks, security_identifiers
from ..scheduled_tasks import LOGON_TYPES, ScheduledTask
from . import scheduled_task_triggers
from .task import Option, Task

_REGISTRATION = ("author", "date", "description", "source", "version")
_SETTINGS = {
    "allow_demand_start": "bool",
    "allow_hard_terminate": "bool",
    "compatibility": "int",
    "delete_expired_task_after": "str",
    "disallow_start_if_on_batteries": "bool",
    "enabled": "bool",
    "execution_time_limit": "str",
    "hidden": "bool",
    "multiple_instances": "int",
    "priority": "int",
    "restart_count": "int",
    "restart_interval": "str",
    "run_only_if_idle": "bool",
    "run_only_if_network_available": "bool",
    "start_when_available": "bool",
    "stop_if_going_on_batteries": "bool",
    "wake_to_run": "bool",
}
OPTIONS = {
    "name": Option(),
    "path": Option(default="\\"),
    "state": Option(default="present"),
    "actions": Option("raw"),
    "triggers": Option("raw"),
    "display_name": Option(),
    "group": Option(),
    "logon_type": Option(),
    "run_level": Option(aliases=("runlevel",)),
    "username": Option(aliases=("user",)),
    "password": Option(),
    "update_password": Option("bool", True),
    **{name: Option() for name in _REGISTRATION},
    **{name: Option(kind) for name, kind in _SETTINGS.items()},
}

_INVALID_CHARACTERS = '\\/:*?"<>|'
_SERVICE_ACCOUNT = "username must be SYSTEM, LOCAL SERVICE or NETWORK SERVICE when logon_type=service_account"
_NO_ACTIONS = "cannot create a task with no actions, set at least one action with a path to an executable"
_WRONG_PASSWORD = "The user name or password is incorrect. (Exception from HRESULT: 0x8007052E)"
_ACTION_KEYS = {"path": "Path", "arguments": "Arguments", "working_directory": "WorkingDirectory"}


def run(task: Task) -> dict[str, Any]:
    """Create, change or delete a scheduled task."""
    options = task.options(OPTIONS)
    name = options["name"]
    if re.search(f"[{re.escape(_INVALID_CHARACTERS)}]", name):
        task.fail(f"Invalid task name '{name}'. The following characters are not valid: {_INVALID_CHARACTERS}")
    user = task.account_identifier(options["username"]) if options["username"] else None
    group = task.account_identifier(options["group"]) if options["group"] else None
    _check_principal(task, options, user)
    actions = _actions(task, options["actions"])
    triggers = scheduled_task_triggers.normal(task, options["triggers"])
    folder = scheduled_tasks.normal_folder(options["path"])
    existing = scheduled_tasks.find(task.disk, folder, name)
    if options["state"] == "absent":
        return _absent(task, existing)
    if existing is None and not actions:
        task.fail(_NO_ACTIONS)
    creator = user or task.machine.identifier(task.call.user)
    before = existing or _new(folder, name, creator, actions or [])
    wanted = _wanted(before, options, (user, group), actions, triggers)
    differences = _differences(task, before, wanted)
    sets_password = options["password"] is not None and (options["update_password"] or bool(differences))
    _check_password(task, options, sets_password)
    changed = existing is None or bool(differences) or sets_password
    if changed and not task.check_mode:
        wanted.password = options["password"] if sets_password else before.password
        scheduled_tasks.register(task.disk, wanted)
        if wanted.fires_at("registration"):
            scheduled_tasks.run(task.machine, wanted)
    if not task.call.diff:
        return {"changed": changed}
    created = [] if existing else [f"+[Task]\n+{wanted.path}\n", *_created_actions(actions or [])]
    return {"changed": changed, "diff": {"prepared": "\n".join((*created, *differences)).strip()} if changed else {}}


def _absent(task: Task, existing: ScheduledTask | None) -> dict[str, Any]:
    if existing is None:
        return {"changed": False, **({"diff": {}} if task.call.diff else {})}
    if not task.check_mode:
        scheduled_tasks.delete(task.disk, existing)
    diff = {"diff": {"prepared": f"-[Task]\n-{existing.path}\n"}} if task.call.diff else {}
    return {"changed": True, **diff}


def _check_principal(task: Task, options: dict[str, Any], user: str | None) -> None:
    logon_type = options["logon_type"]
    if options["username"] is not None and options["group"] is not None:
        task.fail("username and group can not be set at the same time")
    if logon_type == "s4u" and options["password"] is None:
        task.fail("password must be set when logon_type=s4u")
    if logon_type == "group" and options["group"] is None:
        task.fail("group must be set when logon_type=group")
    if logon_type == "service_account" and user not in security_identifiers.SERVICE_ACCOUNTS:
        task.fail(_SERVICE_ACCOUNT)


def _check_password(task: Task, options: dict[str, Any], sets_password: bool) -> None:
    """A password that is to be stored must be right; accounts of a domain cannot be asked here."""
    user = task.disk.accounts.user(options["username"]) if options["username"] else None
    if sets_password and user is not None and user.password != options["password"]:
        task.fail(f"failed to modify scheduled task: {_WRONG_PASSWORD}")


def _actions(task: Task, given: Any) -> list[dict[str, Any]] | None:
    if given is None:
        return None
    found = []
    for action in given if isinstance(given, list) else [given]:
        if "path" not in action:
            task.fail("action entry must contain the key 'path'")
        for key in action:
            if key not in _ACTION_KEYS:
                valid = "', '".join(_ACTION_KEYS)
                task.warnings.append(
                    f"key '{key}' for action entry is not valid and will be ignored, valid keys are '{valid}'"
                )
        found.append({name: action[key] for key, name in _ACTION_KEYS.items() if action.get(key) is not None})
    return found


def _new(folder: str, name: str, creator: str, actions: list[dict[str, Any]]) -> ScheduledTask:
    task = ScheduledTask(folder, name, copy.deepcopy(actions), user=creator)
    if creator in security_identifiers.SERVICE_ACCOUNTS:
        task.logon_type = LOGON_TYPES["service_account"]
    return task


def _wanted(
    before: ScheduledTask,
    options: dict[str, Any],
    principal: tuple[str | None, str | None],
    actions: list[dict[str, Any]] | None,
    triggers: list[dict[str, Any]] | None,
) -> ScheduledTask:
    wanted = before.copy()
    user, group = principal
    if actions is not None:
        wanted.actions = _overlaid(before.actions, actions)
    if triggers is not None:
        wanted.triggers = _overlaid(before.triggers, triggers)
    if user and user != before.user:
        wanted.user, wanted.group = user, None
        service = user in security_identifiers.SERVICE_ACCOUNTS
        wanted.logon_type = LOGON_TYPES["service_account" if service else "interactive_token"]
    if group and group != before.group:
        wanted.user, wanted.group, wanted.logon_type = None, group, LOGON_TYPES["group"]
    if options["logon_type"]:
        wanted.logon_type = LOGON_TYPES[options["logon_type"]]
    if options["run_level"]:
        wanted.run_level = int(options["run_level"] == "highest")
    if options["display_name"] is not None:
        wanted.display_name = options["display_name"]
    wanted.registration |= {_pascal(name): options[name] for name in _REGISTRATION if options[name] is not None}
    wanted.settings |= {_pascal(name): options[name] for name in _SETTINGS if options[name] is not None}
    return wanted


def _overlaid(existing: list[dict[str, Any]], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The given entries; one that asks for nothing new stays as it is, with what it has besides."""
    entries = []
    for index, entry in enumerate(given):
        present = existing[index] if index < len(existing) else {}
        entries.append(present if all(present.get(name) == value for name, value in entry.items()) else entry)
    return entries


def _differences(task: Task, before: ScheduledTask, wanted: ScheduledTask) -> list[str]:
    """The module's diff: a header and lines for each part of the task that changes."""
    principals = [
        {
            "DisplayName": item.display_name,
            "LogonType": item.logon_type,
            "RunLevel": item.run_level,
            "UserId": _account(task, item.user),
            "GroupId": _account(task, item.group),
        }
        for item in (before, wanted)
    ]
    parts = (
        ("Actions", _entry_lines("action", before.actions, wanted.actions)),
        ("Principal", _lines(*principals)),
        ("Registration Info", _lines(before.registration, wanted.registration)),
        ("Settings", _lines(before.settings, wanted.settings)),
        ("Triggers", _entry_lines("trigger", before.triggers, wanted.triggers)),
    )
    return [text for header, lines in parts if lines for text in (f"[{header}]", *lines, "\n")]


def _lines(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    names = [name for name in after if after[name] != before.get(name)]
    return [f"-{name}={_text(before.get(name))}\n+{name}={_text(after[name])}" for name in names]


def _entry_lines(kind: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    found = []
    for index in range(max(len(before), len(after))):
        old = before[index] if index < len(before) else {}
        new = after[index] if index < len(after) else {}
        if old != new:
            lines = [f"-{name}={_text(value)}" for name, value in old.items() if new.get(name) != value]
            lines += [f"+{name}={_text(value)}" for name, value in new.items() if old.get(name) != value]
            found.append(f"{kind}[{index}] = {{\n  " + ",\n  ".join(lines) + "\n}")
    return found


def _created_actions(actions: list[dict[str, Any]]) -> list[str]:
    lines = ["[Actions]"]
    for action in actions:
        texts = "\n".join(f"  +{name}={value}" for name, value in action.items())
        lines.append(f"+action[0] = {{\n  +Type=TASK_ACTION_EXEC,\n{texts}\n+}}")
    return lines


def _account(task: Task, identifier: str | None) -> str | None:
    if identifier is None:
        return None
    machine = task.machine
    return security_identifiers.name_of(machine.disk.accounts, machine.computer_name, identifier) or identifier


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
