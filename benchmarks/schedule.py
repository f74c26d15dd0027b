# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The time a build takes, how often AWS is polled meanwhile, and the pace at which the simulator lives through it.

A build with five applications is one of 40 minutes, 2400 virtual seconds:

    600   the builder is PENDING
     60   Windows boots until WinRM answers
    300   five installers of 60 seconds each
   1320   10 until SNAPSHOTTING, 1250 of it, 60 until the image is AVAILABLE
    120   the builder is DELETING

One poll each 15 seconds while something is PENDING, in the making or DELETING makes (600 + 1320 + 120) / 15 = 136.
They take less real time because as many virtual seconds pass in one real second as lie between two polls, and AWS is
polled each real second: 2400 virtual seconds are then 160 real ones.

A slow contestant would make fewer polls, because each poll that takes a real second takes 15 virtual ones. So virtual
time is slowed down as soon as more than one poll per waiting image is overdue, until it has been made: a contestant
that is slow loses real time, but makes all its polls.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from benchmarks.account import Account

POLL_INTERVAL = 15
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
POLLS = sum(DURATIONS[name] for name in WAITED_FOR) / POLL_INTERVAL

# Virtual seconds per real second while polls are overdue: hardly any, but enough for who waits for something else.
_SLOW = 0.1
_PERIOD = 0.5
_POLL_OPERATIONS = ("DescribeImageBuilders", "DescribeImages")


def speed(delay: float) -> float:
    """Virtual seconds per real second when there are `delay` real seconds between two polls."""
    return POLL_INTERVAL / delay


def waits(applications: int) -> float:
    """Virtual seconds that a build waits for AWS and Windows whoever builds it."""
    return sum(DURATIONS.values()) + INSTALLER_SECONDS * applications


def polls(calls: list[dict[str, Any]]) -> int:
    """How many of these calls read the state of image builders or images."""
    return len([call for call in calls if call["operation"] in _POLL_OPERATIONS])


class Pace(threading.Thread):
    """Slows virtual time down while polls are overdue. Used as a context manager around a contestant's run."""

    def __init__(self, account: Account, normal: float) -> None:
        super().__init__(daemon=True)
        self._account, self._normal, self._speed = account, normal, normal
        self._ended = threading.Event()
        self._now, self._polls, self._ahead = account.control("clock")["now"], 0, 0.0

    def __enter__(self) -> Pace:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()
        self._set_speed(self._normal)

    def run(self) -> None:
        """Compare the polls that were made with those that were due, twice a second."""
        while not self._ended.wait(_PERIOD):
            state = self._account.control("state")
            made = polls(self._account.control("calls"))
            waiting = _waiting(state)
            due = waiting * (state["clock"]["now"] - self._now) / POLL_INTERVAL
            # Polls that are made while nothing is waited for do not count later.
            self._ahead = min(self._ahead + made - self._polls - due, waiting) if waiting else 0
            self._now, self._polls = state["clock"]["now"], made
            self._set_speed(_SLOW if self._ahead < -waiting else self._normal)

    def _set_speed(self, wanted: float) -> None:
        if wanted != self._speed:
            self._account.control("clock", {"speed": wanted})
            self._speed = wanted


def _waiting(state: Mapping[str, Any]) -> int:
    """How many things are on their way to a state that somebody waits for."""
    builders = [builder for builder in state["builders"] if builder["State"] in ("PENDING", "DELETING")]
    images = [image for image in state["images"] if image["State"] == "PENDING"]
    return len(builders) + len(images)
