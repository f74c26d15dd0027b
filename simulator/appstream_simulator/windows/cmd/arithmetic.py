# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`set /a`: whole numbers of 32 bits, variables by their names, assignments."""

from __future__ import annotations

import re
from collections.abc import Callable

from .session import Session

_TOKEN = re.compile(
    r"\s*+(?:(?P<number>\d\w*+)|(?P<name>[^\s\d()!~*/%+<>&^|=,;\"'-][^\s()!~*/%+<>&^|=,;\"'-]*+)"
    r"|(?P<sign><<=|>>=|<<|>>|[*/%+&^|-]=|[()!~*/%+<>&^|=,;-]))"
)
_NUMBER = re.compile(r"0[xX](?P<hex>[0-9A-Fa-f]+)|0(?P<octal>[0-7]*)|(?P<decimal>[1-9]\d*)")
# From the loosest to the tightest.
_LEVELS = (("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"), ("*", "/", "%"))
_ASSIGNMENTS = frozenset({"=", "*=", "/=", "%=", "+=", "-=", "&=", "^=", "|=", "<<=", ">>="})
_DEEPEST = 100


class ArithmeticProblem(Exception):
    """An expression that cmd.exe refuses: its text and the return code."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


_MISSING_OPERAND = ("Missing operand.", 1073750988)
_MISSING_OPERATOR = ("Missing operator.", 1073750989)
_UNBALANCED = ("Unbalanced parenthesis.", 1073750990)
_INVALID_NUMBER = (
    "Invalid number.  Numeric constants are either decimal (17),\nhexadecimal (0x11), or octal (021).",
    1073750991,
)
_TOO_LARGE = ("Invalid number.  Numbers are limited to 32-bits of precision.", 1073750992)
_DIVISION = ("Divide by zero error.", 1073750993)


def evaluate(session: Session, text: str) -> int:
    """The value of the last expression.

    Raises:
        ArithmeticProblem: cmd.exe refuses it.
    """
    parser = _Parser(session, _tokens(text.replace('"', "")))
    value = parser.assignment(0)
    while parser.next() in (",", ";"):
        parser.position += 1
        value = parser.assignment(0)
    if parser.next():
        raise ArithmeticProblem(*(_UNBALANCED if parser.next() == ")" else _MISSING_OPERATOR))
    return value


def _tokens(text: str) -> list[str]:
    tokens, position, text = [], 0, text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ArithmeticProblem(*_MISSING_OPERATOR)
        tokens.append(found[0].strip())
        position = found.end()
    return tokens


class _Parser:
    def __init__(self, session: Session, tokens: list[str]) -> None:
        self.session, self.tokens, self.position = session, tokens, 0

    def next(self, ahead: int = 0) -> str:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else ""

    def assignment(self, depth: int) -> int:
        name, sign = self.next(), self.next(1)
        if sign not in _ASSIGNMENTS or not _is_name(name):
            return self.level(0, depth)
        if depth > _DEEPEST:
            raise ArithmeticProblem(*_MISSING_OPERAND)
        self.position += 2
        value = self.assignment(depth + 1)
        if sign != "=":
            value = _wrapped(_OPERATIONS[sign[:-1]](self.value(name), value))
        self.session.set_variable(name, str(value))
        return value

    def level(self, level: int, depth: int) -> int:
        if level == len(_LEVELS):
            return self.operand(depth)
        value = self.level(level + 1, depth)
        while (sign := self.next()) in _LEVELS[level]:
            self.position += 1
            value = _wrapped(_OPERATIONS[sign](value, self.level(level + 1, depth)))
        return value

    def operand(self, depth: int) -> int:
        token = self.next()
        self.position += 1
        if depth > _DEEPEST or not token:
            raise ArithmeticProblem(*_MISSING_OPERAND)
        if token == "(":
            value = self.assignment(depth + 1)
            if self.next() != ")":
                raise ArithmeticProblem(*_UNBALANCED)
            self.position += 1
            return value
        if token in ("-", "+", "~", "!"):
            value = self.operand(depth + 1)
            return _wrapped({"-": -value, "+": value, "~": ~value, "!": int(not value)}[token])
        if token[0].isdigit():
            return _number(token)
        if not _is_name(token):
            raise ArithmeticProblem(*_MISSING_OPERAND)
        return self.value(token)

    def value(self, name: str) -> int:
        """A variable's number; 0 when it has none."""
        text = (self.session.variable(name) or "").strip()
        sign = -1 if text.startswith("-") else 1
        found = _NUMBER.match(text.lstrip("+-"))
        return _wrapped(sign * _number(found[0])) if found else 0


def _is_name(token: str) -> bool:
    return bool(token) and not token[0].isdigit() and token[0] not in "()!~*/%+<>&^|=,;-"


def _number(text: str) -> int:
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise ArithmeticProblem(*_INVALID_NUMBER)
    if found["hex"] and len(found["hex"]) <= 16:
        value = int(found["hex"], 16)
        value = _wrapped(value) if value < 1 << 32 else value
    else:
        digits = found["decimal"] or found["octal"] or "0"
        value = 1 << 40 if len(digits) > 20 or found["hex"] else int(digits, 10 if found["decimal"] else 8)
    if not -(1 << 31) <= value < 1 << 31:
        raise ArithmeticProblem(*_TOO_LARGE)
    return value


def _wrapped(value: int) -> int:
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


def _divided(left: int, right: int) -> int:
    if right == 0:
        raise ArithmeticProblem(*_DIVISION)
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _shifted(left: int, right: int) -> int:
    return left << right if 0 <= right < 32 else 0


def _shifted_back(left: int, right: int) -> int:
    return left >> right if 0 <= right < 32 else (-1 if left < 0 else 0)


_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "|": lambda left, right: left | right,
    "^": lambda left, right: left ^ right,
    "&": lambda left, right: left & right,
    "<<": _shifted,
    ">>": _shifted_back,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divided,
    "%": lambda left, right: left - right * _divided(left, right),
}
