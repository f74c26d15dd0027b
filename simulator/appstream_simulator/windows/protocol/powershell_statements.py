# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts of several statements: how one is parted into them, and what is known of variables in its texts.

Statements follow each other by lines and semicolons. Blocks, pipelines and variables other than `$PSScriptRoot`,
`$env:NAME` and the last exit code are beyond this; what only throws a command's output away is understood:
`| Out-Null`, `$null = …` and `[void](…)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Every alternative takes what it begins with to its end: nothing is looked at twice.
_TOKEN = re.compile(
    r"""
      (?P<comment><\#.*?\#>)
    | (?P<text>'(?:[^']|'')*+' | "(?:[^"`]|`.|"")*+")
    | (?P<unclosed><\#.*|['"].*)
    | (?P<end>[;\r\n]+)
    | (?P<blank>[^\S\r\n]+|`\r?\n\s*+)
    | (?P<pipe>\|)
    | (?P<word>[^\s'";<`|]+|[<`])
    """,
    re.DOTALL | re.VERBOSE,
)
_TO_THE_END_OF_THE_LINE = re.compile(r"[^\r\n]*+")
# What only says how errors and progress are shown, or what a script without parameters begins with.
_WITHOUT_EFFECT = re.compile(
    r"Set-StrictMode(?:\s+-Version\s+[\w.]+|\s+-Off)?|\$ProgressPreference\s*+=\s*+(?:'[^']*'|\"[^\"]*\")"
    r"|\[CmdletBinding\(\)\](?:\s*+param\s*+\(\s*+\))?|param\s*+\(\s*+\)",
    re.IGNORECASE,
)
_STOP = re.compile(r"\$ErrorActionPreference\s*+=\s*+(?:'Stop'|\"Stop\")", re.IGNORECASE)
_INTO_NOTHING = re.compile(r"\$null\s*+=\s*+", re.IGNORECASE)
_VOID = re.compile(r"\[void\]\s*+\(\s*+", re.IGNORECASE)
_VARIABLE = re.compile(
    r"\$(?:\{env:(?P<braced>[^{}]+)\}|env:(?P<name>\w+)|(?P<root>PSScriptRoot)\b|\{(?P<braced_root>PSScriptRoot)\})",
    re.IGNORECASE,
)
_BARE_WORD = re.compile(r"[^\s'\",;]+")


class UnclosedError(ValueError):
    """A quoted text or a comment has no end: PowerShell runs nothing of such a script."""


@dataclass(frozen=True)
class Statement:
    """One statement that does something.

    Attributes:
        text: with variables put in, without what throws the output away.
        stops: an error in it ends the script.
        silent: its output goes nowhere.
        expression: it stands in parentheses, so that Windows PowerShell takes it for a success whatever it does.
    """

    text: str
    stops: bool = False
    silent: bool = False
    expression: bool = False


def statements(script: str, variables: Mapping[str, str], folder: str) -> list[Statement]:
    """The statements that do something, with variables put in.

    Args:
        variables: of the environment.
        folder: where the script lies, which is `$PSScriptRoot`.

    Raises:
        UnclosedError: it is no whole script.
    """
    values = {name.upper(): value for name, value in variables.items()}
    found, stops = [], False
    for tokens in _parted(script):
        text = "".join(tokens)
        stops = stops or _STOP.fullmatch(text) is not None
        if not _WITHOUT_EFFECT.fullmatch(text) and not _STOP.fullmatch(text):
            found.append(_statement(tokens, values, folder, stops))
    return found


def _statement(tokens: list[str], values: Mapping[str, str], folder: str, stops: bool) -> Statement:
    kept = _without_out_null(tokens)
    silent, expression = kept != tokens, False
    text = "".join(_expanded(token, values, folder) for token in kept)
    if into := _INTO_NOTHING.match(text):
        text, silent = text[into.end() :], True
    if (void := _VOID.match(text)) and text.endswith(")"):
        text, silent, expression = text[void.end() : -1].rstrip(), True, True
    return Statement(text, stops, silent, expression)


def _without_out_null(tokens: list[str]) -> list[str]:
    """The tokens of a statement without a pipe into Out-Null at its end."""
    whole = [index for index, token in enumerate(tokens) if not token.isspace()]
    if len(whole) < 3 or tokens[whole[-1]].lower() != "out-null" or tokens[whole[-2]] != "|":
        return tokens
    return tokens[: whole[-3] + 1]


def _parted(script: str) -> Iterator[list[str]]:
    """The tokens of each statement, without comments and with a blank between what is apart."""
    current: list[str] = []
    for kind, token in _tokens(script):
        # A pipe at the end of a line goes on in the next.
        if kind == "end" and (";" in token or "|" not in current[-2:]):
            if current:
                yield _stripped(current)
            current = []
        elif kind in ("blank", "end", "comment"):
            current += [" "] if current and current[-1] != " " else []
        else:
            current.append(token)
    if current:
        yield _stripped(current)


def _stripped(tokens: list[str]) -> list[str]:
    return tokens[:-1] if tokens[-1] == " " else tokens


def _tokens(script: str) -> Iterator[tuple[str, str]]:
    position, before = 0, "end"
    while position < len(script):
        if script[position] == "#" and before in ("end", "blank", "comment", "pipe"):
            position = _TO_THE_END_OF_THE_LINE.match(script, position).end()  # type: ignore[union-attr]
            before = "comment"
            continue
        found = _TOKEN.match(script, position)
        assert found is not None and found.lastgroup is not None
        if found["unclosed"]:
            raise UnclosedError(script[position : position + 40])
        yield found.lastgroup, found[0]
        position, before = found.end(), found.lastgroup


def _expanded(token: str, values: Mapping[str, str], folder: str) -> str:
    """A token with variables put in; nothing is expanded within single quotes."""

    def value(found: re.Match[str]) -> str:
        if found["root"] or found["braced_root"]:
            return folder
        return values.get((found["braced"] or found["name"]).upper(), "")

    if token.startswith("'"):
        return token
    if token.startswith('"'):
        return _VARIABLE.sub(value, token)
    # A bare word is one argument, whatever its variables hold.
    return _BARE_WORD.sub(lambda found: _quoted(found[0], _VARIABLE.sub(value, found[0])), token)


def _quoted(word: str, expanded: str) -> str:
    return expanded if word == expanded or "$" in expanded else f'"{expanded}"'
