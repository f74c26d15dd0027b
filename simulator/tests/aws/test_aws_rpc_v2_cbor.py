# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The same API in Smithy's rpc-v2-cbor, by botocore's client for it. What comes out is compared with that of JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from appstream_simulator.aws.responses import OPERATIONS
from botocore.exceptions import ClientError, ConnectionClosedError
from fleet_requests import ELASTIC, begin_session, create_fleet
from simulated_aws import BASE_IMAGE, Network, Simulator, create_builder, error_of, take_image
from transfer_requests import import_request, make_role

OFFICE = "Microsoft_Office_2024_LTSC_Standard_64Bit"
GONE = {"Name": "nobody"}


class Both:
    """Two clients of one account, which differ in their protocol, and what the one of CBOR has sent."""

    def __init__(self, simulator: Simulator) -> None:
        self.json = simulator.client()
        self.cbor = simulator.client(cbor=True)
        self.sent: list[Any] = []
        self.cbor.meta.events.register("before-send.appstream", self._note, unique_id="both")

    def _note(self, request: Any, **_: Any) -> None:
        self.sent.append(request)

    def operations(self) -> set[str]:
        """What the client of CBOR has called, each request in CBOR."""
        for request in self.sent:
            assert request.headers["smithy-protocol"] in ("rpc-v2-cbor", b"rpc-v2-cbor")
            assert b"PhotonAdminProxyService" not in request.body and "X-Amz-Target" not in request.headers
        return {request.url.rpartition("/service/PhotonAdminProxyService/operation/")[2] for request in self.sent}

    def read(self, operation: str, **request: Any) -> dict[str, Any]:
        """The answer to a request that changes nothing, which is the same in both protocols."""
        answers = [_content(getattr(client, operation)(**request)) for client in (self.json, self.cbor)]
        assert answers[0] == answers[1]
        return answers[1]

    def error(self, operation: str, **request: Any) -> tuple[str, str, int]:
        """Code, message and status of an error, which are the same in both protocols."""
        errors = []
        for client in (self.json, self.cbor):
            with pytest.raises(ClientError) as raised:
                getattr(client, operation)(**request)
            response = raised.value.response
            status = response["ResponseMetadata"]["HTTPStatusCode"]
            errors.append((response["Error"]["Code"], response["Error"]["Message"], status))
        assert errors[0] == errors[1]
        return errors[1]


def _content(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.fixture
def both(simulator: Simulator) -> Both:
    return Both(simulator)


def test_every_operation_is_there(simulator: Simulator, network: Network, both: Both) -> None:
    for act in (_builders_and_images, _transfers, _fleets_and_stacks, _directories):
        act(simulator, network, both)
    assert both.operations() == set(OPERATIONS)


def _builders_and_images(simulator: Simulator, network: Network, both: Both) -> None:
    client = both.cbor
    tags = {"Kostenstelle Ä": "São Paulo 東京"}
    options = {"Tags": tags, "VpcConfig": network.config, "RootVolumeConfig": {"VolumeSizeInGb": 300}}
    builder = create_builder(client, **options, EnableDefaultInternetAccess=False)
    assert builder["State"] == "PENDING"
    simulator.advance(600)
    (running,) = both.read("describe_image_builders", Names=["builder"])["ImageBuilders"]
    assert (running["State"], running["RootVolumeConfig"]) == ("RUNNING", {"VolumeSizeInGb": 300})
    assert (running["CreatedTime"], running["EnableDefaultInternetAccess"]) == (builder["CreatedTime"], False)
    assert both.read("list_tags_for_resource", ResourceArn=builder["Arn"]) == {"Tags": tags}
    client.tag_resource(ResourceArn=builder["Arn"], Tags={"more": ""})
    client.untag_resource(ResourceArn=builder["Arn"], TagKeys=list(tags))
    assert both.read("list_tags_for_resource", ResourceArn=builder["Arn"]) == {"Tags": {"more": ""}}
    assert client.create_image_builder_streaming_url(Name="builder", Validity=60)["Expires"].tzinfo is not None

    client.associate_software_to_image_builder(ImageBuilderName="builder", SoftwareNames=[OFFICE])
    assert both.read("describe_software_associations", AssociatedResource=builder["Arn"])["SoftwareAssociations"]
    client.disassociate_software_from_image_builder(ImageBuilderName="builder", SoftwareNames=[OFFICE])
    client.associate_software_to_image_builder(ImageBuilderName="builder", SoftwareNames=[OFFICE])
    client.start_software_deployment_to_image_builder(ImageBuilderName="builder")
    simulator.advance(240)
    application = {"Name": "viewer", "DisplayName": "Viewer", "Path": r"C:\viewer.exe", "Enabled": True}
    take_image(simulator, applications=[{**application, "LaunchParameters": "-a", "WorkingDirectory": None}])
    (image,) = both.read("describe_images", Names=["image"])["Images"]
    assert (image["State"], image["Applications"][0]["Name"]) == ("AVAILABLE", "viewer")
    pages = client.get_paginator("describe_images").paginate(PaginationConfig={"PageSize": 3})
    assert sum(len(page["Images"]) for page in pages) > len(both.read("describe_images")["Images"]) == 25

    share = {"Name": "image", "SharedAccountId": "222222222222"}
    client.update_image_permissions(**share, ImagePermissions={"allowFleet": True, "allowImageBuilder": False})
    assert both.read("describe_image_permissions", Name="image")["SharedImagePermissionsList"]
    client.delete_image_permissions(**share)
    copy = {"SourceImageName": "image", "DestinationImageName": "copy", "DestinationRegion": "us-east-1"}
    assert client.copy_image(**copy)["DestinationImageName"] == "copy"
    update = client.create_updated_image(existingImageName="image", newImageName="updated", dryRun=True)
    assert update["canUpdateImage"] is False
    client.start_image_builder(Name="builder")
    simulator.advance(600)
    client.stop_image_builder(Name="builder")
    simulator.advance(120)
    client.update_image_builder(Name="builder", Description="changed")
    client.delete_image_builder(Name="builder")
    assert client.delete_image(Name="image")["Image"]["CreatedTime"] == image["CreatedTime"]


def _transfers(simulator: Simulator, network: Network, both: Both) -> None:
    both.cbor.create_imported_image(**import_request(simulator))
    simulator.advance(2400)
    request = {"ImageName": "imported", "AmiName": "exported", "IamRoleArn": make_role(simulator, "export")}
    task = both.cbor.create_export_image_task(**request, TagSpecifications={"k": "v"})["ExportImageTask"]
    assert both.read("get_export_image_task", TaskId=task["TaskId"])["ExportImageTask"] == task
    assert both.read("list_export_image_tasks")["ExportImageTasks"] == [task]


def _fleets_and_stacks(simulator: Simulator, network: Network, both: Both) -> None:
    client = both.cbor
    create_fleet(client, VpcConfig=network.config, MaxUserDurationInSeconds=3600)
    client.create_stack(Name="stack", UserSettings=[{"Action": "FILE_UPLOAD", "Permission": "DISABLED"}])
    client.update_stack(Name="stack", Description="changed")
    client.associate_fleet(FleetName="fleet", StackName="stack")
    client.start_fleet(Name="fleet")
    simulator.advance(1000)
    (fleet,) = both.read("describe_fleets", Names=["fleet"])["Fleets"]
    assert fleet["ComputeCapacityStatus"]["Running"] == 2
    assert both.read("describe_stacks", Names=["stack"])["Stacks"][0]["Description"] == "changed"
    assert both.read("list_associated_fleets", StackName="stack")["Names"] == ["fleet"]
    assert both.read("list_associated_stacks", FleetName="fleet")["Names"] == ["stack"]
    session = begin_session(simulator)["Id"]
    begin_session(simulator, user="ben")
    assert len(both.read("describe_sessions", FleetName="fleet", StackName="stack")["Sessions"]) == 2
    error_code, _ = error_of(client.drain_session_instance, SessionId=session)
    assert error_code == "OperationNotPermittedException"  # no multi-session fleet
    client.expire_session(SessionId=session)
    client.update_fleet(Name="fleet", ComputeCapacity={"DesiredInstances": 3})
    client.stop_fleet(Name="fleet")
    simulator.advance(300)
    client.disassociate_fleet(FleetName="fleet", StackName="stack")
    assert _content(client.delete_fleet(Name="fleet")) == {}
    client.delete_stack(Name="stack")


def _directories(simulator: Simulator, network: Network, both: Both) -> None:
    name, unit = "corp.example.com", "OU=Builders,DC=corp,DC=example,DC=com"
    account = {"AccountName": r"CORP\joiner", "AccountPassword": "kept by nobody"}
    client = both.cbor
    client.create_directory_config(
        DirectoryName=name, OrganizationalUnitDistinguishedNames=[unit], ServiceAccountCredentials=account
    )
    client.update_directory_config(DirectoryName=name, OrganizationalUnitDistinguishedNames=[unit, f"OU=x,{unit}"])
    (config,) = both.read("describe_directory_configs")["DirectoryConfigs"]
    assert config["ServiceAccountCredentials"] == {"AccountName": r"CORP\joiner"}
    client.delete_directory_config(DirectoryName=name)


@pytest.mark.parametrize(
    ("operation", "request_body", "code", "status"),
    [
        ("stop_image_builder", GONE, "ResourceNotFoundException", 404),
        ("delete_image", {"Name": BASE_IMAGE}, "OperationNotPermittedException", 400),
        ("stop_image_builder", {"Name": "builder"}, "ConcurrentModificationException", 400),
        ("describe_images", {"Names": ["a"], "Type": "PUBLIC"}, "InvalidParameterCombinationException", 400),
        ("describe_images", {"Type": "MINE", "MaxResults": 99}, "ValidationException", 400),
        ("create_image_builder", {"Name": "-" * 200}, "ValidationException", 400),
        ("create_image_builder", {}, "ValidationException", 400),
        ("create_fleet", {"Name": "f", "InstanceType": "none", **ELASTIC}, "InvalidParameterCombinationException", 400),
        ("create_app_block", {"Name": "a", "SourceS3Location": {"S3Bucket": "bkt"}}, "SimulatorNotImplemented", 400),
    ],
)
def test_errors(
    simulator: Simulator, both: Both, operation: str, request_body: dict[str, Any], code: str, status: int
) -> None:
    both.json, both.cbor = (simulator.client(cbor=cbor, parameter_validation=False) for cbor in (False, True))
    create_builder(both.cbor)
    found = both.error(operation, **request_body)
    assert (found[0], found[2]) == (code, status)
    assert found[1]


def test_an_exception_is_its_own_class(both: Both) -> None:
    with pytest.raises(both.cbor.exceptions.ResourceNotFoundException):
        both.cbor.stop_image_builder(**GONE)


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 400), ("RequestLimitExceededException", 400), ("Odd", 503)]
)
def test_faults(simulator: Simulator, both: Both, code: str, status: int) -> None:
    rule = {"match": "appstream:DescribeImages", "code": code, "message": "a <b> ü", "status": status}
    simulator.control("POST", "faults/aws", rule)
    assert both.error("describe_images") == (code, "a <b> ü", status)


def test_botocore_retries(simulator: Simulator) -> None:
    rules = [{"times": 1}, {"times": 1, "code": "InternalFailure", "status": 500}, {"times": 1, "drop": True}]
    simulator.control("POST", "faults/aws", rules)
    assert simulator.client(cbor=True, attempts=5).describe_images()["Images"]
    calls = [(call["service"], call["operation"], call["status"]) for call in simulator.control("GET", "calls")]
    assert calls == [("appstream", "DescribeImages", status) for status in (400, 500, 0, 200)]


@pytest.mark.parametrize(("drop", "count"), [(True, 0), ("after", 1)])
def test_dropped_connections(simulator: Simulator, both: Both, drop: bool | str, count: int) -> None:
    simulator.control("POST", "faults/aws", {"match": ".*:CreateImageBuilder", "times": 1, "drop": drop})
    with pytest.raises(ConnectionClosedError):
        create_builder(both.cbor)
    assert len(both.read("describe_image_builders")["ImageBuilders"]) == count


def test_calls_are_logged_alike(simulator: Simulator, both: Both) -> None:
    both.read("describe_images")
    both.error("stop_image_builder", **GONE)
    calls = [{**call, "time": 0} for call in simulator.control("GET", "calls")]
    assert calls[::2] == calls[1::2]
    assert [(call["operation"], call["status"]) for call in calls[::2]] == [
        ("DescribeImages", 200),
        ("StopImageBuilder", 404),
    ]


def test_failures_of_the_simulator(
    simulator: Simulator, both: Both, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr("appstream_simulator.aws.responses.validate", broken)
    expected = ("InternalFailure", "simulator error: ZeroDivisionError: a mistake", 500)
    assert both.error("describe_images") == expected
    assert len(simulator.server.simulation.errors) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err
    simulator.server.simulation.errors.clear()


@pytest.fixture
def enforce_iam(simulator: Simulator) -> Iterator[Callable[[], Any]]:
    """Switches moto's IAM enforcement on, until the test ends."""
    yield lambda: simulator.control("POST", "/moto-api/reset-auth", 0)
    simulator.control("POST", "/moto-api/reset-auth", float("inf"))


POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "appstream:StopImageBuilder", '
    '"Resource": "arn:aws:appstream:eu-west-1:123456789012:image-builder/builder"}]}'
)


@pytest.mark.parametrize("cbor", [False, True])
def test_access(simulator: Simulator, cbor: bool, enforce_iam: Callable[[], Any]) -> None:
    create_builder(simulator.client())
    simulator.advance(600)
    iam = simulator.client("iam")
    iam.create_user(UserName="user")
    iam.put_user_policy(UserName="user", PolicyName="policy", PolicyDocument=POLICY)
    key = iam.create_access_key(UserName="user")["AccessKey"]
    enforce_iam()

    def client(access_key: str, secret: str) -> Any:
        return simulator.client(cbor=cbor, aws_access_key_id=access_key, aws_secret_access_key=secret)

    def code(call: Callable[..., Any], **parameters: Any) -> str:
        return error_of(call, **parameters)[0]

    user = client(key["AccessKeyId"], key["SecretAccessKey"])
    assert code(user.describe_images) == "AccessDeniedException"
    assert code(user.stop_image_builder, **GONE) == "AccessDeniedException"
    assert user.stop_image_builder(Name="builder")["ImageBuilder"]["State"] == "STOPPING"
    assert code(client(key["AccessKeyId"], "wrong").describe_images) == "InvalidSignatureException"
    assert code(client("AKIAIOSFODNN7UNKNOWN", "any").describe_images) == "UnrecognizedClientException"
