# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The action plugins that wait for the modules, with the modules' runs scripted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.action import fleet, image, image_builder
from ansible_collections.euc.appstream.plugins.plugin_utils import _controller
from ansible_collections.euc.appstream.plugins.plugin_utils._progress import Progress, elapsed_text
from module_script import Script

NETWORK = {"eni_private_ip_address": "10.0.1.5"}
THROTTLED = {
    "failed": True,
    "msg": "throttled",
    "error": {"code": "ThrottlingException", "message": ""},
    "retryable": True,
}
LOST = {"failed": True, "msg": "connection lost", "retryable": True}
KILLED = {"failed": True, "msg": "MODULE FAILURE", "rc": -9}
DENIED = {"failed": True, "msg": "no", "error": {"code": "AccessDeniedException", "message": "no"}}


def builder(state: str | None, **more: Any) -> dict[str, Any] | None:
    return None if state is None else {"name": "design", "state": state, **more}


def module_run(state: str | None, *actions: str, seen: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """What module image_builder returns with wait=false."""
    changes = [{"state": one, "elapsed": 0} for one in (*seen, state or "ABSENT")]
    return {
        "changed": bool(actions),
        "image_builder": builder(state, tags={"a": "b"}),
        "elapsed": 0,
        "state_changes": changes,
        "actions": list(actions),
        "diff": {"before": {}, "after": {"run": 1}},
        **more,
    }


def look(state: str | None, **more: Any) -> dict[str, Any]:
    """What module image_builder_info returns."""
    return {"changed": False, "image_builders": [builder(state, **more)] if state else []}


@pytest.fixture
def play(play: Callable[..., Any]) -> Callable[..., Any]:
    """play(plugin module, arguments, runs): as everywhere, of a resource named `design`."""

    def run(module: Any, arguments: dict[str, Any], *runs: tuple[str, dict[str, Any]], **more: Any) -> Any:
        return play(module, {"name": "design", **arguments}, *runs, **more)

    return run


Play = Callable[..., tuple[dict[str, Any], Script]]


def test_creation_is_followed(play: Play) -> None:
    result, script = play(
        image_builder,
        {"region": "eu-central-1", "aws_profile": "test", "instance_type": "x"},
        ("image_builder", module_run("PENDING", "create", seen=("ABSENT",))),
        ("image_builder_info", look("PENDING")),
        ("image_builder_info", look("UPDATING_AGENT")),
        ("image_builder_info", look("RUNNING", network_access_configuration=NETWORK)),
    )
    assert result["changed"] is True
    assert result["image_builder"]["state"] == "RUNNING"
    assert result["image_builder"]["tags"] == {"a": "b"}
    assert [one["state"] for one in result["state_changes"]] == ["ABSENT", "PENDING", "UPDATING_AGENT", "RUNNING"]
    assert result["elapsed"] == round(script.now)
    assert result["actions"] == ["create"]
    assert result["diff"] == {"before": {}, "after": {"run": 1}}
    assert script.arguments[0]["wait"] is False
    connection = {"region": "eu-central-1", "aws_profile": "test"}
    assert script.arguments[1] == {**connection, "names": ["design"], "include_tags": False}
    assert script.shown[0] == "design: PENDING (0:00)"
    assert [line.split(" (")[0] for line in script.shown] == [
        "design: PENDING",
        "design: UPDATING_AGENT",
        "design: RUNNING at 10.0.1.5",
    ]
    assert [line.split(" (")[0] for line in script.shown_verbosely] == ["design: PENDING"]


def test_nothing_to_do_shows_nothing(play: Play) -> None:
    result, script = play(image_builder, {}, ("image_builder", module_run("RUNNING")))
    assert (result["changed"], script.shown) == (False, [])


def test_stopping_and_deleting(play: Play) -> None:
    result = play(
        image_builder,
        {"state": "absent"},
        ("image_builder", module_run("STOPPING", "stop", seen=("RUNNING",))),
        ("image_builder_info", look("STOPPED")),
        ("image_builder", module_run("DELETING", "delete")),
        ("image_builder_info", look(None)),
    )[0]
    assert result["actions"] == ["stop", "delete"]
    assert result["image_builder"] is None


def test_recreation_is_not_asked_for_twice(play: Play) -> None:
    result, script = play(
        image_builder,
        {"recreate": True},
        ("image_builder", module_run("STOPPING", "stop", seen=("RUNNING",))),
        ("image_builder_info", look("STOPPED")),
        ("image_builder", module_run("DELETING", "delete")),
        ("image_builder_info", look(None)),
        ("image_builder", module_run("PENDING", "create")),
        ("image_builder_info", look("FAILED")),
    )
    assert result["failed"]
    assert "has FAILED" in result["msg"]
    assert [one.get("recreate") for one in script.arguments if "wait" in one] == [True, True, True]


def test_a_replacement_waiting_for_its_turn_is_not_forgotten(play: Play) -> None:
    """PENDING with another instance type: RUNNING is not yet the goal, and only the module knows."""
    result = play(
        image_builder,
        {"recreate": True},
        ("image_builder", module_run("PENDING", changed=True)),
        ("image_builder_info", look("RUNNING")),
        ("image_builder", module_run("STOPPING", "stop")),
        ("image_builder_info", look("STOPPED")),
        ("image_builder", module_run("DELETING", "delete")),
        ("image_builder_info", look(None)),
        ("image_builder", module_run("PENDING", "create")),
        ("image_builder_info", look("RUNNING")),
    )[0]
    assert result["actions"] == ["stop", "delete", "create"]


def test_an_update_on_the_way(play: Play) -> None:
    result, script = play(
        image_builder,
        {"display_name": "Design"},
        ("image_builder", module_run("STOPPING", "stop", seen=("RUNNING",))),
        ("image_builder_info", look("STOPPED")),
        ("image_builder", module_run("PENDING", "update", "start")),
        ("image_builder_info", look("RUNNING")),
    )
    assert result["actions"] == ["stop", "update", "start"]
    assert script.now < 60


@pytest.mark.parametrize("trouble", [THROTTLED, LOST])
def test_failed_looks_are_outlived(play: Play, trouble: dict[str, Any]) -> None:
    result = play(
        image_builder,
        {},
        ("image_builder", module_run("PENDING", "create", seen=("ABSENT",))),
        ("image_builder_info", trouble),
        ("image_builder_info", trouble),
        ("image_builder_info", look("RUNNING")),
    )[0]
    assert not result.get("failed")


@pytest.mark.parametrize("end", [KILLED, {**LOST, "retryable": False}])
def test_what_would_fail_again_is_not_repeated(play: Play, end: dict[str, Any]) -> None:
    result = play(
        image_builder,
        {},
        ("image_builder", module_run("PENDING", "create", seen=("ABSENT",))),
        ("image_builder_info", end),
    )[0]
    assert (result["failed"], result["msg"]) == (True, end["msg"])


def test_the_time_out_tells_why_the_last_look_failed(play: Play) -> None:
    result = play(
        image_builder,
        {"wait_timeout": 5},
        ("image_builder", module_run("PENDING", "create", seen=("ABSENT",))),
        ("image_builder_info", LOST),
    )[0]
    assert "still PENDING after 5 seconds" in result["msg"]
    assert "the last try failed: connection lost" in result["msg"]
    assert result["retryable"] is False


def test_present_is_settled_by_the_first_run(play: Play) -> None:
    """RUNNING is stopped for an update; later runs see it STOPPED and are told to start it again."""
    result, script = play(
        image_builder,
        {"state": "present", "display_name": "Design"},
        ("image_builder", module_run("STOPPING", "stop", seen=("RUNNING",))),
        ("image_builder_info", look("STOPPED")),
        ("image_builder", module_run("PENDING", "update", "start")),
        ("image_builder_info", look("RUNNING")),
    )
    assert [one["state"] for one in script.arguments if "wait" in one] == ["present", "running"]
    assert (result["actions"], result["image_builder"]["state"]) == (["stop", "update", "start"], "RUNNING")


def test_a_look_that_is_refused_ends_the_wait(play: Play) -> None:
    result = play(
        image_builder,
        {},
        ("image_builder", module_run("PENDING", "create", seen=("ABSENT",))),
        ("image_builder_info", DENIED),
    )[0]
    assert result["failed"]
    assert (result["msg"], result["error"]["code"]) == ("no", "AccessDeniedException")
    assert result["image_builder"]["state"] == "PENDING"
    assert result["actions"] == ["create"]


def test_time_out(play: Play) -> None:
    result = play(
        image_builder,
        {"wait_timeout": 15},
        ("image_builder", module_run("PENDING", "create", seen=("ABSENT",))),
        ("image_builder_info", look("PENDING")),
        ("image_builder_info", look("PENDING")),
    )[0]
    assert result["failed"]
    assert "still PENDING after 15 seconds" in result["msg"]
    assert (result["elapsed"], result["changed"]) == (15, True)
    assert result["image_builder"]["state"] == "PENDING"


def test_failing_tells_reason_and_remedy(play: Play) -> None:
    errors = [{"error_code": "SUBNET_NOT_FOUND", "error_message": "No such subnet."}]
    result, script = play(
        image_builder,
        {},
        ("image_builder", module_run("PENDING", "create", seen=("ABSENT",))),
        ("image_builder_info", look("FAILED", image_builder_errors=errors)),
    )
    assert "SUBNET_NOT_FOUND: No such subnet." in result["msg"]
    assert "Use a subnet that exists" in result["remedy"]
    assert script.shown[-1].startswith("design: FAILED")


def test_the_modules_own_failure_is_passed_on(play: Play) -> None:
    failure = {"failed": True, "msg": "drift", "drift": {"x": {}}, "image_builder": builder("RUNNING")}
    result = play(image_builder, {}, ("image_builder", failure))[0]
    assert (result["msg"], result["drift"]) == ("drift", {"x": {}})


def test_a_failure_of_a_later_run_keeps_the_whole_story(play: Play) -> None:
    failure = {"failed": True, "msg": "no", "error": {"code": "LimitExceededException"}, "elapsed": 0, "actions": []}
    result = play(
        image_builder,
        {},
        ("image_builder", module_run("DELETING")),
        ("image_builder_info", look(None)),
        ("image_builder", failure),
    )[0]
    assert (result["failed"], result["msg"]) == (True, "no")
    assert [one["state"] for one in result["state_changes"]] == ["DELETING", "ABSENT"]
    assert result["elapsed"] >= 9


@pytest.mark.parametrize(("arguments", "check_mode"), [({"wait": False}, False), ({"wait": "no"}, False), ({}, True)])
def test_the_module_is_left_to_itself(play: Play, arguments: dict[str, Any], check_mode: bool) -> None:
    result = play(image_builder, arguments, ("itself", module_run("PENDING", "create")), check_mode=check_mode)[0]
    assert result["image_builder"]["state"] == "PENDING"


@pytest.mark.parametrize("waits", [True, False])
def test_on_the_controller_every_run_is_one_of_its_own(
    make_action: Any, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    """By a connection that is not the task's, and never in read-only mode."""
    runs: list[tuple[str, bool]] = []
    results = [module_run("PENDING", "create", seen=("ABSENT",)), look("RUNNING", network_access_configuration=NETWORK)]

    def run(action: Any, task_vars: Any, module: str, arguments: Any, *, read_only: bool = True) -> dict[str, Any]:
        runs.append((module, read_only))
        return results.pop(0)

    monkeypatch.setattr(_controller, "run_on_controller", run)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    plugin = make_action(image_builder.ActionModule, {"name": "design", "wait": waits}, delegate_to="localhost")
    plugin._task.action = "euc.appstream.image_builder"
    assert plugin.run(task_vars={})["image_builder"]["state"] == ("RUNNING" if waits else "PENDING")
    expected = ["image_builder", "image_builder_info"] if waits else ["image_builder"]
    assert runs == [(f"euc.appstream.{name}", False) for name in expected]


def image_run(state: str | None, **more: Any) -> dict[str, Any]:
    """What module image returns with wait=false."""
    found = {"name": "design", "state": state} if state else None
    changes = [{"state": state or "ABSENT", "elapsed": 0}]
    return {"changed": False, "image": found, "elapsed": 0, "state_changes": changes, "actions": [], **more}


def image_look(state: str | None) -> dict[str, Any]:
    return {"images": [{"name": "design", "state": state}] if state else []}


def test_an_image_is_followed_until_it_is_there_and_tagged(play: Play) -> None:
    result, script = play(
        image,
        {"image_builder_name": "design", "tags": {"a": "b"}, "appear_timeout": 15},
        ("image", image_run(None)),
        ("image_builder_info", look("SNAPSHOTTING")),
        ("image_info", image_look(None)),
        ("image_builder_info", LOST),
        ("image_info", image_look("PENDING")),
        ("image_info", image_look("AVAILABLE")),
        ("image", image_run("AVAILABLE", changed=True)),
    )
    assert result["changed"] is True
    assert result["image"]["state"] == "AVAILABLE"
    assert [line.split(" (")[0] for line in script.shown] == ["design: ABSENT", "design: PENDING", "design: AVAILABLE"]


def test_an_image_that_never_appears(play: Play) -> None:
    result = play(
        image,
        {"image_builder_name": "design", "appear_timeout": 5},
        ("image", image_run(None)),
        ("image_builder_info", look("STOPPED")),
        ("image_info", image_look(None)),
        ("image_builder_info", look("STOPPED")),
    )[0]
    assert "does not exist and has not appeared for 5 seconds" in result["msg"]
    assert "image builder design is STOPPED" in result["msg"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.6, "1:00"), (552, "9:12"), (3599, "59:59"), (3600, "1:00:00"), (7325, "2:02:05")],
)
def test_elapsed_text(seconds: float, text: str) -> None:
    assert elapsed_text(seconds) == text


def test_a_sign_of_life_every_five_minutes() -> None:
    class Display:
        def __init__(self) -> None:
            self.shown: list[str] = []
            self.verbose: list[str] = []

        def display(self, line: str) -> None:
            self.shown.append(line)

        def v(self, line: str) -> None:
            self.verbose.append(line)

    display = Display()
    progress = Progress("design", display)
    for elapsed in range(0, 1000, 100):
        progress.show("PENDING", elapsed, changed=elapsed == 0)
    assert display.shown == [f"design: PENDING ({time})" for time in ("0:00", "5:00", "10:00", "15:00")]
    assert len(display.verbose) == 6


def fleet_run(state: str | None, *actions: str, seen: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """What module fleet returns with wait=false."""
    result = module_run(state, *actions, seen=seen)
    del result["image_builder"]
    known = {"tags": {"a": "b"}, "stacks": ["office"]}
    return {**result, "fleet": state and {"name": "design", "state": state, **known, **more}}


def fleet_look(state: str | None, **more: Any) -> tuple[str, dict[str, Any]]:
    found = [{"name": "design", "state": state, **more}] if state else []
    return "fleet_info", {"changed": False, "fleets": found}


def test_a_fleet_is_created_and_started(play: Play) -> None:
    capacity = {"compute_capacity_status": {"desired": 2, "available": 1, "in_use": 0}}
    result, script = play(
        fleet,
        {"wait_for_capacity": True},
        ("fleet", fleet_run("STARTING", "create", "start", seen=("ABSENT", "STOPPED"))),
        # Older than the start.
        fleet_look(None),
        fleet_look("STOPPED"),
        fleet_look("STARTING"),
        fleet_look("RUNNING", **capacity),
        fleet_look("RUNNING", compute_capacity_status={"desired": 2, "available": 2}),
    )
    assert (result["actions"], result["fleet"]["state"]) == (["create", "start"], "RUNNING")
    assert (result["fleet"]["tags"], result["fleet"]["stacks"]) == ({"a": "b"}, ["office"])
    assert script.arguments[1] == {"names": ["design"], "include_tags": False, "include_stacks": False}
    assert "RUNNING with 1 of 2 instances" in " ".join(script.shown)


def test_a_fleet_is_stopped_changed_and_started(play: Play) -> None:
    result, script = play(
        fleet,
        {"state": "present", "allow_stop": True},
        ("fleet", fleet_run("STOPPING", "stop", seen=("RUNNING",))),
        fleet_look("RUNNING"),
        fleet_look("STOPPED"),
        ("fleet", fleet_run("STARTING", "update", "start", seen=("STOPPED",))),
        fleet_look("STARTING"),
        fleet_look("RUNNING"),
    )
    assert result["actions"] == ["stop", "update", "start"]
    assert script.arguments[3]["state"] == "running"


def test_a_fleet_that_cannot_start_ends_the_wait_at_once(play: Play) -> None:
    errors = [{"error_code": "IGW_NOT_ATTACHED", "error_message": "No gateway."}]
    result, _script = play(
        fleet,
        {},
        ("fleet", fleet_run("STARTING", "start", seen=("STOPPED",))),
        fleet_look("STARTING", fleet_errors=errors, compute_capacity_status={"desired": 1}),
    )
    assert result["failed"] and "Fleet design cannot be started: IGW_NOT_ATTACHED: No gateway." in result["msg"]


def test_a_fleet_that_falls_back_ends_the_wait(play: Play) -> None:
    stopped = fleet_look("STOPPED", compute_capacity_status={"desired": 1})
    result, _script = play(
        fleet,
        {"wait_delay": 61},
        ("fleet", fleet_run("STARTING", "start", seen=("STOPPED",))),
        fleet_look("STARTING"),
        stopped,
    )
    assert result["failed"] and "is STOPPED again after start" in result["msg"]
    assert "Service Quotas" in result["remedy"]


def test_a_fleet_created_stopped_is_done(play: Play) -> None:
    result, _script = play(fleet, {"state": "present"}, ("fleet", fleet_run("STOPPED", "create", seen=("ABSENT",))))
    assert (result["actions"], result["fleet"]["state"]) == (["create"], "STOPPED")
