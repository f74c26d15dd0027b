# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The tasks of a build: what its steps are made of, in their order, and nothing of steps it does not have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.build_tasks import build_tasks

FILES = {"build_image_roles_file": "/tmp/roles.yml"}
INSTALLATION = [{"name": "Install a", "euc.appstream.application": {"name": "a"}}]
ROLES = Path(__file__).resolve().parents[5] / "roles"
ROLE = ROLES / "build_image" / "tasks"
STEPS = ["provision", "connect", "install", "check", "seal", "capture", "remove"]


def plan(**changes: Any) -> dict[str, Any]:
    usual = dict.fromkeys(("builder_is_sealed", "joins_domain", "replaces_failed"), False)
    return {"problems": [], "steps": STEPS, **usual, **changes}


def parts(tasks: list[dict[str, Any]]) -> list[str]:
    """What is run, in order: files of role build_image, and files of tasks."""
    found: list[str] = []
    for task in tasks:
        found += parts(task.get("block", []))
        imported = task.get("ansible.builtin.import_role")
        if imported:
            assert (ROLES / imported["name"].rpartition(".")[2] / "tasks" / f"{imported['tasks_from']}.yml").exists()
            found.append(imported["tasks_from"])
        found += [task["euc.appstream.application"]["name"]] if "euc.appstream.application" in task else []
        found += [task[key] for key in ("ansible.builtin.include_tasks", "ansible.builtin.meta") if key in task]
    return found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["provision", "connect", "install", "a", "end", "check", "seal", "capture", "delete"]),
        ({"builder_is_sealed": True, "steps": ["provision"]}, ["discard", "provision"]),
        (
            {"joins_domain": True, "steps": ["provision", "connect", "remove"]},
            ["provision", "connect_domain", "remove"],
        ),
        ({"replaces_failed": True, "steps": ["capture"]}, ["replace_failed", "capture"]),
        ({"steps": ["remove"]}, ["remove"]),
        ({"steps": ["wait", "remove"]}, ["wait", "remove"]),
        ({"steps": ["roles", "install"]}, ["/tmp/roles.yml", "flush_handlers", "install", "a", "end"]),
        ({"problems": ["no"], "steps": []}, ["refuse"]),
        ({"steps": []}, []),
    ],
)
def test_what_a_build_runs(changes: dict[str, Any], expected: list[str]) -> None:
    assert parts(build_tasks(plan(**changes), FILES, INSTALLATION, record_phases=False)) == expected
    assert parts(build_tasks(plan(**changes), FILES, INSTALLATION, record_phases=True)) == expected


def test_phases_are_told_by_a_variable_and_where_wanted_by_a_fact() -> None:
    steps = ["connect", "wait"]
    told = build_tasks(plan(steps=steps), FILES, INSTALLATION, record_phases=False)
    assert [task["vars"]["build_image_phase"] for task in told] == ["connect", "capture"]
    assert not [task for block in told for task in block["block"] if "ansible.builtin.set_fact" in task]
    for block in build_tasks(plan(steps=steps), FILES, INSTALLATION, record_phases=True):
        assert block["vars"]["build_image_phase"] in str(block["block"][0]["ansible.builtin.set_fact"])


@pytest.mark.parametrize("recorded", [True, False])
def test_only_what_comes_after_an_available_image_is_no_failure(*, recorded: bool) -> None:
    tasks = build_tasks(plan(steps=["wait", *STEPS]), FILES, INSTALLATION, record_phases=recorded)
    assert [task["name"] for task in tasks if "rescue" in task] == ["Phase remove"]
    assert parts(tasks[-1]["rescue"]) == ["left"]


def test_every_file_of_the_role_is_used() -> None:
    whole = plan(steps=["lock", "windows", "sessions", "catalog", "wait", *STEPS, "unlock"])
    changed = [{}, {"builder_is_sealed": True, "joins_domain": True, "replaces_failed": True}, {"problems": ["no"]}]
    used = {
        part
        for changes in changed
        for part in parts(build_tasks({**whole, **changes}, FILES, INSTALLATION, record_phases=False))
    }
    others = {"main", "record", "failed", "lost", "left"}
    assert (used - {"a", "end"}) | others == {path.stem for path in ROLE.glob("*.yml")}
