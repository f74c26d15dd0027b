# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Compares AWS's API with what the modules have of it, by the table in option_coverage.yml, and makes a page of that.

Run as a program it writes the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.dict_transformations import _camel_to_snake
from return_values import contained

PAGE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "option_coverage.rst"
_TABLE = Path(__file__).with_name("option_coverage.yml")

Table = Mapping[str, Any]
# Gives a module's argument spec, or its return values, by the module's name; None when there is no such module.
Lookup = Callable[[str], "Mapping[str, Any] | None"]


def read_table() -> dict[str, Any]:
    """The table."""
    table: dict[str, Any] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return table


def operations(table: Table) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Service, operation, and what the table says of it."""
    for service, listed in table["operations"].items():
        for operation, entry in listed.items():
            yield service, operation, entry


def leaves(shape: Any, before: str = "") -> Iterator[tuple[str, list[str]]]:
    """The members of a structure of botocore's model, of nested ones too, and the values those may have that list any.

    Lists count as what they are lists of, and maps as one member.
    """
    for name, member in shape.members.items():
        inner = member.member if member.type_name == "list" else member
        if inner.type_name == "structure" and set(inner.members) != {"Key", "Value"}:
            yield from leaves(inner, f"{before}{name}.")
        else:
            yield f"{before}{name}", list(getattr(inner, "enum", []))


def _lookup(listed: Mapping[str, Any], member: str) -> Any:
    """What is listed of a member or of a structure it is in, None when nothing is."""
    parts = member.split(".")
    found = (listed.get(".".join(parts[:length])) for length in range(len(parts), 0, -1))
    return next((one for one in found if one is not None), None)


def _options(covered: Any) -> list[str]:
    """The options of a member in the table."""
    named = covered if isinstance(covered, str) else covered.get("option", "")
    return [option for option in named.split(", ") if option]


def options_of(table: Table, operation: str) -> set[str]:
    """The options the members of a request go by, without suboptions."""
    requests = [entry["input"] for _service, name, entry in operations(table) if name == operation]
    return {option.split(".")[0] for one in requests for covered in one.values() for option in _options(covered)}


def missing_members(table: Table, model: Any) -> list[str]:
    """Members of requests and answers of a service that the table does not have; those it has too many are no harm."""
    return [
        f"{operation} has a new member {member}, which option_coverage.yml does not have"
        for service, operation, entry in operations(table)
        if service == model.service_name and operation in model.operation_names
        for member in _members_of(table, model.operation_model(operation), service)
        if _lookup({**table["everywhere"], **entry["input"], **entry.get("output", {})}, member) is None
    ]


def _members_of(table: Table, operation: Any, service: str) -> list[str]:
    members = [member for member, _values in leaves(operation.input_shape)]
    for name, member in operation.output_shape.members.items() if operation.output_shape else []:
        inner = member.member if member.type_name == "list" else member
        # What structures hold is looked at by itself.
        if inner.name not in table["returned"][service] and inner.name != "Tag":
            members.append(name)
    return members


def missing_values(table: Table, model: Any, specification_of: Lookup) -> list[str]:
    """Values of a service's request members that the table, or the choices of the option, do not have."""
    return [
        f"{operation} has a new value {value} of {member}"
        for service, operation, entry in operations(table)
        if service == model.service_name and operation in model.operation_names
        for member, values in leaves(model.operation_model(operation).input_shape)
        for value in _unknown_values(_lookup(entry["input"], member), values, entry["module"], specification_of)
    ]


def _unknown_values(covered: Any, values: list[str], module: str, specification_of: Lookup) -> list[str]:
    if not values or covered is None:
        return []
    known = set(covered.get("values", covered.get("values_left_out", []))) if isinstance(covered, dict) else set()
    if isinstance(covered, dict) and "values" in covered:
        return [value for value in values if value not in known]
    for option in _options(covered):
        choices = (_option(specification_of(module) or {}, option) or {}).get("choices")
        known |= set(choices if choices is not None else values)
    return [value for value in values if value not in known] if _options(covered) else []


def _option(specification: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    first, _dot, rest = path.partition(".")
    option = specification.get(first)
    return option if option is None or not rest else _option(option.get("options", {}), rest)


def unknown_options(table: Table, specification_of: Lookup) -> list[str]:
    """Options in the table that the modules do not have."""
    problems = []
    for _service, operation, entry in operations(table):
        specification = specification_of(entry["module"])
        if specification is None:
            problems.append(f"{operation}: there is no module {entry['module']}")
            continue
        for member, covered in entry["input"].items():
            nested = covered.get("values", {}).values() if isinstance(covered, dict) else []
            for option in [one for part in (covered, *nested) for one in _options(part)]:
                if _option(specification, option) is None:
                    problems.append(f"{operation}: {member} goes by {option}, which {entry['module']} does not have")
    return problems


def unlisted_operations(table: Table, service: str, names: set[str], used: set[str]) -> list[str]:
    """Operations of a service that the table does not have, or has in the wrong place.

    ``names`` are all of the service, ``used`` those the source code calls.
    """
    listed = set(table["operations"][service])
    idle = {name for group in table["not_used"].get(service, []) for name in group["operations"]}
    everything = listed | idle if service in table["not_used"] else names
    return [
        *(
            f"{service} has a new operation {name}, which option_coverage.yml does not have"
            for name in names - everything
        ),
        *(f"{name} is called and not among the operations" for name in used - listed),
        *(f"{name} is among the operations and not called" for name in (listed & names) - used),
        *(f"{name} is listed twice" for name in listed & idle),
    ]


def missing_return_values(table: Table, model: Any, returned_by: Lookup) -> list[str]:
    """Members of a service's structures that the modules do not document where they return them."""
    problems = []
    for name, entry in table["returned"][model.service_name].items():
        if name not in model.shape_names:
            continue
        for member, _values in leaves(model.shape_for(name)):
            if _lookup(entry.get("left_out", {}), member) is not None:
                continue
            renamed = entry.get("renamed", {}).get(member)
            path = renamed or ".".join(_camel_to_snake(part) for part in member.split("."))
            for place in entry["places"]:
                if not is_documented(returned_by, f"{place}.{path}"):
                    problems.append(f"{name}.{member} is not documented as {place}.{path}")
    for service, operation, entry in operations(table):
        for member, covered in entry.get("output", {}).items() if service == model.service_name else []:
            for place in _options(covered):
                if not is_documented(returned_by, f"{entry['module']}.{place}"):
                    problems.append(f"{operation}: {member} is not documented as {entry['module']}.{place}")
    return problems


def is_documented(returned_by: Lookup, place: str) -> bool:
    """Say whether a return value is documented: as an entry, or as ``C(name)`` in the description of what holds it."""
    module, *path = place.split(".")
    entries = returned_by(module) or {}
    for position, part in enumerate(path):
        if part not in entries:
            return False
        entry = entries[part]
        entries = contained(entry)
        if not entries:
            return all(f"C({name})" in str(entry["description"]) for name in path[position + 1 :])
    return True


_HEAD = """.. Copyright: (c) 2026, The euc.appstream team
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

.. Made by tests/shared/option_coverage.py from option_coverage.yml beside it.

.. _ansible_collections.euc.appstream.docsite.option_coverage:

The API and the options
=======================

What of AWS's API has an option, and what has none and why. Tests compare this with the model of the service in
``botocore``, so that what AWS adds is noticed. Options that need a newer ``botocore`` than the collection does say so.

.. contents::
   :local:
   :depth: 1
"""


def page(table: Table) -> str:
    """The table as a page of the documentation."""
    modules = sorted({entry["module"] for _service, _operation, entry in operations(table)})
    sections = [_HEAD, *(_module_section(table, module) for module in modules)]
    sections.append(_title("Return values", "-"))
    sections.append("Every member of these structures is returned, in snake_case, unless it is said here why not.\n")
    structures = [one for listed in table["returned"].values() for one in listed.items()]
    sections.append(_rows(["Structure", "Return values"], [_structure_row(name, entry) for name, entry in structures]))
    sections.append(_title("Operations of other services", "-"))
    found = [
        (f"``{service}:{name}``", why) for service, listed in table["looked_up"].items() for name, why in listed.items()
    ]
    sections.append(_rows(["Operation", "What for"], [list(one) for one in found]))
    sections.append(_title("Operations of AppStream that are not used", "-"))
    idle = [group for groups in table["not_used"].values() for group in groups]
    rows = [[", ".join(f"``{name}``" for name in group["operations"]), group["reason"]] for group in idle]
    sections.append(_rows(["Operations", "Why"], rows))
    return "\n".join(sections)


def _title(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}\n"


def _module_section(table: Table, module: str) -> str:
    parts = [_title(module, "-"), f"See :ansplugin:`euc.appstream.{module}#module`.\n"]
    for _service, operation, entry in operations(table):
        if entry["module"] == module:
            members = {**entry["input"], **{f"{name} (answer)": one for name, one in entry.get("output", {}).items()}}
            rows = [[f"``{member}``", _cell(covered, module, member)] for member, covered in members.items()]
            parts.append(_rows([f"Member of {operation}", "Option"], rows))
    return "\n".join(parts)


def _cell(covered: Any, module: str, member: str = "") -> str:
    kind = "ansretval" if member.endswith("(answer)") else "ansopt"
    options = ", ".join(f":{kind}:`euc.appstream.{module}#module:{option}`" for option in _options(covered))
    if isinstance(covered, str):
        return options
    if "left_out" in covered:
        return f"none: {covered['left_out']}"
    values = [f"``{value}`` {_cell(one, module)}" for value, one in covered.get("values", {}).items()]
    lacking = [f"not ``{value}``: {reason}" for value, reason in covered.get("values_left_out", {}).items()]
    told = [options, covered.get("by_module", ""), ", ".join(values), *lacking]
    return "; ".join(one for one in told if one)


def _structure_row(name: str, entry: Mapping[str, Any]) -> list[str]:
    places = (place.partition(".") for place in entry["places"])
    told = [", ".join(f":ansretval:`euc.appstream.{module}#module:{path}`" for module, _dot, path in places)]
    told += [f"``{member}`` is ``{path}``" for member, path in entry.get("renamed", {}).items()]
    told += [f"not ``{member}``: {reason}" for member, reason in entry.get("left_out", {}).items()]
    return [f"``{name}``", "; ".join(told)]


def _rows(head: list[str], rows: list[list[str]]) -> str:
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 40 60", ""]
    for row in [head, *rows]:
        lines += [f"   * - {row[0]}", *(f"     - {cell}" for cell in row[1:])]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(read_table()), encoding="utf-8")
    print(f"{PAGE} is written")
