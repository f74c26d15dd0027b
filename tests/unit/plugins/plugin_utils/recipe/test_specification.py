# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A key of a recipe is typed once: what documents it and what carries it out say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import plan
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.specification import (
    PARTS,
    PLAYBOOK_VARIABLES,
    part_options,
    recipe_options,
    role_options,
)

DOCUMENTED: Mapping[str, Any] = role_options("plan_images")["plan_images_recipes"]["options"]
COMPARED = ("type", "elements", "required", "choices", "default")


def differences(specified: Mapping[str, Any], documented: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Options of which one side says something else; parts that roles document are not documented again."""
    if set(specified) != set(documented):
        yield f"{path}: {sorted(set(specified) ^ set(documented))}"
    for name in set(specified) & set(documented):
        one, other = specified[name], documented[name]
        # Text stands for a dictionary with that name in it, which argument specs can't say.
        kinds = {**one, "elements": "raw"} if "short" in one and one["type"] == "list" else one
        if any(kinds.get(key) != other.get(key) for key in COMPARED if key != "default" or "default" in other):
            yield f"{path}{name}: {kinds} {other}"
        if other.get("options"):
            yield from differences(one["options"], other["options"], f"{path}{name}.")


def test_the_documentation_of_recipes_says_what_is_specified() -> None:
    assert list(differences(recipe_options(), DOCUMENTED)) == []


@pytest.mark.parametrize("part", sorted(PARTS))
def test_parts_are_the_options_of_their_roles(part: str) -> None:
    options, own = recipe_options()[part]["options"], part_options(PARTS[part])
    assert {name for name in options if name not in own} <= {"name"}
    assert all(options[name] is own[name] or options[name] == own[name] for name in options if name != "name")


def test_no_part_has_an_option_for_secrets() -> None:
    assert "seal_image_builder_secrets" in role_options("seal_image_builder")
    assert "secrets" not in recipe_options()["seal"]["options"]


def test_parts_have_no_option_that_the_pipeline_decides() -> None:
    finding = {
        "builder_name": "b", "image_name": "i", "image": None, "image_builder": None, "base_image": None,
        "replace_failed": False, "problems": [], "warnings": [],
    }  # fmt: skip
    defaults = {key: option["default"] for key, option in recipe_options().items() if "default" in option}
    values = {**defaults, "name": "n", "base_image": {"platform": "p"}, "builder": {}}
    settings = plan.Settings(30, 900, 7200, "windows")
    decided = plan.host_variables(values, finding, {"id": "r", "lock_tag": {}, "expires": "e"}, settings)
    for part, role in PARTS.items():
        allowed = {f"{role}_name"} if part == "builder" else set()
        assert {f"{role}_{key}" for key in recipe_options()[part]["options"]} & set(decided) <= allowed


def test_every_host_variable_is_an_option_of_a_role() -> None:
    finding = {
        "builder_name": "b", "image_name": "i", "image": None, "image_builder": None, "base_image": {"arn": "a"},
        "replace_failed": False, "problems": [], "warnings": [],
    }  # fmt: skip
    values = {key: option["default"] for key, option in recipe_options().items() if "default" in option}
    values |= {"name": "n", "base_image": {"platform": "p"}, "display_name": "d", "description": "e"}
    values["builder"] = dict.fromkeys(recipe_options()["builder"]["options"], "x")
    for part in ("windows", "sessions", "seal"):
        values[part] = dict.fromkeys(recipe_options()[part]["options"], "x")
    given = plan.host_variables(
        values, finding, {"id": "r", "lock_tag": {}, "expires": "e"}, plan.Settings(30, 900, 7200, "windows")
    )
    roles = {
        *PARTS.values(),
        "build_image",
        "connect_image_builder",
        "install_applications",
        "capture_image",
        "remove_image_builder",
    }
    known = {option for role in roles for option in role_options(role)}
    assert set(given) <= known


def test_variables_of_the_playbook_are_no_keys_of_a_recipe() -> None:
    assert not {name[len("appstream_") :] for name in PLAYBOOK_VARIABLES} & set(recipe_options())
