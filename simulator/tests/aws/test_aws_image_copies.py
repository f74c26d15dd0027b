# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CopyImage: from Region to Region."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_aws import (
    BASE_IMAGE,
    Network,
    Simulator,
    create_builder,
    describe_image,
    error_of,
    make_network,
    take_image,
)

DESTINATION = "us-east-1"


@pytest.fixture
def there(simulator: Simulator) -> Any:
    """The service in the destination Region."""
    return simulator.client(region=DESTINATION)


@pytest.fixture
def image(simulator: Simulator, appstream: Any, network: Network) -> dict[str, Any]:
    """An AVAILABLE image with a description and tags."""
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    simulator.machine("builder").disk["file"] = "content"
    take_image(simulator, description="Of the builder", display_name="Image", tags={"k": "v"})
    return describe_image(appstream, "image")


def copy(appstream: Any, name: str = "copy", region: str = DESTINATION, **more: Any) -> Any:
    """CopyImage of the fixture."""
    return appstream.copy_image(SourceImageName="image", DestinationImageName=name, DestinationRegion=region, **more)


def error_of_copy(appstream: Any, name: str = "copy", region: str = DESTINATION, source: str = "image") -> str:
    """The code of the error CopyImage is answered with."""
    return error_of(appstream.copy_image, SourceImageName=source, DestinationImageName=name, DestinationRegion=region)[
        0
    ]


def test_appears_in_the_destination_alone(simulator: Simulator, appstream: Any, there: Any, image: Any) -> None:
    assert copy(appstream, DestinationImageDescription="Copied")["DestinationImageName"] == "copy"
    assert describe_image(there, "copy")["State"] == "COPYING"
    assert error_of(appstream.describe_images, Names=["copy"])[0] == "ResourceNotFoundException"
    simulator.advance(900)
    copied = describe_image(there, "copy")
    assert copied["State"] == "AVAILABLE"
    assert copied["Arn"] == image["Arn"].replace("eu-west-1", DESTINATION)[: -len("image")] + "copy"
    assert copied["Description"] == "Copied"
    assert "ImageBuilderName" not in copied
    kept = ("DisplayName", "Platform", "Applications", "AppstreamAgentVersion", "PublicBaseImageReleasedDate")
    assert {key: copied[key] for key in kept} == {key: image[key] for key in kept}


def test_neither_tags_nor_permissions_come_along(simulator: Simulator, appstream: Any, there: Any, image: Any) -> None:
    permissions = {"allowFleet": True, "allowImageBuilder": True}
    appstream.update_image_permissions(Name="image", SharedAccountId="222222222222", ImagePermissions=permissions)
    copy(appstream)
    copied = describe_image(there, "copy")
    assert there.list_tags_for_resource(ResourceArn=copied["Arn"])["Tags"] == {}
    simulator.advance(900)
    assert there.describe_image_permissions(Name="copy")["SharedImagePermissionsList"] == []
    assert "Description" not in describe_image(there, "copy")


def test_disk_comes_along(simulator: Simulator, appstream: Any, there: Any, image: Any) -> None:
    copy(appstream)
    simulator.advance(900)
    network = make_network(simulator, "127.77.2.0/24", region=DESTINATION)
    create_builder(there, "elsewhere", ImageArn=describe_image(there, "copy")["Arn"], VpcConfig=network.config)
    simulator.advance(600)
    assert simulator.machine("elsewhere").disk == {"file": "content"}
    assert simulator.machine("elsewhere").request.image_arn.endswith(":image/copy")


def test_within_the_region(simulator: Simulator, appstream: Any, image: Any) -> None:
    assert error_of_copy(appstream, "image", "eu-west-1") == "ResourceAlreadyExistsException"
    copy(appstream, "second", "eu-west-1")
    simulator.advance(900)
    assert describe_image(appstream, "second")["State"] == "AVAILABLE"


def test_failure(simulator: Simulator, appstream: Any, there: Any, image: Any) -> None:
    rule = {"image": "copy", "error_code": "INTERNAL_SERVICE_ERROR", "message": "Lost on the way."}
    simulator.control("POST", "outcomes", rule)
    copy(appstream)
    simulator.advance(900)
    failed = describe_image(there, "copy")
    assert failed["State"] == "FAILED"
    assert failed["StateChangeReason"] == {"Code": "IMAGE_COPY_FAILURE", "Message": "Lost on the way."}
    assert failed["ImageErrors"][0]["ErrorCode"] == "INTERNAL_SERVICE_ERROR"
    # The name stays taken.
    assert error_of_copy(appstream) == "ResourceAlreadyExistsException"
    there.delete_image(Name="copy")
    simulator.advance(60)
    copy(appstream)


def test_what_cannot_be_copied(simulator: Simulator, appstream: Any, image: Any) -> None:
    assert error_of_copy(appstream, source="none") == "ResourceNotFoundException"
    assert error_of_copy(appstream, source=BASE_IMAGE) == "IncompatibleImageException"
    assert error_of_copy(appstream, region="mars-north-1") == "ResourceNotFoundException"
    # Another partition's.
    assert error_of_copy(appstream, region="us-gov-west-1") == "ResourceNotFoundException"
    assert error_of_copy(appstream, name="no name") == "ValidationException"
    copy(appstream, "second", "eu-west-1")
    assert error_of_copy(appstream, source="second") == "ResourceNotAvailableException"


def test_shared_image_cannot_be_copied(simulator: Simulator, appstream: Any, image: Any) -> None:
    permissions = {"allowFleet": True, "allowImageBuilder": True}
    appstream.update_image_permissions(Name="image", SharedAccountId="222222222222", ImagePermissions=permissions)
    role = "arn:aws:iam::222222222222:role/images"
    keys = simulator.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    other = simulator.client(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    assert error_of_copy(other) == "ResourceNotFoundException"


def test_two_at_a_time_per_destination(simulator: Simulator, appstream: Any, there: Any, image: Any) -> None:
    copy(appstream, "one")
    copy(appstream, "two")
    assert error_of_copy(appstream, "three") == "LimitExceededException"
    copy(appstream, "three", "eu-central-1")
    simulator.advance(900)
    copy(appstream, "three")


def test_quota_is_that_of_the_destination(
    simulator: Simulator, appstream: Any, there: Any, image: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator.server.simulation.settings, "image_quota", 1)
    assert error_of_copy(appstream, region="eu-west-1") == "LimitExceededException"
    copy(appstream)


def test_copy_on_its_way_cannot_be_deleted(simulator: Simulator, appstream: Any, there: Any, image: Any) -> None:
    copy(appstream)
    assert error_of(there.delete_image, Name="copy")[0] == "ConcurrentModificationException"
    # Its source may go meanwhile.
    appstream.delete_image(Name="image")
    simulator.advance(900)
    assert describe_image(there, "copy")["State"] == "AVAILABLE"
