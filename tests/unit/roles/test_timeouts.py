# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A ``task_timeout`` of somebody's ansible.cfg ends no task of ours: each waits as long as its own options say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.tasks import (
    installation_tasks,
    role_application_tasks,
)

REPOSITORY = Path(__file__).resolve().parents[3]
FILES = sorted([*REPOSITORY.glob("roles/*/tasks/*.yml"), *REPOSITORY.glob("playbooks/*.yml")])
# What takes no time, and what is included: that has tasks of its own.
INSTANT = {
    f"ansible.builtin.{name}"
    for name in (
        *("assert", "debug", "fail", "import_playbook", "meta", "set_fact"),
        *("import_role", "import_tasks", "include_role", "include_tasks"),
    )
}
PARTS = ("tasks", "block", "rescue", "always")


def without_pin(tasks: Any, timeout: Any = None) -> Iterator[str]:
    """Names of tasks that run a module and whose timeout may be anything; ``timeout`` is that of what they are in."""
    for task in tasks or []:
        own = task.get("timeout", timeout)
        if own != 0 and any("." in key and key not in INSTANT for key in task):
            yield task["name"]
        for part in PARTS:
            yield from without_pin(task.get(part), own)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_tasks_of_roles_and_playbooks(path: Path) -> None:
    assert list(without_pin(yaml.safe_load(path.read_text()))) == []


def test_what_is_looked_for() -> None:
    wait = {"name": "Wait", "euc.appstream.image": {}}
    assert list(without_pin([{"block": [wait, {**wait, "timeout": 0}]}, {"timeout": 0, "rescue": [wait]}])) == ["Wait"]


def test_tasks_of_applications() -> None:
    by_role = {"name": "cad", "install": {"kind": "role", "role": {"name": "cad"}}}
    installed = [{"name": "npp", "install": {"kind": "msi"}}, by_role]
    tasks = installation_tasks(installed, {"cad": "/tmp/cad.yml"}, "credentials")
    assert list(without_pin(tasks)) == []
    # The user's own role keeps the user's own time-out.
    users = {"name": "Role", "ansible.builtin.import_role": {"name": "cad"}}
    [block] = role_application_tasks(installed, "cad", users, "credentials")
    assert list(without_pin([block])) == []
    assert "timeout" not in block and "timeout" not in block["block"][0]
