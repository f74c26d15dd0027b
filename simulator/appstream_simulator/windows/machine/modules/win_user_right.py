# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_user_right."""

from __future__ import annotations

from typing import Any

from .. import user_rights
from .task import Option, Task

OPTIONS = {"name": Option(), "users": Option("list"), "action": Option(default="set")}


def run(task: Task) -> dict[str, Any]:
    """Give accounts a user right, take it from them, or make them the only ones that have it."""
    options = task.options(OPTIONS)
    name, action = options["name"], options["action"].lower()
    # An empty string is how a playbook asks for nobody.
    users = [_identifier(task, str(user)) for user in options["users"] if user != ""]
    right = user_rights.spelling(name)
    if right is None:
        task.fail(f"the specified right {name} is not a valid right", added=[], removed=[])
    before = user_rights.holders(task.disk.accounts).get(right, [])
    added = [] if action == "remove" else [sid for sid in dict.fromkeys(users) if sid not in before]
    removed = {
        "add": [],
        "remove": [sid for sid in dict.fromkeys(users) if sid in before],
        "set": [sid for sid in before if sid not in users],
    }[action]
    after = [sid for sid in [*before, *added] if sid not in removed]
    if (added or removed) and not task.check_mode:
        task.disk.accounts.rights[right] = after
    shown = {key: [task.account_name(sid) for sid in sids] for key, sids in (("added", added), ("removed", removed))}
    result = {"changed": bool(added or removed), **shown}
    if not task.call.diff:
        return result
    diff = {
        key: {name: [task.account_name(sid) for sid in sids]} for key, sids in (("before", before), ("after", after))
    }
    return {**result, "diff": diff}


def _identifier(task: Task, user: str) -> str:
    return task.find_account(user) or task.fail(
        f"Failed to translate the account '{user}' to a SID", added=[], removed=[]
    )
