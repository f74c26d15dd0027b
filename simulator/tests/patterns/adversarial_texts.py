# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Texts that make a regular expression work: made from its own pieces, long, and wrong at the end.

A text that the pattern matches is made from the pattern's syntax tree, with the places noted where pieces of it begin
and end. Between any two of these places lies what is repeated; what precedes it leads the engine there, and what
follows is a text that the pattern has no room for.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

# What breaks a match off, or is what a script would have there.
ENDINGS = ("", "\0", " ", "|", " | Out-Null", "$", "`", " -Name x", "'", '"', "\n", "!", "\\", "a", "0", ")", "}")
_ALPHABET = "aA0_ \t\r\n|$`'\"-;,\\/:=(){}[]<>&.%#@!^~*+?"
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_CHARACTERS = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.IN, _constants.ANY, _constants.CATEGORY)


def text(pattern: re.Pattern[Any], chance: random.Random, length: int) -> str:
    """An adversarial text of about that length."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = _parser.parse(source, pattern.flags & ~(0 if isinstance(pattern.pattern, str) else re.UNICODE))
    sample = _Sample(tree, chance)
    sample.add(tree)
    whole, places = "".join(sample.parts), sorted(sample.places)
    begin = chance.choice(places[:-1] or [0])
    # Short pieces are the likelier to be what a repetition in the pattern repeats.
    later = [place for place in places if place > begin] or [len(whole)]
    end = later[min(int(chance.expovariate(0.7)), len(later) - 1)]
    pump = whole[begin:end] or chance.choice(_ALPHABET)
    rest = chance.choice([whole[end:], whole[end : chance.choice(later)], ""])
    return f"{whole[:begin]}{pump * (length // len(pump))}{rest}{chance.choice(ENDINGS)}"


class _Sample:
    """A text that a pattern matches, but for its assertions, being made."""

    def __init__(self, tree: Any, chance: random.Random) -> None:
        self.state, self.chance = tree.state, chance
        self.flags = tree.state.flags
        self.parts: list[str] = []
        self.places = {0}
        self.groups: dict[int, str] = {}
        self.alphabet = [*_ALPHABET, *_literals(tree)]

    def add(self, nodes: Iterable[Any]) -> None:
        literal = False
        for operator, argument in nodes:
            if not (literal and operator is _constants.LITERAL):
                self._note()
            literal = operator is _constants.LITERAL
            self._add_node(operator, argument)
        self._note()

    def _note(self) -> None:
        self.places.add(sum(map(len, self.parts)))

    def _add_node(self, operator: Any, argument: Any) -> None:
        if operator in _CHARACTERS:
            self.parts.append(self._character(operator, argument))
        elif operator in _REPEATS:
            least, most, nodes = argument
            for _ in range(self.chance.randint(least, min(most, least + 2))):
                self.add(nodes)
        elif operator is _constants.BRANCH:
            self.add(self.chance.choice(argument[1]))
        elif operator is _constants.SUBPATTERN:
            begin = len(self.parts)
            self.add(argument[3])
            if argument[0] is not None:
                self.groups[argument[0]] = "".join(self.parts[begin:])
        elif operator is _constants.ATOMIC_GROUP:
            self.add(argument)
        elif operator is _constants.GROUPREF:
            self.parts.append(self.groups.get(argument, ""))
        else:
            # Assertions and anchors take no room.
            assert operator in (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT), operator

    def _character(self, operator: Any, argument: Any) -> str:
        if operator is _constants.LITERAL:
            return chr(argument)
        tree = _parser.SubPattern(self.state, [(operator, argument)])
        fits = _compiler.compile(tree, self.flags)
        found = [character for character in self.alphabet if fits.fullmatch(character)]
        chosen: str = self.chance.choice(found or list(filter(fits.fullmatch, map(chr, range(256)))))
        return chosen


def _literals(tree: Any) -> list[str]:
    """The characters that a pattern names."""
    found: list[str] = []
    for operator, argument in tree:
        if operator is _constants.LITERAL:
            found.append(chr(argument))
        elif operator in _REPEATS:
            found += _literals(argument[2])
        elif operator is _constants.BRANCH:
            found += [character for branch in argument[1] for character in _literals(branch)]
        elif operator is _constants.SUBPATTERN:
            found += _literals(argument[3])
        elif operator is _constants.ATOMIC_GROUP:
            found += _literals(argument)
    return found
