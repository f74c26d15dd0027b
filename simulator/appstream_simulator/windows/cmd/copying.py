# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`copy` and `move`.

Neither asks before it replaces a file: cmd.exe /c and batch files never do, unless `/-y` says so.
"""

from __future__ import annotations

import ntpath

from ..machine.disk import DiskFullError
from ..machine.disk_entries import FileInformation
from . import wildcards
from .devices import refuse_device
from .directories import fail
from .file_commands import relocate
from .session import Session
from .syntax import UnsupportedError
from .words import plain, switches

_NO_PATH = "The system cannot find the path specified.\n"
_NO_FILE = "The system cannot find the file specified.\n"
_NO_SPACE = "There is not enough space on the disk.\n"


def copy(session: Session, rest: str) -> None:
    """`copy SOURCE TARGET`, `copy SOURCE`, `copy A+B TARGET`; wildcards and directories stand for their files."""
    joined = "+".join(_split_at_plus(rest))
    options, names = switches(joined, "y -y v a b z d n l")
    if "-y" in options or not 1 <= len(names) <= 2:
        if not names:
            fail(session, "The syntax of the command is incorrect.\n")
            return
        raise UnsupportedError(f"copy{rest}")
    sources = [plain(part) for part in _split_at_plus(names[0])]
    target = session.path(plain(names[1])) if len(names) == 2 else session.directory
    if len(sources) > 1:
        _join(session, sources, target, named=len(names) == 2)
        return
    if sources[0].lower() == "nul":
        _write_all(session, [(target, b"", None)])
        return
    refuse_device(session.path(sources[0]))
    refuse_device(target)
    _copy_files(session, sources[0], target, to_nul=len(names) == 2 and plain(names[1]).lower() == "nul")


def _split_at_plus(text: str) -> list[str]:
    """The parts of a text between plus signs outside of quotes, with the blanks around the signs gone."""
    parts: list[str] = []
    current, quoted = "", False
    for character in text:
        quoted = quoted != (character == '"')
        if character == "+" and not quoted:
            parts.append(current.rstrip() if parts or current.strip() else current)
            current = ""
        else:
            current += character
    parts.append(current)
    return [parts[0], *(part.lstrip() for part in parts[1:])]


def _files(session: Session, name: str) -> list[FileInformation]:
    path = session.path(name)
    pattern = f"{path}\\*" if session.disk.is_directory(path) else path
    return [item for item in wildcards.found(session, pattern) if not item.is_directory and not item.hidden]


def _copy_files(session: Session, name: str, target: str, *, to_nul: bool) -> None:
    files = _files(session, name)
    if not files:
        _not_found(session, name, "copied")
        return
    several = wildcards.has_wildcard(name) or session.disk.is_directory(session.path(name))
    into = session.disk.is_directory(target)
    if several and not into and not to_nul:
        raise UnsupportedError(f"copying several files into the file {target}")
    folder = name if session.disk.is_directory(session.path(name)) else ntpath.dirname(name)
    copies: list[tuple[str, bytes, FileInformation | None]] = []
    for item in files:
        if several:
            session.write(f"{ntpath.join(folder, item.name)}\n")
        copies.append((ntpath.join(target, item.name) if into else target, session.disk.read(item.path), item))
    if to_nul:
        session.write(f"{len(files):9} file(s) copied.\n")
        return
    _write_all(session, copies)


def _write_all(session: Session, copies: list[tuple[str, bytes, FileInformation | None]]) -> None:
    copied = 0
    for path, data, source in copies:
        if source is not None and path.lower() == source.path.lower():
            fail(session, "The file cannot be copied onto itself.\n")
            break
        if not session.disk.is_directory(ntpath.dirname(path)):
            fail(session, _NO_PATH)
            break
        if session.disk.is_file(path) and session.disk.stat(path).read_only:
            fail(session, "Access is denied.\n")
            break
        try:
            session.disk.write(path, data)
        except DiskFullError:
            fail(session, _NO_SPACE)
            break
        except PermissionError:
            fail(session, "The process cannot access the file because it is being used by another process.\n")
            break
        if source is not None:
            session.disk.set_times(path, written=source.written)
        copied += 1
    session.write(f"{copied:9} file(s) copied.\n")


def _join(session: Session, sources: list[str], target: str, *, named: bool) -> None:
    """`copy A+B C`; without C the first one takes all."""
    contents = []
    for name in sources:
        if wildcards.has_wildcard(name) or not session.disk.is_file(session.path(name)):
            raise UnsupportedError(f"joining {name}, which is not there or stands for several files")
        session.write(f"{name}\n")
        contents.append(session.disk.read(session.path(name)))
    path = target if named else session.path(sources[0])
    path = ntpath.join(path, ntpath.basename(sources[0])) if session.disk.is_directory(path) else path
    _write_all(session, [(path, b"".join(contents), None)])


def _not_found(session: Session, name: str, done: str) -> None:
    folder = ntpath.dirname(session.path(name))
    exists = session.disk.is_directory(folder)
    if wildcards.has_wildcard(name):
        session.write(f"{name}\n")
    fail(session, _NO_FILE if exists else _NO_PATH)
    if done == "copied":
        session.write("        0 file(s) copied.\n")


def move(session: Session, rest: str) -> None:
    """`move SOURCE TARGET`, of a file, the files of a pattern, or a directory."""
    options, names = switches(rest, "y -y")
    if not names or len(names) > 2:
        fail(session, "The syntax of the command is incorrect.\n")
        return
    if "-y" in options:
        raise UnsupportedError(f"move{rest}")
    name = plain(names[0])
    target = session.path(plain(names[1])) if len(names) == 2 else session.directory
    source = session.path(name)
    if session.disk.is_directory(source):
        _move_directory(session, source, target)
        return
    files = [item for item in wildcards.found(session, name) if not item.is_directory]
    if not files:
        _not_found(session, name, "moved")
        return
    into = session.disk.is_directory(target)
    if len(files) > 1 and not into:
        fail(session, "Cannot move multiple files to a single file.\n")
        return
    for item in files:
        if wildcards.has_wildcard(name):
            session.write(f"{item.path}\n")
        _move_file(session, item, ntpath.join(target, item.name) if into else target)
        if session.result:
            return
    session.write(f"{len(files):9} file(s) moved.\n")


def _move_file(session: Session, item: FileInformation, target: str) -> None:
    if not session.disk.is_directory(ntpath.dirname(target)):
        fail(session, f"{_NO_PATH}        0 file(s) moved.\n")
        return
    if session.disk.is_file(target) and target.lower() != item.path.lower():
        if session.disk.stat(target).read_only:
            fail(session, "Access is denied.\n        0 file(s) moved.\n")
            return
        session.disk.remove(target)
    relocate(session, item.path, target)


def _move_directory(session: Session, source: str, target: str) -> None:
    if session.disk.is_directory(target):
        target = ntpath.join(target, ntpath.basename(source))
    if session.disk.exists(target) or f"{target.lower()}\\".startswith(f"{source.lower()}\\"):
        fail(session, "Access is denied.\n        0 dir(s) moved.\n")
        return
    if not session.disk.is_directory(ntpath.dirname(target)):
        fail(session, f"{_NO_PATH}        0 dir(s) moved.\n")
        return
    relocate(session, source, target)
    session.write("        1 dir(s) moved.\n")
