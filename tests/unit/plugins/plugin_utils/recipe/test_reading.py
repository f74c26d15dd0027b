# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Recipes are read alike from a list and from the inventory; templates in them are the image's where they are lazy."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import reading

MINIMAL = {"base_image": {"platform": "WINDOWS_SERVER_2022"}, "builder": {"instance_type": "t", "subnet_id": "s"}}


def written(value: Any) -> Any:
    """The value as a file of the user's has it, templates trusted."""
    if isinstance(value, str):
        return trust_as_template(value) if "{" in value else value
    if isinstance(value, dict):
        return {key: written(one) for key, one in value.items()}
    return [written(one) for one in value] if isinstance(value, list) else value


def read(recipe: dict[str, Any], variables: dict[str, Any] | None = None, form: str = "list") -> reading.Recipe:
    variables = written(variables or {})
    templar = Templar(loader=DataLoader(), variables=variables)
    if form == "list":
        found, problems = reading.from_list([written({"name": "design", **recipe})], variables, templar)
        assert problems == []
    else:
        keys = {f"appstream_{key}": value for key, value in written(recipe).items()}
        found = reading.from_hosts(["design"], {"design": {**variables, **keys}})
    reading.resolve(found[0], templar)
    return found[0]


FORMS = pytest.mark.parametrize("form", ["list", "hosts"])


@FORMS
def test_both_forms_give_the_same_recipe(form: str) -> None:
    recipe = read({**MINIMAL, "on_error": "{{ policy }}", "tags": {"a": 1}}, {"policy": "stop"}, form)
    assert recipe.problems == []
    assert (recipe.name, recipe.values["on_error"], recipe.values["tags"]) == ("design", "stop", {"a": "1"})
    assert recipe.values["applications"] == [] and recipe.values["use_latest_agent_version"] is True


@FORMS
def test_both_forms_refuse_the_same(form: str) -> None:
    problems = read({**MINIMAL, "on_eror": "keep", "seal": {"scan": "perhaps"}, "roles": None}, None, form).problems
    before = "" if form == "list" else "appstream_"
    assert problems == [
        f"{before}on_eror is not a known key; did you mean {before}on_error?",
        f"{before}seal.scan must be true or false, not 'perhaps'",
    ]


@FORMS
def test_variables_and_parameters_stay_as_they_are_written(form: str) -> None:
    lazy = "{{ ansible_facts['hostname'] }}"
    recipe = read(
        {
            **MINIMAL,
            "vars": {"who": lazy},
            "roles": ["a", {"name": "{{ role }}", "vars": {"x": lazy}, "when": "x is defined"}],
            "applications": [{"name": "a", "install": {"role": "r", "vars": {"y": lazy}}}],
        },
        {"role": "b"},
        form,
    )
    assert recipe.problems == []
    assert recipe.values["vars"] == {"who": lazy}
    assert recipe.values["roles"] == [{"name": "a"}, {"name": "b", "vars": {"x": lazy}, "when": "x is defined"}]
    assert recipe.values["applications"][0]["install"]["vars"] == {"y": lazy}


def test_a_reference_to_a_variable_is_followed_without_resolving_what_is_in_it() -> None:
    common = {"roles_of_all": [{"name": "a", "vars": {"x": "{{ later }}"}}], "vars_of_all": {"y": "{{ later }}"}}
    recipe = read({**MINIMAL, "roles": "{{ roles_of_all }}", "vars": "{{ vars_of_all }}"}, common)
    assert recipe.problems == []
    assert recipe.values["roles"][0]["vars"] == {"x": "{{ later }}"}
    assert recipe.values["vars"] == {"y": "{{ later }}"}


@FORMS
def test_an_undefined_variable_is_named_with_its_key(form: str) -> None:
    recipe = read({**MINIMAL, "builder": {**MINIMAL["builder"], "subnet_id": "{{ my_subnet }}"}}, None, form)
    before = "" if form == "list" else "appstream_"
    assert len(recipe.problems) == 1 and recipe.problems[0].startswith(f"{before}builder.subnet_id: ")
    assert "my_subnet" in recipe.problems[0]


@pytest.mark.parametrize("listed", ["{{ design + office }}", "{{ all_of_them }}"])
def test_the_list_may_be_a_template(listed: str) -> None:
    variables = written(
        {"design": [{"name": "d"}], "office": [{"name": "o"}], "all_of_them": [{"name": "d"}, {"name": "o"}]}
    )
    found, problems = reading.from_list(
        written([listed])[0], variables, Templar(loader=DataLoader(), variables=variables)
    )
    assert problems == [] and [recipe.label for recipe in found] == ["d", "o"]


@pytest.mark.parametrize(
    ("listed", "problem"),
    [
        ({"name": "x"}, "not a dictionary"),
        ("design", "not 'design'"),
        (["design"], "recipe 1 of appstream_images must be a dictionary, not 'design'"),
        ([None], "recipe 1 of appstream_images must be a dictionary, not nothing"),
    ],
)
def test_what_is_no_list_of_recipes(listed: Any, problem: str) -> None:
    found, problems = reading.from_list(listed, {}, Templar(loader=DataLoader()))
    assert found == [] and len(problems) == 1 and problem in problems[0]


def test_unknown_variables_are_refused_and_what_a_job_has_handed_over_is_not() -> None:
    handed = {"appstream_image_design": {"recipe": "design", "run": "r"}}
    known = {"appstream_images": [], "appstream_aws": {}, "appstream_base_image": {}, **handed}
    assert reading.unknown_variables(known) == []
    wrong = reading.unknown_variables({**known, "appstream_credential": {}})
    assert wrong == ["appstream_credential is not a known key; did you mean appstream_credentials?"]
