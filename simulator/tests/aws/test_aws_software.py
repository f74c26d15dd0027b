# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Licence-included software: on a running builder, at creation, in images."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_aws import (
    BASE_IMAGE,
    Network,
    Simulator,
    create_builder,
    describe_builder,
    describe_image,
    error_of,
    take_image,
)

OFFICE = "Microsoft_Office_2024_LTSC_Standard_64Bit"
VISIO = "Microsoft_Visio_2024_LTSC_Professional_64Bit"
PROJECT = "Microsoft_Project_2024_Standard_64Bit"
OLD_OFFICE = OFFICE.replace("2024", "2021")
BUILDER_ARN = "arn:aws:appstream:eu-west-1:123456789012:image-builder/builder"


@pytest.fixture
def builder(simulator: Simulator, appstream: Any, network: Network) -> str:
    """The ARN of a running image builder."""
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    return str(describe_builder(appstream)["Arn"])


def statuses(appstream: Any, arn: str) -> dict[str, str]:
    """Status by name of all software of an image builder or image."""
    found = appstream.describe_software_associations(AssociatedResource=arn)
    assert found["AssociatedResource"] == arn
    return {one["SoftwareName"]: one["Status"] for one in found["SoftwareAssociations"]}


def associate(appstream: Any, *names: str) -> None:
    appstream.associate_software_to_image_builder(ImageBuilderName="builder", SoftwareNames=list(names))


def disassociate(appstream: Any, *names: str) -> None:
    appstream.disassociate_software_from_image_builder(ImageBuilderName="builder", SoftwareNames=list(names))


def deploy(simulator: Simulator, appstream: Any, **options: Any) -> None:
    """Start a deployment and wait until it has ended."""
    appstream.start_software_deployment_to_image_builder(ImageBuilderName="builder", **options)
    simulator.advance(240)


def test_software_is_staged_deployed_and_taken_off(simulator: Simulator, appstream: Any, builder: str) -> None:
    associate(appstream, OFFICE, VISIO)
    associate(appstream, OFFICE)
    assert statuses(appstream, builder) == dict.fromkeys((OFFICE, VISIO), "STAGED_FOR_INSTALLATION")
    assert describe_builder(appstream)["State"] == "RUNNING"
    seen = []
    appstream.start_software_deployment_to_image_builder(ImageBuilderName="builder")
    for seconds in (0, 60, 180):
        simulator.advance(seconds)
        seen.append((describe_builder(appstream)["State"], statuses(appstream, builder)[OFFICE]))
    assert seen == [
        ("PENDING_SYNCING_APPS", "PENDING_INSTALLATION"),
        ("SYNCING_APPS", "PENDING_INSTALLATION"),
        ("RUNNING", "INSTALLED"),
    ]
    disassociate(appstream, VISIO)
    assert statuses(appstream, builder) == {OFFICE: "INSTALLED", VISIO: "STAGED_FOR_UNINSTALLATION"}
    appstream.start_software_deployment_to_image_builder(ImageBuilderName="builder")
    assert statuses(appstream, builder)[VISIO] == "PENDING_UNINSTALLATION"
    simulator.advance(240)
    assert statuses(appstream, builder) == {OFFICE: "INSTALLED"}


def test_what_is_only_staged_can_be_taken_back(simulator: Simulator, appstream: Any, builder: str) -> None:
    associate(appstream, OFFICE)
    disassociate(appstream, OFFICE)
    assert statuses(appstream, builder) == {}
    call = appstream.start_software_deployment_to_image_builder
    assert error_of(call, ImageBuilderName="builder")[0] == "OperationNotPermittedException"
    associate(appstream, OFFICE)
    deploy(simulator, appstream)
    disassociate(appstream, OFFICE)
    associate(appstream, OFFICE)
    assert statuses(appstream, builder) == {OFFICE: "STAGED_FOR_INSTALLATION"}


def test_the_guest_goes_on_running_and_its_address_is_not_told(
    simulator: Simulator, appstream: Any, builder: str
) -> None:
    before = describe_builder(appstream)["NetworkAccessConfiguration"]
    associate(appstream, OFFICE)
    appstream.start_software_deployment_to_image_builder(ImageBuilderName="builder")
    assert "NetworkAccessConfiguration" not in describe_builder(appstream)
    assert simulator.machine("builder").address == before["EniPrivateIpAddress"]
    simulator.advance(240)
    assert describe_builder(appstream)["NetworkAccessConfiguration"] == before


def test_failures_and_retries(simulator: Simulator, appstream: Any, builder: str) -> None:
    rule = {"software": f"{VISIO}|{PROJECT}", "error_code": "1603", "message": "Setup failed.", "times": 3}
    simulator.control("POST", "outcomes", rule)
    associate(appstream, OFFICE, VISIO)
    deploy(simulator, appstream)
    assert describe_builder(appstream)["State"] == "RUNNING"
    office, visio = appstream.describe_software_associations(AssociatedResource=builder)["SoftwareAssociations"]
    assert office == {"SoftwareName": OFFICE, "Status": "INSTALLED"}
    errors = [{"ErrorCode": "1603", "ErrorMessage": "Setup failed."}]
    assert visio == {"SoftwareName": VISIO, "Status": "FAILED_TO_INSTALL", "DeploymentError": errors}
    # Not tried again with others unless asked for.
    associate(appstream, PROJECT)
    deploy(simulator, appstream)
    assert statuses(appstream, builder)[VISIO] == statuses(appstream, builder)[PROJECT] == "FAILED_TO_INSTALL"
    deploy(simulator, appstream, RetryFailedDeployments=True)
    assert statuses(appstream, builder) == {OFFICE: "INSTALLED", VISIO: "FAILED_TO_INSTALL", PROJECT: "INSTALLED"}
    disassociate(appstream, VISIO)
    deploy(simulator, appstream)
    assert statuses(appstream, builder) == {OFFICE: "INSTALLED", PROJECT: "INSTALLED"}


def test_removal_that_fails(simulator: Simulator, appstream: Any, builder: str) -> None:
    associate(appstream, OFFICE)
    deploy(simulator, appstream)
    simulator.control("POST", "outcomes", {"software": ".*", "error_code": "1605", "times": 2})
    disassociate(appstream, OFFICE)
    deploy(simulator, appstream)
    assert statuses(appstream, builder) == {OFFICE: "FAILED_TO_UNINSTALL"}
    disassociate(appstream, OFFICE)
    deploy(simulator, appstream)
    assert statuses(appstream, builder) == {OFFICE: "FAILED_TO_UNINSTALL"}
    deploy(simulator, appstream, RetryFailedDeployments=True)
    assert statuses(appstream, builder) == {}


@pytest.mark.parametrize(
    ("names", "code", "text"),
    [
        ([], "InvalidParameterCombinationException", "must not be empty"),
        (["Notepad"], "InvalidParameterCombinationException", "Notepad"),
        ([OLD_OFFICE], "InvalidParameterCombinationException", "one year"),
        ([VISIO.replace("64", "32")], "InvalidParameterCombinationException", "one architecture"),
    ],
)
def test_what_cannot_be_associated(appstream: Any, builder: str, names: list[str], code: str, text: str) -> None:
    associate(appstream, OFFICE)
    error = error_of(appstream.associate_software_to_image_builder, ImageBuilderName="builder", SoftwareNames=names)
    assert error[0] == code
    assert text in error[1]
    assert statuses(appstream, builder) == {OFFICE: "STAGED_FOR_INSTALLATION"}


def test_one_year_may_take_anothers_place(simulator: Simulator, appstream: Any, builder: str) -> None:
    associate(appstream, OLD_OFFICE)
    deploy(simulator, appstream)
    disassociate(appstream, OLD_OFFICE)
    associate(appstream, OFFICE)
    deploy(simulator, appstream)
    assert statuses(appstream, builder) == {OFFICE: "INSTALLED"}


@pytest.mark.parametrize(
    ("image", "text"),
    [
        ("AppStream-WinServer2019-09-09-2026", "cannot be installed on WINDOWS_SERVER_2019"),
        ("AppStream-WinServer2022-05-30-2025", "agent 09-09-2024"),
    ],
)
def test_builders_software_is_not_for(simulator: Simulator, appstream: Any, image: str, text: str) -> None:
    create_builder(appstream, ImageName=image)
    simulator.advance(600)
    call = appstream.associate_software_to_image_builder
    code, message = error_of(call, ImageBuilderName="builder", SoftwareNames=[OFFICE])
    assert code == "IncompatibleImageException"
    assert text in message


def test_disassociating_what_is_not_there(appstream: Any, builder: str) -> None:
    call = appstream.disassociate_software_from_image_builder
    assert error_of(call, ImageBuilderName="builder", SoftwareNames=[OFFICE])[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("PENDING", "ConcurrentModificationException"),
        ("SYNCING", "ConcurrentModificationException"),
        ("STOPPED", "OperationNotPermittedException"),
    ],
)
def test_states_software_cannot_be_managed_in(
    simulator: Simulator, appstream: Any, network: Network, state: str, code: str
) -> None:
    create_builder(appstream, VpcConfig=network.config, SoftwaresToInstall=[OFFICE])
    simulator.advance({"PENDING": 0, "SYNCING": 700, "STOPPED": 840}[state])
    if state == "STOPPED":
        appstream.stop_image_builder(Name="builder")
        simulator.advance(120)
    assert state in describe_builder(appstream)["State"]
    named = {"ImageBuilderName": "builder"}
    for call, more in (
        (appstream.associate_software_to_image_builder, {"SoftwareNames": [VISIO]}),
        (appstream.disassociate_software_from_image_builder, {"SoftwareNames": [OFFICE]}),
        (appstream.start_software_deployment_to_image_builder, {}),
    ):
        assert error_of(call, **named, **more)[0] == code


def test_nothing_is_deployed_once_an_image_is_begun(simulator: Simulator, appstream: Any, builder: str) -> None:
    associate(appstream, OFFICE)
    simulator.machine("builder").create_image("image")
    call = appstream.start_software_deployment_to_image_builder
    assert error_of(call, ImageBuilderName="builder")[0] == "ConcurrentModificationException"


def test_no_such_builder_and_no_such_resource(appstream: Any) -> None:
    for call in (appstream.associate_software_to_image_builder, appstream.disassociate_software_from_image_builder):
        error = error_of(call, ImageBuilderName="nobody", SoftwareNames=[OFFICE])
        assert error[0] == "ResourceNotFoundException"
    call = appstream.start_software_deployment_to_image_builder
    assert error_of(call, ImageBuilderName="nobody")[0] == "ResourceNotFoundException"
    for arn, code in (
        (BUILDER_ARN, "ResourceNotFoundException"),
        (BUILDER_ARN.replace("image-builder", "image"), "ResourceNotFoundException"),
        (BUILDER_ARN.replace("image-builder", "fleet"), "OperationNotPermittedException"),
    ):
        assert error_of(appstream.describe_software_associations, AssociatedResource=arn)[0] == code


def test_pages(simulator: Simulator, appstream: Any, builder: str) -> None:
    names = [OFFICE, VISIO, PROJECT]
    associate(appstream, *names)
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = appstream.describe_software_associations(AssociatedResource=builder, MaxResults=2, **token)
        found += [one["SoftwareName"] for one in answer["SoftwareAssociations"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert found == names
    error = error_of(appstream.describe_software_associations, AssociatedResource=builder, NextToken="nonsense")
    assert error[0] == "InvalidParameterCombinationException"


def test_at_creation(simulator: Simulator, appstream: Any, network: Network) -> None:
    simulator.control("POST", "outcomes", {"software": VISIO, "error_code": "1603"})
    arn = create_builder(appstream, VpcConfig=network.config, SoftwaresToInstall=[OFFICE, VISIO])["Arn"]
    assert statuses(appstream, arn) == dict.fromkeys((OFFICE, VISIO), "PENDING_INSTALLATION")
    simulator.advance(840)
    assert describe_builder(appstream)["State"] == "RUNNING"
    assert statuses(appstream, arn) == {OFFICE: "INSTALLED", VISIO: "FAILED_TO_INSTALL"}


def test_images_have_what_was_on_their_builders_disk(simulator: Simulator, appstream: Any, network: Network) -> None:
    simulator.control("POST", "outcomes", {"software": VISIO, "error_code": "1603", "times": 1})
    create_builder(appstream, VpcConfig=network.config, SoftwaresToInstall=[OFFICE, VISIO])
    simulator.advance(840)
    associate(appstream, PROJECT)
    disassociate(appstream, OFFICE)
    take_image(simulator, "first")
    image = describe_image(appstream, "first")
    assert image["ManagedSoftwareIncluded"] is True
    assert statuses(appstream, image["Arn"]) == {OFFICE: "INSTALLED"}
    with_rest = create_builder(
        appstream, "second", ImageName="first", VpcConfig=network.config, SoftwaresToInstall=[PROJECT]
    )
    assert statuses(appstream, with_rest["Arn"]) == {OFFICE: "INSTALLED", PROJECT: "PENDING_INSTALLATION"}
    without = create_builder(
        appstream, "third", ImageName="first", VpcConfig=network.config, SoftwaresToUninstall=[OFFICE, VISIO]
    )
    assert statuses(appstream, without["Arn"]) == {OFFICE: "PENDING_UNINSTALLATION"}
    request = {"InstanceType": "stream.standard.medium", "ImageName": "first", "SoftwaresToInstall": [OLD_OFFICE]}
    code, message = error_of(appstream.create_image_builder, Name="fourth", **request)
    assert (code, "one year" in message) == ("InvalidParameterCombinationException", True)
    simulator.advance(840)
    assert statuses(appstream, without["Arn"]) == {}
    take_image(simulator, "plain", builder="third")
    image = describe_image(appstream, "plain")
    assert image["ManagedSoftwareIncluded"] is False
    assert statuses(appstream, image["Arn"]) == {}


def test_public_images_have_none(appstream: Any) -> None:
    assert statuses(appstream, str(describe_image(appstream, BASE_IMAGE)["Arn"])) == {}


def test_another_account_sees_those_of_what_is_shared_with_it_alone(
    simulator: Simulator, appstream: Any, network: Network
) -> None:
    create_builder(appstream, VpcConfig=network.config, SoftwaresToInstall=[OFFICE])
    simulator.advance(840)
    take_image(simulator)
    arn = str(describe_image(appstream, "image")["Arn"])
    role = "arn:aws:iam::222222222222:role/other"
    keys = simulator.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    other = simulator.client(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    for hidden in (arn, BUILDER_ARN):
        code, _ = error_of(other.describe_software_associations, AssociatedResource=hidden)
        assert code == "ResourceNotFoundException"
    appstream.update_image_permissions(
        Name="image",
        SharedAccountId="222222222222",
        ImagePermissions={"allowFleet": True, "allowImageBuilder": False},
    )
    assert statuses(other, arn) == {OFFICE: "INSTALLED"}


def test_license_usage_is_not_simulated(appstream: Any) -> None:
    code, _ = error_of(appstream.describe_app_license_usage, BillingPeriod="2026-11")
    assert code == "SimulatorNotImplemented"
