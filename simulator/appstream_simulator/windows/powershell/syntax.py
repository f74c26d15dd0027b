# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The syntax tree of a script. Names of variables, members, commands and operators are in lower case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Node:
    """Any part of a script; `position` is the offset in its text."""

    position: int


# Expressions


@dataclass(frozen=True)
class Literal(Node):
    value: Any


@dataclass(frozen=True)
class Text(Node):
    """A double-quoted string: texts and expressions."""

    parts: tuple[str | Node, ...]


@dataclass(frozen=True)
class Variable(Node):
    """A variable; `scope` is empty, a scope or `env`."""

    name: str
    scope: str = ""


@dataclass(frozen=True)
class ArrayLiteral(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True)
class ArrayExpression(Node):
    body: Block


@dataclass(frozen=True)
class SubExpression(Node):
    body: Block


@dataclass(frozen=True)
class Parenthesis(Node):
    inner: Node


@dataclass(frozen=True)
class HashLiteral(Node):
    pairs: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True)
class TypeName(Node):
    name: str


@dataclass(frozen=True)
class Cast(Node):
    type_name: TypeName
    operand: Node


@dataclass(frozen=True)
class Unary(Node):
    operator: str
    operand: Node


@dataclass(frozen=True)
class Binary(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Increment(Node):
    """`++` and `--`, before (`prefix`) or behind a variable."""

    target: Node
    step: int
    prefix: bool


@dataclass(frozen=True)
class Member(Node):
    target: Node
    name: Node
    static: bool


@dataclass(frozen=True)
class Call(Node):
    target: Node
    name: Node
    arguments: tuple[Node, ...]
    static: bool


@dataclass(frozen=True)
class Index(Node):
    target: Node
    index: Node


@dataclass(frozen=True)
class BlockLiteral(Node):
    script: Script


# Statements


@dataclass(frozen=True)
class Block(Node):
    statements: tuple[Node, ...]


@dataclass(frozen=True)
class Argument(Node):
    """A parameter (`name`), the value given to it with a colon or by position, or a splatted variable."""

    name: str | None
    value: Node | None
    splat: bool = False


@dataclass(frozen=True)
class Command(Node):
    """A command; `name` is a Literal unless the call operator gets an expression."""

    name: Node
    arguments: tuple[Argument, ...]
    silenced: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pipeline(Node):
    elements: tuple[Node, ...]


@dataclass(frozen=True)
class Assignment(Node):
    target: Node
    operator: str
    value: Node


@dataclass(frozen=True)
class If(Node):
    clauses: tuple[tuple[Node, Block], ...]
    otherwise: Block | None


@dataclass(frozen=True)
class Foreach(Node):
    variable: Variable
    items: Node
    body: Block


@dataclass(frozen=True)
class While(Node):
    condition: Node
    body: Block


@dataclass(frozen=True)
class DoLoop(Node):
    body: Block
    condition: Node
    until: bool


@dataclass(frozen=True)
class For(Node):
    start: Node | None
    condition: Node | None
    step: Node | None
    body: Block


@dataclass(frozen=True)
class Switch(Node):
    mode: str
    value: Node
    clauses: tuple[tuple[Node, Block], ...]
    otherwise: Block | None


@dataclass(frozen=True)
class Jump(Node):
    """`break`, `continue`, `return`, `throw` or `exit`."""

    keyword: str
    value: Node | None


@dataclass(frozen=True)
class Catch(Node):
    types: tuple[TypeName, ...]
    body: Block


@dataclass(frozen=True)
class Try(Node):
    body: Block
    catches: tuple[Catch, ...]
    ending: Block | None


@dataclass(frozen=True)
class Function(Node):
    name: str
    script: Script


@dataclass(frozen=True)
class Parameter(Node):
    name: str
    type_name: TypeName | None
    default: Node | None
    mandatory: bool = False
    valid: tuple[str, ...] = ()
    not_empty: bool = False
    aliases: tuple[str, ...] = ()
    spelling: str = ""


@dataclass(frozen=True)
class Script(Node):
    """A script, a function's body or a script block.

    Attributes:
        advanced: it has CmdletBinding or a Parameter attribute, and so the common parameters.
    """

    parameters: tuple[Parameter, ...]
    body: Block
    advanced: bool = False
    supports_should_process: bool = False
    text: str = ""
