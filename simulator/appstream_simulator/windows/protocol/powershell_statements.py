# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts of several statements: how one is parted into them, and what is known of variables in its texts.

Statements follow each other by lines and semicolons. Blocks, pipelines (but `| Out-Null`) and variables other than
`$PSScriptRoot`, `$env:NAME` and the last exit code are beyond this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# What only says how errors and progress are shown, or casts away a result.
_WITHOUT_EFFECT = re.compile(
    r"(?:Set-StrictMode\b.*|\$ProgressPreference\s*=.*|\[CmdletBinding\(\)\]|param\s*\(\s*\))", re.IGNORECASE
)
_STOP = re.compile(r"\$ErrorActionPreference\s*=\s*(?:'Stop'|\"Stop\")", re.IGNORECASE)
_COMMENT = re.compile(r"(?m)^\s*#[^\r\n]*$|\s#[^\r\n'\"]*$")
_CONTINUED = re.compile(r"`\r?\n\s*")
_OUT_NULL = re.compile(r"\s*\|\s*Out-Null\s*\Z|\A\$null\s*=\s*", re.IGNORECASE)
_PART = re.compile(r"""'(?:[^']|'')*'|"(?:[^"`]|`.)*"|[;\r\n]+|[^'";\r\n]+|.""", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{env:(?P<braced>\w+)\}|env:(?P<name>\w+)|(?P<root>PSScriptRoot))\b", re.IGNORECASE)


def stops_at_errors(script: str) -> bool:
    """Whether the script says that errors end it."""
    return any(_STOP.fullmatch(statement) for statement in _parted(script))


def statements(script: str, variables: Mapping[str, str], folder: str) -> list[str]:
    """The statements that do something, with variables put in.

    Args:
        variables: of the environment.
        folder: where the script lies, which is `$PSScriptRoot`.
    """
    wanted = (item for item in _parted(script) if not (_WITHOUT_EFFECT.fullmatch(item) or _STOP.fullmatch(item)))
    return [_OUT_NULL.sub("", _expanded(item, variables, folder)).strip() for item in wanted]


def _parted(script: str) -> list[str]:
    text = _CONTINUED.sub(" ", _COMMENT.sub("", re.sub(r"<#.*?#>", " ", script, flags=re.DOTALL)))
    found, current = [], ""
    for part in _PART.findall(text):
        if re.fullmatch(r"[;\r\n]+", part):
            found.append(current.strip())
            current = ""
        else:
            current += part
    return [statement for statement in (*found, current.strip()) if statement]


def _expanded(statement: str, variables: Mapping[str, str], folder: str) -> str:
    """Variables within double quotes and in bare words; nothing is expanded within single quotes."""
    values = {name.upper(): value for name, value in variables.items()}

    def value(found: re.Match[str]) -> str:
        name = found["braced"] or found["name"]
        return folder if found["root"] else values.get(name.upper(), "")

    def expanded(part: str) -> str:
        if part.startswith("'"):
            return part
        if part.startswith('"'):
            return _VARIABLE.sub(value, part)
        # A bare word is one argument, whatever its variables hold.
        return re.sub(r"[^\s'\",;]*\$[^\s'\",;]*", lambda found: _quoted(_VARIABLE.sub(value, found[0])), part)

    return "".join(expanded(part) for part in _PART.findall(statement))


def _quoted(word: str) -> str:
    return word if "$" in word else f'"{word}"'
