# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_user."""

from __future__ import annotations

from typing import Any

from ..accounts import LocalUser
from .task import Option, Task

OPTIONS = {
    "name": Option(),
    "state": Option(default="present"),
    "password": Option(),
    "update_password": Option(default="always"),
    "groups": Option("list"),
    "groups_action": Option(default="replace"),
    "account_locked": Option("bool"),
    "account_disabled": Option("bool"),
    "account_expires": Option(),
    "description": Option(),
    "fullname": Option(),
    "home_directory": Option(),
    "login_script": Option(),
    "password_expired": Option("bool"),
    "password_never_expires": Option("bool"),
    "profile": Option(),
    "user_cannot_change_password": Option("bool"),
}

# Attributes of LocalUser by the option that sets them.
_ATTRIBUTES = {
    "account_disabled": "disabled",
    "account_expires": "account_expires",
    "description": "description",
    "fullname": "full_name",
    "home_directory": "home_directory",
    "login_script": "login_script",
    "password_expired": "password_expired",
    "password_never_expires": "password_never_expires",
    "profile": "profile",
    "user_cannot_change_password": "cannot_change_password",
}


def run(task: Task) -> dict[str, Any]:
    """Create, change, delete or look at a local user."""
    options = task.options(OPTIONS)
    if options["account_locked"]:
        task.fail("account_locked must be set to 'no' if provided")
    accounts, name = task.disk.accounts, options["name"]
    user = accounts.user(name)
    result: dict[str, Any] = {"changed": False, "name": name, "state": options["state"]}
    before = _described(task, user)
    if options["state"] == "query":
        result |= {"msg": f"Querying user '{name}'", "state": "present" if user else "absent"}
    elif options["state"] == "absent":
        result |= _delete(task, name, user)
    else:
        result["changed"] = _converge(task, options, user)
    after = _described(task, accounts.user(name))
    if task.call.diff:
        result["diff"] = {"before": before or "", "after": after or ""}
    return {**result, **after}


def _delete(task: Task, name: str, user: LocalUser | None) -> dict[str, Any]:
    if user is None:
        return {"msg": f"User '{name}' was not found"}
    if not task.check_mode:
        if task.disk.accounts.is_built_in(user.name):
            reason = "Cannot perform this operation on built-in accounts.\r\n"
            shown = f'Exception calling "Delete" with "2" argument(s): "{reason}"'
            task.fail(f"Unhandled exception while executing module: {shown}")
        task.disk.accounts.delete_user(user.name)
    return {"changed": True, "msg": f"User '{user.name}' deleted successfully"}


def _converge(task: Task, options: dict[str, Any], user: LocalUser | None) -> bool:
    changed = user is None
    if user is None:
        user = LocalUser(options["name"], options["password"] or "")
        if task.check_mode:
            return True
        task.disk.accounts.users[user.name.lower()] = user
        task.disk.accounts.groups["Users"].append(user.name)
    if (
        options["password"] is not None
        and options["update_password"] == "always"
        and user.password != options["password"]
    ):
        changed = True
        if not task.check_mode:
            user.password = options["password"]
    for option, attribute in _ATTRIBUTES.items():
        if options[option] is not None and getattr(user, attribute) != options[option]:
            changed = True
            if not task.check_mode:
                setattr(user, attribute, options[option])
    return _converge_groups(task, options, user) or changed


def _converge_groups(task: Task, options: dict[str, Any], user: LocalUser) -> bool:
    if options["groups"] is None:
        return False
    accounts = task.disk.accounts
    wanted = []
    for given in options["groups"]:
        group = accounts.group_name(str(given))
        if group is None:
            task.fail(f"group '{given}' not found")
        wanted.append(group)
    existing = accounts.groups_of(user.name)
    action = options["groups_action"]
    to_add = [group for group in wanted if group not in existing] if action != "remove" else []
    to_remove = [group for group in existing if (group in wanted) == (action == "remove")] if action != "add" else []
    if not task.check_mode:
        for group in to_add:
            accounts.groups[group].append(user.name)
        for group in to_remove:
            accounts.groups[group] = [
                member for member in accounts.groups[group] if member.lower() != user.name.lower()
            ]
    return bool(to_add or to_remove)


def _described(task: Task, user: LocalUser | None) -> dict[str, Any]:
    if user is None:
        return {}
    computer = task.machine.computer_name
    groups = [
        {"name": name, "path": f"WinNT://WORKGROUP/{computer}/{name}"}
        for name in task.disk.accounts.groups_of(user.name)
    ]
    return {
        "fullname": user.full_name,
        "path": f"WinNT://WORKGROUP/{computer}/{user.name}",
        "description": user.description,
        "password_expired": user.password_expired,
        "password_never_expires": user.password_never_expires,
        "user_cannot_change_password": user.cannot_change_password,
        "account_disabled": user.disabled,
        "account_locked": False,
        "sid": task.disk.accounts.user_identifier(user.name),
        "groups": groups,
    }
