# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Brings a resource to its wanted state step by step, and waits in between."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from .errors import AppStreamError
from .states import ABSENT, CREATE, DELETE, DONE, FAIL, START, UPDATE, WAIT, state_of
from .troubleshooting import remedies, reported_errors, time_out_remedy

Resource = Optional[dict[str, Any]]

# Unproven [state_after_stop]: how long a describe call may go on reporting the state from before a call that was
# accepted.
STALE_READ_SECONDS = 60.0
# How long what has just been created may still be reported as not found: minutes, on the real service.
NOT_FOUND_SECONDS = 300.0
# The one default of ``wait_delay``, in seconds.
WAIT_DELAY = 15

# What comes of a reading or a step that failed for a reason that passes by itself.
NO_NEWS = object()


@dataclass(frozen=True)
class WaitConfig:
    """``wait``: go on until the wanted state is reached. ``timeout`` and ``delay`` (between two readings): seconds."""

    wait: bool
    timeout: float
    delay: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]


@dataclass
class History:
    """What has happened to a resource during this run; seconds count from the beginning.

    ``resource`` is the resource as last seen, ``elapsed`` for how many whole seconds it was waited for,
    ``passing_error`` why the last reading or step failed, None when it didn't. ``actions`` are the steps taken while it
    was waited for, ``steps`` those before. ``has_written``: something was changed that need not be among them, such as
    tags. ``warnings`` are those that come up on the way.
    """

    began: float
    resource: Resource = None
    elapsed: int = 0
    has_written: bool = False
    steps: list[str] = field(default_factory=list)
    state_changes: list[dict[str, Any]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    acted_at: float = 0.0
    state_before_action: str | None = None
    passing_error: AppStreamError | None = None
    warnings: list[str] = field(default_factory=list)

    def note_state(self, state: str | None, now: float) -> bool:
        """Record the state when it is a new one, and say whether it was."""
        shown = state or ABSENT
        if self.state_changes and self.state_changes[-1]["state"] == shown:
            return False
        self.state_changes.append({"state": shown, "elapsed": round(now - self.began)})
        return True

    @property
    def has_changed_anything(self) -> bool:
        """Whether this run has changed anything so far."""
        return self.has_written or bool(self.actions)

    @property
    def has_begun(self) -> bool:
        """Whether anything has happened yet: what is as it should be from the start is nothing to speak of."""
        return bool(self.actions) or len(self.state_changes) > 1

    def is_stale(self, state: str | None, step: str, now: float) -> bool:
        """Say whether a state that asks for a step is probably older than the last action."""
        if not self.actions:
            return False
        if state is None and CREATE in self.actions and self.actions[-1] != DELETE:
            # What was created and then started is not seen by everybody yet.
            return now - self.acted_at < NOT_FOUND_SECONDS
        if now - self.acted_at >= STALE_READ_SECONDS:
            return False
        if self.actions[-1] == UPDATE:
            # The one action after which the state stays what it was.
            return step == UPDATE
        return state == self.state_before_action

    def is_looping(self, step: str, starts_by_itself: bool = True) -> bool:
        """Say whether a step was taken before to no lasting effect, so that taking it again would go on for ever.

        ``starts_by_itself``: what is created needs no start, unless it fell back.
        """
        creations = self.actions.count(CREATE)
        since_creation = self.actions[self.actions.index(CREATE) + 1 :] if creations else self.actions
        fell_back = starts_by_itself and step == START and self.actions[-1:] == [CREATE]
        return fell_back or step in since_creation or (step == CREATE and creations > 0)


@dataclass(frozen=True)
class Reconciler:
    """How to bring a resource to its wanted state.

    ``about`` names the resource in messages, ``wanted`` its wanted state. ``next_step`` decides from the resource what
    to do (see states.py), ``act`` takes a step and returns the resource and the names of the steps really taken,
    ``read`` reads the resource again; both raise AppStreamError. ``is_transient`` says whether a failed reading or step
    may be followed by another one. ``starts_by_itself``: it does when it is created.
    """

    about: str
    wanted: str
    next_step: Callable[[Resource], str]
    act: Callable[[str, Resource], tuple[Resource, list[str]]]
    read: Callable[[], Resource]
    is_transient: Callable[[AppStreamError], bool]
    observe: Callable[[Resource, int, bool], None] = lambda resource, elapsed, changed: None
    failure_reason: Callable[[Resource], str | None] = lambda resource: None
    starts_by_itself: bool = True


def converge(reconciler: Reconciler, resource: Resource, config: WaitConfig, history: History | None = None) -> History:
    """Take steps and wait until the wanted state is reached; returns the history, which is complete after errors too.

    ``resource`` is the resource as it is now, ``history`` what has happened to it before and counts in, which is then
    continued. Without ``config.wait`` this takes the steps that can be taken at once and returns.
    Raises AppStreamError when the resource fails, when a step has no effect, and when the time is up.
    """
    history = history or History(began=config.clock())
    try:
        _bring(reconciler, resource, config, history)
    finally:
        history.elapsed = round(config.clock() - history.began)
    return history


def _bring(reconciler: Reconciler, resource: Resource, config: WaitConfig, history: History) -> None:
    deadline = history.began + config.timeout
    while True:
        now = config.clock()
        history.resource = resource
        state = state_of(resource)
        is_new = history.note_state(state, now)
        step = reconciler.next_step(resource)
        if step != DONE or history.has_begun:
            reconciler.observe(resource, round(now - history.began), is_new)
        if step != DONE and history.is_stale(state, step, now):
            step = WAIT
        if step == FAIL:
            raise _failed(reconciler, resource)
        if step == DONE or (step == WAIT and not config.wait):
            return
        if step != WAIT and history.is_looping(step, reconciler.starts_by_itself):
            raise _fell_back(reconciler, history)
        if step != WAIT:
            taken = _take(reconciler, step, history, config)
            if taken is not NO_NEWS:
                resource = taken
                continue
        if config.clock() >= deadline:
            raise _timed_out(reconciler, history, config.clock())
        config.sleep(max(0.0, min(config.delay * random.uniform(0.9, 1.1), deadline - config.clock())))
        seen = _ask(reconciler, reconciler.read, history, config)
        resource = resource if seen is NO_NEWS else seen


def _take(reconciler: Reconciler, step: str, history: History, config: WaitConfig) -> Any:
    """Take a step; returns the resource after it, or NO_NEWS."""
    resource = history.resource
    answer = _ask(reconciler, lambda: reconciler.act(step, resource), history, config)
    if answer is NO_NEWS:
        return NO_NEWS
    after, taken = answer
    if taken:
        history.actions.extend(taken)
        history.state_before_action = state_of(resource)
        history.acted_at = config.clock()
    return after


def _ask(reconciler: Reconciler, question: Callable[[], Any], history: History, config: WaitConfig) -> Any:
    """Return the answer, or NO_NEWS when there is none just now and another try may follow."""
    try:
        answer = question()
    except AppStreamError as error:
        if config.wait and reconciler.is_transient(error):
            history.passing_error = error
            return NO_NEWS
        raise
    history.passing_error = None
    return answer


def _error(message: str, remedy: str | None, resource: Resource) -> AppStreamError:
    reasons = reported_errors(resource)
    return AppStreamError(f"{message}: {reasons}" if reasons else message, remedy=remedy)


def _failed(reconciler: Reconciler, resource: Resource) -> AppStreamError:
    reason = reconciler.failure_reason(resource)
    message = reason or f"{reconciler.about} is {state_of(resource) or ABSENT} and cannot become {reconciler.wanted}"
    return _error(message, remedies(resource), resource)


def _fell_back(reconciler: Reconciler, history: History) -> AppStreamError:
    done, state = ", ".join(history.actions), state_of(history.resource) or ABSENT
    message = f"{reconciler.about} is {state} again after {done} and did not become {reconciler.wanted}"
    return _error(message, remedies(history.resource), history.resource)


def _timed_out(reconciler: Reconciler, history: History, now: float) -> AppStreamError:
    waited, state = round(now - history.began), state_of(history.resource) or ABSENT
    message = f"{reconciler.about} is still {state} after {waited} seconds and did not become {reconciler.wanted}"
    if history.passing_error:
        message = f"{message} (the last try failed: {history.passing_error})"
    return _error(message, time_out_remedy(history.resource), history.resource)


def first_sight(resource: Resource) -> list[dict[str, Any]]:
    """Return the ``state_changes`` of a run that has only read a resource."""
    return [{"state": state_of(resource) or ABSENT, "elapsed": 0}]


def resource_after_refusal(
    error: AppStreamError, codes: Collection[str], seen: Resource, read: Callable[[], Resource]
) -> Resource:
    """Return the resource as it is now when a call was refused because its state had changed meanwhile.

    That happens when an answer got lost and the call was repeated, or when somebody else acted. ``codes`` are the error
    codes that may mean so, ``seen`` is the resource as it was before. Otherwise the refusal is raised again.
    """
    if error.code not in codes:
        raise error
    current = read()
    if state_of(current) == state_of(seen):
        raise error
    return current


def wait_options(timeout: int) -> dict[str, Any]:
    """Return the argument spec of the options on waiting; ``timeout`` is the default of ``wait_timeout`` in seconds."""
    return {
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": timeout},
        "wait_delay": {"type": "int", "default": WAIT_DELAY},
    }


def wait_config(options: Mapping[str, Any]) -> WaitConfig:
    """Return how a module's options ask to wait."""
    return WaitConfig(
        wait=options["wait"],
        timeout=options["wait_timeout"],
        delay=options["wait_delay"],
        clock=time.monotonic,
        sleep=time.sleep,
    )
