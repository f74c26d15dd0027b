# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cmdlets for the content of files.

Windows PowerShell 5.1 reads and writes the ANSI code page, 1252 here, unless -Encoding says otherwise; `UTF8` writes a
byte order mark.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import places
from ..dotnet import decoded
from ..errors import NetError, UnknownError
from ..parameters import Cmdlet, Option
from ..places import Place
from ..session import on_disk
from ..values import CustomObject, is_array, to_text
from .items import FORCE, PATHS, each, named

if TYPE_CHECKING:
    from ..pipelines import Run

_ENCODINGS = {
    "default": ("cp1252", b""),
    "ascii": ("ascii", b""),
    "utf8": ("utf-8", b"\xef\xbb\xbf"),
    "unicode": ("utf-16-le", b"\xff\xfe"),
    "bigendianunicode": ("utf-16-be", b"\xfe\xff"),
    "string": ("cp1252", b""),
}
_HASHES = {"sha1": "sha1", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512", "md5": "md5"}


def _encoding(run: Run) -> tuple[str, bytes]:
    name = to_text(run.get("encoding", "default")).lower()
    if name not in _ENCODINGS:
        raise UnknownError(f"-Encoding {name}")
    return _ENCODINGS[name]


def _file(run: Run, where: Place) -> str:
    if where.provider != "file":
        raise UnknownError("content outside of the file system")
    if run.session.disk.is_directory(where.path):
        message = f"Access to the path '{where.path}' is denied."
        raise NetError("System.UnauthorizedAccessException", message)
    return where.path


def _get(run: Run) -> Iterator[Any]:
    for _path, where in named(run, hidden=True):
        try:
            text = decoded(on_disk(run.session.disk.read, _file(run, where)), _encoding(run)[0])
        except NetError as error:
            run.error(str(error), error.kind, where.path)
            continue
        if run.get("raw"):
            yield text
            continue
        lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n") if text else []
        if run.get("totalcount") is not None:
            lines = lines[: run.get("totalcount")]
        if run.get("tail") is not None:
            lines = lines[len(lines) - min(run.get("tail"), len(lines)) :]
        yield from lines


def _text(run: Run) -> str:
    value = run.get("value")
    items = (list(value) if is_array(value) else [value]) if "value" in run.given else run.items
    end = "" if run.get("nonewline") else "\r\n"
    return "".join(f"{to_text(item)}{end}" for item in items)


def _write(run: Run, *, append: bool) -> Iterator[Any]:
    disk = run.session.disk
    codec, mark = _encoding(run)
    for path in run.texts("path") + run.texts("literalpath"):
        where = places.place(run.session, path)
        try:
            target = _file(run, where)
            if not run.should("Add Content" if append else "Set Content", f"Path: {target}"):
                continue
            before = on_disk(disk.read, target) if append and disk.is_file(target) else b""
            on_disk(disk.write, target, (before or mark) + _text(run).encode(codec, "replace"))
        except NetError as error:
            run.error(str(error), error.kind, path)
    yield from ()


def _clear(run: Run) -> Iterator[Any]:
    yield from each(run, lambda where: on_disk(run.session.disk.write, _file(run, where), b""))


def _hash(run: Run) -> Iterator[Any]:
    name = to_text(run.get("algorithm", "SHA256")).upper()
    if name.lower() not in _HASHES:
        raise UnknownError(f"Get-FileHash -Algorithm {name}")

    def work(where: Place) -> Any:
        data = on_disk(run.session.disk.read, _file(run, where))
        digest = hashlib.new(_HASHES[name.lower()], data).hexdigest().upper()
        return CustomObject({"Algorithm": name, "Hash": digest, "Path": where.path})

    yield from each(run, work)


def _unblock(run: Run) -> Iterator[Any]:
    """Nothing on the simulated disk carries the mark of the web."""
    yield from each(run, lambda where: _file(run, where) and None)


_ENCODING = Option("Encoding", "string")
_WRITING = (*PATHS, Option("Value", "object", 1), _ENCODING, Option("NoNewline", "switch"), FORCE)
CMDLETS = (
    Cmdlet(
        "Get-Content",
        (
            *PATHS,
            Option("Raw", "switch"),
            Option("TotalCount", "int", aliases=("first", "head")),
            Option("Tail", "int", aliases=("last",)),
            _ENCODING,
            FORCE,
        ),
        _get,
        pipeline="path",
        by_path=True,
    ),
    Cmdlet("Set-Content", _WRITING, lambda run: _write(run, append=False), whole=True, changes=True),
    Cmdlet("Add-Content", _WRITING, lambda run: _write(run, append=True), whole=True, changes=True),
    Cmdlet("Clear-Content", (*PATHS, FORCE), _clear, changes=True, pipeline="path", by_path=True),
    Cmdlet("Get-FileHash", (*PATHS, Option("Algorithm", "string")), _hash, pipeline="path", by_path=True),
    Cmdlet("Unblock-File", PATHS, _unblock, changes=True, pipeline="path", by_path=True),
)
