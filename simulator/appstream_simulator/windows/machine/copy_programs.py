# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""xcopy.exe and robocopy.exe.

Sources: Microsoft's references of the commands, with robocopy's exit codes. Permissions, owners and auditing are not
copied. Anything else of these programs is journalled as `unhandled`.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from ..cmd import wildcards

if TYPE_CHECKING:
    from .disk import Disk
    from .disk_entries import FileInformation
    from .processes import Process

_XCOPY = frozenset(f"/{letter}" for letter in "seiyqhrkcfvzxobjtl")
_ROBOCOPY_NAMES = """
s e mir purge is it np nfl ndl njh njs ns nc z b zb j copyall sec dcopy:dat unicode v eta tee xo xj xjd xjf fft compress
"""
_ROBOCOPY_PLAIN = frozenset(f"/{name}" for name in _ROBOCOPY_NAMES.split())
_ROBOCOPY_VALUE = re.compile(r"/(?:r|w|mt|copy|dcopy|log|log\+|unilog):.*+", re.IGNORECASE)
_ROBOCOPY_LISTS = ("/xf", "/xd")
# Bits of robocopy's exit code.
_COPIED, _EXTRA, _FATAL = 1, 2, 16


def run_xcopy(process: Process) -> ProcessResult:
    """`xcopy SOURCE TARGET [/s | /e] [/i] [/y] [/q] [/h] …`."""
    options = {word.lower() for word in process.arguments[1:] if word.startswith("/")}
    names = [word for word in process.arguments[1:] if not word.startswith("/")]
    if options - _XCOPY or not 1 <= len(names) <= 2 or options & {"/l", "/t"}:
        return process.unhandled("program")
    disk = process.machine.disk
    source = _path(process, names[0])
    target = _path(process, names[1]) if len(names) == 2 else process.working_directory
    folder, pattern = (source, "*") if disk.is_directory(source) else ntpath.split(source)
    deep, empty, hidden = bool(options & {"/s", "/e"}), "/e" in options, "/h" in options
    files = list(_files(disk, folder, pattern, deep=deep, hidden=hidden)) if disk.is_directory(folder) else []
    if not files and not (empty and disk.is_directory(source)):
        text = f"File not found - {ntpath.basename(names[0]) or names[0]}\r\n"
        return ProcessResult(4, b"0 File(s) copied\r\n", text.encode())
    single = len(files) == 1 and not disk.is_directory(source) and not wildcards.has_wildcard(pattern)
    is_folder = disk.is_directory(target) or len(names) == 1 or names[1].endswith(("\\", "/")) or "/i" in options
    if single and not disk.is_directory(target) and "/i" in options and not names[1].endswith("\\"):
        is_folder = False
    if not is_folder and not disk.is_file(target):
        return process.unhandled("program")  # it asks whether the target is a file or a directory
    if disk.is_file(target) and not single:
        return process.unhandled("program")
    lines = []
    for item in files:
        place = target if single and not is_folder else ntpath.join(target, item.path[len(folder) :].lstrip("\\"))
        _copy(disk, item, place)
        lines.append(
            f"{names[0].rstrip(chr(92))}{item.path[len(folder) :]}" if disk.is_directory(source) else item.path
        )
    if empty:
        for item in disk.walk(folder):
            if item.is_directory:
                disk.make_directories(target + item.path[len(folder) :])
    shown = "" if "/q" in options else "".join(f"{line}\r\n" for line in lines)
    return ProcessResult(0, f"{shown}{len(files)} File(s) copied\r\n".encode())


def _path(process: Process, name: str) -> str:
    return ntpath.normpath(ntpath.join(process.working_directory, name.replace("/", "\\")))


def _files(disk: Disk, folder: str, pattern: str, *, deep: bool, hidden: bool) -> Iterator[FileInformation]:
    for item in disk.walk(folder) if deep else [disk.stat(ntpath.join(folder, name)) for name in disk.list(folder)]:
        if not item.is_directory and (hidden or not item.hidden) and wildcards.fits(item.name, pattern):
            yield item


def _copy(disk: Disk, item: FileInformation, target: str) -> None:
    disk.make_directories(ntpath.dirname(target))
    disk.write(target, disk.read(item.path))
    disk.set_times(target, written=item.written)


@dataclass
class _Job:
    """What robocopy is asked for."""

    source: str
    target: str
    patterns: list[str]
    options: set[str] = field(default_factory=set)
    without: dict[str, list[str]] = field(default_factory=dict)


def run_robocopy(process: Process) -> ProcessResult:
    """`robocopy SOURCE TARGET [FILE…] [/e | /s | /mir | /purge] [/xf …] [/xd …] …`; no table at the end."""
    job = _job(process)
    if job is None:
        return process.unhandled("program")
    disk = process.machine.disk
    if not disk.is_directory(job.source):
        text = f"ERROR 2 (0x00000002) Accessing Source Directory {job.source}\\\r\n"
        return ProcessResult(_FATAL, f"{text}The system cannot find the file specified.\r\n".encode())
    deep = bool(job.options & {"/e", "/s", "/mir"})
    code = 0
    disk.make_directories(job.target)
    wanted = list(_robocopy_files(disk, job, deep=deep))
    for item in wanted:
        place = job.target + item.path[len(job.source) :]
        if _is_to_copy(disk, item, place, job.options):
            _copy(disk, item, place)
            code |= _COPIED
    if job.options & {"/e", "/mir"}:
        for item in disk.walk(job.source):
            if item.is_directory and not _is_excluded(item, job):
                disk.make_directories(job.target + item.path[len(job.source) :])
    code |= _extras(disk, job, deep=deep)
    return ProcessResult(code)


def _job(process: Process) -> _Job | None:
    words = process.arguments[1:]
    if len(words) < 2 or any(word.startswith("/") for word in words[:2]):
        return None
    job = _Job(_path(process, words[0]), _path(process, words[1]), [])
    current = ""
    for word in words[2:]:
        low = word.lower()
        if low in _ROBOCOPY_LISTS:
            current = low
        elif word.startswith("/"):
            current = ""
            if low not in _ROBOCOPY_PLAIN and not _ROBOCOPY_VALUE.fullmatch(low):
                return None
            if low.startswith(("/log", "/unilog")):
                return None
            job.options.add(low)
        elif current:
            job.without.setdefault(current, []).append(word)
        else:
            job.patterns.append(word)
    job.patterns = job.patterns or ["*.*"]
    return job


def _robocopy_files(disk: Disk, job: _Job, *, deep: bool) -> Iterator[FileInformation]:
    excluded: list[str] = []
    names = [] if deep else disk.list(job.source)
    for item in disk.walk(job.source) if deep else [disk.stat(f"{job.source}\\{name}") for name in names]:
        if any(item.path.lower().startswith(f"{folder}\\") for folder in excluded):
            continue
        if _is_excluded(item, job):
            excluded += [item.path.lower()] if item.is_directory else []
        elif not item.is_directory and any(wildcards.fits(item.name, pattern) for pattern in job.patterns):
            yield item


def _is_excluded(item: FileInformation, job: _Job) -> bool:
    names = job.without.get("/xd" if item.is_directory else "/xf", [])
    return any(wildcards.fits(item.name, name) or item.path.lower() == name.lower() for name in names)


def _is_to_copy(disk: Disk, item: FileInformation, target: str, options: set[str]) -> bool:
    """A file that has the same size and time is left out, unless `/is` says otherwise."""
    if not disk.is_file(target):
        return True
    there = disk.stat(target)
    if (there.size, there.written) == (item.size, item.written):
        return "/is" in options
    return not ("/xo" in options and item.written < there.written)


def _extras(disk: Disk, job: _Job, *, deep: bool) -> int:
    """What is in the target alone: it is counted, and with `/mir` and `/purge` removed."""
    purges, code = bool(job.options & {"/mir", "/purge"}), 0
    for item in list(disk.walk(job.target)):
        other = job.source + item.path[len(job.target) :]
        nested = "\\" in item.path[len(job.target) + 1 :]
        if disk.exists(other) or not disk.exists(item.path) or (nested and not deep) or _is_excluded(item, job):
            continue
        code = _EXTRA
        if purges:
            disk.remove(item.path)
    return code
