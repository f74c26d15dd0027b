# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The action plugin that waits for directories, with the modules' runs scripted."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.action import managed_directory

NAME = "corp.example.com"


def directory(stage: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {"directory_id": f"d-000000000{number}", "name": NAME, "stage": stage, **more}


def module_run(found: Any, *actions: str, seen: tuple[str, ...] = ()) -> tuple[str, dict[str, Any]]:
    """What the module returns with wait=false."""
    changes = [{"state": one, "elapsed": 0} for one in (*seen, found["stage"] if found else "ABSENT")]
    values = {"elapsed": 0, "state_changes": changes, "actions": list(actions), "diff": {"before": {}, "after": {}}}
    return "euc.appstream.itself", {"changed": bool(actions), "directory": found, **values}


def look(*found: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "euc.appstream.managed_directory_info", {"changed": False, "directories": list(found)}


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, make_action: Any) -> Any:
    """play(options, runs): the task's result and what was shown."""
    shown: list[str] = []

    def run(options: dict[str, Any], *runs: tuple[str, dict[str, Any]]) -> tuple[dict[str, Any], list[str]]:
        plugin = make_action(managed_directory.ActionModule, {"name": NAME, "wait_delay": 10, **options})
        expected = list(runs)

        def execute(module_name: str | None = None, **others: Any) -> dict[str, Any]:
            name, result = expected.pop(0)
            assert (module_name or "euc.appstream.itself").replace("managed_directory", "itself") == name.replace(
                "managed_directory", "itself"
            )
            return dict(result)

        monkeypatch.setattr(plugin, "_execute_module", execute)
        target = "ansible.utils.display.Display.display"
        monkeypatch.setattr(target, lambda display, line, *more, **others: shown.append(line))
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        result = plugin.run(task_vars={})
        assert expected == []
        return result, shown

    return run


def test_shows_the_stages_of_its_own_directory(play: Any) -> None:
    older = directory("Active", 2)
    result, shown = play(
        {"password": "x"},
        module_run(directory("Requested", tags={"a": "b"}), "create", seen=("ABSENT",)),
        look(older, directory("Creating")),
        look(older, directory("Creating")),
        look(older, directory("Active")),
    )
    assert (result["changed"], result["directory"]) == (True, directory("Active", tags={"a": "b"}))
    assert [change["state"] for change in result["state_changes"]] == ["ABSENT", "Requested", "Creating", "Active"]
    assert [stage for stage in ("Requested", "Creating", "Active") if stage in " ".join(shown)] == [
        "Requested",
        "Creating",
        "Active",
    ]


def test_tells_why_it_failed(play: Any) -> None:
    result, _shown = play(
        {},
        module_run(directory("Requested"), "create", seen=("ABSENT",)),
        look(directory("Failed", stage_reason="No free addresses.")),
    )
    assert result["failed"] and "is Failed: No free addresses." in result["msg"]
    assert "delete the directory" in result["remedy"]


def test_waits_until_it_is_gone(play: Any) -> None:
    result, _shown = play(
        {"state": "absent"},
        module_run(directory("Deleting"), "delete", seen=("Active",)),
        look(directory("Deleting")),
        look(),
    )
    assert (result["changed"], result["directory"], result["actions"]) == (True, None, ["delete"])
