# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The outer shape of a small part of PowerShell: statements, pipelines, parameters. For `startup_script_effects`."""

from __future__ import annotations

import re
from collections.abc import Callable

_OPENING = {"(": ")", "{": "}", "[": "]"}
_QUOTES = "'\""
_PARAMETER = re.compile(
    r"\s+-(?P<name>\w+)(?:\s+(?P<value>'[^']*'|\"[^\"$]*\"|(?![-'\"])[^\s|;(){}]+))?(?=\s|$)",
)


class Unrecognised(ValueError):
    """A text that is not of the forms known here; the message is the text."""


def statements(text: str) -> list[str]:
    """The statements of a script without comments; the blocks in them keep their line breaks.

    Raises:
        Unrecognised: brackets or quotes do not close, or there are escapes or here-strings.
    """
    return [part for part in _split(_without_comments(text), lambda char: char in ";\n", continues="|") if part]


def pipeline(statement: str) -> list[str]:
    """The commands of a pipeline."""
    return _split(statement, lambda char: char == "|")


def parameters(command: str, name: str) -> dict[str, str]:
    """Values of a command's parameters by their lower-case names, without quotes; those of switches are empty.

    Raises:
        Unrecognised: it is another command, or there is more to it than parameters with simple values.
    """
    if command[: len(name)].lower() != name.lower() or not command[len(name) : len(name) + 1].isspace():
        raise Unrecognised(command)
    found: dict[str, str] = {}
    position = len(name)
    while command[position:].strip():
        parameter = _PARAMETER.match(command, position)
        if parameter is None or parameter["name"].lower() in found:
            raise Unrecognised(command)
        found[parameter["name"].lower()] = (parameter["value"] or "").strip(_QUOTES)
        position = parameter.end()
    return found


def _without_comments(text: str) -> str:
    kept, position = [], 0
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    while position < len(text):
        if text.startswith("<#", position):
            position = _after(text, "#>", position)
        elif text[position] == "#" and (position == 0 or text[position - 1] in " \t\n;{}()|"):
            position = text.find("\n", position) if "\n" in text[position:] else len(text)
        elif text.startswith("`\n", position):
            kept.append(" ")
            position += 2
        else:
            end = _after_token(text, position)
            kept.append(text[position:end])
            position = end
    return "".join(kept)


def _after_token(text: str, position: int) -> int:
    """Where a quoted text ends, or else the next character; escapes and here-strings are not for us."""
    if text[position] == "`" or text.startswith(("@'", '@"'), position):
        raise Unrecognised(text[position : position + 40])
    if text[position] not in _QUOTES:
        return position + 1
    end = _after(text, text[position], position + 1)
    if "`" in text[position:end] and text[position] == '"':
        raise Unrecognised(text[position:end])
    return end


def _after(text: str, wanted: str, position: int) -> int:
    found = text.find(wanted, position)
    if found < 0:
        raise Unrecognised(text[position : position + 40])
    return found + len(wanted)


def _split(text: str, separates: Callable[[str], bool], continues: str = "") -> list[str]:
    """Split at separators outside of quotes and brackets; not at a line break after a character that goes on."""
    parts, start, position = [], 0, 0
    expected: list[str] = []
    while position < len(text):
        char = text[position]
        if char in _OPENING:
            expected.append(_OPENING[char])
        elif char in _OPENING.values():
            if not expected or expected.pop() != char:
                raise Unrecognised(text)
        elif not expected and separates(char):
            goes_on = char == "\n" and continues and text[start:position].rstrip().endswith(continues)
            if not goes_on:
                parts.append(text[start:position].strip())
                start = position + 1
        position = _after_token(text, position)
    if expected:
        raise Unrecognised(text)
    return [*parts, text[start:].strip()]
