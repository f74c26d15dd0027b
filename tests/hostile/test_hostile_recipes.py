# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A recipe may hold any value of YAML anywhere: it is taken, or what is wrong with it is said. It never raises."""

from __future__ import annotations

import copy
import datetime
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis_profiles
import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import checks, conversion, reading
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.preflight_input import preflight_input
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.specification import PLAYBOOK_VARIABLES
from hostile_inputs import SECONDS, limited
from hypothesis import given
from hypothesis import strategies as st

RECIPE: dict[str, Any] = {
    "name": "design",
    "image_name": "design-2026",
    "display_name": "Design",
    "description": "For designers",
    "base_image": {"platform": "WINDOWS_SERVER_2022"},
    "builder": {
        "instance_type": "stream.standard.medium",
        "subnet_id": "subnet-0123456789abcdef0",
        "security_group_ids": ["sg-0123456789abcdef0"],
        "iam_role_arn": "arn:aws:iam::123456789012:role/r",
        "access_endpoints": [{"endpoint_type": "STREAMING", "vpce_id": "vpce-0123456789abcdef0"}],
        "domain": {"directory_name": "corp.example.com", "organizational_unit": "OU=a,DC=corp,DC=example,DC=com"},
    },
    "windows": {
        "time_zone": "UTC",
        "environment": {"A": "b"},
        "registry_policies": [{"path": "HKLM:\\Software\\Policies\\a", "name": "b", "data": 1}],
    },
    "roles": ["acme.base", {"name": "acme.other", "vars": {"level": 1}, "tasks_from": "x"}],
    "vars": {"level": "{{ 1 }}"},
    "applications": [
        {
            "name": "viewer",
            "display_name": "Viewer",
            "version": "2.1",
            "install": {
                "source": "https://example.com/viewer.msi",
                "checksum": "sha256:" + "a" * 64,
                "arguments": ["/qn", "A=b c"],
                "timeout": 60,
                "expected_return_codes": [0, 3010],
            },
            "verify": [{"file": "C:\\a.exe", "version": "1"}, {"registry": "HKLM:\\a", "name": "b", "value": 1}],
            "launch": {"path": "C:\\a.exe", "icon": "default", "parameters": "-x", "optimize": ["C:\\a\\*"]},
            "files": [{"content": "a", "dest": "C:\\b"}],
            "registry": [{"path": "HKLM:\\a", "name": "b", "data": 1, "type": "dword"}],
            "depends_on": ["other"],
        },
        {"name": "other", "install": {"package": "other"}, "services": [{"name": "s", "start_mode": "auto"}]},
    ],
    "sessions": {
        "session_scripts": {
            "session_start": {"executables": [{"context": "system", "filename": "C:\\a.bat"}], "waiting_time": 10}
        },
        "default_profile": {"registry": [{"key": "Software\\a", "name": "b", "data": "c"}]},
    },
    "seal": {"temporary_paths": ["C:\\Temp\\a"], "scan": True},
    "tags": {"team": "design"},
    "on_error": "delete",
}

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**64, 16**5000, 1.5, float("inf"), float("nan"), "", " ", "\0", "a\nb", "\ud800",
    "\U0010ffff", "²", "٣", "9" * 5000, "-x", "1", "true", "none", "..", "~", "C:", "C:\\", "\\\\a\\b", "/etc/passwd",
    "https://[", "https://a:b@c:99999/?x#y", "s3://", "s3://b/k", "s3://b/../k", "[", "[1, 2", "[[" * 10_000,
    '{"a": 1}', "{'a': ", "a=b", "a=b c='", "{{", "{{ a }}", "{{ 1 // 0 }}", "{{ undefined }}", "{% if", "{# #}",
    "%CREDENTIAL:a.b%", "%APPLICATION_FOLDER%", "(", "(?P<", "x" * 20_000, [], [None], [[]], [[[1]]], [{}], ["a", "a"],
    [1, "b", None, {}], {}, {"a": None}, {1: 2}, {None: None}, {True: False}, {"": ""}, {"a b": "c"}, {"{{ x }}": 1},
    {"name": None}, {"name": {}}, {"\ud800": "\ud800"}, {"a": {"b": {"c": {"d": [1, {"e": 2}]}}}},
    datetime.date(2026, 11, 30), datetime.datetime(2026, 11, 30, 1, 2, tzinfo=datetime.timezone.utc), b"a", {1, "a"},
    (1, 2), "default", "from_program", "localhost", "all", "ansible_password", "appstream_name",
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths to everything within a value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in children:
        yield (*path, key)
        yield from places(one, (*path, key))


PLACES = tuple(places(RECIPE))


def changed(choices: list[tuple[int, int, bool]]) -> Any:
    """The recipe with these values in these places, as a value or as the name of a key."""
    recipe = copy.deepcopy(RECIPE)
    for place, value, as_key in choices:
        holder: Any = recipe
        *path, last = PLACES[place]
        try:
            for key in path:
                holder = holder[key]
            if as_key and isinstance(holder, dict) and last in holder:
                holder[VALUES[value]] = holder.pop(last)
            else:
                holder[last] = copy.deepcopy(VALUES[value])
        except (TypeError, LookupError):  # an earlier change has taken the place away, or the value is no key
            continue
    return recipe


def written(value: Any) -> Any:
    """The value as a file of the user's has it: templates are trusted."""
    if isinstance(value, str):
        return trust_as_template(value) if "{" in value else value
    if isinstance(value, dict):
        return {key: written(one) for key, one in value.items()}
    return [written(one) for one in value] if isinstance(value, list) else value


@functools.cache
def templar() -> Templar:
    return Templar(loader=DataLoader(), variables={})


def problems_of(recipes: list[reading.Recipe], folder: Path) -> list[str]:
    """What the plan would say; a recipe of which nothing is wrong can be handed to the preflight."""
    for recipe in recipes:
        reading.resolve(recipe, templar())
    real = [recipe for recipe in recipes if recipe.values]
    list(checks.name_problems(real, [], []))
    for recipe in real:
        checks.check(recipe, [folder], {"a": {"b": "c"}})
        checks.catalog(recipe.values.get("applications") or [] if not recipe.problems else [])
        if not recipe.problems:
            preflight_input(recipe.values)
    return [problem for recipe in recipes for problem in recipe.problems]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


CHOICES = st.lists(
    st.tuples(st.integers(0, len(PLACES) - 1), st.integers(0, len(VALUES) - 1), st.booleans()), min_size=1, max_size=3
)


def test_the_recipe_itself_is_right(folder: Path) -> None:
    recipes, problems = reading.from_list([written(RECIPE)], {}, templar())
    assert problems + problems_of(recipes, folder) == []


@hypothesis_profiles.HOSTILE
@given(CHOICES)
def test_any_value_in_a_recipe_is_taken_or_refused(folder: Path, choices: list[tuple[int, int, bool]]) -> None:
    with limited(2 * SECONDS):
        recipes, problems = reading.from_list([written(changed(choices))], {}, templar())
        assert all(isinstance(problem, str) for problem in problems + problems_of(recipes, folder))


@pytest.mark.parametrize("value", VALUES, ids=lambda value: str(value)[:20] if isinstance(value, str) else "other")
def test_any_value_is_taken_or_refused_as_list_variable_and_host(folder: Path, value: Any) -> None:
    hosts = reading.from_hosts(["h"], {"h": {f"appstream_{key}": written(value) for key in RECIPE}})
    for recipes in (written(value), [written(value)], {"a": written(value)}):
        found, _problems = reading.from_list(recipes, {}, templar())
        problems_of(found, folder)
    assert all(isinstance(problem, str) for problem in problems_of(hosts, folder))
    reading.unknown_variables({f"appstream_{name}": value for name in ("x", "applications_", "image_a")})
    for name, option in PLAYBOOK_VARIABLES.items():
        conversion.convert(value, option, name)


def _alias_of_itself() -> Any:
    value: list[Any] = [1]
    value.append({"a": value})
    return value


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (_alias_of_itself, "it has an alias of what it is itself a part of"),
        (lambda: functools.reduce(lambda inner, _level: [inner] * 10, range(12), "a"), "more than 100000 values"),
        (lambda: functools.reduce(lambda inner, _level: [inner], range(400), "deep"), "it has more than 50 levels"),
        (lambda: 16**5000, "it has a number of more than a thousand digits"),
    ],
    ids=["cycle", "bomb", "levels", "number"],
)
def test_what_nothing_could_work_with_is_refused(make: Callable[[], Any], problem: str) -> None:
    value = make()
    with limited(SECONDS):
        _found, problems = reading.from_list([{"name": "a", "vars": value}], {}, templar())
        (host,) = reading.from_hosts(["h"], {"h": {"appstream_tags": value}})
        (named,), _problems = reading.from_list([{"name": "a", "tags": written("{{ x }}")}], {"x": value}, templar())
        reading.resolve(named, templar())
    assert [problem in one for one in (problems[0], host.problems[0], named.problems[0])] == [True] * 3
