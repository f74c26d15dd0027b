# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Compares what a module has returned with what its RETURN documents: names, types, and what is always there."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

# What Ansible itself adds or documents for all modules.
_COMMON = frozenset(
    [
        "action",
        "ansible_facts",
        "attempts",
        "boto3_version",
        "botocore_version",
        "changed",
        "deprecations",
        "diff",
        "elapsed_async",
        "exception",
        "failed",
        "failed_when_result",
        "failed_when_suppressed_exception",
        "invocation",
        "module_stderr",
        "module_stdout",
        "msg",
        "skipped",
        "start",
        "stop",
        "delta",
        "warnings",
        "_ansible_no_log",
        "_ansible_verbose_override",
    ]
)
# "All its keys are those of RV(euc.appstream.stack_info#module:stacks)": the keys stand there.
_REFERENCE = re.compile(r"those of RV\(euc\.appstream\.(\w+)#module:(\w+)\)")
_MODULES = Path(__file__).resolve().parents[2] / "plugins" / "modules"
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "bool": bool,
    "complex": dict,
    "dict": dict,
    "float": (int, float),
    "int": int,
    "list": list,
    "str": str,
}


def return_documentation(path: Path) -> str:
    """The RETURN of a module's file."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "RETURN":
            return str(ast.literal_eval(statement.value))
    raise ValueError(f"{path} has no RETURN")


@functools.cache
def _documented(module: str) -> Any:
    return yaml.safe_load(return_documentation(_MODULES / f"{module}.py"))


def contained(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the entries of what a value has, with those in the RETURN of another module that it refers to."""
    reference = _REFERENCE.search(str(entry.get("description")))
    referred = _documented(reference[1])[reference[2]]["contains"] if reference else {}
    return {**referred, **entry.get("contains", {})}


def return_value_problems(documentation: str, result: Mapping[str, Any], whole_resources: bool = True) -> list[str]:
    """Compare a module's result with its RETURN; returns what is wrong.

    A failed run may return less. Null is a value only where the description has the word. Without `whole_resources`
    what is promised of a resource may be missing, because it is a stand-in.
    """
    documented = yaml.safe_load(documentation)
    returned = {key: value for key, value in result.items() if key not in _COMMON or key in documented}
    return list(_problems(returned, documented, "", not result.get("failed"), whole_resources))


def _problems(
    values: Mapping[str, Any], documented: Mapping[str, Any], path: str, complete: bool, whole: bool
) -> Iterator[str]:
    for key in values:
        if key not in documented:
            yield f"{path}{key} is returned and not documented"
    for key, entry in documented.items():
        # Sentences such as "always, once AWS has been asked" promise it for every run that succeeds.
        promised = str(entry["returned"]).split(",", maxsplit=1)[0] in ("always", "success")
        if promised and complete and key not in values:
            yield f"{path}{key} is promised and not returned"
        if key in values:
            yield from _value_problems(values[key], entry, f"{path}{key}", whole)


def _value_problems(value: Any, entry: Mapping[str, Any], path: str, whole: bool) -> Iterator[str]:
    if value is None:
        if "null" not in str(entry["description"]).lower():
            yield f"{path} is null, which is not documented"
        return
    kind = entry["type"]
    expected = _TYPES.get(kind)
    if expected and (not isinstance(value, expected) or (kind != "bool" and isinstance(value, bool))):
        yield f"{path} is documented as {kind} and is {type(value).__name__}"
        return
    element = _TYPES.get(str(entry.get("elements")))
    if element and any(not isinstance(one, element) for one in value):
        yield f"{path} is documented as a list of {entry['elements']} and has others"
        return
    entries = contained(entry)
    if entries:
        for index, one in enumerate(value if isinstance(value, list) else [value]):
            place = f"{path}[{index}]." if isinstance(value, list) else f"{path}."
            yield from _problems(one, entries, place, whole, whole)


def documentation_problems(documentation: str) -> list[str]:
    """Look through a module's RETURN by itself: what every entry needs, and whether samples are what is documented."""
    return list(_entry_problems(yaml.safe_load(documentation), ""))


def _entry_problems(documented: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, entry in documented.items():
        place = f"{path}{key}"
        missing = [part for part in ("description", "type", "returned") if not entry.get(part)]
        if entry.get("type") == "list" and not entry.get("elements"):
            missing.append("elements")
        if missing:
            yield f"{place} has no {', '.join(missing)}"
            continue
        if "sample" in entry:
            # A sample shows what is worth showing, not the whole resource.
            yield from _value_problems(entry["sample"], entry, f"the sample of {place}", False)
        yield from _entry_problems(entry.get("contains", {}), f"{place}.")
