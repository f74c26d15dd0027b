# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_acl, for files, directories and registry keys; keys of certificates are not simulated."""

from __future__ import annotations

from typing import Any

from .. import permissions
from ..permissions import AccessRule
from .task import Option, Task

OPTIONS = {
    "path": Option(),
    "user": Option(),
    "rights": Option(),
    "type": Option(),
    "state": Option(default="present"),
    "inherit": Option(),
    "propagation": Option(default="None"),
    "follow": Option("bool", False),
}


def run(task: Task) -> dict[str, Any]:
    """Add a rule to an access control list, or take one away."""
    options = task.options(OPTIONS)
    path, disk = options["path"], task.disk
    if path.lower().startswith("cert:"):
        task.machine.record("unhandled", what="win_acl of a certificate", text=path)
        task.fail("appstream-simulator: win_acl is simulated for files and registry keys only", changed=False)
    if not permissions.exists(disk, path):
        task.fail(f"{path} file or directory does not exist on the host", changed=False)
    identifier = task.account_identifier(options["user"])
    rule = _rule(task, options, identifier)
    present = any(item == rule and not is_inherited for item, is_inherited in permissions.all_rules(disk, path))
    if options["state"] == "present" and not present:
        if not task.check_mode:
            permissions.add(disk, path, rule)
        return {"changed": True}
    if options["state"] == "absent" and present:
        if not task.check_mode:
            permissions.remove(disk, path, rule)
        return {"changed": True}
    return {"changed": False, "msg": f"the specified rule {'already exists' if present else 'does not exist'}"}


def _rule(task: Task, options: dict[str, Any], identifier: str) -> AccessRule:
    path, allow = options["path"], options["type"] == "allow"
    registry = permissions.is_registry(path)
    inherit = options["inherit"] or "ContainerInherit, ObjectInherit"
    if not registry and task.disk.is_file(path):
        inherit = "None"
    try:
        rights = permissions.numbers(
            options["rights"], permissions.REGISTRY_RIGHTS if registry else permissions.FILE_RIGHTS
        )
        inheritance = permissions.numbers(inherit, permissions.INHERITANCE)
        propagation = permissions.numbers(options["propagation"], permissions.PROPAGATION)
    except ValueError as error:
        kind = "RegistryRights" if registry else "FileSystemRights"
        reason = f'Cannot convert value "{error}" to type "System.Security.AccessControl.{kind}".'
        what = f"{options['state']} {options['rights']} permission(s) on {path} for {options['user']}"
        task.fail(f"an error occurred when attempting to {what} - {reason}", changed=False)
    mask = rights if registry else permissions.file_mask(rights, allow=allow)
    # Without inheritance .NET takes no propagation.
    return AccessRule(identifier, mask, allow, inheritance, propagation if inheritance else 0)
