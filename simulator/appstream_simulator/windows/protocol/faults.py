# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Faults of the WinRM side, on demand.

A rule is a dictionary:

* `kind`, what goes wrong:
  * `refuse`: new connections are reset;
  * `drop`: the connection is cut in the middle of a task;
  * `unauthorized`: a logon is answered 401 although its credentials are right;
  * `certificate`: new connections by HTTPS find a certificate that nobody has issued;
  * `hang`: connections are made, and nothing is ever answered;
  * `full`: drive C: has no space left; with `match` only, it stays so until the machine is gone;
  * `no_return`: a restart of the guest begins and does not end as long as the rule is in force;
  * `busy`: msiexec finds another installation in progress and ends with 1618, as while Windows is serviced after its
    first boot;
  * `no_start`: a service that a PowerShell script starts does not come up in time.
* `host`: regular expression on the image builder's name; any host by default.
* `match`: regular expression searched in the module's name and in the command or script text, for `busy` in msiexec's
  command line, for `no_start` in the service's name. A `drop` without it hits any task. `refuse`, `unauthorized`,
  `certificate` and `hang` with it begin with the first matching task, whose connection is cut (left without an answer
  by `hang`): the machine is lost in the middle of it. `no_return` has none.
* `when`: `before` (default) or `after` the task's work is done, for `drop` and for those that begin with a task.
* `times`: how often the rule applies, for ever by default; `after`: how many occasions (matching tasks, if it has a
  `match`) it lets pass first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from appstream_simulator import given_patterns

KINDS = ("refuse", "drop", "unauthorized", "certificate", "hang", "full", "no_return", "busy", "no_start")
MOMENTS = ("before", "after")
_BEGIN_WITH_A_TASK = ("refuse", "unauthorized", "certificate", "hang")
_CUT_THE_TASK = ("drop", "refuse", "unauthorized", "certificate")


@dataclass
class Fault:
    """One rule and what is left of it."""

    kind: str
    host: str = ""
    match: str = ""
    when: str = "before"
    times: int | None = None
    after: int = 0
    began: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {self.kind!r}")
        if self.when not in MOMENTS:
            raise ValueError(f"when must be one of {', '.join(MOMENTS)}, not {self.when!r}")
        if self.kind == "full" and not self.match:
            raise ValueError("full needs a match: the task with which the disk is full")
        if self.kind == "no_return" and self.match:
            raise ValueError("no_return has no match: it is about the restarts of a host")
        for pattern in (self.host, self.match):
            given_patterns.check(pattern)

    def take(self) -> bool:
        """Use the rule up by one occasion; whether the occasion is to fail."""
        if self.after:
            self.after -= 1
            return False
        if self.times is None:
            return True
        if self.times == 0:
            return False
        self.times -= 1
        return True

    def begin(self) -> bool:
        """Let a rule that begins with a task begin, at one of its tasks; whether this task is the one."""
        if self.after:
            self.after -= 1
            return False
        self.began = True
        return True

    def waits_for_task(self) -> bool:
        return self.kind in _BEGIN_WITH_A_TASK and bool(self.match) and not self.began


class WindowsFaults:
    """The rules in force, for all machines. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, rule: Mapping[str, Any]) -> None:
        """Put a rule in force; ValueError (re.error for a pattern) when it is malformed."""
        unknown = set(rule) - {"kind", "host", "match", "when", "times", "after"}
        if unknown or "kind" not in rule:
            raise ValueError(f"a Windows fault has a kind and no {', '.join(sorted(unknown)) or 'other keys'}")
        fault = Fault(**rule)
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def list(self) -> list[dict[str, Any]]:
        """The rules in force, with what is left of their counts."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def refuses(self, host: str) -> bool:
        """Whether a new connection to the host is to be refused."""
        return self._is_in_force("refuse", host)

    def unauthorized(self, host: str) -> bool:
        """Whether a logon to the host is to be answered 401."""
        return self._is_in_force("unauthorized", host)

    def changes_certificate(self, host: str) -> bool:
        """Whether a new connection to the host is to find a certificate that nobody has issued."""
        return self._is_in_force("certificate", host)

    def hangs(self, host: str) -> bool:
        """Whether a request to the host is to stay without an answer."""
        return self._is_in_force("hang", host)

    def never_returns(self, host: str) -> bool:
        """Whether a restart of the host is not to end."""
        return self._is_in_force("no_return", host)

    def busy(self, host: str, command_line: str) -> bool:
        """Whether msiexec is to find another installation in progress."""
        return self._any_taken(
            host,
            lambda fault: fault.kind == "busy" and given_patterns.found(fault.match, command_line, ignore_case=True),
        )

    def keeps_from_starting(self, host: str, service: str) -> bool:
        """Whether a service that is started does not come up."""
        return self._any_taken(
            host,
            lambda fault: fault.kind == "no_start" and given_patterns.found(fault.match, service, ignore_case=True),
        )

    def cuts(self, host: str, task: str, when: str) -> bool:
        """Whether the connection is to be cut at this moment of a task, given as module name and command text."""
        return self._strikes(_CUT_THE_TASK, host, task, when)

    def begins_to_hang(self, host: str, task: str, when: str) -> bool:
        """Whether the host hangs from this moment of a task on."""
        return self._strikes(("hang",), host, task, when)

    def fills_disk(self, host: str, task: str, when: str) -> bool:
        """Whether the host's disk is full from this moment of a task on."""
        return self._strikes(("full",), host, task, when)

    def _is_in_force(self, kind: str, host: str) -> bool:
        return self._any_taken(host, lambda fault: fault.kind == kind and not fault.waits_for_task())

    def _strikes(self, kinds: Collection[str], host: str, task: str, when: str) -> bool:
        def applies(fault: Fault) -> bool:
            striking = fault.kind in kinds and (fault.kind not in _BEGIN_WITH_A_TASK or fault.waits_for_task())
            return striking and fault.when == when and given_patterns.found(fault.match, task, ignore_case=True)

        return self._any_taken(host, applies)

    def _any_taken(self, host: str, applies: Callable[[Fault], bool]) -> bool:
        with self._lock:
            matching = [fault for fault in self._faults if given_patterns.found(fault.host, host) and applies(fault)]
            return any(fault.begin() if fault.waits_for_task() else fault.take() for fault in matching)
