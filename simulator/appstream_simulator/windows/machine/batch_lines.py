# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How cmd.exe takes a line apart: `%` of batch files, commands in a chain, redirections, escapes with `^`."""

from __future__ import annotations

import ntpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

# `%%`, `%~dp1`, `%1`, `%*` and `%NAME%`, from left to right.
_BATCH_EXPANSION = re.compile(
    r"%(?:(?P<percent>%)|~(?P<modifiers>[dpnxf]*)(?P<number>\d)|(?P<plain>\d)|(?P<all>\*)|(?P<name>[^%:]+)%)"
)
_REDIRECTION = re.compile(r'(?:(?<=\s)(?P<stream>[12]))?(?P<operator>>{1,2})\s*(?P<target>&[12]|"[^"]*"|[^\s>"]+)')
_ESCAPED = 0xE000


class UnsupportedError(Exception):
    """Something of cmd.exe that is not simulated."""


@dataclass(frozen=True)
class Redirection:
    """`>`, `>>`, `2>`, `2>&1` or `1>&2`."""

    stream: int
    append: bool
    target: str


def expand_in_batch(text: str, variables: Mapping[str, str], arguments: Sequence[str], tail: str) -> str:
    """The text as a batch file sees it: its arguments put in, unknown variables empty, `%%` a percent sign.

    `tail` is what `%*` stands for: all behind the batch file's name as it was written, separators included.
    """
    values = {name.upper(): value for name, value in variables.items()}

    def value(found: re.Match[str]) -> str:
        if found["percent"]:
            return "%"
        if found["all"]:
            return tail
        if found["name"] is not None:
            return values.get(found["name"].upper(), "")
        number = int(found["number"] if found["number"] is not None else found["plain"])
        argument = arguments[number] if number < len(arguments) else ""
        return argument if found["plain"] is not None else _modified(argument.strip('"'), found["modifiers"])

    return _BATCH_EXPANSION.sub(value, text)


def _modified(argument: str, modifiers: str) -> str:
    if not modifiers or "f" in modifiers:
        return argument
    drive, path = ntpath.splitdrive(argument)
    folder, name = ntpath.split(path)
    stem, extension = ntpath.splitext(name)
    folder = folder if folder.endswith("\\") else f"{folder}\\"
    parts = {"d": drive, "p": folder, "n": stem, "x": extension}
    return "".join(parts[letter] for letter in "dpnx" if letter in modifiers)


def name(command: str) -> str:
    """The name a command begins with, lower case: what could be a built-in one's."""
    return re.split(r'[\s,;=/\\.:"]', command.lstrip().lstrip("@"), maxsplit=1)[0].lower()


def arguments(text: str) -> list[str]:
    """The arguments of a batch file, quotes kept; blanks, commas, semicolons and equals signs part them."""
    return re.findall(r'(?:"[^"]*"?|[^\s,;="])+', text)


def _mark_escapes(text: str) -> str:
    """Put what `^` or quotes protect out of the way of the rest; `_unmarked` brings it back."""
    result, quoted, index = "", False, 0
    while index < len(text):
        character = text[index]
        if character == "^" and not quoted and index + 1 < len(text):
            index += 1
            result += chr(_ESCAPED + ord(text[index])) if ord(text[index]) < 128 else text[index]
        elif quoted and character != '"' and character in "&|<>^()":
            result += chr(_ESCAPED + ord(character))
        else:
            quoted = quoted != (character == '"')
            result += character
        index += 1
    return result


def _unmarked(text: str) -> str:
    return "".join(
        chr(ord(character) - _ESCAPED) if _ESCAPED <= ord(character) < _ESCAPED + 128 else character
        for character in text
    )


def commands(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a chain, each with the operator before it (`&` for the first), escapes still marked.

    Raises:
        UnsupportedError: a pipe or input from a file.
    """
    operator = "&"
    for part in re.split(r"(&&|\|\||(?<![<>])&|[|<])", _mark_escapes(text)):
        if part in ("|", "<"):
            raise UnsupportedError
        if part in ("&", "&&", "||"):
            operator = part
        elif part.strip():
            yield operator, part


def redirections(command: str) -> tuple[str, list[Redirection]]:
    """A command of `commands` without its redirections, escapes resolved, and the redirections."""
    found = []
    for match in _REDIRECTION.finditer(command):
        stream = int(match["stream"] or 1)
        found.append(Redirection(stream, match["operator"] == ">>", _unmarked(match["target"]).strip('"')))
    return _unmarked(_REDIRECTION.sub("", command)), found
