# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is left over: every rule, and that whatever is doubtful is kept."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock.holders import (
    ASKING,
    HOLDING,
    Holder,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.leftovers import rules
from ansible_collections.euc.appstream.plugins.module_utils._appstream.leftovers.rules import Place, Policy
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
POLICY = Policy(timedelta(hours=6), 30)
OURS = {"euc.appstream:recipe": "design", "euc.appstream:run": "run-1", "euc.appstream:image": "design-1"}


def ago(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def lock(hours: float, run: str = "run-1", phase: str = HOLDING) -> dict[str, str]:
    return Holder(run, NOW - timedelta(hours=hours), phase).tag


def expires(hours: float) -> dict[str, str]:
    """A tag of what expired so many hours ago."""
    return {"euc.appstream:expires": ago(hours)}


def builder(name: str = "design", state: str = "RUNNING", tags: Any = None, **more: Any) -> dict[str, Any]:
    arn = f"arn:aws:appstream:eu-west-1:123456789012:image-builder/{name}"
    return {
        "name": name,
        "arn": arn,
        "state": state,
        "instance_type": "stream.standard.medium",
        "created_time": ago(48),
        "tags": {**OURS, **expires(24)} if tags is None else tags,
        **more,
    }


def image(name: str = "design-1", state: str = "FAILED", hours: float = 48, **more: Any) -> dict[str, Any]:
    arn = f"arn:aws:appstream:eu-west-1:123456789012:image/{name}"
    return {"name": name, "arn": arn, "state": state, "created_time": ago(hours), "tags": OURS, **more}


def judged(*things: dict[str, Any], images: list[dict[str, Any]] | None = None, but: str = "") -> dict[str, Any]:
    """The first of the image builders, or without any the first of the images."""
    place = Place(NOW, {one["name"]: one for one in things}, {one["name"]: one for one in images or []}, but=but)
    found = rules.leftovers(place, POLICY)
    wanted = (things or images or [{}])[0]["arn"]
    return next(one for one in found if one["arn"] == wanted)


@pytest.mark.parametrize(
    ("tags", "reason", "since"),
    [
        ({**OURS, **expires(6)}, "expired at ", 6),
        ({**OURS, **expires(-10), **lock(7)}, "orphaned: run run-1", 7),
        ({**OURS, **lock(7)}, "orphaned: run run-1", 7),
        ({**OURS, **expires(24), **lock(8), **lock(7, "run-2")}, "orphaned: run run-2", 7),
        ({**OURS, **expires(-10), **lock(7, phase=ASKING)}, "orphaned: run run-1", 7),
        ({rules.VERIFY_TAG: "2026", **expires(7)}, "expired at ", 7),
    ],
)
def test_image_builders_that_are_removed(tags: dict[str, str], reason: str, since: float) -> None:
    found = judged(builder(tags=tags))
    assert found["removable"] and not found["kept_because"]
    assert found["reason"].startswith(reason)
    assert (found["since"], found["hours"]) == (ago(since), since)


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ({}, "not made by this collection"),
        ({"CostCenter": "42", **expires(24)}, "not made by this collection"),
        ({"euc.appstream:recipe": "design", **expires(24)}, "not made by this collection"),
        ({"euc.appstream:run": "run-1", **expires(24)}, "not made by this collection"),
        ({rules.VERIFY_TAG: "", **expires(24)}, "not made by this collection"),
        (OURS, "do not say when it expires"),
        ({**OURS, "euc.appstream:expires": "tomorrow"}, "do not say when it expires"),
        ({**OURS, "euc.appstream:expires": "9999-12-31T23:59:59-14:00"}, "do not say when it expires"),
        ({**OURS, **expires(-0.1)}, "it expires at "),
        ({**OURS, **expires(5.9)}, "less than 6 hours ago"),
        ({**OURS, **expires(24), **lock(0.4)}, "in use by run run-1"),
        ({**OURS, **expires(24), **lock(0.4, phase=ASKING)}, "in use by run run-1"),
        ({**OURS, **expires(24), **lock(9), **lock(0.4, "run-2")}, "in use by run run-2"),
        ({**OURS, **expires(24), **lock(-1)}, "in use by run run-1"),
        ({**OURS, **expires(24), **lock(0.6)}, "less than 6 hours ago"),
        (
            {**OURS, **expires(24), **lock(9), "euc.appstream:lock:run-3": "v2"},
            "cannot be read (euc.appstream:lock:run-3",
        ),
    ],
)
def test_image_builders_that_are_kept(tags: dict[str, str], kept: str) -> None:
    found = judged(builder(tags=tags))
    assert not found["removable"]
    assert kept in found["kept_because"]


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("SNAPSHOTTING", "SNAPSHOTTING"),
        ("DELETING", "just being deleted"),
        *((state, "") for state in ("RUNNING", "STOPPED", "FAILED", "PENDING", "STOPPING", "REBOOTING", "UPDATING")),
    ],
)
def test_states_of_image_builders(state: str, kept: str) -> None:
    # A subnet, so that none of these is the service's own.
    found = judged(builder(state=state, vpc_config={"subnet_ids": ["subnet-1"]}))
    assert found["removable"] is (not kept)
    assert kept in found["kept_because"]


def test_the_services_own_image_builders() -> None:
    found = judged(builder("update1234567890", "UPDATING"))
    assert found["kind"] == rules.TEMPORARY_IMAGE_BUILDER and not found["removable"]
    assert "deletes it when the update is over" in found["kept_because"]


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        ({"euc.appstream:recipe": "office", "euc.appstream:run": "run-1", **lock(0.1)}, "its run is at work"),
        ({**OURS, "euc.appstream:run": "run-2", **lock(0.1, "run-2")}, "its recipe design is being built by run run-2"),
        ({"euc.appstream:recipe": "office", "euc.appstream:run": "run-2", **lock(0.1, "run-2")}, ""),
        ({"euc.appstream:recipe": "office", "euc.appstream:run": "run-1", **lock(0.6)}, ""),
    ],
)
def test_runs_that_live_on_another_image_builder(other: dict[str, str], kept: str) -> None:
    living = builder("other", tags=other)
    for found in (judged(builder(), living), rules.leftovers(Place(NOW, {"other": living}, {"a": image()}), POLICY)[1]):
        assert found["removable"] is (not kept)
        assert kept in found["kept_because"]


@pytest.mark.parametrize(
    ("made", "kept"),
    [
        (image("design-1", "PENDING"), "its image design-1 is PENDING"),
        (image("other", "CREATING", image_builder_name="design"), "its image other is CREATING"),
        (image("other", "PENDING", image_builder_name="office"), ""),
        (image("design-1", "FAILED"), ""),
    ],
)
def test_images_in_the_making_keep_their_image_builder(made: dict[str, Any], kept: str) -> None:
    found = judged(builder(), images=[made])
    assert found["removable"] is (not kept)
    assert found["kept_because"] == kept


@pytest.mark.parametrize(
    ("one", "reason", "kept"),
    [
        (image(), "FAILED", ""),
        (image(hours=5.9), "FAILED", "less than 6 hours ago"),
        (image(tags={}), "", "not made by this collection"),
        (image(created_time=None), "FAILED", "not known since when"),
        (image(state="DELETING"), "", "it is DELETING"),
        (image(state="AVAILABLE"), "", "it is AVAILABLE"),
        (image(state="NEWEST_STATE", image_builder_name="gone"), "without its image builder", "still in the making"),
        (image(state="PENDING", image_builder_name="gone"), "PENDING without its image builder", "still in the making"),
        (image(state="PENDING", hours=1, image_builder_name="gone"), "without", "less than 6 hours ago"),
        (image(state="PENDING", image_builder_name="office"), "", "being made of image builder office"),
    ],
)
def test_images(one: dict[str, Any], reason: str, kept: str) -> None:
    place = Place(NOW, {"office": builder("office")}, {one["name"]: one})
    (_builder, found) = rules.leftovers(place, POLICY)
    assert found["kind"] == "image"
    assert found["removable"] is (not kept)
    assert reason in found["reason"] and bool(found["reason"]) is bool(reason)
    assert kept in found["kept_because"]


def test_a_failed_image_whose_name_is_being_built() -> None:
    tags = {"euc.appstream:recipe": "b", "euc.appstream:run": "b", "euc.appstream:image": "design-1", **lock(0, "b")}
    (found,) = rules.leftovers(Place(NOW, {"b": builder("b", tags=tags)}, {"design-1": image()}), POLICY, ["image"])
    assert not found["removable"]
    assert found["kept_because"].startswith("an image of this name is being built by run b")


@pytest.mark.parametrize(
    ("tags", "hours", "kept"),
    [
        (OURS, 7, ""),
        (OURS, 5, "less than 6 hours ago"),
        ({}, 7, "not made by this collection"),
        ({**OURS, "euc.appstream:run": "living"}, 7, "its run is at work"),
    ],
)
def test_transfer_files(tags: dict[str, str], hours: float, kept: str) -> None:
    file = {"name": "bucket/a/b", "arn": "arn:aws:s3:::bucket/a/b", "created_time": ago(hours), "tags": tags}
    living = builder("x", tags={"euc.appstream:recipe": "x", "euc.appstream:run": "living", **lock(0, "living")})
    (found,) = rules.leftovers(Place(NOW, {"x": living}, transfer_files=[file]), POLICY, ["transfer_file"])
    assert found["removable"] is (not kept)
    assert kept in found["kept_because"]
    assert (found["account"], found["region"], found["state"]) == (None, None, None)


def test_the_lock_of_who_asks_does_not_count() -> None:
    tags = {**OURS, **expires(24), **lock(0, "clean-up-1")}
    assert not judged(builder(tags=tags))["removable"]
    assert judged(builder(tags=tags), but="clean-up-1")["removable"]
    both = {**tags, **lock(0, "run-2", ASKING)}
    assert "in use by run run-2" in judged(builder(tags=both), but="clean-up-1")["kept_because"]


@pytest.mark.parametrize(
    ("state", "instance_type", "hours", "cost"),
    [
        ("RUNNING", "stream.standard.medium", 24, 2.4),
        ("PENDING", "stream.standard.medium", 24, 2.4),
        ("RUNNING", "stream.standard.large", 24, None),
        ("STOPPED", "stream.standard.medium", 0, None),
        ("FAILED", "stream.standard.medium", 0, None),
    ],
)
def test_cost_of_leaving_them(state: str, instance_type: str, hours: int, cost: float | None) -> None:
    one = builder(state=state, instance_type=instance_type)
    (found,) = rules.leftovers(Place(NOW, {"design": one}), POLICY, prices={"stream.standard.medium": 0.1})
    assert (found["hours_a_day"], found["cost_a_day"]) == (hours, cost)


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            builder(),
            f"image builder design (RUNNING, stream.standard.medium) is left over: expired at {ago(24)}; to leave it "
            "takes 24 instance hours a day, which cost 2.4",
        ),
        (
            builder(state="STOPPED", instance_type=None),
            f"image builder design (STOPPED) is left over: expired at {ago(24)}",
        ),
        (
            builder(state="STOPPED", tags={**OURS, **expires(1)}),
            "image builder design (STOPPED, stream.standard.medium) stays although left over (expired at "
            f"{ago(1)}): that is less than 6 hours ago",
        ),
        (
            builder("update1234567890", "UPDATING", instance_type=None),
            "temporary image builder update1234567890 (UPDATING) stays: AppStream has made it for a managed image "
            "update and deletes it when the update is over",
        ),
    ],
)
def test_lines_for_people(one: dict[str, Any], message: str) -> None:
    (found,) = rules.leftovers(Place(NOW, {one["name"]: one}), POLICY, prices={"stream.standard.medium": 0.1})
    assert found["message"] == message


def test_where_it_is() -> None:
    found = judged(builder())
    assert (found["account"], found["region"], found["recipe"], found["run"]) == (
        "123456789012",
        "eu-west-1",
        "design",
        "run-1",
    )


@given(
    st.text() | st.none() | st.integers() | st.datetimes(timezones=st.timezones()).map(lambda time: time.isoformat())
)
def test_times_are_aware_or_none(text: Any) -> None:
    time = rules.parse_time(text)
    assert time is None or time.tzinfo is not None


@given(
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)).map(
        lambda one: one.replace(microsecond=0)
    )
)
def test_times_as_they_are_written_in_tags(time: datetime) -> None:
    written = time.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    assert rules.parse_time(written) == time.replace(tzinfo=timezone.utc)


_KEYS = st.sampled_from(["euc.appstream:recipe", "euc.appstream:run", "euc.appstream:image", "euc.appstream:expires"])
_LOCKS = st.builds(lambda run: f"euc.appstream:lock:{run}", st.text(max_size=5))


@given(st.dictionaries(_KEYS | _LOCKS | st.text(max_size=5), st.text(max_size=40)))
def test_whatever_the_tags_are_it_is_removed_or_there_is_a_reason(tags: dict[str, str]) -> None:
    found = judged(builder(tags=tags))
    assert found["removable"] is (not found["kept_because"])
    if found["removable"]:
        assert found["reason"] and rules.is_ours(tags)
