# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_reboot_info. The event log does not exist, so there are no details of the last restart."""

from __future__ import annotations

import datetime
from typing import Any

from .. import pending_restart
from .task import Option, Task

OPTIONS: dict[str, Option] = {}


def run(task: Task) -> dict[str, Any]:
    """When the machine was started, and whether and why it has to be restarted."""
    boot_time = task.machine.boot_time
    moment = datetime.datetime.fromtimestamp(boot_time, datetime.timezone.utc)
    reasons = pending_restart.reasons(task.disk)
    return {
        "last_reboot": {"time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "time_epoch": boot_time, "details": None},
        "reboot_required": bool(reasons),
        "reboot_required_reasons": [{"source": source, "description": text} for source, text in reasons],
    }
