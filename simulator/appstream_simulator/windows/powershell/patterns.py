# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Wildcards, and the regular expressions that scripts give.

The latter have .NET's syntax, which Python's `regex` knows for the most part. How long one takes is the script's doing:
it is given up after a while.
"""

from __future__ import annotations

import re
from typing import Any

import regex

from .errors import UnknownError, failure

# Real seconds; what anybody means takes some milliseconds.
_SECONDS = 5.0
# .NET has these that Python's engine has not: balancing groups, and the subtraction of character classes.
_BEYOND = re.compile(r"\(\?<\w*-\w+>|-\[")
_ANCHORS = re.compile(r"\\(.)", re.DOTALL)
_SUBSTITUTION = re.compile(r"\$(?:(\d{1,3})|\{(\w+)\}|([$&]))")


def search(pattern: str, text: str, *, ignore_case: bool) -> Any:
    """The first match, or None."""
    return _tried(pattern, lambda given: regex.search(given, text, _flags(ignore_case), timeout=_SECONDS))


def all_matches(pattern: str, text: str, *, ignore_case: bool) -> list[Any]:
    """All matches."""
    return list(_tried(pattern, lambda given: regex.finditer(given, text, _flags(ignore_case), timeout=_SECONDS)))


def replace(pattern: str, replacement: str, text: str, *, ignore_case: bool) -> str:
    """The text with all matches replaced; `$1` and the like stand for what groups have matched."""

    def expand(found: Any) -> str:
        def part(reference: re.Match[str]) -> str:
            if reference[3]:
                return "$" if reference[3] == "$" else str(found[0])
            wanted: int | str = int(reference[1]) if reference[1] else str(reference[2])
            if isinstance(wanted, str) and wanted.isdecimal():
                wanted = int(wanted)
            return groups[wanted] or "" if wanted in groups else reference[0]

        groups = by_number_and_name(found)

        return _SUBSTITUTION.sub(part, replacement)

    return str(_tried(pattern, lambda given: regex.sub(given, expand, text, 0, _flags(ignore_case), timeout=_SECONDS)))


def by_number_and_name(found: Any) -> dict[int | str, str | None]:
    """What the groups of a match have matched; .NET numbers those without names first, and those with names behind."""
    names = {number: name for name, number in found.re.groupindex.items()}
    numbers = range(1, len(found.groups()) + 1)
    order = [
        0,
        *(number for number in numbers if number not in names),
        *(number for number in numbers if number in names),
    ]
    groups: dict[int | str, str | None] = {place: found.group(number) for place, number in enumerate(order)}
    return {**groups, **{name: found.group(number) for number, name in names.items()}}


def as_matches(found: Any) -> dict[int | str, str]:
    """`$Matches`: groups with names by these alone, and those without a match not at all."""
    named = len(found.re.groupindex)
    groups = by_number_and_name(found)
    count = len(found.groups()) - named
    return {key: value for key, value in groups.items() if value is not None and (isinstance(key, str) or key <= count)}


def split(pattern: str, text: str, most: int, *, ignore_case: bool) -> list[str]:
    """The text split at all matches, or into so many parts at most (0: no limit)."""
    times = max(most - 1, 0)
    if most == 1:
        return [text]
    parts = _tried(pattern, lambda given: regex.split(given, text, times, _flags(ignore_case), timeout=_SECONDS))
    return [part for part in parts if part is not None]


def escape(text: str) -> str:
    """Regex.Escape."""
    names = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f"}
    return "".join(names.get(item) or (f"\\{item}" if item in "\\*+?|{[()^$.# " else item) for item in text)


def like(text: str, pattern: str) -> bool:
    """Whether a text fits wildcards (`*`, `?`, `[a-z]`), in any case."""
    wanted, given = _wildcards(pattern.lower()), text.lower()
    # Where to go on when what is tried does not fit: the last asterisk takes one character more.
    place = part = 0
    star, mark = -1, 0
    while place < len(given):
        if part < len(wanted) and wanted[part] == "*":
            star, mark = part, place
            part += 1
        elif part < len(wanted) and _fits(wanted[part], given[place]):
            place, part = place + 1, part + 1
        elif star >= 0:
            mark += 1
            place, part = mark, star + 1
        else:
            return False
    return all(item == "*" for item in wanted[part:])


def has_wildcards(text: str) -> bool:
    """Whether there are wildcards in a text."""
    return any(item in text for item in "*?[")


def _wildcards(pattern: str) -> list[str]:
    """The parts of a pattern: `*`, `?`, sets with their brackets, and characters behind a backtick."""
    parts: list[str] = []
    place = 0
    while place < len(pattern):
        character = pattern[place]
        end = pattern.find("]", place + 2) if character == "[" else -1
        if character == "`" and place + 1 < len(pattern):
            parts.append(f"`{pattern[place + 1]}")
            place += 2
        elif character == "[":
            if end < 0:
                kind = "System.Management.Automation.WildcardPatternException"
                raise failure(f"The specified wildcard character pattern is not valid: {pattern}", kind)
            parts.append(pattern[place : end + 1])
            place = end + 1
        else:
            parts.append(character)
            place += 1
    return parts


def _fits(part: str, character: str) -> bool:
    if part == "?" or part == character:
        return True
    if part.startswith("`"):
        return part[1:] == character
    if len(part) < 3:
        return False
    inner = part[1:-1]
    place = 0
    while place < len(inner):
        if inner[place + 1 : place + 2] == "-" and place + 2 < len(inner):
            if inner[place] <= character <= inner[place + 2]:
                return True
            place += 3
        else:
            if inner[place] == character:
                return True
            place += 1
    return False


def _flags(ignore_case: bool) -> int:
    return int(regex.V0 | (regex.IGNORECASE if ignore_case else 0))


def _translated(pattern: str) -> str:
    if _BEYOND.search(pattern):
        raise UnknownError(f"the regular expression {pattern!r}")
    names = {"z": "\\Z", "Z": "(?=\\n?\\Z)"}
    return _ANCHORS.sub(lambda found: names.get(found[1], found[0]), pattern)


def _tried(pattern: str, function: Any) -> Any:
    try:
        return function(_translated(pattern))
    except regex.error as error:
        raise failure(f'parsing "{pattern}" - {error}', "System.ArgumentException") from error
    except TimeoutError as error:
        raise UnknownError(f"the regular expression {pattern!r} takes too long") from error
