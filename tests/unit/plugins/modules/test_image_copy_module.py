# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image_copy, against the simulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import simulated_account
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import progress, waits
from ansible_collections.euc.appstream.plugins.modules import image_copy
from appstream_simulator.aws.models import appstream_backends

Run = Callable[..., dict[str, Any]]

HERE, THERE = "eu-west-1", "us-east-1"
ACCOUNT = "123456789012"
TAGS = {"of": "source", "euc.appstream:recipe": "design"}


add_image = partial(simulated_account.add_image, Description="Made")


@pytest.fixture(autouse=True)
def source(simulated: Any) -> Any:
    """An image to copy, with tags of which one is AWS's own."""
    return add_image("design-1", tags={**TAGS, "aws:created-by": "somebody"})


@pytest.fixture(autouse=True)
def _time_passes(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits.time, "sleep", lambda seconds: simulated.advance(60))


OPTIONS = {"name": "design-1", "destination_region": THERE}


def copies(simulated: Any, region: str = THERE) -> dict[str, str]:
    """The images of a Region and their states."""
    found = simulated.client("appstream", region=region).describe_images(Type="PRIVATE")["Images"]
    return {image["Name"]: image["State"] for image in found}


def tags_of(simulated: Any, name: str = "design-1", region: str = THERE) -> dict[str, str]:
    client = simulated.client("appstream", region=region)
    arn = client.describe_images(Names=[name])["Images"][0]["Arn"]
    return client.list_tags_for_resource(ResourceArn=arn)["Tags"]


def fail_copies(simulated: Any, times: int = 1) -> None:
    rule = {"image": "design-1", "error_code": "INTERNAL_SERVICE_ERROR", "message": "Lost.", "times": times}
    simulated.server.simulation.outcomes.add(rule)


def states_of(result: dict[str, Any]) -> list[str]:
    return [one["state"] for one in result["state_changes"]]


def test_copied_once(run_simulated: Run, simulated: Any) -> None:
    options = {**OPTIONS, "destination_description": "Copied", "tags": {"number": 1}}
    predicted = run_simulated(image_copy, check_mode=True, **options)
    wanted_tags = {**TAGS, "number": "1"}
    assert (predicted["changed"], copies(simulated)) == (True, {})
    assert predicted["image"] == {
        "name": "design-1",
        "description": "Copied",
        "state": "AVAILABLE",
        "tags": wanted_tags,
    }
    result = run_simulated(image_copy, **options)
    assert (result["changed"], result["actions"]) == (True, ["create"])
    assert states_of(result) == ["ABSENT", "COPYING", "AVAILABLE"]
    image = result["image"]
    assert (image["arn"], image["state"]) == (f"arn:aws:appstream:{THERE}:{ACCOUNT}:image/design-1", "AVAILABLE")
    assert (image["tags"], image["description"]) == (wanted_tags, "Copied")
    assert tags_of(simulated) == wanted_tags
    assert result["diff"] == predicted["diff"]
    assert result["diff"]["before"] == {}
    for check_mode in (True, False):
        again = run_simulated(image_copy, check_mode=check_mode, **options)
        assert (again["changed"], again["actions"], again.get("warnings", [])) == (False, [], [])
        assert again["image"] == image
        assert again["diff"]["before"] == again["diff"]["after"]
    assert simulated.operations() == ["CopyImage", "TagResource"]
    assert copies(simulated, HERE) == {"design-1": "AVAILABLE"}


def test_within_the_region(run_simulated: Run, simulated: Any) -> None:
    result = run_simulated(image_copy, name="design-1", destination_name="design-2", copy_tags=False)
    assert (result["changed"], result["image"]["state"], result["image"]["tags"]) == (True, "AVAILABLE", {})
    same = run_simulated(
        image_copy, name="design-1", destination_name="design-2", destination_region=HERE, copy_tags=False
    )
    assert not same["changed"]


def test_without_waiting(run_simulated: Run, simulated: Any) -> None:
    begun = run_simulated(image_copy, **OPTIONS, wait=False)
    assert (begun["changed"], begun["image"]["state"], begun["actions"]) == (True, "COPYING", ["create"])
    # Already while it is being copied.
    assert (begun["image"]["tags"], tags_of(simulated)) == (TAGS, TAGS)
    again = run_simulated(image_copy, **OPTIONS, wait=False)
    assert (again["changed"], again["image"]["state"]) == (False, "COPYING")
    simulated.advance(900)
    ended = run_simulated(image_copy, **OPTIONS)
    assert (ended["changed"], ended["image"]["state"]) == (False, "AVAILABLE")


def test_one_under_way_is_waited_for(run_simulated: Run, simulated: Any) -> None:
    run_simulated(image_copy, **OPTIONS, wait=False)
    result = run_simulated(image_copy, **OPTIONS)
    assert (result["changed"], states_of(result)) == (False, ["COPYING", "AVAILABLE"])


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "OperationNotPermittedException"])
def test_tags_that_have_to_wait(run_simulated: Run, simulated: Any, code: str) -> None:
    simulated.fail(match="appstream:TagResource", code=code, times=3)
    begun = run_simulated(image_copy, **OPTIONS, wait=False)
    assert (begun["changed"], begun["image"]["tags"]) == (True, {})
    unchanged = run_simulated(image_copy, **OPTIONS, wait=False)
    assert (unchanged["changed"], unchanged["image"]["tags"]) == (False, {})
    result = run_simulated(image_copy, **OPTIONS)
    assert (result["changed"], result["image"]["tags"], tags_of(simulated)) == (True, TAGS, TAGS)
    assert result["image"]["state"] == "AVAILABLE"


@pytest.mark.parametrize("wait", [True, False])
def test_tags_that_must_not_be_written(run_simulated: Run, simulated: Any, wait: bool) -> None:
    simulated.fail(match="appstream:TagResource", code="AccessDeniedException")
    result = run_simulated(image_copy, **OPTIONS, wait=wait)
    assert result["failed"] and result["error"]["code"] == "AccessDeniedException"
    assert (result["changed"], result["actions"], result["image"]["state"]) == (True, ["create"], "COPYING")


def test_tags_converge(run_simulated: Run, simulated: Any, source: Any) -> None:
    run_simulated(image_copy, **OPTIONS, tags={"number": "1"})
    # Without tags nothing is purged, but the source's are kept up.
    appstream_backends[ACCOUNT][HERE].tags[source.arn] = {"of": "other"}
    kept = run_simulated(image_copy, **OPTIONS)
    assert (kept["changed"], kept["image"]["tags"]) == (True, {**TAGS, "number": "1", "of": "other"})
    wanted = {**OPTIONS, "tags": {"number": "2"}}
    predicted = run_simulated(image_copy, check_mode=True, **wanted)
    purged = run_simulated(image_copy, **wanted)
    assert (purged["changed"], purged["image"]["tags"]) == (True, {"of": "other", "number": "2"})
    assert (predicted["changed"], predicted["image"]["tags"], predicted["diff"]) == (
        True,
        purged["image"]["tags"],
        purged["diff"],
    )
    alone = run_simulated(image_copy, **{**wanted, "copy_tags": False, "purge_tags": False, "tags": {"more": "3"}})
    assert alone["image"]["tags"] == {"of": "other", "number": "2", "more": "3"}
    assert run_simulated(image_copy, **{**wanted, "copy_tags": False, "tags": {}})["image"]["tags"] == {}
    assert not run_simulated(image_copy, **OPTIONS, copy_tags=False)["changed"]


def test_the_source_may_go_when_the_copy_is_there(run_simulated: Run, simulated: Any) -> None:
    run_simulated(image_copy, **OPTIONS)
    del appstream_backends[ACCOUNT][HERE].images["design-1"]
    result = run_simulated(image_copy, **OPTIONS, tags={"number": "1"})
    assert (result["changed"], result["image"]["tags"]) == (True, {**TAGS, "number": "1"})
    assert "gone from eu-west-1" in result["warnings"][0]
    assert run_simulated(image_copy, **OPTIONS, copy_tags=False).get("warnings", []) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"destination_region": None}, "copied to itself"),
        ({"destination_region": HERE}, "copied to itself"),
        ({"destination_region": "Europe"}, "destination_region 'Europe' is not of the form"),
        ({"destination_region": "us-gov-west-1"}, "another AWS partition"),
        ({"name": "two words", "destination_name": "one"}, "none an image can have"),
        ({"destination_name": "aws-image"}, "reserved"),
        ({"destination_description": "x" * 257}, "at most 256"),
        ({"tags": {"aws:x": "y"}}, "reserved"),
    ],
)
def test_bad_values_are_refused_before_aws_is_asked(
    run_simulated: Run, simulated: Any, change: dict[str, Any], told: str
) -> None:
    wanted = {option: value for option, value in {**OPTIONS, **change}.items() if value is not None}
    result = run_simulated(image_copy, **wanted)
    assert result["failed"] and told in result["msg"], result["msg"]
    assert list(simulated.server.calls.entries()) == []


def test_too_many_tags_in_all(run_simulated: Run, simulated: Any) -> None:
    result = run_simulated(image_copy, **OPTIONS, tags={f"key-{number}": "" for number in range(49)})
    assert "51 tags are too many" in result["msg"]
    assert simulated.operations() == []


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none", "Image none does not exist in eu-west-1"),
        ("AppStream-WinServer2022-09-09-2026", "is PUBLIC and cannot be copied"),
        ("moving", "is PENDING and cannot be copied before it is AVAILABLE"),
    ],
)
def test_sources_that_cannot_be_copied(
    run_simulated: Run, simulated: Any, name: str, told: str, check_mode: bool
) -> None:
    add_image("moving", state="PENDING")
    result = run_simulated(
        image_copy, check_mode=check_mode, name=name, destination_region=THERE, destination_name="copy"
    )
    assert result["failed"] and told in result["msg"]
    assert (result["image"], result["actions"], simulated.operations()) == (None, [], [])
    assert (result["changed"], result["state_changes"]) == (False, [{"state": "ABSENT", "elapsed": 0}])


def test_texts_cannot_be_changed(run_simulated: Run, simulated: Any) -> None:
    run_simulated(image_copy, **OPTIONS, destination_description="Old")
    result = run_simulated(image_copy, **OPTIONS, destination_description="New")
    assert not result["changed"]
    assert "description is 'Old', wanted 'New'" in result["warnings"][0]


def test_a_failed_copy(run_simulated: Run, simulated: Any) -> None:
    fail_copies(simulated, times=2)
    for options in (OPTIONS, OPTIONS, {**OPTIONS, "retry_failed": True}):
        result = run_simulated(image_copy, **options)
        assert result["failed"]
        told = "Image design-1 in us-east-1 has FAILED (with retry_failed: true it is deleted and copied again)"
        assert told in result["msg"] and "IMAGE_COPY_FAILURE: Lost." in result["msg"]
        assert "Copy the image again" in result["remedy"]
        assert (result["image"]["state"], result["changed"]) == ("FAILED", bool(result["actions"]))
    assert result["actions"] == ["delete", "create"]
    assert run_simulated(image_copy, check_mode=True, **OPTIONS)["failed"]
    promised = run_simulated(image_copy, check_mode=True, **OPTIONS, retry_failed=True)
    assert (promised["changed"], promised["image"]["state"], copies(simulated)) == (
        True,
        "AVAILABLE",
        {"design-1": "FAILED"},
    )
    recovered = run_simulated(image_copy, **OPTIONS, retry_failed=True)
    assert (recovered["changed"], recovered["actions"]) == (True, ["delete", "create"])
    assert states_of(recovered)[:2] == ["FAILED", "DELETING"]
    assert (recovered["image"]["state"], recovered["image"]["tags"], tags_of(simulated)) == ("AVAILABLE", TAGS, TAGS)
    assert not run_simulated(image_copy, **OPTIONS, retry_failed=True)["changed"]


def test_a_failed_copy_is_kept_when_there_is_nothing_to_copy(run_simulated: Run, simulated: Any) -> None:
    add_image("design-1", THERE, "FAILED")
    del appstream_backends[ACCOUNT][HERE].images["design-1"]
    result = run_simulated(image_copy, **OPTIONS, retry_failed=True)
    assert "does not exist in eu-west-1" in result["msg"]
    assert simulated.operations() == []


def test_one_being_deleted_is_copied_anew(run_simulated: Run, simulated: Any) -> None:
    add_image("design-1", THERE)
    simulated.client("appstream", region=THERE).delete_image(Name="design-1")
    assert not run_simulated(image_copy, **OPTIONS, wait=False)["changed"]
    result = run_simulated(image_copy, **OPTIONS)
    assert (states_of(result)[:2], result["actions"], result["image"]["state"]) == (
        ["DELETING", "ABSENT"],
        ["create"],
        "AVAILABLE",
    )


def test_the_name_of_a_public_image(run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = appstream_backends[ACCOUNT][THERE]
    monkeypatch.setitem(backend.public, "taken", backend.public["AppStream-WinServer2022-09-09-2026"])
    monkeypatch.setattr(backend.public["taken"], "name", "taken")
    result = run_simulated(image_copy, **OPTIONS, destination_name="taken")
    assert "is PUBLIC and not this account's" in result["msg"]
    assert simulated.operations() == []


def test_time_is_up(run_simulated: Run, simulated: Any) -> None:
    result = run_simulated(image_copy, **OPTIONS, wait_timeout=0)
    assert result["failed"] and "Image design-1 in us-east-1 is still COPYING" in result["msg"]
    assert (result["image"]["state"], result["actions"]) == ("COPYING", ["create"])
    assert run_simulated(image_copy, **OPTIONS)["actions"] == []


def begin_two(simulated: Any) -> None:
    for name in ("one", "two"):
        simulated.client("appstream").copy_image(
            SourceImageName="design-1", DestinationImageName=name, DestinationRegion=THERE
        )


def test_a_slot_is_waited_for(run_simulated: Run, simulated: Any) -> None:
    lines: list[str] = []
    begin_two(simulated)
    refused = run_simulated(image_copy, **OPTIONS, wait=False)
    assert refused["failed"] and refused["retryable"]
    assert "where 2 copies are under way already (one, two)" in refused["msg"]
    assert (refused["copies_under_way"], refused["image"], refused["actions"]) == (["one", "two"], None, [])
    with progress.showing(lambda name, text, elapsed, is_new: lines.append(f"{name}: {text}")):
        result = run_simulated(image_copy, **OPTIONS)
    assert (states_of(result), result["actions"]) == (["ABSENT", "COPYING", "AVAILABLE"], ["create"])
    assert set(copies(simulated).values()) == {"AVAILABLE"}
    waiting = "design-1 in us-east-1: ABSENT, waiting for the copies under way already (one, two)"
    begun = lines.index("design-1 in us-east-1: COPYING")
    assert lines[0] == "design-1 in us-east-1: ABSENT" and set(lines[1:begun]) == {waiting}
    assert set(lines[begun:]) == {"design-1 in us-east-1: COPYING", "design-1 in us-east-1: AVAILABLE"}


def test_a_slot_that_does_not_come(run_simulated: Run, simulated: Any) -> None:
    begin_two(simulated)
    result = run_simulated(image_copy, **OPTIONS, wait_timeout=0)
    assert "is still ABSENT" in result["msg"] and "2 copies are under way already" in result["msg"]
    assert "design-1" not in copies(simulated)


def test_a_slot_that_comes_while_it_is_looked_for(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:CopyImage", code="LimitExceededException", message="The limit", times=1)
    assert run_simulated(image_copy, **OPTIONS, wait=False)["image"]["state"] == "COPYING"


@pytest.mark.parametrize("wait", [True, False])
def test_the_quota_of_images(run_simulated: Run, simulated: Any, wait: bool) -> None:
    for number in range(10):
        add_image(f"image-{number}", THERE)
    result = run_simulated(image_copy, **OPTIONS, wait=wait)
    assert result["failed"] and result["error"]["code"] == "LimitExceededException"
    assert "The quota of images in us-east-1 is used up" in result["remedy"]
    assert (result["elapsed"], result["retryable"]) == (0, False)


def test_lost_answers_and_throttling(run_simulated: Run, simulated: Any) -> None:
    for operation in ("DescribeImages", "CopyImage", "ListTagsForResource", "TagResource"):
        simulated.fail(match=f"appstream:{operation}", code="ThrottlingException", times=1)
    simulated.fail(match="appstream:CopyImage", drop="after", times=1)
    result = run_simulated(image_copy, **OPTIONS)
    assert (result["image"]["state"], result["actions"], result["image"]["tags"]) == ("AVAILABLE", ["create"], TAGS)
    assert copies(simulated) == {"design-1": "AVAILABLE"}


def test_a_lost_answer_when_the_copy_is_the_last_one_allowed(run_simulated: Run, simulated: Any) -> None:
    for number in range(9):
        add_image(f"image-{number}", THERE)
    simulated.fail(match="appstream:CopyImage", drop="after", times=1)
    simulated.fail(match="appstream:CopyImage", code="LimitExceededException")
    assert run_simulated(image_copy, **OPTIONS)["image"]["state"] == "AVAILABLE"


def test_more_images_than_a_page(run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated.server.simulation.settings, "image_quota", 100)
    for number in range(30):
        add_image(f"image-{number}", THERE)
    begin_two(simulated)
    assert run_simulated(image_copy, **OPTIONS, wait=False)["copies_under_way"] == ["one", "two"]


def test_an_image_that_is_not_found_for_a_while(run_simulated: Run, simulated: Any) -> None:
    for operation in ("CopyImage", "ListTagsForResource"):
        simulated.fail(match=f"appstream:{operation}", code="ResourceNotFoundException", times=3)
    result = run_simulated(image_copy, **OPTIONS)
    assert (result["changed"], result["actions"], result["image"]["tags"]) == (True, ["create"], TAGS)
    assert simulated.operations() == ["CopyImage"] * 4 + ["TagResource"]


def test_a_copy_that_cannot_be_read_once_it_has_begun(run_simulated: Run, simulated: Any) -> None:
    # The copy was read twice before: as it is, and its source.
    simulated.fail(match="appstream:DescribeImages", code="AccessDeniedException", after=2)
    result = run_simulated(image_copy, **OPTIONS)
    assert (result["failed"], result["changed"], result["actions"]) == (True, True, ["create"])
    assert result["error"]["code"] == "AccessDeniedException"


def test_access_denied(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:CopyImage", code="AccessDeniedException")
    result = run_simulated(image_copy, **OPTIONS)
    assert "Allow this action" in result["remedy"] and not result["retryable"]
    assert result["image"] is None
