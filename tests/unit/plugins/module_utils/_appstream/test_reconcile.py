# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What all managed resources have in common: check mode, refusals, steps, waiting and what a failure returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import progress, states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import (
    ManagedResource,
    Plan,
    Step,
    ensure,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import History, Resource
from botocore.exceptions import ClientError

WAIT = {"wait": True, "wait_timeout": 5, "wait_delay": 0}


def refusal(code: str) -> AppStreamError:
    return AppStreamError("refused", cause=ClientError({"Error": {"Code": code, "Message": "no"}}, "CreateThing"))


class Thing(ManagedResource):
    """A resource of the account ``things``, in which steps may fail."""

    result_key = "thing"

    def __init__(self, params: dict[str, Any], there: Resource = None) -> None:
        super().__init__({"name": "pen", **params}, lambda service, **more: None)
        self.there = there
        self.failures: dict[str, AppStreamError] = {}
        self.done: list[str] = []

    @property
    def about(self) -> str:
        return "Thing pen"

    def problems(self) -> list[str]:
        return ["colour is missing"] if "colour" not in self.params else []

    def read(self) -> Resource:
        return self.there and dict(self.there)

    def plan(self, before: Resource) -> Plan:
        after = {"colour": self.params["colour"], "tags": {"a": "b"}}
        if before and before.get("locked"):
            raise AppStreamError("Thing pen is locked", result={"drift": {"colour": "?"}})
        steps = [self.step("create")] if before is None else []
        if (before or {}).get("colour") != self.params["colour"]:
            steps.append(self.step("paint"))
        if (before or {}).get("tags") != {"a": "b"}:
            steps.append(self.step(""))
        known = {key: value for key, value in (before or {}).items() if key != "state"}
        return Plan(known, after, ["dries slowly"], steps, {"name": "pen", **after}, "DRY")

    def step(self, name: str) -> Step:
        made = {"create": {"state": "WET"}, "paint": {"colour": self.params["colour"]}, "": {"tags": {"a": "b"}}}

        def carry_out(thing: dict[str, Any]) -> dict[str, Any]:
            if name in self.failures:
                raise self.failures[name]
            self.done.append(name)
            self.there = {**thing, **made[name]}
            return self.there

        return Step(name, carry_out)

    def next_step(self, resource: Resource, plan: Any, history: History) -> str:
        state = states.state_of(resource)
        return {"WET": "press", "DRY": states.DONE, "BROKEN": states.FAIL}.get(str(state), states.WAIT)

    def act(self, step: str, resource: Resource, plan: Any, history: History) -> tuple[Resource, list[str]]:
        if step in self.failures:
            raise self.failures[step]
        self.done.append(step)
        self.there = {**(resource or {}), "state": "DRY"}
        return self.there, [step]

    def failure_reason(self, resource: Resource) -> str | None:
        return "Thing pen has broken" if states.state_of(resource) == "BROKEN" else None


def run(thing: Thing, check_mode: bool = False) -> dict[str, Any]:
    return ensure(thing, check_mode=check_mode, warn=lambda warning: None)


def failure_of(thing: Thing, check_mode: bool = False) -> tuple[str, dict[str, Any]]:
    with pytest.raises(AppStreamError) as failure:
        run(thing, check_mode)
    return str(failure.value), failure.value.result


def test_bad_parameters_are_refused_before_anything_is_asked() -> None:
    thing = Thing({})
    thing.read = lambda: pytest.fail("was read")  # type: ignore[method-assign]
    assert failure_of(thing) == ("colour is missing", {})


def test_check_mode_predicts_and_does_nothing() -> None:
    thing = Thing({"colour": "red", **WAIT})
    result = run(thing, check_mode=True)
    assert thing.done == []
    assert result == {
        "changed": True,
        "diff": {"before": {}, "after": {"colour": "red", "tags": {"a": "b"}}},
        "thing": {"name": "pen", "colour": "red", "tags": {"a": "b"}},
        "elapsed": 0,
        "state_changes": [{"state": "ABSENT", "elapsed": 0}],
        "actions": [],
    }


def test_check_mode_fails_where_a_run_would() -> None:
    text, result = failure_of(Thing({"colour": "red", **WAIT}, {"state": "BROKEN"}), check_mode=True)
    assert text == "Thing pen has broken"
    assert (result["changed"], result["state_changes"]) == (False, [{"state": "BROKEN", "elapsed": 0}])


def test_steps_first_then_the_wait() -> None:
    thing = Thing({"colour": "red", **WAIT})
    result = run(thing)
    assert thing.done == ["create", "paint", "", "press"]
    assert (result["changed"], result["actions"]) == (True, ["press"])
    assert [one["state"] for one in result["state_changes"]] == ["WET", "DRY"]
    assert result["thing"] == {"state": "DRY", "colour": "red", "tags": {"a": "b"}}
    assert not run(Thing({"colour": "red", **WAIT}, thing.there))["changed"]


def test_a_resource_that_is_not_waited_for_returns_its_steps() -> None:
    result = run(Thing({"colour": "red"}))
    assert result["actions"] == ["create", "paint"]
    assert result.keys() == {"changed", "diff", "thing", "actions"}


def test_a_refusal_says_that_nothing_was_done() -> None:
    there = {"state": "WET", "locked": True}
    text, result = failure_of(Thing({"colour": "red", **WAIT}, there))
    assert text == "Thing pen is locked"
    assert result == {
        "changed": False,
        "drift": {"colour": "?"},
        "thing": there,
        "elapsed": 0,
        "state_changes": [{"state": "WET", "elapsed": 0}],
        "actions": [],
    }


@pytest.mark.parametrize(
    ("failing", "changed", "seen"),
    [
        ("create", False, None),
        ("paint", True, {"state": "WET"}),
        ("", True, {"state": "WET", "colour": "red"}),
        ("press", True, {"state": "WET", "colour": "red", "tags": {"a": "b"}}),
    ],
)
def test_a_failure_says_what_was_done_before(failing: str, changed: bool, seen: Resource) -> None:
    thing = Thing({"colour": "red", **WAIT})
    thing.failures[failing] = refusal("AccessDeniedException")
    _text, result = failure_of(thing)
    assert (result["changed"], result["thing"]) == (changed, seen)


def test_what_exists_meanwhile_is_adopted() -> None:
    thing = Thing({"colour": "red"})
    thing.failures["create"] = refusal("ResourceAlreadyExistsException")
    readings = [None, {"state": "DRY", "colour": "blue", "tags": {"a": "b"}}]
    thing.read = lambda: readings.pop(0)  # type: ignore[method-assign]
    result = run(thing)
    assert (thing.done, result["actions"], result["changed"]) == (["paint"], ["paint"], True)
    assert result["thing"]["colour"] == "red"


def test_what_does_not_exist_after_all_is_a_failure() -> None:
    thing = Thing({"colour": "red"})
    thing.failures["create"] = refusal("ResourceAlreadyExistsException")
    assert "refused" in failure_of(thing)[0]


@pytest.mark.parametrize("shown", [True, False])
def test_progress_goes_where_somebody_wants_to_see_it(shown: bool) -> None:
    lines: list[tuple[str, str, bool]] = []

    def show(name: str, text: str, elapsed: float, is_new: bool) -> None:
        lines.append((name, text, is_new))

    if shown:
        with progress.showing(show):
            run(Thing({"colour": "red", **WAIT}))
    run(Thing({"colour": "red", **WAIT}))
    assert lines == ([("pen", "WET", True), ("pen", "DRY", True)] if shown else [])


class CountingHistory(History):
    """Counts the steps."""

    count: int = 0


class CountingThing(Thing):
    """A thing that remembers more of a run, which it warns of, and that the service can check beforehand."""

    history_type = CountingHistory
    refused: AppStreamError | None = None

    def predict(self, plan: Any) -> Resource:
        if self.refused:
            raise self.refused
        return super().predict(plan)

    def act(self, step: str, resource: Resource, plan: Any, history: Any) -> tuple[Resource, list[str]]:
        history.count += 1
        history.warnings.append(f"step {history.count}")
        return super().act(step, resource, plan, history)


@pytest.mark.parametrize("failing", [True, False])
def test_what_a_resource_remembers_of_a_run_and_warns_of_on_the_way(failing: bool) -> None:
    thing = CountingThing({"colour": "red", **WAIT})
    if failing:
        thing.failures["press"] = refusal("AccessDeniedException")
    warnings: list[str] = []
    try:
        ensure(thing, check_mode=False, warn=warnings.append)
    except AppStreamError as error:
        assert error.result["changed"]
    assert (warnings, "press" in thing.done) == (["dries slowly", "step 1"], not failing)


def test_what_the_service_finds_wrong_in_check_mode() -> None:
    thing = CountingThing({"colour": "red", **WAIT})
    assert run(thing, check_mode=True)["changed"]
    thing.refused = refusal("InvalidRoleException")
    text, result = failure_of(thing, check_mode=True)
    assert text.startswith("refused")
    assert (result["changed"], result["thing"]) == (False, None)
    assert run(thing)["changed"], "a run finds out by itself"


def test_warnings_come_even_when_the_run_fails() -> None:
    thing = Thing({"colour": "red", **WAIT})
    thing.failures["create"] = refusal("AccessDeniedException")
    warnings: list[str] = []
    keep: Callable[[str], None] = warnings.append
    with pytest.raises(AppStreamError):
        ensure(thing, check_mode=False, warn=keep)
    assert warnings == ["dries slowly"]
