# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a client reads back is what it asked for: every member that a request and a description have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from fleet_requests import ELASTIC, elastic_network
from simulated_aws import BASE_IMAGE, Network, Simulator

UNIT = "OU=a,DC=b"
JOIN = {"DirectoryName": "b.example.com", "OrganizationalUnitDistinguishedName": UNIT}
TEXTS = {"Name": "one", "DisplayName": "Office", "Description": "For everybody"}
ENDPOINTS = [{"EndpointType": "STREAMING", "VpceId": "vpce-1"}]
VISION = [{"AgentAction": "COMPUTER_VISION", "Permission": "ENABLED"}]
SCREEN = {"ScreenResolution": "W_1280xH_720", "ScreenImageFormat": "PNG"}


def role_arn(simulator: Simulator) -> str:
    trust = '{"Statement": [{"Principal": {"Service": "appstream.amazonaws.com"}, "Effect": "Allow"}]}'
    role = simulator.client("iam").create_role(RoleName="streaming", AssumeRolePolicyDocument=trust)["Role"]
    return str(role["Arn"])


def common_members(appstream: Any, operation: str, resource: str) -> set[str]:
    """The members of an operation's input that are members of the resource in its output, too."""
    model = appstream.meta.service_model.operation_model(operation)
    return set(model.input_shape.members) & set(model.output_shape.members[resource].members)


def is_part(asked: Any, found: Any) -> bool:
    """Whether all that was asked for is there; the service may have added to it."""
    if isinstance(asked, Mapping):
        return isinstance(found, Mapping) and all(is_part(value, found.get(name)) for name, value in asked.items())
    if isinstance(asked, list) and asked and isinstance(asked[0], Mapping):
        return all(any(is_part(entry, other) for other in found) for entry in asked)
    return bool(asked == found)


@pytest.fixture
def common(simulator: Simulator, appstream: Any, network: Network) -> dict[str, Any]:
    """What fleets and image builders have in common."""
    appstream.create_directory_config(
        DirectoryName="b.example.com",
        OrganizationalUnitDistinguishedNames=[UNIT],
        ServiceAccountCredentials={"AccountName": "B\\join", "AccountPassword": "Secret-1"},
        CertificateBasedAuthProperties={"Status": "DISABLED"},
    )
    (config,) = appstream.describe_directory_configs()["DirectoryConfigs"]
    assert config["OrganizationalUnitDistinguishedNames"] == [UNIT]
    assert config["ServiceAccountCredentials"]["AccountName"] == "B\\join"
    assert config["CertificateBasedAuthProperties"] == {"Status": "DISABLED"}
    return {
        **TEXTS,
        "InstanceType": "stream.standard.large",
        "VpcConfig": network.config,
        "DomainJoinInfo": JOIN,
        "EnableDefaultInternetAccess": True,
        "IamRoleArn": role_arn(simulator),
        "RootVolumeConfig": {"VolumeSizeInGb": 321},
        "DisableIMDSV1": True,
    }


def test_image_builders(appstream: Any, common: dict[str, Any]) -> None:
    request = {
        **common,
        "ImageArn": f"arn:aws:appstream:eu-west-1::image/{BASE_IMAGE}",
        "AccessEndpoints": ENDPOINTS,
        "AppstreamAgentVersion": "09-02-2026",
        "AgentAccessConfig": {"Settings": VISION, **SCREEN},
    }
    assert set(request) == common_members(appstream, "CreateImageBuilder", "ImageBuilder")
    assert is_part(request, appstream.create_image_builder(**request)["ImageBuilder"])
    assert is_part(request, appstream.describe_image_builders()["ImageBuilders"][0])


@pytest.mark.parametrize("fleet_type", ["ALWAYS_ON", "ON_DEMAND", "ELASTIC"])
def test_fleets(
    simulator: Simulator, appstream: Any, network: Network, common: dict[str, Any], fleet_type: str
) -> None:
    given = {
        **common,
        "FleetType": fleet_type,
        "MaxUserDurationInSeconds": 601,
        "DisconnectTimeoutInSeconds": 61,
        "IdleDisconnectTimeoutInSeconds": 62,
        "StreamView": "DESKTOP",
        "UsbDeviceFilterStrings": ["046D,0892,03,*,*,*,1,0"],
    }
    of_instances: dict[str, Any] = {
        "ImageName": BASE_IMAGE,
        "ImageArn": f"arn:aws:appstream:eu-west-1::image/{BASE_IMAGE}",
        "MaxSessionsPerInstance": 7,
    }
    elastic: dict[str, Any] = {
        **ELASTIC,
        "VpcConfig": elastic_network(simulator, network),
        "SessionScriptS3Location": {"S3Bucket": "bucket", "S3Key": "key"},
    }
    shown = {**given, "Platform": "WINDOWS_SERVER_2022", **of_instances}
    assert set(shown) | set(elastic) == common_members(appstream, "CreateFleet", "Fleet")
    if fleet_type == "ELASTIC":
        shown = request = {name: value for name, value in {**given, **elastic}.items() if name != "DomainJoinInfo"}
    else:
        request = {**shown, "ComputeCapacity": {"DesiredSessions": 9}}
        del request["ImageArn"]
    for fleet in (appstream.create_fleet(**request)["Fleet"], appstream.describe_fleets()["Fleets"][0]):
        assert is_part(shown, fleet)
        assert fleet["ComputeCapacityStatus"].get("DesiredUserSessions", 9) == 9
    changes = {"Name": "one", "DisplayName": "Other", "DisconnectTimeoutInSeconds": 63}
    appstream.update_fleet(**changes)
    assert is_part({**shown, **changes}, appstream.describe_fleets()["Fleets"][0])


@pytest.mark.parametrize("sessions", range(10))
def test_capacity_of_multi_session_fleets(appstream: Any, sessions: int) -> None:
    kind: dict[str, Any] = {
        "InstanceType": "stream.standard.large",
        "ImageName": BASE_IMAGE,
        "MaxSessionsPerInstance": 4,
    }
    appstream.create_fleet(Name="one", ComputeCapacity={"DesiredSessions": 1}, **kind)
    fleet = appstream.update_fleet(Name="one", ComputeCapacity={"DesiredSessions": sessions})["Fleet"]
    assert fleet["ComputeCapacityStatus"]["DesiredUserSessions"] == sessions


def test_stacks(appstream: Any) -> None:
    request: dict[str, Any] = {
        **TEXTS,
        "StorageConnectors": [{"ConnectorType": "HOMEFOLDERS"}],
        "RedirectURL": "https://example.com/r",
        "FeedbackURL": "https://example.com/f",
        "UserSettings": [{"Action": "SMART_CARD_REDIRECTION", "Permission": "ENABLED"}],
        "ApplicationSettings": {"Enabled": True, "SettingsGroup": "group"},
        "AccessEndpoints": ENDPOINTS,
        "EmbedHostDomains": ["example.com"],
        "StreamingExperienceSettings": {"PreferredProtocol": "UDP"},
        "ContentRedirection": {"HostToClient": {"Enabled": True, "AllowedUrls": ["https://example.com"]}},
        "AgentAccessConfig": {"Settings": VISION, **SCREEN},
        "StorageConnectorAuthentication": "FORCE_REAUTHENTICATION",
        "WebAuthnRedirection": {"Enabled": True, "ProcessCompatibilityList": ["chrome.exe"]},
    }
    assert set(request) == common_members(appstream, "CreateStack", "Stack")
    assert is_part(request, appstream.create_stack(**request)["Stack"])
    assert is_part(request, appstream.describe_stacks()["Stacks"][0])
