# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The cause of a failure is what Ansible said of the task that failed last, and nothing of what is hidden."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import build_result
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.failures import LONGEST_OUTPUT, History, failure_of

PLAN = {
    "name": "design", "builder_name": "b", "image_name": "design-1", "image": None, "base_image": None,
    "on_error": "stop", "warnings": ["w"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"msg": " exit code 5 "}, "exit code 5"),
        ({"reason": "the role 'x' was not found"}, "the role 'x' was not found"),
        ({"msg": "All items completed", "results": [{"msg": "fine"}, {"failed": True, "msg": "no"}]}, "no"),
        ({"results": [{"failed": True, "msg": "no"}, {"failed": True, "msg": "no"}]}, "no"),
        ({"stderr": "access denied"}, "access denied"),
        ({}, "the task failed without a message"),
        ({"censored": "hidden", "msg": "hunter2"}, "hidden, because the task has no_log"),
    ],
)
def test_message_of_a_result(result: dict[str, Any], message: str) -> None:
    assert failure_of("t", "r", "p", result).message == message


def test_nothing_of_a_task_that_hides_its_result() -> None:
    failure = failure_of("t", "r", "p", {"msg": "hunter2", "stdout": "hunter2"}, no_log=True)
    assert "hunter2" not in str(failure)


def test_the_end_of_long_output_is_kept() -> None:
    failure = failure_of("t", "", "", {"msg": "m", "stdout": "x" * 9000 + "end"})
    assert len(failure.stdout) == LONGEST_OUTPUT and failure.stdout.endswith("end")


def test_what_ended_a_build_without_a_result() -> None:
    phases = {"build_image_plan": PLAN, "build_image_phases": [{"name": "roles"}]}
    unreachable = History()
    unreachable.begin("Ping", "base")
    unreachable.fail(failure_of("Ping", "base", "f:1", {"msg": "connection refused"}, unreachable=True))
    found = build_result.lost(phases, unreachable)
    expected = ("roles", "base", "Ping", "connection refused")
    assert tuple(found[key] for key in ("failed_step", "failed_role", "failed_task", "message")) == expected

    # A failure that a role has rescued is not the cause of what comes later.
    unreachable.begin("Go on", "base")
    assert "meta: end_host" in build_result.lost(phases, unreachable)["message"]

    never = build_result.lost({"build_image_plan": PLAN, "ansible_limit": "other"}, None)
    assert never["failed_step"] == "preflight" and "--limit other" in never["message"]
    assert "the play ended" in build_result.lost({"build_image_plan": PLAN}, None)["message"]


def test_a_phase_begins_with_its_first_task() -> None:
    history = History()
    for phase in ("", "provision", "provision", "", "connect", "connect"):
        history.begin("t", "r", phase)
    assert [phase["name"] for phase in history.phases] == ["provision", "connect"]
    assert history.phases[0]["started"] <= history.phases[1]["started"]


def test_result_of_an_image() -> None:
    image = {"name": "design-1", "state": "AVAILABLE"}
    phases = [{"name": "capture", "started": "2026-11-30T00:00:00Z"}]
    found = build_result.built(
        {"build_image_plan": PLAN, "build_image_phases": phases, "capture_image_result": {"image": image}}
    )
    assert (found["image"], found["changed"], found["failed"], found["warnings"]) == (image, True, False, ["w"])
    warned = build_result.built(
        {
            "build_image_plan": PLAN,
            "build_image_check": {"warnings": ["service x does not run; start it"]},
            "capture_image_start": {"after_start": {"status": "failed", "failed": ["net user"], "message": "denied"}},
        }
    )
    assert warned["warnings"][:2] == ["w", "service x does not run; start it"]
    assert "net user: denied; these commands remove it" in warned["warnings"][2]
    nothing = build_result.built({"build_image_plan": PLAN})
    assert nothing["image"] == {"name": "design-1", "state": "ABSENT"} and nothing["changed"] is False


@pytest.mark.parametrize(
    ("variables", "left", "warnings"),
    [
        ({"build_image_left": "a", "remove_image_builder_left": "b"}, ["a", "b"], []),
        ({"capture_image_start": {"builder_tags_missing": "no tags"}}, [], ["no tags"]),
        ({"capture_image_result": {"image": {"name": "design-1", "tags": None}}}, [], ["the tags of the image can't"]),
        ({"capture_image_result": {"image": {"name": "design-1", "tags": {}}}}, [], []),
    ],
)
def test_what_comes_after_an_available_image(variables: dict[str, Any], left: list[str], warnings: list[str]) -> None:
    found = build_result.built({"build_image_plan": PLAN, **variables})
    assert (found["failed"], found["left_to_do"]) == (False, left)
    assert [one[: len(text)] for one, text in zip(found["warnings"][1:], warnings)] == warnings
    assert len(found["warnings"]) == 1 + len(warnings)
