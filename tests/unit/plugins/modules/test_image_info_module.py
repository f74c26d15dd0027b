# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image_info, against the simulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.modules import image_info
from appstream_simulator.aws.models import AppStreamBackend, appstream_backends
from simulated_account import add_image

Run = Callable[..., dict[str, Any]]

OTHER = "222222222222"
ALLOWED = {"allowFleet": True, "allowImageBuilder": True}


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, tzinfo=timezone.utc)


@pytest.fixture
def account(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> AppStreamBackend:
    """The account, in a Region without public images."""
    backend: AppStreamBackend = appstream_backends["123456789012"]["eu-west-1"]
    monkeypatch.setattr(backend, "public", {})
    return backend


def add_own(name: str, created: datetime, **more: Any) -> Any:
    made = add_image(name, **more)
    made.created = created.timestamp()
    return made


def add_public(account: AppStreamBackend, name: str, released: datetime, **more: Any) -> Any:
    made = add_image(name, PublicBaseImageReleasedDate=released, **more)
    account.public[name] = account.images.pop(name)
    made.visibility, made.arn = "PUBLIC", f"arn:aws:appstream:eu-west-1::image/{name}"
    return made


@pytest.fixture
def public_images(account: AppStreamBackend) -> None:
    for month in (3, 9, 6):
        add_public(account, f"AppStream-WinServer2022-{month:02}-01-2026", day(2026, month, 1))
    newest = "AppStream-WinServer2022-10-01-2026"
    add_public(account, newest, day(2026, 10, 1), state="DEPRECATED")
    graphics = add_public(account, "AppStream-Graphics-G5-WinServer2022-09-15-2026", day(2026, 9, 15))
    graphics.families = ["Graphics G5"]
    samples = "AppStream-SampleApps-WinServer2022-09-20-2026"
    add_public(account, samples, day(2026, 9, 20), ImageBuilderSupported=False)
    add_own("design-1", day(2026, 11, 1), tags={"a": "b"})


def names(result: dict[str, Any]) -> list[str]:
    return [image["name"] for image in result["images"]]


def called(simulated: Any) -> list[str]:
    return [str(call["operation"]) for call in simulated.server.calls.entries()]


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
def test_images(run_simulated: Run, options: dict[str, Any], found: list[str]) -> None:
    assert names(run_simulated(image_info, **options)) == found


@pytest.mark.usefixtures("public_images")
def test_no_latest_image_is_a_failure(run_simulated: Run) -> None:
    assert run_simulated(image_info, latest=True, platform="WINDOWS_SERVER_2016")["failed"]


@pytest.mark.usefixtures("public_images")
def test_only_own_images_are_asked_for_tags(run_simulated: Run, simulated: Any) -> None:
    tags = {image["name"]: image["tags"] for image in run_simulated(image_info, name_prefix="")["images"]}
    assert tags["design-1"] == {"a": "b"}
    assert tags["AppStream-WinServer2022-09-01-2026"] == {}
    assert called(simulated).count("ListTagsForResource") == 1


@pytest.mark.usefixtures("public_images")
@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("AppStream-WinServer2022-09-01-2026", None),
        ("AppStream-WinServer2022-03-01-2026", "AppStream-WinServer2022-09-01-2026 is"),
        ("AppStream-WinServer2022-10-01-2026", "DEPRECATED"),
        ("design-1", None),
    ],
)
def test_warnings_about_a_chosen_image(run_simulated: Run, name: str, warning: str | None) -> None:
    warnings = [str(one) for one in run_simulated(image_info, names=[name]).get("warnings", [])]
    assert bool(warnings) is bool(warning)
    assert warning is None or warning in warnings[0]


def share_from(account_id: str, name: str) -> Any:
    """Let another account have an image that is shared with this one."""
    theirs, own = (appstream_backends[one]["eu-west-1"] for one in (account_id, "123456789012"))
    made = add_image(f"moved-{name}")
    theirs.images[name] = own.images.pop(made.name)
    made.name, made.arn = name, theirs.arn(f"image/{name}")
    made.shared_with = {"123456789012": ALLOWED}
    return made


def test_an_image_by_arn(run_simulated: Run, account: AppStreamBackend) -> None:
    arn = share_from(OTHER, "shared").arn
    assert names(run_simulated(image_info, arns=[arn])) == ["shared"]
    assert names(run_simulated(image_info, names=["shared"])) == []


@pytest.fixture
def used_images(account: AppStreamBackend, simulated: Any) -> None:
    add_public(account, "AppStream-WinServer2022-09-01-2026", day(2026, 9, 1))
    used = add_own("used", day(2026, 11, 2))
    add_own("unshared", day(2026, 11, 1))
    # Another account's image of the same name.
    other = share_from(OTHER, "unshared").arn
    used.shared_with = {"2" * 12: ALLOWED, "1" * 12: ALLOWED}
    client, size = simulated.client("appstream"), "stream.standard.medium"
    for name, of_image in (
        ("two", {"ImageName": "used"}),
        ("one", {"ImageArn": used.arn}),
        ("other", {"ImageArn": other}),
        ("plain", {"ImageName": "AppStream-WinServer2022-09-01-2026"}),
    ):
        client.create_fleet(Name=name, InstanceType=size, ComputeCapacity={"DesiredInstances": 1}, **of_image)
    for name, image in (("builder", "used"), ("from-a-base-image", "AppStream-WinServer2022-09-01-2026")):
        client.create_image_builder(Name=name, InstanceType=size, ImageName=image)
    simulated.server.calls.clear()


@pytest.mark.usefixtures("used_images")
def test_what_uses_images(run_simulated: Run, simulated: Any) -> None:
    found = run_simulated(image_info, include_usage=True)["images"]
    assert {image["name"]: image.get("used_by") for image in found if image["visibility"] != "SHARED"} == {
        "used": {"fleets": ["one", "two"], "image_builders": ["builder"], "accounts": ["1" * 12, "2" * 12]},
        "unshared": {"fleets": [], "image_builders": [], "accounts": []},
        "AppStream-WinServer2022-09-01-2026": None,
    }
    operations = called(simulated)
    assert (operations.count("DescribeFleets"), operations.count("DescribeImageBuilders")) == (1, 1)
    # An image that is not shared has no permissions.
    assert operations.count("DescribeImagePermissions") == 1


@pytest.mark.usefixtures("used_images")
@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("DescribeFleets", "fleets"),
        ("DescribeImageBuilders", "image_builders"),
        ("DescribeImagePermissions", "accounts"),
    ],
)
def test_what_may_not_be_read_is_not_known(run_simulated: Run, simulated: Any, operation: str, kind: str) -> None:
    add_own("another", day(2026, 10, 1)).shared_with = {OTHER: ALLOWED}
    simulated.fail(match=f"appstream:{operation}", code="AccessDeniedException")
    result = run_simulated(image_info, names=["used", "another"], include_usage=True)
    for image in result["images"]:
        assert image["used_by"][kind] is None
        assert all(image["used_by"][other] is not None for other in image["used_by"] if other != kind)
    (warning,) = result["warnings"]
    assert kind.replace("accounts", "image permissions").replace("_", " ") in str(warning)


def test_without_own_images_nothing_is_read_of_what_uses_them(
    run_simulated: Run, simulated: Any, account: AppStreamBackend
) -> None:
    add_public(account, "AppStream-WinServer2022-09-01-2026", day(2026, 9, 1))
    run_simulated(image_info, include_usage=True)
    assert called(simulated) == ["DescribeImages"]


@pytest.mark.usefixtures("used_images")
def test_usage_is_read_on_request_only(run_simulated: Run, simulated: Any) -> None:
    assert all("used_by" not in image for image in run_simulated(image_info)["images"])
    assert "DescribeFleets" not in called(simulated)


@pytest.mark.usefixtures("used_images")
def test_an_image_deleted_meanwhile_is_used_by_nothing(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:DescribeImagePermissions", code="ResourceNotFoundException")
    (image,) = run_simulated(image_info, names=["used"], include_usage=True)["images"]
    assert image["used_by"]["accounts"] == []
