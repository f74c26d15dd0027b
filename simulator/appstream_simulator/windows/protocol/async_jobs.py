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

from appstream_simulator.windows.protocol import deadlines, environment
from appstream_simulator.windows.protocol.host import Host
from appstream_simulator.windows.protocol.payload import AsyncJob

_process_ids = itertools.count(4000, 4)
_TIMED_OUT = {
    "failed": True,
    "msg": "failure during async watchdog: timed out waiting for module completion",
    "exception": "timed out waiting for module completion",
    "stdout": None,
    "stderr": "",
}


def start(
    host: Host, user: str, job: AsyncJob, run: Callable[[], Mapping[str, Any]], stopped: threading.Event
) -> dict[str, Any]:
    """Start `run` in a thread; returns what the async wrapper answers at once.

    A job that power-off overtakes never finishes; one that runs out of time ends as async_watchdog.ps1 ends it.
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
    host.disk.write(path, _content(started, job, final=False))

    def finish(outcome: Mapping[str, Any], state: str) -> None:
        result = {
            **started,
            **outcome,
            "started": started["started"],
            "finished": job.boolean_state or 1,
            "ansible_job_id": job_id,
        }
        if not stopped.is_set():
            host.disk.write(path, _content(result, job, final=True))
            host.journal.record("async", host=host.builder_name, job=job_id, state=state)

    deadline = deadlines.Deadline(job.seconds, lambda: finish({**started, **_TIMED_OUT}, "timed out"))

    def work() -> None:
        try:
            with deadlines.until(deadline):
                outcome = run()
        except ConnectionError:
            return  # the machine went off, or nobody waits for the module any more
        if not deadline.passed:
            finish(outcome, "finished")

    host.journal.record("async", host=host.builder_name, job=job_id, state="started")
    host.clock.start(work, name=f"async job {job_id}")
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
    state: dict[str, Any] = json.loads(_text(host.disk.read(path)))
    return state


def _content(state: Mapping[str, Any], job: AsyncJob, *, final: bool) -> bytes:
    """The file as PowerShell 5.1 writes it.

    async_wrapper.ps1 and async_watchdog.ps1 write UTF-8, the latter with a byte order mark and a line's end; those of
    the versions of ansible-core whose state is 0 or 1 used Set-Content, and so the ANSI code page. ConvertTo-Json
    writes some characters as escapes.
    """
    text = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    if not job.boolean_state:
        return f"{text}\r\n".encode("cp1252", "replace")
    return f"\ufeff{text}\r\n".encode() if final else text.encode()


def _text(data: bytes) -> str:
    """What Get-Content reads when no encoding is asked for."""
    return data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "cp1252")
