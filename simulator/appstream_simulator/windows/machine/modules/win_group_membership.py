# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_group_membership."""

from __future__ import annotations

from typing import Any

from .task import Option, Task

OPTIONS = {"name": Option(), "members": Option("list"), "state": Option(default="present")}


def run(task: Task) -> dict[str, Any]:
    """Add members to a local group, remove them, or make them the only ones."""
    options = task.options(OPTIONS)
    state = options["state"]
    result: dict[str, Any] = {"changed": False, "name": options["name"]}
    result |= {"added": []} if state in ("present", "pure") else {}
    result |= {"removed": []} if state in ("absent", "pure") else {}
    group = task.disk.accounts.group_name(options["name"])
    if group is None:
        task.fail(f"Could not find local group {options['name']}", **result)
    members = list(task.disk.accounts.groups[group])
    current = {_account_name(task, member).lower(): member for member in members}
    wanted = {name.lower(): name for name in (_account_name(task, str(member)) for member in options["members"])}
    if state != "absent":
        result["added"] = [name for key, name in wanted.items() if key not in current]
    if state == "absent":
        result["removed"] = [name for key, name in wanted.items() if key in current]
    if state == "pure":
        result["removed"] = [_account_name(task, member) for key, member in current.items() if key not in wanted]
    removed = {name.lower() for name in result.get("removed", [])}
    after = [_account_name(task, member) for key, member in current.items() if key not in removed]
    after += result.get("added", [])
    if not task.check_mode:
        task.disk.accounts.groups[group] = [_stored(task, name) for name in after]
    result["changed"] = bool(result.get("added") or result.get("removed"))
    return {**result, "members": after}


def _account_name(task: Task, member: str) -> str:
    """`COMPUTER\\name` for a local user, else `DOMAIN\\name` as given; a name nobody knows fails."""
    computer = task.machine.computer_name
    domain, _backslash, name = member.rpartition("\\")
    if domain.lower() in ("", ".", computer.lower()) and "@" not in name:
        user = task.disk.accounts.user(name)
        if user is None:
            reason = "Some or all identity references could not be translated."
            task.fail(f"account_name {member} is not a valid account, cannot get SID: {reason}", changed=False)
        return f"{computer}\\{user.name}"
    # Nothing is known about the accounts of a domain; a machine that has joined none cannot look them up.
    if not task.machine.domain and domain.upper() not in ("NT AUTHORITY", "BUILTIN"):
        reason = "The trust relationship between this workstation and the primary domain failed."
        task.fail(f"account_name {member} is not a valid account, cannot get SID: {reason}", changed=False)
    return member


def _stored(task: Task, account: str) -> str:
    return account.removeprefix(f"{task.machine.computer_name}\\")
