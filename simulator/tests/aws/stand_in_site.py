# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Machines without Windows: they remember what they were told and call back when a test tells them to."""

from __future__ import annotations

import copy
import threading
from typing import Any

from appstream_simulator.windows.machine.requests import CreateImage, MachineRequest


class StandInFaults:
    """Takes the rules and does nothing with them."""

    def __init__(self) -> None:
        self.rules: list[Any] = []

    def add(self, rule: Any) -> None:
        self.rules.append(rule)

    def clear(self) -> None:
        self.rules.clear()

    def list(self) -> list[Any]:
        return self.rules


class StandInMachine:
    """A machine whose disk is a dictionary."""

    def __init__(self, request: MachineRequest) -> None:
        self.request = request
        self.disk: Any = copy.deepcopy(request.disk) if request.disk is not None else {}
        self.address: str | None = None

    def power_on(self, address: str) -> None:
        self.address = address

    def power_off(self) -> None:
        self.address = None

    def snapshot(self) -> Any:
        return copy.deepcopy(self.disk)

    def describe(self) -> dict[str, Any]:
        return {"builder": self.request.builder_name, "address": self.address}

    def create_image(self, name: str, **values: Any) -> None:
        """What image-assistant does, from a thread of the machine's as there."""
        raised: list[BaseException] = []

        def run() -> None:
            try:
                self.request.on_create_image(CreateImage(name=name, **values))
            except Exception as error:
                raised.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(10)
        assert not thread.is_alive(), "the call back is stuck"
        if raised:
            raise raised[0]


class StandInSite:
    """The machines by the ARN of their image builder."""

    def __init__(self) -> None:
        self.faults = StandInFaults()
        self.by_key: dict[str, StandInMachine] = {}
        self.closed = False

    def create(self, request: MachineRequest) -> StandInMachine:
        assert request.key not in self.by_key
        self.by_key[request.key] = StandInMachine(request)
        return self.by_key[request.key]

    def get(self, key: str) -> StandInMachine | None:
        return self.by_key.get(key)

    def remove(self, key: str) -> None:
        self.by_key.pop(key, None)

    def machines(self) -> list[StandInMachine]:
        return list(self.by_key.values())

    def close(self) -> None:
        self.by_key.clear()
        self.closed = True
