# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The action plugins of image_copy and image_update, with the modules' runs scripted."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.action import image_copy, image_update

DIFF = {"before": {}, "after": {"state": "AVAILABLE"}}
TAGS = {"a": "b"}
NO_SLOT = {
    "failed": True,
    "msg": "Image design-1 cannot be copied to us-east-1 yet",
    "retryable": True,
    "remedy": "Copy it later.",
    "error": {"code": "LimitExceededException", "message": ""},
    "copies_under_way": ["one", "two"],
    "image": None,
    "elapsed": 0,
    "state_changes": [{"state": "ABSENT", "elapsed": 0}],
    "actions": [],
}


def image(state: str | None, **more: Any) -> dict[str, Any] | None:
    return None if state is None else {"name": "design", "state": state, **more}


def module_run(state: str | None, *actions: str, seen: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """What the modules return with wait=false."""
    return {
        "changed": bool(actions),
        "image": image(state, tags=TAGS),
        "elapsed": 0,
        "state_changes": [{"state": one, "elapsed": 0} for one in (*seen, state or "ABSENT")],
        "actions": list(actions),
        "diff": DIFF if actions else {"before": {}, "after": {}},
        **more,
    }


def look(state: str | None) -> dict[str, Any]:
    """What module image_info returns."""
    return {"changed": False, "images": [image(state)] if state else []}


COPY = {"name": "design-1", "aws_region": "eu-west-1", "profile": "test", "destination_region": "us-east-1"}
UPDATE = {"name": "design-1", "new_name": "design-2", "region": "eu-west-1"}


def test_a_copy_is_followed_in_its_region(play: Any) -> None:
    result, script = play(
        image_copy,
        COPY,
        ("image_copy", module_run("COPYING", "create", seen=("ABSENT",))),
        ("image_info", look("COPYING")),
        ("image_info", look("AVAILABLE")),
        ("image_copy", module_run("AVAILABLE", changed=True)),
    )
    assert (result["changed"], result["actions"], result["image"]["state"]) == (True, ["create"], "AVAILABLE")
    assert (result["image"]["tags"], result["diff"]) == (TAGS, DIFF)
    assert [one["state"] for one in result["state_changes"]] == ["ABSENT", "COPYING", "AVAILABLE"]
    wanted = {"profile": "test", "region": "us-east-1", "names": ["design-1"], "include_tags": False}
    assert script.arguments[1] == wanted
    assert script.arguments[3] == {**COPY, "wait_delay": 10, "wait": False, "retry_failed": False}
    assert script.shown[0] == "design-1 in us-east-1: COPYING (0:00)"


def test_a_copy_within_the_region(play: Any) -> None:
    arguments = {"name": "design-1", "destination_name": "design-2", "region": "eu-west-1"}
    _result, script = play(
        image_copy,
        arguments,
        ("image_copy", module_run("COPYING")),
        ("image_info", look("AVAILABLE")),
        ("image_copy", module_run("AVAILABLE")),
    )
    assert script.arguments[1] == {"region": "eu-west-1", "names": ["design-2"], "include_tags": False}
    assert script.shown[0] == "design-2: COPYING (0:00)"


def test_a_copy_waits_for_a_slot(play: Any) -> None:
    result, script = play(
        image_copy,
        COPY,
        ("image_copy", NO_SLOT),
        ("image_copy", NO_SLOT),
        ("image_info", look(None)),
        ("image_copy", {**NO_SLOT, "copies_under_way": ["two", "three"]}),
        ("image_info", look(None)),
        ("image_copy", module_run("COPYING", "create", seen=("ABSENT",))),
        ("image_info", look("AVAILABLE")),
        ("image_copy", module_run("AVAILABLE")),
    )
    assert not result.get("failed") and "msg" not in result and "copies_under_way" not in result
    assert (result["changed"], result["actions"], result["diff"]) == (True, ["create"], DIFF)
    assert [one["state"] for one in result["state_changes"]] == ["ABSENT", "COPYING", "AVAILABLE"]
    waiting = "design-1 in us-east-1: ABSENT, waiting for the copies under way already (one, two) (0:00)"
    assert script.shown[0] == waiting


def test_a_slot_that_does_not_come(play: Any) -> None:
    result, _script = play(image_copy, {**COPY, "wait_timeout": 0}, ("image_copy", NO_SLOT), ("image_copy", NO_SLOT))
    assert result["failed"]
    assert "Image design-1 in us-east-1 is still ABSENT" in result["msg"] and NO_SLOT["msg"] in result["msg"]


def test_without_waiting_there_is_no_waiting_for_a_slot(play: Any) -> None:
    result, _script = play(image_copy, {**COPY, "wait": False}, ("itself", NO_SLOT))
    assert (result["failed"], result["msg"]) == (True, NO_SLOT["msg"])


def test_other_failures_end_a_copy(play: Any) -> None:
    failure = {key: value for key, value in NO_SLOT.items() if key != "copies_under_way"}
    result, _script = play(image_copy, COPY, ("image_copy", {**failure, "retryable": False}))
    assert result["failed"]


def test_a_copy_that_fails_is_not_begun_once_more(play: Any) -> None:
    result, script = play(
        image_copy,
        {**COPY, "retry_failed": True},
        ("image_copy", module_run("COPYING", "create", seen=("ABSENT",))),
        ("image_info", look("FAILED")),
    )
    assert result["failed"] and "has FAILED (with retry_failed: true it is deleted and copied again)" in result["msg"]
    assert script.arguments[0]["retry_failed"] is True


def test_an_update_is_followed(play: Any) -> None:
    result, script = play(
        image_update,
        UPDATE,
        ("image_update", module_run("CREATING", "create", seen=("ABSENT",), update_available=True)),
        ("image_info", look("AVAILABLE")),
    )
    assert (result["changed"], result["update_available"], result["image"]["state"]) == (True, True, "AVAILABLE")
    assert script.arguments[1] == {"region": "eu-west-1", "names": ["design-2"], "include_tags": False}
    assert script.shown[0] == "design-2: CREATING (0:00)"


@pytest.mark.parametrize("state", [None, "FAILED"])
def test_nothing_newer(play: Any, state: str | None) -> None:
    result, script = play(
        image_update, {**UPDATE, "retry_failed": True}, ("image_update", module_run(state, update_available=False))
    )
    assert (result["changed"], result["update_available"], result.get("failed")) == (False, False, None)
    assert script.shown == []


def test_an_update_that_failed_before(play: Any) -> None:
    result, script = play(
        image_update,
        {**UPDATE, "retry_failed": True},
        ("image_update", module_run("DELETING", "delete", seen=("FAILED",), update_available=True)),
        ("image_info", look(None)),
        ("image_update", module_run("CREATING", "create", seen=("ABSENT",), update_available=True)),
        ("image_info", look("AVAILABLE")),
    )
    assert (result["actions"], result["image"]["state"]) == (["delete", "create"], "AVAILABLE")
    assert [arguments.get("retry_failed") for arguments in script.arguments] == [True, None, True, None]
