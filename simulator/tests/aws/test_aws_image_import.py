# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Importing AMIs as images."""

from __future__ import annotations

from typing import Any

import pytest
from moto.ec2.models import ec2_backends
from simulated_aws import REGION, Network, Simulator, create_builder, describe_builder, describe_image, error_of
from transfer_requests import import_request, make_ami, make_role

EDITOR = {"Name": "editor", "AbsoluteAppPath": r"C:\Program Files\Editor\editor.exe", "LaunchParameters": "-new"}


def moto_ami(simulator: Simulator, ami_id: str) -> Any:
    """moto's record of an AMI: its API cannot set most of it."""
    account = simulator.client("sts").get_caller_identity()["Account"]
    return ec2_backends[account][REGION].amis[ami_id]


def test_an_ami_becomes_a_custom_image(simulator: Simulator, appstream: Any) -> None:
    request = import_request(
        simulator,
        DisplayName="Golden",
        Description="From the golden AMI",
        AgentSoftwareVersion="ALWAYS_LATEST",
        AppCatalogConfig=[EDITOR],
        Tags={"of": "import"},
    )
    image = appstream.create_imported_image(**request)["Image"]
    assert (image["State"], image["ImageType"], image["Visibility"]) == ("IMPORTING", "CUSTOM", "PRIVATE")
    assert image["SupportedInstanceFamilies"] == [
        "GeneralPurpose",
        "ComputeOptimized",
        "MemoryOptimized",
        "Accelerated",
    ]
    assert (image["LatestAppstreamAgentVersion"], image["Platform"]) == ("TRUE", "WINDOWS_SERVER_2022")
    assert (image["DisplayName"], image["Description"]) == ("Golden", "From the golden AMI")
    (application,) = image["Applications"]
    assert (application["LaunchPath"], application["LaunchParameters"]) == (EDITOR["AbsoluteAppPath"], "-new")
    assert appstream.list_tags_for_resource(ResourceArn=image["Arn"])["Tags"] == {"of": "import"}
    simulator.advance(2399)
    assert describe_image(appstream, "imported")["State"] == "IMPORTING"
    simulator.advance(1)
    assert describe_image(appstream, "imported")["State"] == "AVAILABLE"


def test_runtime_validation_comes_after_importing(simulator: Simulator, appstream: Any) -> None:
    validation = {"IntendedInstanceType": "GeneralPurpose.t3.large"}
    appstream.create_imported_image(**import_request(simulator, RuntimeValidationConfig=validation))
    states = []
    for _ in range(3):
        states.append(describe_image(appstream, "imported")["State"])
        simulator.advance(2400)
    assert states == ["IMPORTING", "VALIDATING", "AVAILABLE"]


def test_the_windows_is_told_by_the_name_of_the_ami(simulator: Simulator, appstream: Any) -> None:
    ami = make_ami(simulator, "new", Description="Windows Server 2025 Full Base")
    image = appstream.create_imported_image(**import_request(simulator, SourceAmiId=ami))["Image"]
    assert (image["Platform"], image["LatestAppstreamAgentVersion"]) == ("WINDOWS_SERVER_2025", "FALSE")


def test_custom_instance_types_and_custom_images_belong_together(simulator: Simulator, appstream: Any) -> None:
    appstream.create_imported_image(**import_request(simulator))
    simulator.advance(2400)
    refused = error_of(
        appstream.create_image_builder, Name="b", ImageName="imported", InstanceType="stream.standard.medium"
    )
    assert refused[0] == "InvalidParameterCombinationException"
    create_builder(appstream, ImageName="imported", InstanceType="GeneralPurpose.t3.medium")
    simulator.advance(600)
    assert describe_builder(appstream)["State"] == "RUNNING"
    code, _ = error_of(create_builder, appstream=appstream, name="c", InstanceType="GeneralPurpose.t3.medium")
    assert code == "InvalidParameterCombinationException"


def test_the_image_of_a_custom_image_is_custom(simulator: Simulator, appstream: Any, network: Network) -> None:
    appstream.create_imported_image(**import_request(simulator))
    simulator.advance(2400)
    builds = {"InstanceType": "GeneralPurpose.t3.medium", "VpcConfig": network.config}
    create_builder(appstream, ImageName="imported", **builds)
    simulator.advance(600)
    simulator.machine("builder").create_image("taken")
    simulator.advance(1300)
    taken = describe_image(appstream, "taken")
    assert (taken["ImageType"], taken["SupportedInstanceFamilies"][0]) == ("CUSTOM", "GeneralPurpose")


def test_a_dry_run_succeeds_by_an_error_and_leaves_nothing(simulator: Simulator, appstream: Any) -> None:
    request = import_request(simulator, DryRun=True)
    with pytest.raises(appstream.exceptions.DryRunOperationException) as raised:
        appstream.create_imported_image(**request)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert "DryRun" in raised.value.response["Error"]["Message"]
    assert appstream.describe_images(Type="PRIVATE")["Images"] == []
    for change in ({"SourceAmiId": "ami-00000000"}, {"IamRoleArn": "arn:aws:iam::123456789012:role/none"}):
        assert error_of(appstream.create_imported_image, **{**request, **change})[0] != "DryRunOperationException"


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"SourceAmiId": None}, "InvalidParameterCombinationException", "Exactly one"),
        ({"WorkspaceImageId": "wsi-12345678"}, "InvalidParameterCombinationException", "Exactly one"),
        ({"SourceAmiId": None, "WorkspaceImageId": "wsi-12345678"}, "SimulatorNotImplemented", "WorkSpaces"),
        ({"SourceAmiId": "ami-0000000000000000"}, "ResourceNotFoundException", "ami-0000000000000000"),
        ({"SourceAmiId": "ami-X"}, "ValidationException", "sourceAmiId"),
        ({"IamRoleArn": None}, "InvalidParameterCombinationException", "IamRoleArn"),
        ({"IamRoleArn": "arn:aws:iam::123456789012:role/none"}, "InvalidRoleException", "because your IAM role"),
        ({"Description": "no commas, please"}, "ValidationException", "description"),
        ({"AppCatalogConfig": [EDITOR, EDITOR]}, "InvalidParameterCombinationException", "unique"),
        ({"AppCatalogConfig": [EDITOR] * 51}, "ValidationException", "appCatalogConfig"),
        ({"AppCatalogConfig": [{**EDITOR, "Name": "two words"}]}, "ValidationException", "name"),
        (
            {"RuntimeValidationConfig": {"IntendedInstanceType": "stream.standard.large"}},
            "InvalidParameterCombinationException",
            "stream.standard.large",
        ),
    ],
)
def test_refused(simulator: Simulator, appstream: Any, change: dict[str, Any], code: str, text: str) -> None:
    found = error_of(appstream.create_imported_image, **import_request(simulator, **change))
    assert found[0] == code, found
    assert text in found[1]
    assert appstream.describe_images(Type="PRIVATE")["Images"] == []


def test_a_role_must_trust_the_service(simulator: Simulator, appstream: Any) -> None:
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}]}
    role = make_role(simulator, "ec2", trust)
    assert error_of(appstream.create_imported_image, **import_request(simulator, IamRoleArn=role))[0] == (
        "InvalidRoleException"
    )


def test_the_ami_is_the_accounts_own_and_of_the_region(simulator: Simulator, appstream: Any) -> None:
    elsewhere = make_ami(simulator, "elsewhere", region="us-east-1")
    request = import_request(simulator)
    missing = error_of(appstream.create_imported_image, **{**request, "SourceAmiId": elsewhere})
    assert missing[0] == "ResourceNotFoundException"
    moto_ami(simulator, request["SourceAmiId"]).owner_id = "801119661308"
    assert error_of(appstream.create_imported_image, **request)[0] == "OperationNotPermittedException"


@pytest.mark.parametrize(
    ("attribute", "value", "told"),
    [
        ("architecture", "arm64", "Architecture is arm64"),
        ("boot_mode", "legacy-bios", "Boot Mode"),
        ("platform", "linux", "Platform"),
        ("state", "disabled", "State"),
        ("encrypted", True, "it is encrypted"),
        ("size", 501, "501 GB"),
    ],
)
def test_amis_that_do_not_meet_the_requirements(
    simulator: Simulator, appstream: Any, attribute: str, value: Any, told: str
) -> None:
    request = import_request(simulator)
    ami = moto_ami(simulator, request["SourceAmiId"])
    owner = {"encrypted": ami.ebs_snapshot, "size": ami.ebs_snapshot.volume}.get(attribute, ami)
    setattr(owner, attribute, value)
    for dry_run in (True, False):
        code, message = error_of(appstream.create_imported_image, **request, DryRun=dry_run)
        assert (code, told in message) == ("IncompatibleImageException", True), message


def test_failures_are_told_by_the_image(simulator: Simulator, appstream: Any) -> None:
    rule = {"image": "imported", "error_code": "VALIDATION_ERROR", "message": "No .NET.", "times": 1}
    simulator.control("POST", "outcomes", rule)
    request = import_request(simulator)
    appstream.create_imported_image(**request)
    assert error_of(appstream.delete_image, Name="imported")[0] == "ConcurrentModificationException"
    simulator.advance(2400)
    image = describe_image(appstream, "imported")
    assert (image["State"], image["StateChangeReason"]["Code"]) == ("FAILED", "IMAGE_IMPORT_FAILURE")
    assert (image["ImageErrors"][0]["ErrorCode"], image["ImageErrors"][0]["ErrorMessage"]) == (
        "VALIDATION_ERROR",
        "No .NET.",
    )
    assert error_of(appstream.create_imported_image, **request)[0] == "ResourceAlreadyExistsException"
    appstream.delete_image(Name="imported")
    simulator.advance(60)
    appstream.create_imported_image(**request)
    simulator.advance(2400)
    assert describe_image(appstream, "imported")["State"] == "AVAILABLE"


def test_imports_count_towards_the_quota_of_images(simulator: Simulator, appstream: Any) -> None:
    request = import_request(simulator)
    for number in range(10):
        appstream.create_imported_image(**{**request, "Name": f"image-{number}"})
    assert error_of(appstream.create_imported_image, **request)[0] == "LimitExceededException"
