# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_copy, in the four modes its action plugin uses (win_template goes through them, too)."""

from __future__ import annotations

import base64
import io
import ntpath
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .task import Option, Task, checksum

OPTIONS = {
    "_copy_mode": Option(default="single"),
    "src": Option("path"),
    "dest": Option("path"),
    "backup": Option("bool", False),
    "_original_basename": Option(),
    "force": Option("bool", True),
    "files": Option("list", []),
    "directories": Option("list", []),
}


@dataclass
class _Copy:
    task: Task
    options: dict[str, Any]
    result: dict[str, Any] = field(default_factory=lambda: {"changed": False})
    diff: str = ""


def run(task: Task) -> dict[str, Any]:
    """Say what has to be sent (query), put what was sent in place (single, explode), or copy on the host (remote)."""
    copy = _Copy(task, task.options(OPTIONS))
    _MODES[copy.options["_copy_mode"]](copy)
    if task.call.diff:
        copy.result["diff"] = {"prepared": copy.diff} if copy.options["_copy_mode"] == "remote" else {}
    return copy.result


def _query(copy: _Copy) -> None:
    disk, dest = copy.task.disk, copy.options["dest"]
    files, directories = [], []
    for file in copy.options["files"]:
        path = ntpath.join(dest, file["dest"].replace("/", "\\"))
        if disk.is_directory(path):
            path = ntpath.join(path, file["src"].replace("/", "\\").rpartition("\\")[2])
        if disk.is_directory(path):
            copy.task.fail(f"cannot copy file to dest '{path}': object at path is already a directory", **copy.result)
        if not disk.is_file(path) or (copy.options["force"] and checksum(disk.read(path)) != file.get("checksum")):
            files.append(file)
    for directory in copy.options["directories"]:
        path = ntpath.join(dest, directory["dest"].replace("/", "\\"))
        if disk.is_file(ntpath.dirname(path)):
            reason = "object at parent directory path is already a file"
            copy.task.fail(f"cannot copy folder to dest '{path}': {reason}", **copy.result)
        if disk.is_file(path):
            copy.task.fail(f"cannot copy folder to dest '{path}': object at path is already a file", **copy.result)
        if not disk.is_directory(path):
            directories.append(directory)
    copy.result |= {"files": files, "directories": directories, "symlinks": []}


def _explode(copy: _Copy) -> None:
    """Expand a zip whose names are in base64; a directory has a slash more than base64's multiple of four."""
    disk, source, dest = copy.task.disk, copy.options["src"], copy.options["dest"]
    if not disk.is_file(source):
        copy.task.fail(f"Cannot expand src zip file: '{source}' as it does not exist", **copy.result)
    with zipfile.ZipFile(io.BytesIO(disk.read(source))) as archive:
        for name in archive.namelist():
            is_directory = len(name) % 4 == 1
            relative = base64.b64decode(name[:-1] if is_directory else name).decode()
            path = ntpath.join(dest, relative.replace("/", "\\"))
            disk.make_directories(path if is_directory else ntpath.dirname(path))
            if not is_directory:
                disk.write(path, archive.read(name))
    copy.result["changed"] = True


def _remote(copy: _Copy) -> None:
    task, disk = copy.task, copy.task.disk
    source, dest = copy.options["src"], copy.options["dest"]
    copy.result |= {"src": source, "dest": dest}
    if not disk.exists(source):
        task.fail(f"Cannot copy src file: '{source}' as it does not exist", **copy.result)
    if disk.is_directory(source):
        copy.result["operation"] = "folder_copy"
        target = dest if source.endswith(("/", "\\")) else ntpath.join(dest, disk.stat(source).name)
        copy.result["dest"] = target
        if source.endswith(("/", "\\")):
            for name in disk.list(source):
                _copy_item(copy, ntpath.join(source, name), ntpath.join(dest, name))
        else:
            _copy_item(copy, source, target)
    else:
        copy.result |= {"operation": "file_copy", "original_basename": disk.stat(source).name}
        target = _target(copy, disk.stat(source).name)
        copy.result["dest"] = target
        copy.result["checksum"] = checksum(disk.read(source)) if copy.options["force"] else None
        _copy_file(copy, source, target)
    copy.result["size"] = _size(task, target) if disk.exists(target) else None


def _size(task: Task, path: str) -> int:
    if task.disk.is_file(path):
        return task.disk.stat(path).size
    return sum(item.size for item in task.disk.walk(path))


def _copy_item(copy: _Copy, source: str, dest: str) -> None:
    disk = copy.task.disk
    if not disk.is_directory(source):
        _copy_file(copy, source, dest)
        return
    if disk.is_file(dest):
        reason = "dest is already a file"
        copy.task.fail(f"cannot copy folder from '{source}' to '{dest}': {reason}", **copy.result)
    if not disk.is_directory(dest):
        copy.diff += f"+{dest}\\\n"
        copy.result["changed"] = True
        if not copy.task.check_mode:
            disk.make_directories(dest)
    for name in disk.list(source):
        _copy_item(copy, ntpath.join(source, name), ntpath.join(dest, name))


def _copy_file(copy: _Copy, source: str, dest: str) -> None:
    task, disk = copy.task, copy.task.disk
    if disk.is_directory(dest):
        task.fail(f"cannot copy file from '{source}' to '{dest}': dest is already a folder", **copy.result)
    content = disk.read(source)
    if disk.is_file(dest) and (not copy.options["force"] or disk.read(dest) == content):
        return
    if disk.is_file(ntpath.dirname(dest)):
        reason = "object at dest parent dir is not a folder"
        task.fail(f"cannot copy file from '{source}' to '{dest}': {reason}", **copy.result)
    copy.diff += f"-{dest}\n+{dest}\n" if disk.is_file(dest) else f"+{dest}\n"
    copy.result["changed"] = True
    _back_up(copy, dest)
    if not task.check_mode:
        disk.make_directories(ntpath.dirname(dest))
        disk.write(dest, content)


def _single(copy: _Copy) -> None:
    task, disk, source = copy.task, copy.task.disk, copy.options["src"]
    if not disk.is_file(source):
        task.fail(f"Cannot copy src file: '{source}' as it does not exist", **copy.result)
    target = _target(copy, copy.options["_original_basename"])
    _back_up(copy, target)
    disk.write(target, disk.read(source))
    copy.result["changed"] = True


def _target(copy: _Copy, name: str) -> str:
    """Where a single file goes: into `dest` when that is a directory; its directory must or will exist."""
    task, disk, dest = copy.task, copy.task.disk, copy.options["dest"]
    into = dest.endswith(("/", "\\")) or disk.is_directory(dest)
    target = ntpath.join(dest, name) if into else str(dest)
    parent = ntpath.dirname(target)
    if disk.is_file(parent):
        task.fail(f"object at destination parent dir '{parent}' is currently a file", **copy.result)
    if not disk.is_directory(parent):
        if not into:
            task.fail(f"Destination directory '{parent}' does not exist", **copy.result)
        if not task.check_mode:
            disk.make_directories(parent)
    return target


def _back_up(copy: _Copy, path: str) -> None:
    if not copy.options["backup"]:
        return
    copy.result["backup_file"] = None
    if copy.task.disk.is_file(path):
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(copy.task.machine.clock.now()))
        copy.result["backup_file"] = f"{path}.4242.{stamp}.bak"
        if not copy.task.check_mode:
            copy.task.disk.write(copy.result["backup_file"], copy.task.disk.read(path))


_MODES: dict[str, Callable[[_Copy], None]] = {
    "query": _query,
    "explode": _explode,
    "remote": _remote,
    "single": _single,
}
