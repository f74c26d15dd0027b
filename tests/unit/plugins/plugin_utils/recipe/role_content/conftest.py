# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Roles written for a test, and what the plan finds in them."""

from __future__ import annotations

import textwrap

import pytest
from ansible import constants
from ansible.parsing.dataloader import DataLoader
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content import examination
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.examination import RoleUse
from examined_roles import trusted


@pytest.fixture(autouse=True)
def no_roles_of_this_machine(monkeypatch, tmp_path):
    monkeypatch.setattr(constants, "DEFAULT_ROLES_PATH", [str(tmp_path / "installed")])


@pytest.fixture
def write(tmp_path):
    """Writes files of roles; "r" is short for roles/r/tasks/main.yml, "r/x.yml" for a file of its tasks."""

    def write_files(**files):
        for name, text in files.items():
            role, _slash, file = name.replace("__", "/").partition("/")
            path = tmp_path / "roles" / role / (file or "tasks/main.yml")
            if file and "/" not in file:
                path = tmp_path / "roles" / role / "tasks" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")

    return lambda files: write_files(**files)


@pytest.fixture
def examine(tmp_path):
    def examine_roles(*uses, **variables):
        loader = DataLoader()
        loader.set_basedir(str(tmp_path))
        raw = {name: trusted(value) if isinstance(value, str) else value for name, value in variables.items()}
        roles = [
            use if isinstance(use, RoleUse) else RoleUse(use, where=f"roles[{n}]") for n, use in enumerate(uses, 1)
        ]
        return examination.examine(roles, examination.Surroundings(loader, raw))

    return examine_roles
