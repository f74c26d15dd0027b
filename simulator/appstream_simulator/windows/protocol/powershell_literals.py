# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values of PowerShell literals (hash tables, arrays, strings, numbers), read from source with tree-sitter, and calls.

What only a running PowerShell could tell is DYNAMIC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

_parser_language = Language(tree_sitter_powershell.language())


class Unknown(Enum):
    """The type of DYNAMIC."""

    DYNAMIC = "dynamic"


DYNAMIC = Unknown.DYNAMIC
_UNDER_A_CONDITION = frozenset(
    {
        *(f"{kind}_statement" for kind in ("if", "switch", "foreach", "for", "while", "do", "function", "trap")),
        *("script_block", "script_block_expression", "catch_clause"),
    }
)
_CONSTANTS: Mapping[str, Any] = {"$true": True, "$false": False, "$null": None}


@dataclass(frozen=True)
class Call:
    """A call of a function.

    Attributes:
        by_place: values without a name before them.
        by_name: by lower-case name, None for a switch.
        always: it is on the script's top level, under no condition.
    """

    by_place: tuple[Any, ...]
    by_name: Mapping[str, Any]
    always: bool


def parse(source: bytes) -> Node:
    """The syntax tree of a script. A parser belongs to one thread, so each call makes its own."""
    return Parser(_parser_language).parse(source).root_node


def hash_or_variable(source: bytes, offset: int, text: str) -> Any:
    """The value of the hash table literal that begins at this offset, or of the variable that `text` names."""
    root = parse(source)
    values = assignments(root)
    if text.startswith("$"):
        return values.get(text.lower(), DYNAMIC)
    found = [node for node in _descendants(root, "hash_literal_expression") if node.start_byte == offset]
    return value(found[0], values) if found else DYNAMIC


def assignments(root: Node) -> dict[str, Any]:
    """Variables (lower case, with `$`) and the values of their first assignments in the script."""
    values: dict[str, Any] = {}
    for node in _descendants(root, "assignment_expression"):
        target = _text(node.named_children[0]).lower()
        if re.fullmatch(r"\$\w+", target):
            values.setdefault(target, value(node.named_children[-1], values))
    return values


def calls(source: bytes, names: Collection[str]) -> list[Call]:
    """The calls of functions of these names (lower case), in the order of the script."""
    root = parse(source)
    values = assignments(root)
    commands = (node for node in _descendants(root, "command") if _text(node.named_children[0]).lower() in names)
    return [_call(node, values) for node in commands]


def _call(command: Node, variables: Mapping[str, Any]) -> Call:
    by_place: list[Any] = []
    by_name: dict[str, Any] = {}
    name = ""
    for node in (child for elements in command.named_children[1:] for child in elements.named_children):
        if node.type == "command_parameter":
            name = _text(node).lstrip("-").lower()
            by_name[name] = None
        elif node.type != "command_argument_sep":
            if name:
                by_name[name] = value(node, variables)
            else:
                by_place.append(value(node, variables))
            name = ""
    return Call(tuple(by_place), by_name, _is_at_the_top(command))


def _is_at_the_top(node: Node) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.type in _UNDER_A_CONDITION:
            return False
        parent = parent.parent
    return True


def value(node: Node, variables: Mapping[str, Any]) -> Any:
    """The Python value of an expression: dict, list, str, int, bool, None, or DYNAMIC, also when nested too deep."""
    if node.has_error:
        return DYNAMIC
    read = _READERS.get(node.type)
    try:
        if read is not None:
            return read(node, variables)
        return value(node.named_children[0], variables) if len(node.named_children) == 1 else DYNAMIC
    except RecursionError:
        return DYNAMIC


def _hash(node: Node, variables: Mapping[str, Any]) -> dict[str, Any]:
    entries = {}
    for entry in _outermost(node, "hash_entry"):
        key = _text(entry.named_children[0]).strip("\"'")
        entries[key] = value(entry.named_children[-1], variables)
    return entries


def _array(node: Node, variables: Mapping[str, Any]) -> list[Any]:
    return [item for statement in _outermost(node, "pipeline") for item in _unrolled(value(statement, variables))]


def _comma_list(node: Node, variables: Mapping[str, Any]) -> Any:
    items = [value(child, variables) for child in node.named_children]
    return items if len(items) > 1 else items[0]


def _unary(node: Node, variables: Mapping[str, Any]) -> Any:
    operand = value(node.named_children[-1], variables)
    if node.children[0].type == ",":
        return [operand]
    return operand if len(node.children) == 1 else DYNAMIC


def _expandable_string(node: Node, variables: Mapping[str, Any]) -> Any:
    text = _text(node)
    return DYNAMIC if re.search(r"[$`]", text) else text[1:-1]


def _variable(node: Node, variables: Mapping[str, Any]) -> Any:
    name = _text(node).lower()
    return _CONSTANTS[name] if name in _CONSTANTS else variables.get(name, DYNAMIC)


def _dynamic(node: Node, variables: Mapping[str, Any]) -> Any:
    return DYNAMIC


def _integer(node: Node, variables: Mapping[str, Any]) -> Any:
    try:
        return int(_text(node), 0)
    except ValueError:
        return DYNAMIC  # has a suffix such as 1KB or 1L


def _unrolled(item: Any) -> list[Any]:
    """PowerShell's pipeline takes an array apart, one level."""
    return item if isinstance(item, list) else [item]


def _outermost(node: Node, kind: str) -> Iterator[Node]:
    """Nodes of this kind below `node` that aren't inside another of it."""
    for child in node.named_children:
        if child.type == kind:
            yield child
        else:
            yield from _outermost(child, kind)


def _descendants(node: Node, kind: str) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.type == kind:
            yield one
        waiting += reversed(one.named_children)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


_READERS: Mapping[str, Callable[[Node, Mapping[str, Any]], Any]] = {
    "hash_literal_expression": _hash,
    "array_expression": _array,
    "array_literal_expression": _comma_list,
    "unary_expression": _unary,
    "expression_with_unary_operator": _unary,
    "verbatim_string_characters": lambda node, variables: _text(node)[1:-1].replace("''", "'"),
    "expandable_string_literal": _expandable_string,
    "decimal_integer_literal": _integer,
    "hexadecimal_integer_literal": _integer,
    "variable": _variable,
    **dict.fromkeys(
        ("cast_expression", "sub_expression", "command", "script_block_expression", "element_access", "member_access"),
        _dynamic,
    ),
}
