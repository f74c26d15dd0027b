# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The built-in commands of cmd.exe: a table of them, and those that are about cmd.exe itself.

Which of them leave ERRORLEVEL alone: Wine's tests of the built-in commands, which hold on Windows.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable

from ..machine import stock
from . import batch, copying, directories, file_commands, listing, programs, variables
from .session import ExitError, GoToError, Session
from .syntax import Node, Simple, UnsupportedError
from .words import NAMES, built_in_name, first, plain, switches

Execute = Callable[[Session, Node], None]
BuiltIn = Callable[[Session, str, Execute], None]

SYNTAX = "The syntax of the command is incorrect.\n"
SETS_LEVEL_ITSELF = frozenset({"call", "exit", "goto", "start"})
# In a batch file with the extension .cmd these set ERRORLEVEL to 0 when they succeed.
_RESET_IN_CMD_FILES = frozenset({"assoc", "ftype", "path", "prompt", "set"})
_KEEP_ON_SUCCESS = frozenset(
    {"break", "cls", "color", "echo", "endlocal", "popd", "rd", "rem", "rmdir", "shift", "title", *_RESET_IN_CMD_FILES}
)
_KEEP_ON_FAILURE = frozenset({"popd", "rd", "rmdir"})
_EXIT = re.compile(r"\s*+(?P<batch>/b\b)?\s*+(?P<code>[+-]?\d+)?.*+", re.IGNORECASE | re.DOTALL)
_START = re.compile(
    r'\s*+(?:"[^"]*+"\s*+)?(?P<options>(?:/(?:wait|b|i|min|max|low|normal|high|realtime|abovenormal|belownormal'
    r'|d\s*+(?:"[^"]*+"|[^\s"]++))\s++)*+)(?:"[^"]*+"\s++(?=\S))?(?P<command>.+)',
    re.IGNORECASE | re.DOTALL,
)
_START_DIRECTORY = re.compile(r'(?i)/d\s*+("[^"]*+"|[^\s"]++)')


def keeps_level(session: Session, name: str) -> bool:
    """Whether a built-in command that has just run leaves ERRORLEVEL alone."""
    if session.result:
        return name in _KEEP_ON_FAILURE
    frame = session.frame
    in_cmd_file = frame is not None and frame.path.lower().endswith(".cmd")
    return name in _KEEP_ON_SUCCESS and not (in_cmd_file and name in _RESET_IN_CMD_FILES)


def _echo(session: Session, rest: str, _execute: Execute) -> None:
    text = rest[1:] if rest[:1] and rest[0] in ' \t.:,;=/\\+([]"' and rest[0] != '"' else rest
    if not rest.strip():
        session.write(f"ECHO is {'on' if session.echo else 'off'}.\n")
    elif text.strip() == "/?" or rest.strip() == "/?":
        raise UnsupportedError("echo /?")
    elif rest[:1] in (" ", "\t", ",", ";", "=") and text.strip().lower() in ("on", "off"):
        session.echo = text.strip().lower() == "on"
    else:
        session.write(f"{text}\n")


def _exit(session: Session, rest: str, _execute: Execute) -> None:
    found = _EXIT.fullmatch(rest)
    assert found is not None
    code = int(found["code"]) if found["code"] and len(found["code"]) < 12 else session.level
    raise ExitError(code, whole=not found["batch"] or session.frame is None)


def _go_to(session: Session, rest: str, _execute: Execute) -> None:
    if session.frame is None:
        return  # nothing happens outside of a batch file
    label = rest.strip(" \t,;=").lstrip(":")
    name = batch.label_of(label)
    raise GoToError(f":{name}" if name.lower() == "eof" and ":" in rest else name)


def _call(session: Session, rest: str, execute: Execute) -> None:
    text = session.expanded_line(rest.strip(" \t,;="))
    if text.startswith(":"):
        label = batch.label_of(text[1:])
        if label.lower() == "eof":
            return
        batch.call(session, f":{label}", text[1 + len(label) :].strip(), execute)
        return
    name = plain(first(text))
    if not name or name.lower() in ("if", "for", "(") or name == "/?":
        raise UnsupportedError(f"call {text}")
    path = None if built_in_name(text) else programs.find(session, name)
    if path and ntpath.splitext(path)[1].lower() in programs.BATCH_EXTENSIONS:
        batch.start(session, path, text, execute)
    else:
        execute(session, Simple(text))
        if programs.is_drive(text):
            session.level = session.result


def _start(session: Session, rest: str, execute: Execute) -> None:
    """`start /wait "title" PROGRAM ARGUMENTS`; without /wait nobody would wait for the program here."""
    found = _START.fullmatch(rest)
    if found is None or "/wait" not in found["options"].lower().split():
        raise UnsupportedError(f"start{rest}")
    before, command = session.directory, found["command"].strip()
    if re.fullmatch(r'"[^"]*+"', command):
        raise UnsupportedError(f"start with nothing but a title: {command}")
    if folder := _START_DIRECTORY.search(found["options"]):
        session.directory = session.path(folder[1])
    is_built_in = built_in_name(command) is not None
    try:
        execute(session, Simple(f"cmd.exe /c {command}" if is_built_in else command))
    finally:
        session.directory = before
    # What it waited for is ERRORLEVEL; `start` itself has succeeded.
    session.waited = session.level = session.level if session.result else 0
    if session.result and not is_built_in and programs.find(session, plain(first(command))) is None:
        raise UnsupportedError(f"start of a program that is not there: {command}")
    session.result = 0


def _set_local(session: Session, rest: str, _execute: Execute) -> None:
    options = rest.lower().split()
    known = ("enabledelayedexpansion", "disabledelayedexpansion", "enableextensions")
    if any(option not in known for option in options):
        raise UnsupportedError(f"setlocal {rest.strip()}")
    if session.frame is None:
        return  # it has no effect outside of a batch file
    batch.save(session, session.frame)
    if known[0] in options or known[1] in options:
        session.delayed = known[0] in options


def _end_local(session: Session, _rest: str, _execute: Execute) -> None:
    if session.frame is not None and session.frame.saved:
        batch.restore(session, session.frame)


def _shift(session: Session, rest: str, _execute: Execute) -> None:
    frame, given = session.frame, rest.strip()
    if given and not re.fullmatch(r"/[0-8]", given):
        session.write("Invalid parameter to SHIFT command\n", 2)
        session.result = 1
    elif frame is not None:
        first_kept = int(given[1:] or "0")
        del frame.arguments[first_kept : first_kept + 1]


def _version(session: Session, rest: str, _execute: Execute) -> None:
    if rest.strip().startswith("/"):
        session.result = 1
        session.write(SYNTAX, 2)
        return
    version = stock.PLATFORMS[session.machine.request.platform].version
    session.write(f"\nMicrosoft Windows [Version {version}]\n")


def _date(session: Session, rest: str, _execute: Execute) -> None:
    _clock(session, rest, session.variable("DATE") or "")


def _time(session: Session, rest: str, _execute: Execute) -> None:
    import datetime

    now = datetime.datetime.fromtimestamp(session.machine.clock.now(), datetime.timezone.utc)
    _clock(session, rest, f"{now:%I:%M %p}")


def _clock(session: Session, rest: str, shown: str) -> None:
    if rest.strip().lower() != "/t":
        raise UnsupportedError("setting the clock")
    session.write(f"{shown}\n")


def _pause(session: Session, _rest: str, _execute: Execute) -> None:
    session.write("Press any key to continue . . . ")
    if not session.stdin.rest():
        raise UnsupportedError("pause, which waits for a key that nobody presses")
    session.write("\n")


def _volume(session: Session, rest: str, _execute: Execute) -> None:
    _options, names = switches(rest, "")
    if [name.lower() for name in names] not in ([], ["c:"]):
        raise UnsupportedError(f"vol {rest.strip()}")
    session.write(listing.VOLUME)


def _verify(session: Session, rest: str, _execute: Execute) -> None:
    if rest.strip().lower() not in ("on", "off"):
        raise UnsupportedError(f"verify {rest.strip()}")


def _without_effect(_session: Session, rest: str, _execute: Execute) -> None:
    """What only a window shows."""
    if rest.strip().startswith("/"):
        raise UnsupportedError(rest.strip())


def _nothing(_session: Session, _rest: str, _execute: Execute) -> None:
    """`rem`."""


def _of(command: Callable[[Session, str], None]) -> BuiltIn:
    return lambda session, rest, _execute: command(session, rest)


def _unsupported(name: str) -> BuiltIn:
    def refuse(_session: Session, rest: str, _execute: Execute) -> None:
        raise UnsupportedError(f"{name}{rest}")

    return refuse


BUILT_INS: dict[str, BuiltIn] = {name: _unsupported(name) for name in NAMES} | {
    "break": _without_effect,
    "call": _call,
    "cd": _of(directories.change),
    "chdir": _of(directories.change),
    "cls": _without_effect,
    "copy": _of(copying.copy),
    "date": _date,
    "del": _of(file_commands.delete),
    "dir": _of(listing.show),
    "echo": _echo,
    "endlocal": _end_local,
    "erase": _of(file_commands.delete),
    "exit": _exit,
    "goto": _go_to,
    "md": _of(directories.make),
    "mkdir": _of(directories.make),
    "move": _of(copying.move),
    "path": _of(variables.path),
    "pause": _pause,
    "popd": _of(directories.pop),
    "prompt": _without_effect,
    "pushd": _of(directories.push),
    "rd": _of(directories.remove),
    "rem": _nothing,
    "ren": _of(file_commands.rename),
    "rename": _of(file_commands.rename),
    "rmdir": _of(directories.remove),
    "set": _of(variables.change),
    "setlocal": _set_local,
    "shift": _shift,
    "start": _start,
    "time": _time,
    "title": _without_effect,
    "type": _of(file_commands.show),
    "ver": _version,
    "verify": _verify,
    "vol": _volume,
}
