# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The part of CBOR (RFC 8949) that Smithy's rpc-v2-cbor has: no bignums, decimals, or tags other than 1, a time.

moto has none, and botocore's reader is a client's: it forgives what a service refuses.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _OTHER = range(8)
_INDEFINITE = 31
_BREAK = 0xFF
_TIME = 1
_SIMPLE = {20: False, 21: True, 22: None, 23: None}  # 23 is "undefined", which servers take for null
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
# By the lower five bits of an item's first byte: how many bytes of its number follow.
_NUMBER_SIZES = {24: 1, 25: 2, 26: 4, 27: 8}


class CborError(ValueError):
    """These bytes are no CBOR, or more than the protocol has."""


def encode(value: Any) -> bytes:
    """The bytes of a value: None, bool, int, float, str, bytes, datetime (with a time zone), list, mapping.

    Raises:
        TypeError, ValueError: something else is in it, or an integer of more than 64 bits.
    """
    return b"".join(_items(value))


def _items(value: Any) -> Iterator[bytes]:
    if value is None:
        yield b"\xf6"
    elif isinstance(value, bool):
        yield b"\xf5" if value else b"\xf4"
    elif isinstance(value, int):
        yield _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    elif isinstance(value, float):
        yield b"\xfb" + struct.pack(">d", value)
    elif isinstance(value, bytes):
        yield _head(_BYTES, len(value)) + value
    elif isinstance(value, str):
        text = value.encode()
        yield _head(_TEXT, len(text)) + text
    elif isinstance(value, datetime):
        yield _head(_TAG, _TIME)
        yield from _items(_seconds(value))
    elif isinstance(value, Mapping):
        yield _head(_MAP, len(value))
        for key, member in value.items():
            yield from _items(key)
            yield from _items(member)
    elif isinstance(value, (list, tuple)):
        yield _head(_ARRAY, len(value))
        for member in value:
            yield from _items(member)
    else:
        raise TypeError(f"{type(value).__name__} has no form in CBOR")


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for info, size in _NUMBER_SIZES.items():
        if number < 1 << 8 * size:
            return bytes([major << 5 | info]) + number.to_bytes(size, "big")
    raise ValueError("an integer of more than 64 bits")


def _seconds(moment: datetime) -> int | float:
    """Since the epoch, with the protocol's resolution of a millisecond."""
    seconds = moment.replace(microsecond=moment.microsecond // 1000 * 1000).timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def decode(data: bytes) -> Any:
    """The value of these bytes; times are datetimes in UTC.

    Raises:
        CborError: it is not one well-formed item with unique text keys.
    """
    reader = _Reader(data)
    try:
        value = reader.item()
    except RecursionError:
        raise CborError("it is nested too deeply") from None
    if not reader.at_end:
        raise CborError("something follows the value")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def at_end(self) -> bool:
        return self._position == len(self._data)

    def item(self) -> Any:
        (first,) = self._take(1)
        major, info = first >> 5, first & 0x1F
        if major == _UNSIGNED:
            return self._number(info)
        if major == _NEGATIVE:
            return -1 - self._number(info)
        if major == _BYTES:
            return b"".join(self._strings(major, info))
        if major == _TEXT:
            return "".join(_text(part) for part in self._strings(major, info))
        if major == _ARRAY:
            return [self.item() for _ in self._members(info)]
        if major == _MAP:
            return self._map(info)
        return self._time(info) if major == _TAG else self._simple_or_float(info)

    def _take(self, size: int) -> bytes:
        taken = self._data[self._position : self._position + size]
        if len(taken) < size:
            raise CborError("it ends too early")
        self._position += size
        return taken

    def _number(self, info: int) -> int:
        if info < 24:
            return info
        if info not in _NUMBER_SIZES:
            raise CborError(f"{info} is no size of a number")
        return int.from_bytes(self._take(_NUMBER_SIZES[info]), "big")

    def _members(self, info: int) -> Iterator[None]:
        """Once for each member of an array or a map."""
        if info != _INDEFINITE:
            for _ in range(self._number(info)):
                yield
            return
        while self._data[self._position : self._position + 1] != bytes([_BREAK]):
            yield
        self._take(1)

    def _strings(self, major: int, info: int) -> Iterator[bytes]:
        if info != _INDEFINITE:
            yield self._take(self._number(info))
            return
        for _ in self._members(info):
            (first,) = self._take(1)
            if first >> 5 != major or first & 0x1F == _INDEFINITE:
                raise CborError("a string has a part that is none of its kind")
            yield self._take(self._number(first & 0x1F))

    def _map(self, info: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in self._members(info):
            key = self.item()
            if not isinstance(key, str):
                raise CborError("a key is no text")
            if key in found:
                raise CborError("a key is there twice")
            found[key] = self.item()
        return found

    def _time(self, info: int) -> datetime:
        tag = self._number(info)
        if tag != _TIME:
            raise CborError(f"the tag {tag} is unknown")
        seconds = self.item()
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
            raise CborError("a time is no number")
        try:
            return datetime.fromtimestamp(seconds, timezone.utc)
        except (OverflowError, OSError, ValueError):
            raise CborError(f"{seconds} is no time") from None

    def _simple_or_float(self, info: int) -> bool | float | None:
        if info in _SIMPLE:
            return _SIMPLE[info]
        if info not in _FLOATS:
            raise CborError(f"the simple value {info} is unknown")
        (value,) = struct.unpack(_FLOATS[info], self._take(_NUMBER_SIZES[info]))
        return float(value)


def _text(part: bytes) -> str:
    try:
        return part.decode()
    except UnicodeDecodeError:
        raise CborError("a text is not UTF-8") from None
