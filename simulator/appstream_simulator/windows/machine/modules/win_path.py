# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_path."""

from __future__ import annotations

import re
from typing import Any

from ..environment import MACHINE_KEY, USER_KEY
from .task import Option, Task

OPTIONS = {
    "name": Option(default="PATH"),
    "elements": Option("list"),
    "state": Option(default="present"),
    "scope": Option(default="machine"),
}

_ELEMENT = re.compile(r'(\s*"[^"]+"\s*|[^;]+)(?:;|$)')


def run(task: Task) -> dict[str, Any]:
    """Add elements to, or remove them from, a variable that is a list of paths."""
    options = task.options(OPTIONS)
    key = MACHINE_KEY if options["scope"] == "machine" else USER_KEY
    value = task.disk.registry.get(key, options["name"])
    elements = _ELEMENT.findall(str(value.data) if value else "")
    result: dict[str, Any] = {}
    if options["state"] == "present":
        changed = _add(elements, options["elements"])
    else:
        changed = _remove(elements, options["elements"], result)
    if changed and not task.check_mode:
        task.disk.registry.set(key, options["name"], ";".join(elements), "ExpandString")
    return {**result, "changed": changed, "path_value": ";".join(elements)}


def _index(elements: list[str], wanted: str) -> int:
    plain = [element.strip('"').strip("\\").lower() for element in elements]
    sought = wanted.strip('"').strip("\\").lower()
    return plain.index(sought) if sought in plain else -1


def _add(elements: list[str], wanted: list[str]) -> bool:
    """Append what is missing; what is out of order relative to the others wanted is moved to the end."""
    last, changed = -1, False
    for element in wanted:
        index = _index(elements, element)
        if index != -1 and index >= last:
            last = index
            continue
        if index != -1:
            del elements[index]
        elements.append(element)
        last, changed = len(elements) - 1, True
    return changed


def _remove(elements: list[str], unwanted: list[str], result: dict[str, Any]) -> bool:
    count = len(elements)
    for element in unwanted:
        result["removed_idx"] = _index(elements, element)
        if result["removed_idx"] > -1:
            del elements[result["removed_idx"]]
    return len(elements) != count
