# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Modules leftover_info and leftover, against the simulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock import api as lock_api
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock import tag_lock
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock.holders import (
    ASKING,
    HOLDING,
    LOCK_TAG,
    Holder,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.leftovers import removal
from ansible_collections.euc.appstream.plugins.modules import leftover, leftover_info
from image_builder_account import IMAGE, add, backend, count, let_time_pass, tags
from simulated_account import Simulated, add_image

Run = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_lock, "GRACE", 0)


OURS = {"euc.appstream:recipe": "design", "euc.appstream:run": "run-1"}


def now() -> datetime:
    return datetime.now(timezone.utc)


def expired(hours: float = 24) -> dict[str, str]:
    return {**OURS, "euc.appstream:expires": (now() - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")}


def lock(run: str = "run-2", phase: str = HOLDING, hours: float = 0) -> dict[str, str]:
    return Holder(run, now() - timedelta(hours=hours), phase).tag


def seen(result: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {one["name"]: (one["kind"], one["removable"]) for one in result["leftovers"]}


@pytest.fixture
def passing(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> Simulated:
    let_time_pass(simulated, monkeypatch)
    return simulated


def test_what_is_left_in_an_account(run_simulated: Run, simulated: Any) -> None:
    add(simulated, name="dead", Tags=expired())
    add(simulated, "STOPPED", name="locked", Tags={**expired(), "euc.appstream:recipe": "b", **lock()})
    add(simulated, name="foreign")
    add_image("dead-1", state="FAILED", tags=OURS)
    add_image("foreign-1", state="FAILED")
    add_image("ready-1", tags=OURS)
    result = run_simulated(leftover_info, grace=0, hourly_prices={"stream.standard.large": "0.25"})
    assert seen(result) == {
        "dead": ("image_builder", True),
        "locked": ("image_builder", False),
        "foreign": ("image_builder", False),
        "dead-1": ("image", True),
        "foreign-1": ("image", False),
    }
    dead = next(one for one in result["leftovers"] if one["name"] == "dead")
    assert (dead["account"], dead["region"], dead["hours_a_day"], dead["cost_a_day"]) == (
        "123456789012",
        "eu-west-1",
        24,
        6.0,
    )
    assert result["image_builders"] == ["dead", "foreign", "locked"]
    assert simulated.operations() == []


def test_what_a_check_of_the_service_has_made(run_simulated: Run, simulated: Any) -> None:
    """It has no recipe, and its image is of no use to anybody although it is AVAILABLE."""
    verify = {key: value for key, value in expired().items() if key != "euc.appstream:recipe"}
    verify["euc.appstream:verify_service"] = "run-1"
    add(simulated, name="euc-appstream-verify", Tags=verify)
    add_image("euc-appstream-verify", tags=verify)
    add_image("euc-appstream-verify-later", tags={**verify, **expired(-1)})
    add_image("euc-appstream-verify-of-mine")
    found = {(one["kind"], one["name"]): one["removable"] for one in run_simulated(leftover_info, grace=0)["leftovers"]}
    assert found == {
        ("image_builder", "euc-appstream-verify"): True,
        ("image", "euc-appstream-verify"): True,
        ("image", "euc-appstream-verify-later"): False,
        ("image", "euc-appstream-verify-of-mine"): False,
    }
    assert run_simulated(leftover, kind="image", name="euc-appstream-verify", grace=0)["changed"]


def test_the_fleet_and_the_stack_of_a_check_of_the_service(run_simulated: Run, passing: Simulated) -> None:
    """A fleet that runs is stopped first, and given up by its stack; those of users are not even read."""
    ours = {**expired(), "euc.appstream:verify_service": "run-1"}
    for name, verify in (("euc-appstream-verify", ours), ("euc-appstream-verify-mine", OURS), ("sales", ours)):
        add_fleet(passing, name, verify)
    before = run_simulated(leftover_info, grace=0, hourly_prices={"stream.standard.medium": 0.1})
    assert [(one["kind"], one["name"], one["removable"], one["hours_a_day"]) for one in before["leftovers"]] == [
        ("stack", "euc-appstream-verify", True, 0),
        ("stack", "euc-appstream-verify-mine", False, 0),
        ("fleet", "euc-appstream-verify", True, 24),
        ("fleet", "euc-appstream-verify-mine", False, 24),
    ]
    assert "it lacks the tag euc.appstream:verify_service" in before["leftovers"][1]["kept_because"]
    assert before["leftovers"][2]["cost_a_day"] == 2.4
    for kind in ("stack", "fleet"):
        options = {"kind": kind, "name": "euc-appstream-verify", "grace": 0}
        assert run_simulated(leftover, **options, check_mode=True)["changed"]
        assert run_simulated(leftover, **options)["changed"]
        assert run_simulated(leftover, **options) == {"changed": False, "leftover": None}
        kept = run_simulated(leftover, **{**options, "name": "euc-appstream-verify-mine"})
        assert not kept["changed"] and not kept["leftover"]["removable"]
    client = passing.client("appstream")
    assert {one["Name"] for one in client.describe_fleets()["Fleets"]} == {"euc-appstream-verify-mine", "sales"}
    assert {one["Name"] for one in client.describe_stacks()["Stacks"]} == {"euc-appstream-verify-mine", "sales"}


def add_fleet(simulated: Simulated, name: str, its_tags: dict[str, str]) -> None:
    """A fleet that is RUNNING, and the stack that offers it."""
    client = simulated.client("appstream")
    size = {"InstanceType": "stream.standard.medium", "ComputeCapacity": {"DesiredInstances": 1}}
    client.create_fleet(Name=name, ImageName=IMAGE, Tags=its_tags, **size)
    client.create_stack(Name=name, Tags=its_tags)
    client.associate_fleet(FleetName=name, StackName=name)
    client.start_fleet(Name=name)
    simulated.advance(1200)


def test_only_some_kinds(run_simulated: Run, simulated: Any) -> None:
    add(simulated, name="dead", Tags=expired())
    add_image("dead-1", state="FAILED", tags=OURS)
    assert seen(run_simulated(leftover_info, grace=0, kinds=["image"])) == {"dead-1": ("image", True)}
    assert seen(run_simulated(leftover_info, kinds=["image_builder"])) == {"dead": ("image_builder", True)}
    assert count(simulated, "ListTagsForResource") == 3, "tags of images are read for images only"


def test_in_a_role_of_another_account(run_simulated: Run, simulated: Any) -> None:
    add(simulated, name="dead", Tags=expired())
    role = "arn:aws:iam::222222222222:role/clean-up"
    assert run_simulated(leftover_info, assume_role_arn=role)["leftovers"] == []
    called = {(call["operation"], call["account"]) for call in simulated.server.calls.entries()}
    assert called == {
        ("AssumeRole", "123456789012"),
        ("DescribeFleets", "222222222222"),
        ("DescribeImageBuilders", "222222222222"),
        ("DescribeImages", "222222222222"),
        ("DescribeStacks", "222222222222"),
    }


def test_a_role_that_may_not_be_assumed(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="sts:AssumeRole", code="AccessDenied")
    result = run_simulated(leftover_info, assume_role_arn="arn:aws:iam::222222222222:role/clean-up")
    assert result["failed"] and "role arn:aws:iam::222222222222:role/clean-up" in result["msg"]
    assert count(simulated, "DescribeImageBuilders") == 0, "nobody else's account is read instead"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grace": -1}, "grace -1.0 is not between"),
        ({"grace": "nan"}, "grace nan is not between"),
        ({"grace": 1e300}, "is not between"),
        ({"stale_after": 0}, "less than 1 minute"),
        ({"hourly_prices": {"a": "much", "b": 1, "c": "inf", "d": -1}}, "no price: a: much, c: inf, d: -1"),
    ],
)
def test_options_that_make_no_sense(run_simulated: Run, options: dict[str, Any], message: str) -> None:
    for module, more in ((leftover_info, {}), (leftover, {"kind": "image", "name": "a"})):
        result = run_simulated(module, **more, **options)
        assert result["failed"] and message in result["msg"]


@pytest.mark.parametrize("operation", ["DescribeImageBuilders", "DescribeImages", "ListTagsForResource"])
def test_what_may_not_be_read_is_never_taken_for_a_leftover(run_simulated: Run, simulated: Any, operation: str) -> None:
    add(simulated, name="dead", Tags=expired())
    simulated.fail(match=f"appstream:{operation}", code="AccessDeniedException")
    for module, more in ((leftover_info, {}), (leftover, {"kind": "image_builder", "name": "dead"})):
        result = run_simulated(module, **more)
        assert result["failed"] and result["error"]["code"] == "AccessDeniedException"
    assert simulated.operations() == []


@pytest.mark.parametrize("state", ["RUNNING", "STOPPED", "FAILED"])
def test_an_image_builder_is_removed(run_simulated: Run, passing: Simulated, state: str) -> None:
    add(passing, state, name="dead", Tags=expired())
    predicted = run_simulated(leftover, check_mode=True, kind="image_builder", name="dead")
    assert predicted["changed"] and passing.operations() == []
    result = run_simulated(leftover, kind="image_builder", name="dead")
    assert result["changed"] and result["leftover"]["removable"]
    assert backend().image_builders == {}
    assert passing.operations()[:2] == ["TagResource", "TagResource"], "locked before anything is done"
    again = run_simulated(leftover, kind="image_builder", name="dead")
    assert not again["changed"] and again["leftover"] is None


def test_a_failed_image_is_removed_without_waiting(run_simulated: Run, simulated: Any) -> None:
    add_image("dead-1", state="FAILED", tags=OURS)
    assert run_simulated(leftover, kind="image", name="dead-1", grace=0)["changed"]
    assert simulated.operations() == ["DeleteImage"]


@pytest.mark.parametrize(("kind", "name"), [("image_builder", "foreign"), ("image", "foreign-1"), ("image", "none")])
def test_what_stays(run_simulated: Run, simulated: Any, kind: str, name: str) -> None:
    add(simulated, name="foreign")
    add_image("foreign-1", state="FAILED")
    result = run_simulated(leftover, kind=kind, name=name, grace=0)
    assert not result["changed"]
    assert simulated.operations() == []


def test_an_image_of_the_same_name_that_is_made_meanwhile(
    run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = add_image("dead-1", state="FAILED", tags=OURS)
    delete = removal.delete_image

    def late(*arguments: Any) -> Any:
        image.state = "PENDING"
        return delete(*arguments)

    monkeypatch.setattr(removal, "delete_image", late)
    result = run_simulated(leftover, kind="image", name="dead-1", grace=0)
    assert result["failed"] and result["error"]["code"] == "ConcurrentModificationException"
    assert "dead-1" in backend().images


_TAKEN_OVER = {"euc.appstream:run": "run-2"}


@pytest.mark.parametrize("phase", [ASKING, HOLDING, None])
@pytest.mark.parametrize("moment", range(1, 12))
def test_a_rerun_that_comes_meanwhile_keeps_its_image_builder(
    run_simulated: Run, passing: Simulated, monkeypatch: pytest.MonkeyPatch, moment: int, phase: str | None
) -> None:
    """With a lock, or of a version without, that only writes its own run. Its coming is seen before the next call."""
    add(passing, "STOPPED", name="dead", Tags=expired())
    made = [0]
    real = lock_api.read

    def read(*arguments: Any, **keywords: Any) -> Any:
        made[0] += 1
        if made[0] == moment:
            tags("dead").update({**_TAKEN_OVER, **(lock(phase=phase) if phase else {})})
        return real(*arguments, **keywords)

    monkeypatch.setattr(lock_api, "read", read)
    result = run_simulated(leftover, kind="image_builder", name="dead")
    if made[0] < moment:
        assert result["changed"] and "dead" not in backend().image_builders
        return
    assert not result["leftover"]["removable"]
    assert "run-2" in result["leftover"]["kept_because"]
    assert "dead" in backend().image_builders
    left = [key for key in tags("dead") if key.startswith(f"{LOCK_TAG}clean-up")]
    assert left == [], "its lock is gone"


def test_a_running_one_that_is_taken_over_after_it_was_stopped(
    run_simulated: Run, passing: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(passing, "RUNNING", name="dead", Tags=expired())
    stop = removal.ImageBuilder.act

    def act(self: Any, *arguments: Any) -> Any:
        taken = stop(self, *arguments)
        tags("dead").update(lock())
        return taken

    monkeypatch.setattr(removal.ImageBuilder, "act", act)
    result = run_simulated(leftover, kind="image_builder", name="dead")
    assert result["changed"] and "in use by run run-2" in result["leftover"]["kept_because"]
    assert "dead" in backend().image_builders


def test_snapshotting_that_begins_after_the_first_look(
    run_simulated: Run, passing: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(passing, "RUNNING", name="dead", Tags=expired())
    take = removal._Lock.take

    def take_later(self: Any) -> None:
        backend().image_builder("dead").enter("SNAPSHOTTING")
        take(self)

    monkeypatch.setattr(removal._Lock, "take", take_later)
    result = run_simulated(leftover, kind="image_builder", name="dead")
    assert not result["changed"] and "SNAPSHOTTING" in result["leftover"]["kept_because"]
    assert "DeleteImageBuilder" not in passing.operations()


def test_a_failure_takes_the_lock_away(run_simulated: Run, passing: Simulated) -> None:
    add(passing, "STOPPED", name="dead", Tags=expired())
    passing.fail(match="appstream:DeleteImageBuilder", code="AccessDeniedException")
    result = run_simulated(leftover, kind="image_builder", name="dead")
    assert result["failed"] and not result["changed"] and result["leftover"]["name"] == "dead"
    assert [key for key in tags("dead") if key.startswith(LOCK_TAG)] == []


def test_one_that_is_gone_meanwhile(run_simulated: Run, passing: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    add(passing, "STOPPED", name="dead", Tags=expired())
    take = removal._Lock.take

    def take_later(self: Any) -> None:
        backend().image_builders.clear()
        take(self)

    monkeypatch.setattr(removal._Lock, "take", take_later)
    result = run_simulated(leftover, kind="image_builder", name="dead")
    assert not result["changed"] and result["leftover"] is None


def test_throttled(run_simulated: Run, passing: Simulated) -> None:
    add(passing, "RUNNING", name="dead", Tags=expired())
    passing.fail(per_operation=2)
    assert run_simulated(leftover, kind="image_builder", name="dead")["changed"]
    assert backend().image_builders == {}


def test_transfer_files(run_simulated: Run, simulated: Any) -> None:
    s3 = simulated.client("s3")
    s3.create_bucket(Bucket="transfer", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    tagging = "euc.appstream%3Arecipe=design&euc.appstream%3Arun=run-1"
    s3.put_object(Bucket="transfer", Key="builds/a b.zip", Tagging=tagging)
    s3.put_object(Bucket="transfer", Key="builds/foreign.zip")
    s3.put_object(Bucket="transfer", Key="elsewhere.zip", Tagging=tagging)
    options = {"grace": 0, "transfer_buckets": [{"bucket": "transfer", "prefix": "builds/"}]}
    assert seen(run_simulated(leftover_info, **options)) == {
        "transfer/builds/a b.zip": ("transfer_file", True),
        "transfer/builds/foreign.zip": ("transfer_file", False),
    }
    removed = run_simulated(leftover, kind="transfer_file", name="transfer/builds/a b.zip", **options)
    assert removed["changed"]
    run_simulated(leftover, kind="transfer_file", name="transfer/elsewhere.zip", **options)
    left = [one["Key"] for one in s3.list_objects_v2(Bucket="transfer")["Contents"]]
    assert left == ["builds/foreign.zip", "elsewhere.zip"]
