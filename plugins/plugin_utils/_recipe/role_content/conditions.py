# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Judges conditions of which only parts are known: ``unknown and false`` is false all the same.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Optional

from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.templates import ENVIRONMENT
from jinja2.exceptions import TemplateSyntaxError

_Token = tuple[str, str]  # kind and text
# Evaluates a condition without and, or, not: None when that is not possible.
_Evaluate = Callable[[str], Optional[bool]]


def judge(condition: str, evaluate: _Evaluate) -> bool | None:
    """Whether the condition holds, None when its known parts do not decide that."""
    try:
        tokens = [(kind, text) for _line, kind, text in ENVIRONMENT.lex(f"{{{{ {condition} }}}}")]
    except TemplateSyntaxError:
        return evaluate(condition)
    return _judge(tokens[1:-1], evaluate)


def _judge(tokens: Sequence[_Token], evaluate: _Evaluate) -> bool | None:
    tokens = _stripped(tokens)
    text = "".join(text for _kind, text in tokens)
    if len(_split(tokens, "if")) > 1:
        return evaluate(text)
    for word, decisive in (("or", True), ("and", False)):
        parts = _split(tokens, word)
        if len(parts) > 1:
            results = [_judge(part, evaluate) for part in parts]
            if decisive in results:
                return decisive
            return None if None in results else not decisive
    if tokens and tokens[0] == ("name", "not"):
        result = _judge(tokens[1:], evaluate)
        return None if result is None else not result
    return evaluate(text)


def _stripped(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """Without blanks and brackets around the whole."""
    while True:
        while tokens and tokens[0][0] == "whitespace":
            tokens = tokens[1:]
        while tokens and tokens[-1][0] == "whitespace":
            tokens = tokens[:-1]
        if not tokens or tokens[0] != ("operator", "(") or 0 in _depths(tokens)[:-1]:
            return tokens
        tokens = tokens[1:-1]


def _split(tokens: Sequence[_Token], word: str) -> list[list[_Token]]:
    """What is between the words that are in no bracket."""
    parts: list[list[_Token]] = [[]]
    for token, depth in zip(tokens, _depths(tokens)):
        if token == ("name", word) and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _depths(tokens: Sequence[_Token]) -> list[int]:
    """How many brackets are open after each token."""
    depths, depth = [], 0
    for kind, text in tokens:
        if kind == "operator":
            depth += (text in "([{") - (text in ")]}")
        depths.append(depth)
    return depths
