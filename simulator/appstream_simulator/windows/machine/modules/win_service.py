# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_service: existence, state, start mode, path, names, account and dependencies.

Error control, failure actions, load order, privileges, SID type and the other rarer options are not simulated; asking
for them fails.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from ..services import Service
from .task import Option, Task

OPTIONS = {
    "name": Option(),
    "state": Option(),
    "start_mode": Option(),
    "path": Option(),
    "display_name": Option(),
    "description": Option(),
    "username": Option(),
    "dependencies": Option("list"),
    "dependency_action": Option(default="set"),
    "desktop_interact": Option("bool", False),
    "password": Option(),
    "update_password": Option(default="on_create"),
    "force_dependent_services": Option("bool", False),
}

_STATES = {"started": "running", "stopped": "stopped", "restarted": "running", "paused": "paused"}


def run(task: Task) -> dict[str, Any]:
    """Create, configure, start, stop or delete a service."""
    task.refuse_other_options(OPTIONS)
    options = task.options(OPTIONS)
    service = _find(task, options["name"])
    before = asdict(service) if service else {}
    if options["state"] == "absent":
        if service and not task.check_mode:
            _stop_dependents(task, options, service)
            del task.disk.services[service.name.lower()]
        return _with_diff(task, {"changed": service is not None}, before, {})
    if service is None and not options["path"]:
        if not _asks_for_a_change(options):
            return _with_diff(task, {"changed": False, "exists": False}, before, before)
        task.fail(f"Service '{options['name']}' is not installed, need to set 'path' to create a new service")
    wanted = _wanted(task, options, service or Service(options["name"], options["path"]))
    # Nobody can read a password back, so setting it always is a change.
    sets_password = bool(options["password"]) and options["update_password"] == "always"
    changed = service != wanted or options["state"] == "restarted" or sets_password
    if changed and not task.check_mode:
        if service:
            _stop_dependents(task, options, service)
        task.disk.services[wanted.name.lower()] = wanted
    return _with_diff(task, {"changed": changed, **_described(task, wanted)}, before, asdict(wanted))


def _find(task: Task, name: str) -> Service | None:
    services = task.disk.services
    found = services.get(name.lower())
    return found or next((item for item in services.values() if item.display_name.lower() == name.lower()), None)


def _asks_for_a_change(options: dict[str, Any]) -> bool:
    named = (
        "state",
        "start_mode",
        "path",
        "display_name",
        "description",
        "username",
        "dependencies",
        "desktop_interact",
        "password",
    )
    return any(options[name] not in (None, False) for name in named)


def _wanted(task: Task, options: dict[str, Any], service: Service) -> Service:
    texts = {name: options[name] for name in ("start_mode", "path", "display_name", "description") if options[name]}
    wanted = replace(service, **texts)
    if options["username"]:
        system = options["username"].upper() in ("SYSTEM", "LOCALSYSTEM")
        wanted.account = "NT AUTHORITY\\SYSTEM" if system else options["username"]
    if options["dependencies"] is not None:
        wanted.dependencies = _dependencies(service.dependencies, options["dependencies"], options["dependency_action"])
    if options["state"]:
        wanted.state = _STATES[options["state"]]
    if options["state"] == "paused" and service.state != "paused" and not service.can_pause:
        task.fail(f"failed to pause service {service.name}: The service does not support pausing")
    if wanted.state == "running" and service.state != "running" and wanted.start_mode == "disabled":
        reason = f"due to the following error: Cannot start service {wanted.name} on computer '.'."
        shown = f"Service '{wanted.display_name} ({wanted.name})' cannot be started {reason}"
        task.fail(f"Unhandled exception while executing module: {shown}")
    return wanted


def _dependencies(existing: tuple[str, ...], given: list[str], action: str) -> tuple[str, ...]:
    if action == "add":
        return (*existing, *(name for name in given if name not in existing))
    if action == "remove":
        return tuple(name for name in existing if name not in given)
    return tuple(given)


def _stop_dependents(task: Task, options: dict[str, Any], service: Service) -> None:
    """Stop the services that need this one before it stops, or fail as Stop-Service does without -Force."""
    stops = options["state"] in ("restarted", "absent") or (options["state"] == "stopped" != service.state)
    running = _running_dependents(task, service) if stops else []
    if running and not options["force_dependent_services"]:
        reason = "because it has dependent services. It can only be stopped if the Force flag is set."
        shown = f"Cannot stop service '{service.display_name} ({service.name})' {reason}"
        task.fail(f"Unhandled exception while executing module: {shown}")
    # Restart-Service starts them again.
    for dependent in running if options["state"] != "restarted" else []:
        dependent.state = "stopped"


def _running_dependents(task: Task, service: Service) -> list[Service]:
    found: dict[str, Service] = {}
    needed = [service]
    while needed:
        for item in _dependents(task, needed.pop()):
            if item.state != "stopped" and item.name not in found:
                found[item.name] = item
                needed.append(item)
    return list(found.values())


def _dependents(task: Task, service: Service) -> list[Service]:
    name = service.name.lower()
    return [item for item in task.disk.services.values() if name in (other.lower() for other in item.dependencies)]


def _described(task: Task, service: Service) -> dict[str, Any]:
    return {
        "exists": True,
        "name": service.name,
        "display_name": service.display_name,
        "description": service.description or None,
        "dependencies": list(service.dependencies),
        "depended_by": [item.name for item in _dependents(task, service)],
        "desktop_interact": False,
        "path": service.path,
        "start_mode": service.start_mode,
        "state": service.state,
        "username": "LocalSystem" if service.account == "NT AUTHORITY\\SYSTEM" else service.account,
        "can_pause_and_continue": service.can_pause,
    }


def _with_diff(task: Task, result: dict[str, Any], before: Any, after: Any) -> dict[str, Any]:
    return {**result, "diff": {"before": before, "after": after}} if task.call.diff else result
