# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows Remote Shell: shells, and the commands that run in them."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from appstream_simulator.windows.protocol import wsman
from appstream_simulator.windows.protocol.host import ProcessResult
from appstream_simulator.windows.protocol.network_credentials import NetworkCredentials


class ConnectionCut(Exception):
    """A fault cut the connection: whatever the command came to, its client is never told."""


@dataclass(frozen=True)
class Output:
    """What a Receive takes away: chunks of the named streams, and the exit code once the command is done."""

    chunks: list[tuple[str, bytes]]
    exit_code: int | None


class Command:
    """A running command. `run` gets a function that blocks until stdin is complete, and works in a thread of its own.

    `console_stdin` (WINRS_CONSOLEMODE_STDIN) means that no stdin will be sent.
    """

    def __init__(self, run: Callable[[Callable[[], bytes]], ProcessResult], *, console_stdin: bool) -> None:
        self.id = str(uuid.uuid4()).upper()
        self._changed = threading.Condition()
        self._stdin = bytearray()
        self._stdin_complete = console_stdin
        self._output: list[tuple[str, bytes]] = []
        self._exit_code: int | None = None
        self._terminated = False
        threading.Thread(target=self._work, args=(run,), name=f"command {self.id}", daemon=True).start()

    def _work(self, run: Callable[[Callable[[], bytes]], ProcessResult]) -> None:
        try:
            result = run(self._read_stdin)
        except ConnectionCut:
            self.terminate()
            return
        with self._changed:
            self._output = [chunk for chunk in (("stdout", result.stdout), ("stderr", result.stderr)) if chunk[1]]
            self._exit_code = result.exit_code
            self._changed.notify_all()

    def _read_stdin(self) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self._stdin_complete or self._terminated)
            if not self._stdin_complete:
                raise ConnectionCut("the shell was closed before all input had come")
            return bytes(self._stdin)

    def send(self, data: bytes, *, end: bool) -> None:
        """Append to stdin; `end` completes it."""
        with self._changed:
            self._stdin += data
            self._stdin_complete = self._stdin_complete or end
            self._changed.notify_all()

    def receive(self, timeout: float, budget: int) -> Output:
        """Wait for output or the end, at most `timeout` real seconds (then Fault), and take at most `budget` bytes."""
        deadline = time.monotonic() + timeout
        with self._changed:
            ready = self._changed.wait_for(
                lambda: self._output or self._exit_code is not None or self._terminated, deadline - time.monotonic()
            )
            if not ready:
                raise wsman.timed_out()
            if self._terminated:
                raise wsman.command_not_found(self.id)
            chunks, self._output = _take(self._output, budget)
            return Output(chunks, None if self._output else self._exit_code)

    def terminate(self) -> None:
        """Nobody waits for the command any more."""
        with self._changed:
            self._terminated = True
            self._changed.notify_all()


def _take(output: list[tuple[str, bytes]], budget: int) -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    taken: list[tuple[str, bytes]] = []
    rest: list[tuple[str, bytes]] = []
    for stream, data in output:
        now, later = data[: max(budget, 0)], data[max(budget, 0) :]
        budget -= len(now)
        if now:
            taken.append((stream, now))
        if later:
            rest.append((stream, later))
    return taken, rest


@dataclass
class CommandShell:
    """A shell of the resource `…/windows/shell/cmd`; `network` is with what its commands go to other computers."""

    owner: str
    network: NetworkCredentials | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()).upper())
    commands: dict[str, Command] = field(default_factory=dict)
    operations: int = 0

    def command(self, command_id: str | None) -> Command:
        """The command of this id; Fault when there is none."""
        command = self.commands.get(command_id or "")
        if command is None:
            raise wsman.command_not_found(command_id)
        return command

    def close(self) -> None:
        for command in list(self.commands.values()):
            command.terminate()
