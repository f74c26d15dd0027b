# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module fleet where something goes wrong: what passes by itself, what is refused at once, what a failure returns."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import progress
from ansible_collections.euc.appstream.plugins.modules import fleet
from fleet_account import (
    CREATION,
    OTHER_IMAGE,
    OTHER_SYSTEM,
    Run,
    associate,
    called,
    describe,
    let_time_pass,
    network_options,
    states_of,
)

NOT_FOUND = "ResourceNotFoundException"
UNIT = "OU=Fleets,DC=corp,DC=example,DC=com"


@pytest.fixture(autouse=True)
def virtual_time(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    let_time_pass(simulated, monkeypatch)


def refuse(simulated: Any, operation: str, code: str = NOT_FOUND, times: int | None = None) -> None:
    simulated.fail(match=f"[a-z0-9]+:{operation}", code=code, message="No.", status=400, times=times)


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        ("StartFleet", {"state": "running"}),
        ("UpdateFleet", {"display_name": "Design"}),
        ("StopFleet", {"state": "stopped"}),
        ("TagResource", {"tags": {"a": "b"}}),
    ],
)
def test_a_fleet_that_is_not_found_for_a_while(
    run_simulated: Run, simulated: Any, operation: str, changes: dict[str, Any]
) -> None:
    run_simulated(fleet, **CREATION, state="present" if operation == "StartFleet" else "running")
    refuse(simulated, operation, times=5)
    result = run_simulated(fleet, **{"name": "design", "state": "present", **changes})
    assert (result["changed"], called(simulated).count(operation)) == (True, 6)
    assert not run_simulated(fleet, **{"name": "design", "state": "present", **changes})["changed"]


def test_what_was_created_may_be_read_back_late(run_simulated: Run, simulated: Any) -> None:
    refuse(simulated, "DescribeFleets", times=4)
    result = run_simulated(fleet, **CREATION)
    assert (result["actions"], simulated.operations()) == (["create", "start"], ["CreateFleet", "StartFleet"])
    assert states_of(result) == ["ABSENT", "STOPPED", "STARTING", "ABSENT", "STARTING", "RUNNING"]


@pytest.fixture
def references(simulated: Any) -> dict[str, Any]:
    """Options that name something, which is there."""
    simulated.client("appstream").create_directory_config(
        DirectoryName="corp.example.com",
        OrganizationalUnitDistinguishedNames=[UNIT],
        ServiceAccountCredentials={"AccountName": "CORP\\join", "AccountPassword": "Secret-1"},
    )
    domain = {"directory_name": "corp.example.com", "organizational_unit": UNIT}
    simulated.server.calls.clear()
    return {**CREATION, **network_options(simulated), "domain": domain, "state": "present"}


def test_what_is_there_but_not_known_everywhere_yet_is_tried_again(
    run_simulated: Run, simulated: Any, references: dict[str, Any]
) -> None:
    refuse(simulated, "CreateFleet", times=5)
    assert run_simulated(fleet, **references)["actions"] == ["create"]
    assert called(simulated).count("CreateFleet") == 6
    refuse(simulated, "UpdateFleet", times=5)
    changes = {"image_name": OTHER_IMAGE, "subnet_ids": references["subnet_ids"][:1]}
    assert run_simulated(fleet, **{**references, **changes})["actions"] == ["update"]
    assert (called(simulated).count("UpdateFleet"), describe(simulated)["ImageName"]) == (6, OTHER_IMAGE)


@pytest.mark.parametrize(
    "misspelt",
    [
        {"image_name": "AppStream-WinSrever2022"},
        {"image_name": None, "image_arn": "arn:aws:appstream:eu-west-1:123456789012:image/none"},
        {"domain": {"directory_name": "corp.example.org", "organizational_unit": UNIT}},
        {"subnet_ids": ["subnet-0123456789abcdef0"]},
        {"security_group_ids": ["sg-0123456789abcdef0"]},
    ],
)
def test_what_is_misspelt_is_refused_at_once(
    run_simulated: Run, simulated: Any, references: dict[str, Any], misspelt: dict[str, Any]
) -> None:
    wrong = {option: value for option, value in {**references, **misspelt}.items() if value is not None}
    result = run_simulated(fleet, **wrong)
    assert (result["failed"], result["error"]["code"], result["changed"]) == (True, NOT_FOUND, False)
    assert (result["fleet"], called(simulated).count("CreateFleet")) == (None, 1)
    run_simulated(fleet, **references)
    result = run_simulated(fleet, **wrong)
    assert (result["failed"], result["error"]["code"], result["actions"]) == (True, NOT_FOUND, [])
    assert called(simulated).count("UpdateFleet") == 1


@pytest.mark.parametrize("operation", ["DescribeImages", "DescribeDirectoryConfigs"])
def test_what_may_not_be_read_is_not_waited_for(
    run_simulated: Run, simulated: Any, references: dict[str, Any], operation: str
) -> None:
    refuse(simulated, "CreateFleet", times=1)
    refuse(simulated, operation, "AccessDeniedException")
    result = run_simulated(fleet, **references)
    assert (result["failed"], result["error"]["code"]) == (True, NOT_FOUND)
    assert called(simulated).count("CreateFleet") == 1


def test_a_network_that_may_not_be_read_counts_as_there(
    run_simulated: Run, simulated: Any, references: dict[str, Any]
) -> None:
    refuse(simulated, "CreateFleet", times=1)
    refuse(simulated, "DescribeSubnets", "UnauthorizedOperation")
    assert run_simulated(fleet, **references)["changed"]
    assert called(simulated).count("CreateFleet") == 2


def test_what_was_done_before_a_failure_is_returned(run_simulated: Run, simulated: Any) -> None:
    refuse(simulated, "StartFleet", "AccessDeniedException")
    result = run_simulated(fleet, **CREATION, tags={"a": "b"})
    assert (result["failed"], result["changed"], result["actions"]) == (True, True, ["create"])
    assert states_of(result) == ["ABSENT", "STOPPED"]
    found = result["fleet"]
    assert (found["name"], found["state"], found["tags"], found["stacks"]) == ("design", "STOPPED", {"a": "b"}, [])
    again = run_simulated(fleet, **CREATION, tags={"a": "b"})
    assert (again["failed"], again["changed"], again["actions"]) == (True, False, [])
    assert (states_of(again), again["fleet"]["tags"]) == (["STOPPED"], {"a": "b"})


def test_tags_written_before_a_failure_are_a_change(run_simulated: Run, simulated: Any) -> None:
    run_simulated(fleet, **CREATION, state="present")
    refuse(simulated, "UpdateFleet", "AccessDeniedException")
    for changed in (True, False):
        result = run_simulated(fleet, name="design", state="present", description="new", tags={"a": "b"})
        assert (result["failed"], result["changed"], result["actions"]) == (True, changed, [])
        assert (result["fleet"]["tags"], states_of(result)) == ({"a": "b"}, ["STOPPED"])
        assert result["elapsed"] == 0


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"instance_type": "stream.standard.large"}, "differs in what the service changes only while"),
        ({"fleet_type": "ON_DEMAND"}, "differs in what the service cannot change"),
        ({"max_concurrent_sessions": 3}, "is not possible like this"),
        ({"image_name": "none"}, "which does not exist"),
        ({"state": "absent"}, "it is associated with stack office"),
    ],
)
def test_a_refusal_returns_the_fleet_as_it_was_seen(
    run_simulated: Run, simulated: Any, changes: dict[str, Any], part: str
) -> None:
    run_simulated(fleet, **CREATION, tags={"a": "b"})
    associate(simulated)
    done = simulated.operations()
    for check_mode in (True, False):
        result = run_simulated(fleet, check_mode, **{"name": "design", "tags": {"c": "d"}, **changes})
        assert result["failed"] and part in result["msg"]
        assert (result["changed"], result["actions"], result["elapsed"]) == (False, [], 0)
        assert result["state_changes"] == [{"state": "RUNNING", "elapsed": 0}]
        assert (result["fleet"]["tags"], result["fleet"]["stacks"]) == ({"a": "b"}, ["office"])
    assert simulated.operations() == done


def test_a_platform_that_is_none_is_refused_before_anything_is_done(run_simulated: Run, simulated: Any) -> None:
    options = {
        **network_options(simulated),
        "name": "tools",
        "fleet_type": "ELASTIC",
        "instance_type": "stream.standard.small",
        "max_concurrent_sessions": 3,
    }
    for check_mode in (True, False):
        result = run_simulated(fleet, check_mode, **options, platform="WINDOWS_SERVER_2091")
        assert result["failed"] and "does not know platform WINDOWS_SERVER_2091, only WINDOWS" in result["msg"]
    assert simulated.operations() == []
    run_simulated(fleet, **options, platform="WINDOWS_SERVER_2019")
    done = simulated.operations()
    result = run_simulated(fleet, name="tools", platform="WINDOWS_SERVER_2091", allow_stop=True)
    assert result["failed"] and "does not know platform WINDOWS_SERVER_2091" in result["msg"]
    assert (simulated.operations(), describe(simulated, "tools")["State"]) == (done, "RUNNING")


def test_an_image_whose_system_nobody_may_read(run_simulated: Run, simulated: Any) -> None:
    run_simulated(fleet, **CREATION)
    refuse(simulated, "DescribeImages", "AccessDeniedException")
    result = run_simulated(fleet, name="design", image_name=OTHER_SYSTEM)
    assert (result["failed"], result["error"]["code"], result["changed"]) == (True, "ResourceInUseException", False)
    assert "state: stopped" in result["remedy"] and result["fleet"]["state"] == "RUNNING"
    result = run_simulated(fleet, name="design", image_name=OTHER_SYSTEM, state="stopped")
    assert (result["actions"], result["fleet"]["image_name"]) == (["stop", "update"], OTHER_SYSTEM)


def test_progress_shows_how_many_instances_there_are(run_simulated: Run, simulated: Any) -> None:
    lines: list[str] = []
    with progress.showing(lambda name, text, elapsed, is_new: lines.append(f"{name} {text}")):
        run_simulated(fleet, **{**CREATION, "compute_capacity": {"desired_instances": 20}}, wait_for_capacity=True)
    assert lines[:3] == ["design ABSENT", "design STOPPED", "design STARTING"]
    assert any(line.startswith("design RUNNING with ") and line.endswith(" of 20 instances") for line in lines)
    assert lines[-1] == "design RUNNING"
