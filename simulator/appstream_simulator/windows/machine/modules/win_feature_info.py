# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_feature_info."""

from __future__ import annotations

import fnmatch
from typing import Any

from .. import server_features
from .task import ModuleFailure, Option, Task

OPTIONS = {"name": Option(default="*")}


def run(task: Task) -> dict[str, Any]:
    """The features that a name with wildcards stands for."""
    pattern = task.options(OPTIONS)["name"]
    try:
        server_features.require_server(task.machine.request.platform, "Get-WindowsFeature")
    except server_features.FeatureError as error:
        raise ModuleFailure(f"Unhandled exception while executing module: {error}", exists=False) from error
    found = [item for item in server_features.FEATURES if fnmatch.fnmatchcase(item.name.lower(), pattern.lower())]
    return {"exists": bool(found), "features": [_shown(task, feature) for feature in found]}


def _shown(task: Task, feature: server_features.Feature) -> dict[str, Any]:
    state = server_features.state(task.disk, feature)
    parents = server_features.parents(feature)
    return {
        "name": feature.name,
        "display_name": feature.display_name,
        "description": "",
        "installed": state == "Installed",
        "install_state": state,
        "feature_type": feature.kind,
        "path": "\\".join([*(parent.display_name for parent in reversed(parents)), feature.display_name]),
        "depth": len(parents) + 1,
        "depends_on": list(feature.needs),
        "parent": feature.parent or None,
        "server_component_descriptor": f"ServerComponent_{feature.name.replace('-', '_')}",
        "sub_features": [child.name for child in server_features.FEATURES if child.parent == feature.name],
        "system_service": [],
        "best_practices_model_id": None,
        "event_query": None,
        "post_configuration_needed": False,
        "additional_info": {},
    }
