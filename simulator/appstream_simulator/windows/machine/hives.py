# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keys and values of the registry, and the files that hives are kept in.

A hive file of the simulator begins with `regf` as a real one does; names and data have the form in which Windows keeps
them (UTF-16 texts, little-endian numbers), so that a search through the bytes finds what it would find on Windows. The
rest of the layout is the simulator's own.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from .permissions import SecurityDescriptor

RegistryData = str | int | bytes | list[str]

_SIGNATURE = b"regf"
# Names of .NET's RegistryValueKind by the number of the type.
_KINDS = {0: "None", 1: "String", 2: "ExpandString", 3: "Binary", 4: "DWord", 7: "MultiString", 11: "QWord"}
_NUMBERS = {kind: number for number, kind in _KINDS.items()}


class CorruptHiveError(Exception):
    """The file is no registry hive."""


@dataclass(frozen=True)
class RegistryValue:
    """One value.

    Attributes:
        kind: a name of .NET's RegistryValueKind: String, ExpandString, MultiString, DWord, QWord, Binary, None.
        data: text, list of texts, unsigned number or bytes, as the kind asks for.
    """

    kind: str
    data: RegistryData


@dataclass
class Key:
    """A key: values by lower-case name, each with its own spelling, and the keys below it.

    Permissions are not kept in hive files.
    """

    name: str
    values: dict[str, tuple[str, RegistryValue]] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    security: SecurityDescriptor | None = None

    def copy(self) -> Key:
        """An independent copy."""
        keys = {name: key.copy() for name, key in self.keys.items()}
        return Key(self.name, dict(self.values), keys, self.security)


def change_security(key: Key, change: Callable[[SecurityDescriptor], SecurityDescriptor]) -> None:
    """Replace the security descriptors of a key and all below it."""
    if key.security is not None:
        key.security = change(key.security)
    for child in key.keys.values():
        change_security(child, change)


def content(root: Key) -> bytes:
    """The hive file that holds a key with everything below it."""
    parts = [_SIGNATURE]
    # What a hive is loaded as is no part of its file.
    _write(Key("", root.values, root.keys), parts)
    return b"".join(parts)


def parse(data: bytes, name: str = "") -> Key:
    """What a hive file holds, as a key of this name.

    Raises:
        CorruptHiveError: the file is no hive of the simulator's.
    """
    if not data.startswith(_SIGNATURE):
        raise CorruptHiveError("The configuration registry database is corrupt.")
    try:
        root, end = _read(data, len(_SIGNATURE))
    except (struct.error, UnicodeDecodeError, KeyError) as error:
        raise CorruptHiveError("The configuration registry database is corrupt.") from error
    if end != len(data):
        raise CorruptHiveError("The configuration registry database is corrupt.")
    root.name = name
    return root


def _write(key: Key, parts: list[bytes]) -> None:
    parts += [_block(key.name.encode("utf-16-le")), struct.pack("<II", len(key.values), len(key.keys))]
    for name, value in key.values.values():
        parts += [
            _block(name.encode("utf-16-le")),
            struct.pack("<I", _NUMBERS[value.kind]),
            _block(_encoded(value.kind, value.data)),
        ]
    for child in key.keys.values():
        _write(child, parts)


def _read(data: bytes, start: int) -> tuple[Key, int]:
    name, start = _text(data, start)
    value_count, key_count = struct.unpack_from("<II", data, start)
    start += 8
    key = Key(name)
    for _ in range(value_count):
        name, start = _text(data, start)
        (number,) = struct.unpack_from("<I", data, start)
        encoded, start = _unblock(data, start + 4)
        kind = _KINDS[number]
        key.values[name.lower()] = (name, RegistryValue(kind, _decoded(kind, encoded)))
    for _ in range(key_count):
        child, start = _read(data, start)
        key.keys[child.name.lower()] = child
    return key, start


def _block(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def _unblock(data: bytes, start: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from("<I", data, start)
    end = start + 4 + length
    if end > len(data):
        raise CorruptHiveError("The configuration registry database is corrupt.")
    return data[start + 4 : end], end


def _text(data: bytes, start: int) -> tuple[str, int]:
    encoded, start = _unblock(data, start)
    return encoded.decode("utf-16-le"), start


def _encoded(kind: str, data: RegistryData) -> bytes:
    if isinstance(data, bytes):
        return data
    if isinstance(data, int):
        return data.to_bytes(4 if kind == "DWord" else 8, "little")
    if isinstance(data, list):
        return "".join(f"{text}\0" for text in (*data, "")).encode("utf-16-le")
    return f"{data}\0".encode("utf-16-le")


def _decoded(kind: str, data: bytes) -> RegistryData:
    if kind in ("Binary", "None"):
        return data
    if kind in ("DWord", "QWord"):
        return int.from_bytes(data, "little")
    text = data.decode("utf-16-le").removesuffix("\0")
    return text.split("\0")[:-1] if kind == "MultiString" else text
