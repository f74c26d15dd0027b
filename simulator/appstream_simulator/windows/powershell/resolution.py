# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether all of a script is in the subset: its commands, their parameters, its types and their members.

Names that are only made while a script runs are seen then; all others are seen before anything of it is done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from . import dotnet, members, syntax
from .commands_table import cmdlet_named
from .conversion import resolved
from .errors import UnknownError
from .parameters import option_named
from .syntax import Node

# Automatic variables that Windows PowerShell sets and the interpreter does not.
_REFUSED_VARIABLES = frozenset(
    [
        "error",
        "executioncontext",
        "foreach",
        "host",
        "input",
        "lastexitcodevalue",
        "myinvocation",
        "nestedpromptlevel",
        "profile",
        "psculture",
        "psdebugcontext",
        "pshome",
        "psscriptroot",
        "pscommandpath",
        "psuiculture",
        "sender",
        "shellid",
        "stacktrace",
        "switch",
        "this",
        "event",
        "eventargs",
        "eventsubscriber",
        "isinwindows",
        "consolefilename",
        "ofs",
        "psitemindex",
    ]
)
_BRINGING = frozenset({"Copy-Item", "Move-Item", "Rename-Item", "Start-Process"})
_SCOPES = frozenset({"", "env", "script", "global", "local"})


def require_known(script: syntax.Script, is_program: Callable[[str], bool]) -> None:
    """Raise UnknownError for the first piece of a script that is outside of the subset."""
    functions = {node.name for node in walk(script) if isinstance(node, syntax.Function)}
    assigned = {
        node.target.name
        for node in walk(script)
        if isinstance(node, syntax.Assignment) and isinstance(node.target, syntax.Variable)
    }
    bringing = min((node.position for node in walk(script) if _brings_files(node)), default=len(script.text))
    for node in walk(script):
        if isinstance(node, syntax.Command):
            brought = bringing < node.position
            _check_command(node, functions, is_program, brought)
        elif isinstance(node, syntax.TypeName):
            resolved(node.name)
        elif isinstance(node, (syntax.Member, syntax.Call)):
            _check_member(node)
        elif isinstance(node, syntax.Variable):
            _check_variable(node, assigned)


def walk(node: Any) -> Iterator[Node]:
    """A node and all nodes below it."""
    if isinstance(node, Node):
        yield node
        for field in dataclasses.fields(node):
            yield from walk(getattr(node, field.name))
    elif isinstance(node, tuple):
        for item in node:
            yield from walk(item)


def _started(command: syntax.Command) -> str:
    """The program that Start-Process is given, empty when that is only known later."""
    waits = False
    for argument in command.arguments:
        if argument.name is None or waits:
            return str(argument.value.value) if isinstance(argument.value, syntax.Literal) else ""
        waits = "filepath".startswith(argument.name.lower())
        if not waits and argument.name.lower() not in ("wait", "passthru", "nonewwindow"):
            return ""
        if waits and argument.value is not None:
            return str(argument.value.value) if isinstance(argument.value, syntax.Literal) else ""
    return ""


def _brings_files(node: Node) -> bool:
    """Whether a command may put a program where there is none yet."""
    if not isinstance(node, syntax.Command):
        return False
    if not isinstance(node.name, syntax.Literal):
        return True
    cmdlet = cmdlet_named(str(node.name.value))
    return cmdlet is None or cmdlet.name in _BRINGING


def _is_elsewhere(name: str) -> bool:
    """Whether a program has a path outside of Windows' own folder."""
    path = name.lower().replace("/", "\\")
    return "\\" in path and not path.startswith("c:\\windows\\")


def _check_command(
    command: syntax.Command, functions: set[str], is_program: Callable[[str], bool], brought: bool
) -> None:
    if not isinstance(command.name, syntax.Literal):
        return
    name = str(command.name.value)
    if name.lower() in functions:
        return
    cmdlet = cmdlet_named(name)
    if cmdlet is not None:
        for argument in command.arguments:
            if argument.name is not None:
                option_named(cmdlet, argument.name)
        if cmdlet.name != "Start-Process":
            return
        name = _started(command)
    if name.lower().endswith((".ps1", ".psm1")):
        raise UnknownError(f"the command {name}")
    if name and not is_program(name) and not (brought and _is_elsewhere(name)):
        raise UnknownError(f"the command {name}")


def _check_variable(node: syntax.Variable, assigned: set[str]) -> None:
    if node.scope not in _SCOPES or (not node.scope and node.name in _REFUSED_VARIABLES - assigned):
        raise UnknownError(f"the variable ${node.scope}{':' if node.scope else ''}{node.name}")


def _check_member(node: syntax.Member | syntax.Call) -> None:
    if not isinstance(node.name, syntax.Literal):
        return
    name, method = str(node.name.value), isinstance(node, syntax.Call)
    if node.static and isinstance(node.target, syntax.TypeName):
        if not dotnet.knows(resolved(node.target.name), name, method=method):
            raise UnknownError(f"[{node.target.name}]::{name}{'(…)' if method else ''}")
    elif method and name.lower() not in members.KNOWN_METHODS:
        raise UnknownError(f"the method {name}")
