# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`for`: what its variables are in each round."""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from . import parser, wildcards
from .session import ExitError, Input, Memory, Session
from .syntax import For, Node, UnsupportedError
from .words import words

Execute = Callable[[Session, Node], None]

_OPTION = re.compile(r"(?P<name>eol|skip|delims|tokens|usebackq)(?:=(?P<value>.*+))?", re.IGNORECASE | re.DOTALL)
_TOKENS = re.compile(r"(?P<first>\d+)(?:-(?P<last>\d+))?(?P<rest>\*)?|\*")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class _Reading:
    """How `for /f` takes a line apart: `tokens` are numbers, 0 for all that is left."""

    delimiters: str = " \t"
    end_of_line: str = ";"
    skip: int = 0
    tokens: tuple[int, ...] = (1,)
    back_quotes: bool = False


def rounds(session: Session, node: For, execute: Execute) -> Iterator[Mapping[str, str]]:
    """The variables of each round.

    Raises:
        UnsupportedError: a form that is not simulated.
    """
    items = session.expanded(node.items)
    if node.kind == "l":
        return _numbers(node.variable, items)
    if node.kind == "f":
        return _lines(session, node, items, execute)
    if node.kind == "r":
        root = session.expanded(node.options)
        return _below(session, node.variable, session.path(root) if root else session.directory, items)
    return _items(session, node.variable, items, directories=node.kind == "d")


def _items(session: Session, variable: str, items: str, *, directories: bool) -> Iterator[Mapping[str, str]]:
    for word in words(items):
        name = word.replace('"', "")
        if not wildcards.has_wildcard(name):
            if not directories or session.disk.is_directory(session.path(name)):
                yield {variable: word}
            continue
        folder = ntpath.dirname(name.replace("/", "\\"))
        for found in wildcards.found(session, name):
            if found.is_directory == directories:
                yield {variable: ntpath.join(folder, found.name)}


def _below(session: Session, variable: str, root: str, items: str) -> Iterator[Mapping[str, str]]:
    if not session.disk.is_directory(root):
        return
    folders = [root, *(item.path for item in session.disk.walk(root) if item.is_directory)]
    for folder in folders:
        for word in words(items):
            name = word.replace('"', "")
            if not wildcards.has_wildcard(name):
                yield {variable: f"{folder}\\{name}"}
                continue
            for item in session.disk.list(folder):
                path = ntpath.join(folder, item)
                if session.disk.is_file(path) and wildcards.fits(item, name):
                    yield {variable: path}


def _numbers(variable: str, items: str) -> Iterator[Mapping[str, str]]:
    try:
        start, step, end = (int(word) for word in words(items))
    except ValueError as error:
        raise UnsupportedError(f"for /l in ({items})") from error
    if step == 0:
        raise UnsupportedError("for /l without an end")
    for number in range(start, end + (1 if step > 0 else -1), step):
        yield {variable: str(number)}


def _lines(session: Session, node: For, items: str, execute: Execute) -> Iterator[Mapping[str, str]]:
    reading = _reading(session.expanded(node.options).strip('"'))
    names = _following(node.variable, len(reading.tokens))
    for line in _text(session, items.strip(), reading.back_quotes, execute).splitlines()[reading.skip :]:
        if not line or (reading.end_of_line and line.startswith(reading.end_of_line)):
            continue
        values = _parts(line, reading)
        if values is not None:
            yield dict(zip(names, values, strict=True))


def _following(variable: str, number: int) -> list[str]:
    """The letters from that of the variable on, one for each token."""
    first = ord(variable)
    names = [chr(first + index) for index in range(number)]
    if number > 1 and any(name.lower() not in _LETTERS for name in names):
        raise UnsupportedError(f"for /f with variables behind %{variable}")
    return names


def _parts(line: str, reading: _Reading) -> list[str] | None:
    """The tokens of a line; None when the first that is asked for is not there, so that there is no round."""
    parts: list[tuple[str, int, int]] = []
    begin = 0
    for index, character in enumerate(f"{line}{reading.delimiters[:1] or chr(0)}"):
        if index == len(line) or character in reading.delimiters:
            if index > begin:
                parts.append((line[begin:index], begin, index))
            begin = index + 1
    values = []
    for position, token in enumerate(reading.tokens):
        if token == 0:
            before = reading.tokens[position - 1] if position else 0
            values.append(line[parts[before][1] :] if before < len(parts) else "")
        else:
            values.append(parts[token - 1][0] if token <= len(parts) else "")
    wanted = reading.tokens[0]
    return values if parts and (wanted == 0 or wanted <= len(parts)) else None


def _reading(options: str) -> _Reading:
    reading, rest = _Reading(), options.strip()
    # `delims=` with a blank can only stand last.
    delims = re.search(r"(?i)\bdelims=", rest)
    if delims:
        value = rest[delims.end() :]
        others = re.search(r"(?i)\s(?=(?:eol|skip|tokens)=|usebackq\b)", value)
        tail = value[others.end() :] if others else ""
        value = value[: others.start()] if others else value
        reading, rest = replace(reading, delimiters=value), f"{rest[: delims.start()]} {tail}"
    for word in rest.split():
        found = _OPTION.fullmatch(word)
        if found is None:
            raise UnsupportedError(f"for /f with {word}")
        reading = _with_option(reading, found["name"].lower(), found["value"] or "")
    return reading


def _with_option(reading: _Reading, name: str, value: str) -> _Reading:
    if name == "usebackq":
        return replace(reading, back_quotes=True)
    if name == "eol":
        return replace(reading, end_of_line=value)
    if name == "skip":
        if not value.isdecimal():
            raise UnsupportedError(f"for /f with skip={value}")
        return replace(reading, skip=int(value))
    return replace(reading, tokens=_tokens(value))


def _tokens(value: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in value.split(","):
        found = _TOKENS.fullmatch(part)
        if found is None or len(numbers) > len(_LETTERS):
            raise UnsupportedError(f"for /f with tokens={value}")
        if part == "*":
            numbers.append(0)
            continue
        first, last = int(found["first"]), int(found["last"] or found["first"])
        if not 0 < first <= last <= len(_LETTERS) + 5:
            raise UnsupportedError(f"for /f with tokens={value}")
        numbers += [*range(first, last + 1), *([0] if found["rest"] else [])]
    return tuple(numbers)


def _text(session: Session, items: str, back_quotes: bool, execute: Execute) -> str:
    """What is read: the output of a command, a text, or files."""
    command, text = ("`", "'") if back_quotes else ("'", '"')
    if len(items) > 1 and items[0] == items[-1] == command:
        return _output(session, items[1:-1], execute)
    if len(items) > 1 and items[0] == items[-1] == text:
        return items[1:-1]
    contents = []
    for word in words(items):
        path = session.path(word)
        if not session.disk.is_file(path):
            session.write(f"The system cannot find the file {word}.\n", 2)
            session.result = 1
            break
        contents.append(session.disk.read(path).decode("utf-8-sig", errors="replace"))
    return "".join(contents)


def _output(session: Session, text: str, execute: Execute) -> str:
    """What a command writes that runs in a cmd.exe of its own."""
    output = Memory()
    own = replace(
        session,
        variables=dict(session.variables),
        streams={**session.streams, 1: output},
        stdin=Input(b""),
        frames=[],
        loops={},
        pushed=[],
        echo=False,
    )
    node = parser.parse(own.expanded_line(text))
    try:
        if node is not None:
            execute(own, node)
    except ExitError as end:
        if end.unhandled:
            raise
    session.commands = own.commands
    return bytes(output.data).decode(errors="replace")
