# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a line of cmd.exe, or several that a block joins, is once it has been read."""

from __future__ import annotations

from dataclasses import dataclass


class UnsupportedError(Exception):
    """Something of cmd.exe that is not simulated, or that cmd.exe refuses in a way that is not known."""


@dataclass(frozen=True)
class Redirection:
    """`>`, `>>`, `<` and their like; the target of `2>&1` is `&1`."""

    stream: int
    operator: str
    target: str


@dataclass(frozen=True)
class Simple:
    """A built-in command or a program with all that is behind it, escapes resolved and quotes kept."""

    text: str
    redirections: tuple[Redirection, ...] = ()
    quiet: bool = False


@dataclass(frozen=True)
class Block:
    """Commands in parentheses, one after the other."""

    commands: tuple[Node, ...]
    redirections: tuple[Redirection, ...] = ()
    quiet: bool = False


@dataclass(frozen=True)
class Chain:
    """Two commands with `&`, `&&`, `||` or `|` between them."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Condition:
    """What `if` asks: `kind` is exist, defined, errorlevel, cmdextversion, or how `left` and `right` are compared."""

    kind: str
    left: str
    right: str = ""
    negated: bool = False
    ignores_case: bool = False


@dataclass(frozen=True)
class If:
    """`if`, with `else` or without."""

    condition: Condition
    then: Node
    otherwise: Node | None = None
    quiet: bool = False


@dataclass(frozen=True)
class For:
    """`for`: `kind` is empty or one of l, d, r, f; `options` what stands between it and the variable."""

    kind: str
    options: str
    variable: str
    items: str
    body: Node
    quiet: bool = False


Node = Simple | Block | Chain | If | For


def is_quiet(node: Node) -> bool:
    """Whether the line begins with `@`."""
    return is_quiet(node.left) if isinstance(node, Chain) else node.quiet


def shown(node: Node) -> str:
    """A command as cmd.exe shows it before it is run."""
    parts = []
    while isinstance(node, Chain):
        parts.append(f"{shown(node.left)} {node.operator} ")
        node = node.right
    return "".join([*parts, _shown_part(node)])


def _shown_part(node: Simple | Block | If | For) -> str:
    if isinstance(node, If):
        otherwise = f" else {shown(node.otherwise)}" if node.otherwise else ""
        return f"if {_shown_condition(node.condition)} {shown(node.then)}{otherwise}"
    if isinstance(node, For):
        switch = f"/{node.kind} " if node.kind else ""
        options = f"{node.options} " if node.options else ""
        return f"for {switch}{options}%{node.variable} in ({node.items}) do {shown(node.body)}"
    text = node.text if isinstance(node, Simple) else f"({' & '.join(map(shown, node.commands))})"
    redirections = "".join(f" {item.stream}{item.operator}{item.target}" for item in node.redirections)
    return f"{text}{redirections} "


def _shown_condition(condition: Condition) -> str:
    words = ["/i"] if condition.ignores_case else []
    words += ["not"] if condition.negated else []
    if condition.kind in ("exist", "defined", "errorlevel", "cmdextversion"):
        return " ".join([*words, condition.kind, condition.left])
    return " ".join([*words, condition.left, condition.kind, condition.right])
