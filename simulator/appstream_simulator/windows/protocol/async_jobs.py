# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's asynchronous jobs: started in the background, their state in a file on the machine's disk."""

from __future__ import annotations

import itertools
import json
import ntpath
import threading
from collections.abc import Callable, Mapping
from typing import Any

from appstream_simulator.windows.protocol import environment
from appstream_simulator.windows.protocol.host import Host
from appstream_simulator.windows.protocol.payload import AsyncJob

_process_ids = itertools.count(4000, 4)


def start(
    host: Host, user: str, job: AsyncJob, run: Callable[[], Mapping[str, Any]], stopped: threading.Event
) -> dict[str, Any]:
    """Start `run` in a thread; returns what the async wrapper answers at once.

    A job that power-off overtakes never finishes.
    """
    process_id = next(_process_ids)
    job_id = f"{job.job_id}.{process_id}"
    directory = environment.expand_variables(host, user, job.directory)
    path = ntpath.join(directory, job_id)
    started: dict[str, Any] = {
        "started": job.boolean_state or 1,
        "finished": False if job.boolean_state else 0,
        "results_file": path,
        "ansible_job_id": job_id,
        "_ansible_suppress_tmpdir_delete": True,
        "ansible_async_watchdog_pid": process_id,
    }
    host.disk.make_directories(directory)
    host.disk.write(path, json.dumps(started).encode())

    def work() -> None:
        try:
            outcome = run()
        except ConnectionError:
            return  # the machine went off
        result = {
            **outcome,
            "started": started["started"],
            "finished": job.boolean_state or 1,
            "ansible_job_id": job_id,
        }
        if not stopped.is_set():
            host.disk.write(path, json.dumps(result).encode())
            host.journal.record("async", host=host.builder_name, job=job_id, state="finished")

    host.journal.record("async", host=host.builder_name, job=job_id, state="started")
    threading.Thread(target=work, name=f"async job {job_id}", daemon=True).start()
    return started


def status(host: Host, user: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The module ansible.windows.async_status."""
    job_id, directory = arguments["jid"], environment.expand_variables(host, user, arguments["_async_dir"])
    path = ntpath.join(directory, job_id)
    if not host.disk.is_file(path):
        return {
            "failed": True,
            "msg": f"could not find job at '{directory}'",
            "ansible_job_id": job_id,
            "started": 1,
            "finished": 1,
        }
    if arguments.get("mode") == "cleanup":
        host.disk.remove(path)
        return {"changed": False, "ansible_job_id": job_id, "erased": path}
    state: dict[str, Any] = json.loads(host.disk.read(path))
    return state
