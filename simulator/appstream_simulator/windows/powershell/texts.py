# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The methods of System.String, as .NET Framework 4.8 has them; texts are compared by their characters' codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .conversion import enumeration
from .errors import NetError, ScriptError, UnknownError
from .operators import limited
from .values import Char, EnumValue, as_list, is_array, to_text


def _ignores_case(comparison: Any) -> bool:
    if comparison is None:
        return False
    try:
        return enumeration(comparison, "System.StringComparison").name.endswith("IgnoreCase")
    except ScriptError as error:
        raise NetError(
            "System.ArgumentException", "The string comparison type passed in is currently not supported."
        ) from error


def _pair(text: str, other: Any, comparison: Any) -> tuple[str, str]:
    if other is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: value")
    first, second = str(text), to_text(other)
    return (first.lower(), second.lower()) if _ignores_case(comparison) else (first, second)


def _starts_with(text: str, other: Any, comparison: Any = None) -> bool:
    first, second = _pair(text, other, comparison)
    return first.startswith(second)


def _ends_with(text: str, other: Any, comparison: Any = None) -> bool:
    first, second = _pair(text, other, comparison)
    return first.endswith(second)


def _equals(text: str, other: Any, comparison: Any = None) -> bool:
    if not isinstance(other, str):
        return False
    first, second = _pair(text, other, comparison)
    return first == second


def _position(text: str, other: Any, *more: Any, last: bool) -> int:
    start, comparison = 0, None
    for item in more:
        if isinstance(item, int) and not isinstance(item, bool) and not last:
            start = item
        elif isinstance(item, (EnumValue, str)):
            comparison = item
        else:
            raise UnknownError("IndexOf or LastIndexOf with these arguments")
    if not 0 <= start <= len(text):
        message = "Index was out of range. Must be non-negative and less than the size of the collection."
        raise NetError("System.ArgumentOutOfRangeException", f"{message}\r\nParameter name: startIndex")
    first, second = _pair(text, other, comparison)
    return first.rfind(second) if last else first.find(second, start)


def _characters(given: tuple[Any, ...]) -> str | None:
    found = "".join(to_text(item) for value in given for item in (value if is_array(value) else [value]))
    return found or None


def _split(text: str, *separators: Any) -> list[str]:
    """Split(params char[]): every character of the arguments separates, even of a text with several."""
    remove_empty = False
    if separators and isinstance(separators[-1], EnumValue):
        remove_empty = separators[-1].name == "RemoveEmptyEntries"
        separators = separators[:-1]
        words = as_list(separators[0]) if separators else []
        if any(len(to_text(item)) > 1 for item in words):
            if not is_array(separators[0]):
                raise UnknownError("Split with a text of several characters and options")
            return _kept(_split_by_words(str(text), [to_text(item) for item in words]), remove_empty)
    if any(isinstance(item, int) for item in separators):
        raise UnknownError("Split with a count")
    characters = _characters(separators)
    parts, current = [], ""
    for character in str(text):
        if (character in characters) if characters else character.isspace():
            parts.append(current)
            current = ""
        else:
            current += character
    return _kept([*parts, current], remove_empty)


def _split_by_words(text: str, words: list[str]) -> list[str]:
    parts, start, place = [], 0, 0
    while place < len(text):
        word = next((item for item in words if item and text.startswith(item, place)), "")
        if word:
            parts.append(text[start:place])
            place += len(word)
            start = place
        else:
            place += 1
    return [*parts, text[start:]]


def _kept(parts: list[str], remove_empty: bool) -> list[str]:
    return [part for part in parts if part or not remove_empty]


def _substring(text: str, start: Any, length: Any = None) -> str:
    begin, size = int(start), len(text) - int(start) if length is None else int(length)
    if begin < 0 or begin > len(text):
        reason = (
            "startIndex cannot be larger than length of string."
            if begin > 0
            else "StartIndex cannot be less than zero."
        )
        raise NetError("System.ArgumentOutOfRangeException", f"{reason}\r\nParameter name: startIndex")
    if size < 0 or begin + size > len(text):
        reason = (
            "Index and length must refer to a location within the string."
            if size >= 0
            else "Length cannot be less than zero."
        )
        raise NetError("System.ArgumentOutOfRangeException", f"{reason}\r\nParameter name: length")
    return text[begin : begin + size]


def _replace(text: str, old: Any, new: Any) -> str:
    if old is None or to_text(old) == "":
        raise NetError("System.ArgumentException", "String cannot be of zero length.\r\nParameter name: oldValue")
    replaced = str(text).replace(to_text(old), to_text(new))
    limited(len(replaced))
    return replaced


def _pad(text: str, width: Any, character: Any, *, left: bool) -> str:
    limited(int(width))
    return str(text).rjust(int(width), to_text(character)) if left else str(text).ljust(int(width), to_text(character))


def _within(text: str, place: Any) -> int:
    if not isinstance(place, int) or not 0 <= place <= len(text):
        raise NetError("System.ArgumentOutOfRangeException", "Specified argument was out of the range of valid values.")
    return place


def _removed(text: str, start: Any, count: Any = None) -> str:
    begin = _within(text, start)
    return text[:begin] + ("" if count is None else text[_within(text, begin + int(count)) :])


METHODS: dict[str, Callable[..., Any]] = {
    "trim": lambda text, *characters: str(text).strip(_characters(characters)),
    "trimstart": lambda text, *characters: str(text).lstrip(_characters(characters)),
    "trimend": lambda text, *characters: str(text).rstrip(_characters(characters)),
    "split": _split,
    "replace": _replace,
    "tolower": lambda text: str(text).lower(),
    "toupper": lambda text: str(text).upper(),
    "tolowerinvariant": lambda text: str(text).lower(),
    "toupperinvariant": lambda text: str(text).upper(),
    "startswith": _starts_with,
    "endswith": _ends_with,
    "substring": _substring,
    "contains": lambda text, other: _pair(text, other, None)[1] in text,
    "indexof": lambda text, other, *more: _position(text, other, *more, last=False),
    "lastindexof": lambda text, other, *more: _position(text, other, *more, last=True),
    "padleft": lambda text, width, character=" ": _pad(text, width, character, left=True),
    "padright": lambda text, width, character=" ": _pad(text, width, character, left=False),
    "insert": lambda text, place, other: text[: _within(text, place)] + to_text(other) + text[place:],
    "remove": _removed,
    "tochararray": lambda text: [Char(character) for character in text],
    "equals": _equals,
    "getenumerator": lambda text: [Char(character) for character in text],
}
