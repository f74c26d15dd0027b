# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_owner."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import permissions, security_identifiers
from .task import Option, Task

OPTIONS = {"path": Option("path"), "recurse": Option("bool", False), "user": Option()}


def run(task: Task) -> dict[str, Any]:
    """Change the owner of a file or directory, with all below it if so wanted."""
    options = task.options(OPTIONS)
    path, disk, user = options["path"], task.disk, options["user"]
    if not permissions.exists(disk, path):
        task.fail(f"{path} file or directory does not exist on the host")
    identifier = security_identifiers.find(disk.accounts, task.machine.computer_name, user)
    if identifier is None:
        reason = "Some or all identity references could not be translated."
        shown = f'Exception calling "Translate" with "1" argument(s): "{reason}"'
        task.fail(f"Failed to translate '{user}' to a SecurityIdentifier: {shown}")
    paths = [path]
    if options["recurse"] and not permissions.is_registry(path) and disk.is_directory(path):
        paths += [item.path for item in disk.walk(path)]
    differing = [item for item in paths if permissions.get(disk, item).owner != identifier]
    if not task.check_mode:
        for item in differing:
            permissions.put(disk, item, replace(permissions.get(disk, item), owner=identifier))
    return {"changed": bool(differing)}
