# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Conditions of Windows Installer (Microsoft: "Conditional Statement Syntax"), without component and feature states."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(
    r'\s*(?:(?P<text>"[^"]*")|(?P<number>-?\d+)|(?P<operator>~?(?:<>|>=|<=|><|<<|>>|=|<|>)|[()])|(?P<name>%?\w[\w.]*))'
)
_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


class ConditionError(ValueError):
    """Something in a condition that is not simulated."""


def holds(condition: str, properties: Mapping[str, str]) -> bool:
    """Whether a condition holds with these properties; an empty one does.

    Raises:
        ConditionError: it cannot be told.
    """
    if not condition.strip():
        return True
    parser = _Parser(condition, properties)
    result = parser.either()
    if parser.tokens:
        raise ConditionError(condition)
    return result


class _Parser:
    def __init__(self, condition: str, properties: Mapping[str, str]) -> None:
        self.properties = properties
        self.condition = condition
        self.tokens: list[str] = []
        position = 0
        while position < len(condition.rstrip()):
            found = _TOKEN.match(condition, position)
            if found is None:
                raise ConditionError(condition)
            self.tokens.append(found[0].strip())
            position = found.end()

    def _next_is(self, word: str) -> bool:
        return bool(self.tokens) and self.tokens[0].upper() == word

    def either(self) -> bool:
        result = self._both()
        while self._next_is("OR"):
            self.tokens.pop(0)
            other = self._both()
            result = result or other
        return result

    def _both(self) -> bool:
        result = self._one()
        while self._next_is("AND"):
            self.tokens.pop(0)
            other = self._one()
            result = result and other
        return result

    def _one(self) -> bool:
        if self._next_is("NOT"):
            self.tokens.pop(0)
            return not self._one()
        if self._next_is("("):
            self.tokens.pop(0)
            result = self.either()
            if not self._next_is(")"):
                raise ConditionError(self.condition)
            self.tokens.pop(0)
            return result
        return self._comparison()

    def _comparison(self) -> bool:
        left = self._value()
        if not self.tokens or self.tokens[0].lstrip("~") not in _COMPARISONS:
            return bool(left)
        symbol = self.tokens.pop(0)
        right = self._value()
        compare = _COMPARISONS[symbol.lstrip("~")]
        if _is_integer(left) and _is_integer(right):
            return bool(compare(int(left), int(right)))
        if symbol.startswith("~"):
            return bool(compare(left.lower(), right.lower()))
        return bool(compare(left, right))

    def _value(self) -> str:
        if not self.tokens or not re.fullmatch(r'"[^"]*"|-?\d+|\w[\w.]*', self.tokens[0]):
            raise ConditionError(self.condition)
        token = self.tokens.pop(0)
        if token.startswith('"'):
            return token[1:-1]
        return token if _is_integer(token) else self.properties.get(token, "")


def _is_integer(text: str) -> bool:
    return re.fullmatch(r"-?\d+", text) is not None
