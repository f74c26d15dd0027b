# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The values a script works with, and the conversions between them.

A text is `str`, numbers are `int` and `float`, `$null` is None, an array is `list`, bytes are `bytes`. What else there
is has a class here; objects of .NET that have methods of their own are `NetObject`s.
Sources: about_Type_Conversion, about_Booleans, and the documentation of .NET Framework's System.Convert.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import total_ordering
from typing import Any

from . import syntax

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Names(dict[str, Any]):
    """A mapping whose text keys are found in any case, and keep the spelling they were first given."""

    def __init__(self, items: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = ()) -> None:
        super().__init__()
        self._spellings: dict[Any, Any] = {}
        for key, value in items.items() if isinstance(items, Mapping) else items:
            self[key] = value

    def spelling(self, key: Any) -> Any:
        """The key as it is kept; the key itself when it is not there."""
        return self._spellings.get(_folded(key), key)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(self._spellings.setdefault(_folded(key), key), value)

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self.spelling(key))

    def __delitem__(self, key: Any) -> None:
        super().__delitem__(self._spellings.pop(_folded(key), key))

    def __contains__(self, key: object) -> bool:
        return _folded(key) in self._spellings

    def get(self, key: Any, default: Any = None) -> Any:
        """The value, or the default."""
        return super().get(self.spelling(key), default)

    def pop(self, key: Any, default: Any = None) -> Any:
        """Remove a key, and give its value."""
        if key not in self:
            return default
        value = self[key]
        del self[key]
        return value

    def clear(self) -> None:
        """Remove everything."""
        super().clear()
        self._spellings.clear()


def _folded(key: Any) -> Any:
    return key.lower() if isinstance(key, str) else key


class Hashtable(Names):
    """A hashtable; an ordered one differs by name alone, as the simulator keeps the order of all."""

    ordered = False


class CustomObject(Names):
    """A PSCustomObject: its properties."""

    type_name = "System.Management.Automation.PSCustomObject"


class Char(str):
    """A System.Char."""


class TypedArray(list[Any]):
    """An array that a cast has made, whose items all have one type; other arrays do not know the type of theirs."""

    element = "System.Object"


class NetList(list[Any]):
    """A System.Collections.Generic.List."""


class ArrayList(NetList):
    """A System.Collections.ArrayList, whose method Add gives the new item's place."""


@dataclass(frozen=True)
class EnumValue:
    """A value of an enumeration."""

    type_name: str
    name: str
    number: int


@total_ordering
@dataclass(frozen=True)
class DateTime:
    """A System.DateTime: seconds since the epoch; a local one is in the machine's time zone, which here is UTC."""

    seconds: float
    kind: str = "Local"

    def __lt__(self, other: DateTime) -> bool:
        return self.seconds < other.seconds

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateTime) and other.seconds == self.seconds

    def __hash__(self) -> int:
        return hash(self.seconds)

    @property
    def moment(self) -> datetime.datetime:
        """The same as Python has it."""
        return EPOCH + datetime.timedelta(seconds=self.seconds)


@total_ordering
@dataclass(frozen=True)
class TimeSpan:
    """A System.TimeSpan."""

    seconds: float

    def __lt__(self, other: TimeSpan) -> bool:
        return self.seconds < other.seconds

    def __str__(self) -> str:
        sign, rest = ("-", -self.seconds) if self.seconds < 0 else ("", self.seconds)
        ticks = round(rest * 10_000_000)
        whole, fraction = divmod(ticks, 10_000_000)
        days, within = divmod(whole, 86400)
        text = f"{sign}{f'{days}.' if days else ''}{within // 3600:02}:{within // 60 % 60:02}:{within % 60:02}"
        return f"{text}.{fraction:07}" if fraction else text


@total_ordering
@dataclass(frozen=True)
class Version:
    """A System.Version of two to four numbers."""

    parts: tuple[int, ...]

    def part(self, place: int) -> int:
        """One number, -1 when it is not given."""
        return self.parts[place] if place < len(self.parts) else -1

    def __lt__(self, other: Version) -> bool:
        return [self.part(place) for place in range(4)] < [other.part(place) for place in range(4)]

    def __str__(self) -> str:
        return ".".join(map(str, self.parts))


@dataclass(frozen=True)
class TypeValue:
    """A type, by its full name."""

    name: str


@dataclass(frozen=True)
class BlockValue:
    """A script block."""

    script: syntax.Script


@dataclass(frozen=True)
class Secret:
    """A SecureString."""

    text: str

    def __repr__(self) -> str:
        return "Secret()"


class NetObject:
    """An object of .NET or of PowerShell, whose members are listed by lower-case name.

    Args:
        properties: name and value, which may be a function that gives it.
        setters: of the properties that can be set.
        text: what it is as a text.
    """

    def __init__(
        self,
        type_name: str,
        properties: Mapping[str, Any] | None = None,
        methods: Mapping[str, Callable[..., Any]] | None = None,
        *,
        setters: Mapping[str, Callable[[Any], None]] | None = None,
        bases: tuple[str, ...] = (),
        text: str | Callable[[], str] | None = None,
        data: Any = None,
    ) -> None:
        self.type_name = type_name
        self.properties = Names(properties or {})
        self.methods = {name.lower(): method for name, method in (methods or {}).items()}
        self.setters = {name.lower(): setter for name, setter in (setters or {}).items()}
        self.bases = bases
        self._text = type_name if text is None else text
        self.data = data

    @property
    def text(self) -> str:
        """The object as a text."""
        return self._text() if callable(self._text) else self._text

    def get(self, name: str) -> Any:
        """A property. Raises KeyError for one that the simulator does not have."""
        value = self.properties[name]
        return value() if callable(value) else value


def is_array(value: Any) -> bool:
    """Whether pipelines take the value apart."""
    return isinstance(value, (list, bytes))


def items_of(value: Any) -> Iterator[Any]:
    """What a pipeline makes of a value."""
    if is_array(value):
        yield from value
    else:
        yield value


def as_list(value: Any) -> list[Any]:
    """An array of what a value consists of; `$null` gives none."""
    return [] if value is None else list(items_of(value))


def unwrapped(values: list[Any]) -> Any:
    """What a variable gets from what a pipeline has output."""
    if not values:
        return None
    return values[0] if len(values) == 1 else values


_NAMES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "System.Boolean"),
    (float, "System.Double"),
    (Char, "System.Char"),
    (str, "System.String"),
    (bytes, "System.Byte[]"),
    (ArrayList, "System.Collections.ArrayList"),
    (NetList, "System.Collections.Generic.List`1[System.Object]"),
    (list, "System.Object[]"),
    (Hashtable, "System.Collections.Hashtable"),
    (DateTime, "System.DateTime"),
    (TimeSpan, "System.TimeSpan"),
    (Version, "System.Version"),
    (BlockValue, "System.Management.Automation.ScriptBlock"),
    (Secret, "System.Security.SecureString"),
    (TypeValue, "System.RuntimeType"),
)


def type_name(value: Any) -> str:
    """The full name of a value's type."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "System.Int32" if -(1 << 31) <= value < 1 << 31 else "System.Int64"
    if isinstance(value, Hashtable) and value.ordered:
        return "System.Collections.Specialized.OrderedDictionary"
    if isinstance(value, TypedArray):
        return f"{value.element}[]"
    for kind, name in _NAMES:
        if isinstance(value, kind):
            return name
    return str(getattr(value, "type_name", "System.Object"))


def to_text(value: Any) -> str:
    """A value as a text, as `[string]` and double-quoted strings have it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return _float_text(value)
    if is_array(value):
        return " ".join(to_text(item) for item in value)
    if isinstance(value, CustomObject):
        return "@{" + "; ".join(f"{name}={to_text(item)}" for name, item in value.items()) + "}"
    if isinstance(value, Hashtable):
        return type_name(value)
    if isinstance(value, DateTime):
        return value.moment.strftime("%m/%d/%Y %H:%M:%S")
    if isinstance(value, (EnumValue, TypeValue)):
        return value.name
    if isinstance(value, BlockValue):
        return value.script.text
    if isinstance(value, Secret):
        return "System.Security.SecureString"
    return value.text if isinstance(value, NetObject) else str(value)


def _float_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    text = f"{value:.15g}"
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa}E{exponent}" if mark else text


def to_bool(value: Any) -> bool:
    """What a condition makes of a value."""
    if value is None:
        return False
    if isinstance(value, (bool, int, float)):
        return value != 0
    if isinstance(value, Char):
        return value != "\0"
    if isinstance(value, str):
        return value != ""
    if is_array(value):
        if len(value) == 1:
            return to_bool(value[0])
        return len(value) > 1
    if isinstance(value, EnumValue):
        return value.number != 0
    return True


_NUMBER = re.compile(r"\s*([+-]?)(?:0x([0-9a-f]+)|(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d{1,4})?)\s*", re.IGNORECASE)


def number_of(value: Any) -> int | float | None:
    """A value as a number, None when it is none."""
    if value is None:
        return 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, EnumValue):
        return value.number
    if isinstance(value, Char):
        return ord(value)
    if not isinstance(value, str):
        return None
    if not value.strip():
        return 0
    found = _NUMBER.fullmatch(value) if len(value) < 400 else None
    if not found:
        return None
    sign = -1 if found[1] == "-" else 1
    if found[2]:
        return sign * int(found[2], 16)
    return sign * (float(f"{found[3]}{found[4] or ''}") if "." in found[3] or found[4] else int(found[3]))
