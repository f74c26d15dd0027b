# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_wait_for: files, and the machine's own ports, of which 5985 and 5986 listen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from appstream_simulator import given_patterns

from .task import ModuleFailure, Option, Task

OPTIONS = {
    "delay": Option("int", 0),
    "host": Option(default="127.0.0.1"),
    "path": Option("path"),
    "port": Option("int"),
    "regex": Option(aliases=("search_regex", "regexp")),
    "sleep": Option("int", 1),
    "state": Option(default="started"),
    "timeout": Option("int", 300),
}


def run(task: Task) -> dict[str, Any]:
    """Wait in virtual time."""
    options = task.options(OPTIONS)
    if options["port"] is not None and options["path"] is not None:
        task.fail("port and path parameter can not both be passed to win_wait_for", changed=False, elapsed=0)
    started = task.machine.clock.now()
    task.machine.spend(options["delay"])
    if options["path"] is None and options["port"] is None:
        task.machine.spend(options["timeout"])
        return _result(task, started, 0)
    wants_presence = options["state"] in ("present", "started")
    is_there = _file_test(task, options) if options["path"] is not None else _port_test(task, options)
    attempts = 0
    deadline = task.machine.clock.now() + options["timeout"]
    while task.machine.clock.now() < deadline:
        attempts += 1
        if is_there() == wants_presence:
            return _result(task, started, attempts)
        task.machine.spend(options["sleep"])
    raise ModuleFailure(_timeout_message(options), **_result(task, started, attempts))


def _file_test(task: Task, options: dict[str, Any]) -> Callable[[], bool]:
    path, pattern = options["path"], options["regex"]

    def test() -> bool:
        if not task.disk.exists(path) or pattern is None:
            return task.disk.exists(path)
        return given_patterns.found(pattern, task.disk.read(path).decode(errors="replace"), ignore_case=True)

    return test


def _port_test(task: Task, options: dict[str, Any]) -> Callable[[], bool]:
    own = options["host"].lower() in ("127.0.0.1", "localhost", str(task.machine.address), task.machine.fqdn.lower())
    if not own or options["state"] == "drained":
        task.machine.record("unhandled", what="win_wait_for", text=f"{options['host']}:{options['port']}")
        task.fail("appstream-simulator: win_wait_for knows the machine's own ports only", changed=False, elapsed=0)
    return lambda: options["port"] in (5985, 5986)


def _timeout_message(options: dict[str, Any]) -> str:
    absent = options["state"] in ("absent", "stopped")
    if options["port"] is not None:
        verb = "stop" if absent else "start"
        return f"timeout while waiting for {options['host']}:{options['port']} to {verb} listening"
    if options["regex"] is None:
        return f"timeout while waiting for file {options['path']} to be {'absent' if absent else 'present'}"
    negation = "not " if absent else ""
    return f"timeout while waiting for string regex {options['regex']} in file {options['path']} to {negation}match"


def _result(task: Task, started: float, attempts: int) -> dict[str, Any]:
    return {"changed": False, "elapsed": task.machine.clock.now() - started, "wait_attempts": attempts}
