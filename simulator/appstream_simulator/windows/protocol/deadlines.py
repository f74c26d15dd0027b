# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How long an asynchronous job may take, in virtual seconds that what it starts says it takes.

Only such seconds count, not those this computer needs to carry a module out: otherwise a fast clock would let every
job of a slow computer run out of time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class AbandonedError(ConnectionError):
    """The job has been given up: its module is gone, whatever its child processes still do."""


class Deadline:
    """The end of a job.

    Args:
        seconds: how long it may take.
        on_passed: called once, when the time is over.
    """

    def __init__(self, seconds: float, on_passed: Callable[[], None]) -> None:
        self.passed = False
        self._remaining = seconds
        self._on_passed = on_passed

    def take(self, seconds: float) -> float:
        """Count these seconds; how many of them lie before the end."""
        before = min(seconds, self._remaining)
        self._remaining -= before
        return before

    def strike(self) -> None:
        """The time is over."""
        if not self.passed:
            self.passed = True
            self._on_passed()


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def current() -> Deadline | None:
    """The deadline of the job this thread works for, None outside of jobs."""
    return _current.get()


@contextmanager
def until(deadline: Deadline | None) -> Iterator[None]:
    """Work under a deadline."""
    token = _current.set(deadline)
    try:
        yield
    finally:
        _current.reset(token)
