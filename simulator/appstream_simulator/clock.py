# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Virtual time: as many seconds to the real second as is asked for, and able to jump ahead.

Everything in the simulator that takes time (states of image builders, boots, installers) takes it from one `Clock`,
so that a test or a demonstration lives through an hour in a minute.
"""

from __future__ import annotations

import threading
import time

# How often a sleeper looks at its cancellation event, in real seconds.
_CANCELLATION_CHECK = 0.05


class Clock:
    """A clock that runs at a multiple of real time. Thread-safe.

    Args:
        speed: virtual seconds per real second; 0 freezes the clock, which then moves by `advance` alone.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._changed = threading.Condition()
        self._real = time.monotonic()
        self._virtual = time.time()
        self._speed = _checked_speed(speed)

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
            seconds: virtual seconds; nothing is waited for when zero or less.
            cancelled: ends the sleep early when set.

        Returns:
            True when the time has passed, False when the sleep was cancelled.
        """
        with self._changed:
            deadline = self._now() + seconds
            while not (cancelled is not None and cancelled.is_set()):
                remaining = deadline - self._now()
                if remaining <= 0:
                    return True
                real = remaining / self._speed if self._speed else None
                if cancelled is not None:
                    real = min(_CANCELLATION_CHECK, real) if real is not None else _CANCELLATION_CHECK
                self._changed.wait(real)
            return False


def _checked_speed(speed: float) -> float:
    if speed < 0:
        raise ValueError(f"the clock cannot run backwards: {speed}")
    return float(speed)
