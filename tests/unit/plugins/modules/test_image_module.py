# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image from its options to what it asks of AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.modules import image

Run = Callable[..., dict[str, Any]]


def test_waits_until_it_is_available_and_tags_it(run: Run, aws: Any) -> None:
    aws.add_image("design-1", "PENDING", Tags={"a": "b"})
    aws.moves["design-1"] = ["PENDING", "PENDING", "AVAILABLE"]
    result = run(image, name="design-1", tags={"c": "d"}, purge_tags=False)
    assert (result["changed"], result["image"]["state"]) == (True, "AVAILABLE")
    assert result["image"]["tags"] == {"a": "b", "c": "d"}
    assert [change["state"] for change in result["state_changes"]] == ["PENDING", "AVAILABLE"]
    assert not run(image, name="design-1", tags={"c": "d"}, purge_tags=False)["changed"]


def test_waiting_alone_is_no_change(run: Run, aws: Any) -> None:
    aws.add_image("design-1", "PENDING")
    aws.moves["design-1"] = ["PENDING", "AVAILABLE"]
    assert not run(image, name="design-1")["changed"]


def test_a_failed_image_is_told_of(run: Run, aws: Any) -> None:
    reason = {"Code": "IMAGE_BUILDER_NOT_AVAILABLE", "Message": "The image builder is not available."}
    errors = [{"ErrorCode": "INTERNAL_SERVICE_ERROR", "ErrorMessage": "Something broke."}]
    aws.add_image("design-1", "PENDING")
    aws.moves["design-1"] = ["PENDING", {"State": "FAILED", "StateChangeReason": reason, "ImageErrors": errors}]
    result = run(image, name="design-1")
    assert "Image design-1 has FAILED" in result["msg"]
    assert "INTERNAL_SERVICE_ERROR: Something broke." in result["msg"]
    assert "IMAGE_BUILDER_NOT_AVAILABLE" in result["msg"]
    assert "take the image again" in result["remedy"]
    assert result["image"]["state"] == "FAILED"


def test_an_image_that_never_appears(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "STOPPED")
    result = run(image, name="design-1", image_builder_name="design", appear_timeout=0)
    assert "does not exist and has not appeared for 0 seconds" in result["msg"]
    assert "image builder design is STOPPED, not SNAPSHOTTING" in result["msg"]
    assert result["image"] is None


def test_an_image_not_seen_yet_is_waited_for_while_its_builder_is_snapshotting(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "SNAPSHOTTING")
    describe = aws._describe_images
    looks: list[int] = []

    def appear(**parameters: Any) -> Any:
        looks.append(1)
        if len(looks) == 4:
            aws.add_image("design-1")
        return describe(**parameters)

    aws._describe_images = appear
    # A timeout no wait can meet: only the builder's state keeps the wait going.
    result = run(image, name="design-1", image_builder_name="design", appear_timeout=1, wait_delay=0)
    assert result["image"]["state"] == "AVAILABLE"


def test_without_waiting_a_missing_image_is_no_failure(run: Run) -> None:
    result = run(image, name="design-1", wait=False)
    assert (result["changed"], result["image"]) == (False, None)


@pytest.mark.parametrize("way", [["AVAILABLE"], ["FAILED"], ["PENDING", "AVAILABLE"]])
def test_deletes(run: Run, aws: Any, way: list[str]) -> None:
    aws.add_image("design-1", way[0])
    aws.moves["design-1"] = list(way)
    predicted = run(image, check_mode=True, name="design-1", state="absent")
    assert aws.operations() == []
    aws.moves["design-1"] = list(way)
    result = run(image, name="design-1", state="absent")
    assert (result["changed"], result["actions"], result["image"]) == (True, ["delete"], None)
    assert (predicted["changed"], predicted["diff"]["after"]) == (True, {})
    assert not run(image, name="design-1", state="absent")["changed"]


@pytest.mark.parametrize("state", ["FAILED", "DELETING"])
def test_check_mode_fails_where_the_run_would(run: Run, aws: Any, state: str) -> None:
    aws.add_image("design-1", state)
    predicted = run(image, check_mode=True, name="design-1")
    assert predicted["failed"]
    assert predicted["msg"] == run(image, name="design-1")["msg"]


@pytest.mark.parametrize("state", ["PENDING", "DELETING"])
def test_deleting_that_has_to_wait_is_no_change_yet(run: Run, aws: Any, state: str) -> None:
    aws.add_image("design-1", state)
    for check_mode in (True, False):
        result = run(image, check_mode=check_mode, name="design-1", state="absent", wait=False)
        assert (result["changed"], result["actions"]) == (False, [])


def test_tags_are_ignored_when_deleting(run: Run, aws: Any) -> None:
    assert not run(image, name="design-1", state="absent", tags={"aws:x": "y"}).get("failed")


def test_deleting_says_what_still_uses_it(run: Run, aws: Any) -> None:
    aws.add_image("design-1")
    aws.errors["delete_image"] = ["ResourceInUseException"]
    aws.fleets = [
        {"Name": "by-name", "ImageName": "design-1"},
        {"Name": "by-arn", "ImageArn": "arn:aws:appstream:eu-central-1:123456789012:image/design-1"},
        {"Name": "unrelated", "ImageName": "design-10"},
        {"Name": "shared", "ImageArn": "arn:aws:appstream:eu-central-1:222222222222:image/design-1"},
    ]
    aws.add_image_builder("builder", ImageArn="arn:aws:appstream:eu-central-1:123456789012:image/design-1")
    aws.permissions = [{"sharedAccountId": "000000000002"}, {"sharedAccountId": "000000000001"}]
    result = run(image, name="design-1", state="absent")
    assert result["used_by"] == {
        "fleets": ["by-arn", "by-name"],
        "image_builders": ["builder"],
        "accounts": ["000000000001", "000000000002"],
    }
    assert "fleets by-arn, by-name and by accounts 000000000001, 000000000002" in result["msg"]
    assert "builder" not in result["msg"]
    assert result["image"]["state"] == "AVAILABLE"


def test_deleting_without_leave_to_look_at_fleets(run: Run, aws: Any) -> None:
    aws.add_image("design-1")
    aws.errors = {"delete_image": ["ResourceInUseException"], "describe_fleets": ["AccessDeniedException"]}
    aws.permissions = [{"sharedAccountId": "000000000001"}]
    result = run(image, name="design-1", state="absent")
    assert result["used_by"] == {"fleets": None, "image_builders": [], "accounts": ["000000000001"]}


@pytest.mark.parametrize("errors", [{}, {"describe_image_permissions": ["AccessDeniedException"]}])
def test_permissions_are_read_when_asked_for(run: Run, aws: Any, errors: dict[str, list[str]]) -> None:
    aws.add_image("design-1")
    shared = {"allowFleet": True, "allowImageBuilder": False}
    aws.permissions = [{"sharedAccountId": "000000000001", "imagePermissions": shared}]
    assert "permissions" not in run(image, name="design-1")["image"]
    assert "describe_image_permissions" not in [name for name, parameters in aws.calls]
    aws.errors = errors
    result = run(image, name="design-1", include_permissions=True)
    expected = [{"account_id": "000000000001", "allow_fleet": True, "allow_image_builder": False}]
    assert result["image"]["permissions"] == (None if errors else expected)
    assert bool(result.get("warnings")) is bool(errors)
    assert not result["changed"]


def test_permissions_of_images_of_others_cannot_be_read(run: Run, aws: Any) -> None:
    aws.add_image("AppStream-WinServer2022-10-10-2025", visibility="PUBLIC")
    result = run(image, name="AppStream-WinServer2022-10-10-2025", include_permissions=True)
    assert "permissions" not in result["image"]
    assert "describe_image_permissions" not in [name for name, parameters in aws.calls]


@pytest.mark.parametrize("options", [{"state": "absent"}, {"tags": {"a": "b"}}])
def test_images_of_others_are_not_touched(run: Run, aws: Any, options: dict[str, Any]) -> None:
    aws.add_image("AppStream-WinServer2022-10-10-2025", visibility="PUBLIC")
    assert run(image, name="AppStream-WinServer2022-10-10-2025", **options)["failed"]
    assert aws.operations() == []


def test_illegal_tags_are_refused_before_aws_is_asked(run: Run, aws: Any) -> None:
    assert run(image, name="design-1", tags={"aws:x": "y"})["failed"]
    assert aws.calls == []
