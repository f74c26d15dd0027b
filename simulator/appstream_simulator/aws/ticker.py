# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Time passes without anybody asking: transitions happen, machines come up."""

from __future__ import annotations

import threading
import traceback

from appstream_simulator.aws.models import all_backends
from appstream_simulator.aws.simulation import Simulation

# Real seconds between two looks at the timetables.
_INTERVAL = 0.05


class Ticker:
    """A thread that does what is due in all accounts and Regions."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once a tick under way is done."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_INTERVAL):
            self.tick()

    def tick(self) -> None:
        """Do what is due now."""
        with self._simulation.lock:
            for backend in all_backends():
                try:
                    backend.tick()
                except Exception as error:
                    traceback.print_exception(error)
                    self._simulation.report(error)
