# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs a module of this collection that waits, doing its waiting on the controller so that progress can be seen.

The module can wait by itself, but nothing a module prints is seen before it has ended. So it is run without waiting,
its resource is looked at with the matching info module until something can be done or the goal is reached, and then it
is run again. What to do in which state, when to give up and what to return is decided by the module's own code.

For this collection only; may change at any time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import (
    connection_option_names,
    region_option_names,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import (
    History,
    Reconciler,
    Resource,
    converge,
    outcome_values,
    wait_config,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._controller import run_task, run_where_task_runs
from ansible_collections.euc.appstream.plugins.plugin_utils._progress import Progress

# The step of running the module again only to hear that nothing is left to do.
CONFIRM = "confirm"


class ModuleFailed(AppStreamError):
    """A module run on the way failed; ``module_result`` is what it returned."""

    def __init__(self, module_result: dict[str, Any]) -> None:
        super().__init__(str(module_result.get("msg", "")))
        self.module_result = module_result

    @property
    def is_retryable(self) -> bool:
        """Whether the module says that another run may succeed; one that died before it could say so won't."""
        return bool(self.module_result.get("retryable"))


@dataclass(frozen=True)
class Decision:
    """What to do in a state, and why a goal can't be reached (None: the state says it all)."""

    next_step: Callable[[Resource], str]
    failure_reason: Callable[[Resource], str | None]


class WaitWithProgress(ActionBase):  # type: ignore[misc]  # ansible is untyped here
    """Base of the action plugins: a subclass tells which modules to run, and what its resource's states mean."""

    _requires_connection = False
    module_name: str
    info_module_name: str
    result_key: str
    # The part of the module's argument spec that says what to wait for.
    goal_options: Mapping[str, Any]
    # The wanted state of a module that has no option for it.
    wanted: str = ""
    # After these actions the resource goes where it should by itself, and nothing is left to do.
    last_actions: frozenset[str] = frozenset()
    # What the info module's looks leave out, because it costs further calls.
    carried_over: tuple[str, ...] = ("tags",)
    # Whether the resource starts when it is created.
    starts_by_itself: bool = True

    def decision(self, options: Mapping[str, Any]) -> Decision:
        """Return what the resource's states mean for the module's parsed options."""
        raise NotImplementedError

    def resource_name(self, options: Mapping[str, Any]) -> str:
        """Return the name of the resource that is waited for."""
        return str(options["name"])

    def look_for(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments with which the info module finds the resource; tags cost a call more."""
        return {"names": [self.resource_name(options)], "include_tags": False}

    def wanted_state(self, wanted: str, seen: str) -> str:
        """Return what the wanted state is for a resource that the module's first run found in state ``seen``."""
        return wanted

    def describe(self, resource: Resource) -> str:
        """Return what to show of a resource."""
        return states.state_of(resource) or states.ABSENT

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module, and wait for what it began."""
        self._supports_check_mode = True
        self._supports_async = True
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._variables = task_vars or {}
        waits = boolean(self._task.args.get("wait", True), strict=False)
        if self._task.async_val or self._task.check_mode or not waits:
            return {**result, **run_task(self, self._variables)}
        began = time.monotonic()
        first = self.run_module(self.module_name, {**self._task.args, "wait": False})
        if first.get("failed") or self.result_key not in first:
            return {**result, **first}
        return {**result, **self._follow(first, began)}

    def run_module(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run a module and return its result, failed or not."""
        return run_where_task_runs(self, self._variables, name, arguments)

    def read_info(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run an info module with the task's own connection options, of which a ``region`` given here takes the place.

        Raises ModuleFailed.
        """
        known = connection_option_names() - (region_option_names() if "region" in arguments else set())
        connection = {key: value for key, value in self._task.args.items() if key in known}
        return succeeded(self.run_module(name, {**connection, **arguments}))

    def _follow(self, first: dict[str, Any], began: float) -> dict[str, Any]:
        """Bring the resource to the goal, from what the module's first run returned on."""
        options = self._goal_options(first["state_changes"][0]["state"])
        runs = [first]
        history = _history_of(first, began)
        resource: Resource = first[self.result_key]
        goal = self._goal(options, runs)
        try:
            outcome = converge(goal, resource, wait_config(options), history)
        except ModuleFailed as error:
            return {**error.result, **error.module_result, **_whole(runs, error.result)}
        except AppStreamError as error:
            told: dict[str, Any] = {"remedy": error.remedy} if error.remedy else {}
            told["retryable"] = error.is_retryable
            return {"failed": True, "msg": str(error), **told, **error.result, **_whole(runs, error.result)}
        values = outcome_values(outcome, self.result_key)
        return {**runs[-1], "diff": first.get("diff", {}), **values, **_whole(runs, values)}

    def _goal_options(self, seen: str) -> Mapping[str, Any]:
        """Return the options on the goal with their defaults; the module's first run has found them in order."""
        given = {name: value for name, value in self._task.args.items() if name in self.goal_options}
        options: Mapping[str, Any] = ArgumentSpecValidator(self.goal_options).validate(given).validated_parameters
        if "state" not in options:
            return options
        return {**options, "state": self.wanted_state(options["state"], seen)}

    def _goal(self, options: Mapping[str, Any], runs: list[dict[str, Any]]) -> Reconciler:
        decision = self.decision(options)
        name = self.resource_name(options)
        progress = Progress(name)

        def next_step(resource: Resource) -> str:
            step = decision.next_step(resource)
            if step != states.DONE or resource is None:
                return step
            latest = runs[-1]
            if latest["actions"]:
                return step if latest["actions"][-1] in self.last_actions else CONFIRM
            told: Resource = latest[self.result_key]
            return step if told is not None and decision.next_step(told) == states.DONE else CONFIRM

        def run_again(step: str, resource: Resource) -> tuple[Resource, list[str]]:
            arguments = {**self._task.args, "wait": False}
            if "state" in options:
                arguments["state"] = options["state"]
            if any(states.CREATE in run["actions"] for run in runs):
                # What this task has created itself is not to be replaced once more.
                arguments.pop("recreate", None)
            latest = succeeded(self.run_module(self.module_name, arguments))
            runs.append(latest)
            return latest[self.result_key], latest["actions"]

        return Reconciler(
            about=f"{self.result_key.replace('_', ' ').capitalize()} {name}",
            result_key=self.result_key,
            wanted=str(options.get("state", self.wanted)),
            next_step=next_step,
            act=run_again,
            read=lambda: self._look(options, runs),
            is_transient=lambda error: error.is_retryable,
            observe=lambda resource, elapsed, new: progress.show(self.describe(resource), elapsed, changed=new),
            failure_reason=decision.failure_reason,
            starts_by_itself=self.starts_by_itself,
        )

    def _look(self, options: Mapping[str, Any], runs: list[dict[str, Any]]) -> Resource:
        """Read the resource, with the tags and so on of the module's last run."""
        found = self.read_info(self.info_module_name, self.look_for(options))
        seen: Resource = next(iter(found[f"{self.result_key}s"]), None)
        told = runs[-1][self.result_key] or {}
        return seen if seen is None else {**seen, **{key: told[key] for key in self.carried_over if key in told}}


def succeeded(module_result: dict[str, Any]) -> dict[str, Any]:
    """Return a module's result; raises ModuleFailed when it failed."""
    if module_result.get("failed"):
        raise ModuleFailed(module_result)
    return module_result


def _history_of(first: Mapping[str, Any], began: float) -> History:
    """Return what the module's first run did, so that the wait continues from there.

    The state it ended in is left out: it is to be seen, and shown, as the wait's first.
    """
    # Of the last action: there may have been several.
    state = first["state_changes"][-2:][0]["state"]
    return History(
        began=began,
        state_changes=list(first["state_changes"][:-1]),
        actions=list(first["actions"]),
        acted_at=time.monotonic(),
        state_before_action=None if state == states.ABSENT else state,
    )


def _whole(runs: list[dict[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that tell of the whole task, not of the module's last run alone."""
    whole = {key: values[key] for key in ("elapsed", "state_changes", "actions") if key in values}
    return {**whole, "changed": any(run.get("changed", False) for run in runs)}
