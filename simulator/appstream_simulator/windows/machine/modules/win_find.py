# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_find."""

from __future__ import annotations

import fnmatch
import ntpath
import re
from collections.abc import Iterator
from typing import Any

from appstream_simulator import given_patterns

from ..disk_entries import FileInformation
from .task import Option, Task, checksum
from .win_stat import common, links, owner

OPTIONS = {
    "paths": Option("list"),
    "age": Option(),
    "age_stamp": Option(default="mtime"),
    "file_type": Option(default="file"),
    "hidden": Option("bool", False),
    "patterns": Option("list", aliases=("regex", "regexp")),
    "recurse": Option("bool", False),
    "size": Option(),
    "use_regex": Option("bool", False),
    "get_checksum": Option("bool", True),
    "checksum_algorithm": Option(default="sha1"),
    "depth": Option("int", 0),
    "case_sensitive": Option("bool", False),
}

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_BYTES = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
_STAMPS = {"mtime": "written", "ctime": "created", "atime": "accessed"}


def run(task: Task) -> dict[str, Any]:
    """Files and directories below `paths` that pass every filter."""
    options = task.options(OPTIONS)
    age, size = _number(task, options["age"], "age", _SECONDS), _number(task, options["size"], "size", _BYTES)
    seen: dict[str, FileInformation] = {}
    for path in options["paths"]:
        if not task.disk.exists(path):
            task.warnings.append(f"Argument path '{path}' does not exist or is not accessible, skipping")
        elif not task.disk.is_directory(path):
            task.warnings.append(f"Argument path '{path}' is a file not a directory, skipping")
        else:
            seen.update({item.path.lower(): item for item in _search(task, path, options)})
    matched = [item for item in seen.values() if _matches(task, item, options, age, size)]
    files = sorted((_described(task, item, options) for item in matched), key=lambda entry: str(entry["path"]).lower())
    return {"examined": len(seen), "matched": len(files), "files": files}


def _number(task: Task, text: str | None, name: str, units: dict[str, int]) -> int | None:
    if text is None:
        return None
    match = re.fullmatch(rf"(-?\d+)({'|'.join(units)})?", text, re.IGNORECASE)
    if match is None:
        task.fail(f"Invalid {name} pattern specified", examined=0, matched=0, files=[])
    return int(match[1]) * units[(match[2] or next(iter(units))).lower()]


def _search(task: Task, path: str, options: dict[str, Any], level: int = 1) -> Iterator[FileInformation]:
    for name in task.disk.list(path):
        item = task.disk.stat(f"{path}\\{name}")
        yield item
        if item.is_directory and item.link is None and options["recurse"] and level != options["depth"]:
            yield from _search(task, item.path, options, level + 1)


def _matches(task: Task, item: FileInformation, options: dict[str, Any], age: int | None, size: int | None) -> bool:
    kinds = {"any": True, "directory": item.is_directory, "file": not item.is_directory}
    if not kinds[options["file_type"]] or (item.hidden and not options["hidden"]):
        return False
    if age is not None:
        actual = task.machine.clock.now() - getattr(item, _STAMPS[options["age_stamp"]])
        if (actual < age) if age >= 0 else (actual > -age):
            return False
    if size is not None and ((item.size < size) if size >= 0 else (item.size > -size)):
        return False
    return options["patterns"] is None or any(_named(item.name, text, options) for text in options["patterns"])


def _named(name: str, pattern: str, options: dict[str, Any]) -> bool:
    if options["use_regex"]:
        return given_patterns.found(pattern, name, ignore_case=not options["case_sensitive"])
    return fnmatch.fnmatchcase(name.lower(), pattern.lower())


def _described(task: Task, item: FileInformation, options: dict[str, Any]) -> dict[str, Any]:
    entry = {
        **common(item),
        "nlink": 1,
        "lnk_source": None,
        "lnk_target": None,
        "hlnk_targets": [],
        **links(item),
        "owner": owner(task, item.path),
        "sharename": None,
        "checksum": None,
        "extension": None,
        "size": None,
    }
    if not item.is_directory:
        entry |= {"extension": ntpath.splitext(item.name)[1], "size": item.size}
        if options["get_checksum"]:
            entry["checksum"] = _checksum(task, item.path, options["checksum_algorithm"])
    return entry


def _checksum(task: Task, path: str, algorithm: str) -> str | None:
    """Null for a file that somebody has opened for himself, such as a loaded registry hive."""
    try:
        return checksum(task.disk.read(path), algorithm)
    except PermissionError:
        return None
