# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Reads lists of files: what a program was seen to read at its start, or a ready optimisation manifest.

A trace is Process Monitor's CSV export or a plain list of paths, one a line, as the Image Assistant's own
``PrewarmManifest.txt`` is. Process Monitor's columns and the names of its operations: its help file.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import codecs
import csv
import io
import ntpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_limits import (
    comparable_path,
    file_path_problem,
)

_BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

_COLUMNS = ("operation", "path", "result")
_READS = frozenset({"createfile", "queryopen", "readfile", "createfilemapping", "load image"})
"""Operations that open or read a file; CreateFile is also the one that opens an existing file."""
_OF_A_DIRECTORY = re.compile(r"\bOptions: Directory\b|\bFileAttributes: [A-Z]*D")
"""In the column Detail, of CreateFile and of QueryOpen."""

_LOCAL_PATH = re.compile(r"[A-Za-z]:\\")
_NOT_IN_AN_IMAGE = re.compile(
    r"[a-z]:\\(?:"
    r"(?:users|documents and settings|temp|tmp|system volume information|windows\\(?:temp|prefetch))(?:\\|$)"
    r"|(?:pagefile|swapfile|hiberfil)\.sys$"
    r"|\$|$)"
)
"""Profiles, temporary files, and what belongs to one machine or the file system itself (``$Mft``, ``$Recycle.Bin``)."""


@dataclass(frozen=True)
class ListedFiles:
    """Absolute paths from a file on the controller, and whether every one of them must exist on the builder."""

    source: str
    paths: list[str]
    all_required: bool


def read_trace(content: bytes) -> list[str]:
    """The files on local drives in a trace, each once, in the order of their first mention.

    Left out are directories as far as the trace tells them, devices, pipes, shares and registry keys, streams, paging
    files, and what lies below ``C:\\Users`` or in folders for temporary files. Raises ValueError when the content can't
    be read or nothing is left.
    """
    text = _decoded(content)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row] if _has_columns(text) else []
    except csv.Error as error:
        raise ValueError(f"it is no readable CSV: {error}") from error
    paths = _usable(_monitored(rows) if rows else (line.strip('"') for line in _lines(text)))
    if not paths:
        raise ValueError("it names no file on a local drive that could be in an image")
    return paths


def read_manifest(content: bytes) -> list[str]:
    """The paths of an optimisation manifest, each once, in their order. Raises ValueError naming what is no path."""
    paths = list({comparable_path(line): line for line in _lines(_decoded(content))}.values())
    problems = [problem for problem in (file_path_problem(path) for path in paths) if problem]
    if problems:
        raise ValueError(f"it must list absolute Windows paths, one a line: {problems[0]}")
    if not paths:
        raise ValueError("it lists nothing")
    return paths


def _decoded(content: bytes) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError("it is neither UTF-8 nor UTF-16 with a byte order mark; save it as UTF-8") from error


def _lines(text: str) -> list[str]:
    """Lines that are not empty; names of files may contain what Python takes for further line ends."""
    lines = (line.strip(" \t") for line in re.split(r"[\r\n]+", text))
    return [line for line in lines if line]


def _has_columns(text: str) -> bool:
    """Whether the first line names a column Path, as every export of Process Monitor does."""
    first_line = (_lines(text) or [""])[0]
    if _LOCAL_PATH.match(first_line):
        return False  # a name may well contain ",path"
    return "path" in (cell.strip(' "').lower() for cell in first_line.split(","))


def _monitored(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Paths of Process Monitor's rows about files that were read. Raises ValueError when a column is missing."""
    header = [cell.strip().lower() for cell in rows[0]]
    missing = [column.title() for column in _COLUMNS if column not in header]
    if missing:
        raise ValueError(f"it has no column {' and no column '.join(missing)}; export it with them")
    for row in rows[1:]:
        cells = {**dict.fromkeys((*_COLUMNS, "detail"), ""), **dict(zip(header, row))}
        succeeded = cells["result"].strip().upper() == "SUCCESS"
        is_read = cells["operation"].strip().lower() in _READS
        if succeeded and is_read and not _OF_A_DIRECTORY.search(cells["detail"]):
            yield cells["path"].strip(" \t")


def _usable(candidates: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for candidate in candidates:
        path = candidate.replace("/", "\\")
        if _LOCAL_PATH.match(path) and not path.endswith("\\") and not file_path_problem(path):
            path = ntpath.normpath(path)
            found.setdefault(comparable_path(path), path)
    directories = {folder for key in found for folder in _parents(key)}
    return [path for key, path in found.items() if key not in directories and not _NOT_IN_AN_IMAGE.match(key)]


def _parents(key: str) -> Iterator[str]:
    folder = ntpath.dirname(key)
    while len(folder) > len("c:\\"):
        yield folder
        folder = ntpath.dirname(folder)
