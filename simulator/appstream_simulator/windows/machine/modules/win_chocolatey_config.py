# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""chocolatey.chocolatey.win_chocolatey_config."""

from __future__ import annotations

from typing import Any

from .. import chocolatey
from . import chocolatey_module
from .task import Option, Task

OPTIONS = {"name": Option(), "state": Option(default="present"), "value": Option()}


def run(task: Task) -> dict[str, Any]:
    """Set a value of Chocolatey's config, or empty it."""
    options = task.options(OPTIONS)
    is_set, value = options["state"] == "present", options["value"]
    if is_set and not value:
        task.fail("Cannot set Chocolatey config as an empty string when state=present, use state=absent instead")
    if value in ("True", "False"):
        value = value.lower()
    chocolatey_module.check(task)
    settings = chocolatey.settings(task.disk)
    name = next((key for key in settings if key.lower() == options["name"].lower()), None)
    if name is None:
        valid = ", ".join(settings)
        task.fail(
            f"The Chocolatey config '{options['name']}' is not an existing config value, check the spelling. "
            f"Valid config names: {valid}"
        )
    present = settings[name]
    changed = value.lower() != present.lower() if is_set else present != ""
    if changed and not task.check_mode:
        chocolatey.set_setting(task.disk, name, value if is_set else "")
    after = value if changed and is_set else None
    diff = {"before": chocolatey_module.value(present), "after": after}
    return {"changed": changed, **({"diff": diff} if task.call.diff else {})}
