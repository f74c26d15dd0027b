# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The checks of documentation themselves: that they find what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from examples import example_problems
from return_values import documentation_problems, return_value_problems

_SPECIFICATION: dict[str, Any] = {
    "argument_spec": {
        "name": {"type": "str", "required": True},
        "count": {"type": "int"},
        "kind": {"type": "str", "choices": ["one", "two"]},
        "parts": {"type": "list", "elements": "dict", "options": {"id": {"type": "str", "required": True}}},
        "other": {"type": "str", "aliases": ["another"]},
    },
    "mutually_exclusive": [("count", "kind")],
}


def problems(*lines: str) -> str:
    """What is found in an example of one task."""
    text = "\n".join(["- name: Try it", "  a.b.thing:", *(f"    {line}" for line in lines)])
    return "; ".join(example_problems(text, lambda name: _SPECIFICATION, lambda name: {"thing"}))


@pytest.mark.parametrize(
    "lines",
    [
        ("name: x", "count: 3", "another: y"),
        ("name: '{{ x }}'", "count: '{{ number }}'"),
        ("name: x", "kind: '{{ kind }}'", "parts: '{{ parts }}'"),
        ("name: x", "parts: [{id: '{{ id }}'}]"),
    ],
)
def test_good_examples(lines: tuple[str, ...]) -> None:
    assert problems(*lines) == ""


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("name: x", "size: 3"), "size"),
        (("count: 3",), "name"),
        (("name: x", "count: three"), "count"),
        (("name: x", "kind: three"), "kind"),
        (("name: x", "count: 1", "kind: one"), "mutually exclusive"),
        (("name: x", "parts: [{key: y}]"), "key"),
        (("name: '{{ x'",), "unexpected end"),
    ],
)
def test_bad_examples(lines: tuple[str, ...], told: str) -> None:
    assert told in problems(*lines)


def test_tasks_that_are_none() -> None:
    assert "several" in "".join(example_problems("- {name: x, thing: {}}", lambda name: None, lambda name: set()))
    assert "several" in "".join(
        example_problems("- {name: x, a.b.c: , a.b.d: }", lambda name: None, lambda name: set())
    )


@pytest.mark.parametrize(("key", "found"), [("thing", False), ("changed", False), ("nothing", True)])
def test_return_values_used_in_examples(key: str, found: bool) -> None:
    text = f"""
- name: Try it
  a.b.thing:
    name: x
  register: tried

- name: Show it
  ansible.builtin.debug:
    msg: "{{{{ tried.{key} }}}}"
"""
    own = {"a.b.thing": _SPECIFICATION}
    assert bool(example_problems(text, own.get, lambda name: {"thing"})) is found


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{type: int, returned: always}", "description"),
        ("{description: x, type: list, returned: always}", "elements"),
        ("{description: x, type: int, returned: always, sample: '1'}", "documented as int"),
        ("{description: x, type: list, elements: str, returned: always, sample: [1]}", "list of str"),
        (
            "{description: x, type: dict, returned: always, sample: {b: 1},"
            " contains: {a: {description: y, type: int, returned: x}}}",
            "b is returned and not documented",
        ),
    ],
)
def test_bad_return_values(entry: str, told: str) -> None:
    assert told in "; ".join(documentation_problems(f"value: {entry}"))


def test_returned_values_against_their_documentation() -> None:
    documentation = "value: {description: x, type: list, elements: dict, returned: always}"
    assert return_value_problems(documentation, {"value": [{}], "changed": True}) == []
    assert return_value_problems(documentation, {"changed": True}) == ["value is promised and not returned"]
    assert return_value_problems(documentation, {"failed": True}) == []
    assert "list of dict" in return_value_problems(documentation, {"value": ["x"]})[0]
    assert "null" in return_value_problems(documentation, {"value": None})[0]
    assert "not documented" in return_value_problems(documentation, {"value": [], "more": 1})[0]
