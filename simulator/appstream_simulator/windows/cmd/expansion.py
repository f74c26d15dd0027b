# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`%NAME%`, `%1`, `%~dp0`, the variables of `for`, and `!NAME!`: what cmd.exe puts in, and when.

Percent signs are expanded as a line is read, the variables of `for` and `!NAME!` as a command is run.
"""

from __future__ import annotations

import ntpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

# What `%~` modifiers may ask for.
_MODIFIERS = "fdpnxsatz"

# The value of a variable by its name in any case; None when it is not defined.
Lookup = Callable[[str], str | None]


@dataclass(frozen=True)
class FileFacts:
    """What modifiers tell of a file: its size in bytes, its time as `dir` shows it, its attributes as letters."""

    size: str = ""
    time: str = ""
    attributes: str = ""


# Full path of a name, and what is known of the file there.
Describe = Callable[[str], tuple[str, FileFacts]]


def expand(text: str, lookup: Lookup) -> str:
    """A line as cmd.exe /c reads it: unknown variables stay as they are."""
    return _with_percents(text, lambda percent: _variable(text, percent, "%", lookup) or ("%", percent + 1))


def expand_in_batch(text: str, lookup: Lookup, arguments: Sequence[str], tail: str, describe: Describe) -> str:
    """A line as a batch file has it: arguments put in, unknown variables empty, `%%` a percent sign.

    Args:
        arguments: %0 to %9 after `shift`.
        tail: what `%*` stands for: all behind the batch file's name as it was written, separators included.
    """
    return _with_percents(text, lambda percent: _in_batch(text, percent, lookup, arguments, tail, describe))


def _with_percents(text: str, value_at: Callable[[int], tuple[str, int]]) -> str:
    """A text with what its percent signs stand for. `value_at` says what that is at a place, and where it ends."""
    parts: list[str] = []
    position = 0
    while (percent := text.find("%", position)) >= 0:
        parts.append(text[position:percent])
        value, position = value_at(percent)
        parts.append(value)
    return "".join(parts) + text[position:]


def _in_batch(
    text: str, percent: int, lookup: Lookup, arguments: Sequence[str], tail: str, describe: Describe
) -> tuple[str, int]:
    """What a percent sign begins, and where the text goes on."""
    following = text[percent + 1 : percent + 2]
    if following == "%":
        return "%", percent + 2
    if following == "*":
        return tail, percent + 2
    if following.isdigit():
        return _argument(arguments, following), percent + 2
    if following == "~":
        end = percent + 2
        while text[end : end + 1].lower() in tuple(_MODIFIERS):
            end += 1
        if text[end : end + 1].isdigit():
            value = modified(_argument(arguments, text[end]), text[percent + 2 : end].lower(), describe)
            return value, end + 1
    found = _variable(text, percent, "%", lookup)
    if found is not None:
        return found
    # Of an unknown variable nothing stays, and what is between the colon and the end is no more part of it.
    end = text.find("%", percent + 1)
    if end < 0:
        return "", percent + 1
    colon = text.find(":", percent + 1, end)
    if colon > 0:
        return "", colon + 1
    return "", end + 1


def _argument(arguments: Sequence[str], digit: str) -> str:
    return arguments[int(digit)] if int(digit) < len(arguments) else ""


def modified(argument: str, modifiers: str, describe: Describe) -> str:
    """`%~fdpnxsatz1`: without modifiers only the quotes go."""
    plain = argument[1:-1] if len(argument) > 1 and argument[0] == argument[-1] == '"' else argument.strip('"')
    if not modifiers or not plain:
        return plain
    path, facts = describe(plain)
    drive, rest = ntpath.splitdrive(path)
    folder, name = ntpath.split(rest)
    stem, extension = ntpath.splitext(name)
    folder = folder if folder.endswith("\\") else f"{folder}\\"
    values = {"d": drive, "p": folder, "n": stem, "x": extension}
    shown = path if "f" in modifiers or modifiers == "s" else ""
    shown = shown or "".join(values[letter] for letter in "dpnx" if letter in modifiers)
    known = {"a": facts.attributes, "t": facts.time, "z": facts.size}
    return " ".join(filter(None, [*(known[letter] for letter in "atz" if letter in modifiers), shown]))


def _variable(text: str, begin: int, mark: str, lookup: Lookup) -> tuple[str, int] | None:
    """The value of `%NAME%`, `%NAME:a=b%` or `%NAME:~0,3%` and where it ends; None when it is not defined."""
    end = text.find(mark, begin + 1)
    if end < 0:
        return None
    inner = text[begin + 1 : end]
    whole = lookup(inner) if inner else None
    if whole is not None:
        return whole, end + 1
    name, colon, change = inner.partition(":")
    value = lookup(name) if name and colon else None
    if value is None or not change:
        return None
    if change.startswith("~"):
        return _cut(value, change[1:]), end + 1
    old, equals, new = change.partition("=")
    if not equals or not old:
        return None
    return _replaced(value, old, new), end + 1


def _cut(value: str, asked: str) -> str:
    """`~begin,length`, both of which may count from the end."""
    first, _comma, second = asked.partition(",")
    begin, length = _number(first) or 0, _number(second)
    start = max(len(value) + begin, 0) if begin < 0 else begin
    if length is None:
        return value[start:]
    stop = len(value) + length if length < 0 else start + length
    return value[start : max(stop, start)]


def _number(text: str) -> int | None:
    stripped = text.strip()
    digits = stripped.lstrip("+-")
    return int(stripped) if digits.isdecimal() and len(stripped) - len(digits) <= 1 and len(digits) < 10 else None


def _replaced(value: str, old: str, new: str) -> str:
    """All places of a text, whatever their case; with `*` in front all up to the first."""
    lower, wanted = value.lower(), old.lower()
    if len(lower) != len(value):
        lower, wanted = value, old
    if wanted.startswith("*") and len(wanted) > 1:
        found = lower.find(wanted[1:])
        return value if found < 0 else new + value[found + len(wanted) - 1 :]
    parts, position = [], 0
    while (found := lower.find(wanted, position)) >= 0:
        parts += [value[position:found], new]
        position = found + len(wanted)
    return "".join(parts) + value[position:]


def expand_loop(text: str, values: Mapping[str, str], describe: Describe) -> str:
    """The text with the variables of `for` put in; letters count in their case."""
    if not values or "%" not in text:
        return text
    parts: list[str] = []
    position = 0
    while (percent := text.find("%", position)) >= 0:
        parts.append(text[position:percent])
        value, position = _in_loop(text, percent, values, describe)
        parts.append(value)
    return "".join(parts) + text[position:]


def _in_loop(text: str, percent: int, values: Mapping[str, str], describe: Describe) -> tuple[str, int]:
    letter = text[percent + 1 : percent + 2]
    if letter in values and letter != "~":
        return values[letter], percent + 2
    if letter == "~":
        end = percent + 2
        while text[end : end + 1].lower() in tuple(_MODIFIERS):
            end += 1
        # The variable may have a modifier's letter.
        while end > percent + 1 and text[end : end + 1] not in values:
            end -= 1
        if end > percent + 1:
            return modified(values[text[end]], text[percent + 2 : end].lower(), describe), end + 1
    return "%", percent + 1


def expand_delayed(text: str, lookup: Lookup) -> str:
    """`!NAME!`; a `^` protects the next character then, and unknown variables are empty."""
    if "!" not in text:
        return text
    parts: list[str] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character == "^":
            parts.append(text[position + 1 : position + 2])
            position += 2
        elif character == "!":
            found = _variable(text, position, "!", lookup)
            end = text.find("!", position + 1)
            if found is not None:
                value, position = found
                parts.append(value)
            else:
                position = end + 1 if end > 0 else position + 1
        else:
            parts.append(character)
            position += 1
    return "".join(parts)
