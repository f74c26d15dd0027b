# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A search for secrets that a script brings along as C#, on a machine's disk and registry.

Where Mono is installed the script's own C# is compiled and run, with the machine in the place of Windows
(`SecretScanHost.cs`). Elsewhere `secret_search` does what it is known to do; a test holds the two against each other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from appstream_simulator.windows import mono

from . import secret_search, windows_paths
from .disk import Disk
from .registry import Registry, RegistryValue

_HOST = Path(__file__).with_name("SecretScanHost.cs")
_NEEDED = (
    "namespace Euc.AppStream",
    "class SecretScan",
    "interface IComputer",
    "interface IKey",
    "class Entry",
)


@dataclass(frozen=True)
class Wanted:
    """What is looked for and where.

    Attributes:
        texts: the secrets.
        groups: the number of each.
        folders: with all below.
        keys: registry keys by their long names, with all below.
        maximum_file_size: bytes.
        seconds: after which the search ends.
    """

    texts: list[str]
    groups: list[int]
    folders: list[str]
    keys: list[str]
    maximum_file_size: int
    seconds: int


def is_search(source: str) -> bool:
    """Whether this C# is such a search."""
    return all(text in source for text in _NEEDED)


def search(disk: Disk, source: str, wanted: Wanted) -> str:
    """What the search's method Run gives: JSON.

    Raises:
        mono.CompilationError: the C# does not compile.
    """
    if not mono.is_installed():
        return secret_search.search(disk, wanted)
    program = mono.compiled([source, _HOST.read_text(encoding="utf-8")], main="AppStreamSimulator.Program")
    return mono.run(program, written(disk, wanted)).strip()


def full_path(folder: str) -> str:
    """A folder as the search names it; one that can be no folder stays as it is, and the search refuses it."""
    try:
        return windows_paths.normalise(folder).rstrip("\\")
    except ValueError:
        return folder


def written(disk: Disk, wanted: Wanted) -> bytes:
    """A search as `SecretScanHost.cs` reads it."""
    writer = _Writer(disk, wanted.maximum_file_size)
    registry = disk.registry
    roots = [full_path(folder) for folder in wanted.folders]
    found = {root.lower(): root for root in roots if disk.is_directory(f"{root}\\")}
    folders = [_text(root) + writer.folder(f"{root}\\") for root in found.values()]
    keys = [_text(key) + writer.key(registry, key) for key in dict.fromkeys(wanted.keys) if registry.has_key(key)]
    head = [
        _list(map(_text, wanted.texts)),
        _list(map(_number, wanted.groups)),
        _list(map(_text, roots)),
        _list(map(_text, wanted.keys)),
        _long(wanted.maximum_file_size),
        _number(wanted.seconds),
        _list(map(_block, writer.contents)),
    ]
    return b"".join([*head, _list(folders), _list(keys)])


class _Writer:
    """Writes folders and keys; a content that several files have is written once."""

    def __init__(self, disk: Disk, maximum_file_size: int) -> None:
        self.disk, self.maximum_file_size = disk, maximum_file_size
        self.contents: dict[bytes, int] = {}

    def folder(self, path: str) -> bytes:
        """A folder's trouble, if it can't be listed, and what is in it."""
        try:
            names = self.disk.list(path)
        except OSError as error:
            return _text(str(error)) + _number(0)
        return _text("") + _list(self._item(f"{path.rstrip(chr(92))}\\{name}") for name in names)

    def _item(self, path: str) -> bytes:
        information = self.disk.stat(path)
        name = _text(information.name)
        if information.link is not None:
            return _number(ord("l")) + name
        if information.is_directory:
            return _number(ord("d")) + name + self.folder(path)
        return _number(ord("f")) + name + _long(information.size) + self._content(path, information.size)

    def _content(self, path: str, size: int) -> bytes:
        try:
            content = self.disk.read(path) if size <= self.maximum_file_size else b""
        except OSError as error:
            return _number(-1) + _text(str(error))
        return _number(self.contents.setdefault(content, len(self.contents)))

    def key(self, registry: Registry, path: str) -> bytes:
        """A key's trouble, its values and the keys below it."""
        trouble = _text(registry.trouble(path) or "")
        values = _list(_text(name) + _value(value) for name, value in registry.values(path).items())
        names = secret_search.key_names(registry, path)
        return trouble + values + _list(_text(name) + self.key(registry, f"{path}\\{name}") for name in names)


def _value(value: RegistryValue) -> bytes:
    if isinstance(value.data, list):
        return _number(ord("m")) + _list(map(_text, value.data))
    if isinstance(value.data, str):
        return _number(ord("t")) + _text(value.data)
    if isinstance(value.data, int):
        return _number(ord("n" if value.kind == "DWord" else "q")) + struct.pack("<Q", value.data)
    return _number(ord("b")) + _block(value.data)


def _number(number: int) -> bytes:
    return struct.pack("<i", number)


def _long(number: int) -> bytes:
    return struct.pack("<q", number)


def _block(data: bytes) -> bytes:
    return _number(len(data)) + data


def _text(text: str) -> bytes:
    return _block(text.encode("utf-16-le", "surrogatepass"))


def _list(items: Iterable[bytes]) -> bytes:
    parts = list(items)
    return _number(len(parts)) + b"".join(parts)
