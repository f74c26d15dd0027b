# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All Windows machines of a simulator."""

from __future__ import annotations

import threading

from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.faults import WindowsFaults

from . import stock_traits, winrm
from .machine import Machine
from .machine_options import MachineOptions
from .requests import CreateImage, ImageAssistantError, MachineRequest
from .shelf import Shelf

__all__ = ["CreateImage", "ImageAssistantError", "Machine", "MachineRequest", "Site"]


class Site:
    """The machines by the ARN of their image builder, and what they share.

    Attributes:
        faults: rules about connections that are refused, dropped or rejected.
        options: what can be changed about all machines.
        shelf: the installers of the simulated world.

    Raises:
        shelf.ShelfError: a shelf file of the settings is wrong.
        ValueError: a trait of the settings is none.
    """

    def __init__(self, clock: Clock, journal: Journal, settings: Settings) -> None:
        self.faults = WindowsFaults()
        for names in settings.base_image_traits.values():
            stock_traits.require_known(names)
        self.options = MachineOptions(faults=self.faults)
        self.shelf = Shelf(settings.shelf_files)
        self._clock = clock
        self._journal = journal
        self._settings = settings
        self._authority = Authority(settings.state_directory)
        self._lock = threading.Lock()
        self._machines: dict[str, Machine] = {}

    def create(self, request: MachineRequest) -> Machine:
        """A machine, switched off.

        Raises:
            ValueError: the image builder has one already, or the platform is not a known Windows.
        """
        machine = Machine(
            request,
            clock=self._clock,
            journal=self._journal,
            settings=self._settings,
            shelf=self.shelf,
            winrm=lambda host, address: winrm.listener(host, address, self._authority, self.faults),
            options=self.options,
        )
        with self._lock:
            if request.key in self._machines:
                raise ValueError(f"there is a machine for {request.key} already")
            self._machines[request.key] = machine
        return machine

    def get(self, key: str) -> Machine | None:
        """The machine of an image builder."""
        with self._lock:
            return self._machines.get(key)

    def remove(self, key: str) -> None:
        """Switch a machine off and forget it; nothing happens when there is none."""
        with self._lock:
            machine = self._machines.pop(key, None)
        if machine:
            machine.power_off()

    def machines(self) -> list[Machine]:
        """All machines, in the order they were created."""
        with self._lock:
            return list(self._machines.values())

    def close(self) -> None:
        """Switch all machines off and forget them."""
        for machine in self.machines():
            self.remove(machine.request.key)
