# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The loop that brings a resource to its goal, on a clock that only moves when it sleeps."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import (
    History,
    Reconciler,
    WaitConfig,
    converge,
)

TRANSIENT = AppStreamError("throttled", result={"transient": True})


class Scripted:
    """A resource whose states come from a list; an exception in it is raised, the last state stays."""

    def __init__(self, script: list[Any], after_action: dict[str, Any] | None = None) -> None:
        self.script = script
        self.after_action = after_action or {}
        self.acted: list[str] = []
        self.observed: list[tuple[str | None, bool]] = []

    def read(self) -> Any:
        now = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(now, Exception):
            raise now
        return resource(now)

    def act(self, step: str, before: Any) -> tuple[Any, list[str]]:
        self.acted.append(step)
        answer = self.after_action.get(step, states.state_of(before))
        if isinstance(answer, Exception):
            raise answer
        return resource(answer), [step]

    def goal(self, wanted: str, next_step: Callable[[Any], str] | None = None) -> Reconciler:
        return Reconciler(
            about="Image builder design",
            wanted=wanted,
            next_step=next_step or (lambda one: states.image_builder_step(one, wanted)),
            act=self.act,
            read=self.read,
            is_transient=lambda error: bool(error.result.get("transient")),
            observe=lambda one, elapsed, changed: self.observed.append((states.state_of(one), changed)),
        )


def resource(state: Any) -> Any:
    if isinstance(state, dict) or state is None:
        return state
    return {"name": "design", "state": state, "instance_type": "stream.standard.large"}


def config(clock: Any, *, wait: bool = True, timeout: float = 600, delay: float = 10) -> WaitConfig:
    return WaitConfig(wait=wait, timeout=timeout, delay=delay, clock=clock, sleep=clock.sleep)


def test_creates_and_waits(clock: Any) -> None:
    scripted = Scripted(["PENDING", "UPDATING_AGENT", "RUNNING"], {"create": "PENDING"})
    outcome = converge(scripted.goal("running"), None, config(clock))
    assert outcome.actions == ["create"]
    assert [change["state"] for change in outcome.state_changes] == ["ABSENT", "PENDING", "UPDATING_AGENT", "RUNNING"]
    assert outcome.elapsed == pytest.approx(sum(clock.naps), abs=1)
    assert outcome.state_changes[-1]["elapsed"] == outcome.elapsed
    assert states.state_of(outcome.resource) == "RUNNING"


def test_naps_are_jittered_around_the_delay(clock: Any) -> None:
    scripted = Scripted(["PENDING"] * 20 + ["RUNNING"])
    converge(scripted.goal("running"), resource("PENDING"), config(clock, delay=10))
    assert all(9 <= nap <= 11 for nap in clock.naps)
    assert len(set(clock.naps)) > 1


def test_stops_before_deleting(clock: Any) -> None:
    scripted = Scripted(["STOPPING", "STOPPED", "DELETING", None], {"stop": "STOPPING", "delete": "DELETING"})
    outcome = converge(scripted.goal("absent"), resource("RUNNING"), config(clock))
    assert outcome.actions == ["stop", "delete"]
    assert outcome.resource is None
    assert outcome.state_changes[-1]["state"] == "ABSENT"


def test_waits_out_what_moves_before_it_acts(clock: Any) -> None:
    scripted = Scripted(["STOPPED", "PENDING", "RUNNING"], {"start": "PENDING"})
    assert converge(scripted.goal("running"), resource("STOPPING"), config(clock)).actions == ["start"]


def test_without_waiting_does_what_can_be_done_at_once(clock: Any) -> None:
    scripted = Scripted(["RUNNING"], {"start": "PENDING"})
    outcome = converge(scripted.goal("running"), resource("STOPPED"), config(clock, wait=False))
    assert (outcome.actions, states.state_of(outcome.resource), clock.naps) == (["start"], "PENDING", [])


def test_a_stale_read_is_waited_out(clock: Any) -> None:
    scripted = Scripted(["STOPPED", "STOPPED", "PENDING", "RUNNING"], {"start": "STOPPED"})
    assert converge(scripted.goal("running"), resource("STOPPED"), config(clock)).actions == ["start"]


def test_a_stale_failure_after_deleting_is_no_failure(clock: Any) -> None:
    scripted = Scripted(["FAILED", "DELETING", None], {"delete": "FAILED"})
    assert converge(scripted.goal("absent"), resource("FAILED"), config(clock)).actions == ["delete"]


def test_an_update_is_followed_at_once(clock: Any) -> None:
    scripted = Scripted(["RUNNING"], {"update": "STOPPED", "start": "PENDING"})
    steps = iter(["update", "start", "wait", "done"])
    outcome = converge(scripted.goal("running", lambda one: next(steps)), resource("STOPPED"), config(clock))
    assert outcome.actions == ["update", "start"]
    assert len(clock.naps) == 1


def test_failure_ends_the_wait_at_once_with_the_reason_and_the_remedy(clock: Any) -> None:
    failed = {
        "name": "design",
        "state": "FAILED",
        "state_change_reason": {"code": "INTERNAL_ERROR", "message": "It did not come up."},
        "image_builder_errors": [
            {"error_code": "DOMAIN_JOIN_ERROR_ACCESS_DENIED", "error_message": "Access is denied."}
        ],
    }
    scripted, history = Scripted(["PENDING", failed]), History(clock.now)
    with pytest.raises(AppStreamError) as raised:
        converge(scripted.goal("running"), resource("PENDING"), config(clock), history)
    told = str(raised.value)
    assert "DOMAIN_JOIN_ERROR_ACCESS_DENIED: Access is denied." in told
    assert "INTERNAL_ERROR: It did not come up." in told
    assert "Create Computer Object" in (raised.value.remedy or "")
    assert history.resource == failed
    assert history.elapsed == round(sum(clock.naps))
    assert len(clock.naps) == 2


def test_time_out_returns_the_last_seen_resource(clock: Any) -> None:
    scripted, history = Scripted(["PENDING"]), History(clock.now)
    with pytest.raises(AppStreamError, match="still PENDING after 100 seconds") as raised:
        converge(scripted.goal("running"), resource("PENDING"), config(clock, timeout=100), history)
    assert states.state_of(history.resource) == "PENDING"
    assert history.elapsed == 100
    assert history.state_changes == [{"state": "PENDING", "elapsed": 0}]
    assert "25 minutes" in (raised.value.remedy or "")


def test_the_last_look_is_at_the_deadline(clock: Any) -> None:
    scripted = Scripted(["PENDING", "RUNNING"])
    outcome = converge(scripted.goal("running"), resource("PENDING"), config(clock, timeout=15))
    assert outcome.elapsed == 15


def test_throttling_and_lost_connections_are_outlived(clock: Any) -> None:
    scripted = Scripted([TRANSIENT, TRANSIENT, "RUNNING"])
    assert states.state_of(converge(scripted.goal("running"), resource("PENDING"), config(clock)).resource) == "RUNNING"


def test_throttling_for_good_ends_with_the_time_out(clock: Any) -> None:
    with pytest.raises(AppStreamError, match=r"still PENDING .*the last try failed: throttled"):
        converge(Scripted([TRANSIENT]).goal("running"), resource("PENDING"), config(clock, timeout=50))


def test_throttling_that_has_passed_is_not_told_of(clock: Any) -> None:
    with pytest.raises(AppStreamError) as raised:
        converge(Scripted([TRANSIENT, "PENDING"]).goal("running"), resource("PENDING"), config(clock, timeout=50))
    assert "throttled" not in str(raised.value)


def test_a_throttled_step_is_taken_again(clock: Any) -> None:
    scripted = Scripted(["STOPPED"], {"start": TRANSIENT})
    with pytest.raises(AppStreamError, match="still STOPPED"):
        converge(scripted.goal("running"), resource("STOPPED"), config(clock, timeout=25))
    assert scripted.acted == ["start"] * 4


@pytest.mark.parametrize("script", [[AppStreamError("access denied")]])
def test_other_errors_end_the_wait_at_once_and_tell_where_it_was(clock: Any, script: list[Any]) -> None:
    history = History(clock.now)
    with pytest.raises(AppStreamError, match="access denied"):
        converge(Scripted(script).goal("running"), resource("PENDING"), config(clock), history)
    assert states.state_of(history.resource) == "PENDING"
    assert history.state_changes == [{"state": "PENDING", "elapsed": 0}]
    assert history.elapsed == round(sum(clock.naps))


def test_falling_back_to_stopped_after_creation_is_a_failure(clock: Any) -> None:
    scripted = Scripted(["PENDING", "STOPPED"], {"create": "PENDING"})
    with pytest.raises(AppStreamError, match="is STOPPED again after create"):
        converge(scripted.goal("running"), None, config(clock))


def test_falling_back_to_stopped_after_a_start_is_a_failure(clock: Any) -> None:
    scripted = Scripted(["PENDING", "STOPPED"], {"start": "PENDING"})
    with pytest.raises(AppStreamError, match="is STOPPED again after start"):
        converge(scripted.goal("running"), resource("STOPPED"), config(clock))
    assert scripted.acted == ["start"]


def test_what_is_created_stopped_is_started(clock: Any) -> None:
    scripted = Scripted([None, "STOPPED", "STARTING", "RUNNING"], {"create": "STOPPED", "start": "STARTING"})
    goal = dataclasses.replace(scripted.goal("running"), starts_by_itself=False)
    outcome = converge(goal, None, config(clock))
    # Neither a look that does not see it yet nor one that sees it as it was is acted upon.
    assert (outcome.actions, states.state_of(outcome.resource)) == (["create", "start"], "RUNNING")


def test_an_earlier_history_counts_in(clock: Any) -> None:
    history = History(began=clock.now - 100, state_changes=[{"state": "ABSENT", "elapsed": 0}], actions=["create"])
    scripted = Scripted(["RUNNING"])
    outcome = converge(scripted.goal("running"), resource("PENDING"), config(clock), history)
    assert outcome.elapsed >= 100
    assert [change["state"] for change in outcome.state_changes] == ["ABSENT", "PENDING", "RUNNING"]


def test_state_changes_are_observed_once(clock: Any) -> None:
    scripted = Scripted(["PENDING", "PENDING", "RUNNING"])
    converge(scripted.goal("running"), resource("PENDING"), config(clock))
    assert scripted.observed == [("PENDING", True), ("PENDING", False), ("PENDING", False), ("RUNNING", True)]
