# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Time passes without anybody asking: transitions happen, machines come up."""

from __future__ import annotations

import math
import threading
import traceback

from appstream_simulator.aws.models import all_backends
from appstream_simulator.aws.simulation import Simulation

# Real seconds between two looks at the timetables.
_INTERVAL = 0.05
# Real seconds that are waited for what works on the machines, whenever time is let pass.
_PATIENCE = 10.0


class Ticker:
    """A thread that does what is due in all accounts and Regions, and who can be asked to let time pass at once."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._stopped = threading.Event()
        self._advancing = threading.Lock()
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

    def catch_up(self) -> None:
        """Do what is due now, and wait until everybody has done what there is to do now. Not to be called while
        holding the simulation's lock."""
        clock, worker = self._simulation.clock, self._simulation.worker
        while True:
            self.tick()
            worker.drain()
            if not clock.wait_until_quiet(_PATIENCE) or (worker.is_idle and clock.is_quiet()):
                return

    def advance(self, seconds: float) -> None:
        """Let virtual time pass, from one thing that happens to the next: what begins on the way goes on from there.

        What is due in the end has happened when this returns. Not to be called while holding the simulation's lock.

        Raises:
            ValueError: `seconds` is negative or not finite.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"the clock cannot be advanced by {seconds}")
        clock = self._simulation.clock
        with self._advancing:
            end = clock.now() + seconds
            self.catch_up()
            while (due := self._next_due()) <= end:
                clock.jump_to(due)
                self.catch_up()
            clock.jump_to(end)
            self.catch_up()

    def _next_due(self) -> float:
        with self._simulation.lock:
            dues = [backend.timetable.next_due for backend in all_backends()]
        return min([*dues, self._simulation.clock.next_wake()])
