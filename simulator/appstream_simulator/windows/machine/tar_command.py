# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""tar.exe, bsdtar of libarchive, which Windows has had since version 1803: `-xf` and `-tf`, `-C`, `--strip-components`.

Options and texts from bsdtar's manual page and source. It recognises the format by the content: tar, also compressed,
zip and ISO 9660. That the one of Windows Server 2019 and 2022 is built without liblzma, and so has no .7z, is known
from the versions it prints (`bsdtar 3.5.2 - libarchive 3.5.2 zlib/1.2.5.f-ipp`); Windows 11 since KB5031455 (October
2023) has it, and Windows Server 2025 is of the same build. Unproven [tar_without_liblzma]: all of that on a real image
builder, and what the older ones do about xz. Other options are `unhandled`.
"""

from __future__ import annotations

import ntpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import archives, stock, windows_paths
from .disk import DiskFullError
from .shares import ShareError

if TYPE_CHECKING:
    from .processes import Process

_FIRST_BUILD_WITH_LZMA = 22631
_WITH_VALUE = {"f": "file", "C": "directory", "--file": "file", "--directory": "directory"}
_STRIP = "--strip-components"
_FLAGS = frozenset("xtvzjJaomp")
_LONG_FLAGS = {"--extract": "x", "--get": "x", "--list": "t", "--verbose": "v"}


class _UnhandledError(Exception):
    """An option that is not simulated."""


@dataclass
class _Command:
    flags: set[str]
    file: str = ""
    directory: str = ""
    strip: int = 0


def run(process: Process) -> ProcessResult:
    """One run of tar."""
    try:
        command = _parsed(process.arguments[1:])
    except _UnhandledError:
        return process.unhandled("program")
    if not command.flags & {"x", "t"}:
        return _failed("Must specify one of -c, -r, -t, -u, -x")
    disk = process.machine.disk
    path = ntpath.join(process.working_directory, command.file)
    target = ntpath.join(process.working_directory, command.directory)
    try:
        if not disk.is_file(path):
            return _failed(f"Error opening archive: Failed to open '{command.file}'")
        content = disk.read(path)
        entry = process.machine.shelf.entry(content)
        found = archives.contents(content, entry.contained if entry else None)
    except (ShareError, PermissionError):
        return _failed(f"Error opening archive: Failed to open '{command.file}'")
    except archives.ArchiveError as error:
        return _failed(f"Error opening archive: {error}")
    except archives.NotReadableError:
        return process.unhandled("archive")
    if archives.kind_of(content) == "7z" and _build(process) < _FIRST_BUILD_WITH_LZMA:
        return _failed("LZMA codec is unsupported", "Error exit delayed from previous errors.")
    if "t" in command.flags:
        return ProcessResult(0, "".join(f"{name}\r\n" for name in found).encode())
    if not disk.is_directory(target):
        return _failed(f"could not chdir to '{command.directory}'")
    return _extract(process, found, target, command.strip)


def _build(process: Process) -> int:
    return int(stock.PLATFORMS[process.machine.request.platform].version.split(".")[2])


def _parsed(arguments: list[str]) -> _Command:
    command, rest = _Command(set()), list(arguments)
    if rest and re.fullmatch(r"[A-Za-z]+", rest[0]):
        rest[0] = f"-{rest[0]}"  # the old style: `tar xf FILE`
    while rest:
        argument = rest.pop(0)
        name, equals, value = argument.partition("=")
        if name == _STRIP:
            command.strip = _number(value if equals else _next(rest))
        elif argument in _LONG_FLAGS:
            command.flags.add(_LONG_FLAGS[argument])
        elif name in _WITH_VALUE:
            setattr(command, _WITH_VALUE[name], value if equals else _next(rest))
        elif argument.startswith("-") and not argument.startswith("--"):
            _take_letters(command, argument[1:], rest)
        else:
            raise _UnhandledError
    return command


def _take_letters(command: _Command, letters: str, rest: list[str]) -> None:
    """Bundled options such as `-xvf`; the value of one follows it, within the bundle or after."""
    for position, letter in enumerate(letters):
        if letter in _WITH_VALUE:
            setattr(command, _WITH_VALUE[letter], letters[position + 1 :] or _next(rest))
            return
        if letter not in _FLAGS:
            raise _UnhandledError
        command.flags.add(letter)


def _next(rest: list[str]) -> str:
    if not rest:
        raise _UnhandledError
    return rest.pop(0)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise _UnhandledError
    return int(text)


def _extract(process: Process, found: dict[str, bytes | None], target: str, strip: int) -> ProcessResult:
    disk, problems = process.machine.disk, []
    for name, data in found.items():
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        if ".." in parts:
            problems.append(f"{name}: Path contains '..'")
            continue
        if len(parts) <= strip:
            continue
        path = windows_paths.normalise(ntpath.join(target, *parts[strip:]))
        try:
            disk.make_directories(path if data is None else ntpath.dirname(path))
            if data is not None:
                disk.write(path, data)
        except DiskFullError:
            problems.append(f"{name}: Write failed: No space left on device")
        except OSError:
            problems.append(f"{name}: Can't create '{path}'")
    return _failed(*problems, "Error exit delayed from previous errors.") if problems else ProcessResult(0)


def _failed(*texts: str) -> ProcessResult:
    return ProcessResult(1, b"", "".join(f"tar.exe: {text}\r\n" for text in texts).encode())
