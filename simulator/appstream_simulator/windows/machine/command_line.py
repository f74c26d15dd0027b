# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Command lines: how Windows takes them apart, and how Ansible's `argv` is put together.

`split` follows CommandLineToArgvW as Microsoft documents it and Wine re-implements it (dlls/shcore); `escape` follows
ConvertTo-EscapedArgument in ansible.windows' module_utils/Process.psm1, quirks included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_BLANKS = " \t"


def split(command_line: str) -> list[str]:
    """The arguments of a command line, the program first.

    The program name ends at the next quote or blank, with no escapes. After that, backslashes count only before a
    quote: 2n of them and a quote are n backslashes and a quoting mark, 2n+1 are n backslashes and a literal quote;
    within quotes, two quotes in a row are a literal one and end the quoting.
    """
    program, position = _program(command_line)
    arguments = [program]
    while position < len(command_line):
        if command_line[position] in _BLANKS:
            position += 1
            continue
        argument, position = _argument(command_line, position)
        arguments.append(argument)
    return arguments


def _program(text: str) -> tuple[str, int]:
    if text.startswith('"'):
        end = text.find('"', 1)
        return (text[1:], len(text)) if end < 0 else (text[1:end], end + 1)
    end = next((index for index, character in enumerate(text) if character in _BLANKS), len(text))
    return text[:end], end


def _argument(text: str, position: int) -> tuple[str, int]:
    parts: list[str] = []
    quotes = 0
    while position < len(text):
        if text[position] in _BLANKS and quotes == 0:
            break
        if text[position] not in '\\"':
            parts.append(text[position])
            position += 1
            continue
        backslashes = len(text[position:]) - len(text[position:].lstrip("\\"))
        position += backslashes
        if position >= len(text) or text[position] != '"':
            parts.append("\\" * backslashes)
            continue
        parts.append("\\" * (backslashes // 2))
        if backslashes % 2:
            parts.append('"')
        else:
            quotes += 1
        literal, quotes, position = _further_quotes(text, position + 1, quotes)
        parts.append(literal)
    return "".join(parts), position


def _further_quotes(text: str, position: int, quotes: int) -> tuple[str, int, int]:
    literal = ""
    while position < len(text) and text[position] == '"':
        quotes += 1
        if quotes == 3:
            literal, quotes = literal + '"', 0
        position += 1
    return literal, 0 if quotes == 2 else quotes, position


def escape(argument: str) -> str:
    """One argument as ansible.windows writes it on a command line."""
    if not argument:
        return '""'
    if not re.search(r'[\s"]', argument):
        return argument
    escaped = argument.replace('"', '\\"')
    escaped = re.sub(r'(?<!\\)(\\+)\\"', r'\1\1\\"', escaped)
    escaped = re.sub(r"(?<!\\)(\\+)$", r"\1\1", escaped)
    return f'"{escaped}"'


def join(arguments: Iterable[str]) -> str:
    """A command line of these arguments, as ansible.windows builds it from `argv`."""
    return " ".join(escape(argument) for argument in arguments)


def after_program(command_line: str) -> str:
    """What follows the program name, untouched but for leading blanks: what cmd.exe and installers look at."""
    _name, position = _program(command_line.lstrip())
    return command_line.lstrip()[position:].lstrip(_BLANKS)
