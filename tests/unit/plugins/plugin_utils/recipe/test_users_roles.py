# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is written for the roles of a recipe, and what of them is refused because images share handlers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import users_roles
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.reading import Recipe
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.specification import recipe_options


class Surroundings:
    loader = DataLoader()
    templar = Templar(loader=loader)

    def __init__(self, project: Path) -> None:
        self.loader.set_basedir(str(project))

    def host_variables(self, name: str) -> dict[str, Any]:
        return {}


def recipe(name: str, **values: Any) -> Recipe:
    defaults = {key: option["default"] for key, option in recipe_options().items() if "default" in option}
    return Recipe(name, {}, {}, is_host=False, values={**defaults, "name": name, **values})


def write_role(project: Path, name: str, **parts: Any) -> None:
    for part, content in parts.items():
        folder = project / "roles" / name / part
        folder.mkdir(parents=True)
        (folder / "main.yml").write_text(yaml.safe_dump(content))


HANDLER = {"name": "Restart", "ansible.builtin.debug": {"msg": "x"}}
NOTIFYING = {"ansible.builtin.debug": {"msg": "x"}, "changed_when": True, "notify": "Restart"}


def test_roles_with_handlers_need_the_same_parameters_in_all_recipes(tmp_path: Path) -> None:
    write_role(tmp_path, "java", tasks=[NOTIFYING], handlers=[HANDLER])
    recipes = [
        recipe("design", roles=[{"name": "java", "vars": {"version": 1}}]),
        recipe("office", roles=[{"name": "java"}]),
        recipe("plain"),
    ]
    users_roles.check(recipes, Surroundings(tmp_path))
    assert len(recipes[0].problems) == len(recipes[1].problems) == 1 and recipes[2].problems == []
    assert "gets other vars here than in office" in recipes[0].problems[0]


def test_names_of_handlers_are_known_before_the_host(tmp_path: Path) -> None:
    handler = {**HANDLER, "name": "Restart after {{ version }}"}
    write_role(tmp_path, "java", tasks=[{**NOTIFYING, "notify": "Restart after {{ version }}"}], handlers=[handler])
    plain = recipe("design", roles=[{"name": "java", "vars": {"version": 1}}])
    users_roles.check([plain], Surroundings(tmp_path))
    assert plain.problems == []
    lazy = recipe("design", roles=[{"name": "java", "vars": {"version": "{{ wanted }}"}}], vars={"wanted": 1})
    users_roles.check([lazy], Surroundings(tmp_path))
    assert "give a plain value" in " ".join(lazy.problems), lazy.problems


def written(folder: Path, *recipes: Recipe) -> list[dict[str, Any]]:
    written = [users_roles.write_files(one, recipes, folder) for one in recipes]
    return [
        {**{key: yaml.safe_load(Path(path).read_text()) for key, path in files.items()}, "installation": installation}
        for files, installation in written
    ]


def test_parameters_are_variables_of_the_host_with_a_name_for_each_run_of_the_role(tmp_path: Path) -> None:
    twice = recipe(
        "a",
        roles=[{"name": "java", "vars": {"v": 1}}, {"name": "java", "vars": {"v": trust_as_template("{{ x }}")}}],
        vars={"x": 2},
    )
    once = recipe("b", roles=[{"name": "java", "vars": {"v": 3}}])
    first, second = written(tmp_path, twice, once)
    assert first["build_image_variables_file"] == {
        "x": 2, "appstream_role__java__1__v": 1, "appstream_role__java__2__v": "{{ x }}",
    }  # fmt: skip
    # The handler that is found may be that of the other image's second run.
    assert second["build_image_variables_file"] == {"appstream_role__java__1__v": 3, "appstream_role__java__2__v": 3}
    tasks = first["build_image_roles_file"]
    assert [task["vars"]["v"] for task in tasks] == [
        "{{ appstream_role__java__1__v | default(1) }}",
        "{{ appstream_role__java__2__v }}",
    ]
    assert first["installation"] == []


def test_applications_are_installed_in_order_with_roles_between_them(tmp_path: Path) -> None:
    applications = [
        {"name": "late", "depends_on": ["own"], "install": {"package": "late"}},
        {"name": "early", "install": {"package": "early"}},
        {"name": "own", "install": {"role": {"name": "java"}, "vars": {"v": 1}}},
    ]
    (files,) = written(tmp_path, recipe("design", applications=applications))
    (tasks,) = files["installation"]
    names = [task["name"] for task in tasks["block"]]
    assert names == ["Install early", "Install own by its role", "Install late"]
    include = tasks["block"][1]
    assert include["when"][0] == "not __install_applications_information.applications[1].there"
    (block,) = yaml.safe_load(Path(include["ansible.builtin.include_tasks"]).read_text())
    assert "when" not in block, "it would be asked again when the failure is handled"
    own = block["block"][0]
    assert own["ansible.builtin.import_role"] == {"name": "java"} and list(own["vars"]) == ["v"]
    assert "password" not in str(tasks), "credentials are a template"


def test_values_of_an_applications_parameters_are_told_to_nobody(tmp_path: Path) -> None:
    def digest(value: Any) -> str:
        application = {"name": "own", "install": {"role": {"name": "java"}, "vars": {"key": value}}}
        values = users_roles.without_lazy_values(recipe("design", applications=[application]), Surroundings(tmp_path))
        return str(values["applications"][0]["install"]["vars"]["key"])

    assert "hunter2" not in digest("hunter2")
    assert digest("hunter2") == digest("hunter2") != digest("hunter3")
    assert digest("{{ nobody }}") != digest("{{ somebody }}")


def test_uses_are_counted_over_roles_and_applications() -> None:
    applications = [{"name": "a", "install": {"role": {"name": "java"}}}, {"name": "b", "install": {"package": "b"}}]
    uses = users_roles.uses_of(recipe("design", roles=[{"name": "java"}, {"name": "net"}], applications=applications))
    assert [(use.where, use.occurrence, use.application) for use in uses] == [
        ("roles[1]", 1, ""),
        ("roles[2]", 1, ""),
        ("applications (a)", 2, "a"),
    ]
