# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`if` of cmd.exe in its one-line form without `else`."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

from .batch_lines import UnsupportedError

if TYPE_CHECKING:
    from .command_shell import Session

_WORD = r'"[^"]*"|[^\s"=]+'
_IF = re.compile(
    rf"\s*@?if\s+(?P<ignore_case>/i\s+)?(?P<negated>not\s+)?(?:errorlevel\s+(?P<level>-?\d+)|exist\s+(?P<path>{_WORD})"
    rf"|defined\s+(?P<variable>\S+)|(?P<left>{_WORD})\s*(?P<comparison>==|\s(?:equ|neq|lss|leq|gtr|geq)\s)\s*"
    rf"(?P<right>{_WORD}))\s+(?P<command>.*)",
    re.IGNORECASE | re.DOTALL,
)
_COMPARISONS = {
    "equ": operator.eq,
    "neq": operator.ne,
    "lss": operator.lt,
    "leq": operator.le,
    "gtr": operator.gt,
    "geq": operator.ge,
}


def split(text: str) -> tuple[re.Match[str] | None, str]:
    """The condition of a line, None when it has none, and the commands behind it.

    Raises:
        UnsupportedError: another form of `if`.
    """
    if not re.match(r"\s*@?if\b", text, re.IGNORECASE):
        return None, text
    found = _IF.fullmatch(text)
    if found is None or found["command"].startswith("(") or re.search(r"(?i)\belse\b", found["command"]):
        raise UnsupportedError
    return found, found["command"]


def holds(condition: re.Match[str], session: Session) -> bool:
    """Whether a condition holds."""
    return _plain(condition, session) != bool(condition["negated"])


def _plain(condition: re.Match[str], session: Session) -> bool:
    if condition["level"] is not None:
        return session.level >= int(condition["level"])
    if condition["path"] is not None:
        path = session.path(condition["path"])
        if "*" in path or "?" in path:
            raise UnsupportedError
        return session.process.machine.disk.exists(path)
    if condition["variable"] is not None:
        return condition["variable"].upper() in {name.upper() for name in session.variables}
    left, right = condition["left"], condition["right"]
    if condition["ignore_case"]:
        left, right = left.lower(), right.lower()
    comparison = condition["comparison"].strip().lower()
    if comparison == "==":
        return left == right
    if re.fullmatch(r"-?\d+", left) and re.fullmatch(r"-?\d+", right):
        return bool(_COMPARISONS[comparison](int(left), int(right)))
    return bool(_COMPARISONS[comparison](left, right))
