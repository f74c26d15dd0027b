# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What CreateImageBuilder refuses because of what is there, and what fails while the builder is PENDING."""

from __future__ import annotations

import json
from typing import Any

import pytest
from simulated_aws import (
    BASE_IMAGE,
    Network,
    Simulator,
    create_builder,
    describe_builder,
    error_of,
    have_image,
    make_network,
)

GOOD = {"Name": "builder", "InstanceType": "stream.standard.medium", "ImageName": BASE_IMAGE}
OLD_BASE_IMAGE = "AppStream-WinServer2019-06-12-2023"
OLD_AGENT = "AppStream-WinServer2022-05-30-2025"
OFFICE = "Microsoft_Office_2024_LTSC_Standard_64Bit"
UNIT = "OU=Builders,DC=corp,DC=example,DC=com"
JOIN = {"DirectoryName": "corp.example.com", "OrganizationalUnitDistinguishedName": UNIT}
SERVICE_ACCOUNT = {"AccountName": r"CORP\joiner", "AccountPassword": "a-password"}
ACCESS = {"ScreenResolution": "W_1280xH_720", "ScreenImageFormat": "PNG"}


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"ImageName": "nothing"}, "ResourceNotFoundException", "The image nothing"),
        ({"ImageName": None}, "InvalidParameterCombinationException", "Exactly one"),
        (
            {"ImageArn": f"arn:aws:appstream:eu-west-1::image/{BASE_IMAGE}"},
            "InvalidParameterCombinationException",
            "Exactly one",
        ),
        (
            {"ImageName": "AppStream-WinServer2022-10-14-2026"},
            "ResourceNotAvailableException",
            "The image AppStream-WinServer2022-10-14-2026 is DEPRECATED. "
            "The image must be in an AVAILABLE state for this action to succeed.",
        ),
        ({"ImageName": "AppStream-WinServer2019-11-11-2026"}, "ResourceNotAvailableException", "is PENDING"),
        ({"ImageName": "Amazon-AppStream2-Sample-Image-10-20-2026"}, "IncompatibleImageException", "cannot be"),
        ({"ImageName": "AppStream-RHEL8-08-31-2026"}, "SimulatorNotImplemented", "RHEL8"),
        ({"ImageName": "AppStream-RockyLinux8-08-31-2026"}, "SimulatorNotImplemented", "ROCKY_LINUX8"),
        ({"InstanceType": "stream.standard.gigantic"}, "InvalidParameterCombinationException", "is not supported"),
        ({"InstanceType": "stream.standard."}, "InvalidParameterCombinationException", "is not supported"),
        ({"InstanceType": "stream.memory.z1d"}, "InvalidParameterCombinationException", "is not supported"),
        ({"InstanceType": "stream.compute.0xlarge"}, "InvalidParameterCombinationException", "is not supported"),
        ({"InstanceType": "t3.large"}, "InvalidParameterCombinationException", "t3.large is not supported"),
        (
            {"InstanceType": "stream.graphics.g4dn.xlarge"},
            "InvalidParameterCombinationException",
            "The combination of instance type stream.graphics.g4dn.xlarge and image instance family",
        ),
        ({"RootVolumeConfig": {"VolumeSizeInGb": 199}}, "InvalidParameterCombinationException", "200 and 500"),
        ({"VpcConfig": {}}, "InvalidParameterCombinationException", "exactly one subnet"),
        ({"VpcConfig": {"SubnetIds": ["subnet-1", "subnet-2"]}}, "InvalidParameterCombinationException", "not 2"),
        ({"VpcConfig": {"SubnetIds": ["subnet-1"]}}, "ResourceNotFoundException", "subnet-1"),
        (
            {"IamRoleArn": "arn:aws:iam::123456789012:role/none"},
            "InvalidRoleException",
            "encountered an error because your IAM role",
        ),
        ({"DomainJoinInfo": JOIN}, "ResourceNotFoundException", "corp.example.com"),
        ({"DomainJoinInfo": {"DirectoryName": "x"}}, "InvalidParameterCombinationException", "needs an Organizational"),
        ({"SoftwaresToInstall": ["Notepad"]}, "InvalidParameterCombinationException", "Notepad"),
        (
            {"SoftwaresToInstall": [OFFICE, OFFICE.replace("2024", "2021")]},
            "InvalidParameterCombinationException",
            "one year",
        ),
        (
            {"SoftwaresToInstall": [OFFICE, OFFICE.replace("64Bit", "32Bit")]},
            "InvalidParameterCombinationException",
            "one architecture",
        ),
        (
            {"SoftwaresToInstall": [OFFICE], "ImageName": "AppStream-WinServer2019-09-09-2026"},
            "IncompatibleImageException",
            "cannot be installed on WINDOWS_SERVER_2019",
        ),
        ({"SoftwaresToInstall": [OFFICE], "ImageName": OLD_AGENT}, "IncompatibleImageException", "agent 09-09-2024"),
        ({"SoftwaresToUninstall": [OFFICE], "ImageName": OLD_AGENT}, "IncompatibleImageException", "agent 09-09-2024"),
        ({"AppstreamAgentVersion": "newest"}, "InvalidParameterCombinationException", "newest"),
        (
            {
                "AgentAccessConfig": {
                    **ACCESS,
                    "Settings": [{"AgentAction": "COMPUTER_INPUT", "Permission": "DISABLED"}],
                }
            },
            "InvalidParameterCombinationException",
            "At least one",
        ),
    ],
)
def test_refusals(appstream: Any, change: dict[str, Any], code: str, text: str) -> None:
    request = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    error = error_of(appstream.create_image_builder, **request)
    assert error[0] == code
    assert text in error[1]
    assert appstream.describe_image_builders()["ImageBuilders"] == []


@pytest.mark.parametrize(
    "options",
    [
        {"SoftwaresToInstall": [OFFICE, "Microsoft_Visio_2024_LTSC_Professional_64Bit"]},
        {"SoftwaresToInstall": [OFFICE], "SoftwaresToUninstall": [OFFICE.replace("2024", "2021")]},
        {"SoftwaresToInstall": [OFFICE], "ImageName": OLD_AGENT, "AppstreamAgentVersion": "LATEST"},
        {"SoftwaresToInstall": [OFFICE.replace("2024", "2021")], "ImageName": "AppStream-WinServer2019-09-09-2026"},
        {"InstanceType": "stream.memory.z1d.12xlarge"},
        {"InstanceType": "stream.graphics.g5.24xlarge", "ImageName": "AppStream-Graphics-G5-WinServer2022-11-10-2025"},
        {"ImageName": "AppStream-WinServer2016-11-10-2025"},
    ],
)
def test_fitting_requests(appstream: Any, options: dict[str, Any]) -> None:
    assert create_builder(appstream, **options)["State"] == "PENDING"


def test_an_old_agent_needs_imdsv1(simulator: Simulator, appstream: Any) -> None:
    have_image(simulator, OLD_BASE_IMAGE)
    code, message = error_of(appstream.create_image_builder, **{**GOOD, "ImageName": "own"}, DisableIMDSV1=True)
    assert (code, "IMDSv1" in message) == ("IncompatibleImageException", True)


def test_security_group(simulator: Simulator, appstream: Any, network: Network) -> None:
    other = make_network(simulator, "127.77.2.0/24")
    for group, code in (("sg-1", "ResourceNotFoundException"), (other.group, "InvalidParameterCombinationException")):
        vpc_config = {"SubnetIds": [network.subnet], "SecurityGroupIds": [group]}
        assert error_of(appstream.create_image_builder, **GOOD, VpcConfig=vpc_config)[0] == code


@pytest.mark.parametrize(("service", "accepted"), [("appstream", True), ("ec2", False)])
def test_role(simulator: Simulator, appstream: Any, service: str, accepted: bool) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    iam = simulator.client("iam")
    role = iam.create_role(RoleName="machine", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    if accepted:
        assert create_builder(appstream, IamRoleArn=role)["IamRoleArn"] == role
    else:
        assert error_of(appstream.create_image_builder, **GOOD, IamRoleArn=role)[0] == "InvalidRoleException"


def test_organizational_unit_must_be_configured(appstream: Any) -> None:
    appstream.create_directory_config(
        DirectoryName="corp.example.com", OrganizationalUnitDistinguishedNames=["OU=Fleets,DC=corp,DC=example,DC=com"]
    )
    code, message = error_of(appstream.create_image_builder, **GOOD, DomainJoinInfo=JOIN)
    assert code == "InvalidParameterCombinationException"
    assert UNIT in message


def test_quota_counts_every_builder(simulator: Simulator, appstream: Any) -> None:
    for number in range(10):
        create_builder(appstream, f"builder-{number}")
    code, _ = error_of(appstream.create_image_builder, **GOOD)
    assert code == "LimitExceededException"
    assert len(appstream.describe_image_builders()["ImageBuilders"]) == 10


def failed_with(appstream: Any) -> str:
    """The error code a builder ended FAILED with, after checking that all places tell the same."""
    builder = describe_builder(appstream)
    (error,) = builder["ImageBuilderErrors"]
    assert builder["State"] == "FAILED"
    assert builder["StateChangeReason"] == {"Code": "INTERNAL_ERROR", "Message": error["ErrorMessage"]}
    assert "NetworkAccessConfiguration" not in builder
    return str(error["ErrorCode"])


def test_subnet_goes_while_pending(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig={"SubnetIds": [network.subnet]})
    simulator.client("ec2").delete_subnet(SubnetId=network.subnet)
    simulator.advance(600)
    assert failed_with(appstream) == "SUBNET_NOT_FOUND"


def test_security_group_goes_while_pending(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config)
    simulator.client("ec2").delete_security_group(GroupId=network.group)
    simulator.advance(600)
    assert failed_with(appstream) == "SECURITY_GROUPS_NOT_FOUND"


def test_internet_access_needs_a_gateway(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config, EnableDefaultInternetAccess=True)
    simulator.advance(600)
    assert failed_with(appstream) == "IGW_NOT_ATTACHED"
    ec2 = simulator.client("ec2")
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network.vpc)
    create_builder(appstream, "second", VpcConfig=network.config, EnableDefaultInternetAccess=True)
    simulator.advance(600)
    assert describe_builder(appstream, "second")["State"] == "RUNNING"


def test_domain_is_out_of_reach_without_a_vpc(simulator: Simulator, appstream: Any) -> None:
    appstream.create_directory_config(DirectoryName="corp.example.com", OrganizationalUnitDistinguishedNames=[UNIT])
    create_builder(appstream, DomainJoinInfo=JOIN)
    simulator.advance(600)
    assert failed_with(appstream) == "DOMAIN_JOIN_ERROR_NO_SUCH_DOMAIN"


@pytest.mark.parametrize(
    ("unit", "credentials", "code", "text"),
    [
        (
            "CN=Computers,DC=corp",
            SERVICE_ACCOUNT,
            "DOMAIN_JOIN_ERROR_FILE_NOT_FOUND",
            "The system cannot find the file specified.",
        ),
        (
            "OU=Builders, DC=corp",
            SERVICE_ACCOUNT,
            "DOMAIN_JOIN_INTERNAL_SERVICE_ERROR",
            "The group name could not be found.",
        ),
        (
            "OU=Builders ,DC=corp",
            SERVICE_ACCOUNT,
            "DOMAIN_JOIN_INTERNAL_SERVICE_ERROR",
            "The group name could not be found.",
        ),
        (UNIT, None, "DOMAIN_JOIN_ERROR_LOGON_FAILURE", "The username or password is incorrect."),
    ],
)
def test_domain_join_fails(
    simulator: Simulator,
    appstream: Any,
    network: Network,
    unit: str,
    credentials: dict[str, str] | None,
    code: str,
    text: str,
) -> None:
    account = {"ServiceAccountCredentials": credentials} if credentials else {}
    appstream.create_directory_config(
        DirectoryName="corp.example.com", OrganizationalUnitDistinguishedNames=[unit], **account
    )
    join = {**JOIN, "OrganizationalUnitDistinguishedName": unit}
    create_builder(appstream, VpcConfig=network.config, DomainJoinInfo=join)
    simulator.advance(600)
    assert failed_with(appstream) == code
    assert text in describe_builder(appstream)["StateChangeReason"]["Message"]
    assert simulator.client("ec2").describe_network_interfaces()["NetworkInterfaces"] == []


def test_spaces_within_an_organizational_units_name(simulator: Simulator, appstream: Any, network: Network) -> None:
    unit = "ou=Image Builders,DC=corp"
    appstream.create_directory_config(
        DirectoryName="corp.example.com",
        OrganizationalUnitDistinguishedNames=[unit],
        ServiceAccountCredentials=SERVICE_ACCOUNT,
    )
    join = {**JOIN, "OrganizationalUnitDistinguishedName": unit}
    create_builder(appstream, VpcConfig=network.config, DomainJoinInfo=join)
    simulator.advance(600)
    assert describe_builder(appstream)["State"] == "RUNNING"


def test_subnet_runs_out_of_addresses(simulator: Simulator, appstream: Any) -> None:
    # AWS's smallest subnet: 16 addresses, 5 of them its own, and here one builder too many.
    small = make_network(simulator, "127.77.9.0/28")
    ec2 = simulator.client("ec2")
    for offset in range(4, 15):
        ec2.create_network_interface(SubnetId=small.subnet, PrivateIpAddress=f"127.77.9.{offset}")
    create_builder(appstream, VpcConfig=small.config)
    simulator.advance(600)
    assert failed_with(appstream) == "SUBNET_HAS_INSUFFICIENT_IP_ADDRESSES"
