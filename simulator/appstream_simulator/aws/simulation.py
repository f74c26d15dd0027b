# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What all parts of one running simulator share."""

from __future__ import annotations

import functools
import tempfile
import threading
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from appstream_simulator.aws.outcomes import Outcomes
from appstream_simulator.aws.worker import Worker
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings


@dataclass
class Simulation:
    """The state around moto's back ends.

    Attributes:
        site: the Windows machines (`windows.machine.site.Site`, or a stand-in with its methods).
        lock: held by every AWS request and every transition; moto has no lock of its own. Nothing that waits for a
            machine may be done while holding it, because machines call back: that is the worker's job.
        worker: does what concerns machines, in order.
        network: where the machines' addresses must be; None when there are no real machines.
        errors: failures of the simulator itself, shown by its health check.

    Raises:
        RuntimeError: what the setting `active_directory` needs is not installed.
    """

    clock: Clock
    settings: Settings
    journal: Journal
    site: Any
    outcomes: Outcomes = field(default_factory=Outcomes)
    lock: threading.RLock = field(default_factory=threading.RLock)
    network: IPv4Network | None = None
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.settings.active_directory:
            _check_requirements()
        self.worker = Worker(self.report)

    def report(self, error: BaseException) -> None:
        """Remember a failure of the simulator itself."""
        text = f"{type(error).__name__}: {error}"
        self.errors.append(text)
        self.journal.record("simulator_error", error=text)

    @functools.cached_property
    def keys_folder(self) -> Path:
        """A folder for the keys of joined machines that nobody else may read; it goes with this process."""
        self.settings.state_directory.mkdir(parents=True, exist_ok=True)
        self._keys = tempfile.TemporaryDirectory(prefix="keys-", dir=self.settings.state_directory.resolve())
        return Path(self._keys.name)

    def duration(self, name: str) -> float:
        """Virtual seconds that a state or a step takes."""
        return self.settings.durations[name]


def _check_requirements() -> None:
    from appstream_simulator.windows.domain.join import missing_requirements

    missing = missing_requirements()
    if missing:
        raise RuntimeError(
            f"active_directory needs what is not installed: {', '.join(missing)}. "
            "Install Debian's package adcli (or your system's), and appstream-simulator[active-directory]."
        )


# moto makes the back ends itself, from account and Region alone: what they share has to be found here.
_running: Simulation | None = None


def running() -> Simulation:
    """The simulation of this process.

    Raises:
        RuntimeError: no simulator is running.
    """
    if _running is None:
        raise RuntimeError("no simulator is running in this process")
    return _running


def set_running(simulation: Simulation | None) -> None:
    """Make this the simulation of the process; None ends it.

    Raises:
        RuntimeError: another one is running: moto's state is the process's, so there can be one only.
    """
    global _running
    if simulation is not None and _running is not None:
        raise RuntimeError("a simulator is already running in this process")
    _running = simulation
