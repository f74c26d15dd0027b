# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Virtual time: as many seconds to the real second as is asked for, and able to jump ahead.

Everything in the simulator that takes time (states of image builders, boots, installers) takes it from one `Clock`,
so that a test or a demonstration lives through an hour in a minute.

A clock knows who sleeps by it, and who works: threads that `start` has begun and those that a sleep is over for, until
they sleep or end. So whoever lets time pass can do it step by step, and wait at each for what begins there.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any

# How often a sleeper sees whether its cancellation event is set, in real seconds.
_CANCELLATION_CHECK = 0.05
# How often it is seen whether threads still work, in real seconds.
_WORK_CHECK = 0.002


class Clock:
    """A clock that runs at a multiple of real time. Thread-safe.

    Args:
        speed: virtual seconds per real second; 0 freezes the clock, which then moves by `advance` and `jump_to` alone.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._changed = threading.Condition()
        self._real = time.monotonic()
        self._virtual = time.time()
        self._speed = _checked_speed(speed)
        # Until when each sleeps.
        self._sleeping: dict[threading.Thread, float] = {}
        self._working: set[threading.Thread] = set()

    @property
    def speed(self) -> float:
        """Virtual seconds per real second."""
        return self._speed

    def now(self) -> float:
        """The virtual time in seconds since the epoch."""
        with self._changed:
            return self._now()

    def _now(self) -> float:
        return self._virtual + (time.monotonic() - self._real) * self._speed

    def advance(self, seconds: float) -> None:
        """Jump ahead by this many virtual seconds; sleepers whose time has come wake up.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError(f"the clock cannot go back: {seconds}")
        with self._changed:
            self._virtual += seconds
            self._changed.notify_all()

    def jump_to(self, moment: float) -> None:
        """Jump ahead to this virtual time; nothing happens when it is over already."""
        with self._changed:
            self._virtual, self._real = max(self._now(), moment), time.monotonic()
            self._changed.notify_all()

    def set_speed(self, speed: float) -> None:
        """Go on from the present virtual time at another speed.

        Raises:
            ValueError: `speed` is negative.
        """
        with self._changed:
            self._virtual, self._real = self._now(), time.monotonic()
            self._speed = _checked_speed(speed)
            self._changed.notify_all()

    def sleep(self, seconds: float, cancelled: threading.Event | None = None) -> bool:
        """Wait this many virtual seconds.

        Args:
            seconds: virtual seconds, which may be infinite; nothing is waited for when zero or less.
            cancelled: ends the sleep early when set.

        Returns:
            True when the time has passed, False when the sleep was cancelled.
        """
        thread = threading.current_thread()
        with self._changed:
            deadline = self._now() + seconds
            self._sleeping[thread] = deadline
            self._working.discard(thread)
            try:
                return self._sleep_until(deadline, cancelled)
            finally:
                del self._sleeping[thread]
                self._work(thread)

    def _sleep_until(self, deadline: float, cancelled: threading.Event | None) -> bool:
        while not (cancelled is not None and cancelled.is_set()):
            remaining = deadline - self._now()
            if remaining <= 0:
                return True
            real = remaining / self._speed if self._speed else math.inf
            if cancelled is not None:
                real = min(_CANCELLATION_CHECK, real)
            self._changed.wait(None if math.isinf(real) else min(real, threading.TIMEOUT_MAX))
        return False

    def start(self, function: Callable[..., Any], *arguments: Any, name: str) -> None:
        """Begin a thread that counts as working from now on."""
        thread = threading.Thread(target=function, args=arguments, name=name, daemon=True)
        with self._changed:
            thread.start()
            self._work(thread)

    def _work(self, thread: threading.Thread) -> None:
        self._working = {one for one in self._working if one.is_alive()} | {thread}

    def next_wake(self) -> float:
        """When the next sleeper wakes up, if time is let pass; infinite when there is none."""
        with self._changed:
            now = self._now()
            return min((deadline for deadline in self._sleeping.values() if deadline > now), default=math.inf)

    def is_quiet(self) -> bool:
        """Whether nobody works, and nobody has to wake up now."""
        with self._changed:
            if any(thread.is_alive() for thread in self._working):
                return False
            now = self._now()
            return all(deadline > now for deadline in self._sleeping.values())

    def wait_until_quiet(self, patience: float) -> bool:
        """Wait until everybody sleeps or has ended, for so many real seconds at most.

        Whoever still works then, waiting for a client maybe, is not waited for again until the next sleep.

        Returns:
            Whether it got quiet.
        """
        until = time.monotonic() + patience
        while not self.is_quiet():
            if time.monotonic() >= until:
                with self._changed:
                    self._working.clear()
                return False
            time.sleep(_WORK_CHECK)
        return True


def _checked_speed(speed: float) -> float:
    if speed < 0:
        raise ValueError(f"the clock cannot run backwards: {speed}")
    return float(speed)
