# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The binary and unary operators on values.

Sources: about_Arithmetic_Operators, about_Comparison_Operators, about_Split, about_Join and about_Type_Operators.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import patterns
from .conversion import cast, is_a, resolved
from .errors import ScriptError, UnknownError, failure
from .formatting import formatted
from .values import (
    Char,
    CustomObject,
    DateTime,
    EnumValue,
    Hashtable,
    NetList,
    NetObject,
    TimeSpan,
    TypeValue,
    Version,
    is_array,
    number_of,
    to_bool,
    to_text,
    type_name,
)

# Items of an array or characters of a text; more than any sensible script has.
_LARGEST = 5_000_000


def limited(size: int) -> None:
    """Raise UnknownError for an array or a text that is too large."""
    if size > _LARGEST:
        raise UnknownError(f"an array or a text of {size} items")


def binary(operator: str, left: Any, right: Any) -> Any:
    """What an operator makes of its two sides; `and` and `or`, which may not need the right one, are not here."""
    if operator in _ARITHMETIC:
        return _ARITHMETIC[operator](left, right)
    if operator in _OTHERS:
        return _OTHERS[operator](left, right)
    name, ignore_case = operator, True
    if operator not in _COMPARISONS and operator not in _ON_TEXTS:
        name, ignore_case = operator[1:], operator[0] == "i"
    if name == "split":
        return _split(left, right, ignore_case)
    if name in _ON_TEXTS:
        return _on_texts(name, left, right, ignore_case)
    if name in ("contains", "notcontains"):
        return any(equal(item, right, ignore_case) for item in _scanned(left)) == (name == "contains")
    if name in ("in", "notin"):
        return any(equal(item, left, ignore_case) for item in _scanned(right)) == (name == "in")
    if is_array(left):
        return [item for item in left if compared(name, item, right, ignore_case)]
    return compared(name, left, right, ignore_case)


def _scanned(value: Any) -> list[Any]:
    return list(value) if is_array(value) else [value]


def compared(name: str, left: Any, right: Any, ignore_case: bool = True) -> bool:
    """`eq`, `ne`, `lt`, `le`, `gt` or `ge` of two single values."""
    if name in ("eq", "ne"):
        return equal(left, right, ignore_case) == (name == "eq")
    order = _order(left, right, ignore_case)
    return {"lt": order < 0, "le": order <= 0, "gt": order > 0, "ge": order >= 0}[name]


def equal(left: Any, right: Any, ignore_case: bool = True) -> bool:
    """`-eq` of two single values: the right one is converted to the left one's type."""
    if left is None or right is None:
        return left is None and right is None
    if isinstance(left, bool):
        return left == to_bool(right)
    if isinstance(left, str):
        return _folded(left, ignore_case) == _folded(to_text(right), ignore_case)
    if isinstance(left, (int, float)):
        number = number_of(right)
        return number is not None and number == left
    if isinstance(left, EnumValue):
        if isinstance(right, EnumValue):
            return left.number == right.number
        return left.number == right if isinstance(right, int) else left.name.lower() == to_text(right).lower()
    if isinstance(left, (DateTime, Version, TimeSpan)) and not isinstance(right, type(left)):
        try:
            return bool(left == cast(right, type_name(left)))
        except ScriptError:
            return False
    if isinstance(left, NetObject) and left.type_name == "System.Guid":
        return left.text == to_text(right).lower()
    if isinstance(left, (CustomObject, Hashtable, NetObject)) or is_array(left):
        return left is right
    return bool(left == right)


def _order(left: Any, right: Any, ignore_case: bool) -> int:
    if left is None or right is None:
        pair: tuple[Any, Any] = (left is not None, right is not None)
        if isinstance(left, (int, float)) or isinstance(right, (int, float)):
            pair = (number_of(left), number_of(right))
    elif isinstance(left, str):
        pair = (_folded(left, ignore_case), _folded(to_text(right), ignore_case))
    elif isinstance(left, (int, float, EnumValue)):
        pair = (number_of(left), number_of(right))
        if pair[1] is None:
            raise _incomparable(left, right)
    elif isinstance(left, (DateTime, TimeSpan, Version)):
        pair = (left, cast(right, type_name(left)))
    else:
        raise _incomparable(left, right)
    return int(pair[0] > pair[1]) - int(pair[0] < pair[1])


def _incomparable(left: Any, right: Any) -> ScriptError:
    return failure(f'Could not compare "{to_text(left)}" to "{to_text(right)}".')


def _folded(text: str, ignore_case: bool) -> str:
    return text.casefold() if ignore_case else text


def sort_key(value: Any) -> tuple[int, Any]:
    """What values are sorted by: numbers, times and versions by size, all else as texts."""
    if value is None:
        return 0, 0
    if isinstance(value, (int, float)):
        return 1, value
    if isinstance(value, (DateTime, TimeSpan)):
        return 1, value.seconds
    if isinstance(value, EnumValue):
        return 1, value.number
    if isinstance(value, Version):
        return 2, [value.part(place) for place in range(4)]
    return 3, to_text(value).casefold()


# Arithmetic


def _plus(left: Any, right: Any) -> Any:
    if left is None:
        return right
    if is_array(left):
        limited(len(left) + 1)
        return [*left, *(right if is_array(right) else [right])]
    if isinstance(left, str) and not isinstance(left, Char):
        text = left + to_text(right)
        limited(len(text))
        return text
    if isinstance(left, Char):
        return str(left) + to_text(right) if isinstance(right, str) else ord(left) + _number(right, "+", left)
    if isinstance(left, Hashtable):
        return _merged(left, right)
    if isinstance(left, DateTime) and isinstance(right, TimeSpan):
        return DateTime(left.seconds + right.seconds, left.kind)
    if isinstance(left, TimeSpan) and isinstance(right, TimeSpan):
        return TimeSpan(left.seconds + right.seconds)
    return _sized(_number(left, "+", right) + _number(right, "+", left))


def _merged(left: Hashtable, right: Any) -> Hashtable:
    if not isinstance(right, Hashtable):
        raise failure("A hash table can only be added to another hash table.")
    merged = Hashtable(left)
    for key, value in right.items():
        if key in merged:
            raise failure(
                f"Item has already been added. Key in dictionary: '{to_text(key)}'", "System.ArgumentException"
            )
        merged[key] = value
    return merged


def _minus(left: Any, right: Any) -> Any:
    if isinstance(left, DateTime) and isinstance(right, DateTime):
        return TimeSpan(left.seconds - right.seconds)
    if isinstance(left, DateTime) and isinstance(right, TimeSpan):
        return DateTime(left.seconds - right.seconds, left.kind)
    if isinstance(left, TimeSpan) and isinstance(right, TimeSpan):
        return TimeSpan(left.seconds - right.seconds)
    return _sized(_number(left, "-", right) - _number(right, "-", left))


def _times(left: Any, right: Any) -> Any:
    if left is None:
        return None
    if is_array(left) or isinstance(left, str):
        times = int(_number(right, "*", left))
        if times < 0:
            raise failure("Cannot multiply by a negative number.", "System.ArgumentOutOfRangeException")
        limited(len(left) * times)
        return str(left) * times if isinstance(left, str) else list(left) * times
    return _sized(_number(left, "*", right) * _number(right, "*", left))


def _divided(left: Any, right: Any) -> Any:
    dividend, divisor = _number(left, "/", right), _number(right, "/", left)
    if divisor == 0:
        raise failure("Attempted to divide by zero.", "System.Management.Automation.RuntimeException")
    if isinstance(dividend, int) and isinstance(divisor, int) and dividend % divisor == 0:
        return dividend // divisor
    return dividend / divisor


def _remainder(left: Any, right: Any) -> Any:
    dividend, divisor = _number(left, "%", right), _number(right, "%", left)
    if divisor == 0:
        raise failure("Attempted to divide by zero.", "System.Management.Automation.RuntimeException")
    rest = abs(dividend) % abs(divisor)
    return -rest if dividend < 0 else rest


def _sized(value: int | float) -> int | float:
    """Numbers beyond an Int64 are doubles."""
    return float(value) if isinstance(value, int) and abs(value) >= 1 << 63 else value


def _number(value: Any, operator: str, other: Any) -> int | float:
    number = number_of(value)
    if number is not None:
        return number
    if isinstance(value, str):
        message = (
            f'Cannot convert value "{value}" to type "System.Int32". Error: "Input string was not in a correct format."'
        )
        raise failure(message, "System.Management.Automation.RuntimeException")
    method = {"+": "op_Addition", "-": "op_Subtraction", "*": "op_Multiply", "/": "op_Division", "%": "op_Modulus"}
    left = value if other is not value else other
    raise failure(
        f"Method invocation failed because [{type_name(left)}] does not contain a method named '{method[operator]}'."
    )


def whole(value: Any) -> int:
    """A value as a whole number, for bits, ranges and indices."""
    return int(cast(value, "System.Int64"))


def _range(left: Any, right: Any) -> list[int]:
    first, last = cast(left, "System.Int32"), cast(right, "System.Int32")
    limited(abs(last - first))
    return list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))


# Texts


def _on_texts(name: str, left: Any, right: Any, ignore_case: bool) -> Any:
    if name == "replace":
        pattern, replacement = ([*_scanned(right), ""])[:2]
        results = [_replaced(item, pattern, replacement, ignore_case) for item in _scanned(left)]
        return results if is_array(left) else results[0]
    negated = name.startswith("not")

    def fits(item: Any) -> bool:
        text, pattern = to_text(item), to_text(right)
        if name.endswith("like"):
            found = patterns.like(text, pattern) if ignore_case else _like_exactly(text, pattern)
        else:
            found = patterns.search(pattern, text, ignore_case=ignore_case) is not None
        return found != negated

    return [item for item in left if fits(item)] if is_array(left) else fits(left)


def _like_exactly(text: str, pattern: str) -> bool:
    raise UnknownError(f"-clike ({text!r}, {pattern!r})")


def _replaced(item: Any, pattern: Any, replacement: Any, ignore_case: bool) -> str:
    return patterns.replace(to_text(pattern), to_text(replacement), to_text(item), ignore_case=ignore_case)


def _split(left: Any, right: Any, ignore_case: bool) -> list[str]:
    separator, most, *more = [*_scanned(right), 0][:3]
    if more and len(_scanned(right)) > 2:
        raise UnknownError("-split with options")
    parts: list[str] = []
    for item in _scanned(left):
        parts += patterns.split(to_text(separator), to_text(item), whole(most), ignore_case=ignore_case)
    return parts


def _join(left: Any, right: Any) -> str:
    return to_text(right).join(to_text(item) for item in _scanned(left))


def _is(left: Any, right: Any) -> bool:
    return is_a(left, right.name if isinstance(right, TypeValue) else resolved(to_text(right)))


def _as(left: Any, right: Any) -> Any:
    try:
        return cast(left, right.name if isinstance(right, TypeValue) else resolved(to_text(right)))
    except ScriptError:
        return None


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": _plus,
    "-": _minus,
    "*": _times,
    "/": _divided,
    "%": _remainder,
}
_OTHERS: dict[str, Callable[[Any, Any], Any]] = {
    "..": _range,
    "f": lambda left, right: formatted(to_text(left), _scanned(right)),
    "join": _join,
    "is": _is,
    "isnot": lambda left, right: not _is(left, right),
    "as": _as,
    "xor": lambda left, right: to_bool(left) != to_bool(right),
    "band": lambda left, right: whole(left) & whole(right),
    "bor": lambda left, right: whole(left) | whole(right),
    "bxor": lambda left, right: whole(left) ^ whole(right),
    "shl": lambda left, right: cast(whole(left) << (whole(right) & 31) & 0xFFFFFFFF, "System.Int64"),
    "shr": lambda left, right: whole(left) >> (whole(right) & 31),
}
_COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "contains", "notcontains", "in", "notin", "split"})
_ON_TEXTS = frozenset({"like", "notlike", "match", "notmatch", "replace"})


def unary(operator: str, value: Any) -> Any:
    """What a unary operator makes of a value."""
    if operator == "not":
        return not to_bool(value)
    if operator == "bnot":
        return ~whole(value)
    if operator == "join":
        return _join(value, "")
    if operator.endswith("split"):
        return [part for item in _scanned(value) for part in to_text(item).split()]
    number = _number(value, operator, value)
    return -number if operator == "-" else number


def indexed(value: Any, index: Any) -> Any:
    """`$value[$index]`: a place, several places, or a key."""
    if value is None:
        raise failure("Cannot index into a null array.")
    if isinstance(value, Hashtable):
        if is_array(index):
            return [value.get(item) for item in index]
        if value.ordered and isinstance(index, int) and to_text(index) not in map(to_text, value):
            return list(value.values())[index] if -len(value) <= index < len(value) else None
        return value.get(index)
    if isinstance(value, CustomObject) or not (is_array(value) or isinstance(value, str)):
        if isinstance(index, int) and index in (0, -1):
            return value
        raise UnknownError(f"an index of a {type_name(value)}")
    if is_array(index):
        found = [_at(value, item) for item in index]
        return [item for item in found if item is not None]
    return _at(value, index)


def _at(value: Any, index: Any) -> Any:
    place = cast(index, "System.Int32")
    if not -len(value) <= place < len(value):
        if isinstance(value, NetList):
            message = "Index was out of range. Must be non-negative and less than the size of the collection."
            raise failure(message, "System.ArgumentOutOfRangeException")
        return None
    return Char(value[place]) if isinstance(value, str) else value[place]
