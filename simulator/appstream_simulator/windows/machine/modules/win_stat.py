# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_stat, and what it shares with win_find."""

from __future__ import annotations

import ntpath
from typing import Any

from .. import permissions, security_identifiers
from ..disk_entries import FileInformation
from ..shares import ShareError
from .task import Option, Task, checksum

OPTIONS = {
    "path": Option("path", aliases=("dest", "name")),
    "get_checksum": Option("bool", True),
    "get_size": Option("bool", True),
    "checksum_algorithm": Option(default="sha1"),
    "follow": Option("bool", False),
}


def run(task: Task) -> dict[str, Any]:
    """What is known about a path."""
    options = task.options(OPTIONS)
    if not _exists(task, options["path"]):
        return {"stat": {"exists": False}}
    information = task.disk.stat(options["path"])
    while information.link is not None and options["follow"]:
        information = task.disk.stat(information.link.target)
    stat = {
        **common(information),
        **links(information),
        "nlink": 1,
        "hlnk_targets": [],
        "owner": owner(task, information.path),
    }
    if information.is_directory:
        if options["get_size"] and information.link is None:
            stat["size"] = sum(item.size for item in task.disk.walk(information.path))
        return {"stat": stat}
    stat["extension"] = ntpath.splitext(information.name)[1]
    if options["get_checksum"]:
        try:
            stat["checksum"] = checksum(task.disk.read(information.path), options["checksum_algorithm"])
        except PermissionError as error:
            task.fail(f"Failed to get hash of file, set get_checksum to False to ignore this error: {error}")
    if options["get_size"]:
        stat["size"] = information.size
    return {"stat": stat}


def _exists(task: Task, path: str) -> bool:
    """What cannot be looked at is not there (`Get-AnsibleItem -ErrorAction SilentlyContinue`)."""
    try:
        return task.disk.exists(path)
    except ShareError:
        return False


def common(information: FileInformation) -> dict[str, Any]:
    """The return values win_stat and win_find have in common."""
    return {
        "exists": True,
        "attributes": information.attributes,
        "isarchive": not information.is_directory,
        "isdir": information.is_directory,
        "isreg": not information.is_directory,
        "ishidden": information.hidden,
        "isreadonly": information.read_only,
        "isshared": False,
        "creationtime": information.created,
        "lastaccesstime": information.accessed,
        "lastwritetime": information.written,
        "path": information.path,
        "filename": information.name,
    }


def links(information: FileInformation) -> dict[str, Any]:
    """Where a link leads, as both modules return it."""
    link = information.link
    if link is None:
        return {"islnk": False, "isjunction": False}
    return {
        "islnk": not link.is_junction,
        "isjunction": link.is_junction,
        "lnk_source": link.target,
        "lnk_target": link.target,
    }


def owner(task: Task, path: str) -> str:
    """The name of the owner of a file or directory, or the identifier of one that nobody has."""
    identifier = permissions.get(task.disk, path).owner
    machine = task.machine
    return security_identifiers.name_of(task.disk.accounts, machine.computer_name, identifier) or identifier
