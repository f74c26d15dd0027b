# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What `if` asks."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from . import wildcards
from .session import Session
from .syntax import Condition, UnsupportedError

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "equ": operator.eq,
    "neq": operator.ne,
    "lss": operator.lt,
    "leq": operator.le,
    "gtr": operator.gt,
    "geq": operator.ge,
}


def holds(session: Session, condition: Condition) -> bool:
    """Whether a condition holds.

    Raises:
        UnsupportedError: what it asks cmd.exe would refuse.
    """
    left, right = session.expanded(condition.left), session.expanded(condition.right)
    return _plain(session, condition, left, right) != condition.negated


def _plain(session: Session, condition: Condition, left: str, right: str) -> bool:
    if condition.kind in ("errorlevel", "cmdextversion"):
        number = _number(left)
        if number is None:
            raise UnsupportedError(f"if {condition.kind} {left}")
        return (session.level if condition.kind == "errorlevel" else 2) >= number
    if condition.kind == "exist":
        return _exists(session, left)
    if condition.kind == "defined":
        return session.variable(left) is not None
    if condition.ignores_case:
        left, right = left.lower(), right.lower()
    if condition.kind == "==":
        return left == right
    numbers = _number(left), _number(right)
    compare = _COMPARISONS[condition.kind]
    return compare(left, right) if None in numbers else compare(*numbers)


def _number(text: str) -> int | None:
    """A number as cmd.exe takes it: decimal, `0x1F`, or octal with a zero in front."""
    digits = text.lstrip("+-")
    if not digits or len(text) - len(digits) > 1 or not digits[0].isdecimal() or len(digits) > 12:
        return None
    base = 16 if digits[:2].lower() == "0x" else 8 if digits[0] == "0" and len(digits) > 1 else 10
    try:
        number = int(digits[2:] if base == 16 else digits, base)
    except ValueError:
        return None
    return -number if text.startswith("-") else number


def _exists(session: Session, name: str) -> bool:
    plain = name.strip('"')
    path = session.path(plain)
    if any(character in path for character in "*?"):
        return bool(wildcards.found(session, plain))
    if plain.replace("/", "\\").endswith("\\"):
        return session.disk.is_directory(path)
    folder, _slash, last = path.rpartition("\\")
    return session.disk.exists(path) or (last.lower() == "nul" and session.disk.is_directory(folder + "\\"))
