# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_group_membership."""

from __future__ import annotations

from typing import Any

from ..accounts import is_identifier
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
    current = {_account_name(task, group, member).lower(): member for member in members}
    wanted = {name.lower(): name for name in (_account_name(task, group, str(name)) for name in options["members"])}
    if state != "absent":
        result["added"] = [name for key, name in wanted.items() if key not in current]
    if state == "absent":
        result["removed"] = [name for key, name in wanted.items() if key in current]
    if state == "pure":
        result["removed"] = [_account_name(task, group, member) for key, member in current.items() if key not in wanted]
    removed = {name.lower() for name in result.get("removed", [])}
    after = [_account_name(task, group, member) for key, member in current.items() if key not in removed]
    after += result.get("added", [])
    if not task.check_mode:
        task.disk.accounts.groups[group] = [_stored(task, name) for name in after]
    result["changed"] = bool(result.get("added") or result.get("removed"))
    return {**result, "members": after}


def _account_name(task: Task, group: str, member: str) -> str:
    """`COMPUTER\\name` for a local user, else `DOMAIN\\name` or identifier as it is known; what nobody knows fails."""
    computer = task.machine.computer_name
    domain, _backslash, name = member.rpartition("\\")
    if domain.lower() in ("", ".", computer.lower()) and "@" not in name and not is_identifier(member):
        user = task.disk.accounts.user(name)
        if user is None:
            reason = "Some or all identity references could not be translated."
            task.fail(f"account_name {member} is not a valid account, cannot get SID: {reason}", changed=False)
        return f"{computer}\\{user.name}"
    # A machine that has joined no domain cannot look up accounts of one.
    if not task.machine.domain and domain.upper() not in ("NT AUTHORITY", "BUILTIN") and not is_identifier(member):
        reason = "The trust relationship between this workstation and the primary domain failed."
        task.fail(f"account_name {member} is not a valid account, cannot get SID: {reason}", changed=False)
    return _domain_account(task, group, member)


def _domain_account(task: Task, group: str, account: str) -> str:
    """An account of the domain, spelt as the group has it if it is a member.

    Members may be known by identifier only, and the identifier of an account is known once it has logged on or policy
    has named it. So it cannot always be told whether an account is one of the members.
    """
    accounts, membership = task.disk.accounts, task.machine.membership
    user, _at, domain = account.partition("@")
    if membership and domain.lower() == membership.domain:
        account = f"{membership.netbios_name}\\{user}"
    found = accounts.find_member(group, account)
    unnamed = any(map(is_identifier, accounts.groups[group]))
    if found is None and unnamed and not accounts.identifier(account):
        text = f"the identifier of {account} is not known"
        task.machine.record("unhandled", what="win_group_membership", text=text)
        task.fail(f"appstream-simulator: it is not known whether {account} is a member of {group}", changed=False)
    return found or account


def _stored(task: Task, account: str) -> str:
    return account.removeprefix(f"{task.machine.computer_name}\\")
