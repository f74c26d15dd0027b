# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Faults of the AWS endpoint, on demand. They hit any service, before moto sees the request.

A rule is a dictionary:

* `match`: regular expression on the whole of 'service:Operation', such as 'appstream:Describe.*'; anything by default.
* `request`: regular expression that is searched in the request's body; anything by default.
* `builder`, `state`: only while the image builder of that name, of whatever account and Region, is in one of these
  states: a regular expression on the whole of 'PENDING', say, or of 'ABSENT' when there is no such builder.
* `answered`: regular expression; the rule begins once the answer to a call that `match` and `request` find has had it.
* `code`, `message`, `status`: the error to answer with; 'ThrottlingException', 'Rate exceeded' and 400 (EC2: 503) by
  default.
* `drop`: true cuts the connection instead of answering; 'after' carries the operation out first and then cuts it.
* `delay`: real seconds to wait first. A rule of a delay alone (`code` null, no `drop`) is a slow answer.
* Which of the matching calls: `times` (how often in all, for ever by default), `every` (each n-th), `per_operation`
  (the first n of each operation), `after` (how many to let pass first). All that are given must hold.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from appstream_simulator import given_patterns


@dataclass
class Fault:
    """One rule and what it has seen so far."""

    match: str = ".*"
    request: str = ""
    builder: str = ""
    state: str = ".*"
    answered: str = ""
    code: str | None = "ThrottlingException"
    message: str = "Rate exceeded"
    status: int | None = None
    delay: float = 0.0
    drop: bool | str = False
    times: int | None = None
    every: int = 1
    per_operation: int | None = None
    after: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    fired: int = 0
    begun: bool = False

    def __post_init__(self) -> None:
        for pattern in (self.match, self.request, self.state, self.answered):
            given_patterns.check(pattern)
        if self.state != ".*" and not self.builder:
            raise ValueError("state is that of a builder, which has to be named")
        if self.every < 1:
            raise ValueError("every must be 1 or more")
        if self.drop not in (True, False, "after"):
            raise ValueError("drop must be true, false or 'after'")

    def hits(self, call: str, request: str, state_of: Callable[[str], str]) -> bool:
        """Whether this call is to fail; counts it."""
        if not self._is_about(call, request) or (self.answered and not self.begun):
            return False
        if self.builder and not given_patterns.fits(self.state, state_of(self.builder)):
            return False
        self.seen[call] += 1
        matched = self.seen.total() - self.after
        if matched < 1 or matched % self.every:
            return False
        if self.per_operation is not None and self.seen[call] > self.per_operation:
            return False
        if self.times is not None and self.fired >= self.times:
            return False
        self.fired += 1
        return True

    def note(self, call: str, request: str, answer: Callable[[], str]) -> None:
        """Begin when the answer to this call is the one that the rule waits for."""
        if self.answered and not self.begun and self._is_about(call, request):
            self.begun = bool(given_patterns.found(self.answered, answer()))

    def _is_about(self, call: str, request: str) -> bool:
        return given_patterns.fits(self.match, call) and given_patterns.found(self.request, request)


class Faults:
    """The rules in force. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []

    def add(self, rule: Mapping[str, Any]) -> None:
        """Put a rule in force.

        Raises:
            ValueError, TypeError, re.error: it is malformed.
        """
        unknown = set(rule) - (set(Fault.__dataclass_fields__) - {"seen", "fired", "begun"})
        if unknown:
            raise ValueError(f"an AWS fault has no {', '.join(sorted(unknown))}")
        fault = Fault(**rule)
        with self._lock:
            self._rules.append(fault)

    def clear(self) -> None:
        """End all rules."""
        with self._lock:
            self._rules.clear()

    def list(self) -> list[dict[str, Any]]:
        """The rules and what they have seen."""
        with self._lock:
            return [{**vars(rule), "seen": dict(rule.seen)} for rule in self._rules]

    def for_call(self, call: str, request: str, state_of: Callable[[str], str]) -> Fault | None:
        """The first rule that hits a call, None when it is to go well.

        Args:
            call: 'service:Operation'.
            request: the body.
            state_of: says in which state the image builder of a name is, 'ABSENT' when there is none.
        """
        with self._lock:
            return next((rule for rule in self._rules if rule.hits(call, request, state_of)), None)

    def note(self, call: str, request: str, answer: Callable[[], str]) -> None:
        """Let rules begin that wait for an answer. ``answer``: returns the body of the answer to this call."""
        with self._lock:
            for rule in self._rules:
                rule.note(call, request, answer)
