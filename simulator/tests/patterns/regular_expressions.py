# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every regular expression in the simulator's source, with the way it is applied.

A call such as `re.search(r"…", text)` or `_NAME.fullmatch(text)` counts with its own method, whatever function it
stands in. Compiled patterns that are in tables of a module are found by walking its names.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import appstream_simulator

METHODS = frozenset({"fullmatch", "match", "search", "sub", "subn", "split", "findall", "finditer"})
# Modules that need the extra `active-directory`, whose libraries are not installed everywhere.
_OF_THE_EXTRA = frozenset(
    {
        *(f"windows.domain.{name}" for name in ("directory", "kerberos", "member", "policy_reading", "sysvol")),
        "windows.protocol.kerberos",
    }
)


@dataclass(frozen=True)
class Use:
    """A pattern, how it is applied, and where."""

    pattern: re.Pattern[Any]
    method: str
    place: str


@dataclass(frozen=True)
class Found:
    """The uses, and the places whose pattern is known only when they run."""

    uses: tuple[Use, ...]
    dynamic: tuple[str, ...]


def modules() -> Iterator[ModuleType]:
    """The modules of the package, but those whose libraries are missing."""
    for info in pkgutil.walk_packages(appstream_simulator.__path__, "appstream_simulator."):
        try:
            yield importlib.import_module(info.name)
        except ModuleNotFoundError:
            if info.name.removeprefix("appstream_simulator.") not in _OF_THE_EXTRA:
                raise


def collect(methods_of_tables: Mapping[str, str]) -> Found:
    """All uses; patterns in tables are applied with the methods given by the table's place, or else with all."""
    uses: set[Use] = set()
    dynamic: list[str] = []
    for module in modules():
        assert module.__file__
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                uses |= set(_uses_of(node, node.func, module, dynamic))
    applied = {use.pattern for use in uses}
    for module in modules():
        for name, value in vars(module).items():
            place = f"{module.__name__.removeprefix('appstream_simulator.')}.{name}"
            for pattern in _patterns_in(value):
                if pattern not in applied:
                    methods = (methods_of_tables[place],) if place in methods_of_tables else ("fullmatch", "search")
                    uses |= {Use(pattern, method, place) for method in methods}
    return Found(tuple(sorted(uses, key=lambda use: (use.place, use.method, str(use.pattern)))), tuple(sorted(dynamic)))


def _uses_of(call: ast.Call, function: ast.Attribute, module: ModuleType, dynamic: list[str]) -> Iterator[Use]:
    name = module.__name__.removeprefix("appstream_simulator.")
    place = f"{name}:{ast.unparse(call)}"
    of_re = isinstance(function.value, ast.Name) and function.value.id in ("re", "regex")
    if of_re and function.attr in METHODS:
        flags = next((word.value for word in call.keywords if word.arg == "flags"), None)
        position = {"sub": 4, "subn": 4, "split": 3}.get(function.attr, 2)
        flags = call.args[position] if flags is None and len(call.args) > position else flags
        try:
            source = _value(call.args[0], module)
            pattern = source if isinstance(source, re.Pattern) else re.compile(source, _value(flags, module) or 0)
        except NameError:
            dynamic.append(f"{name}:{ast.unparse(function)}")
            return
        yield Use(pattern, function.attr, place)
    elif of_re and function.attr == "compile":
        try:
            _value(call.args[0], module)
        except NameError:
            dynamic.append(f"{name}:{ast.unparse(function)}")
    elif function.attr in METHODS:
        try:
            pattern = _value(function.value, module)
        except Exception:  # a local name, or what is no expression of a pattern: nothing can be said of it here
            return
        if isinstance(pattern, re.Pattern):
            yield Use(pattern, function.attr, place)


def _value(node: ast.expr | None, module: ModuleType) -> Any:
    """What an expression is in its module. Raises NameError for what has a local name in it."""
    if node is None:
        return None
    return eval(compile(ast.Expression(node), module.__file__ or "", "eval"), dict(vars(module)))


def _patterns_in(value: Any, depth: int = 4) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _patterns_in(item, depth - 1)
    elif depth and dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _patterns_in(list(vars(value).values()), depth - 1)
    elif depth and isinstance(value, dict):
        for item in [*value, *value.values()]:
            yield from _patterns_in(item, depth - 1)
