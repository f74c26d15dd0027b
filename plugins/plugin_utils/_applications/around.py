# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Sets what belongs around an installation: files, registry, PATH, shortcuts, services, scheduled tasks, commands.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._applications import arguments as args
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.arguments import has_secret
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.fetching import (
    on_controller,
    rendered,
    write,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.installing import judged, set_shortcut
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.plan import shortcut
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.run import Run, require
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import (
    DEFAULT_HIVE,
    LOADED_HIVE,
    script_errors,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_job import WIN_COMMAND, Process


def set_around(run: Run) -> None:
    """Set everything that the application says, in the order of its documentation. Raises StepError."""
    for key, function in _FUNCTIONS.items():
        values = run.entry["around"].get(key)
        if not values:
            continue
        with run.doing(f"Set {key.replace('_', ' ')}" if key != "after_install" else "Run after_install"):
            function(run, values)


def _changed(run: Run, result: Mapping[str, Any]) -> None:
    require(result)
    run.changed = run.changed or bool(result.get("changed"))


def _files(run: Run, files: list[Mapping[str, Any]]) -> None:
    folders = dict.fromkeys(str(file["dest"]).replace("/", "\\").rpartition("\\")[0] for file in files)
    for folder in folders:
        if folder.endswith(":"):
            continue  # the drive itself
        _changed(run, run.host.run("ansible.windows.win_file", {"path": folder, "state": "directory"}))
    for file in files:
        if file.get("content") is not None:
            _changed(run, write(run, str(file["content"]), file["dest"]))
            continue
        source = on_controller(run, str(file["src"]))
        if file.get("template"):
            _changed(run, write(run, rendered(run, source), file["dest"]))
        else:
            _changed(run, run.host.run("ansible.windows.win_copy", {"src": str(source), "dest": file["dest"]}))


def _registry(run: Run, values: list[Mapping[str, Any]]) -> None:
    for value in values:
        path = str(value["path"])
        arguments: dict[str, Any] = {"path": path, "state": value["state"]}
        if re.match("(?i)HKCU:", path):
            arguments |= {"hive": DEFAULT_HIVE, "path": f"{LOADED_HIVE}{path[len('HKCU:') :]}"}
        if value.get("name"):
            arguments["name"] = value["name"]
            if value["state"] == "present":
                arguments |= {"data": run.resolved(value.get("data")), "type": value["type"]}
        elif value["state"] == "absent":
            arguments["delete_key"] = True
        _changed(run, run.host.run("ansible.windows.win_regedit", arguments, Process(secret=has_secret(value))))


def _path_entries(run: Run, entries: list[str]) -> None:
    _changed(run, run.host.run("ansible.windows.win_path", {"elements": list(entries), "scope": "machine"}))


def _shortcuts(run: Run, shortcuts: list[Mapping[str, Any]]) -> None:
    for one in shortcuts:
        set_shortcut(run, shortcut(one, run.entry["destination"]))


def _services(run: Run, services: list[Mapping[str, Any]]) -> None:
    for service in services:
        arguments = {key: service[key] for key in ("name", "state", "start_mode") if service.get(key)}
        _changed(run, run.host.run("ansible.windows.win_service", arguments))


def _scheduled_tasks(run: Run, tasks: list[Mapping[str, Any]]) -> None:
    for task in tasks:
        folder, _separator, name = str(task["name"]).rpartition("\\")
        arguments: dict[str, Any] = {"name": name, "path": folder or "\\"}
        if task["state"] == "absent":
            arguments["state"] = "absent"
        else:
            arguments["enabled"] = task["state"] == "enabled"
        _changed(run, run.host.run("community.windows.win_scheduled_task", arguments))


def _after_install(run: Run, commands: list[Mapping[str, Any]]) -> None:
    for one in commands:
        process = run.process(dict(one))
        chdir = run.entry["content"]
        if one.get("script"):
            arguments = {"script": run.resolved(one["script"]), "chdir": chdir, "error_action": "stop"}
            _changed(run, _with_error(run.host.run("ansible.windows.win_powershell", arguments, process)))
            continue
        given = one["command"]
        line = {"_raw_params": given} if args.is_text(given) else {"argv": [str(part) for part in given]}
        result = run.host.run(WIN_COMMAND, {**run.resolved(line), "chdir": chdir}, process)
        require(judged(result, one["expected_return_codes"]))
        run.changed = True


def _with_error(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The result of a script with the message of its first error."""
    errors = script_errors(result)
    return {**result, "failed": bool(result.get("failed") or errors), "msg": result.get("msg") or errors}


_FUNCTIONS: dict[str, Callable[[Run, list[Any]], None]] = {
    "files": _files,
    "registry": _registry,
    "path_entries": _path_entries,
    "shortcuts": _shortcuts,
    "services": _services,
    "scheduled_tasks": _scheduled_tasks,
    "after_install": _after_install,
}
