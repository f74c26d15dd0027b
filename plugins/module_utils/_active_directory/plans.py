# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a module is going to do in the directory, worked out before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Plan:
    """How something is, how it is to be, and the writes that make it so, in an order that a rerun can continue.

    ``before`` and ``after`` are what a diff shows, and differ exactly if there are steps.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    steps: Sequence[Callable[[], None]] = ()

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        return self.before != self.after

    @property
    def diff(self) -> dict[str, Any]:
        """The module's return value ``diff``."""
        return {"before": self.before, "after": self.after}

    def carry_out(self) -> None:
        """Do it. Raises what the steps raise."""
        for step in self.steps:
            step()
