# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_service_info."""

from __future__ import annotations

import fnmatch
import zlib
from typing import Any

from ..services import Service
from .task import Option, Task

OPTIONS = {"name": Option()}

_STATES = {"running": "started", "stopped": "stopped", "paused": "paused"}
_ERROR_SERVICE_NEVER_STARTED = 1077


def run(task: Task) -> dict[str, Any]:
    """What the service control manager knows about all services, or those of a name or pattern."""
    name = task.options(OPTIONS)["name"]
    services = list(task.disk.services.values())
    found = [item for item in services if not name or item.name.lower() == name.lower()]
    if not found:
        found = [item for item in services if fnmatch.fnmatchcase(item.name.lower(), name.lower())]
    return {"exists": bool(found), "services": [_described(task, item) for item in found]}


def _described(task: Task, service: Service) -> dict[str, Any]:
    running = service.state != "stopped"
    controls = ["stop", *(["pause_continue"] if service.can_pause else []), "shutdown"]
    dependents = [item.name for item in task.disk.services.values() if service.name in item.dependencies]
    return {
        "checkpoint": 0,
        "controls_accepted": controls if running else [],
        "dependencies": list(service.dependencies),
        "dependency_of": dependents,
        "description": service.description or None,
        "desktop_interact": False,
        "display_name": service.display_name,
        "error_control": "normal",
        "failure_actions": [],
        "failure_actions_on_non_crash_failure": False,
        "failure_command": None,
        "failure_reboot_msg": None,
        "failure_reset_period_sec": 0,
        "launch_protection": "none",
        "load_order_group": "",
        "name": service.name,
        "path": service.path,
        "pre_shutdown_timeout_ms": 10000,
        "preferred_node": None,
        "process_id": 1000 + zlib.crc32(service.name.encode()) % 7000 if running else 0,
        "required_privileges": [],
        "service_exit_code": 0,
        "service_flags": [],
        "service_type": "win32_share_process" if "svchost.exe" in service.path.lower() else "win32_own_process",
        "sid_info": "none",
        "start_mode": service.start_mode,
        "state": _STATES[service.state],
        "triggers": [],
        "username": service.account,
        "wait_hint_ms": 0,
        "win32_exit_code": 0 if running else _ERROR_SERVICE_NEVER_STARTED,
    }
