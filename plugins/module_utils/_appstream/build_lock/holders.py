# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Who builds with an image builder: runs that have put a lock on it, as its tags say.

Each run has a tag of its own, so that two runs never write over each other. Its value says when the run was last alive,
by AWS's clock, and where to look for it. Nothing here calls AWS.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from platform import node
from typing import Any

LOCK_TAG = "euc.appstream:lock:"
"""Before the id of the run, the key of its tag."""
STALE_AFTER = 30
"""Minutes without a sign of life, by default, after which a run counts as dead."""

ASKING = "asking"
HOLDING = "holding"

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_FORBIDDEN = re.compile(r"[^A-Za-z0-9+\-=._:/@]")
_DETAILS = ("machine", "process", "job", "host")
_LONGEST = 256
"""Characters of a tag's value; what is too long is cut off the host's name, which is for people only."""


@dataclass(frozen=True)
class Holder:
    """A run that holds a lock, or asks for it.

    Attributes:
        run: the id of the run.
        renewed: its last sign of life, in UTC.
        phase: ``asking`` or ``holding``.
        host: the controller's name.
        job: the id of the AWX job; empty without AWX.
        machine: what only processes of the same system have in common; empty where that can't be known.
        process: the process of Ansible there, with the time of its start.
    """

    run: str
    renewed: datetime
    phase: str = HOLDING
    host: str = ""
    job: str = ""
    machine: str = ""
    process: str = ""

    @property
    def tag(self) -> dict[str, str]:
        """The tag that says so."""
        named = {name: _FORBIDDEN.sub("_", getattr(self, name)) for name in _DETAILS}
        told = [f"{name}={value}" for name, value in named.items() if value]
        return {LOCK_TAG + self.run: " ".join([self.renewed.strftime(_TIME), self.phase, *told])[:_LONGEST]}

    @property
    def item(self) -> dict[str, str]:
        """The same as texts by name, without what is empty."""
        texts = {name: getattr(self, name) for name in ("run", "phase", *_DETAILS)}
        return {name: text for name, text in {**texts, "renewed": self.renewed.strftime(_TIME)}.items() if text}

    def values(self, now: datetime) -> dict[str, Any]:
        """What modules return of a run."""
        shown = {name: getattr(self, name) for name in ("run", "host", "job", "phase")}
        age = max(0, round((now - self.renewed).total_seconds()))
        return {**shown, "renewed": self.renewed.strftime(_TIME), "age": age}

    def at(self, now: datetime, phase: str) -> Holder:
        """The same run with a new sign of life."""
        return replace(self, renewed=now, phase=phase)

    def is_alive(self, now: datetime, stale_after: int = STALE_AFTER) -> bool:
        """Whether the run is still at work: ``stale_after`` minutes after its last sign of life it counts as dead.

        At once where its process was on this very system and is gone.
        """
        if self.machine and self.machine == this_machine() and not _is_running(self.process):
            return False
        return now - self.renewed < timedelta(minutes=stale_after)

    def describe(self, now: datetime) -> str:
        """The run in words: its id, AWX job, host and the age of its last sign of life."""
        job = f" (AWX job {self.job})" if self.job else ""
        host = f" on {self.host}" if self.host else ""
        minutes = max(0, round((now - self.renewed).total_seconds() / 60))
        age = "less than a minute" if minutes < 1 else "1 minute" if minutes == 1 else f"{minutes} minutes"
        return f"run {self.run}{job}{host}, last sign of life {age} ago"


def holders(tags: Mapping[str, str]) -> list[Holder]:
    """Every run that has a lock's tag on an image builder, the first one first; tags of another form are left out."""
    found = (_holder(key[len(LOCK_TAG) :], value) for key, value in tags.items() if key.startswith(LOCK_TAG))
    return sorted((one for one in found if one), key=lambda one: one.run)


def live_holder(
    tags: Mapping[str, str], now: datetime, stale_after: int = STALE_AFTER, *, but: str = ""
) -> Holder | None:
    """The run that is at work with an image builder of these tags, other than run ``but``; None when there is none."""
    alive = [one for one in holders(tags) if one.run != but and one.is_alive(now, stale_after)]
    return next((one for one in alive if one.phase == HOLDING), alive[0] if alive else None)


def without_locks(tags: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Tags without those of locks; None stays what it is."""
    return None if tags is None else {key: value for key, value in tags.items() if not key.startswith(LOCK_TAG)}


def this_run(run: str, job: str = "", process: int = 0) -> Holder:
    """A run of this controller, asking. ``process`` is the one that the run ends with, 0 when time alone decides."""
    started = _start_of(process) if process else ""
    machine, named = (this_machine(), f"{process}.{started}") if started else ("", "")
    return Holder(run, datetime.now(timezone.utc), ASKING, node(), job, machine, named)


def this_machine() -> str:
    """What only processes that see each other have in common: boot and PID namespace. Empty where there is no /proc."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = Path("/proc/self/ns/pid").readlink()
    except OSError:
        return ""
    return f"{zlib.crc32(f'{node()} {boot} {namespace}'.encode()):08x}"


def _is_running(process: str) -> bool:
    number, _dot, started = process.partition(".")
    return not number.isdecimal() or not started or _start_of(int(number)) == started


def _start_of(number: int) -> str:
    """When a process began, in ticks since boot; empty when there is none. A zombie is none, either."""
    try:
        status = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if status[0] == "Z" else status[19]


def from_values(item: Mapping[str, str]) -> Holder | None:
    """The run that ``Holder.item`` describes; None when it describes none."""
    try:
        renewed = datetime.strptime(item.get("renewed", ""), _TIME).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    run, phase = item.get("run", ""), item.get("phase", HOLDING)
    if not run or phase not in (ASKING, HOLDING):
        return None
    return Holder(run, renewed, phase, **{name: item.get(name, "") for name in _DETAILS})


def _holder(run: str, value: str) -> Holder | None:
    renewed, phase, *told = f"{value} ".split(" ")
    named = {name: text for name, equals, text in (one.partition("=") for one in told) if equals}
    return from_values({**named, "run": run, "renewed": renewed, "phase": phase})
