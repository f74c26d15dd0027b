# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The action plugin that waits for deployments of software, with the modules' runs scripted."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.action import image_builder_software

OFFICE = "Microsoft_Office_2024_LTSC_Standard_64Bit"
INFO = "euc.appstream.image_builder_software_info"


def builder(state: str, status: str | None = None) -> dict[str, Any]:
    listed = [{"software_name": OFFICE, "status": status}] if status else []
    return {"name": "design", "arn": "arn", "state": state, "software_associations": listed}


def module_run(found: dict[str, Any], *actions: str, seen: tuple[str, ...] = ()) -> tuple[str, dict[str, Any]]:
    """What the module returns with wait=false."""
    changes = [{"state": one, "elapsed": 0} for one in (*seen, found["state"])]
    values = {"elapsed": 0, "state_changes": changes, "actions": list(actions), "diff": {"before": {}, "after": {}}}
    return "", {"changed": bool(actions), "image_builder": found, **values}


def look(found: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return INFO, {"changed": False, "image_builder": found, "software_associations": found["software_associations"]}


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, make_action: Any) -> Any:
    """play(options, runs): the task's result, what was shown, and the arguments of the module's runs."""
    shown: list[str] = []
    given: list[dict[str, Any]] = []

    def run(options: dict[str, Any], *runs: tuple[str, dict[str, Any]]) -> tuple[dict[str, Any], list[str], list[Any]]:
        arguments = {"name": "design", "softwares": [OFFICE], "wait_delay": 10, **options}
        plugin = make_action(image_builder_software.ActionModule, arguments)
        expected = list(runs)

        def execute(module_name: str = "", module_args: Any = None, **others: Any) -> dict[str, Any]:
            name, result = expected.pop(0)
            assert module_name == (name or "euc.appstream.image_builder_software")
            if not name:
                given.append(module_args)
            return dict(result)

        monkeypatch.setattr(plugin, "_execute_module", execute)
        target = "ansible.utils.display.Display.display"
        monkeypatch.setattr(target, lambda display, line, *more, **others: shown.append(line))
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        result = plugin.run(task_vars={})
        assert expected == []
        return result, shown, given

    return run


def test_shows_how_the_deployment_gets_on(play: Any) -> None:
    result, shown, _given = play(
        {},
        module_run(builder("PENDING_SYNCING_APPS", "PENDING_INSTALLATION"), "associate", "deploy", seen=("RUNNING",)),
        look(builder("SYNCING_APPS", "PENDING_INSTALLATION")),
        look(builder("RUNNING", "INSTALLED")),
    )
    assert (result["changed"], result["actions"]) == (True, ["associate", "deploy"])
    assert result["software_associations"] == [{"software_name": OFFICE, "status": "INSTALLED"}]
    assert result["image_builder"]["state"] == "RUNNING"
    assert [change["state"] for change in result["state_changes"]] == [
        "RUNNING",
        "PENDING_SYNCING_APPS",
        "SYNCING_APPS",
        "RUNNING",
    ]
    assert f"design: SYNCING_APPS, waiting for {OFFICE}" in " ".join(shown)


def test_tells_what_failed_and_retries_no_more_than_once(play: Any) -> None:
    result, _shown, given = play(
        {"retry_failed": True},
        module_run(builder("PENDING_SYNCING_APPS", "PENDING_INSTALLATION"), "deploy", seen=("RUNNING",)),
        look(builder("SYNCING_APPS", "PENDING_INSTALLATION")),
        # A status of before, and the builder where it was: told again by a look that is a moment late.
        look(builder("RUNNING", "PENDING_INSTALLATION")),
        look(builder("STOPPING", "FAILED_TO_INSTALL")),
    )
    assert result["failed"]
    assert "is STOPPING, and software can be installed" in result["msg"]
    assert f"{OFFICE} FAILED_TO_INSTALL" in result["msg"]
    assert "retry_failed" in result["remedy"]
    assert result["software_associations"][0]["status"] == "FAILED_TO_INSTALL"
    assert len(given) == 1


def test_waits_for_a_builder_on_its_way_and_then_begins(play: Any) -> None:
    deployed = module_run(builder("PENDING_SYNCING_APPS", "PENDING_INSTALLATION"), "associate", "deploy")
    result, _shown, given = play(
        {},
        module_run(builder("PENDING")),
        look(builder("RUNNING")),
        deployed,
        look(builder("RUNNING", "INSTALLED")),
    )
    assert (result["changed"], result["actions"]) == (True, ["associate", "deploy"])
    assert [run["wait"] for run in given] == [False, False]


def test_a_refusal_is_passed_on(play: Any) -> None:
    refused = {"failed": True, "msg": "softwares mixes the years", "retryable": False}
    result, _shown, _given = play({}, ("", refused))
    assert result["msg"] == "softwares mixes the years"
    assert "software_associations" not in result
