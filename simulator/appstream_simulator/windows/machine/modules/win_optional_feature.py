# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_optional_feature."""

from __future__ import annotations

from typing import Any

from .. import server_features
from .task import ModuleFailure, Option, Task

OPTIONS = {
    "name": Option("list"),
    "state": Option(default="present"),
    "source": Option(),
    "include_parent": Option("bool", False),
}


def run(task: Task) -> dict[str, Any]:
    """Enable or disable optional features."""
    options = task.options(OPTIONS)
    result: dict[str, Any] = {"changed": False, "reboot_required": False}
    present = options["state"] == "present"
    change = []
    for name in options["name"]:
        feature = server_features.optional(name)
        if feature is None:
            task.fail(f"Failed to find feature '{name}'", **result)
        if (server_features.state(task.disk, feature) == "Installed") != present:
            change.append(feature)
    if not change:
        return result
    if present and options["source"] and not task.disk.exists(options["source"]):
        task.fail(f"Path could not be found '{options['source']}'", **result)
    result["changed"] = True
    if task.check_mode:
        return result
    try:
        if present:
            change = server_features.to_enable(
                task.disk, change, with_parents=options["include_parent"], source=options["source"]
            )
    except server_features.FeatureError as error:
        raise ModuleFailure(f"Unhandled exception while executing module: {error}", reboot_required=False) from error
    server_features.apply(task.disk, change, present=present)
    return {**result, "reboot_required": any(feature.restart for feature in change)}
