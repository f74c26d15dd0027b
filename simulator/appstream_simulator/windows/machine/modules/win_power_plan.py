# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_power_plan. Which plan a fresh builder has is assumed [power_plan] to be Windows' own choice,
Balanced."""

from __future__ import annotations

from typing import Any

from ..power_configuration import ACTIVE, KEY, PLANS
from ..power_configuration import active as active_plan
from .task import Option, Task

OPTIONS = {"name": Option(), "guid": Option()}


def run(task: Task) -> dict[str, Any]:
    """Make a power plan the active one."""
    options = task.options(OPTIONS)
    active = active_plan(task.disk.registry)
    result = {"changed": False, "power_plan_name": options["name"]} | _state(active)
    by_name = {name.lower(): guid for name, guid in PLANS.items()}
    if options["name"] is not None and options["name"].lower() not in by_name:
        task.fail(f"Defined power_plan: ({options['name']}) is not available", **result, power_plan_enabled=None)
    if options["guid"] is not None and options["guid"].lower() not in PLANS.values():
        task.fail(f"Defined power_plan: ({options['guid']}) is not available", **result, power_plan_enabled=None)
    wanted = by_name[options["name"].lower()] if options["guid"] is None else options["guid"].lower()
    changed = wanted != active
    if changed and not task.check_mode:
        task.disk.registry.set(KEY, ACTIVE, wanted)
    return {**result, "changed": changed, "power_plan_enabled": True, **_state(wanted)}


def _state(active: str) -> dict[str, Any]:
    return {"all_available_plans": {name: guid == active for name, guid in PLANS.items()}}
