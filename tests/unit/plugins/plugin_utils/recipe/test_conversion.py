# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Values become what their type says, and what is wrong is said with its key."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.conversion import convert, convert_options
from hypothesis import given
from hypothesis import strategies as some

OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "on_error": {"type": "str", "choices": ["delete", "stop", "keep"]},
    "required": {"type": "bool"},
    "timeout": {"type": "int"},
    "arguments": {"type": "list", "elements": "str"},
    "groups": {"type": "list", "elements": "str"},
    "tags": {"type": "dict", "values": "str"},
    "vars": {"type": "dict", "lazy": True},
    "role": {"type": "dict", "short": "name", "options": {"name": {"type": "str", "required": True}}},
    "items": {"type": "list", "elements": "dict", "options": {"id": {"type": "int", "required": True}}},
}


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [
        ("required", "no", False),
        ("required", "false", False),
        ("required", 1, True),
        ("timeout", "3600", 3600),
        ("name", 2024, "2024"),
        ("groups", "sg-1,sg-2", ["sg-1", "sg-2"]),
        ("groups", '["a", "b"]', ["a", "b"]),
        ("arguments", [1, "/S"], ["1", "/S"]),
        ("tags", {"CostCenter": 42, "Empty": None}, {"CostCenter": "42", "Empty": ""}),
        ("role", "corp.baseline", {"name": "corp.baseline"}),
        ("items", '[{"id": "7"}]', [{"id": 7}]),
        ("vars", {"who": "{{ inventory_hostname }}"}, {"who": "{{ inventory_hostname }}"}),
    ],
)
def test_values_are_converted(key: str, written: Any, value: Any) -> None:
    converted = convert_options({"name": "x", key: written}, OPTIONS)
    assert converted.problems == []
    assert converted.value[key] == value and type(converted.value[key]) is type(value)


@pytest.mark.parametrize(
    ("key", "written", "problem"),
    [
        ("name", 3.10, "name must be text, but YAML has read it as a number (3.1): put it in quotes"),
        ("name", False, "name must be text, but YAML has read it as true or false (False): put it in quotes"),
        (
            "name",
            datetime.date(2026, 11, 30),
            "name must be text, but YAML has read it as a date (2026-11-30): put it in quotes",
        ),
        ("name", ["vlc", "putty"], "name must be text, not ['vlc', 'putty']"),
        ("required", "perhaps", "required must be true or false, not 'perhaps'"),
        ("timeout", 0.5, "timeout must be a whole number, not 0.5"),
        ("timeout", True, "timeout must be a whole number, not true"),
        ("arguments", "/S /D=x", "arguments must be a list, one item for each argument, not the text '/S /D=x'"),
        ("arguments", [None], "arguments[1] is empty"),
        (
            "arguments",
            ["/S", 1.5],
            "arguments[2] must be text, but YAML has read it as a number (1.5): put it in quotes",
        ),
        ("groups", {"a": 1}, "groups must be a list, not {'a': 1}"),
        ("tags", {"v": 3.1}, "tags.v must be text, but YAML has read it as a number (3.1): put it in quotes"),
        ("vars", ["a"], "vars must be a dictionary, not ['a']"),
        ("role", {"nam": "x"}, "role.nam is not a known key; did you mean name?"),
        ("items", [{}], "items[1].id is missing"),
        ("on_error", "kep", "on_error is 'kep', but must be one of delete, stop, keep"),
        ("on_eror", "keep", "on_eror is not a known key; did you mean on_error?"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(key: str, written: Any, problem: str) -> None:
    assert problem in convert_options({"name": "x", key: written}, OPTIONS).problems


def test_null_means_not_given() -> None:
    nothing = dict.fromkeys(OPTIONS)
    assert convert_options({**nothing, "name": "x"}, OPTIONS).value == {"name": "x"}
    assert convert_options(nothing, OPTIONS).problems == ["name is missing"]


def test_a_key_like_no_other_names_those_there_are() -> None:
    assert (
        convert_options({"name": "x", "zzz": 1}, OPTIONS)
        .problems[0]
        .startswith("zzz is not a known key; known keys are name, ")
    )


def test_keys_are_named_as_the_user_wrote_them() -> None:
    found = convert_options({"appstream": 1, "on_eror": 1, "items": [{}]}, OPTIONS, "appstream_").problems
    assert "appstream_on_eror is not a known key; did you mean appstream_on_error?" in found
    assert {"appstream_name is missing", "appstream_items[1].id is missing"} <= set(found)


@given(
    some.recursive(
        some.none() | some.booleans() | some.integers() | some.floats() | some.text() | some.dates(),
        lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
    some.sampled_from(sorted(OPTIONS)),
)
def test_anything_is_converted_or_refused_by_name(value: Any, key: str) -> None:
    converted = convert(value, OPTIONS[key], key)
    assert all(problem.startswith(key) for problem in converted.problems)
    if not converted.problems and OPTIONS[key]["type"] == "bool":
        assert isinstance(converted.value, bool)
    if not converted.problems and OPTIONS[key]["type"] == "str":
        assert isinstance(converted.value, str)
