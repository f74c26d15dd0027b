# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image, against the simulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import retries, waits
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import ensure
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image import resource
from ansible_collections.euc.appstream.plugins.modules import image
from appstream_simulator.aws.models import appstream_backends
from simulated_account import add_image

Run = Callable[..., dict[str, Any]]

BASE_IMAGE = "AppStream-WinServer2022-09-09-2026"
OWN, OTHER = "123456789012", "222222222222"
FIRST, SECOND = "000000000001", "000000000002"


@pytest.fixture(autouse=True)
def coming(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What happens while the module waits, one after another: each a minute later."""
    events: list[Callable[[], None]] = []

    def sleep(seconds: float) -> None:
        simulated.advance(60)
        if events:
            events.pop(0)()

    monkeypatch.setattr(waits.time, "sleep", sleep)
    return events


def becomes(made: Any, state: str) -> Callable[[], None]:
    return lambda: setattr(made, "state", state)


def add_builder(simulated: Any, name: str, state: str = "RUNNING", image_name: str = BASE_IMAGE) -> Any:
    size = "stream.standard.medium"
    simulated.client("appstream").create_image_builder(Name=name, InstanceType=size, ImageName=image_name)
    builder = appstream_backends[OWN]["eu-west-1"].image_builders[name]
    builder.state = state
    return builder


def add_fleet(simulated: Any, name: str, **of_image: str) -> None:
    capacity = {"DesiredInstances": 1}
    simulated.client("appstream").create_fleet(
        Name=name, InstanceType="stream.standard.medium", ComputeCapacity=capacity, **of_image
    )


def called(simulated: Any) -> list[str]:
    return [str(call["operation"]) for call in simulated.server.calls.entries()]


def states_of(result: dict[str, Any]) -> list[str]:
    return [one["state"] for one in result["state_changes"]]


def test_waits_until_it_is_available_and_tags_it(run_simulated: Run, coming: list[Any]) -> None:
    made = add_image("design-1", state="PENDING", tags={"a": "b"})
    coming += [lambda: None, becomes(made, "AVAILABLE")]
    options = {"name": "design-1", "tags": {"c": "d"}, "purge_tags": False}
    result = run_simulated(image, **options)
    assert (result["changed"], result["image"]["state"]) == (True, "AVAILABLE")
    assert result["image"]["tags"] == {"a": "b", "c": "d"}
    assert states_of(result) == ["PENDING", "AVAILABLE"]
    assert result["diff"] == {
        "before": {"state": "AVAILABLE", "tags": {"a": "b"}},
        "after": {"state": "AVAILABLE", "tags": {"a": "b", "c": "d"}},
    }
    again = run_simulated(image, **options)
    assert (again["changed"], again["diff"]["before"]) == (False, again["diff"]["after"])


def test_tags_of_an_available_image(run_simulated: Run, simulated: Any) -> None:
    add_image("design-1", tags={"a": "b"})
    predicted = run_simulated(image, check_mode=True, name="design-1", tags={"c": "d"})
    assert simulated.operations() == []
    result = run_simulated(image, name="design-1", tags={"c": "d"})
    for one in (predicted, result):
        assert (one["changed"], one["image"]["tags"], one["actions"]) == (True, {"c": "d"}, [])
    assert (predicted["diff"], predicted["image"]) == (result["diff"], result["image"])
    assert simulated.operations() == ["UntagResource", "TagResource"]


def test_waiting_alone_is_no_change(run_simulated: Run, coming: list[Any]) -> None:
    coming += [becomes(add_image("design-1", state="PENDING"), "AVAILABLE")]
    result = run_simulated(image, name="design-1")
    assert (result["changed"], result["diff"]["before"]) == (False, result["diff"]["after"])


def test_tags_that_are_not_found_for_a_while(run_simulated: Run, simulated: Any) -> None:
    add_image("design-1")
    simulated.fail(match="appstream:TagResource", code="ResourceNotFoundException", times=3)
    result = run_simulated(image, name="design-1", tags={"a": "b"})
    assert (result["changed"], result["image"]["tags"]) == (True, {"a": "b"})


def test_what_was_done_before_a_failure_is_returned(run_simulated: Run, simulated: Any, coming: list[Any]) -> None:
    coming += [becomes(add_image("design-1", state="PENDING"), "AVAILABLE")]
    simulated.fail(match="appstream:DescribeImagePermissions", code="ResourceNotFoundException")
    result = run_simulated(image, name="design-1", tags={"a": "b"}, include_permissions=True)
    assert (result["failed"], result["changed"], states_of(result)) == (True, True, ["PENDING", "AVAILABLE"])
    again = run_simulated(image, name="design-1", tags={"a": "b"}, include_permissions=True)
    assert (again["failed"], again["changed"]) == (True, False)


def test_a_failed_image_is_reported(run_simulated: Run, simulated: Any, coming: list[Any]) -> None:
    made = add_image("design-1", state="PENDING")
    coming += [lambda: made.fail("IMAGE_BUILDER_NOT_AVAILABLE", "INTERNAL_SERVICE_ERROR", "Something broke.", 0)]
    result = run_simulated(image, name="design-1")
    assert "Image design-1 has FAILED" in result["msg"]
    assert "INTERNAL_SERVICE_ERROR: Something broke." in result["msg"]
    assert "IMAGE_BUILDER_NOT_AVAILABLE" in result["msg"]
    assert "take the image again" in result["remedy"]
    assert (result["image"]["state"], result["changed"]) == ("FAILED", False)


def test_an_image_that_never_appears(run_simulated: Run, simulated: Any) -> None:
    add_builder(simulated, "design", "STOPPED")
    result = run_simulated(image, name="design-1", image_builder_name="design", appear_timeout=0)
    assert "does not exist and has not appeared for 0 seconds" in result["msg"]
    assert "image builder design is STOPPED, not SNAPSHOTTING" in result["msg"]
    assert (result["image"], result["changed"], states_of(result)) == (None, False, ["ABSENT"])


@pytest.mark.parametrize("is_snapshotting", [True, False])
def test_an_image_not_seen_yet_is_waited_for_while_its_builder_is_snapshotting(
    run_simulated: Run, simulated: Any, coming: list[Any], monkeypatch: pytest.MonkeyPatch, is_snapshotting: bool
) -> None:
    clock = simulated.server.clock
    monkeypatch.setattr(resource, "time", SimpleNamespace(monotonic=clock.now))
    add_builder(simulated, "design", "SNAPSHOTTING" if is_snapshotting else "RUNNING")
    coming += [*[lambda: None] * 4, lambda: add_image("design-1")]
    # A timeout that the wait does not meet: only the builder's state keeps it going.
    result = run_simulated(image, name="design-1", image_builder_name="design", appear_timeout=150)
    assert result.get("failed", False) is not is_snapshotting
    assert states_of(result) == (["ABSENT", "AVAILABLE"] if is_snapshotting else ["ABSENT"])


def test_without_waiting_a_missing_image_is_no_failure(run_simulated: Run) -> None:
    for check_mode in (True, False):
        result = run_simulated(image, check_mode=check_mode, name="design-1", wait=False)
        assert (result["changed"], result["image"]) == (False, None)


def test_without_the_module_few_parameters_do(simulated: Any, coming: list[Any]) -> None:
    made = add_image("design-1", state="PENDING", tags={"a": "b"})
    coming += [becomes(made, "AVAILABLE")]
    waiting = {"wait": True, "wait_timeout": 60, "wait_delay": 0}
    params = {"name": "design-1", "state": "available", "appear_timeout": 300, **waiting}
    values = ensure(resource.Image(params, simulated.client), check_mode=False, warn=pytest.fail)
    assert (values["image"]["state"], values["image"]["tags"]) == ("AVAILABLE", {"a": "b"})
    assert values["state_changes"][0] == {"state": "PENDING", "elapsed": 0}


@pytest.mark.parametrize("way", [["AVAILABLE"], ["FAILED"], ["PENDING", "AVAILABLE"]])
def test_deletes(run_simulated: Run, simulated: Any, coming: list[Any], way: list[str]) -> None:
    made = add_image("design-1", state=way[0], tags={"a": "b"})
    coming += [becomes(made, state) for state in way[1:]]
    predicted = run_simulated(image, check_mode=True, name="design-1", state="absent")
    assert simulated.operations() == []
    result = run_simulated(image, name="design-1", state="absent")
    assert (result["changed"], result["actions"], result["image"]) == (True, ["delete"], None)
    assert (predicted["changed"], predicted["diff"]) == (True, result["diff"])
    assert result["diff"] == {"before": {"state": way[0], "tags": {"a": "b"}}, "after": {}}
    assert not run_simulated(image, name="design-1", state="absent")["changed"]


def test_tags_that_were_removed_before_a_failure_count(run_simulated: Run, simulated: Any) -> None:
    add_image("design-1", tags={"a": "b"})
    simulated.fail(match="appstream:TagResource", code="AccessDeniedException")
    result = run_simulated(image, name="design-1", tags={"c": "d"})
    assert (result["failed"], result["changed"]) == (True, True)
    assert simulated.operations() == ["UntagResource", "TagResource"]


def test_a_lost_answer_to_a_deletion(run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # The image is gone before the call is tried again.
    monkeypatch.setattr(retries, "pause_before", lambda attempt: simulated.advance(60) or 0)
    add_image("design-1")
    simulated.fail(match="appstream:DeleteImage", drop="after", times=1)
    result = run_simulated(image, name="design-1", state="absent")
    assert (result["changed"], result["actions"], result["image"]) == (True, ["delete"], None)


@pytest.mark.parametrize("state", ["FAILED", "DELETING"])
def test_check_mode_fails_where_the_run_would(run_simulated: Run, state: str) -> None:
    add_image("design-1", state=state)
    predicted = run_simulated(image, check_mode=True, name="design-1")
    assert (predicted["failed"], predicted["changed"], states_of(predicted)) == (True, False, [state])
    assert predicted["msg"] == run_simulated(image, name="design-1")["msg"]


@pytest.mark.parametrize("state", ["PENDING", "DELETING"])
def test_deleting_that_has_to_wait_is_no_change_yet(run_simulated: Run, state: str) -> None:
    add_image("design-1", state=state)
    for check_mode in (True, False):
        result = run_simulated(image, check_mode=check_mode, name="design-1", state="absent", wait=False)
        assert (result["changed"], result["actions"]) == (False, [])


def test_tags_are_ignored_when_deleting(run_simulated: Run) -> None:
    assert not run_simulated(image, name="design-1", state="absent", tags={"aws:x": "y"}).get("failed")


@pytest.fixture
def used(simulated: Any) -> Any:
    """An image that fleets, an image builder and other accounts use; another account has one of the same name."""
    made = add_image("design-1")
    made.shared_with = {SECOND: {"allowFleet": True}, FIRST: {"allowFleet": True}}
    theirs = appstream_backends[OTHER]["eu-west-1"]
    shared = add_image("design-1-of-theirs")
    appstream_backends[OWN]["eu-west-1"].images.pop(shared.name)
    shared.name, shared.arn = "design-1", theirs.arn("image/design-1")
    shared.shared_with = {OWN: {"allowFleet": True}}
    theirs.images["design-1"] = shared
    add_image("design-10")
    add_fleet(simulated, "by-name", ImageName="design-1")
    add_fleet(simulated, "by-arn", ImageArn=made.arn)
    add_fleet(simulated, "unrelated", ImageName="design-10")
    add_fleet(simulated, "shared", ImageArn=shared.arn)
    add_builder(simulated, "builder", image_name="design-1")
    return made


@pytest.mark.usefixtures("used")
def test_deleting_says_what_still_uses_it(run_simulated: Run) -> None:
    result = run_simulated(image, name="design-1", state="absent")
    assert result["used_by"] == {
        "fleets": ["by-arn", "by-name"],
        "image_builders": ["builder"],
        "accounts": [FIRST, SECOND],
    }
    assert f"fleets by-arn, by-name and by accounts {FIRST}, {SECOND}" in result["msg"]
    assert "builder" not in result["msg"]
    assert (result["image"]["state"], result["changed"]) == ("AVAILABLE", False)


@pytest.mark.usefixtures("used")
def test_deleting_without_leave_to_read_fleets(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:DescribeFleets", code="AccessDeniedException")
    result = run_simulated(image, name="design-1", state="absent")
    assert result["used_by"] == {"fleets": None, "image_builders": ["builder"], "accounts": [FIRST, SECOND]}


@pytest.mark.parametrize("state", ["AVAILABLE", "PENDING"])
@pytest.mark.parametrize("is_denied", [True, False])
def test_permissions_are_read_when_asked_for(
    run_simulated: Run, simulated: Any, coming: list[Any], is_denied: bool, state: str
) -> None:
    made = add_image("design-1")
    made.shared_with = {FIRST: {"allowFleet": True, "allowImageBuilder": False}}
    assert "permissions" not in run_simulated(image, name="design-1")["image"]
    assert "DescribeImagePermissions" not in called(simulated)
    made.state = state
    coming += [becomes(made, "AVAILABLE")]
    if is_denied:
        simulated.fail(match="appstream:DescribeImagePermissions", code="AccessDeniedException")
    result = run_simulated(image, name="design-1", include_permissions=True)
    expected = [{"account_id": FIRST, "allow_fleet": True, "allow_image_builder": False}]
    assert result["image"]["permissions"] == (None if is_denied else expected)
    assert ["It is not known with whom image design-1 is shared" in str(one) for one in result.get("warnings", [])] == [
        True
    ] * is_denied
    assert (result["changed"], called(simulated).count("DescribeImagePermissions")) == (False, 1)
    predicted = run_simulated(image, check_mode=True, name="design-1", include_permissions=True)
    assert predicted["image"] == result["image"]


def test_permissions_of_images_of_others_cannot_be_read(run_simulated: Run, simulated: Any) -> None:
    result = run_simulated(image, name=BASE_IMAGE, include_permissions=True)
    assert (result["image"]["tags"], "permissions" in result["image"]) == ({}, False)
    assert "DescribeImagePermissions" not in called(simulated)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("options", [{"state": "absent"}, {"tags": {"a": "b"}}])
def test_images_of_others_are_left_alone(
    run_simulated: Run, simulated: Any, options: dict[str, Any], check_mode: bool
) -> None:
    result = run_simulated(image, check_mode=check_mode, name=BASE_IMAGE, **options)
    assert (result["failed"], result["changed"], states_of(result)) == (True, False, ["AVAILABLE"])
    assert simulated.operations() == []


def test_illegal_tags_are_refused_before_aws_is_asked(run_simulated: Run, simulated: Any) -> None:
    assert run_simulated(image, name="design-1", tags={"aws:x": "y"})["failed"]
    assert called(simulated) == []


NO_TAGS = "The tags of image design-1 can't be read"


@pytest.mark.parametrize("state", ["AVAILABLE", "PENDING"])
def test_tags_that_may_not_be_read_are_null(run_simulated: Run, simulated: Any, coming: list[Any], state: str) -> None:
    made = add_image("design-1", state=state, tags={"a": "b"})
    coming += [becomes(made, "AVAILABLE")]
    simulated.fail(match="appstream:ListTagsForResource", code="AccessDeniedException")
    result = run_simulated(image, name="design-1")
    assert (result.get("failed"), result["changed"]) == (None, False)
    assert (result["image"]["state"], result["image"]["tags"]) == ("AVAILABLE", None)
    assert [NO_TAGS in str(one) for one in result["warnings"]] == [True]


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_image_whose_tags_may_not_be_read_is_deleted(
    run_simulated: Run, simulated: Any, *, check_mode: bool
) -> None:
    add_image("design-1", tags={"a": "b"})
    simulated.fail(match="appstream:ListTagsForResource", code="AccessDeniedException")
    result = run_simulated(image, check_mode=check_mode, name="design-1", state="absent")
    assert (result["changed"], NO_TAGS in str(result["warnings"])) == (True, True)


@pytest.mark.parametrize("state", ["AVAILABLE", "PENDING"])
def test_tags_that_are_wanted_must_be_read(run_simulated: Run, simulated: Any, coming: list[Any], state: str) -> None:
    made = add_image("design-1", state=state)
    coming += [becomes(made, "AVAILABLE")]
    simulated.fail(match="appstream:ListTagsForResource", code="AccessDeniedException")
    result = run_simulated(image, name="design-1", tags={"a": "b"})
    assert (result["failed"], result["error"]["code"]) == (True, "AccessDeniedException")
