# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The one contract of a managed resource, and the one way to bring it to its desired state.

A resource says what it is (``read``), what is to become of it (``plan``) and what each step does; ``run`` does check
mode, diff, refusals, waiting, progress and the result for all of them. The desired state, the module's parameters, and
the plan never change; what happens during the run is in ``History``.
"""

from __future__ import annotations

import dataclasses
import functools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from . import progress
from .calls import ALREADY_EXISTS
from .errors import AppStreamError
from .states import ABSENT, DONE, FAIL, state_of
from .waits import History, Reconciler, Resource, converge, first_sight, wait_config

Params = Mapping[str, Any]


class Connect(Protocol):
    """Opens an AWS client: ``connect("appstream")``. Further keywords are those of boto3's ``client``."""

    def __call__(self, service: str, **more: Any) -> Any: ...


@dataclass(frozen=True)
class Step:
    """A call that is made at once, before anything is waited for.

    ``carry_out`` takes the resource as it is and returns it as it is then; it raises AppStreamError. A step whose name
    is empty is not among the ``actions`` that are returned.
    """

    name: str
    carry_out: Callable[[dict[str, Any]], Resource]


@dataclass(frozen=True)
class Plan:
    """What is to become of a resource.

    ``before`` and ``after`` are what a diff shows. ``is_changed`` None: whether they differ. ``steps`` are made at once
    in their order. ``predicted`` is the resource check mode returns. ``wanted`` names the wanted state in messages.
    A resource that has more to remember makes its own subclass.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    warnings: Sequence[str] = ()
    steps: Sequence[Step] = ()
    predicted: Resource = None
    wanted: str = ""
    is_changed: bool | None = None

    @property
    def changes_anything(self) -> bool:
        """Whether a run changes anything."""
        return self.before != self.after if self.is_changed is None else self.is_changed

    @property
    def diff(self) -> dict[str, Any]:
        """The module's return value ``diff``."""
        return {"before": self.before, "after": self.after}


class ManagedResource(ABC):
    """A resource of AWS with its desired state, the module's ``params``."""

    result_key: str
    # Whether what is created starts by itself.
    starts_when_created = True
    # A subclass of History for what else a resource has to remember of a run.
    history_type: type[History] = History

    def __init__(self, params: Params, connect: Connect) -> None:
        self.params = params
        self.connect = connect

    @property
    def name(self) -> str:
        """What lines of progress call the resource."""
        return str(self.params["name"])

    @property
    @abstractmethod
    def about(self) -> str:
        """What messages call the resource, such as ``Fleet design``."""

    @abstractmethod
    def problems(self) -> list[str]:
        """Return what is wrong with the parameters, as far as that can be known without asking AWS."""

    @abstractmethod
    def read(self) -> Resource:
        """Return the resource with all that is compared, such as its tags; None when there is none.

        Raises AppStreamError.
        """

    @abstractmethod
    def plan(self, before: Resource) -> Plan:
        """Return what is to become of the resource.

        Raises AppStreamError for what the service would refuse, before anything is done.
        """

    def predict(self, plan: Any) -> Resource:
        """Return what the resource would be; called in check mode only, so a service that can check may be asked here.

        Raises AppStreamError as the run would.
        """
        predicted: Resource = plan.predicted
        return predicted

    def read_again(self, plan: Any, history: History) -> Resource:
        """Return the resource during a wait; what costs further calls may be left as it is known to be."""
        return self.read()

    def next_step(self, resource: Resource, plan: Any, history: History) -> str:
        """Return what brings the resource nearer to its wanted state: one of ``states``' steps, DONE, WAIT or FAIL."""
        return DONE

    def act(self, step: str, resource: Resource, plan: Any, history: History) -> tuple[Resource, list[str]]:
        """Take a step; returns the resource after it and the names of the steps really taken. Raises AppStreamError."""
        raise NotImplementedError(step)

    def failure_reason(self, resource: Resource) -> str | None:
        """Say why a resource in this state can't get where it should; None when its state says it all."""
        return None

    def describe(self, resource: Resource) -> str:
        """Return what lines of progress show of the resource."""
        return state_of(resource) or ABSENT

    def is_changed(self, plan: Any, history: History) -> bool:
        """Say whether a run that has succeeded has changed anything, or in check mode would."""
        return bool(plan.changes_anything)

    def result(self, values: dict[str, Any], plan: Any, history: History) -> dict[str, Any]:
        """Return the module's return values from those all resources have. ``plan`` is None when the run failed."""
        return values


class Module(Protocol):
    """What ``run`` needs of AnsibleAppStreamModule."""

    params: Any
    check_mode: bool

    def client(self, service: str, **more: Any) -> Any:
        """Return an AWS client."""

    def warn(self, warning: str) -> None:
        """Add a warning to the result."""

    def exit_json(self, **values: Any) -> NoReturn:
        """End the module with its result."""

    def fail_json_appstream(self, error: AppStreamError) -> NoReturn:
        """End the module with a failure."""


def run(module: Module, kind: Callable[[Params, Connect], ManagedResource]) -> NoReturn:
    """Bring the resource to its desired state and end the module with the result, or with what went wrong.

    Each client is opened once: opening one may ask AWS for credentials, or a person for a code.
    """
    connect = functools.cache(module.client)
    try:
        values = ensure(kind(module.params, connect), check_mode=module.check_mode, warn=module.warn)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


def ensure(resource: ManagedResource, *, check_mode: bool, warn: Callable[[str], None]) -> dict[str, Any]:
    """Bring the resource to its desired state and return the module's return values.

    Raises AppStreamError; its ``result`` says what was done until then and what the resource was last seen like.
    """
    problems = resource.problems()
    if problems:
        raise AppStreamError("; ".join(problems))
    before = resource.read()
    history = resource.history_type(began=time.monotonic(), resource=before)
    try:
        plan = resource.plan(before)
        for warning in plan.warnings:
            warn(warning)
        if check_mode and resource.next_step(before, plan, history) != FAIL:
            history.resource = resource.predict(plan)
            history.state_changes = first_sight(before)
        else:
            plan = plan if check_mode else _take_steps(resource, plan, before, history)
            _wait(resource, plan, history)
    except AppStreamError as error:
        history.state_changes = history.state_changes or first_sight(before)
        done = {"changed": history.has_changed_anything, **_values(resource, history)}
        error.result = resource.result({**done, **error.result}, None, history)
        raise
    finally:
        for warning in history.warnings:
            warn(warning)
    values = {"changed": resource.is_changed(plan, history), "diff": plan.diff, **_values(resource, history)}
    return resource.result(values, plan, history)


def _take_steps(resource: ManagedResource, plan: Plan, before: Resource, history: History) -> Plan:
    """Take the plan's steps; returns the plan that was carried out.

    That is another one when the resource exists meanwhile: the answer to a call that was repeated got lost, or somebody
    else was faster.
    """
    try:
        _take_each(plan.steps, history)
    except AppStreamError as error:
        current = resource.read() if before is None and error.code == ALREADY_EXISTS else None
        if current is None or history.has_changed_anything:
            raise
        history.resource = current
        plan = dataclasses.replace(resource.plan(current), before=plan.before, after=plan.after)
        _take_each(plan.steps, history)
    return plan


def _take_each(steps: Sequence[Step], history: History) -> None:
    for step in steps:
        history.resource = step.carry_out(history.resource or {})
        history.has_written = True
        history.steps += [step.name] if step.name else []


def _wait(resource: ManagedResource, plan: Plan, history: History) -> None:
    if not _is_waited_for(resource):
        return
    converge(_reconciler(resource, plan, history), history.resource, wait_config(resource.params), history)


def _is_waited_for(resource: ManagedResource) -> bool:
    return "wait_timeout" in resource.params


def _values(resource: ManagedResource, history: History) -> dict[str, Any]:
    """Return the return values of every outcome, good or bad."""
    seen = {resource.result_key: history.resource}
    if not _is_waited_for(resource):
        return {**seen, "actions": history.steps}
    progress_values = {"elapsed": history.elapsed, "state_changes": history.state_changes}
    return {**seen, **progress_values, "actions": history.actions}


def _reconciler(resource: ManagedResource, plan: Plan, history: History) -> Reconciler:
    return Reconciler(
        about=resource.about,
        wanted=plan.wanted,
        next_step=lambda seen: resource.next_step(seen, plan, history),
        act=lambda step, seen: resource.act(step, seen, plan, history),
        read=lambda: resource.read_again(plan, history),
        is_transient=lambda error: error.is_retryable,
        observe=lambda seen, elapsed, is_new: progress.report(resource.name, resource.describe(seen), elapsed, is_new),
        failure_reason=resource.failure_reason,
        starts_by_itself=resource.starts_when_created,
    )
