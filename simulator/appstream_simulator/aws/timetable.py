# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Things to be done at a virtual time."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable

Action = Callable[[float], None]


class Timetable:
    """Actions ordered by the virtual time they are due. Not thread-safe: the simulation's lock guards it."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Action]] = []
        self._order = itertools.count()

    def at(self, due: float, action: Action) -> None:
        """Call `action(due)` once `run` is told that this virtual time has come."""
        heapq.heappush(self._entries, (due, next(self._order), action))

    @property
    def next_due(self) -> float:
        """When the next action is due; infinite when there is none."""
        return self._entries[0][0] if self._entries else math.inf

    def run(self, now: float) -> None:
        """Do what is due, earliest first; actions may add others, which are done too when due."""
        while self._entries and self._entries[0][0] <= now:
            due, _, action = heapq.heappop(self._entries)
            action(due)
