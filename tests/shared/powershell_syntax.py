# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What Windows PowerShell 5.1 does not take: a text that is no script, and what came with PowerShell 6 and 7.

The grammar is that of the package tree-sitter-powershell, which is 5.1's with some pieces of 7. It marks ``??``, ``?.``
and the ternary operator as errors; chains of pipelines (``&&``, ``||``) it takes, and what differs by name alone is
listed here (about_Automatic_Variables, about_Functions, "What's new" of PowerShell 6.0 to 7.4).
"""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_powershell.language()))
_VARIABLES = frozenset({"$islinux", "$ismacos", "$iswindows", "$iscoreclr", "$psstyle"})
_COMMANDS = frozenset(
    {
        "get-error",
        "get-uptime",
        "join-string",
        "remove-service",
        "test-json",
        "get-markdownoption",
        "convertfrom-markdown",
        "show-markdown",
        "switch-process",
    }
)
# Parameters by command.
_PARAMETERS = {
    "foreach-object": {"-parallel", "-throttlelimit", "-asjob", "-timeoutseconds"},
    "convertfrom-json": {"-ashashtable", "-depth", "-noenumerate", "-datekind"},
    "convertto-json": {"-asarray", "-enumsasstrings", "-escapehandling"},
    "split-path": {"-leafbase", "-extension"},
    "join-path": {"-additionalchildpath"},
    "select-string": {"-noemphasis", "-raw", "-culture"},
    "get-content": {"-asbytestream"},
    "set-content": {"-asbytestream"},
    "add-content": {"-asbytestream"},
    "invoke-webrequest": {"-skipcertificatecheck", "-sslprotocol", "-authentication", "-token", "-form", "-resume"},
    "invoke-restmethod": {"-skipcertificatecheck", "-sslprotocol", "-authentication", "-token", "-form", "-resume"},
    "start-sleep": {"-duration"},
    "where-object": {"-not"},
    "sort-object": {"-top", "-bottom", "-stable"},
    "get-childitem": {"-followsymlink"},
    "test-connection": {"-tcpport", "-targetname", "-ping", "-traceroute"},
    "new-service": {"-securitydescriptorsddl"},
    "set-service": {"-credential", "-securitydescriptorsddl"},
}


def problems(text: str) -> list[str]:
    """Say what of a text Windows PowerShell 5.1 does not take, each with its line; none when it is fine."""
    root = _PARSER.parse(text.replace("\r\n", "\n").encode()).root_node
    return [f"line {node.start_point[0] + 1}: {reason}" for node in _walk(root) for reason in _reasons(node)]


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _reasons(node: Node) -> Iterator[str]:
    if node.is_error:
        yield f"no PowerShell 5.1: {_text(node)[:60]!r}"
    if node.is_missing:
        yield f"{node.type} is missing"
    if node.type == "pipeline_chain_tail":
        yield f"{_text(node).strip()[:2]} came with PowerShell 7"
    if node.type == "variable" and _text(node).lower() in _VARIABLES:
        yield f"{_text(node)} came with PowerShell 6"
    if node.type == "command":
        yield from _command_reasons(node)


def _command_reasons(node: Node) -> Iterator[str]:
    name_node = node.child_by_field_name("command_name")
    name = _text(name_node).lower() if name_node else ""
    if name in _COMMANDS:
        yield f"{name} came after Windows PowerShell"
    if name == "clean" and any(child.type == "script_block_expression" for child in _walk(node)):
        yield "a block clean came with PowerShell 7.3"
    for child in _own_parts(node):
        parameter = _text(child).lower().rstrip(":")
        if child.type == "command_parameter" and parameter in _PARAMETERS.get(name, ()):
            yield f"{name} {parameter} came after Windows PowerShell"


def _own_parts(node: Node) -> Iterator[Node]:
    """What belongs to a command itself, not to commands in a script block that it is given."""
    for child in node.children:
        if child.type != "script_block_expression":
            yield child
            yield from _own_parts(child)
