# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fleets: creating, listing, changing, starting, stopping and deleting them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from appstream_simulator.aws.models import appstream_backends
from fleet_requests import ELASTIC, create_fleet, describe_fleet, elastic_network
from simulated_aws import BASE_IMAGE, Network, Simulator, error_of, have_image, make_network

COMBINATION = "InvalidParameterCombinationException"
NEWER_IMAGE, OTHER_SYSTEM = "AppStream-WinServer2022-03-17-2026", "AppStream-WinServer2019-09-09-2026"
MEDIUM = "stream.standard.medium"
MUST_BE_STOPPED = (
    "ResourceInUseException",
    "Cannot update the attribute for fleet fleet when it is ACTIVE. The fleet must be stopped to complete this action.",
)


def test_a_fleet_is_created_stopped(appstream: Any, network: Network) -> None:
    fleet = create_fleet(appstream, VpcConfig=network.config, Tags={"a": "b"}, DisplayName="Office")
    assert fleet == describe_fleet(appstream)
    assert fleet.pop("CreatedTime")
    assert fleet == {
        "Name": "fleet",
        "Arn": "arn:aws:appstream:eu-west-1:123456789012:fleet/fleet",
        "DisplayName": "Office",
        "ImageName": BASE_IMAGE,
        "ImageArn": f"arn:aws:appstream:eu-west-1::image/{BASE_IMAGE}",
        "InstanceType": MEDIUM,
        "FleetType": "ALWAYS_ON",
        "Platform": "WINDOWS_SERVER_2022",
        "ComputeCapacityStatus": {"Desired": 2, "Running": 0, "InUse": 0, "Available": 0},
        "MaxUserDurationInSeconds": 57600,
        "DisconnectTimeoutInSeconds": 900,
        "IdleDisconnectTimeoutInSeconds": 0,
        "StreamView": "APP",
        "State": "STOPPED",
        "VpcConfig": network.config,
        "EnableDefaultInternetAccess": False,
        "RootVolumeConfig": {"VolumeSizeInGb": 200},
        "DisableIMDSV1": False,
        "FleetErrors": [],
    }
    assert appstream.list_tags_for_resource(ResourceArn=fleet["Arn"])["Tags"] == {"a": "b"}


def test_a_life(simulator: Simulator, appstream: Any) -> None:
    create_fleet(appstream)
    seen = []
    for step, seconds in ((appstream.start_fleet, 600), (appstream.stop_fleet, 300)):
        step(Name="fleet")
        seen.append(describe_fleet(appstream)["State"])
        simulator.advance(seconds)
        seen.append(describe_fleet(appstream)["State"])
    assert seen == ["STARTING", "RUNNING", "STOPPING", "STOPPED"]
    arn = describe_fleet(appstream)["Arn"]
    appstream.delete_fleet(Name="fleet")
    assert error_of(appstream.describe_fleets, Names=["fleet"])[0] == "ResourceNotFoundException"
    assert error_of(appstream.list_tags_for_resource, ResourceArn=arn)[0] == "ResourceNotFoundException"


STATES: dict[str, Callable[[Simulator, Any], None]] = {
    "STOPPED": lambda simulator, appstream: None,
    "STARTING": lambda simulator, appstream: appstream.start_fleet(Name="fleet"),
    "RUNNING": lambda simulator, appstream: (appstream.start_fleet(Name="fleet"), simulator.advance(600)),
    "STOPPING": lambda simulator, appstream: (
        appstream.start_fleet(Name="fleet"),
        simulator.advance(600),
        appstream.stop_fleet(Name="fleet"),
    ),
}
REFUSED = {
    "STOPPED": {},
    "STARTING": {
        "start_fleet": "OperationNotPermittedException",
        "delete_fleet": "ConcurrentModificationException",
        "update_fleet": "OperationNotPermittedException",
    },
    "RUNNING": {"start_fleet": "OperationNotPermittedException", "delete_fleet": "ResourceInUseException"},
    "STOPPING": {
        "start_fleet": "OperationNotPermittedException",
        "stop_fleet": "ConcurrentModificationException",
        "delete_fleet": "ConcurrentModificationException",
        "update_fleet": "OperationNotPermittedException",
    },
}


@pytest.mark.parametrize("state", STATES)
def test_operations_a_state_is_not_for(simulator: Simulator, appstream: Any, state: str) -> None:
    create_fleet(appstream)
    STATES[state](simulator, appstream)
    assert describe_fleet(appstream)["State"] == state
    found = {name: error_of(getattr(appstream, name), Name="fleet") for name in REFUSED[state]}
    assert {name: code for name, (code, _) in found.items()} == REFUSED[state]
    assert all(state in message for _, message in found.values())
    assert describe_fleet(appstream)["State"] == state


def test_a_fleet_of_an_image_that_has_got_deprecated(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "images", {"name": "image", "base_image": BASE_IMAGE, "region": "eu-west-1"})
    create_fleet(appstream, ImageName="image")
    appstream_backends["123456789012"]["eu-west-1"].images["image"].state = "DEPRECATED"
    code, message = error_of(appstream.start_fleet, Name="fleet")
    assert code == "ResourceNotAvailableException"
    assert message == (
        "The image image is DEPRECATED. The image must be in an AVAILABLE state for this action to succeed."
    )


def test_stopping_what_is_stopped_is_nothing(appstream: Any) -> None:
    create_fleet(appstream)
    appstream.stop_fleet(Name="fleet")
    assert describe_fleet(appstream)["State"] == "STOPPED"


def test_a_start_can_be_broken_off(simulator: Simulator, appstream: Any) -> None:
    create_fleet(appstream)
    appstream.start_fleet(Name="fleet")
    simulator.advance(590)
    appstream.stop_fleet(Name="fleet")
    simulator.advance(100)
    assert describe_fleet(appstream)["State"] == "STOPPING"
    simulator.advance(200)
    fleet = describe_fleet(appstream)
    assert (fleet["State"], fleet["ComputeCapacityStatus"]["Running"]) == ("STOPPED", 0)


@pytest.mark.parametrize("operation", ["update_fleet", "start_fleet", "stop_fleet", "delete_fleet"])
def test_operation_on_nothing(appstream: Any, operation: str) -> None:
    assert error_of(getattr(appstream, operation), Name="nobody")[0] == "ResourceNotFoundException"


def test_listing_in_pages(simulator: Simulator, appstream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator.server.settings, "page_size", 2)
    for name in "abcde":
        create_fleet(appstream, name)
    found = appstream.get_paginator("describe_fleets").paginate().build_full_result()["Fleets"]
    assert [fleet["Name"] for fleet in found] == list("abcde")
    assert len(appstream.describe_fleets()["Fleets"]) == 2
    some = appstream.describe_fleets(Names=["d", "a"])["Fleets"]
    assert {fleet["Name"] for fleet in some} == {"a", "d"}
    assert error_of(appstream.describe_fleets, Names=["a", "z"])[0] == "ResourceNotFoundException"
    assert error_of(appstream.describe_fleets, NextToken="nonsense")[0] == COMBINATION


def test_quota_names_and_places(simulator: Simulator, appstream: Any) -> None:
    for number in range(10):
        create_fleet(appstream, f"fleet-{number}")
    assert error_of(create_fleet, appstream=appstream, name="more")[0] == "LimitExceededException"
    assert error_of(create_fleet, appstream=appstream, name="fleet-1")[0] == "ResourceAlreadyExistsException"
    elsewhere = simulator.client(region="eu-central-1")
    create_fleet(elsewhere, "fleet-1")
    assert len(elsewhere.describe_fleets()["Fleets"]) == 1
    fleets = simulator.control("GET", "state")["fleets"]
    assert {(one["Region"], one["Account"]) for one in fleets} == {
        ("eu-west-1", "123456789012"),
        ("eu-central-1", "123456789012"),
    }


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        ({"ImageName": "none"}, "ResourceNotFoundException", "none"),
        ({"ImageName": "AppStream-WinServer2022-10-14-2026"}, "ResourceNotAvailableException", "DEPRECATED"),
        ({"ImageArn": "arn:aws:appstream:eu-west-1::image/x", "ImageName": BASE_IMAGE}, COMBINATION, "Exactly one"),
        ({"InstanceType": "t3.large"}, COMBINATION, "not supported"),
        ({"InstanceType": "stream.graphics.g5.xlarge"}, COMBINATION, "instance family"),
        ({"ComputeCapacity": {}}, COMBINATION, "DesiredInstances"),
        ({"ComputeCapacity": {"DesiredInstances": 1, "DesiredSessions": 1}}, COMBINATION, "DesiredInstances alone"),
        ({"ComputeCapacity": {"DesiredSessions": 1}}, COMBINATION, "single-session"),
        ({"ComputeCapacity": {"DesiredInstances": 1}, "MaxSessionsPerInstance": 4}, COMBINATION, "multi-session"),
        ({"ComputeCapacity": {"DesiredInstances": -1}}, COMBINATION, "negative"),
        ({"ComputeCapacity": {"DesiredSessions": 1}, "MaxSessionsPerInstance": 1}, COMBINATION, "must not be 1"),
        ({"ComputeCapacity": {"DesiredSessions": 1}, "MaxSessionsPerInstance": 51}, COMBINATION, "must not be 51"),
        (
            {
                "ComputeCapacity": {"DesiredSessions": 1},
                "MaxSessionsPerInstance": 2,
                "ImageName": "AppStream-WinServer2016-11-10-2025",
            },
            "IncompatibleImage",
            "does not support multi-session",
        ),
        ({"MaxConcurrentSessions": 1}, COMBINATION, "MaxConcurrentSessions is not allowed"),
        ({"SessionScriptS3Location": {"S3Bucket": "bucket"}}, COMBINATION, "SessionScriptS3Location is not allowed"),
        ({"Platform": "RHEL8"}, COMBINATION, "WINDOWS_SERVER_2022"),
        ({"MaxUserDurationInSeconds": 599}, COMBINATION, "599"),
        ({"MaxUserDurationInSeconds": 432001}, COMBINATION, "432001"),
        ({"DisconnectTimeoutInSeconds": 59}, COMBINATION, "59"),
        ({"IdleDisconnectTimeoutInSeconds": 59}, COMBINATION, "59"),
        ({"IdleDisconnectTimeoutInSeconds": 36001}, COMBINATION, "36001"),
        ({"VpcConfig": {"SecurityGroupIds": ["sg-1"]}}, COMBINATION, "at least one subnet"),
        ({"VpcConfig": {"SubnetIds": ["subnet-1"]}}, "ResourceNotFoundException", "subnet-1"),
        ({"IamRoleArn": "arn:aws:iam::123456789012:role/none"}, "InvalidRoleException", "because your IAM role"),
        (
            {"DomainJoinInfo": {"DirectoryName": "a.b", "OrganizationalUnitDistinguishedName": "OU=a"}},
            "ResourceNotFoundException",
            "a.b",
        ),
        ({"RootVolumeConfig": {"VolumeSizeInGb": 501}}, COMBINATION, "501"),
        ({"UsbDeviceFilterStrings": ["x"]}, "ValidationException", "pattern"),
        ({"FleetType": "SOMETIMES"}, "ValidationException", "ALWAYS_ON"),
        ({"Name": "-"}, "ValidationException", "pattern"),
    ],
)
def test_what_cannot_be_created(appstream: Any, options: dict[str, Any], code: str, told: str) -> None:
    request = {"Name": "fleet", "InstanceType": MEDIUM, "ComputeCapacity": {"DesiredInstances": 1}, **options}
    if "ImageArn" not in options:
        request.setdefault("ImageName", BASE_IMAGE)
    found, message = error_of(appstream.create_fleet, **request)
    assert found.startswith(code)
    assert told in message
    assert appstream.describe_fleets()["Fleets"] == []


@pytest.mark.parametrize(
    "options",
    [{"DisableIMDSV1": True}, {"ComputeCapacity": {"DesiredSessions": 1}, "MaxSessionsPerInstance": 2}],
)
def test_images_with_an_old_agent(simulator: Simulator, appstream: Any, options: dict[str, Any]) -> None:
    have_image(simulator, "AppStream-WinServer2019-06-12-2023")
    code, message = error_of(create_fleet, appstream=appstream, ImageName="own", **options)
    assert (code, "not support" in message) == ("IncompatibleImageException", True)


def test_network_of_a_fleet(simulator: Simulator, appstream: Any, network: Network) -> None:
    foreign = make_network(simulator)
    for groups, subnets, code in (
        ([foreign.group], [network.subnet], COMBINATION),
        (["sg-1"], [network.subnet], "ResourceNotFoundException"),
        ([], [network.subnet, foreign.subnet], COMBINATION),
    ):
        config = {"SubnetIds": subnets, "SecurityGroupIds": groups}
        assert error_of(create_fleet, appstream=appstream, VpcConfig=config)[0] == code
    create_fleet(appstream, VpcConfig=network.config)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"Platform": None}, "Platform is required"),
        ({"MaxConcurrentSessions": None}, "MaxConcurrentSessions is required"),
        ({"VpcConfig": None}, "VpcConfig is required"),
        ({"ComputeCapacity": {"DesiredInstances": 1}}, "ComputeCapacity is not allowed"),
        ({"ImageName": BASE_IMAGE}, "ImageName is not allowed"),
        ({"Platform": "WINDOWS_SERVER_2022"}, "WINDOWS_SERVER_2022"),
        ({"InstanceType": "stream.compute.large"}, "stream.compute.large"),
        ({"MaxConcurrentSessions": 0}, "positive"),
        ({"VpcConfig": "one"}, "Availability Zones"),
    ],
)
def test_elastic_fleets_have_rules_of_their_own(
    simulator: Simulator, appstream: Any, network: Network, options: dict[str, Any], told: str
) -> None:
    whole = {**ELASTIC, "VpcConfig": elastic_network(simulator, network)}
    request = {**whole, **options}
    if request["VpcConfig"] == "one":
        request["VpcConfig"] = network.config
    given = {member: value for member, value in request.items() if value is not None}
    code, message = error_of(create_fleet, appstream=appstream, **given)
    assert (code, told in message) == (COMBINATION, True), message
    fleet = create_fleet(appstream, **whole)
    assert (fleet["Platform"], fleet["ComputeCapacityStatus"]["Desired"]) == ("WINDOWS_SERVER_2019", 0)
    assert "ImageName" not in fleet


ALWAYS_ON_UPDATES: dict[str, Any] = {
    "DisplayName": "Office",
    "ComputeCapacity": {"DesiredInstances": 3},
    "ImageName": NEWER_IMAGE,
    "IdleDisconnectTimeoutInSeconds": 60,
    "DisconnectTimeoutInSeconds": 60,
}
STOPPED_UPDATES: dict[str, Any] = {
    "Description": "For everybody",
    "InstanceType": "stream.standard.large",
    "MaxUserDurationInSeconds": 600,
    "EnableDefaultInternetAccess": True,
    "StreamView": "DESKTOP",
    "RootVolumeConfig": {"VolumeSizeInGb": 300},
    "DisableIMDSV1": True,
    "UsbDeviceFilterStrings": ["046D,0892,03,*,*,*,1,0"],
    "MaxSessionsPerInstance": 2,
}


@pytest.mark.parametrize("fleet_type", ["ALWAYS_ON", "ON_DEMAND"])
def test_what_can_be_changed_when(simulator: Simulator, appstream: Any, fleet_type: str) -> None:
    create_fleet(appstream, FleetType=fleet_type)
    appstream.start_fleet(Name="fleet")
    simulator.advance(600)
    for member, value in ALWAYS_ON_UPDATES.items():
        appstream.update_fleet(Name="fleet", **{member: value})
    for member, value in STOPPED_UPDATES.items():
        refused = error_of(appstream.update_fleet, Name="fleet", DisplayName="x", **{member: value})
        assert refused == MUST_BE_STOPPED
    fleet = describe_fleet(appstream)
    capacity = fleet["ComputeCapacityStatus"]
    assert (fleet["DisplayName"], fleet["ImageName"], capacity["Desired"]) == ("Office", NEWER_IMAGE, 3)
    assert error_of(appstream.update_fleet, Name="fleet", ImageName=OTHER_SYSTEM) == MUST_BE_STOPPED
    appstream.stop_fleet(Name="fleet")
    simulator.advance(300)
    sessions = {"ComputeCapacity": {"DesiredSessions": 3}}
    appstream.update_fleet(Name="fleet", ImageName=OTHER_SYSTEM, **STOPPED_UPDATES, **sessions)
    fleet = describe_fleet(appstream)
    assert {member: fleet[member] for member in STOPPED_UPDATES} == STOPPED_UPDATES
    assert fleet["Platform"] == "WINDOWS_SERVER_2019"


def test_what_can_be_changed_of_a_running_elastic_fleet(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_fleet(appstream, **ELASTIC, VpcConfig=elastic_network(simulator, network))
    appstream.start_fleet(Name="fleet")
    simulator.advance(600)
    changes = {
        "DisplayName": "Apps",
        "IdleDisconnectTimeoutInSeconds": 60,
        "DisconnectTimeoutInSeconds": 60,
        "MaxConcurrentSessions": 7,
        "SessionScriptS3Location": {"S3Bucket": "bucket", "S3Key": "scripts.zip"},
        "UsbDeviceFilterStrings": ["046D,0892,03,*,*,*,1,0"],
    }
    appstream.update_fleet(Name="fleet", **changes)
    fleet = describe_fleet(appstream)
    assert {member: fleet[member] for member in changes} == changes
    assert error_of(appstream.update_fleet, Name="fleet", InstanceType=MEDIUM) == MUST_BE_STOPPED
    appstream.update_fleet(Name="fleet", AttributesToDelete=["SESSION_SCRIPT_S3_LOCATION"])
    assert "SessionScriptS3Location" not in describe_fleet(appstream)


def test_attributes_are_deleted(simulator: Simulator, appstream: Any, network: Network) -> None:
    usb = ["046D,0892,03,*,*,*,1,0"]
    create_fleet(
        appstream, VpcConfig=network.config, RootVolumeConfig={"VolumeSizeInGb": 300}, UsbDeviceFilterStrings=usb
    )
    both = {"RootVolumeConfig": {"VolumeSizeInGb": 400}, "AttributesToDelete": ["VOLUME_CONFIGURATION"]}
    assert error_of(appstream.update_fleet, Name="fleet", **both)[0] == COMBINATION
    gone = ["VOLUME_CONFIGURATION", "USB_DEVICE_FILTER_STRINGS", "VPC_CONFIGURATION_SECURITY_GROUP_IDS"]
    appstream.update_fleet(Name="fleet", AttributesToDelete=gone)
    fleet = describe_fleet(appstream)
    assert fleet["VpcConfig"] == {"SubnetIds": [network.subnet]}
    assert (fleet["RootVolumeConfig"], "UsbDeviceFilterStrings" in fleet) == ({"VolumeSizeInGb": 200}, False)
    appstream.update_fleet(Name="fleet", VpcConfig={"SecurityGroupIds": [network.group]})
    assert describe_fleet(appstream)["VpcConfig"] == network.config
    appstream.update_fleet(Name="fleet", DeleteVpcConfig=True)
    assert "VpcConfig" not in describe_fleet(appstream)
    assert error_of(appstream.update_fleet, DisplayName="x")[0] == COMBINATION


def test_an_instance_type_of_another_family(appstream: Any) -> None:
    create_fleet(appstream)
    code, message = error_of(appstream.update_fleet, Name="fleet", InstanceType="stream.compute.large")
    assert (code, "another instance family" in message) == (COMBINATION, True)
    appstream.update_fleet(Name="fleet", InstanceType="stream.standard.2xlarge")


def test_a_refused_update_changes_nothing(appstream: Any) -> None:
    before = create_fleet(appstream)
    assert error_of(appstream.update_fleet, Name="fleet", DisplayName="x", InstanceType="t3.large")[0] == COMBINATION
    assert describe_fleet(appstream) == before


def test_a_fleet_of_a_stack_is_not_deleted(appstream: Any) -> None:
    create_fleet(appstream)
    appstream.create_stack(Name="stack")
    appstream.associate_fleet(FleetName="fleet", StackName="stack")
    code, message = error_of(appstream.delete_fleet, Name="fleet")
    assert (code, "stack" in message) == ("ResourceInUseException", True)
    appstream.disassociate_fleet(FleetName="fleet", StackName="stack")
    appstream.delete_fleet(Name="fleet")


def test_a_directory_config_is_in_use_by_fleets(simulator: Simulator, appstream: Any, network: Network) -> None:
    unit = "OU=Fleets,DC=corp,DC=example,DC=com"
    appstream.create_directory_config(
        DirectoryName="corp.example.com",
        OrganizationalUnitDistinguishedNames=[unit],
        ServiceAccountCredentials={"AccountName": "CORP\\join", "AccountPassword": "Secret-1"},
    )
    join = {"DirectoryName": "corp.example.com", "OrganizationalUnitDistinguishedName": unit}
    create_fleet(appstream, DomainJoinInfo=join, VpcConfig=network.config)
    assert error_of(appstream.delete_directory_config, DirectoryName="corp.example.com")[0] == "ResourceInUseException"
    appstream.start_fleet(Name="fleet")
    simulator.advance(600)
    fleet = describe_fleet(appstream)
    assert (fleet["State"], fleet["DomainJoinInfo"]) == ("RUNNING", join)
    appstream.stop_fleet(Name="fleet")
    simulator.advance(300)
    appstream.update_fleet(Name="fleet", AttributesToDelete=["DOMAIN_JOIN_INFO"])
    appstream.delete_directory_config(DirectoryName="corp.example.com")
