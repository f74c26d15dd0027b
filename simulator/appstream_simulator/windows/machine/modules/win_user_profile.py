# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_user_profile."""

from __future__ import annotations

from typing import Any

from .. import environment, profiles, security_identifiers
from .task import Option, Task

OPTIONS = {
    "name": Option(),
    "remove_multiple": Option("bool", False),
    "state": Option(default="present"),
    "username": Option(),
}

# What DeleteProfile says of a profile whose hive is loaded is assumed [loaded_profile_text].
_IN_USE = (
    "The process cannot access the file because it is being used by another process (Win32 ErrorCode 32 - 0x00000020)"
)


def run(task: Task) -> dict[str, Any]:
    """Create or delete a user's profile."""
    options = task.options(OPTIONS)
    identifier = _identifier(task, options["username"]) if options["username"] is not None else None
    if options["state"] == "absent":
        return _absent(task, options, identifier)
    assert identifier is not None  # the module's specification demands it
    existing = profiles.directory_of(task.disk, identifier)
    if existing is not None:
        return {"changed": False, "path": existing}
    machine = task.machine
    account = security_identifiers.name_of(task.disk.accounts, machine.computer_name, identifier)
    if account is None:
        task.fail(f"Fail to map the account '{identifier}' to a valid user", path=None)
    domain, _backslash, plain = account.rpartition("\\")
    name = options["name"] or plain
    if task.check_mode:
        return {"changed": True, "path": environment.profile_directory(name)}
    return {"changed": True, "path": profiles.create(task.disk, identifier, name, domain.upper())}


def _identifier(task: Task, account: str) -> str:
    """The account's identifier, or the failure of Ansible.Basic's type sid."""
    found = security_identifiers.find(task.disk.accounts, task.machine.computer_name, account)
    if found is None:
        task.fail(
            "argument for username is of type System.String and we were unable to convert to sid: "
            f"Failed to convert account name '{account}' to a SID"
        )
    return found


def _absent(task: Task, options: dict[str, Any], identifier: str | None) -> dict[str, Any]:
    known = profiles.all_profiles(task.disk)
    if identifier is not None:
        found = [identifier] if identifier in known else []
    else:
        expected = environment.profile_directory(options["name"])
        found = [sid for sid, directory in known.items() if directory.lower() == expected.lower()]
        if len(found) > 1 and not options["remove_multiple"]:
            advice = "set 'remove_multiple=True' to remove all the profiles for this match"
            task.fail(f"Found multiple profiles matching the path '{expected}', {advice}", path=None)
    result: dict[str, Any] = {"changed": False, "path": None}
    for sid in found:
        if not task.check_mode:
            try:
                profiles.delete(task.disk, sid)
            except profiles.ProfileInUseError:
                task.fail(f"Failed to delete the profile for {sid}: {_IN_USE}", **result)
        result = {"changed": True, "path": known[sid]}
    return result
