# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""win_updates: the module's operations, and the action plugin of ansible.windows over a real connection."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine import windows_updates
from appstream_simulator.windows.machine.shelf import ShelfError, load
from appstream_simulator.windows.machine.windows_updates import WindowsUpdate
from simulated_machine import World

CUMULATIVE = WindowsUpdate("11111111-0000", "2026-09 Cumulative Update (KB5060001)", "5060001", reboot_required=True)
ROLLUP = WindowsUpdate("22222222-0000", ".NET Framework (KB5060002)", "5060002", ("Update Rollups",))
DEFINITION = WindowsUpdate("33333333-0000", "Security Intelligence (KB2267602)", "2267602", ("Definition Updates",))
LATER = WindowsUpdate("44444444-0000", "2026-10 Cumulative Update (KB5060004)", "5060004", after=(CUMULATIVE.id,))


@pytest.fixture
def updates(world: World) -> World:
    """A machine whose Windows Update is switched on and has something to offer."""
    world.machine.shelf.updates[:] = [CUMULATIVE, ROLLUP, DEFINITION, LATER]
    world.machine.disk.services["wuauserv"].start_mode = "manual"
    return world


def run(world: World, *, check_mode: bool = False, **arguments: Any) -> dict[str, dict[str, Any]]:
    """Start and poll to the end as the action plugin does; the last line of each kind."""
    started = world.module("win_updates", {**arguments, "_operation": "start"}, check_mode=check_mode)
    lines: list[dict[str, Any]] = []
    deadline = time.monotonic() + 20
    while (not lines or lines[-1]["task"] != "exit") and time.monotonic() < deadline:
        polled = world.module("win_updates", {"_operation": "poll", "_operation_options": started["poll_options"]})
        lines += polled["output"]
    world.module("win_updates", {"_operation": "cancel", "_operation_options": started["cancel_options"]})
    return {line["task"]: line["result"] for line in lines}


def found(lines: dict[str, dict[str, Any]]) -> list[str]:
    return [item["id"][:1] for item in lines["search_result"]["updates"]]


def filtered(lines: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    return {item["id"][:1]: item["reasons"] for item in lines["search_result"]["filtered"]}


def restart(world: World) -> None:
    world.machine.restart(0)
    assert world.winrm.stopped.wait(10) and world.winrm.running.wait(10)


def test_searching_changes_nothing(updates: World) -> None:
    lines = run(updates, state="searched")
    assert found(lines) == ["1", "2", "3"]
    assert filtered(lines) == {"3": ["category_names"]}
    assert lines["exit"] == {
        "changed": False,
        "failed": False,
        "reboot_required": False,
        "action": None,
        "exception": None,
    }
    assert run(updates, check_mode=True)["exit"]["changed"]
    assert updates.machine.disk.updates == {}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"category_names": ["*"]}, {}),
        ({"category_names": ["DefinitionUpdates"]}, {"1": ["category_names"], "2": ["category_names"]}),
        ({"category_names": ["Update Rollups"], "reject_list": ["KB5060002"]}, {"2": ["reject_list"]}),
        ({"accept_list": ["5060001", "kb5060002$"]}, {"3": ["accept_list", "category_names"]}),
        ({"reject_list": ["cumulative"]}, {"1": ["reject_list"], "3": ["category_names"]}),
    ],
)
def test_filters(updates: World, arguments: dict[str, Any], expected: dict[str, list[str]]) -> None:
    shown = filtered(run(updates, state="searched", **arguments))
    assert {number: shown[number] for number in expected} == expected


def test_updates_are_installed_and_more_come_after_the_restart(updates: World) -> None:
    lines = run(updates)
    assert lines["exit"]["changed"] and lines["exit"]["reboot_required"]
    assert [item["result_code"] for item in lines["install_result"]["info"]] == [2, 2]
    assert lines["download"]["progress"]["TotalBytesToDownload"] == 100_000_000
    info = updates.module("win_reboot_info")
    assert [reason["source"] for reason in info["reboot_required_reasons"]] == [
        "component_based_servicing",
        "windows_update",
    ]
    assert found(run(updates, state="searched")) == ["3"]
    restart(updates)
    assert not updates.module("win_reboot_info")["reboot_required"]
    assert found(run(updates, state="searched")) == ["3", "4"]
    assert not run(updates)["exit"]["reboot_required"]
    assert found(run(updates, state="searched")) == ["3"]


def test_downloading_only(updates: World) -> None:
    assert run(updates, state="downloaded")["exit"]["changed"]
    assert updates.machine.disk.updates[ROLLUP.id] == windows_updates.UpdateState(downloaded=True)
    assert not run(updates, state="downloaded")["exit"]["changed"]
    assert "download_result" not in run(updates)


def test_nothing_is_installed_before_a_pending_restart(updates: World) -> None:
    run(updates, accept_list=["KB5060001"])
    lines = run(updates, accept_list=["KB5060002"])
    assert lines["exit"]["exception"]["message"] == "A reboot is required before more updates can be installed"


@pytest.mark.parametrize("phase", ["download", "install"])
def test_a_failing_update(updates: World, phase: str) -> None:
    failing = WindowsUpdate("55555555-0000", "Broken", fails_with=0x80070643, fails_at=phase, fails=1)
    updates.machine.shelf.updates[:] = [failing, ROLLUP]
    lines = run(updates)
    assert lines["exit"]["failed"] and lines["exit"]["changed"]
    assert lines["exit"]["exception"]["message"] == (
        f"Failed to {phase} all updates - see updates for more information"
    )
    outcomes = {item["id"]: item for item in lines[f"{phase}_result"]["info"]}
    assert (outcomes[failing.id]["result_code"], outcomes[failing.id]["hresult"]) == (4, 0x80070643 - (1 << 32))
    assert outcomes[ROLLUP.id]["result_code"] == 2
    again = run(updates)
    assert not again["exit"]["failed"]
    assert updates.machine.disk.updates[failing.id].installed_at is not None


def test_an_update_that_the_restart_undoes(updates: World) -> None:
    rolled_back = WindowsUpdate("66666666-0000", "Undone", reboot_required=True, rolls_back=True)
    updates.machine.shelf.updates[:] = [rolled_back]
    run(updates)
    assert found(run(updates, state="searched")) == []
    restart(updates)
    assert found(run(updates, state="searched")) == ["6"]


def test_a_disabled_service_is_an_error_of_the_search(world: World) -> None:
    lines = run(world)
    exception = lines["exit"]["exception"]
    assert exception["message"].startswith("Searching for updates: The service cannot be started")
    assert exception["hresult"] & 0xFFFFFFFF == 0x80070422
    assert not lines["exit"]["changed"]


def test_an_asynchronous_task_waits_for_the_end(updates: World) -> None:
    arguments = {"_operation": "start", "_operation_options": {"wait": True}, "log_path": "C:\\Windows\\Temp\\u.log"}
    result = updates.module("win_updates", arguments)
    assert (result["found_update_count"], result["installed_update_count"], result["failed_update_count"]) == (2, 2, 0)
    assert result["updates"][CUMULATIVE.id]["kb"] == ["5060001"]
    assert result["filtered_updates"][DEFINITION.id]["filtered_reasons"] == ["category_names"]
    assert b"changed True" in updates.machine.disk.read("C:\\Windows\\Temp\\u.log")


def test_an_ordinary_user_may_not(updates: World) -> None:
    updates.module("win_user", {"name": "bob", "password": "Secret-9"})
    arguments = {"_operation": "start", "_operation_options": {"wait": True}}
    result = updates.module("win_updates", arguments, user="bob")
    assert result["failed"] and "Access is denied" in result["msg"]


def test_a_poll_of_a_process_that_is_gone_fails(updates: World) -> None:
    started = updates.module("win_updates", {"_operation": "start"})
    restart(updates)
    polled = updates.module("win_updates", {"_operation": "poll", "_operation_options": started["poll_options"]})
    assert polled["msg"] == "Timed out waiting for server pipe to be available"


def test_updates_come_from_shelf_files(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf.yml"
    shelf.write_text("installers: []\nupdates:\n  - {id: a, title: b, kb: 5060001, categories: [Critical Updates]}\n")
    (update,) = load(shelf).updates
    assert (update.kb, update.categories) == ("5060001", ("Critical Updates",))
    shelf.write_text("installers: []\nupdates:\n  - {id: a, titel: b}\n")
    with pytest.raises(ShelfError, match="titel"):
        load(shelf)
