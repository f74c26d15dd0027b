# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`cd`, `md`, `rd`, `pushd` and `popd`."""

from __future__ import annotations

import ntpath
import re

from .session import Session
from .syntax import UnsupportedError
from .words import plain, switches

_TO_ANOTHER_DRIVE = re.compile(r"(?i)\s*+/d(?![^\s\"/\\])\s*+")
_NO_PATH = "The system cannot find the path specified.\n"
_NO_FILE = "The system cannot find the file specified.\n"
_SYNTAX = "The syntax of the command is incorrect.\n"
# Windows' error numbers: file not found, path not found, directory not empty, directory name invalid.
_FILE_NOT_FOUND, _PATH_NOT_FOUND, _NOT_EMPTY, _NO_DIRECTORY = 2, 3, 145, 267


def fail(session: Session, text: str, code: int = 1) -> None:
    """End a built-in command with a text and a return code."""
    session.write(text, 2)
    session.result = code


def change(session: Session, rest: str) -> None:
    """`cd`: the name may have blanks without quotes; another drive needs `/d`."""
    found = _TO_ANOTHER_DRIVE.match(rest)
    name = plain(rest[found.end() :] if found else rest).strip()
    if not name:
        session.write(f"{session.directory}\n")
        return
    if name.startswith("/?"):
        raise UnsupportedError("cd /?")
    path = session.path(name)
    if found is None and path[:2].lower() != session.directory[:2].lower():
        raise UnsupportedError(f"cd to another drive: {name}")
    if not session.disk.is_directory(path):
        is_file = session.disk.is_file(path)
        fail(session, "The directory name is invalid.\n" if is_file else _NO_PATH)
        return
    session.directory = session.disk.stat(path).path


def push(session: Session, rest: str) -> None:
    """`pushd`."""
    name = plain(rest).strip()
    if not name:
        for directory in reversed(session.pushed):
            session.write(f"{directory}\n")
        return
    path = session.path(name)
    if path.startswith("\\\\"):
        raise UnsupportedError(f"a drive for {name}")
    if not session.disk.is_directory(path):
        fail(session, _NO_PATH)
        return
    session.pushed.append(session.directory)
    session.directory = session.disk.stat(path).path


def pop(session: Session, _rest: str) -> None:
    """`popd`."""
    if not session.pushed:
        session.result = 1
        return
    session.directory = session.pushed.pop()


def make(session: Session, rest: str) -> None:
    """`md`, which makes the directories above, too."""
    _options, names = switches(rest, "")
    if not names:
        fail(session, _SYNTAX)
    for name in map(plain, names):
        path = session.path(name)
        if session.disk.exists(path):
            fail(session, f"A subdirectory or file {name} already exists.\n")
            continue
        try:
            session.disk.make_directories(path)
        except FileExistsError:
            fail(session, f"A subdirectory or file {name} already exists.\nError occurred while processing: {name}.\n")
        except FileNotFoundError:
            fail(session, "The system cannot find the drive specified.\n")
        except PermissionError:
            fail(session, "Access is denied.\n")


def remove(session: Session, rest: str) -> None:
    """`rd`, with `/s` for a directory that is not empty and `/q` without a question."""
    options, names = switches(rest, "s q")
    if not names:
        fail(session, _SYNTAX)
    for name in map(plain, names):
        _remove(session, name, whole="s" in options, asks="q" not in options)


def _remove(session: Session, name: str, *, whole: bool, asks: bool) -> None:
    path, disk = session.path(name), session.disk
    if not disk.is_directory(path):
        if disk.is_file(path):
            fail(session, "The directory name is invalid.\n", _NO_DIRECTORY)
        elif disk.is_directory(ntpath.dirname(path)):
            fail(session, _NO_FILE, _FILE_NOT_FOUND)
        else:
            fail(session, _NO_PATH, _PATH_NOT_FOUND)
        return
    if disk.list(path) and not whole:
        fail(session, "The directory is not empty.\n", _NOT_EMPTY)
        return
    if whole and asks:
        session.write(f"{name}, Are you sure (Y/N)? ")
        answer = session.stdin.line()
        if answer is None:
            raise UnsupportedError("rd /s without /q, which waits for an answer")
        session.write("\n")
        if not answer.strip().lower().startswith(b"y"):
            return
    in_use = f"{session.directory.lower()}\\".startswith(f"{path.lower()}\\")
    if in_use:
        fail(session, "The process cannot access the file because it is being used by another process.\n", 32)
        return
    try:
        disk.remove(path)
    except PermissionError:
        fail(session, f"{name} - The process cannot access the file because it is being used by another process.\n", 32)
