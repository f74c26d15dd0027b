# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs a long ``ansible.windows`` module on the task's own host as an asynchronous job.

Such a job survives lost connections, and Ansible's own watchdog on the host ends it when its time is up.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import run_on_host

ASYNC_STATUS = "ansible.builtin.async_status"
LONGEST_PAUSE = 15.0
"""Seconds between two looks at a job; the first pauses are shorter."""
GRACE = 120
"""Seconds beyond a job's time in which the host must have told its end."""


def run_job_on_host(
    action: ActionBase,
    task_vars: Mapping[str, Any],
    module: str,
    arguments: Mapping[str, Any],
    *,
    time_limit: int,
) -> dict[str, Any]:
    """Result of a module that only reads, run in check mode too; failed when ``time_limit`` seconds were not enough.

    Raises AnsibleActionFail when the host does not tell its end, and the connection's error when it can't be begun.
    """
    started = run_on_host(action, task_vars, module, arguments, read_only=True, time_limit=time_limit)
    job = started.get("ansible_job_id")
    if not job:
        return started
    deadline, pause = time.monotonic() + time_limit + GRACE, 0.5
    trouble = ""
    while time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
        try:
            state = run_on_host(action, task_vars, ASYNC_STATUS, {"jid": job}, read_only=True)
        except AnsibleConnectionFailure as error:
            trouble = f": {error}"
            continue
        if state.get("finished"):
            run_on_host(action, task_vars, ASYNC_STATUS, {"jid": job, "mode": "cleanup"}, read_only=True)
            return state
    raise AnsibleActionFail(f"{module} did not come to an end within {time_limit} seconds{trouble}")
