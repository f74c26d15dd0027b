# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""find.exe, findstr.exe, sort.exe and more.com: what is in a text, from files or from a pipe.

Sources: Microsoft's references of the commands. Anything else of these programs is journalled as `unhandled`.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appstream_simulator import given_patterns
from appstream_simulator.windows.protocol.host import ProcessResult

from ..cmd import wildcards
from . import command_line

if TYPE_CHECKING:
    from .processes import Process

_FIND_OPTIONS = frozenset({"/v", "/c", "/n", "/i"})
_FINDSTR_OPTION = re.compile(r"[/-](?P<letters>[bceilmnorsvxp]+)(?::(?P<value>.*+))?", re.IGNORECASE | re.DOTALL)
_META = re.compile(r"[.*\[\]^$\\]")


def _files(process: Process, names: list[str]) -> list[tuple[str, bytes]] | None:
    """The files of names and patterns, as they are shown, with their content; None when one is not there."""
    found: list[tuple[str, bytes]] = []
    disk = process.machine.disk
    for name in names:
        path = ntpath.normpath(ntpath.join(process.working_directory, name.replace("/", "\\")))
        folder, pattern = ntpath.split(path)
        if not wildcards.has_wildcard(pattern):
            if not disk.is_file(path):
                return None
            found.append((name, disk.read(path)))
            continue
        fitting = (
            [item for item in disk.list(folder) if wildcards.fits(item, pattern)] if disk.is_directory(folder) else []
        )
        paths = [ntpath.join(folder, item) for item in fitting]
        shown = [ntpath.join(ntpath.dirname(name), item) for item in fitting]
        found += [(given, disk.read(path)) for given, path in zip(shown, paths, strict=True) if disk.is_file(path)]
    return found


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8-sig", errors="replace").splitlines()


def run_find(process: Process) -> ProcessResult:
    """`find [/v] [/c] [/n] [/i] "TEXT" [FILE…]`; 1 when nothing was found."""
    options = {word.lower() for word in process.arguments[1:] if word.startswith("/")}
    words = [word for word in process.arguments[1:] if not word.startswith("/")]
    if options - _FIND_OPTIONS:
        return process.unhandled("program")
    if not words or '"' not in command_line.after_program(process.command_line):
        return ProcessResult(2, b"", b"FIND: Parameter format not correct\r\n")
    files = _files(process, words[1:])
    if files is None:
        return ProcessResult(1, b"", f"File not found - {words[1].upper()}\r\n".encode())
    wanted = words[0].lower() if "/i" in options else words[0]
    output, found = [], False
    for name, data in files if words[1:] else [("", process.stdin)]:
        lines = [
            f"[{number}]{line}" if "/n" in options else line
            for number, line in enumerate(_lines(data), start=1)
            if (wanted in (line.lower() if "/i" in options else line)) != ("/v" in options) or not wanted
        ]
        lines = lines if wanted else [line for line in lines if "/v" in options]
        found = found or bool(lines)
        heading = f"\n---------- {name.upper()}" if name else ""
        if "/c" in options:
            output.append(f"{heading}: {len(lines)}\n" if name else f"{len(lines)}\n")
        else:
            output.append("".join([f"{heading}\n" if name else "", *(f"{line}\n" for line in lines)]))
    return ProcessResult(0 if found else 1, "".join(output).replace("\n", "\r\n").encode())


@dataclass(frozen=True)
class _Search:
    """What findstr is asked for."""

    options: frozenset[str]
    patterns: tuple[str, ...]
    files: tuple[str, ...]


def run_findstr(process: Process) -> ProcessResult:
    """`findstr [/i] [/v] [/n] [/m] [/x] [/b] [/e] [/r] [/l] [/c:TEXT] TEXTS [FILE…]`; 1 when nothing was found."""
    search = _search(process.arguments[1:])
    if search is None:
        return process.unhandled("program")
    files = _files(process, list(search.files))
    if files is None:
        return ProcessResult(1, b"", f"FINDSTR: Cannot open {search.files[0]}\r\n".encode())
    several = len(files) > 1 or any(wildcards.has_wildcard(name) for name in search.files)
    fits = _predicate(search)
    output: list[str] = []
    for name, data in files if search.files else [("", process.stdin)]:
        hits = [(number, line) for number, line in enumerate(_lines(data), 1) if fits(line) != ("v" in search.options)]
        if "m" in search.options:
            output += [name] if hits else []
            continue
        prefix = f"{name}:" if several else ""
        output += [f"{prefix}{f'{number}:' if 'n' in search.options else ''}{line}" for number, line in hits]
    return ProcessResult(0 if output else 1, "".join(f"{line}\r\n" for line in output).encode())


def _search(arguments: list[str]) -> _Search | None:
    options: set[str] = set()
    patterns: list[str] = []
    words: list[str] = []
    for word in arguments:
        option = _FINDSTR_OPTION.fullmatch(word) if not words else None
        if option is None:
            if word.startswith("/"):
                return None
            words.append(word)
        elif option["value"] is not None:
            if option["letters"].lower() != "c":
                return None
            patterns.append(option["value"])
            options.add("c")
        else:
            options |= set(option["letters"].lower())
    if options & set("osp") or (not patterns and not words):
        return None
    if not patterns:
        patterns = words.pop(0).split()
    is_pattern = "r" in options or ("c" not in options and "l" not in options and bool(_META.search(patterns[0])))
    return _Search(frozenset(options | ({"r"} if is_pattern else set())), tuple(patterns), tuple(words))


def _predicate(search: _Search) -> Callable[[str], bool]:
    """Whether a line has one of the texts in it, at its beginning, at its end, or as a whole."""
    options = search.options
    patterns = [_translated(text) if "r" in options else re.escape(text) for text in search.patterns]
    if "x" in options:
        patterns = [f"^(?:{pattern})$" for pattern in patterns]
    patterns = [f"^(?:{pattern})" for pattern in patterns] if "b" in options else patterns
    patterns = [f"(?:{pattern})$" for pattern in patterns] if "e" in options else patterns
    ignores_case = "i" in options
    return lambda line: any(given_patterns.found(pattern, line, ignore_case=ignores_case) for pattern in patterns)


def _translated(text: str) -> str:
    """A pattern of findstr, which knows `.`, `*`, `^`, `$`, `[class]`, `\\<` and `\\>`, as one of Python."""
    parts, position = [], 0
    while position < len(text):
        character = text[position]
        following = text[position + 1 : position + 2]
        if character == "\\" and following:
            parts.append({"<": r"\b(?=\w)", ">": r"\b(?<=\w)"}.get(following, re.escape(following)))
            position += 2
            continue
        end = text.find("]", position + 2)
        if character == "[" and end > 0:
            inner = text[position + 1 : end]
            negated = inner.startswith("^")
            escaped = re.sub(r"([\\\[\]^&~|])", r"\\\1", inner.removeprefix("^"))
            parts.append(f"[{'^' if negated else ''}{escaped}]")
            position = end + 1
            continue
        parts.append(character if character in ".*^$" else re.escape(character))
        position += 1
    # A star at the beginning is a plain one.
    return "".join([re.escape(parts[0]) if parts[0] == "*" else parts[0], *parts[1:]]) if parts else ""


def run_sort(process: Process) -> ProcessResult:
    """`sort [/r] [FILE] [/o FILE]`."""
    words = process.arguments[1:]
    backwards = any(word.lower() in ("/r", "/reverse") for word in words)
    names = [word for word in words if word.lower() not in ("/r", "/reverse")]
    if len(names) > 1 or any(name.startswith("/") for name in names):
        return process.unhandled("program")
    files = _files(process, names)
    if files is None:
        return ProcessResult(1, b"", f"{names[0]}The system cannot find the file specified.\r\n".encode())
    lines = sorted(_lines(files[0][1] if files else process.stdin), key=str.lower, reverse=backwards)
    return ProcessResult(0, "".join(f"{line}\r\n" for line in lines).encode())


def run_more(process: Process) -> ProcessResult:
    """`more [FILE…]`, which stops nowhere where there is no screen."""
    names = process.arguments[1:]
    if any(name.startswith(("/", "+")) for name in names):
        return process.unhandled("program")
    files = _files(process, [name for name in names if name.lower() != "nul"])
    if files is None:
        return ProcessResult(0, b"", f"Cannot access file {names[0]}\r\n".encode())
    text = b"".join(data for _name, data in files) if names else process.stdin
    return ProcessResult(0, text + b"\r\n" if text else b"")
