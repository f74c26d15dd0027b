# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_shortcut."""

from __future__ import annotations

import ntpath
import re
from dataclasses import replace
from typing import Any

from .. import environment, processes, shell_links
from ..shell_links import ShellLink
from .task import ModuleFailure, Option, Task

OPTIONS = {
    "src": Option(),
    "dest": Option("path"),
    "state": Option(default="present"),
    "arguments": Option(aliases=("args",)),
    "directory": Option("path"),
    "hotkey": Option(),
    "icon": Option("path"),
    "description": Option(),
    "windowstyle": Option(),
    "run_as_admin": Option("bool", False),
}

_WINDOW_STYLES = {"normal": 1, "maximized": 3, "minimized": 7}
_URL = re.compile(r"^URL=([^\r\n]*)", re.MULTILINE)


def run(task: Task) -> dict[str, Any]:
    """Create, change or remove a shortcut."""
    options = task.options(OPTIONS)
    dest = options["dest"]
    result: dict[str, Any] = {"changed": False, "dest": dest, "state": options["state"]}
    if options["state"] == "absent":
        result["changed"] = task.disk.exists(dest)
        if result["changed"] and not task.check_mode:
            task.disk.remove(dest)
        return result
    for name in ("src", "arguments", "description"):
        options[name] = None if options[name] is None else environment.expand(options[name], task.variables)
    extension = ntpath.splitext(dest)[1].lower()
    if extension not in (".lnk", ".url"):
        reason = "The shortcut pathname must end with .lnk or .url."
        text = f'Exception calling "CreateShortcut" with "1" argument(s): "{reason}"'
        task.fail(f"Unhandled exception while executing module: {text}", **result)
    if options["src"] is not None:
        options["src"] = _source(task, options["src"])
    if extension == ".url":
        return _url_shortcut(task, options, result)
    return _file_shortcut(task, options, result)


def _source(task: Task, source: str) -> str:
    """A program's name becomes its path (Get-Command); anything else stays."""
    if re.match(r"\w{2,}:", source):
        return source
    folder = task.machine.profile_directory(task.call.user)
    return processes.resolve_program(task.machine, source, task.variables, folder) or source


def _url_shortcut(task: Task, options: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    dest = options["dest"]
    found = _URL.search(task.disk.read(dest).decode()) if task.disk.is_file(dest) else None
    target = found[1] if found else ""
    if options["src"] is not None and options["src"] != target:
        result["changed"], target = True, options["src"]
        _save(task, dest, f"[InternetShortcut]\r\nURL={target}\r\n".encode(), result)
    return {**result, "src": target}


def _file_shortcut(task: Task, options: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    dest = options["dest"]
    before = shell_links.parse(task.disk.read(dest)) if task.disk.is_file(dest) else ShellLink()
    wanted = {
        "target": options["src"],
        "arguments": options["arguments"],
        "directory": options["directory"],
        "hotkey": options["hotkey"],
        "description": options["description"],
        "show": _WINDOW_STYLES.get(options["windowstyle"] or ""),
    }
    link = replace(before, **{name: value for name, value in wanted.items() if value is not None})
    icon = f"{before.icon},{before.icon_index}"
    # IconLocation reads "path,index" whatever it was set to, so an icon without an index is set anew every time.
    changed = link != before
    if options["icon"] is not None and options["icon"] != icon:
        changed, icon = True, options["icon"]
        path, _comma, index = icon.rpartition(",") if re.search(r",-?\d+$", icon) else (icon, "", "0")
        link = replace(link, icon=path, icon_index=int(index))
    styles = {number: name for name, number in _WINDOW_STYLES.items()}
    result |= {
        "changed": changed,
        "args": link.arguments,
        "directory": link.directory,
        "hotkey": link.hotkey,
        "icon": icon,
        "description": link.description,
        "windowstyle": styles.get(link.show, ""),
        "src": link.target,
    }
    if changed:
        _save(task, dest, shell_links.build(link), result)
    if task.disk.is_file(dest) and options["run_as_admin"] != link.run_as_admin:
        # The module changes this even in check mode, when the shortcut is there.
        task.disk.write(dest, shell_links.build(replace(link, run_as_admin=options["run_as_admin"])))
        result["changed"] = True
    return result


def _save(task: Task, dest: str, content: bytes, result: dict[str, Any]) -> None:
    if task.check_mode:
        return
    try:
        task.disk.write(dest, content)
    except OSError as error:
        text = f'Exception calling "Save" with "0" argument(s): "Unable to save shortcut "{dest}"."'
        raise ModuleFailure(f"Failed to create shortcut '{dest}'. ({text})", **result) from error
