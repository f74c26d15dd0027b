# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How what takes its time ends, when it is not to end well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from appstream_simulator import given_patterns
from appstream_simulator.aws import notifications

# Where what a rule is about can end up instead of where it should; the first is the default.
FINAL_STATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # PENDING as long as the rule is in force; RUNNING: without a network interface, and so without an address.
        "builder": ("FAILED", "STOPPED", "PENDING", "RUNNING"),
        # Likewise; ABSENT: never to be seen, though the image builder comes to its end.
        "image": ("FAILED", "PENDING", "ABSENT"),
        # STARTING for ever with FleetErrors, or STOPPED again, which is silent when there is no error code.
        "fleet": ("STARTING", "STOPPED"),
        "export": ("FAILED", "TIMED_OUT"),
        "software": ("FAILED",),
    }
)
_MAY_BE_SILENT = ("fleet",)
_SILENT_STATES = ("PENDING", "RUNNING", "ABSENT")
# Those whose codes the service model enumerates.
_HAVE_CODES = ("builder", "image", "fleet")
_WITHOUT_TEXT = "The operation failed (asked for by an outcome of the simulator)."


@dataclass
class Outcome:
    """One rule. It has exactly one of the keys of `FINAL_STATES`, a regular expression on the whole of a name.

    Attributes:
        builder: an image builder whose provisioning (create or start) fails.
        image: an image that does not become AVAILABLE: taken, copied, updated or imported.
        fleet: a fleet whose start fails.
        export: an AMI whose export task fails.
        software: a licence-included application whose deployment to an image builder fails.
        error_code: what is reported (service model: FleetErrorCode for builders, images and fleets).
        message: the ErrorMessage; by default what the service says, where that is known.
        state: where it ends up, of `FINAL_STATES`.
        times: how often the rule applies, for ever by default.
        taken: how often it has applied.
    """

    error_code: str = ""
    builder: str | None = None
    image: str | None = None
    fleet: str | None = None
    export: str | None = None
    software: str | None = None
    message: str | None = None
    state: str = ""
    times: int | None = None
    taken: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        kinds = [kind for kind in FINAL_STATES if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise ValueError(f"an outcome has exactly one of {', '.join(FINAL_STATES)}")
        states = FINAL_STATES[kinds[0]]
        self.state = self.state or states[0]
        if self.state not in states:
            raise ValueError(f"state must be one of {', '.join(states)}, not {self.state!r}")
        if self.error_code and self.state in _SILENT_STATES:
            raise ValueError(f"a {kinds[0]} that is {self.state} has no error_code")
        if not self.error_code and kinds[0] not in _MAY_BE_SILENT and self.state not in _SILENT_STATES:
            raise ValueError(f"an outcome of a {kinds[0]} needs an error_code")
        if self.error_code and kinds[0] in _HAVE_CODES and self.error_code not in notifications.codes():
            raise ValueError(f"the service has no error code {self.error_code} for a {kinds[0]}")
        given_patterns.check(getattr(self, kinds[0]))

    @property
    def text(self) -> str:
        """The ErrorMessage."""
        return self.message if self.message is not None else notifications.MESSAGES.get(self.error_code, _WITHOUT_TEXT)


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

    def take(self, kind: str, name: str, state: str = "") -> Outcome | None:
        """The rule for this name of a `kind` of `FINAL_STATES`, counted as used; None when it is to end well.

        With a `state` only rules with that one, without one those with any.
        """
        for rule in self._rules:
            pattern = getattr(rule, kind)
            if pattern is None or rule.times == 0 or not given_patterns.fits(pattern, name):
                continue
            if state and rule.state != state:
                continue
            rule.taken += 1
            if rule.times is not None:
                rule.times -= 1
            return rule
        return None
