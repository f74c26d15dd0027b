# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Registry.pol, the registry values of a group policy object, as bytes (MS-GPREG 2.2.1). Pure: nothing is asked."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Union

from .policy_files import UnreadableFile

# Types of registry values (MS-RRP 2.2.9).
REG_SZ, REG_EXPAND_SZ, REG_DWORD = 1, 2, 4
_TEXTS = (REG_SZ, REG_EXPAND_SZ)
# "PReg" and version 1.
_HEADER = b"PReg\x01\x00\x00\x00"
_NUL = b"\x00\x00"
_SEPARATOR, _OPENING, _CLOSING = ";".encode("utf-16-le"), "[".encode("utf-16-le"), "]".encode("utf-16-le")


@dataclass(frozen=True)
class RegistryValue:
    """A value below HKEY_LOCAL_MACHINE: key without the hive, name, type, and the data as it is stored."""

    key: str
    name: str
    kind: int
    data: bytes


def text(key: str, name: str, value: str) -> RegistryValue:
    """Return a REG_SZ value."""
    return RegistryValue(key, name, REG_SZ, value.encode("utf-16-le") + _NUL)


def number(key: str, name: str, value: int) -> RegistryValue:
    """Return a REG_DWORD value."""
    return RegistryValue(key, name, REG_DWORD, struct.pack("<I", value))


def shown(value: RegistryValue) -> Union[str, int]:
    """Return a value's data as people read it: a number, a text, or what it is in hexadecimal."""
    if value.kind == REG_DWORD and len(value.data) == 4:
        return int.from_bytes(value.data, "little")
    if value.kind in _TEXTS and value.data.endswith(_NUL) and len(value.data) % 2 == 0:
        return value.data[:-2].decode("utf-16-le", "replace")
    return f"type {value.kind}: {value.data.hex()}"


def build(values: Sequence[RegistryValue]) -> bytes:
    """Return the bytes of a Registry.pol. Keys and names must not hold NUL."""
    return _HEADER + b"".join(_build_value(value) for value in values)


def _build_value(value: RegistryValue) -> bytes:
    fields = (
        value.key.encode("utf-16-le") + _NUL,
        value.name.encode("utf-16-le") + _NUL,
        struct.pack("<I", value.kind),
        struct.pack("<I", len(value.data)),
        value.data,
    )
    return _OPENING + _SEPARATOR.join(fields) + _CLOSING


def parse(data: bytes) -> list[RegistryValue]:
    """Return the values of a Registry.pol in their order. Raises UnreadableFile."""
    if not data.startswith(_HEADER):
        raise UnreadableFile("it does not begin like a Registry.pol of version 1")
    values, position = [], len(_HEADER)
    while position < len(data):
        value, position = _parse_value(data, position)
        values.append(value)
    return values


def _parse_value(data: bytes, position: int) -> tuple[RegistryValue, int]:
    position = _expect(data, position, _OPENING)
    key, position = _parse_text(data, position)
    position = _expect(data, position, _SEPARATOR)
    name, position = _parse_text(data, position)
    position = _expect(data, position, _SEPARATOR)
    kind, position = _parse_number(data, position)
    position = _expect(data, position, _SEPARATOR)
    size, position = _parse_number(data, position)
    position = _expect(data, position, _SEPARATOR)
    content = data[position : position + size]
    if len(content) != size:
        raise UnreadableFile("it is cut off")
    return RegistryValue(key, name, kind, content), _expect(data, position + size, _CLOSING)


def _expect(data: bytes, position: int, sign: bytes) -> int:
    if data[position : position + len(sign)] != sign:
        raise UnreadableFile(f"{sign.decode('utf-16-le')!r} is missing at byte {position}")
    return position + len(sign)


def _parse_text(data: bytes, position: int) -> tuple[str, int]:
    end = position
    while data[end : end + 2] != _NUL:
        if end + 2 > len(data):
            raise UnreadableFile("it is cut off")
        end += 2
    try:
        return data[position:end].decode("utf-16-le"), end + 2
    except UnicodeDecodeError:
        raise UnreadableFile(f"there is no UTF-16 text at byte {position}") from None


def _parse_number(data: bytes, position: int) -> tuple[int, int]:
    if position + 4 > len(data):
        raise UnreadableFile("it is cut off")
    return int.from_bytes(data[position : position + 4], "little"), position + 4
