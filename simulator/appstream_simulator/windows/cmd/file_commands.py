# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`type`, `del` and `ren`."""

from __future__ import annotations

import codecs
import ntpath

from . import wildcards
from .devices import refuse_device
from .directories import fail
from .session import Session
from .syntax import UnsupportedError
from .words import plain, switches

_NO_PATH = "The system cannot find the path specified.\n"
_NO_FILE = "The system cannot find the file specified.\n"
_SYNTAX = "The syntax of the command is incorrect.\n"


def show(session: Session, rest: str) -> None:
    """`type`: with several files or a wildcard their names go to the output for errors."""
    _options, names = switches(rest, "")
    if not names:
        fail(session, _SYNTAX)
    for name in map(plain, names):
        if name.lower() == "nul":
            continue
        refuse_device(session.path(name))
        several = len(names) > 1 or wildcards.has_wildcard(name)
        files = [item for item in wildcards.found(session, name) if not item.is_directory]
        if not files:
            found = session.disk.is_directory(ntpath.dirname(session.path(name)))
            denied = session.disk.is_directory(session.path(name))
            fail(session, "Access is denied.\n" if denied else _NO_FILE if found else _NO_PATH)
            if several:
                session.write(f"Error occurred while processing: {name}.\n", 2)
        for item in files:
            if several:
                session.write(f"\n{item.name}\n\n\n", 2)
            session.streams[1].write(text_of(session.disk.read(item.path)))


def text_of(data: bytes) -> bytes:
    """A file's content as it is shown: UTF-16 with a byte order mark is converted."""
    if data.startswith(codecs.BOM_UTF16_LE):
        return data[2:].decode("utf-16-le", errors="replace").encode()
    return data


def delete(session: Session, rest: str) -> None:
    """`del`: a directory stands for all files in it; `/s` goes below, `/f` takes read-only ones, too."""
    options, names = switches(rest, "f s q p a a:h a-h a:-h ah a:r ar")
    if not names:
        fail(session, _SYNTAX)
        return
    if "p" in options or any(option.lstrip("-") not in ("f", "s", "q", "a") for option in options):
        raise UnsupportedError(f"del{rest}")
    for name in map(plain, names):
        _delete(session, name, options)


def _delete(session: Session, name: str, options: set[str]) -> None:
    path = session.path(name)
    folder, pattern = (path, "*") if session.disk.is_directory(path) else ntpath.split(path)
    if wildcards.has_wildcard(folder):
        raise UnsupportedError(f"del {name}")
    if not session.disk.is_directory(folder):
        fail(session, f"The system cannot find the {'path' if ntpath.splitdrive(folder)[1] else 'drive'} specified.\n")
        return
    if pattern in ("*", "*.*") and "q" not in options:
        session.write(f"{ntpath.join(folder, '*')}, Are you sure (Y/N)? ")
        answer = session.stdin.line()
        if answer is None:
            raise UnsupportedError(f"del {name} without /q, which waits for an answer")
        session.write("\n")
        if not answer.strip().lower().startswith(b"y"):
            return
    below = [item.path for item in session.disk.walk(folder) if item.is_directory] if "s" in options else []
    found = [item for place in (folder, *below) for item in wildcards.found(session, ntpath.join(place, pattern))]
    files = [item for item in found if not item.is_directory and ("a" in options or not item.hidden)]
    if not files:
        # A pattern that nothing fits is no failure, a file that is not there neither.
        session.write(f"Could Not Find {path}\n", 2)
    for item in files:
        if item.read_only and "f" not in options:
            session.write(f"{item.path}\nAccess is denied.\n", 2)
            continue
        try:
            session.disk.remove(item.path)
        except PermissionError:
            text = "The process cannot access the file because it is being used by another process."
            session.write(f"{item.path}\n{text}\n", 2)
            continue
        if "s" in options:
            session.write(f"Deleted file - {item.path}\n")


def rename(session: Session, rest: str) -> None:
    """`ren OLD NEW`, where NEW is a name without a path."""
    _options, names = switches(rest, "")
    if len(names) != 2:
        fail(session, _SYNTAX)
        return
    old, new = map(plain, names)
    if wildcards.has_wildcard(old) or wildcards.has_wildcard(new):
        raise UnsupportedError(f"ren{rest}")
    if any(character in new for character in "\\/:"):
        fail(session, _SYNTAX)
        return
    source = session.path(old)
    target = ntpath.join(ntpath.dirname(source), new)
    if not session.disk.exists(source):
        fail(session, _NO_FILE)
    elif session.disk.exists(target) and target.lower() != source.lower():
        fail(session, "A duplicate file name exists, or the file\ncannot be found.\n")
    else:
        relocate(session, source, target)


def relocate(session: Session, source: str, target: str) -> None:
    """Give a file or a directory another path.

    Raises:
        PermissionError: it is in use.
    """
    disk = session.disk
    information = disk.stat(source)
    if information.is_directory:
        if source.lower() == target.lower():
            raise UnsupportedError("another case for the name of a directory")
        disk.copy_tree(source, target)
        disk.remove(source)
        return
    data = disk.read(source)
    disk.remove(source)
    disk.write(target, data)
    disk.set_times(target, written=information.written)
    for name in ("hidden", "read_only"):
        disk.set_attribute(target, name, getattr(information, name))
