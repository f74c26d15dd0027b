# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reader of Registry.pol (MS-GPREG 2.2.1)."""

from __future__ import annotations

import struct

from appstream_simulator.windows.domain.policy import RegistryValue
from appstream_simulator.windows.domain.policy_files import PolicyFileError

_HEADER = b"PReg" + struct.pack("<I", 1)
# Types of MS-GPREG 2.2.1 that a value may have here; the others are of no use to a policy.
_KINDS = {
    1: "REG_SZ",
    2: "REG_EXPAND_SZ",
    3: "REG_BINARY",
    4: "REG_DWORD",
    7: "REG_MULTI_SZ",
    11: "REG_QWORD",
}
# A registry key name may have 255 characters, a value name 16383 (Windows, "Registry element size limits").
_KEY_LIMIT = 16383


def parse(data: bytes) -> list[RegistryValue]:
    """The values of a Registry.pol in its order.

    Raises:
        PolicyFileError: the bytes break the format anywhere, or hold a directive such as `**Del.` (MS-GPREG 3.2.5.1),
            which is not simulated.
    """
    if not data.startswith(_HEADER):
        raise PolicyFileError("not a registry policy file: its header is not PReg, version 1")
    reader = _Reader(data, len(_HEADER))
    values = []
    while not reader.at_end():
        values.append(_entry(reader))
    return values


class _Reader:
    """A position in the bytes; every step raises PolicyFileError when something else is there."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position

    def at_end(self) -> bool:
        return self._position == len(self._data)

    def take(self, count: int) -> bytes:
        taken = self._data[self._position : self._position + count]
        if len(taken) != count:
            raise PolicyFileError(f"the file ends in the middle of an entry, at byte {len(self._data)}")
        self._position += count
        return taken

    def expect(self, character: str) -> None:
        position = self._position
        if self.take(2) != character.encode("utf-16-le"):
            raise PolicyFileError(f"no {character!r} at byte {position}")

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def name(self) -> str:
        start, units = self._position, bytearray()
        while (unit := self.take(2)) != b"\0\0":
            units += unit
            if len(units) > 2 * _KEY_LIMIT:
                raise PolicyFileError(f"the name at byte {start} has no end")
        return _text(bytes(units), start)


def _entry(reader: _Reader) -> RegistryValue:
    reader.expect("[")
    key = reader.name()
    reader.expect(";")
    name = reader.name()
    reader.expect(";")
    number = reader.number()
    reader.expect(";")
    size = reader.number()
    reader.expect(";")
    data = reader.take(size)
    reader.expect("]")
    if not key or key.startswith("\\") or key.endswith("\\") or "\\\\" in key:
        raise PolicyFileError(f"not the name of a key: {key!r}")
    if name.startswith("**"):
        raise PolicyFileError(f"the directive {name} of the key {key} is not simulated")
    kind = _KINDS.get(number)
    if kind is None:
        raise PolicyFileError(f"{key}\\{name} has the type {number}")
    return RegistryValue(key, name, kind, _value(kind, data, f"{key}\\{name}"))


def _value(kind: str, data: bytes, what: str) -> str | int | bytes | list[str]:
    if kind == "REG_BINARY":
        return data
    if kind in ("REG_DWORD", "REG_QWORD"):
        if len(data) != (4 if kind == "REG_DWORD" else 8):
            raise PolicyFileError(f"{what}: a {kind} of {len(data)} bytes")
        return int.from_bytes(data, "little")
    if len(data) % 2 or not data.endswith(b"\0\0"):
        raise PolicyFileError(f"{what}: a {kind} without its end")
    text = _text(data, what)[:-1]
    if kind == "REG_MULTI_SZ":
        return _strings(text, what)
    if "\0" in text:
        raise PolicyFileError(f"{what}: a {kind} that goes on after its end")
    return text


def _strings(text: str, what: str) -> list[str]:
    # Each has its own end, the list another one, which is all of an empty list.
    if not text:
        return []
    if not text.endswith("\0") or "" in text[:-1].split("\0"):
        raise PolicyFileError(f"{what}: a REG_MULTI_SZ without its end")
    return text[:-1].split("\0")


def _text(data: bytes, what: object) -> str:
    try:
        return data.decode("utf-16-le")
    except UnicodeDecodeError:
        raise PolicyFileError(f"{what}: not UTF-16LE") from None
