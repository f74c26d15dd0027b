# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The time a build takes, how often AWS is asked meanwhile, and the pace at which the simulator lives through it.

A build with five applications is one of 40 minutes, 2400 virtual seconds:

    600   the builder is PENDING
     60   Windows boots until WinRM answers
    300   five installers of 60 seconds each
   1320   10 until SNAPSHOTTING, 1250 of it, 60 until the image is AVAILABLE
    120   the builder is DELETING

One look each 15 seconds at what is PENDING, in the making and DELETING makes (600 + 1320 + 120) / 15 = 136 looks. They
are had in less time by letting as many virtual seconds pass in one real second as lie between two looks, and by looking
each real second: 2400 virtual seconds are then 160 real ones.

Whoever needs long for a look would have fewer of them, because his next begins later, by 15 virtual seconds for each
real one. So virtual time is slowed down as soon as more than one look per waiting image is overdue, until there are as
many again: a contestant that is slow loses real time, but makes all its looks.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from benchmarks.account import Account

LOOK_INTERVAL = 15
INSTALLER_SECONDS = 60
DURATIONS = {
    "PENDING": 600,
    "boot": 60,
    "snapshot_begins": 10,
    "SNAPSHOTTING": 1250,
    "image_final_after_stopped": 60,
    "DELETING": 120,
}
# States in which a contestant asks AWS again and again.
WAITED_FOR = ("PENDING", "snapshot_begins", "SNAPSHOTTING", "image_final_after_stopped", "DELETING")
LOOKS = sum(DURATIONS[name] for name in WAITED_FOR) / LOOK_INTERVAL

# Virtual seconds per real second while looks are overdue: hardly any, but enough for who waits for something else.
_SLOW = 0.1
_PERIOD = 0.5
_LOOK_OPERATIONS = ("DescribeImageBuilders", "DescribeImages")


def speed(delay: float) -> float:
    """Virtual seconds per real second when there are `delay` real seconds between two looks."""
    return LOOK_INTERVAL / delay


def waits(applications: int) -> float:
    """Virtual seconds that a build waits for AWS and Windows whoever builds it."""
    return sum(DURATIONS.values()) + INSTALLER_SECONDS * applications


def looks(calls: list[dict[str, Any]]) -> int:
    """How many of these calls looked at image builders or images."""
    return sum(call["operation"] in _LOOK_OPERATIONS for call in calls)


class Pace(threading.Thread):
    """Slows virtual time down while looks are overdue. Used as a context manager around a contestant's run."""

    def __init__(self, account: Account, normal: float) -> None:
        super().__init__(daemon=True)
        self._account, self._normal, self._speed = account, normal, normal
        self._ended = threading.Event()
        self._now, self._looks, self._ahead = account.control("clock")["now"], 0, 0.0

    def __enter__(self) -> Pace:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()
        self._set_speed(self._normal)

    def run(self) -> None:
        """Compare what has been looked at with what was due, twice a second."""
        while not self._ended.wait(_PERIOD):
            state = self._account.control("state")
            made = looks(self._account.control("calls"))
            waiting = _waiting(state)
            due = waiting * (state["clock"]["now"] - self._now) / LOOK_INTERVAL
            # Looks that are made while nothing is waited for are not put by.
            self._ahead = min(self._ahead + made - self._looks - due, waiting) if waiting else 0
            self._now, self._looks = state["clock"]["now"], made
            self._set_speed(_SLOW if self._ahead < -waiting else self._normal)

    def _set_speed(self, wanted: float) -> None:
        if wanted != self._speed:
            self._account.control("clock", {"speed": wanted})
            self._speed = wanted


def _waiting(state: Mapping[str, Any]) -> int:
    """How many things are on their way to a state that somebody waits for."""
    builders = sum(builder["State"] in ("PENDING", "DELETING") for builder in state["builders"])
    return builders + sum(image["State"] == "PENDING" for image in state["images"])
