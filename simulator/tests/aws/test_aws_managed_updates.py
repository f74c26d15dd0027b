# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CreateUpdatedImage, and the image builder the service makes for it."""

from __future__ import annotations

import re
import urllib.error
from datetime import datetime, timezone
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

OLDER_BASE_IMAGE = "AppStream-WinServer2022-03-17-2026"
UPDATING, QUALIFYING = 7200, 1800


def make_image(simulator: Simulator, appstream: Any, network: Network, base: str, name: str = "image") -> None:
    """An AVAILABLE image of a base image, and no image builder."""
    create_builder(appstream, ImageName=base, VpcConfig=network.config)
    simulator.advance(600)
    take_image(simulator, name, description="Old", use_latest_agent_version=False)
    appstream.delete_image_builder(Name="builder")
    simulator.advance(120)


@pytest.fixture
def image(simulator: Simulator, appstream: Any, network: Network) -> dict[str, Any]:
    """An AVAILABLE image that can be updated."""
    make_image(simulator, appstream, network, OLDER_BASE_IMAGE)
    return describe_image(appstream, "image")


def update(appstream: Any, name: str = "updated", **more: Any) -> Any:
    """CreateUpdatedImage of the fixture."""
    return appstream.create_updated_image(existingImageName="image", newImageName=name, **more)


def error_of_update(appstream: Any, name: str = "updated", existing: str = "image") -> str:
    """The code of the error CreateUpdatedImage is answered with."""
    return error_of(appstream.create_updated_image, existingImageName=existing, newImageName=name)[0]


def temporary(appstream: Any) -> dict[str, Any] | None:
    """The one image builder there is."""
    builders = appstream.describe_image_builders()["ImageBuilders"]
    assert len(builders) <= 1
    return builders[0] if builders else None


def test_dry_run_begins_nothing(appstream: Any, image: Any) -> None:
    answer = update(appstream, dryRun=True)
    assert answer["canUpdateImage"] is True
    assert len(appstream.describe_images(Type="PRIVATE")["Images"]) == 1
    assert temporary(appstream) is None


def test_update(simulator: Simulator, appstream: Any, image: Any) -> None:
    answer = update(appstream, newImageDescription="New", newImageDisplayName="Updated", newImageTags={"k": "v"})
    assert (answer["canUpdateImage"], answer["image"]["State"]) == (True, "CREATING")
    simulator.advance(UPDATING + QUALIFYING - 1)
    assert describe_image(appstream, "updated")["State"] == "CREATING"
    simulator.advance(1)
    updated = describe_image(appstream, "updated")
    assert (updated["State"], updated["Description"], updated["DisplayName"]) == ("AVAILABLE", "New", "Updated")
    assert (image["AppstreamAgentVersion"], updated["AppstreamAgentVersion"]) == ("03-10-2026", "09-02-2026")
    assert updated["PublicBaseImageReleasedDate"].astimezone(timezone.utc) == datetime(2026, 9, 9, tzinfo=timezone.utc)
    assert updated["Applications"] == image["Applications"]
    assert appstream.list_tags_for_resource(ResourceArn=updated["Arn"])["Tags"] == {"k": "v"}
    assert describe_image(appstream, "image")["State"] == "AVAILABLE"


def test_temporary_image_builder(simulator: Simulator, appstream: Any, image: Any) -> None:
    update(appstream)
    builder = temporary(appstream)
    assert builder is not None
    assert re.fullmatch(r"updated-\d{10}", builder["Name"])
    assert (builder["State"], builder["InstanceType"]) == ("UPDATING", "stream.standard.small")
    assert "VpcConfig" not in builder
    simulator.advance(UPDATING)
    assert describe_builder(appstream, builder["Name"])["State"] == "PENDING_QUALIFICATION"
    simulator.advance(QUALIFYING)
    assert describe_builder(appstream, builder["Name"])["State"] == "DELETING"
    simulator.advance(120)
    assert temporary(appstream) is None


@pytest.mark.parametrize("operation", ["start", "stop", "delete", "update"])
@pytest.mark.parametrize("seconds", [0, UPDATING])
def test_temporary_image_builder_is_not_to_be_touched(
    simulator: Simulator, appstream: Any, image: Any, operation: str, seconds: int
) -> None:
    update(appstream)
    simulator.advance(seconds)
    builder = temporary(appstream)
    assert builder is not None
    code, _ = error_of(getattr(appstream, f"{operation}_image_builder"), Name=builder["Name"])
    assert code == "ConcurrentModificationException"
    code, _ = error_of(appstream.create_image_builder_streaming_url, Name=builder["Name"])
    assert code == "OperationNotPermittedException"


def test_failure(simulator: Simulator, appstream: Any, image: Any) -> None:
    rule = {"image": "updated", "error_code": "INTERNAL_SERVICE_ERROR", "message": "Failed to update SSM Agent."}
    simulator.control("POST", "outcomes", rule)
    update(appstream)
    simulator.advance(UPDATING + QUALIFYING)
    failed = describe_image(appstream, "updated")
    assert (failed["State"], failed["StateChangeReason"]["Code"]) == ("FAILED", "IMAGE_UPDATE_FAILURE")
    simulator.advance(120)
    assert temporary(appstream) is None


def test_failure_in_the_words_of_the_service(simulator: Simulator, appstream: Any, image: Any) -> None:
    simulator.control("POST", "outcomes", {"image": "updated", "error_code": "INTERNAL_SERVICE_ERROR"})
    update(appstream)
    simulator.advance(UPDATING + QUALIFYING)
    (error,) = describe_image(appstream, "updated")["ImageErrors"]
    assert error["ErrorMessage"].startswith("AppStream 2.0 could not update image updated. Failed to install ")


def test_image_up_to_date(simulator: Simulator, appstream: Any, network: Network) -> None:
    make_image(simulator, appstream, network, BASE_IMAGE)
    for more in ({"dryRun": True}, {}):
        assert update(appstream, **more)["canUpdateImage"] is False
    assert len(appstream.describe_images(Type="PRIVATE")["Images"]) == 1


def test_an_updated_image_is_up_to_date(simulator: Simulator, appstream: Any, image: Any) -> None:
    update(appstream)
    simulator.advance(UPDATING + QUALIFYING)
    answer = appstream.create_updated_image(existingImageName="updated", newImageName="again", dryRun=True)
    assert answer["canUpdateImage"] is False


def test_what_cannot_be_updated(simulator: Simulator, appstream: Any, image: Any) -> None:
    assert error_of_update(appstream, existing="none") == "ResourceNotFoundException"
    assert error_of_update(appstream, existing=OLDER_BASE_IMAGE) == "OperationNotPermittedException"
    assert error_of_update(appstream, name="image") == "ResourceAlreadyExistsException"
    assert error_of_update(appstream, name="AppStream-mine") == "OperationNotPermittedException"
    update(appstream)
    assert error_of_update(appstream, existing="updated", name="other") == "OperationNotPermittedException"


@pytest.mark.parametrize(("quota", "value"), [("image_quota", 1), ("image_builder_quota", 0)])
def test_quotas(
    simulator: Simulator, appstream: Any, image: Any, monkeypatch: pytest.MonkeyPatch, quota: str, value: int
) -> None:
    monkeypatch.setattr(simulator.server.simulation.settings, quota, value)
    assert error_of_update(appstream) == "LimitExceededException"


def test_it_takes_an_image_builder_of_the_quota(
    simulator: Simulator, appstream: Any, image: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator.server.simulation.settings, "image_builder_quota", 1)
    update(appstream)
    code, _ = error_of(
        appstream.create_image_builder, Name="mine", InstanceType="stream.standard.small", ImageName=BASE_IMAGE
    )
    assert code == "LimitExceededException"


def test_five_at_a_time(simulator: Simulator, appstream: Any, image: Any) -> None:
    for number in range(5):
        update(appstream, f"updated-{number}")
    assert error_of_update(appstream) == "LimitExceededException"
    simulator.advance(UPDATING + QUALIFYING)
    update(appstream)


def test_image_from_before(simulator: Simulator, appstream: Any) -> None:
    body = {"name": "image", "base_image": OLDER_BASE_IMAGE, "region": "eu-west-1", "tags": {"k": 1}}
    simulator.control("POST", "images", body)
    image = describe_image(appstream, "image")
    assert (image["State"], image["Visibility"], image["Platform"]) == ("AVAILABLE", "PRIVATE", "WINDOWS_SERVER_2022")
    assert appstream.list_tags_for_resource(ResourceArn=image["Arn"])["Tags"] == {"k": "1"}
    assert update(appstream, dryRun=True)["canUpdateImage"] is True
    for wrong in (body, {**body, "name": "other", "base_image": "none"}, {**body, "name": "other", "state": "PENDING"}):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            simulator.control("POST", "images", wrong)
