# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""chocolatey.chocolatey.win_chocolatey_feature."""

from __future__ import annotations

from typing import Any

from .. import chocolatey
from . import chocolatey_module
from .task import Option, Task

OPTIONS = {"name": Option(), "state": Option(default="enabled")}


def run(task: Task) -> dict[str, Any]:
    """Switch a feature of Chocolatey on or off."""
    options = task.options(OPTIONS)
    chocolatey_module.check(task)
    features = chocolatey.features(task.disk)
    name = next((key for key in features if key.lower() == options["name"].lower()), None)
    if name is None:
        valid = ", ".join(features)
        task.fail(f"Invalid feature name '{options['name']}' specified, valid features are: {valid}")
    enabled = options["state"] == "enabled"
    changed = features[name] != enabled
    if changed and not task.check_mode:
        chocolatey.set_feature(task.disk, name, enabled=enabled)
    return {"changed": changed}
