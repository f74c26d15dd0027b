# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A running cmd.exe: its variables, its directory, its streams, its error level."""

from __future__ import annotations

import datetime
import ntpath
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from . import expansion
from .expansion import FileFacts
from .syntax import UnsupportedError

if TYPE_CHECKING:
    from ..machine.disk import Disk
    from ..machine.machine import Machine
    from ..machine.processes import Process

# Commands that one cmd.exe runs; what goes on longer is taken for a loop without an end.
_MOST_COMMANDS = 100_000
# Batch files and labels that call each other.
_DEEPEST = 30


class ExitError(Exception):
    """`exit`: the end of the batch file, or of cmd.exe altogether; or a program can do no more, which ends all."""

    def __init__(self, exit_code: int, *, whole: bool, unhandled: bool = False) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code
        self.whole = whole
        self.unhandled = unhandled


class GoToError(Exception):
    """`goto`: the batch file goes on behind a label."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class Sink(Protocol):
    """Where output goes."""

    def write(self, data: bytes) -> None: ...


class Memory:
    """Output that somebody else takes."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> None:
        self.data += data


class Nowhere:
    """NUL."""

    def write(self, data: bytes) -> None:
        """Nothing is kept."""


class File:
    """Output to a file, which is there as soon as it has been opened."""

    def __init__(self, disk: Disk, path: str, *, append: bool) -> None:
        self._disk, self._path = disk, path
        self._data = bytearray(disk.read(path) if append and disk.is_file(path) else b"")
        disk.write(path, bytes(self._data))

    def write(self, data: bytes) -> None:
        self._data += data
        self._disk.write(self._path, bytes(self._data))


@dataclass
class Input:
    """What is read from: a file, what a pipe brings, or what the process was given."""

    data: bytes
    position: int = 0

    def rest(self) -> bytes:
        """All that is left."""
        taken, self.position = self.data[self.position :], len(self.data)
        return taken

    def line(self) -> bytes | None:
        """The next line without its end; None behind the last."""
        if self.position >= len(self.data):
            return None
        end = self.data.find(b"\n", self.position)
        end = len(self.data) if end < 0 else end
        line, self.position = self.data[self.position : end], end + 1
        return line.removesuffix(b"\r")


@dataclass
class Frame:
    """A batch file that runs, or a label of it that was called.

    Attributes:
        arguments: %0 and all behind it.
        path: of the file; empty when none runs.
        tail: all arguments as they were written.
        saved: what `setlocal` has put by, the last one at the end.
    """

    arguments: list[str]
    path: str
    tail: str = ""
    lines: list[str] = field(default_factory=list)
    position: int = 0
    saved: list[tuple[dict[str, str], str, bool]] = field(default_factory=list)


@dataclass
class Session:
    """A running cmd.exe.

    Attributes:
        variables: its environment, which `set` changes.
        directory: the current one.
        frames: batch files and called labels, the running one at the end.
        level: ERRORLEVEL.
        result: what the last command returned, which some commands do without touching ERRORLEVEL.
        echo: whether commands are shown.
        delayed: whether `!NAME!` is a variable.
        loops: the variables of `for`.
        kept_level: the last command has failed and left ERRORLEVEL alone.
        waited: exit code of the program that `start /wait`, the last command, has waited for.
        pushed: directories that `pushd` has left.
        streams: 1 is the output, 2 that for errors.
    """

    process: Process
    variables: dict[str, str]
    directory: str
    streams: dict[int, Sink]
    stdin: Input
    frames: list[Frame] = field(default_factory=list)
    level: int = 0
    result: int = 0
    echo: bool = True
    delayed: bool = False
    loops: dict[str, str] = field(default_factory=dict)
    pushed: list[str] = field(default_factory=list)
    commands: int = 0
    kept_level: bool = False
    waited: int = 0

    @property
    def machine(self) -> Machine:
        """The machine it runs on."""
        return self.process.machine

    @property
    def disk(self) -> Disk:
        """The disk of the machine."""
        return self.process.machine.disk

    @property
    def frame(self) -> Frame | None:
        """The batch file that runs."""
        return self.frames[-1] if self.frames else None

    def enter(self, frame: Frame) -> None:
        """Begin with a batch file or a label."""
        if len(self.frames) >= _DEEPEST:
            raise UnsupportedError("batch files that call each other without an end")
        self.frames.append(frame)

    def count(self) -> None:
        """Note that another command is run."""
        self.commands += 1
        if self.commands > _MOST_COMMANDS:
            raise UnsupportedError(f"more than {_MOST_COMMANDS} commands")

    def write(self, text: str, stream: int = 1) -> None:
        """Write a text with line feeds as the ends of its lines."""
        self.streams[stream].write(text.replace("\n", "\r\n").encode())

    def path(self, text: str) -> str:
        """The full path of a name, quoted or not."""
        plain = text.strip().replace('"', "").replace("/", "\\")
        return ntpath.normpath(ntpath.join(self.directory, plain))

    def variable(self, name: str) -> str | None:
        """The value of a variable, be it one that cmd.exe makes."""
        upper = name.upper()
        for known, value in self.variables.items():
            if known.upper() == upper:
                return value
        return self._made(upper)

    def _made(self, name: str) -> str | None:
        now = datetime.datetime.fromtimestamp(self.machine.clock.now(), datetime.timezone.utc)
        if name == "CD":
            return self.directory
        if name == "ERRORLEVEL":
            return str(self.level)
        if name == "DATE":
            return now.strftime("%a %m/%d/%Y")
        if name == "TIME":
            return f"{now.hour:2}:{now:%M:%S}.{now.microsecond // 10_000:02}"
        if name == "RANDOM":
            return str(random.randrange(32768))
        if name == "CMDEXTVERSION":
            return "2"
        return self.process.command_line if name == "CMDCMDLINE" else None

    def set_variable(self, name: str, value: str) -> None:
        """Set a variable; an empty value takes it away."""
        for known in [known for known in self.variables if known.upper() == name.upper()]:
            if value:
                self.variables[known] = value
                return
            del self.variables[known]
        if value:
            self.variables[name] = value

    def expanded_line(self, line: str) -> str:
        """A line as it is read: percent signs expanded."""
        frame = self.frame
        if frame is None:
            return expansion.expand(line, self.variable)
        return expansion.expand_in_batch(line, self.variable, frame.arguments, frame.tail, self.describe)

    def expanded(self, text: str) -> str:
        """A part of a command as it is run: variables of `for` and `!NAME!` put in."""
        text = expansion.expand_loop(text, self.loops, self.describe)
        return expansion.expand_delayed(text, self.variable) if self.delayed else text

    def describe(self, name: str) -> tuple[str, FileFacts]:
        """The full path of a name and what is known of the file."""
        path = self.path(name)
        if not self.disk.exists(path):
            return path, FileFacts()
        found = self.disk.stat(path)
        letters = f"{'d' if found.is_directory else '-'}{'r' if found.read_only else '-'}"
        letters += f"{'-' if found.is_directory else 'a'}{'h' if found.hidden else '-'}-------"
        moment = datetime.datetime.fromtimestamp(found.written, datetime.timezone.utc)
        return found.path, FileFacts(str(found.size), moment.strftime("%m/%d/%Y %I:%M %p"), letters)
