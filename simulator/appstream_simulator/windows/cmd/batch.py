# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Batch files: their lines, labels, arguments, and what `setlocal` keeps."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..machine import command_line
from . import parser
from .session import ExitError, Frame, GoToError, Session
from .syntax import Node, UnsupportedError, is_quiet, shown
from .words import words

Execute = Callable[[Session, Node], None]

_LABEL = re.compile(r"[^\s:+,;=&|<>]*+")
END = ":eof"


def start(session: Session, path: str, line: str, execute: Execute) -> None:
    """Run a batch file to its end.

    Args:
        path: full path of the file.
        line: the command line, which begins with its name.

    Raises:
        ExitError: it ends cmd.exe altogether.
    """
    tail = command_line.after_program(line).strip()
    content = session.disk.read(path).decode("utf-8-sig", errors="replace")
    _run(session, Frame([path, *words(tail)], path, tail, content.splitlines()), execute)


def call(session: Session, label: str, tail: str, execute: Execute) -> None:
    """`call :label`: run the batch file from a label to its end, then go on."""
    running = session.frame
    if running is None:
        raise UnsupportedError("call of a label outside of a batch file")
    position = _position(running, label)
    if position is None:
        session.write(f"The system cannot find the batch label specified - {label.lstrip(':')}\n", 2)
        session.result = session.level = 1
        return
    frame = Frame([label, *words(tail)], running.path, tail, running.lines, position)
    _run(session, frame, execute)


def _run(session: Session, frame: Frame, execute: Execute) -> None:
    session.enter(frame)
    session.result = 0
    session.kept_level = False
    try:
        while frame.position < len(frame.lines):
            try:
                _run_next(session, frame, execute)
            except GoToError as jump:
                if not _go_to(session, frame, jump.label):
                    break
        if session.result == 0 or not session.kept_level:
            session.result = session.level
    except ExitError as end:
        session.level = session.result = end.exit_code
        if end.whole:
            raise
    finally:
        while frame.saved:
            restore(session, frame)
        session.frames.pop()


def _run_next(session: Session, frame: Frame, execute: Execute) -> None:
    def next_line() -> str | None:
        if frame.position >= len(frame.lines):
            return None
        line = frame.lines[frame.position]
        frame.position += 1
        return session.expanded_line(line)

    session.count()
    node = parser.parse(next_line() or "", next_line)
    if node is None:
        return
    if session.echo and not is_quiet(node):
        session.write(f"\n{session.directory}>{shown(node)}\n")
    execute(session, node)


def _go_to(session: Session, frame: Frame, label: str) -> bool:
    """Whether the batch file goes on; a missing label ends it."""
    session.result, session.kept_level = 0, False
    if label.lower() == END:
        return False
    position = _position(frame, label)
    if position is None:
        session.write(f"The system cannot find the batch label specified - {label.lstrip(':')}\n", 2)
        raise ExitError(1, whole=False)
    frame.position = position
    return True


def _position(frame: Frame, label: str) -> int | None:
    """The line behind a label, which is looked for from here to the end, and then from the beginning."""
    wanted = label.lstrip(":").lower()
    order: list[int] = [*range(frame.position, len(frame.lines)), *range(min(frame.position, len(frame.lines)))]
    for index in order:
        line = frame.lines[index].lstrip(" \t,;=")
        if line.startswith(":") and label_of(line[1:]).lower() == wanted:
            return index + 1
    return None


def label_of(text: str) -> str:
    """The label that a text begins with."""
    found = _LABEL.match(text.lstrip(" \t,;="))
    return found[0] if found else ""


def save(session: Session, frame: Frame) -> None:
    """`setlocal`."""
    frame.saved.append((dict(session.variables), session.directory, session.delayed))


def restore(session: Session, frame: Frame) -> None:
    """`endlocal`."""
    session.variables, session.directory, session.delayed = frame.saved.pop()
