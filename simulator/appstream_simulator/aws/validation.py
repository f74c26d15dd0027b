# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Check a request against botocore's model of the service, as the real service does before anything else.

botocore's client checks required members, types and minimum lengths only; the server has to check the rest. The wording
of the messages is that of other AWS services: AppStream's own is unproven [validation_texts].
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from appstream_simulator import given_patterns
from appstream_simulator.assumptions import answer
from appstream_simulator.aws.exceptions import SerializationException
from appstream_simulator.aws.unproven import exception_named

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str),
    "map": dict,
    "structure": dict,
    "list": list,
}


def validate(shape: Any, value: Any) -> None:
    """Check a request.

    Args:
        shape: a botocore shape, the operation's input.
        value: the decoded request.

    Raises:
        SerializationException: a member has the wrong type.
        AppStreamError: constraints are broken; the message names them all.
    """
    problems = list(_problems(shape, value, ""))
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''}"
        raise exception_named(answer("validation_exception"))(f"{count} detected: {'; '.join(problems)}")


def _problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    kind = shape.type_name
    expected = _TYPES.get(kind)
    if expected and (not isinstance(value, expected) or (kind != "boolean" and isinstance(value, bool))):
        raise SerializationException(f"{type(value).__name__} can not be converted to {kind} at '{path}'")
    for constraint in _broken_constraints(shape, value):
        # A secret is never repeated.
        shown = "***" if shape.metadata.get("sensitive") else value
        yield f"Value '{shown}' at '{path}' failed to satisfy constraint: {constraint}"
    yield from _member_problems(shape, value, path)


def _member_problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        prefix = f"{path}." if path else ""
        for name in shape.required_members:
            if value.get(name) is None:
                missing = prefix + _camel_case(name)
                yield f"Value null at '{missing}' failed to satisfy constraint: Member must not be null"
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _problems(member, value[name], prefix + _camel_case(name))
    elif shape.type_name == "list":
        for index, item in enumerate(value, start=1):
            yield from _problems(shape.member, item, f"{path}.{index}.member")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from _problems(shape.key, key, f"{path}.key")
            yield from _problems(shape.value, item, f"{path}.{key}.member")


def _broken_constraints(shape: Any, value: Any) -> Iterator[str]:
    # botocore's Shape.metadata leaves 'pattern' out.
    constraints = shape._shape_model
    if isinstance(value, (str, list, dict)):
        if len(value) < constraints.get("min", 0):
            yield f"Member must have length greater than or equal to {constraints['min']}"
        if len(value) > constraints.get("max", len(value)):
            yield f"Member must have length less than or equal to {constraints['max']}"
    elif not isinstance(value, bool):
        if value < constraints.get("min", value):
            yield f"Member must have value greater than or equal to {constraints['min']}"
        if value > constraints.get("max", value):
            yield f"Member must have value less than or equal to {constraints['max']}"
    if constraints.get("enum") and value not in constraints["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(constraints['enum'])}]"
    if constraints.get("pattern") and not given_patterns.fits(constraints["pattern"], value):
        yield f"Member must satisfy regular expression pattern: {constraints['pattern']}"


def _camel_case(name: str) -> str:
    return name[:1].lower() + name[1:]
