# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A machine that is on, without a network, in a world where a virtual minute passes in a blink."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine.machine import Machine
from appstream_simulator.windows.machine.machine_options import MachineOptions
from appstream_simulator.windows.machine.requests import CreateImage, ImageAssistantError, MachineRequest
from appstream_simulator.windows.machine.shelf import Shelf
from appstream_simulator.windows.protocol.host import ModuleCall, ProcessResult

ADMINISTRATOR = "installer"
PASSWORD = "Correct-Horse-1"
SPEED = 20000.0


class SilentWinRM:
    """A WinRM service that nobody can reach, but that says whether it runs."""

    def __init__(self) -> None:
        self.running = threading.Event()
        self.stopped = threading.Event()

    def start(self) -> None:
        self.running.set()
        self.stopped.clear()

    def stop(self) -> None:
        self.running.clear()
        self.stopped.set()

    def refresh(self) -> None:
        """Nobody can tell the difference."""


@dataclass
class World:
    """One machine and what its image builder is told."""

    machine: Machine
    journal: Journal
    clock: Clock
    winrm: SilentWinRM
    images: list[CreateImage]
    restarts: list[bool]
    existing_images: set[str]
    refusal: list[str] = field(default_factory=list)

    def module(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        check_mode: bool = False,
        diff: bool = False,
        user: str = ADMINISTRATOR,
        environment: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Run `ansible.windows.<name>`, or the module of another collection by its full name."""
        full_name = name if "." in name else f"ansible.windows.{name}"
        call = ModuleCall(full_name, arguments or {}, user, check_mode, diff, environment or {})
        return self.machine.run_module(call)

    def process(self, command_line: str, *, user: str = ADMINISTRATOR) -> ProcessResult:
        """Run a native command line."""
        return self.machine.run_process(command_line, user=user)

    def write(self, path: str, content: bytes = b"") -> str:
        """Put a file on the disk, with its directories; gives the path back."""
        self.machine.disk.make_directories(path.rpartition("\\")[0])
        self.machine.disk.write(path, content)
        return path


def make_world(
    tmp_path: Path,
    *,
    domain: str | None = None,
    speed: float = SPEED,
    settings: dict[str, Any] | None = None,
    **request: Any,
) -> World:
    """A machine that is off; `settings` come on top of the usual ones."""
    clock = Clock(speed)
    journal = Journal(clock.now)
    winrm = SilentWinRM()
    images: list[CreateImage] = []
    restarts: list[bool] = []
    refusal: list[str] = []
    existing: set[str] = set()

    def create_image(image: CreateImage) -> None:
        if refusal:
            raise ImageAssistantError(refusal[0])
        images.append(image)

    values: dict[str, Any] = {
        "key": "arn:aws:appstream:eu-west-1:123456789012:image-builder/design",
        "builder_name": "design",
        "platform": "WINDOWS_SERVER_2022",
        "image_arn": "arn:aws:appstream:eu-west-1::image/AppStream-WinServer2022-01-01-2026",
        "instance_type": "stream.standard.large",
        "region": "eu-west-1",
        "account_id": "123456789012",
        "domain": domain,
        "disk": None,
        "on_create_image": create_image,
        "image_name_exists": existing.__contains__,
        "on_restart": restarts.append,
        **request,
    }
    machine = Machine(
        MachineRequest(**values),
        clock=clock,
        journal=journal,
        settings=Settings(accounts={ADMINISTRATOR: PASSWORD}, state_directory=tmp_path, **(settings or {})),
        shelf=Shelf(),
        winrm=lambda _machine, _address: winrm,
        options=MachineOptions(),
    )
    return World(machine, journal, clock, winrm, images, restarts, existing, refusal)


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether something comes true within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False
