# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Streaming instances and sessions of fleets, and fleets that cannot be provisioned."""

from __future__ import annotations

import urllib.error
from typing import Any

import pytest
from fleet_requests import (
    ELASTIC,
    begin_session,
    create_fleet,
    describe_fleet,
    elastic_network,
    images_of_instances,
    run_fleet,
)
from simulated_aws import BASE_IMAGE, Network, Simulator, error_of

NEWER_IMAGE = "AppStream-WinServer2022-03-17-2026"


def capacity(appstream: Any) -> dict[str, int]:
    return dict(describe_fleet(appstream)["ComputeCapacityStatus"])


def listed(appstream: Any, **more: Any) -> list[str]:
    """The users of the sessions that DescribeSessions shows, with their states."""
    found = appstream.describe_sessions(FleetName="fleet", StackName="stack", **more)["Sessions"]
    return [f"{session['UserId']} {session['State']}" for session in found]


def interfaces(simulator: Simulator) -> int:
    return len(simulator.client("ec2").describe_network_interfaces()["NetworkInterfaces"])


def test_capacity_grows_and_shrinks(simulator: Simulator, appstream: Any, network: Network) -> None:
    before = interfaces(simulator)
    create_fleet(appstream, ComputeCapacity={"DesiredInstances": 3}, VpcConfig=network.config)
    appstream.start_fleet(Name="fleet")
    seen = []
    for seconds in (599, 1, 30, 30):
        simulator.advance(seconds)
        fleet = describe_fleet(appstream)
        seen.append((fleet["State"], fleet["ComputeCapacityStatus"]["Available"]))
    assert seen == [("STARTING", 0), ("RUNNING", 1), ("RUNNING", 2), ("RUNNING", 3)]
    assert interfaces(simulator) == before + 3
    appstream.update_fleet(Name="fleet", ComputeCapacity={"DesiredInstances": 5})
    assert capacity(appstream) == {"Desired": 5, "Running": 3, "InUse": 0, "Available": 3}
    simulator.advance(630)
    assert capacity(appstream) == {"Desired": 5, "Running": 5, "InUse": 0, "Available": 5}
    appstream.update_fleet(Name="fleet", ComputeCapacity={"DesiredInstances": 1})
    assert capacity(appstream) == {"Desired": 1, "Running": 1, "InUse": 0, "Available": 1}
    appstream.stop_fleet(Name="fleet")
    assert (interfaces(simulator), capacity(appstream)["Running"]) == (before, 0)


def test_instances_in_use_outlive_a_smaller_capacity(simulator: Simulator, appstream: Any) -> None:
    run_fleet(simulator)
    sessions = [begin_session(simulator, user=user) for user in ("anna", "bert")]
    assert capacity(appstream) == {"Desired": 2, "Running": 2, "InUse": 2, "Available": 0}
    with pytest.raises(urllib.error.HTTPError):
        begin_session(simulator, user="carl")
    appstream.update_fleet(Name="fleet", ComputeCapacity={"DesiredInstances": 0})
    assert capacity(appstream)["InUse"] == 2
    simulator.control("DELETE", "sessions", {"id": sessions[0]["Id"]})
    assert capacity(appstream) == {"Desired": 0, "Running": 1, "InUse": 1, "Available": 0}


def test_a_used_instance_is_replaced(simulator: Simulator, appstream: Any) -> None:
    run_fleet(simulator, FleetType="ON_DEMAND")
    session = begin_session(simulator)
    assert session["State"] == "PENDING"
    simulator.advance(90)
    (session,) = appstream.describe_sessions(FleetName="fleet", StackName="stack")["Sessions"]
    assert (session["State"], session["InstanceDrainStatus"]) == ("ACTIVE", "NOT_APPLICABLE")
    assert (session["MaxExpirationTime"] - session["StartTime"]).total_seconds() == 57600
    assert capacity(appstream) == {"Desired": 2, "Running": 1, "InUse": 1, "Available": 1}
    appstream.expire_session(SessionId=session["Id"])
    assert capacity(appstream) == {"Desired": 2, "Running": 0, "InUse": 0, "Available": 1}
    simulator.advance(600)
    assert capacity(appstream) == {"Desired": 2, "Running": 0, "InUse": 0, "Available": 2}


def test_a_session_ends_by_itself(simulator: Simulator, appstream: Any) -> None:
    run_fleet(simulator, MaxUserDurationInSeconds=600)
    begin_session(simulator)
    simulator.advance(600)
    assert listed(appstream) == ["anna EXPIRED"]
    simulator.advance(300)
    assert listed(appstream) == []
    appstream.expire_session(SessionId="no-such-session")


def test_listing_sessions(simulator: Simulator, appstream: Any) -> None:
    run_fleet(simulator, ComputeCapacity={"DesiredInstances": 5})
    for user in ("anna", "bert", "carl"):
        begin_session(simulator, user=user)
    saml = begin_session(simulator, user="dora", authentication_type="SAML")
    assert listed(appstream) == ["anna ACTIVE", "bert ACTIVE", "carl ACTIVE"]
    assert listed(appstream, AuthenticationType="SAML") == ["dora ACTIVE"]
    assert listed(appstream, AuthenticationType="SAML", InstanceId=saml["InstanceId"]) == ["dora ACTIVE"]
    assert listed(appstream, AuthenticationType="API", UserId="bert") == ["bert ACTIVE"]
    assert listed(appstream, AuthenticationType="API", UserId="dora") == []
    pages = appstream.get_paginator("describe_sessions").paginate(FleetName="fleet", StackName="stack", Limit=2)
    assert [len(page["Sessions"]) for page in pages] == [2, 1]
    combination = "InvalidParameterCombinationException"
    names = {"FleetName": "fleet", "StackName": "stack"}
    assert error_of(appstream.describe_sessions, UserId="anna", **names)[0] == combination
    assert error_of(appstream.describe_sessions, Limit=51, **names)[0] == combination
    assert appstream.describe_sessions(FleetName="fleet", StackName="other")["Sessions"] == []
    assert appstream.describe_sessions(FleetName="other", StackName="stack")["Sessions"] == []
    assert {one["UserId"] for one in simulator.control("GET", "sessions")} == {"anna", "bert", "carl", "dora"}


@pytest.mark.parametrize(
    "body",
    [
        {"fleet": "fleet", "stack": "other", "user": "anna"},
        {"fleet": "other", "stack": "stack", "user": "anna"},
        {"fleet": "fleet", "stack": "stack", "user": "anna", "authentication_type": "MAGIC"},
    ],
)
def test_users_who_cannot_come(simulator: Simulator, body: dict[str, str]) -> None:
    run_fleet(simulator)
    for method, request in (("POST", body), ("DELETE", {"id": "none"})):
        with pytest.raises(urllib.error.HTTPError):
            simulator.control(method, "sessions", request)


def test_a_new_image_arrives_little_by_little(simulator: Simulator, appstream: Any) -> None:
    run_fleet(simulator)
    session = begin_session(simulator)
    appstream.update_fleet(Name="fleet", ImageName=NEWER_IMAGE)
    assert images_of_instances(simulator) == [BASE_IMAGE, BASE_IMAGE]
    simulator.advance(57599 - 1)
    assert images_of_instances(simulator) == [BASE_IMAGE, BASE_IMAGE]
    simulator.control("DELETE", "sessions", {"id": session["Id"]})
    assert sorted(images_of_instances(simulator)) == [NEWER_IMAGE, BASE_IMAGE]
    simulator.advance(2)
    assert images_of_instances(simulator) == [NEWER_IMAGE, NEWER_IMAGE]
    simulator.advance(600)
    assert capacity(appstream)["Available"] == 2


def test_a_multi_session_fleet(simulator: Simulator, appstream: Any) -> None:
    run_fleet(simulator, ComputeCapacity={"DesiredSessions": 5}, MaxSessionsPerInstance=4)
    sessions = [begin_session(simulator, user=f"user-{number}") for number in range(5)]
    assert capacity(appstream) == {
        "Desired": 2,
        "Running": 2,
        "InUse": 2,
        "Available": 1,
        "DesiredUserSessions": 5,
        "ActualUserSessions": 8,
        "ActiveUserSessions": 5,
        "AvailableUserSessions": 3,
        "Draining": 0,
        "DrainModeActiveUserSessions": 0,
        "DrainModeUnusedUserSessions": 0,
    }
    appstream.drain_session_instance(SessionId=sessions[4]["Id"])
    found = appstream.describe_sessions(FleetName="fleet", StackName="stack", InstanceId=sessions[4]["InstanceId"])
    assert [session["InstanceDrainStatus"] for session in found["Sessions"]] == ["DRAINING"]
    drained = capacity(appstream)
    assert (drained["Draining"], drained["DrainModeUnusedUserSessions"], drained["Available"]) == (1, 3, 0)
    appstream.expire_session(SessionId=sessions[4]["Id"])
    assert (capacity(appstream)["Running"], capacity(appstream)["Draining"]) == (1, 0)
    simulator.advance(600)
    assert capacity(appstream)["AvailableUserSessions"] == 4
    # An instance that is up to date stays for the next user.
    appstream.expire_session(SessionId=sessions[0]["Id"])
    assert capacity(appstream)["AvailableUserSessions"] == 5
    assert error_of(appstream.drain_session_instance, SessionId="none")[0] == "ResourceNotFoundException"


def test_sessions_per_instance_of_a_running_fleet(simulator: Simulator, appstream: Any) -> None:
    run_fleet(simulator, ComputeCapacity={"DesiredSessions": 5}, MaxSessionsPerInstance=4)
    session = begin_session(simulator)
    appstream.update_fleet(Name="fleet", ComputeCapacity={"DesiredSessions": 11}, MaxSessionsPerInstance=10)
    fleet = describe_fleet(appstream)
    assert (fleet["State"], fleet["MaxSessionsPerInstance"]) == ("RUNNING", 10)
    # Instances stay as they are, for a while.
    asked, actual = fleet["ComputeCapacityStatus"]["DesiredUserSessions"], "ActualUserSessions"
    assert (asked, fleet["ComputeCapacityStatus"][actual]) == (11, 8)
    simulator.advance(57600 - 1)
    assert capacity(appstream)[actual] == 8
    simulator.control("DELETE", "sessions", {"id": session["Id"]})
    simulator.advance(601)
    assert (capacity(appstream)["DesiredUserSessions"], capacity(appstream)[actual]) == (11, 20)
    deletion = error_of(appstream.update_fleet, Name="fleet", AttributesToDelete=["MAX_SESSIONS_PER_INSTANCE"])
    assert deletion[0] == "ResourceInUseException"


def test_only_multi_session_fleets_are_drained(simulator: Simulator, appstream: Any) -> None:
    run_fleet(simulator)
    session = begin_session(simulator)
    code, _ = error_of(appstream.drain_session_instance, SessionId=session["Id"])
    assert code == "OperationNotPermittedException"


def test_an_elastic_fleet_has_instances_for_users_alone(simulator: Simulator, appstream: Any, network: Network) -> None:
    run_fleet(simulator, **ELASTIC, VpcConfig=elastic_network(simulator, network))
    sessions = [begin_session(simulator, user=user) for user in ("anna", "bert")]
    assert len({session["NetworkAccessConfiguration"]["EniId"] for session in sessions}) == 2
    with pytest.raises(urllib.error.HTTPError):
        begin_session(simulator, user="carl")
    appstream.expire_session(SessionId=sessions[0]["Id"])
    assert capacity(appstream)["InUse"] == 1
    appstream.stop_fleet(Name="fleet")
    assert listed(appstream) == ["anna EXPIRED", "bert EXPIRED"]


def test_a_fleet_that_stays_starting(simulator: Simulator, appstream: Any) -> None:
    rule = {"fleet": "fleet", "error_code": "STS_DISABLED_IN_REGION", "message": "told", "times": 1}
    simulator.control("POST", "outcomes", rule)
    create_fleet(appstream)
    appstream.start_fleet(Name="fleet")
    simulator.advance(100000)
    fleet = describe_fleet(appstream)
    assert (fleet["State"], fleet["ComputeCapacityStatus"]["Running"]) == ("STARTING", 0)
    assert fleet["FleetErrors"] == [{"ErrorCode": "STS_DISABLED_IN_REGION", "ErrorMessage": "told"}]
    appstream.stop_fleet(Name="fleet")
    simulator.advance(300)
    appstream.start_fleet(Name="fleet")
    simulator.advance(600)
    fleet = describe_fleet(appstream)
    assert (fleet["State"], fleet["FleetErrors"]) == ("RUNNING", [])


@pytest.mark.parametrize("code", ["", "INTERNAL_SERVICE_ERROR"])
def test_a_fleet_that_falls_back(simulator: Simulator, appstream: Any, code: str) -> None:
    simulator.control("POST", "outcomes", {"fleet": "fleet", "error_code": code, "state": "STOPPED"})
    create_fleet(appstream)
    appstream.start_fleet(Name="fleet")
    simulator.advance(600)
    fleet = describe_fleet(appstream)
    assert (fleet["State"], [error["ErrorCode"] for error in fleet["FleetErrors"]]) == (
        "STOPPED",
        [code] if code else [],
    )


def test_what_is_missing_when_it_starts(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_fleet(appstream, "public", VpcConfig=network.config, EnableDefaultInternetAccess=True)
    create_fleet(appstream, "lost", VpcConfig=network.config)
    unit = "OU=a, DC=b"
    appstream.create_directory_config(DirectoryName="corp", OrganizationalUnitDistinguishedNames=[unit])
    join = {"DirectoryName": "corp", "OrganizationalUnitDistinguishedName": unit}
    create_fleet(appstream, "joined", DomainJoinInfo=join)
    ec2 = simulator.client("ec2")
    appstream.start_fleet(Name="public")
    appstream.start_fleet(Name="joined")
    simulator.advance(600)
    ec2.delete_security_group(GroupId=network.group)
    appstream.start_fleet(Name="lost")
    simulator.advance(600)
    found = {fleet["Name"]: fleet["FleetErrors"][0]["ErrorCode"] for fleet in appstream.describe_fleets()["Fleets"]}
    assert found == {
        "public": "IGW_NOT_ATTACHED",
        "lost": "SECURITY_GROUPS_NOT_FOUND",
        "joined": "DOMAIN_JOIN_ERROR_NO_SUCH_DOMAIN",
    }


def test_a_subnet_that_is_full(simulator: Simulator, appstream: Any, network: Network) -> None:
    ec2 = simulator.client("ec2")
    subnet = ec2.create_subnet(VpcId=network.vpc, CidrBlock="127.77.9.0/28")["Subnet"]["SubnetId"]
    create_fleet(appstream, ComputeCapacity={"DesiredInstances": 12}, VpcConfig={"SubnetIds": [subnet]})
    appstream.start_fleet(Name="fleet")
    simulator.advance(2000)
    fleet = describe_fleet(appstream)
    assert (fleet["State"], fleet["ComputeCapacityStatus"]["Available"]) == ("RUNNING", 11)
    assert [error["ErrorCode"] for error in fleet["FleetErrors"]] == ["SUBNET_HAS_INSUFFICIENT_IP_ADDRESSES"]
