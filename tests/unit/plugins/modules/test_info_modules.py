# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image_info."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.modules import image_info

Run = Callable[..., dict[str, Any]]


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, tzinfo=timezone.utc)


@pytest.fixture
def public_images(aws: Any) -> None:
    for month in (3, 9, 6):
        name = f"AppStream-WinServer2022-{month:02}-01-2026"
        aws.add_image(name, visibility="PUBLIC", PublicBaseImageReleasedDate=day(2026, month, 1))
    newest = "AppStream-WinServer2022-10-01-2026"
    aws.add_image(newest, "DEPRECATED", visibility="PUBLIC", PublicBaseImageReleasedDate=day(2026, 10, 1))
    aws.add_image(
        "AppStream-Graphics-G5-WinServer2022-09-15-2026",
        visibility="PUBLIC",
        PublicBaseImageReleasedDate=day(2026, 9, 15),
        SupportedInstanceFamilies=["Graphics G5"],
    )
    aws.add_image(
        "AppStream-SampleApps-WinServer2022-09-20-2026",
        visibility="PUBLIC",
        PublicBaseImageReleasedDate=day(2026, 9, 20),
        ImageBuilderSupported=False,
    )
    aws.add_image("design-1", CreatedTime=day(2026, 11, 1), Tags={"a": "b"})


def names(result: dict[str, Any]) -> list[str]:
    return [image["name"] for image in result["images"]]


@pytest.mark.usefixtures("public_images")
@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"latest": True, "platform": "WINDOWS_SERVER_2022"}, ["AppStream-WinServer2022-09-01-2026"]),
        ({"latest": True, "name_prefix": "AppStream-Graphics-"}, ["AppStream-Graphics-G5-WinServer2022-09-15-2026"]),
        (
            {"latest": True, "platform": "WINDOWS_SERVER_2022", "instance_type": "stream.standard.large"},
            ["AppStream-WinServer2022-09-01-2026"],
        ),
        ({"latest": True, "name_prefix": "AppStream-WinServer2022-"}, ["AppStream-WinServer2022-09-01-2026"]),
        ({"latest": True, "type": "PRIVATE"}, ["design-1"]),
        ({"names": ["design-1", "none"]}, ["design-1"]),
        ({"type": "PRIVATE"}, ["design-1"]),
        ({"states": ["DEPRECATED"]}, ["AppStream-WinServer2022-10-01-2026"]),
        ({"image_builder_supported": False}, ["AppStream-SampleApps-WinServer2022-09-20-2026"]),
        (
            {"name_prefix": "AppStream-WinServer2022-", "states": ["AVAILABLE"]},
            [f"AppStream-WinServer2022-{month}-01-2026" for month in ("09", "06", "03")],
        ),
    ],
)
def test_images(run: Run, options: dict[str, Any], found: list[str]) -> None:
    assert names(run(image_info, **options)) == found


@pytest.mark.usefixtures("public_images")
def test_no_latest_image_is_a_failure(run: Run) -> None:
    assert run(image_info, latest=True, platform="WINDOWS_SERVER_2016")["failed"]


@pytest.mark.usefixtures("public_images")
def test_only_own_images_are_asked_for_tags(run: Run, aws: Any) -> None:
    tags = {image["name"]: image["tags"] for image in run(image_info, name_prefix="")["images"]}
    assert tags["design-1"] == {"a": "b"}
    assert tags["AppStream-WinServer2022-09-01-2026"] == {}
    assert [name for name, parameters in aws.calls].count("list_tags_for_resource") == 1


@pytest.mark.usefixtures("public_images")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("AppStream-WinServer2022-09-01-2026", None),
        ("AppStream-WinServer2022-03-01-2026", "AppStream-WinServer2022-09-01-2026 is"),
        ("AppStream-WinServer2022-10-01-2026", "DEPRECATED"),
        ("design-1", None),
    ],
)
def test_warnings_about_a_chosen_image(run: Run, name: str, told: str | None) -> None:
    warnings = [str(warning) for warning in run(image_info, names=[name]).get("warnings", [])]
    assert bool(warnings) is bool(told)
    assert told is None or told in warnings[0]


def test_an_image_by_arn(run: Run, aws: Any) -> None:
    aws.add_image("shared", visibility="SHARED")
    arn = "arn:aws:appstream:eu-central-1:222222222222:image/shared"
    assert names(run(image_info, arns=[arn])) == ["shared"]
    assert aws.parameters("describe_images") == {"Arns": [arn]}


@pytest.fixture
def used_images(aws: Any) -> None:
    own = "arn:aws:appstream:eu-central-1:123456789012:image"
    aws.add_image("used", CreatedTime=day(2026, 11, 2))
    aws.add_image("unshared", CreatedTime=day(2026, 11, 1), ImageSharedWithOthers="FALSE")
    aws.add_image("AppStream-WinServer2022-09-01-2026", visibility="PUBLIC")
    aws.fleets = [
        {"Name": "two", "ImageName": "used", "ImageArn": f"{own}/used"},
        {"Name": "one", "ImageArn": f"{own}/used"},
        # Another account's image of the same name.
        {"Name": "other", "ImageArn": "arn:aws:appstream:eu-central-1:222222222222:image/unshared"},
        {"Name": "elastic"},
    ]
    aws.permissions = [
        {"sharedAccountId": one, "imagePermissions": {"allowFleet": True}} for one in ("2" * 12, "1" * 12)
    ]
    aws.add_image_builder("builder", ImageArn=f"{own}/used")
    aws.add_image_builder("from-a-base-image")


@pytest.mark.usefixtures("used_images")
def test_what_uses_images(run: Run, aws: Any) -> None:
    used_by = {image["name"]: image.get("used_by") for image in run(image_info, include_usage=True)["images"]}
    assert used_by == {
        "used": {"fleets": ["one", "two"], "image_builders": ["builder"], "accounts": ["1" * 12, "2" * 12]},
        "unshared": {"fleets": [], "image_builders": [], "accounts": []},
        "AppStream-WinServer2022-09-01-2026": None,
    }
    called = [name for name, parameters in aws.calls]
    assert (called.count("describe_fleets"), called.count("describe_image_builders")) == (1, 1)
    assert {parameters["Name"] for name, parameters in aws.calls if name == "describe_image_permissions"} == {"used"}


@pytest.mark.usefixtures("used_images")
@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("describe_fleets", "fleets"),
        ("describe_image_builders", "image_builders"),
        ("describe_image_permissions", "accounts"),
    ],
)
def test_what_may_not_be_looked_at_is_not_known(run: Run, aws: Any, operation: str, kind: str) -> None:
    aws.add_image("another", CreatedTime=day(2026, 10, 1))
    aws.errors[operation] = ["AccessDeniedException"] * 2
    result = run(image_info, names=["used", "another"], include_usage=True)
    for image in result["images"]:
        assert image["used_by"][kind] is None
        assert all(image["used_by"][other] is not None for other in image["used_by"] if other != kind)
    (warning,) = result["warnings"]
    assert kind.replace("accounts", "image permissions").replace("_", " ") in str(warning)


def test_no_own_image_needs_no_look_at_what_uses_it(run: Run, aws: Any) -> None:
    aws.add_image("AppStream-WinServer2022-09-01-2026", visibility="PUBLIC")
    run(image_info, include_usage=True)
    assert [name for name, parameters in aws.calls] == ["describe_images"]


@pytest.mark.usefixtures("used_images")
def test_usage_is_read_on_request_only(run: Run, aws: Any) -> None:
    assert all("used_by" not in image for image in run(image_info)["images"])
    assert "describe_fleets" not in [name for name, parameters in aws.calls]


@pytest.mark.usefixtures("used_images")
def test_an_image_deleted_meanwhile_is_used_by_nothing(run: Run, aws: Any) -> None:
    aws.errors["describe_image_permissions"] = ["ResourceNotFoundException"]
    (image,) = run(image_info, names=["used"], include_usage=True)["images"]
    assert image["used_by"]["accounts"] == []
