# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_file."""

from __future__ import annotations

import datetime
import re
from typing import Any

from .task import Option, Task

OPTIONS = {
    "path": Option("path", aliases=("dest", "name")),
    "state": Option(),
    "access_time": Option(),
    "access_time_format": Option(default="yyyy-MM-dd HH:mm:ss"),
    "modification_time": Option(),
    "modification_time_format": Option(default="yyyy-MM-dd HH:mm:ss"),
    "_original_basename": Option(),
    "_diff_peek": Option("bool"),
}

# .NET's date and time pattern letters in strptime's terms.
_DATE_PATTERNS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "yy": "%y"}


def run(task: Task) -> dict[str, Any]:
    """Create, touch or remove a file or directory."""
    options = task.options(OPTIONS)
    path = options["path"]
    if options["_original_basename"] is not None and task.disk.is_directory(path):
        path = f"{path}\\{options['_original_basename']}"
    if options["_diff_peek"] is not None:
        return _peek(task, path)
    times = _times(task, options)
    if options["state"] == "touch":
        return {"changed": _touch(task, path, times)}
    if task.disk.exists(path):
        return _existing(task, path, options["state"])
    state = options["state"] or ("directory" if path.endswith(("\\", "/")) else "file")
    if state == "file":
        task.fail(f"path {path} will not be created", changed=False)
    if state == "directory":
        _create_directory(task, path, times)
    return {"changed": state == "directory"}


def _peek(task: Task, path: str) -> dict[str, Any]:
    binary = task.disk.is_file(path) and b"\0" in task.disk.read(path)[:8192]
    state = "file" if task.disk.exists(path) else "absent"
    return {"path": path, "change": False, "appears_binary": binary, "state": state}


def _existing(task: Task, path: str, state: str | None) -> dict[str, Any]:
    if state == "absent":
        if not task.check_mode:
            try:
                task.disk.remove(path)
            except PermissionError as error:
                task.fail(f"Failed to delete {path}: {error}")
        return {"changed": True}
    if state == "directory" and not task.disk.is_directory(path):
        task.fail(f"path {path} is not a directory", changed=False)
    if state == "file" and task.disk.is_directory(path):
        task.fail(f"path {path} is not a file", changed=False)
    return {"changed": False}


def _create_directory(task: Task, path: str, times: dict[str, float]) -> None:
    if task.check_mode:
        return
    try:
        task.disk.make_directories(path)
    except (OSError, ValueError) as error:
        task.fail(str(error), changed=False)
    task.disk.set_times(path, **times)


def _touch(task: Task, path: str, times: dict[str, float]) -> bool:
    created = not task.disk.exists(path)
    if not task.check_mode:
        if created:
            try:
                task.disk.write(path, b"")
            except OSError as error:
                task.fail(str(error), changed=False)
        task.disk.set_times(path, **times)
    return created or bool(times)


def _times(task: Task, options: dict[str, Any]) -> dict[str, float]:
    """The times to set: now, parsed, or none for `preserve`, which is the default unless touching."""
    found = {}
    for name, argument in (("access_time", "accessed"), ("modification_time", "written")):
        text = options[name] or ("now" if options["state"] == "touch" else "preserve")
        if text == "now":
            found[argument] = task.machine.clock.now()
        elif text != "preserve":
            found[argument] = _parsed(task, name, text, options[f"{name}_format"])
    return found


def _parsed(task: Task, name: str, text: str, pattern: str) -> float:
    strptime_format = re.sub("|".join(_DATE_PATTERNS), lambda match: _DATE_PATTERNS[match[0]], pattern)
    try:
        moment = datetime.datetime.strptime(text, strptime_format)
    except ValueError:
        task.fail(f"Invalid {name} '{text}'", changed=False)
    return moment.replace(tzinfo=datetime.timezone.utc).timestamp()
