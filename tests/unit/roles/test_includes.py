# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What Ansible does with includes that a reader would not expect.

It includes once for all hosts whose results arrive together with the same item, in the order of the first of them
(`IncludedFile.process_include_results`). An image whose list differs then has its steps in another image's order.

Up to 2.18 the check of a role's arguments takes `omit` for a value like any other, which is no number.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
INCLUDES = ("ansible.builtin.include_tasks", "ansible.builtin.include_role")
# Loops whose order does not matter, or that run on one host.
_FREE = {
    "roles/install_applications/tasks/failed.yml",
}


def tasks_in(value: Any) -> Iterator[dict[str, Any]]:
    for task in value or []:
        if isinstance(task, dict):
            yield task
            for part in ("tasks", "block", "rescue", "always"):
                yield from tasks_in(task.get(part))


FILES = sorted([*REPOSITORY.glob("roles/*/tasks/*.yml"), *REPOSITORY.glob("playbooks/*.yml")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_items_of_a_loop_of_includes_name_their_host(path: Path) -> None:
    if str(path.relative_to(REPOSITORY)) in _FREE:
        return
    for play in yaml.safe_load(path.read_text()) or []:
        on_one_host = str(play.get("name")) == "Report"
        for task in tasks_in([play]):
            if "loop" in task and set(INCLUDES) & set(task) and not on_one_host:
                assert "inventory_hostname" in str(task["loop"]), task["name"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_variables_of_roles_are_never_omitted(path: Path) -> None:
    for task in tasks_in(yaml.safe_load(path.read_text())):
        if {"ansible.builtin.include_role", "ansible.builtin.import_role"} & set(task):
            assert "omit" not in str(task.get("vars", {})), task["name"]
