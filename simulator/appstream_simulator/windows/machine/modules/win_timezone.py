# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_timezone."""

from __future__ import annotations

from typing import Any

from .. import time_zones
from .task import Option, Task

OPTIONS = {"timezone": Option()}


def run(task: Task) -> dict[str, Any]:
    """Set the machine's time zone."""
    wanted, before = task.options(OPTIONS)["timezone"], time_zones.current(task.disk)
    result: dict[str, Any] = {"changed": False, "previous_timezone": before, "timezone": wanted}
    if before.lower() != wanted.lower():
        if not time_zones.is_known(wanted):
            task.fail(f"The specified timezone: {wanted} isn't supported on the machine.", **result)
        result["changed"] = True
        if not task.check_mode:
            time_zones.change(task.disk, wanted)
    if task.call.diff:
        result["diff"] = {"before": f"{before}\n", "after": f"{wanted}\n"}
    return result
