# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_feature: roles and features of Windows Server."""

from __future__ import annotations

from typing import Any

from .. import server_features
from .task import ModuleFailure, Option, Task

OPTIONS = {
    "name": Option("list"),
    "state": Option(default="present"),
    "include_sub_features": Option("bool", False),
    "include_management_tools": Option("bool", False),
    "source": Option(),
}


def run(task: Task) -> dict[str, Any]:
    """Install or remove features with what they need, or what needs them."""
    options = task.options(OPTIONS)
    empty: dict[str, Any] = {
        "exitcode": "NoChangeNeeded",
        "feature_result": [],
        "reboot_required": False,
        "success": True,
    }
    source = options["source"]
    if source and not task.disk.exists(source):
        task.fail(f"Failed to find source path {source} for feature install", **empty)
    present = options["state"] == "present"
    try:
        server_features.require_server(
            task.machine.request.platform, f"{'I' if present else 'Uni'}nstall-WindowsFeature"
        )
        names = [server_features.named(name) for name in options["name"]]
        if present:
            change = server_features.to_install(
                task.disk,
                names,
                with_sub_features=options["include_sub_features"],
                with_tools=options["include_management_tools"],
                source=source,
            )
        else:
            change = server_features.to_remove(task.disk, names, with_tools=options["include_management_tools"])
    except server_features.FeatureError as error:
        raise ModuleFailure(f"Unhandled exception while executing module: {error}", **empty) from error
    if change and not task.check_mode:
        server_features.apply(task.disk, change, present=present)
    restart = any(feature.restart for feature in change)
    exit_code = "SuccessRestartRequired" if restart else "Success"
    return {
        "changed": bool(change),
        "exitcode": exit_code if change else "NoChangeNeeded",
        "feature_result": [_shown(feature) for feature in change],
        "reboot_required": restart,
        "success": True,
        "failed": False,
    }


def _shown(feature: server_features.Feature) -> dict[str, Any]:
    return {
        "id": server_features.number(feature),
        "display_name": feature.display_name,
        "message": [],
        "reboot_required": feature.restart,
        "skip_reason": "NotSkipped",
        "success": True,
    }
