# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How cmd.exe finds a program, and what it says when there is none.

Programs that Windows has lie on the disk, simulated or not: one that cannot be found does not exist on a real machine
either.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable
from dataclasses import replace

from . import batch
from .session import ExitError, Session
from .syntax import Node, UnsupportedError
from .words import first, plain

Execute = Callable[[Session, Node], None]

BATCH_EXTENSIONS = (".cmd", ".bat")
_EXECUTABLES = (".exe", ".com", *BATCH_EXTENSIONS)
_DEFAULT_EXTENSIONS = ".COM;.EXE;.BAT;.CMD"
_DRIVE = re.compile(r"[A-Za-z0-9]:")
_NOT_RECOGNISED = "'{}' is not recognized as an internal or external command,\noperable program or batch file.\n"
_NO_PATH = "The system cannot find the path specified.\n"
# ERRORLEVEL of a missing program and of a missing folder; the exit code of cmd.exe /c is 1 for both.
_NO_PROGRAM_LEVEL, _NO_FOLDER_LEVEL = 9009, 3


def find(session: Session, name: str) -> str | None:
    """Full path of a program or batch file: as it is called, then with the extensions of PATHEXT."""
    for path in candidates(session, name):
        if session.disk.is_file(path):
            return session.disk.stat(path).path
    return None


def candidates(session: Session, name: str) -> list[str]:
    """The paths that cmd.exe tries, in order."""
    extensions = [item for item in (session.variable("PATHEXT") or _DEFAULT_EXTENSIONS).split(";") if item]
    names = [name] if ntpath.splitext(name)[1] else []
    names += [f"{name}{extension.lower()}" for extension in extensions]
    if ntpath.dirname(name.replace("/", "\\")) or ":" in name:
        return [session.path(item) for item in names]
    path = session.variable("PATH") or ""
    folders = [session.directory, *(folder.strip('"') for folder in path.split(";") if folder)]
    return [ntpath.normpath(ntpath.join(folder, item)) for folder in folders for item in names]


def run_program(session: Session, text: str, execute: Execute) -> None:
    """Run a program or a batch file; without `call` a batch file does not come back to the one that started it.

    Raises:
        ExitError: it does not come back, or a program can do no more.
        UnsupportedError: a document, which Windows would open.
    """
    name = plain(first(text))
    if is_drive(text):
        change_drive(session, text.strip())
        return
    found = find(session, name)
    if found is None:
        _refuse(session, name)
        return
    extension = ntpath.splitext(found)[1].lower()
    if extension in BATCH_EXTENSIONS:
        batch.start(session, found, text, execute)
        if session.frame:
            raise ExitError(session.result, whole=False)
        return
    if extension not in _EXECUTABLES:
        raise UnsupportedError(f"opening {found}")
    _run_executable(session, text, found)


def _run_executable(session: Session, text: str, path: str) -> None:
    from ..machine.processes import BadImageError

    left = session.stdin.data[session.stdin.position :]
    process = replace(session.process, environment=session.variables, working_directory=session.directory, stdin=left)
    try:
        result = process.child(text.strip(), program=path)
    except BadImageError as error:
        raise UnsupportedError(f"{path} is no program") from error
    session.streams[1].write(result.stdout)
    session.streams[2].write(result.stderr)
    session.result = session.level = result.exit_code
    if result.unhandled:
        raise ExitError(result.exit_code, whole=True, unhandled=True)


def _refuse(session: Session, name: str) -> None:
    folder = ntpath.dirname(name.replace("/", "\\"))
    session.result = 1
    if folder and not session.disk.is_directory(session.path(folder)):
        session.write(_NO_PATH, 2)
        session.level = _NO_FOLDER_LEVEL
        return
    session.write(_NOT_RECOGNISED.format(name), 2)
    session.level = _NO_PROGRAM_LEVEL


def is_drive(text: str) -> bool:
    """Whether a command is `D:`."""
    return _DRIVE.fullmatch(text.strip()) is not None


def change_drive(session: Session, drive: str) -> None:
    """`D:`, which leaves ERRORLEVEL alone when it succeeds."""
    if drive.lower() == session.directory[:2].lower():
        session.result = 0
    elif session.disk.is_directory(f"{drive}\\"):
        session.directory, session.result = f"{drive.upper()}\\", 0
    else:
        session.write("The system cannot find the drive specified.\n", 2)
        session.result = session.level = 1
