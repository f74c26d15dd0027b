# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_group."""

from __future__ import annotations

from typing import Any

from .. import security_identifiers
from ..accounts import BUILTIN_GROUPS
from .task import UNTRANSLATED, Option, Task

OPTIONS = {
    "description": Option(),
    "members": Option("dict"),
    "name": Option(),
    "state": Option(default="present"),
}


def run(task: Task) -> dict[str, Any]:
    """Make a local group with description and members, or delete it."""
    options = task.options(OPTIONS)
    accounts = task.disk.accounts
    group = next((name for name in accounts.groups if name.lower() == options["name"].lower()), None)
    members = _identifiers_of(task, group) if group else []
    before = _described(task, options["name"], _description(task, group), members) if group else None
    if options["state"] == "absent":
        if group and not task.check_mode:
            _delete(task, group)
        return _with_diff(task, {"changed": group is not None, "sid": None}, before, None)
    created, after = group is None, list[str]()
    if group is None and task.check_mode:
        result = {"changed": True, "sid": "S-1-5-0000"}
        return _with_diff(task, result, before, _described(task, options["name"], options["description"], after))
    if group is None:
        group = options["name"]
        accounts.groups[group] = []
    present = _description(task, group)
    described = options["description"] is not None and (present or "") != options["description"]
    if described and not task.check_mode:
        accounts.group_descriptions[group] = options["description"]
    after = _wanted(task, options["members"] or {}, members)
    if set(after) != set(members) and not task.check_mode:
        _set_members(task, group, members, after)
    result = {
        "changed": created or described or set(after) != set(members),
        "sid": accounts.group_identifier(group),
    }
    description = present if options["description"] is None else options["description"]
    return _with_diff(task, result, before, _described(task, options["name"], description, after))


def _description(task: Task, group: str | None) -> str | None:
    return task.disk.accounts.group_descriptions.get(group or "")


def _identifiers_of(task: Task, group: str) -> list[str]:
    """The members' identifiers; one of a domain whose identifier is not known gets the one made up from its name."""
    accounts = task.disk.accounts
    found = []
    for member in accounts.groups[group]:
        domain, _backslash, name = member.rpartition("\\")
        known = security_identifiers.find(accounts, task.machine.computer_name, member)
        found.append(known or accounts.foreign_identifier(domain, name))
    return found


def _wanted(task: Task, members: dict[str, Any], present: list[str]) -> list[str]:
    if members.get("set") is not None:
        return list(dict.fromkeys(_identifier(task, name) for name in members["set"]))
    added = [_identifier(task, name) for name in members.get("add") or ()]
    removed = [_identifier(task, name) for name in members.get("remove") or ()]
    # The module finds out who is to be removed by those who were there before.
    gone = {sid for sid in removed if sid in present}
    return [sid for sid in dict.fromkeys([*present, *added]) if sid not in gone]


def _identifier(task: Task, name: Any) -> str:
    reason = f"Failed to translate '{name}' to a SecurityIdentifier: {UNTRANSLATED}"
    return task.find_account(str(name)) or task.fail(f"Unhandled exception while executing module: {reason}", sid=None)


def _set_members(task: Task, group: str, before: list[str], after: list[str]) -> None:
    accounts, computer = task.disk.accounts, task.machine.computer_name
    members = dict(zip(before, accounts.groups[group], strict=True))
    local_groups = {accounts.group_identifier(name) for name in accounts.groups}
    for sid in after:
        if sid not in members and sid in local_groups:
            reason = "A new member could not be added to a local group because the member has the wrong account type."
            shown = f'Exception calling "Add" with "1" argument(s): "{reason}\r\n"'
            task.fail(f"Unhandled exception while executing module: {shown}", sid=accounts.group_identifier(group))
        name = task.account_name(sid)
        members.setdefault(sid, name.removeprefix(f"{computer}\\"))
        if "\\" in members[sid]:
            accounts.identifiers.setdefault(name.lower(), sid)
    accounts.groups[group] = [members[sid] for sid in after]


def _delete(task: Task, group: str) -> None:
    if group in BUILTIN_GROUPS:
        reason = "Cannot perform this operation on built-in accounts.\r\n"
        shown = f'Exception calling "Delete" with "2" argument(s): "{reason}"'
        task.fail(f"Unhandled exception while executing module: {shown}", sid=None)
    del task.disk.accounts.groups[group]
    task.disk.accounts.group_descriptions.pop(group, None)


def _described(task: Task, name: str, description: str | None, members: list[str]) -> dict[str, Any]:
    names = sorted((task.account_name(sid) for sid in members), key=str.lower)
    return {"name": name, "description": description, "members": names}


def _with_diff(task: Task, result: dict[str, Any], before: Any, after: Any) -> dict[str, Any]:
    return {**result, "diff": {"before": before, "after": after}} if task.call.diff else result
