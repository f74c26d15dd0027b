# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Checks of a resolved recipe: the files it names are read as the role will read them, problems begin with the key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import checks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.reading import Recipe
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.specification import recipe_options


def problems(folder: Path, *, is_host: bool = False, **values: Any) -> list[str]:
    defaults = {key: option["default"] for key, option in recipe_options().items() if "default" in option}
    builder = {"instance_type": "stream.standard.medium", "subnet_id": "subnet-0123456789abcdef0"}
    needed = {"name": "design", "base_image": {"platform": "WINDOWS_SERVER_2022"}, "builder": builder}
    recipe = Recipe("design", {}, {}, is_host, {**defaults, **needed, **values})
    checks.check(recipe, [folder], {})
    return recipe.problems


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{}", None),
        ("SessionStart: {}", "sessions.session_scripts.config: config is not valid JSON"),
        ('{"Nothing": 1}', "sessions.session_scripts.config: "),
    ],
)
def test_a_file_of_session_scripts_is_read_as_json(tmp_path: Path, content: str, problem: str | None) -> None:
    (tmp_path / "config.json").write_text(content)
    found = problems(tmp_path, sessions={"session_scripts": {"config": "config.json"}})
    assert [line.startswith(str(problem)) for line in found] == ([] if problem is None else [True]), found


@pytest.mark.parametrize(("is_host", "key"), [(False, "applications: "), (True, "appstream_applications: ")])
def test_problems_of_applications_begin_with_the_key(tmp_path: Path, is_host: bool, key: str) -> None:
    application = {"name": "a", "install": {"package": "a", "destination": "C:\\a"}}
    (found,) = problems(tmp_path, is_host=is_host, applications=[application])
    assert found.startswith(f"{key}Application a: destination")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "all", "ungrouped", "builders"])
@pytest.mark.parametrize("is_host", [True, False])
def test_names_that_mean_something_to_ansible(name: str, *, is_host: bool) -> None:
    recipes = [Recipe(name, {}, {}, is_host, {"name": name}), Recipe("design", {}, {}, is_host, {"name": "design"})]
    [(label, problem)] = checks.name_problems(recipes, ["all", "ungrouped", "builders"], [])
    assert label == name and "give it another one" in problem
