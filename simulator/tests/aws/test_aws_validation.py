# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests the service model forbids, sent without the client's own checks."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from simulated_aws import BASE_IMAGE, Simulator, error_of

GOOD = {"Name": "builder", "InstanceType": "stream.standard.medium", "ImageName": BASE_IMAGE}
PASSWORD = "p" * 128


@pytest.fixture
def unchecked(simulator: Simulator) -> Any:
    """A client that sends whatever it is given."""
    return simulator.client(parameter_validation=False)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"Name": None}, "'name' failed to satisfy constraint: Member must not be null"),
        ({"InstanceType": None}, "'instanceType' failed to satisfy constraint: Member must not be null"),
        ({"Name": "-begins-badly"}, "'name' failed to satisfy constraint: Member must satisfy regular expression"),
        ({"Name": "n" * 102}, "'name' failed to satisfy constraint: Member must satisfy regular expression"),
        ({"InstanceType": ""}, "'instanceType' failed to satisfy constraint: Member must have length greater"),
        ({"Description": "d" * 257}, "'description' failed to satisfy constraint: Member must have length less"),
        ({"DisplayName": "d" * 101}, "'displayName' failed to satisfy constraint: Member must have length less"),
        ({"IamRoleArn": "role"}, "'iamRoleArn' failed to satisfy constraint: Member must satisfy regular expression"),
        ({"Tags": {"aws:key": "v"}}, "'tags.key' failed to satisfy constraint: Member must satisfy regular expression"),
        ({"Tags": {"k": "v" * 257}}, "'tags.k.member' failed to satisfy constraint: Member must have length less"),
        ({"Tags": {"k": "tab\tin it"}}, "'tags.k.member' failed to satisfy constraint: Member must satisfy regular"),
        ({"Tags": {f"k{n}": "" for n in range(51)}}, "'tags' failed to satisfy constraint: Member must have length"),
        (
            {"VpcConfig": {"SecurityGroupIds": [f"sg-{n}" for n in range(6)]}},
            "'vpcConfig.securityGroupIds' failed to satisfy constraint: Member must have length less",
        ),
        (
            {"VpcConfig": {"SubnetIds": [""]}},
            "'vpcConfig.subnetIds.1.member' failed to satisfy constraint: Member must have length greater",
        ),
        (
            {"AccessEndpoints": [{"EndpointType": "OTHER"}]},
            "'accessEndpoints.1.member.endpointType' failed to satisfy constraint: Member must satisfy enum value set",
        ),
        (
            {"AccessEndpoints": [{}]},
            "'accessEndpoints.1.member.endpointType' failed to satisfy constraint: Member must",
        ),
    ],
)
def test_constraints(unchecked: Any, change: dict[str, Any], constraint: str) -> None:
    code, message = error_of(unchecked.create_image_builder, **{**GOOD, **change})
    assert code == "ValidationException"
    assert message.startswith("1 validation error detected: ")
    assert constraint in message
    assert unchecked.describe_image_builders()["ImageBuilders"] == []


def test_all_problems_are_named_at_once(unchecked: Any) -> None:
    _, message = error_of(unchecked.create_image_builder, Name="-", Description="d" * 257)
    assert message.startswith("3 validation errors detected: ")


def test_letters_of_any_language_are_fine_in_tags(unchecked: Any) -> None:
    unchecked.create_image_builder(**GOOD, Tags={"Kostenstelle Ä": "São Paulo 東京"})


@pytest.mark.parametrize(
    ("operation", "request_body"),
    [
        ("describe_images", {"MaxResults": 26}),
        ("describe_images", {"MaxResults": -1}),
        ("describe_images", {"Type": "MINE"}),
        ("describe_images", {"Arns": ["image"]}),
        ("describe_image_builders", {"NextToken": ""}),
        ("tag_resource", {"ResourceArn": "arn:aws:appstream:eu-west-1:123456789012:image/i", "Tags": {}}),
        ("untag_resource", {"ResourceArn": "arn:aws:appstream:eu-west-1:123456789012:image/i", "TagKeys": []}),
        ("delete_image", {"Name": ""}),
        ("update_image_builder", {"Name": "b", "AttributesToDelete": ["NAME"]}),
    ],
)
def test_constraints_of_other_operations(unchecked: Any, operation: str, request_body: dict[str, Any]) -> None:
    assert error_of(getattr(unchecked, operation), **request_body)[0] == "ValidationException"


def test_secrets_are_not_repeated(unchecked: Any) -> None:
    code, message = error_of(
        unchecked.create_directory_config,
        DirectoryName="corp.example.com",
        OrganizationalUnitDistinguishedNames=["OU=x,DC=y"],
        ServiceAccountCredentials={"AccountName": "n", "AccountPassword": PASSWORD},
    )
    assert code == "ValidationException"
    assert PASSWORD not in message


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        json.dumps({**GOOD, "Name": 1}).encode(),
        json.dumps({**GOOD, "EnableDefaultInternetAccess": "yes"}).encode(),
        json.dumps({**GOOD, "Tags": ["k"]}).encode(),
        json.dumps({**GOOD, "VpcConfig": "subnet-1"}).encode(),
        json.dumps({**GOOD, "RootVolumeConfig": {"VolumeSizeInGb": True}}).encode(),
    ],
)
def test_malformed_bodies(simulator: Simulator, body: bytes) -> None:
    answer = post(simulator, "CreateImageBuilder", body)
    assert (answer.code, answer.json()["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("operation", ["CreateUser", "CreateAppBlock", "CreateEntitlement", "DescribeAppLicenseUsage"])
def test_operations_not_simulated_say_so(simulator: Simulator, operation: str) -> None:
    answer = post(simulator, operation, b"{}")
    assert (answer.code, answer.json()["__type"]) == (400, "SimulatorNotImplemented")
    assert operation in answer.json()["Message"]


def test_operations_aws_does_not_have(simulator: Simulator) -> None:
    answer = post(simulator, "CreateImage", b"{}")
    assert (answer.code, answer.json()["__type"]) == (400, "UnknownOperationException")


def test_not_found_has_the_status_of_the_model(simulator: Simulator) -> None:
    assert post(simulator, "StopImageBuilder", b'{"Name": "nobody"}').code == 404


def test_operations_of_other_services_that_moto_lacks(simulator: Simulator) -> None:
    code, message = error_of(
        simulator.client("iam").simulate_custom_policy, PolicyInputList=["{}"], ActionNames=["s3:GetObject"]
    )
    assert code == "SimulatorNotImplemented"
    assert "SimulateCustomPolicy" in message


class Answer:
    """An HTTP answer, whatever its status."""

    def __init__(self, response: Any) -> None:
        self.code = response.code if hasattr(response, "code") else response.status
        self.body = response.read()

    def json(self) -> Any:
        return json.loads(self.body)


def post(simulator: Simulator, operation: str, body: bytes) -> Answer:
    """A request as it is on the wire."""
    scope = "AKIAIOSFODNN7EXAMPLE/20261122/eu-west-1/appstream/aws4_request"
    request = urllib.request.Request(
        simulator.server.endpoint,
        data=body,
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"PhotonAdminProxyService.{operation}",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return Answer(response)
    except urllib.error.HTTPError as error:
        return Answer(error)
