# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_acl_inheritance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import permissions
from .task import Option, Task

OPTIONS = {
    # The module expands variables itself.
    "path": Option("path"),
    "reorganize": Option("bool", False),
    "state": Option(default="absent"),
}


def run(task: Task) -> dict[str, Any]:
    """Let an object inherit the rules of its parent, or keep it from that."""
    options = task.options(OPTIONS)
    path, disk, wanted = options["path"], task.disk, options["state"]
    if not permissions.exists(disk, path):
        task.fail(f"{path} does not exist", changed=False)
    descriptor = permissions.get(disk, path)
    before = "absent" if descriptor.protected else "present"
    if before != wanted and not task.check_mode:
        inherited = permissions.inherited(disk, path)
        after = replace(descriptor, protected=wanted == "absent")
        if options["reorganize"] and after.protected:
            after = replace(after, rules=(*after.rules, *inherited))
        elif options["reorganize"]:
            permissions.put(disk, path, after)
            inherited = permissions.inherited(disk, path)
            after = replace(after, rules=tuple(rule for rule in after.rules if rule not in inherited))
        permissions.put(disk, path, after)
    result: dict[str, Any] = {"changed": before != wanted}
    if task.call.diff:
        result["diff"] = {"before": {"state": before}, "after": {"state": wanted}}
    return result
