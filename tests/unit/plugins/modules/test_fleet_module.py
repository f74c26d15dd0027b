# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Modules fleet and fleet_info, against the simulated AWS, whose time passes while the module waits."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.modules import fleet, fleet_info
from fleet_account import (
    CREATION,
    IMAGE,
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

USB = "Mouse,3,1,2,1133,49271,1,0"


@pytest.fixture(autouse=True)
def virtual_time(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    let_time_pass(simulated, monkeypatch)


@pytest.fixture
def network(simulated: Any) -> dict[str, list[str]]:
    return network_options(simulated)


def test_created_and_started_once(run_simulated: Run, simulated: Any, network: dict[str, Any]) -> None:
    options = {
        **CREATION,
        **network,
        "fleet_type": "ON_DEMAND",
        "display_name": "Design",
        "idle_disconnect_timeout_in_seconds": 900,
        "stream_view": "DESKTOP",
        "usb_device_filter_strings": [USB],
        "root_volume_size": 300,
        "tags": {"CostCenter": 42},
    }
    predicted = run_simulated(fleet, check_mode=True, **options)
    assert (predicted["changed"], predicted["fleet"]["state"], simulated.operations()) == (True, "RUNNING", [])
    result = run_simulated(fleet, **options)
    assert (result["changed"], result["actions"], result["diff"]) == (True, ["create", "start"], predicted["diff"])
    assert states_of(result) == ["ABSENT", "STOPPED", "STARTING", "RUNNING"]
    found = result["fleet"]
    assert (found["state"], found["tags"], found["stacks"]) == ("RUNNING", {"CostCenter": "42"}, [])
    assert (found["vpc_config"], found["root_volume_config"]) == (network, {"volume_size_in_gb": 300})
    assert result["elapsed"] >= 600
    for check_mode in (True, False):
        again = run_simulated(fleet, check_mode=check_mode, **options)
        assert (again["changed"], again["actions"], again["diff"]["before"]) == (False, [], again["diff"]["after"])
    assert simulated.operations() == ["CreateFleet", "StartFleet"]


def test_whole_settings_are_written_and_read(run_simulated: Run, simulated: Any, network: dict[str, Any]) -> None:
    role = simulated.client("iam").create_role(
        RoleName="fleet", AssumeRolePolicyDocument='{"Principal": {"Service": "appstream.amazonaws.com"}}'
    )["Role"]["Arn"]
    unit = "OU=Fleets,DC=corp,DC=example,DC=com"
    simulated.client("appstream").create_directory_config(
        DirectoryName="corp.example.com",
        OrganizationalUnitDistinguishedNames=[unit],
        ServiceAccountCredentials={"AccountName": "CORP\\join", "AccountPassword": "Secret-1"},
    )
    options = {
        **CREATION,
        **network,
        "max_sessions_per_instance": 4,
        "compute_capacity": {"desired_sessions": 5},
        "domain": {"directory_name": "corp.example.com", "organizational_unit": unit.lower().replace("ou=", "OU=")},
        "iam_role_arn": role,
        "max_user_duration": 600,
        "disconnect_timeout": 60,
        "description": "For designers",
        "enable_default_internet_access": True,
        "disable_imdsv1": True,
        "state": "present",
    }
    result = run_simulated(fleet, **options)
    assert (result["actions"], result["fleet"]["state"]) == (["create"], "STOPPED")
    assert result["fleet"]["compute_capacity_status"]["desired_user_sessions"] == 5
    again = run_simulated(fleet, **options)
    assert (again["changed"], again["actions"]) == (False, [])
    # Other sessions that need as many instances, and others.
    for sessions in (8, 9):
        result = run_simulated(fleet, **{**options, "compute_capacity": {"desired_sessions": sessions}})
        assert result["actions"] == ["update"]
        assert result["fleet"]["compute_capacity_status"]["desired_user_sessions"] == sessions


ELASTIC = {
    "name": "tools",
    "fleet_type": "ELASTIC",
    "platform": "WINDOWS_SERVER_2019",
    "instance_type": "stream.standard.small",
    "max_concurrent_sessions": 3,
    "session_script_s3_location": {"s3_bucket": "my-bucket", "s3_key": "scripts.zip"},
}


def test_an_elastic_fleet(run_simulated: Run, simulated: Any, network: dict[str, Any]) -> None:
    options = {**ELASTIC, **network}
    created = run_simulated(fleet, **options, wait_for_capacity=True)
    assert (created["actions"], created["fleet"]["state"]) == (["create", "start"], "RUNNING")
    changes = {"max_concurrent_sessions": 4, "session_script_s3_location": {}, "usb_device_filter_strings": [USB]}
    result = run_simulated(fleet, **{**options, **changes})
    assert (result["actions"], "session_script_s3_location" in result["fleet"]) == (["update"], False)
    refused = run_simulated(fleet, **{**options, **changes, "stream_view": "DESKTOP"})
    assert "stream_view" in refused["msg"] and "image" not in refused["drift"]
    problem = run_simulated(fleet, name="tools", image_name=IMAGE)
    assert problem["failed"] and "image_name is not for ELASTIC fleets" in problem["msg"]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"name": "design"}, "instance_type and compute_capacity and image_name or image_arn"),
        ({**CREATION, "security_group_ids": ["sg-0123456789abcdef0"]}, "subnet_ids"),
        (
            {"name": "x", "fleet_type": "ELASTIC"},
            "instance_type and platform and max_concurrent_sessions and subnet_ids",
        ),
    ],
)
def test_creation_needs(run_simulated: Run, simulated: Any, given: dict[str, Any], missing: str) -> None:
    result = run_simulated(fleet, check_mode=True, **given)
    assert result["failed"] and f"to create it {missing} must be set" in result["msg"]
    assert simulated.operations() == []


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"name": "-x"}, "fleet name"),
        ({"display_name": "x" * 101}, "display_name"),
        ({"description": "x" * 257}, "description"),
        ({"image_name": None, "image_arn": "nonsense"}, "image_arn"),
        ({"image_name": ""}, "image_name must not be empty"),
        ({"compute_capacity": {}}, "exactly one of"),
        ({"compute_capacity": {"desired_instances": 1, "desired_sessions": 1}}, "exactly one of"),
        ({"compute_capacity": {"desired_instances": -1}}, "less than 0"),
        ({"subnet_ids": ["subnet-x"]}, "subnet-x"),
        ({"security_group_ids": ["sg-x"]}, "sg-x"),
        ({"security_group_ids": [f"sg-0000000{n}" for n in range(6)]}, "6 security groups"),
        ({"security_group_ids": ["sg-00000000"], "subnet_ids": []}, "need subnet_ids"),
        ({"max_user_duration": 599}, "between 600 and 432000"),
        ({"max_user_duration": 432001}, "between 600 and 432000"),
        ({"disconnect_timeout": 0}, "between 60 and 36000"),
        ({"idle_disconnect_timeout": 59}, "nor 0"),
        ({"root_volume_size": 199}, "between 200 and 500"),
        ({"max_sessions_per_instance": 1}, "between 2 and 50"),
        ({"iam_role_arn": "role"}, "iam_role_arn"),
        ({"domain": {"directory_name": "a.b", "organizational_unit": "CN=x"}}, "must start with OU="),
        ({"domain": {"directory_name": "a.b"}}, "organizational_unit"),
        ({"usb_device_filter_strings": ["Mouse"]}, "Mouse"),
        ({"usb_device_filter_strings": [f"{'x' * 90},3,1,2,1133,49271,1,0"]}, "at most 100"),
        ({"session_script_s3_location": {"s3_key": "x"}}, "s3_bucket"),
        ({"session_script_s3_location": {"s3_bucket": "UPPER"}}, "UPPER"),
        ({"session_script_s3_location": {"s3_bucket": "abc", "s3_key": "x" * 1025}}, "1025 characters"),
        ({"fleet_type": "ELASTIC"}, "image_name is not for ELASTIC fleets"),
        ({"fleet_type": "ON_DEMAND", "max_concurrent_sessions": 1}, "max_concurrent_sessions is not for ON_DEMAND"),
        ({"fleet_type": "ELASTIC", "subnet_ids": ["subnet-00000000"]}, "two or more subnet_ids"),
        ({"tags": {"aws:x": "y"}}, "reserved"),
    ],
)
def test_bad_values_are_refused_before_aws_is_asked(
    run_simulated: Run, simulated: Any, changes: dict[str, Any], part: str
) -> None:
    simulated.server.calls.clear()
    given = {option: value for option, value in {**CREATION, **changes}.items() if value is not None}
    result = run_simulated(fleet, **given)
    assert result["failed"] and part in result["msg"]
    assert called(simulated) == []


def test_what_a_running_fleet_can_be_given_is_given_while_it_runs(run_simulated: Run, simulated: Any) -> None:
    run_simulated(fleet, **CREATION)
    changes = {
        "image_name": OTHER_IMAGE,
        "compute_capacity": {"desired_instances": 3},
        "display_name": "Design",
        "idle_disconnect_timeout": 120,
        "disconnect_timeout": 120,
    }
    options = {**CREATION, **changes, "state": "present"}
    predicted = run_simulated(fleet, check_mode=True, **options)
    result = run_simulated(fleet, **options, wait_for_capacity=True)
    assert (result["actions"], result["diff"]) == (["update"], predicted["diff"])
    assert predicted["fleet"]["image_name"] == OTHER_IMAGE
    assert result["fleet"]["compute_capacity_status"]["available"] == 3
    assert not run_simulated(fleet, **options)["changed"]
    # 119 seconds are two minutes to the service.
    assert not run_simulated(fleet, **{**options, "idle_disconnect_timeout": 119})["changed"]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"instance_type": "stream.standard.large"}, "instance_type is 'stream.standard.medium'"),
        ({"description": "New", "image_name": OTHER_IMAGE}, "description is ''"),
        ({"image_name": OTHER_SYSTEM}, "an image of another operating system"),
    ],
)
def test_what_needs_a_stop_is_refused_or_done(
    run_simulated: Run, simulated: Any, changes: dict[str, Any], part: str
) -> None:
    run_simulated(fleet, **CREATION)
    done = simulated.operations()
    options = {**CREATION, **changes}
    for check_mode in (True, False):
        refused = run_simulated(fleet, check_mode=check_mode, **options, tags={"a": "b"})
        assert refused["failed"] and part in refused["msg"] and "allow_stop: true" in refused["remedy"]
        assert set(refused["drift"]) == set(changes) - ({"image_name"} if "description" in changes else set())
        assert (refused["fleet"]["state"], simulated.operations()) == ("RUNNING", done)
    result = run_simulated(fleet, **options, allow_stop=True)
    assert (result["actions"], result["fleet"]["state"]) == (["stop", "update", "start"], "RUNNING")
    assert states_of(result) == ["RUNNING", "STOPPING", "STOPPED", "STARTING", "RUNNING"]
    assert not run_simulated(fleet, **options)["changed"]


def test_a_fleet_that_is_to_be_stopped_needs_no_permission(run_simulated: Run, simulated: Any) -> None:
    run_simulated(fleet, **CREATION)
    result = run_simulated(fleet, **{**CREATION, "stream_view": "DESKTOP", "state": "stopped"})
    assert (result["actions"], result["fleet"]["stream_view"]) == (["stop", "update"], "DESKTOP")
    result = run_simulated(fleet, name="design", description="x", state="present")
    assert (result["actions"], result["fleet"]["state"]) == (["update"], "STOPPED")
    result = run_simulated(fleet, name="design", description="y")
    assert (result["actions"], result["fleet"]["state"]) == (["update", "start"], "RUNNING")


def test_nothing_is_stopped_for_an_image_that_cannot_be_used(run_simulated: Run, simulated: Any) -> None:
    run_simulated(fleet, **CREATION)
    done = simulated.operations()
    for image, part in (("none", "does not exist"), ("AppStream-WinServer2022-10-14-2026", "DEPRECATED")):
        result = run_simulated(fleet, name="design", image_name=image, stream_view="DESKTOP", allow_stop=True)
        assert result["failed"] and part in result["msg"]
    assert simulated.operations() == done


def test_the_type_is_for_ever(run_simulated: Run, simulated: Any) -> None:
    run_simulated(fleet, **CREATION, state="stopped")
    result = run_simulated(fleet, **CREATION, fleet_type="ON_DEMAND", state="stopped")
    assert result["failed"] and "fleet_type is 'ALWAYS_ON', wanted 'ON_DEMAND'" in result["msg"]
    assert list(result["drift"]) == ["fleet_type"]


def test_attributes_are_taken_away(run_simulated: Run, simulated: Any, network: dict[str, Any]) -> None:
    options = {**CREATION, **network, "usb_device_filter_strings": [USB], "root_volume_size": 300, "state": "present"}
    run_simulated(fleet, **options)
    result = run_simulated(fleet, name="design", state="present", security_group_ids=[])
    assert result["fleet"]["vpc_config"] == {"subnet_ids": network["subnet_ids"]}
    result = run_simulated(
        fleet, name="design", state="present", **{**network, "subnet_ids": network["subnet_ids"][:1]}
    )
    assert result["fleet"]["vpc_config"] == {**network, "subnet_ids": network["subnet_ids"][:1]}
    purged = {**CREATION, "state": "present", "purge_attributes": True}
    predicted = run_simulated(fleet, check_mode=True, **purged)
    result = run_simulated(fleet, **purged)
    assert (result["actions"], result["diff"]) == (["update"], predicted["diff"])
    found = result["fleet"]
    assert {"vpc_config", "usb_device_filter_strings"} & set(found) == set()
    assert found["root_volume_config"] == {"volume_size_in_gb": 200}
    lost = {"subnet_ids", "security_group_ids", "usb_device_filter_strings", "root_volume_size"}
    assert set(result["diff"]["before"]) - set(result["diff"]["after"]) == lost
    assert not run_simulated(fleet, **purged)["changed"]
    # Nothing to take away, and nothing that can be.
    emptied = run_simulated(fleet, name="design", state="present", domain={}, iam_role_arn="", subnet_ids=[])
    assert not emptied["changed"]


def test_check_mode_shows_what_the_fleet_will_have(run_simulated: Run, simulated: Any, network: dict[str, Any]) -> None:
    creation = {**CREATION, **network, "usb_device_filter_strings": [USB], "root_volume_size": 300, "state": "present"}
    changes = (
        {**creation, "idle_disconnect_timeout": 900, "display_name": "Design", "tags": {"a": "b"}},
        {"image_name": OTHER_IMAGE, "security_group_ids": [], "disconnect_timeout": 600, "display_name": ""},
        {"subnet_ids": [], "usb_device_filter_strings": [], "tags": {}},
    )
    for options in changes:
        asked = {"name": "design", "state": "present", **options}
        predicted = run_simulated(fleet, check_mode=True, **asked)["fleet"]
        result = run_simulated(fleet, **asked)["fleet"]
        assert {key: result.get(key) for key in predicted} == predicted
    assert {"vpc_config", "usb_device_filter_strings"} & set(predicted) == set()


def test_multi_session_becomes_single_session(run_simulated: Run, simulated: Any) -> None:
    shared = {**CREATION, "compute_capacity": {"desired_sessions": 4}, "state": "stopped"}
    run_simulated(fleet, **shared, max_sessions_per_instance=2)
    result = run_simulated(fleet, **CREATION, state="stopped", purge_attributes=True)
    assert "max_sessions_per_instance" not in result["fleet"]
    assert result["fleet"]["compute_capacity_status"]["desired"] == 2


def test_sessions_per_instance_change_while_the_fleet_runs(run_simulated: Run, simulated: Any) -> None:
    shared = {**CREATION, "max_sessions_per_instance": 4, "compute_capacity": {"desired_sessions": 5}}
    run_simulated(fleet, **shared)
    for sessions, per_instance in ((5, 5), (11, 10), (11, 2)):
        options = {
            **shared,
            "max_sessions_per_instance": per_instance,
            "compute_capacity": {"desired_sessions": sessions},
        }
        predicted = run_simulated(fleet, check_mode=True, **options)
        result = run_simulated(fleet, **options)
        assert (result["actions"], result["diff"]) == (["update"], predicted["diff"])
        found = result["fleet"]
        assert (found["state"], found["max_sessions_per_instance"]) == ("RUNNING", per_instance)
        assert found["compute_capacity_status"]["desired_user_sessions"] == sessions
        for check_mode in (True, False):
            assert not run_simulated(fleet, check_mode=check_mode, **options)["changed"]
    single = run_simulated(fleet, **CREATION, purge_attributes=True)
    assert single["failed"] and list(single["drift"]) == ["max_sessions_per_instance"]


def autoscale(simulated: Any) -> None:
    simulated.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="appstream",
        ResourceId="fleet/design",
        ScalableDimension="appstream:fleet:DesiredCapacity",
        MinCapacity=1,
        MaxCapacity=9,
    )


@pytest.mark.parametrize(
    ("autoscaled", "update_capacity", "capacity", "asked"),
    [
        (False, "unless_autoscaled", 5, True),
        (True, "unless_autoscaled", 2, True),
        (True, "always", 5, False),
        (False, "on_create", 2, False),
    ],
)
def test_capacity_that_something_else_sets(
    run_simulated: Run, simulated: Any, autoscaled: bool, update_capacity: str, capacity: int, asked: bool
) -> None:
    run_simulated(fleet, **CREATION)
    if autoscaled:
        autoscale(simulated)
    assert "DescribeScalableTargets" not in called(simulated)
    wanted = {"compute_capacity": {"desired_instances": 5}, "update_capacity": update_capacity}
    result = run_simulated(fleet, name="design", **wanted)
    assert describe(simulated)["ComputeCapacityStatus"]["Desired"] == capacity
    assert (result["changed"], "DescribeScalableTargets" in called(simulated)) == (capacity == 5, asked)
    assert "warnings" not in result


def test_capacity_is_left_alone_when_nobody_may_ask(
    run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_simulated(fleet, **CREATION)
    warnings: list[str] = []
    monkeypatch.setattr(fleet.AnsibleAppStreamModule, "warn", lambda self, text: warnings.append(text))
    simulated.fail(match="application-autoscaling:.*", code="AccessDeniedException", message="No.")
    result = run_simulated(fleet, name="design", compute_capacity={"desired_instances": 5})
    assert (result["changed"], "failed" in result) == (False, False)
    assert ["Application Auto Scaling" in text for text in warnings] == [True]


def test_tags(run_simulated: Run, simulated: Any) -> None:
    run_simulated(fleet, **CREATION, tags={"a": "b"}, state="stopped")
    added = run_simulated(fleet, name="design", state="present", tags={"c": 1}, purge_tags=False)
    assert (added["changed"], added["actions"], added["fleet"]["tags"]) == (True, [], {"a": "b", "c": "1"})
    replaced = run_simulated(fleet, name="design", state="present", tags={"c": 1})
    assert replaced["fleet"]["tags"] == {"c": "1"}
    assert not run_simulated(fleet, name="design", state="present", tags={"c": 1})["changed"]


def test_absent(run_simulated: Run, simulated: Any) -> None:
    run_simulated(fleet, **CREATION)
    associate(simulated)
    done = simulated.operations()
    for check_mode in (True, False):
        refused = run_simulated(fleet, check_mode=check_mode, name="design", state="absent")
        assert refused["failed"] and "associated with stack office" in refused["msg"]
        assert refused["fleet"]["stacks"] == ["office"] and "fleet: ''" in refused["remedy"]
    assert simulated.operations() == done
    simulated.client("appstream").disassociate_fleet(FleetName="design", StackName="office")
    predicted = run_simulated(fleet, check_mode=True, name="design", state="absent")
    assert (predicted["changed"], predicted["fleet"]) == (True, None)
    result = run_simulated(fleet, name="design", state="absent")
    assert (result["actions"], result["fleet"]) == (["stop", "delete"], None)
    assert states_of(result) == ["RUNNING", "STOPPING", "STOPPED", "ABSENT"]
    assert not run_simulated(fleet, name="design", state="absent")["changed"]


def test_waiting_for_capacity(run_simulated: Run, simulated: Any) -> None:
    options = {**CREATION, "compute_capacity": {"desired_instances": 20}}
    result = run_simulated(fleet, **options, wait_for_capacity=True)
    assert result["fleet"]["compute_capacity_status"]["available"] == 20
    associate(simulated)
    client = simulated.client("appstream")
    client.update_fleet(Name="design", ComputeCapacity={"DesiredInstances": 21})
    late = run_simulated(fleet, name="design", wait_for_capacity=True, wait_timeout=120)
    assert late["failed"] and "still RUNNING after 120 seconds" in late["msg"] and "20 minutes" in late["remedy"]


def test_without_waiting(run_simulated: Run, simulated: Any) -> None:
    first = run_simulated(fleet, **CREATION, wait=False)
    assert (first["actions"], first["fleet"]["state"]) == (["create", "start"], "STARTING")
    again = run_simulated(fleet, **CREATION, wait=False)
    assert (again["changed"], again["actions"], again["fleet"]["state"]) == (False, [], "STARTING")
    simulated.advance(600)
    stopped = run_simulated(fleet, name="design", state="stopped", wait=False)
    assert (stopped["actions"], stopped["fleet"]["state"]) == (["stop"], "STOPPING")
    restarted = run_simulated(fleet, **CREATION, allow_stop=True, description="x")
    assert restarted["actions"] == ["update", "start"]


def test_a_start_that_fails_ends_the_wait_at_once_and_is_tried_again(run_simulated: Run, simulated: Any) -> None:
    code = "DOMAIN_JOIN_ERROR_LOGON_FAILURE"
    simulated.server.simulation.outcomes.add({"fleet": "design", "error_code": code, "message": "Wrong.", "times": 1})
    result = run_simulated(fleet, **CREATION)
    assert result["failed"] and f"Fleet design cannot be started: {code}: Wrong." in result["msg"]
    assert result["fleet"]["fleet_errors"] == [{"error_code": code, "error_message": "Wrong."}]
    assert "password" in result["remedy"] and "image builder" not in result["remedy"]
    assert result["actions"] == ["create", "start"] and result["elapsed"] < 700
    # What needs a stop needs no allow_stop now: nobody is there.
    predicted = run_simulated(fleet, check_mode=True, **CREATION, description="Mended")
    result = run_simulated(fleet, **CREATION, description="Mended")
    assert (result["changed"], result["actions"]) == (True, ["stop", "update", "start"])
    assert (result["fleet"]["state"], result["diff"]) == ("RUNNING", predicted["diff"])


@pytest.mark.parametrize(("state", "actions"), [("absent", ["stop", "delete"]), ("stopped", ["stop"])])
def test_a_failed_start_is_broken_off(run_simulated: Run, simulated: Any, state: str, actions: list[str]) -> None:
    simulated.server.simulation.outcomes.add({"fleet": "design", "error_code": "SUBNET_NOT_FOUND"})
    assert run_simulated(fleet, **CREATION)["failed"]
    assert run_simulated(fleet, name="design", state=state)["actions"] == actions


def test_a_fleet_that_falls_back_silently(run_simulated: Run, simulated: Any) -> None:
    simulated.server.simulation.outcomes.add({"fleet": "design", "state": "STOPPED", "times": 1})
    result = run_simulated(fleet, **CREATION)
    assert result["failed"] and "is STOPPED again after create, start" in result["msg"]
    assert "Service Quotas" in result["remedy"]
    result = run_simulated(fleet, **CREATION)
    assert (result["actions"], result["fleet"]["state"]) == (["start"], "RUNNING")


def test_throttled_everywhere(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:.*", per_operation=2)
    created = run_simulated(fleet, **CREATION, tags={"a": "b"})
    assert (created["actions"], created["fleet"]["state"]) == (["create", "start"], "RUNNING")
    changed = run_simulated(fleet, **CREATION, tags={"c": "d"}, display_name="x")
    assert (changed["actions"], changed["fleet"]["tags"]) == (["update"], {"c": "d"})
    deleted = run_simulated(fleet, name="design", state="absent")
    assert deleted["actions"] == ["stop", "delete"]


@pytest.mark.parametrize("operation", ["CreateFleet", "StartFleet", "UpdateFleet", "StopFleet", "DeleteFleet"])
def test_an_answer_that_gets_lost(run_simulated: Run, simulated: Any, operation: str) -> None:
    simulated.fail(match=f"appstream:{operation}", drop="after", times=1)
    assert run_simulated(fleet, **CREATION)["fleet"]["state"] == "RUNNING"
    assert run_simulated(fleet, **CREATION, display_name="x")["fleet"]["display_name"] == "x"
    assert run_simulated(fleet, name="design", state="absent")["fleet"] is None
    assert simulated.client("appstream").describe_fleets()["Fleets"] == []


def test_access_denied(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:CreateFleet", code="AccessDeniedException", message="No.")
    result = run_simulated(fleet, **CREATION)
    assert result["failed"] and result["error"]["code"] == "AccessDeniedException" and not result["retryable"]
    assert "create_fleet failed for fleet design" in result["msg"]


def test_info(run_simulated: Run, simulated: Any) -> None:
    for name in ("design", "b", "a"):
        run_simulated(fleet, **{**CREATION, "name": name}, state="present", tags={"of": name})
    associate(simulated)
    found = run_simulated(fleet_info)["fleets"]
    assert [one["name"] for one in found] == ["a", "b", "design"]
    assert [(one["tags"]["of"], one["stacks"]) for one in found[1:]] == [("b", []), ("design", ["office"])]
    some = run_simulated(fleet_info, names=["none", "b"], include_tags=False, include_stacks=False)["fleets"]
    assert [(one["name"], "tags" in one, "stacks" in one) for one in some] == [("b", False, False)]
    assert run_simulated(fleet_info, names=[])["fleets"] == []
    simulated.fail(match="appstream:DescribeFleets", code="AccessDeniedException", message="No.")
    assert run_simulated(fleet_info)["failed"]


def test_info_reads_all_pages(run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated.server.settings, "page_size", 2)
    for number in range(5):
        run_simulated(fleet, **{**CREATION, "name": f"fleet-{number}"}, state="present")
    assert len(run_simulated(fleet_info)["fleets"]) == 5
