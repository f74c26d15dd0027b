# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Reads templates without evaluating them: which variables they need, and what in them is fixed text.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.meta import find_undeclared_variables

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19
    trust_as_template = None

_LOOKUPS = frozenset({"lookup", "q", "query"})
_HARMLESS_LOOKUPS = frozenset({"env", "file", "first_found", "vars"})
_NOT_REPEATABLE_FILTERS = frozenset({"random", "random_mac", "shuffle"})
_NOT_REPEATABLE_FUNCTIONS = frozenset({"lipsum", "now"})
# Name of a variable and the keys below it.
_Chain = tuple[str, tuple[Any, ...]]


class _Any(dict[str, Any]):
    """Filters or tests of whatever name: templates are only read with them."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name, str)


ENVIRONMENT = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
ENVIRONMENT.filters = _Any(ENVIRONMENT.filters)
ENVIRONMENT.tests = _Any(ENVIRONMENT.tests)


def trusted(text: str) -> str:
    """Text from a role as something that may be a template."""
    if trust_as_template is not None:
        text = trust_as_template(text)
    return text


def is_template(value: Any) -> bool:
    """Whether the value is text with a template in it."""
    return isinstance(value, str) and any(mark in value for mark in ("{{", "{%", "{#"))


@lru_cache(maxsize=4096)
def variables_read(text: str) -> frozenset[_Chain] | None:
    """Variables a template reads, each with the keys below it.

    None when it can't be evaluated before the build: it is malformed, runs something, or yields something else each
    time.
    """
    try:
        tree = ENVIRONMENT.parse(text)
    except TemplateSyntaxError:
        return None
    if any(one.name.rpartition(".")[2] in _NOT_REPEATABLE_FILTERS for one in tree.find_all(nodes.Filter)):
        return None
    calls = [call for call in tree.find_all(nodes.Call) if _name_of(call.node) in _LOOKUPS]
    # A lookup that goes by another name, as in `{% set x = lookup %}`, is not followed.
    mentions = [one for one in tree.find_all(nodes.Name) if one.name in _LOOKUPS]
    if len(mentions) != len(calls) or any(_lookup_of(call) not in _HARMLESS_LOOKUPS for call in calls):
        return None
    chains: set[_Chain] = set()
    for call in calls:
        for argument in call.args[1:] if _lookup_of(call) == "vars" else ():
            if not isinstance(argument, nodes.Const):
                return None
            chains.add((str(argument.value), ()))
    free = find_undeclared_variables(tree) - _LOOKUPS
    for name, path in _chains(tree):
        if name not in free:
            continue
        if name in _NOT_REPEATABLE_FUNCTIONS or (name == "vars" and not path):
            return None
        chains.add((str(path[0]), path[1:]) if name == "vars" else (name, path))
    return frozenset(chains)


def first_found_terms(template: str, variables: Mapping[str, Any]) -> Any:
    """What ``{{ lookup('first_found', x) }}`` looks for, x not being templated; None when it is no such template."""
    try:
        body = ENVIRONMENT.parse(template.strip()).body
    except TemplateSyntaxError:
        return None
    call = body[0].nodes[0] if len(body) == 1 and isinstance(body[0], nodes.Output) else None
    if not isinstance(call, nodes.Call) or _lookup_of(call) != "first_found" or len(call.args) != 2 or call.kwargs:
        return None
    return variables.get(_name_of(call.args[1]))


def pieces(template: str) -> list[str] | None:
    """Text and ``{{ ... }}`` in turn; None when there is a statement, for then the text around it is unsure too."""
    found: list[str] = []
    try:
        for _line, kind, text in ENVIRONMENT.lex(template):
            if kind in ("block_begin", "raw_begin"):
                return None
            if kind in ("data", "variable_begin"):
                found.append(text)
            elif not kind.startswith("comment"):
                found[-1] += text
    except TemplateSyntaxError:
        return None
    return found


def wildcards(template: str) -> str:
    """Regular expression for what the template may yield when nothing is known."""
    found = pieces(template)
    return ".*" if found is None else "".join(".*" if is_template(text) else re.escape(text) for text in found)


def _name_of(node: nodes.Node) -> str:
    return node.name if isinstance(node, nodes.Name) else ""


def _lookup_of(call: nodes.Call) -> str:
    """Short name of the lookup that is called, "" when it is none or its name is not written there."""
    if _name_of(call.node) not in _LOOKUPS or not call.args or not isinstance(call.args[0], nodes.Const):
        return ""
    return re.sub(r"^ansible\.(builtin|legacy)\.", "", str(call.args[0].value))


def _chains(node: nodes.Node) -> Iterator[_Chain]:
    path: list[Any] = []
    below: Any = node
    while True:
        if isinstance(below, nodes.Getattr):
            path.insert(0, below.attr)
        elif isinstance(below, nodes.Getitem) and isinstance(below.arg, nodes.Const):
            path.insert(0, below.arg.value)
        else:
            break
        below = below.node
    if isinstance(below, nodes.Name):
        if below.ctx == "load":
            yield below.name, tuple(path)
        return
    for child in below.iter_child_nodes():
        yield from _chains(child)
