# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the provisioning of builders and the taking of images end, when they are not to end well."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_FINAL_STATES = ("FAILED", "STOPPED")


@dataclass
class Outcome:
    """One rule.

    Attributes:
        builder: regular expression on the whole name of an image builder whose provisioning (create or start) fails.
        image: regular expression on the whole name of an image whose snapshot fails.
        error_code: what is reported (service model: FleetErrorCode).
        message: the ErrorMessage.
        state: where a builder ends up, FAILED or STOPPED; images end FAILED.
        times: how often the rule applies, for ever by default.
    """

    error_code: str
    builder: str | None = None
    image: str | None = None
    message: str = "The operation failed (asked for by an outcome of the simulator)."
    state: str = "FAILED"
    times: int | None = None

    def __post_init__(self) -> None:
        if (self.builder is None) == (self.image is None):
            raise ValueError("an outcome has either a builder or an image")
        if self.state not in _FINAL_STATES:
            raise ValueError(f"state must be one of {', '.join(_FINAL_STATES)}, not {self.state!r}")
        re.compile(self.builder or self.image or "")


class Outcomes:
    """The rules in force. The simulation's lock guards them."""

    def __init__(self) -> None:
        self._rules: list[Outcome] = []

    def add(self, rule: Mapping[str, Any]) -> None:
        """Put a rule in force.

        Raises:
            ValueError, TypeError, re.error: it is malformed.
        """
        self._rules.append(Outcome(**rule))

    def clear(self) -> None:
        """End all rules."""
        self._rules.clear()

    def list(self) -> list[dict[str, Any]]:
        """The rules, with what is left of their counts."""
        return [asdict(rule) for rule in self._rules]

    def take(self, kind: str, name: str) -> Outcome | None:
        """The rule for this builder or image (`kind`), counted as used; None when it is to end well."""
        for rule in self._rules:
            pattern = getattr(rule, kind)
            if pattern is None or rule.times == 0 or not re.fullmatch(pattern, name):
                continue
            if rule.times is not None:
                rule.times -= 1
            return rule
        return None
