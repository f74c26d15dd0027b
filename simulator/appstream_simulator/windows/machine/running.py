# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The processes that run on a machine, and time passing for them.

A process ends by itself, is terminated, or goes down with the machine. It outlives the Ansible job that started it
when that runs out of time: neither async_watchdog.ps1 nor Start-AnsibleWindowsProcess ends child processes.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from appstream_simulator.clock import Clock
from appstream_simulator.windows.protocol import deadlines


class TerminatedError(Exception):
    """The process was terminated."""


@dataclass(frozen=True)
class RunningProcess:
    """A process; `parent` is the identifier of the one that started it, 0 when that was no native one."""

    identifier: int
    image: str
    parent: int
    terminated: threading.Event = field(default_factory=threading.Event)


class _Either(threading.Event):
    """Set when one of two events is."""

    def __init__(self, first: threading.Event, second: threading.Event) -> None:
        super().__init__()
        self._events = (first, second)

    def is_set(self) -> bool:
        return any(event.is_set() for event in self._events)


_current: ContextVar[RunningProcess | None] = ContextVar("process", default=None)


class RunningProcesses:
    """The process table of a machine. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._identifiers = itertools.count(5000, 4)
        self._processes: dict[int, RunningProcess] = {}

    @contextmanager
    def started(self, image: str) -> Iterator[RunningProcess]:
        """A process runs while in this context.

        Raises:
            TerminatedError: a process that has been terminated does not go on after its child's end.
        """
        parent = _current.get()
        process = RunningProcess(next(self._identifiers), image, parent.identifier if parent else 0)
        with self._lock:
            self._processes[process.identifier] = process
        token = _current.set(process)
        try:
            yield process
        finally:
            _current.reset(token)
            with self._lock:
                self._processes.pop(process.identifier, None)
        if parent and parent.terminated.is_set():
            raise TerminatedError

    def all(self) -> list[RunningProcess]:
        """Every process, oldest first."""
        with self._lock:
            return list(self._processes.values())

    def terminate(self, process: RunningProcess) -> None:
        """End a process; its children go on."""
        process.terminated.set()


def sleep(clock: Clock, seconds: float, off: threading.Event) -> bool:
    """Let virtual seconds pass for the process of this thread, under the deadline of the job it belongs to.

    Returns:
        False when the machine went off meanwhile.

    Raises:
        TerminatedError: the process was terminated.
        AbandonedError: the job's time was over, and no native process is there to go on.
    """
    process, deadline = _current.get(), deadlines.current()
    ended = _Either(off, process.terminated) if process else off
    before = deadline.take(seconds) if deadline else seconds
    over = clock.sleep(before, cancelled=ended)
    if deadline and before < seconds and over:
        deadline.strike()
        if process is None:
            raise deadlines.AbandonedError("the job's time was over")
        over = clock.sleep(seconds - before, cancelled=ended)
    if process and process.terminated.is_set():
        raise TerminatedError
    return over
