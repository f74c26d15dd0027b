# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts with parameters that win_powershell is given and that are beyond the interpreter's subset of PowerShell.

A rule recognises the whole of a script's statements and does to the machine what these are documented to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..modules.task import Task


class TerminatingError(Exception):
    """A .NET exception or another error that ends the script, as `error_action: stop` makes all do."""


@dataclass
class ScriptRun:
    """One run of a script.

    Attributes:
        parameters: by lower-case name.
        found: what the rule's pattern found in the statements.
    """

    task: Task
    parameters: Mapping[str, Any]
    found: re.Match[str]


_BLOCK_COMMENT = re.compile(r"<#(?:.*?#>|(?P<unclosed>.*))", re.DOTALL)

# Returns the objects the script outputs; raises TerminatingError.
Rule = Callable[[ScriptRun], list[Any]]


def rules() -> Sequence[tuple[re.Pattern[str], Rule]]:
    """All rules, the first that fits wins; patterns match the whole of `statements(script)`."""
    from . import icons, secret_scan  # they import this module

    return (
        (icons.EXTRACT, icons.extract),
        (secret_scan.PATTERN, secret_scan.search),
    )


def statements(script: str) -> str:
    """The script's statements on one line: without comments, attributes and the param block, white space collapsed."""
    text = _BLOCK_COMMENT.sub(lambda found: found["unclosed"] or " ", script)
    text = re.sub(r"(?m)(^|\s)#[^\r\n]*$", " ", text)
    text = re.sub(r"^\s*\[CmdletBinding\([^)]*\)\]", "", text, flags=re.IGNORECASE).lstrip()
    if re.match(r"param\s*\(", text, re.IGNORECASE):
        text = text[_end_of_parentheses(text) :]
    return " ".join(text.split())


def _end_of_parentheses(text: str) -> int:
    depth = 0
    for index, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == ")" and depth == 0:
            return index + 1
    return len(text)


def find(script: str) -> tuple[Rule, re.Match[str]] | None:
    """The rule for a script, and what its pattern found; None when there is none."""
    text = statements(script)
    for pattern, rule in rules():
        match = pattern.fullmatch(text)
        if match:
            return rule, match
    return None
