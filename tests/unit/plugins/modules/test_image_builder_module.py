# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image_builder, against the simulated AWS: from states and options to what is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import progress
from ansible_collections.euc.appstream.plugins.modules import image_builder
from image_builder_account import (
    CREATION,
    IMAGE,
    OTHER_IMAGE,
    add,
    backend,
    builder,
    let_time_pass,
    states_of,
    subnet,
    tags,
)

Run = Callable[..., dict[str, Any]]
OLD_AGENT, NEW_AGENT = "06-20-2023", "03-10-2026"


@pytest.fixture(autouse=True)
def _passing_time(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    let_time_pass(simulated, monkeypatch)


def test_creates(run_simulated: Run, simulated: Any) -> None:
    result = run_simulated(image_builder, **CREATION, tags={"a": 1})
    assert result["changed"]
    assert result["actions"] == ["create"]
    assert result["image_builder"]["state"] == "RUNNING"
    assert result["image_builder"]["tags"] == tags() == {"a": "1"}
    assert states_of(result) == ["ABSENT", "PENDING", "RUNNING"]
    assert result["elapsed"] == 600
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["state"] == "RUNNING"
    expected = {"Name": "design", "ImageName": IMAGE, "InstanceType": "stream.standard.large", "Tags": {"a": "1"}}
    assert builder().request == expected


def test_a_second_run_changes_nothing(run_simulated: Run, simulated: Any) -> None:
    run_simulated(image_builder, **CREATION)
    simulated.server.calls.clear()
    result = run_simulated(image_builder, **CREATION)
    assert (result["changed"], result["actions"], simulated.operations()) == (False, [], [])


def test_creation_without_waiting(run_simulated: Run) -> None:
    result = run_simulated(image_builder, **CREATION, wait=False)
    assert (result["changed"], result["image_builder"]["state"]) == (True, "PENDING")


def test_adopts_one_in_the_making_without_calling_that_a_change(run_simulated: Run) -> None:
    run_simulated(image_builder, **CREATION, wait=False)
    result = run_simulated(image_builder, **CREATION)
    assert (result["changed"], result["image_builder"]["state"]) == (False, "RUNNING")


def test_waits_for_the_address(run_simulated: Run, simulated: Any) -> None:
    add(simulated, VpcConfig={"SubnetIds": [subnet(simulated)]})
    made = builder()
    interface, made.network_interface = made.network_interface, None
    due = simulated.server.clock.now() + 90
    backend().timetable.at(due, lambda _due: setattr(made, "network_interface", interface))
    result = run_simulated(image_builder, name="design")
    address = interface.private_ip_address
    assert result["image_builder"]["network_access_configuration"]["eni_private_ip_address"] == address
    assert (result["changed"], states_of(result), result["elapsed"]) == (False, ["RUNNING"], 120)


def test_progress_shows_state_and_address(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "STOPPED", VpcConfig={"SubnetIds": [subnet(simulated)]})
    lines: list[str] = []

    def show(name: str, text: str, elapsed: float, is_new: bool) -> None:
        lines.extend([f"{name}: {text} ({elapsed})"] if is_new else [])

    with progress.showing(show):
        result = run_simulated(image_builder, name="design")
    address = result["image_builder"]["network_access_configuration"]["eni_private_ip_address"]
    assert lines == ["design: STOPPED (0)", "design: PENDING (0)", f"design: RUNNING at {address} (600)"]


@pytest.mark.parametrize(
    ("state", "wanted", "actions"),
    [
        ("STOPPED", "running", ["start"]),
        ("RUNNING", "stopped", ["stop"]),
        ("STOPPED", "stopped", []),
        ("STOPPED", "present", []),
        ("RUNNING", "absent", ["stop", "delete"]),
        ("STOPPED", "absent", ["delete"]),
        ("FAILED", "absent", ["delete"]),
    ],
)
def test_from_a_resting_state(run_simulated: Run, simulated: Any, state: str, wanted: str, actions: list[str]) -> None:
    add(simulated, state)
    result = run_simulated(image_builder, name="design", state=wanted)
    assert result["actions"] == actions
    assert result["changed"] is bool(actions)


@pytest.mark.parametrize("way", [["PENDING", "RUNNING"], ["SNAPSHOTTING", "STOPPED"], ["REBOOTING", "RUNNING"]])
def test_deletes_from_a_moving_state(run_simulated: Run, simulated: Any, way: list[str]) -> None:
    add(simulated, *way)
    result = run_simulated(image_builder, name="design", state="absent")
    assert result["image_builder"] is None
    assert result["actions"][-1] == "delete"
    assert states_of(result)[0] == way[0]


def test_absent_twice(run_simulated: Run, simulated: Any) -> None:
    result = run_simulated(image_builder, name="design", state="absent")
    assert (result["changed"], result["image_builder"], simulated.operations()) == (False, None, [])


@pytest.mark.parametrize("state", ["RUNNING", "STOPPED"])
def test_recreates_on_drift(run_simulated: Run, simulated: Any, state: str) -> None:
    add(simulated, state, Tags={"old": "tag"})
    desired = {**CREATION, "instance_type": "stream.standard.small", "recreate": True}
    result = run_simulated(image_builder, **desired)
    assert result["actions"] == [*(["stop"] if state == "RUNNING" else []), "delete", "create"]
    assert result["image_builder"]["instance_type"] == "stream.standard.small"
    assert result["image_builder"]["tags"] == tags() == {}
    assert not run_simulated(image_builder, **desired)["changed"]


def test_a_failed_one_is_recreated_when_allowed(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "FAILED")
    assert run_simulated(image_builder, **CREATION, recreate=True)["actions"] == ["delete", "create"]


def test_updates_a_stopped_one(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "STOPPED")
    desired = {"name": "design", "state": "stopped", "display_name": "Design", "description": "new"}
    result = run_simulated(image_builder, **desired)
    assert (result["changed"], result["actions"]) == (True, ["update"])
    assert (builder().display_name, builder().description, builder().agent_access) == ("Design", "new", None)
    assert result["diff"]["after"]["display_name"] == "Design"


def test_an_empty_text_is_taken_away(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "STOPPED", DisplayName="Design")
    desired = {"name": "design", "state": "stopped", "display_name": ""}
    predicted = run_simulated(image_builder, check_mode=True, **desired)
    result = run_simulated(image_builder, **desired)
    assert (result["changed"], result["actions"], predicted["changed"]) == (True, ["update"], True)
    assert predicted["diff"] == result["diff"]
    assert "display_name" in result["diff"]["before"] and "display_name" not in result["diff"]["after"]
    assert not predicted["image_builder"].get("display_name") and not result["image_builder"].get("display_name")
    assert not run_simulated(image_builder, **desired)["changed"]


def test_agents_access_is_given_and_taken_away(run_simulated: Run, simulated: Any) -> None:
    access = {
        "settings": [{"agent_action": "COMPUTER_VISION", "permission": "ENABLED"}],
        "screen_resolution": "W_1280xH_720",
        "screen_image_format": "PNG",
    }
    created = run_simulated(image_builder, **CREATION, agent_access_config={})
    assert "agent_access_config" not in created["image_builder"]
    given = run_simulated(image_builder, **CREATION, agent_access_config=access)
    assert given["actions"] == ["stop", "update", "start"]
    assert not run_simulated(image_builder, **CREATION, agent_access_config=access)["changed"]
    taken = run_simulated(image_builder, **CREATION, agent_access_config={})
    assert (taken["changed"], taken["actions"]) == (True, ["stop", "update", "start"])
    assert "agent_access_config" not in taken["image_builder"]
    assert not run_simulated(image_builder, **CREATION, agent_access_config={})["changed"]


def test_a_running_one_is_stopped_for_an_update(run_simulated: Run, simulated: Any) -> None:
    add(simulated)
    result = run_simulated(image_builder, name="design", display_name="Design")
    assert result["actions"] == ["stop", "update", "start"]
    assert result["image_builder"]["display_name"] == "Design"


def test_the_agent_version_is_changed_by_a_restart(run_simulated: Run, simulated: Any) -> None:
    add(simulated)
    builder().agent_version = OLD_AGENT
    result = run_simulated(image_builder, name="design", appstream_agent_version=NEW_AGENT)
    assert (result["changed"], result["actions"]) == (True, ["stop", "start"])
    assert result["image_builder"]["appstream_agent_version"] == NEW_AGENT


def test_whatever_the_agent_version_is_it_may_be_the_latest(run_simulated: Run, simulated: Any) -> None:
    created = run_simulated(image_builder, **CREATION, appstream_agent_version="LATEST")
    assert created["image_builder"]["latest_appstream_agent_version"] == "TRUE"
    builder().agent_version = OLD_AGENT
    again = run_simulated(image_builder, **CREATION, appstream_agent_version="LATEST")
    assert (again["changed"], again["actions"]) == (False, [])


@pytest.mark.parametrize(("purge", "after"), [(True, {"keep": "new"}), (False, {"keep": "new", "other": "x"})])
def test_tags(run_simulated: Run, simulated: Any, purge: bool, after: dict[str, str]) -> None:
    add(simulated)
    tags().update({"keep": "old", "other": "x", "aws:mine": "y"})
    result = run_simulated(image_builder, name="design", tags={"keep": "new"}, purge_tags=purge)
    assert (result["changed"], result["actions"]) == (True, [])
    assert result["image_builder"]["tags"] == tags() == {**after, "aws:mine": "y"}
    assert not run_simulated(image_builder, name="design", tags={"keep": "new"}, purge_tags=purge)["changed"]


def test_unset_options_are_left_alone(run_simulated: Run, simulated: Any) -> None:
    add(simulated, Tags={"a": "b"}, DisplayName="Design")
    assert not run_simulated(image_builder, name="design")["changed"]


@pytest.mark.parametrize(
    ("state", "options", "changed"),
    [
        (None, CREATION, True),
        ("STOPPED", {"name": "design"}, True),
        ("RUNNING", {"name": "design", "tags": {"a": "b"}}, True),
        ("RUNNING", {"name": "design", "state": "absent"}, True),
        ("STOPPED", {"name": "design", "display_name": "x", "state": "stopped"}, True),
        ("RUNNING", {"name": "design"}, False),
        (None, {"name": "design", "state": "absent"}, False),
    ],
)
def test_check_mode_predicts_and_does_nothing(
    run_simulated: Run, simulated: Any, state: str | None, options: dict[str, Any], changed: bool
) -> None:
    if state:
        add(simulated, state)
    predicted = run_simulated(image_builder, check_mode=True, **options)
    assert simulated.operations() == []
    real = run_simulated(image_builder, **options)
    assert predicted["changed"] is real["changed"] is changed
    assert predicted["diff"] == real["diff"]
    assert (predicted["image_builder"] or {}).get("state") == (real["image_builder"] or {}).get("state")
    assert set(predicted) == set(real)


@pytest.mark.parametrize(
    ("state", "actions"), [("RUNNING", ["stop", "update", "start"]), ("STOPPED", ["update"]), (None, ["create"])]
)
def test_present_leaves_it_running_or_stopped_as_it_was(
    run_simulated: Run, simulated: Any, state: str | None, actions: list[str]
) -> None:
    if state:
        add(simulated, state)
    desired = {**CREATION, "state": "present", "description": "new"}
    predicted = run_simulated(image_builder, check_mode=True, **desired)
    result = run_simulated(image_builder, **desired)
    assert result["actions"] == actions
    assert result["image_builder"]["state"] == result["diff"]["after"]["state"] == (state or "RUNNING")
    assert predicted["diff"] == result["diff"]
    assert not run_simulated(image_builder, **desired)["changed"]


def test_one_that_is_being_deleted_is_replaced_by_another(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "STOPPED", Tags={"old": "tag"}, ImageName=OTHER_IMAGE)
    simulated.client("appstream").delete_image_builder(Name="design")
    simulated.server.calls.clear()
    desired = {**CREATION, "instance_type": "stream.standard.small", "tags": {"new": "tag"}, "purge_tags": False}
    predicted = run_simulated(image_builder, check_mode=True, **desired)
    result = run_simulated(image_builder, **desired)
    assert (result["actions"], simulated.operations()) == (["create"], ["CreateImageBuilder"])
    assert predicted["image_builder"]["tags"] == result["image_builder"]["tags"] == {"new": "tag"}
    assert predicted["image_builder"]["instance_type"] == result["image_builder"]["instance_type"]
    assert "image_arn" not in predicted["image_builder"]


def test_one_that_is_being_deleted_keeps_its_tags_to_the_end(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "DELETING", Tags={"old": "tag"})
    result = run_simulated(image_builder, **CREATION, tags={"new": "tag"}, wait=False)
    assert (result["image_builder"]["tags"], simulated.operations()) == ({"old": "tag"}, [])


@pytest.mark.parametrize("wanted", ["stopped", "present"])
def test_the_agent_version_does_not_count_on_one_that_stays_stopped(
    run_simulated: Run, simulated: Any, wanted: str
) -> None:
    add(simulated, "STOPPED")
    builder().agent_version = OLD_AGENT
    result = run_simulated(image_builder, name="design", state=wanted, appstream_agent_version=NEW_AGENT)
    assert (result["changed"], result["actions"]) == (False, [])
    assert result["diff"]["before"] == result["diff"]["after"]


def test_illegal_values_are_ignored_when_deleting(run_simulated: Run) -> None:
    result = run_simulated(image_builder, name="design", state="absent", root_volume_size=1, tags={"aws:x": "y"})
    assert not result.get("failed")
