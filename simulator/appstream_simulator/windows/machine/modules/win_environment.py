# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_environment."""

from __future__ import annotations

from typing import Any

from ..environment import MACHINE_KEY, USER_KEY
from .task import Option, Task

OPTIONS = {
    "name": Option(),
    "level": Option(),
    "state": Option(),
    "value": Option(),
    "variables": Option("dict"),
}


def run(task: Task) -> dict[str, Any]:
    """Set or remove environment variables; a variable of the process is gone with the module."""
    options = task.options(OPTIONS)
    level, state = options["level"], options["state"]
    variables = options["variables"] or {options["name"]: options["value"]}
    result: dict[str, Any] = {"changed": False, "values": {}}
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for name, given in variables.items():
        value = None if given is None else str(given)
        if state == "absent" and value:
            task.warnings.append(
                f"When removing environment variable '{name}' it should not have a value '{value}' set"
            )
            value = None
        elif state == "present" and not value:
            task.fail(
                "When state=present, value must be defined and not an empty string, "
                "if you wish to remove the envvar, set state=absent"
            )
        status = _set(task, level, name, value, state or ("present" if value else "absent"))
        before.update({name: status["before"]} if status["before"] else {})
        after.update({name: value} if value else {})
        result["values"][name] = status
        result |= {"before_value": status["before"], "value": value}
        result["changed"] = result["changed"] or status["changed"]
    result["env_values"] = result["values"]
    if task.call.diff:
        result["diff"] = {"before": {level: before}, "after": {level: after}}
    return result


def _set(task: Task, level: str, name: str, value: str | None, state: str) -> dict[str, Any]:
    key = {"machine": MACHINE_KEY, "user": USER_KEY}.get(level)
    existing = task.disk.registry.get(key, name) if key else None
    before = str(existing.data) if existing else (None if key else task.variables.get(name))
    changed = (before != value) if state == "present" else (before is not None)
    if changed and key and not task.check_mode:
        if state == "present":
            task.disk.registry.set(key, name, value or "", "ExpandString" if "%" in (value or "") else "String")
        else:
            task.disk.registry.delete(key, name)
    return {"changed": changed, "before": before, "after": value}
