# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image_update, against the simulated AWS; and what other modules make of the service's own image builders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
import simulated_account
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import waits
from ansible_collections.euc.appstream.plugins.modules import (
    image_builder,
    image_builder_info,
    image_update,
    preflight,
)
from appstream_simulator.aws import managed_update
from appstream_simulator.aws.models import appstream_backends

Run = Callable[..., dict[str, Any]]

REGION, ACCOUNT = "eu-west-1", "123456789012"
BASE_IMAGE = "AppStream-WinServer2022-09-09-2026"


def add_image(name: str, released: int = 2025, **more: Any) -> Any:
    """Put an image of a base image of that year's September into the simulated account."""
    release = datetime(released, 9, 9, tzinfo=timezone.utc)
    return simulated_account.add_image(name, PublicBaseImageReleasedDate=release, **more)


@pytest.fixture(autouse=True)
def existing(simulated: Any) -> Any:
    """An image that can be updated."""
    return add_image("design-1")


@pytest.fixture(autouse=True)
def _time_passes(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits.time, "sleep", lambda seconds: simulated.advance(600))


OPTIONS = {"name": "design-1", "new_name": "design-2"}


def stored(simulated: Any) -> dict[str, str]:
    """The own images and their states."""
    found = simulated.client("appstream").describe_images(Type="PRIVATE")["Images"]
    return {image["Name"]: image["State"] for image in found}


def builders(simulated: Any) -> list[dict[str, Any]]:
    return simulated.client("appstream").describe_image_builders()["ImageBuilders"]


def fail_updates(simulated: Any, times: int = 1) -> None:
    rule = {"image": "design-2", "error_code": "INTERNAL_SERVICE_ERROR", "message": "No SSM Agent.", "times": times}
    simulated.server.simulation.outcomes.add(rule)


def begun(simulated: Any) -> int:
    """How many updates there were, dry runs apart."""
    return len([name for name in stored(simulated) if name != "design-1"])


def states_of(result: dict[str, Any]) -> list[str]:
    return [one["state"] for one in result["state_changes"]]


def test_updated_once(run_simulated: Run, simulated: Any) -> None:
    options = {**OPTIONS, "new_description": "Newer", "new_display_name": "Design", "tags": {"of": "update", "n": 1}}
    predicted = run_simulated(image_update, check_mode=True, **options)
    assert (predicted["changed"], predicted["update_available"], predicted["image"]) == (True, True, None)
    assert (begun(simulated), builders(simulated)) == (0, [])
    result = run_simulated(image_update, **options)
    assert (result["changed"], result["update_available"], result["actions"]) == (True, True, ["create"])
    assert states_of(result) == ["ABSENT", "CREATING", "AVAILABLE"]
    image = result["image"]
    assert (image["name"], image["state"], image["tags"]) == ("design-2", "AVAILABLE", {"of": "update", "n": "1"})
    assert (image["description"], image["display_name"]) == ("Newer", "Design")
    assert result["diff"] == predicted["diff"]
    operations = list(simulated.operations())
    for check_mode in (True, False):
        again = run_simulated(image_update, check_mode=check_mode, **options)
        assert (again["changed"], again["update_available"], again["actions"]) == (False, True, [])
        assert (again["image"], again.get("warnings", [])) == (image, [])
    # Two dry runs and the update; tags come with it.
    assert operations == ["CreateUpdatedImage"] * 3 == simulated.operations()


def test_nothing_newer(run_simulated: Run, simulated: Any) -> None:
    add_image("design-1", released=2026)
    for check_mode in (True, False):
        result = run_simulated(image_update, check_mode=check_mode, **OPTIONS, tags={"a": "b"})
        assert (result["changed"], result["update_available"], result["image"]) == (False, False, None)
        assert result["diff"] == {"before": {}, "after": {}}
    assert begun(simulated) == 0


def test_nothing_newer_after_all(run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([True, False])
    monkeypatch.setattr(managed_update, "is_outdated", lambda image: next(answers))
    result = run_simulated(image_update, **OPTIONS)
    assert (result["changed"], result["update_available"], result["image"]) == (False, False, None)


def test_without_waiting(run_simulated: Run, simulated: Any) -> None:
    result = run_simulated(image_update, **OPTIONS, tags={"a": "b"}, wait=False)
    assert (result["changed"], result["image"]["state"], result["image"]["tags"]) == (True, "CREATING", {"a": "b"})
    again = run_simulated(image_update, **OPTIONS, wait=False)
    assert (again["changed"], again["image"]["state"]) == (False, "CREATING")
    ended = run_simulated(image_update, **OPTIONS)
    assert (ended["changed"], states_of(ended)) == (False, ["CREATING", "AVAILABLE"])


def test_tags_converge(run_simulated: Run, simulated: Any) -> None:
    run_simulated(image_update, **OPTIONS, tags={"a": "b", "c": "d"})
    wanted = {**OPTIONS, "tags": {"a": "x"}}
    predicted = run_simulated(image_update, check_mode=True, **wanted)
    result = run_simulated(image_update, **wanted)
    assert (result["changed"], result["image"]["tags"], result["diff"]) == (True, {"a": "x"}, predicted["diff"])
    assert not run_simulated(image_update, **OPTIONS)["changed"]
    # The existing image is needed no longer.
    del appstream_backends[ACCOUNT][REGION].images["design-1"]
    assert not run_simulated(image_update, **OPTIONS)["changed"]


def test_texts_cannot_be_changed(run_simulated: Run, simulated: Any) -> None:
    run_simulated(image_update, **OPTIONS)
    result = run_simulated(image_update, **OPTIONS, new_description="New")
    assert not result["changed"]
    assert "description is '', wanted 'New'" in result["warnings"][0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"new_name": "design-1"}, "an update makes a new image"),
        ({"new_name": "AppStream-2"}, "reserved"),
        ({"name": "two words"}, "none an image can have"),
        ({"new_description": "x" * 257}, "at most 256"),
        ({"new_display_name": "x" * 101}, "at most 100"),
        ({"tags": {"aws:x": "y"}}, "reserved"),
    ],
)
def test_bad_values_are_refused_before_aws_is_asked(
    run_simulated: Run, simulated: Any, change: dict[str, Any], told: str
) -> None:
    result = run_simulated(image_update, **{**OPTIONS, **change})
    assert result["failed"] and told in result["msg"], result["msg"]
    assert list(simulated.server.calls.entries()) == []


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none", "Image none does not exist"),
        (BASE_IMAGE, "is PUBLIC and cannot be updated"),
        ("moving", "is COPYING and cannot be updated before it is AVAILABLE"),
        ("old", "compatible"),
    ],
)
def test_images_that_cannot_be_updated(
    run_simulated: Run, simulated: Any, name: str, told: str, check_mode: bool
) -> None:
    add_image("moving", state="COPYING")
    add_image("old", released=2016)
    result = run_simulated(image_update, check_mode=check_mode, name=name, new_name="design-2")
    assert result["failed"] and told in result["msg"]
    assert (result["image"], result["actions"], "design-2" in stored(simulated)) == (None, [], False)
    assert (result["changed"], result["state_changes"]) == (False, [{"state": "ABSENT", "elapsed": 0}])


def test_a_failed_update(run_simulated: Run, simulated: Any) -> None:
    fail_updates(simulated, times=2)
    for options in (OPTIONS, OPTIONS, {**OPTIONS, "retry_failed": True}):
        result = run_simulated(image_update, **options)
        assert result["failed"]
        assert "Image design-2 has FAILED (with retry_failed: true it is deleted" in result["msg"]
        assert "IMAGE_UPDATE_FAILURE: No SSM Agent." in result["msg"]
        assert "start an image builder from it" in result["remedy"]
        assert (result["image"]["state"], result["changed"]) == ("FAILED", bool(result["actions"]))
    assert result["actions"] == ["delete", "create"]
    promised = run_simulated(image_update, check_mode=True, **OPTIONS, retry_failed=True)
    assert (promised["changed"], promised["update_available"]) == (True, True)
    recovered = run_simulated(image_update, **OPTIONS, retry_failed=True)
    assert (recovered["actions"], recovered["image"]["state"]) == (["delete", "create"], "AVAILABLE")


def test_a_failed_update_is_kept_when_there_is_nothing_newer(run_simulated: Run, simulated: Any) -> None:
    add_image("design-1", released=2026)
    add_image("design-2", state="FAILED")
    result = run_simulated(image_update, **OPTIONS, retry_failed=True)
    assert (result["changed"], result["update_available"], result["image"]["state"]) == (False, False, "FAILED")


@pytest.mark.parametrize("after", [0, 1])
def test_an_image_that_is_not_found_for_a_while(run_simulated: Run, simulated: Any, after: int) -> None:
    # The first call is the dry run.
    fault = {"code": "ResourceNotFoundException", "after": after, "times": 3}
    simulated.fail(match="appstream:CreateUpdatedImage", **fault)
    result = run_simulated(image_update, **OPTIONS)
    assert (result["changed"], result["actions"], result["image"]["state"]) == (True, ["create"], "AVAILABLE")
    assert simulated.operations() == ["CreateUpdatedImage"] * 5


def test_time_is_up(run_simulated: Run, simulated: Any) -> None:
    result = run_simulated(image_update, **OPTIONS, wait_timeout=0)
    assert result["failed"] and "Image design-2 is still CREATING" in result["msg"]
    assert (result["image"]["state"], result["actions"]) == ("CREATING", ["create"])


def test_too_many_updates(run_simulated: Run, simulated: Any) -> None:
    for number in range(5):
        add_image(f"updating-{number}", state="CREATING")
    result = run_simulated(image_update, **OPTIONS)
    assert result["failed"] and result["error"]["code"] == "LimitExceededException"
    assert "5 managed updates are under way already (updating-0, " in result["remedy"]


def test_quotas(run_simulated: Run, simulated: Any) -> None:
    for number in range(9):
        add_image(f"image-{number}")
    result = run_simulated(image_update, **OPTIONS)
    assert result["failed"] and "one of the quota of image builders" in result["remedy"]


def test_lost_answers_and_throttling(run_simulated: Run, simulated: Any) -> None:
    for operation in ("DescribeImages", "CreateUpdatedImage", "ListTagsForResource"):
        simulated.fail(match=f"appstream:{operation}", code="ThrottlingException", times=1)
    # The first is the dry run.
    simulated.fail(match="appstream:CreateUpdatedImage", drop="after", after=1, times=1)
    result = run_simulated(image_update, **OPTIONS, tags={"a": "b"})
    assert (result["image"]["state"], result["actions"], result["image"]["tags"]) == (
        "AVAILABLE",
        ["create"],
        {"a": "b"},
    )
    assert begun(simulated) == 1


@pytest.mark.parametrize("check_mode", [True, False])
def test_access_denied(run_simulated: Run, simulated: Any, check_mode: bool) -> None:
    simulated.fail(match="appstream:CreateUpdatedImage", code="AccessDeniedException")
    result = run_simulated(image_update, check_mode=check_mode, **OPTIONS)
    assert "Allow this action" in result["remedy"] and not result["retryable"]


@pytest.fixture
def temporary(run_simulated: Run, simulated: Any) -> str:
    """The name of the image builder of an update under way."""
    run_simulated(image_update, **OPTIONS, wait=False)
    (builder,) = builders(simulated)
    return str(builder["Name"])


def test_temporary_image_builders_are_told(run_simulated: Run, simulated: Any, temporary: str) -> None:
    simulated.client("appstream").create_image_builder(
        Name="mine-0123456789", InstanceType="stream.standard.medium", ImageName=BASE_IMAGE
    )
    found = run_simulated(image_builder_info)["image_builders"]
    assert {one["name"]: one["temporary"] for one in found} == {temporary: True, "mine-0123456789": False}
    without = run_simulated(image_builder_info, include_temporary=False, names=[temporary, "mine-0123456789"])
    assert [one["name"] for one in without["image_builders"]] == ["mine-0123456789"]
    simulated.advance(7200)
    assert run_simulated(image_builder_info, names=[temporary])["image_builders"][0]["temporary"]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("state", ["running", "stopped", "present", "absent"])
def test_temporary_image_builders_are_left_alone(
    run_simulated: Run, simulated: Any, temporary: str, state: str, check_mode: bool
) -> None:
    operations = list(simulated.operations())
    result = run_simulated(
        image_builder,
        check_mode=check_mode,
        name=temporary,
        state=state,
        image_name=BASE_IMAGE,
        instance_type="stream.standard.large",
        tags={"a": "b"},
        recreate=True,
    )
    assert result["failed"] and "AppStream has made it for a managed image update" in result["msg"]
    assert "Leave it alone" in result["remedy"]
    assert simulated.operations() == operations


def test_temporary_image_builders_are_no_recipes(run_simulated: Run, simulated: Any, temporary: str) -> None:
    recipes = [
        {"name": "design", "builder": {"name": temporary, "instance_type": "stream.standard.medium"}},
        {"name": "other", "builder": {"instance_type": "stream.standard.medium"}},
    ]
    recipes = [{**recipe, "base_image": {"name": BASE_IMAGE}} for recipe in recipes]
    first, second = run_simulated(preflight, images=recipes)["images"]
    assert first["image_builder"] is None
    assert any("AppStream's own" in problem for problem in first["problems"])
    assert second["problems"] == []
    # It counts in the quota.
    (alone,) = run_simulated(preflight, images=recipes[1:], image_builder_quota=1)["images"]
    assert "image_builder_quota" in alone["problems"][0]
