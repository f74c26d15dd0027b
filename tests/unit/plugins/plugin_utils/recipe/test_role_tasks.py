# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The files that Ansible reads: tasks that run roles, and variables as they were written."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.template import Templar
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import role_tasks
from hypothesis import given
from hypothesis import strategies as some

SECRET = [("default", VaultSecret(b"key of this test"))]


def test_a_role_is_a_task_of_its_own_with_its_keywords(tmp_path: Path) -> None:
    role = {
        "name": "corp.java",
        "tasks_from": "install",
        "when": "x",
        "tags": ["t"],
        "become": True,
        "vars": {"secret": 1},
    }
    task = role_tasks.role_task(role, {"version": "reference"})
    assert task["ansible.builtin.import_role"] == {"name": "corp.java", "tasks_from": "install"}
    assert (task["when"], task["tags"], task["become"]) == ("x", ["t"], True)
    assert task["vars"] == {"version": "{{ reference }}"}
    path = Path(role_tasks.write_tasks(tmp_path / "folder" / "tasks.yml", [task]))
    assert "secret" not in path.read_text(), "values are in no file of tasks"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert yaml.safe_load(path.read_text())[0]["vars"] == {"version": "{{ reference }}"}


def loaded(path: str) -> Any:
    loader = DataLoader()
    loader.set_vault_secrets(SECRET)
    return loader.load_from_file(path, trusted_as_template=True)


def test_vaulted_values_stay_vaulted(tmp_path: Path) -> None:
    vaulted = VaultLib(SECRET).encrypt("hunter2").decode()
    source = tmp_path / "source.yml"
    source.write_text("password: !vault |\n" + "".join(f"  {line}\n" for line in vaulted.splitlines()))
    text = Path(role_tasks.write_variables(tmp_path / "vars.yml", loaded(str(source)))).read_text()
    assert text.startswith("password: !vault")
    encrypted = "\n".join(line.strip() for line in text.splitlines()[1:])
    assert VaultLib(SECRET).decrypt(encrypted) == b"hunter2"


def test_templates_of_the_user_stay_templates_and_others_do_not_become_some(tmp_path: Path) -> None:
    source = tmp_path / "source.yml"
    source.write_text("trusted: '{{ 1 + 1 }}'\nunsafe: !unsafe '{{ 1 + 1 }}'\n")
    variables = loaded(str(source))
    found = loaded(role_tasks.write_variables(tmp_path / "vars.yml", variables))
    templar = Templar(loader=DataLoader(), variables={})
    assert str(templar.template(found["trusted"])) == "2"
    assert templar.template(found["unsafe"]) == "{{ 1 + 1 }}"


@given(
    some.dictionaries(
        some.from_regex(r"[a-z_]{1,8}", fullmatch=True),
        some.recursive(
            some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(),
            lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
            max_leaves=8,
        ),
        max_size=4,
    )
)
def test_anything_is_read_again_as_it_was(tmp_path_factory: pytest.TempPathFactory, variables: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("variables") / "vars.yml"
    assert (loaded(role_tasks.write_variables(path, variables)) or {}) == variables


def test_names_of_parameters_are_the_same_for_all_images() -> None:
    assert role_tasks.parameter_name("corp.win-base", 2, "x") == "appstream_role__corp_win_base__2__x"
