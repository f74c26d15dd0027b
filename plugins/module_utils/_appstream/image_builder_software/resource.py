# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``image_builder_software`` has to do: computed once, then either shown (check mode) or carried out.

The resource is an image builder with its software: ``name``, ``arn``, ``state``, ``platform`` and
``software_associations``, as ``software_associations.describe_image_builder_software`` gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import states
from ..core.calls import CHANGED_STATE_CODES, require_support
from ..core.errors import AppStreamError
from ..core.retries import MUTATION_CODES
from ..core.troubleshooting import failed_software
from ..core.validation import image_builder_name_problems, software_problems
from ..core.waits import Outcome, Reconciler, Resource, first_sight, untouched, wait_options
from . import api as software_associations

RESULT_KEY = "image_builder"
WANTED = "RUNNING with its software deployed"

# The options that say what to bring about, and in what time: read by the module and by its action plugin.
GOAL_OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "softwares": {"type": "list", "elements": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "purge": {"type": "bool", "default": False},
    "deploy": {"type": "bool", "default": True},
    "retry_failed": {"type": "bool", "default": False},
    **wait_options(timeout=3600),
}

# What a call may be answered with when what it asks for has been done before, or the image builder has moved on.
_OVERTAKEN = CHANGED_STATE_CODES | MUTATION_CODES | {"InvalidParameterCombinationException"}
_STAGED_STATUSES = frozenset({"STAGED_FOR_INSTALLATION", "STAGED_FOR_UNINSTALLATION"})
_PENDING_STATUSES = frozenset({"PENDING_INSTALLATION", "PENDING_UNINSTALLATION"})
_LEAVING_STATUSES = frozenset({"STAGED_FOR_UNINSTALLATION", "PENDING_UNINSTALLATION"})

# What each step stands for, in order: software of another year or architecture has to go first.
_CHANGES = (states.DISASSOCIATE, states.ASSOCIATE)
_ACTIONS = {states.DISASSOCIATE: _CHANGES, states.ASSOCIATE: _CHANGES, states.DEPLOY: (*_CHANGES, states.DEPLOY)}

Statuses = Mapping[str, str]


@dataclass
class Wish:
    """What the options of module ``image_builder_software`` ask for.

    ``taken`` is what this run has done so far, in order.
    """

    name: str
    state: str
    softwares: list[str]
    purge: bool
    deploy: bool
    retry_failed: bool
    taken: list[str] = field(default_factory=list)

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of module ``image_builder_software``."""
        softwares = list(dict.fromkeys(options["softwares"]))
        return cls(
            options["name"],
            options["state"],
            softwares,
            options["purge"],
            options["deploy"],
            options["retry_failed"],
        )

    @property
    def may_retry(self) -> bool:
        """Whether what has failed is to be deployed again; that is done once."""
        return self.retry_failed and self.deploy and states.DEPLOY not in self.taken

    def wanted(self, software: str) -> str | None:
        """Return whether software is to be ``present`` or ``absent``; None: it is left alone."""
        if software in self.softwares:
            return self.state
        return "absent" if self.purge and self.state == "present" else None


def problems(options: Mapping[str, Any]) -> list[str]:
    """Check the options the argument spec cannot check; returns what is wrong with them."""
    together = options["softwares"] if options["state"] == "present" else []
    return [
        *image_builder_name_problems(options["name"]),
        *software_problems("softwares", dict.fromkeys(together)),
        *(["softwares has an empty name"] if "" in options["softwares"] and not together else []),
    ]


def statuses_of(resource: Resource) -> dict[str, str]:
    """Return the status of all software of an image builder, by name."""
    return {one["software_name"]: one["status"] for one in (resource or {}).get("software_associations", [])}


def software_steps(statuses: Statuses, wish: Wish) -> dict[str, str]:
    """Return the next step for each software, see ``states.SOFTWARE_STEPS``.

    What others have staged is deployed along, and what others have under way is waited for.
    """
    steps = {}
    for name in sorted({*statuses, *wish.softwares}):
        status, wanted = statuses.get(name), wish.wanted(name)
        if wanted:
            steps[name] = states.software_step(status, wanted)
        elif status in _STAGED_STATUSES:
            steps[name] = states.STAGED
        elif status in _PENDING_STATUSES:
            steps[name] = states.WAIT
        else:
            steps[name] = states.DONE
    return steps


def next_step(resource: Resource, wish: Wish) -> str:
    """Decide what brings the image builder nearer to what is wished.

    ``states.DEPLOY`` stands for all that has to be done before as well, ``ASSOCIATE`` and ``DISASSOCIATE`` for what can
    be done without deploying.
    """
    if resource is None:
        return states.DONE if wish.state == "absent" else states.FAIL
    found = set(software_steps(statuses_of(resource), wish).values())
    changes = found & {states.ASSOCIATE, states.DISASSOCIATE}
    to_deploy = wish.deploy and bool(changes or states.STAGED in found or (states.FAIL in found and wish.may_retry))
    if states.image_builder_is(states.READY, resource["state"]):
        if states.WAIT in found:
            return states.WAIT
        if states.FAIL in found and not wish.may_retry:
            return states.FAIL
        if to_deploy:
            return states.DEPLOY
        return next((step for step in (states.ASSOCIATE, states.DISASSOCIATE) if step in changes), states.DONE)
    if is_coming_up(resource["state"]):
        return states.WAIT
    return states.FAIL if changes or to_deploy or found & {states.WAIT, states.FAIL} else states.DONE


def is_coming_up(state: str) -> bool:
    """Say whether an image builder is on its way to RUNNING; a state nobody knows is taken to be."""
    moving = states.image_builder_is(states.MOVING, state)
    return moving and states.IMAGE_BUILDER_DESTINATIONS.get(state, "RUNNING") == "RUNNING"


def failure_reason(name: str, resource: Resource) -> str | None:
    """Say why software cannot be brought where it should be."""
    if resource is None:
        return f"Image builder {name} does not exist: create it with module euc.appstream.image_builder"
    if not states.image_builder_is(states.READY, resource["state"]):
        return (
            f"Image builder {name} is {resource['state']}, and software can be installed and removed on a RUNNING one "
            "only: bring it to RUNNING with module euc.appstream.image_builder"
        )
    if failed_software(resource):
        return f"Software could not be deployed on image builder {name}"
    return None


def require_possible(client: Any, resource: Resource, wish: Wish) -> None:
    """Raise AppStreamError for what would be refused on the way, before anything is done."""
    if resource is None:
        return
    statuses = statuses_of(resource)
    steps = set(software_steps(statuses, wish).values())
    if states.ASSOCIATE in steps:
        staying = [name for name, status in statuses.items() if status not in _LEAVING_STATUSES]
        together = [name for name in {**dict.fromkeys(staying), **dict.fromkeys(wish.softwares)} if _stays(name, wish)]
        found = software_problems("the software wished for and already there", together, resource.get("platform"))
        if found:
            raise AppStreamError(
                f"Image builder {wish.name}: {'; '.join(found)}",
                remedy="With purge: true all software that is not listed is removed.",
                result=untouched(RESULT_KEY, resource),
            )
    needed = {
        states.ASSOCIATE: software_associations.ASSOCIATE,
        states.DISASSOCIATE: software_associations.DISASSOCIATE,
    }
    for step, operation in needed.items():
        if step in steps:
            require_support(client, operation, {})
    if wish.deploy:
        require_support(client, software_associations.DEPLOY, {"RetryFailedDeployments": wish.retry_failed})


def _stays(name: str, wish: Wish) -> bool:
    return wish.wanted(name) != "absent"


def statuses_after(resource: Resource, wish: Wish) -> dict[str, str]:
    """Return the status all software will have, by name."""
    before = statuses_of(resource)
    deploys = next_step(resource, wish) == states.DEPLOY
    after: dict[str, str | None] = {}
    for name, step in software_steps(before, wish).items() if resource else ():
        status = before.get(name)
        if step == states.ASSOCIATE:
            status = "STAGED_FOR_INSTALLATION"
        elif step == states.DISASSOCIATE:
            status = None if status == "STAGED_FOR_INSTALLATION" else "STAGED_FOR_UNINSTALLATION"
        settles = status in _PENDING_STATUSES or (wish.deploy and status in _STAGED_STATUSES)
        retried = deploys and wish.retry_failed and str(status).startswith("FAILED")
        after[name] = states.SOFTWARE_DESTINATIONS[str(status)] if settles or retried else status
    return {name: status for name, status in after.items() if status is not None}


def is_changed(resource: Resource, after: Statuses) -> bool:
    """Say whether anything has to be done; what is under way already needs nothing."""
    before = statuses_of(resource)
    bound_for = {
        name: states.SOFTWARE_DESTINATIONS[status] if status in _PENDING_STATUSES else status
        for name, status in before.items()
    }
    return {name: status for name, status in bound_for.items() if status is not None} != dict(after)


def predicted_outcome(resource: Resource, after: Statuses) -> Outcome:
    """Return what check mode promises."""
    listed = [{"software_name": name, "status": status} for name, status in sorted(after.items())]
    known = resource and {**resource, "software_associations": _with_errors(listed, resource)}
    return Outcome(known, 0, first_sight(resource), [])


def _with_errors(listed: Iterable[dict[str, Any]], resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return associations as they are where their status stays."""
    known = {(one["software_name"], one["status"]): one for one in resource["software_associations"]}
    return [known.get((one["software_name"], one["status"]), one) for one in listed]


def with_list(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return return values with the software of the image builder among them also on its own."""
    if RESULT_KEY not in values:
        return dict(values)
    resource: Resource = values[RESULT_KEY]
    return {**values, "software_associations": (resource or {}).get("software_associations", [])}


def goal(client: Any, wish: Wish) -> Reconciler:
    """Return how to bring the software of the image builder where it should be."""

    def read() -> Resource:
        return software_associations.describe_image_builder_software(client, wish.name)

    def act(step: str, resource: Resource) -> tuple[Resource, list[str]]:
        begun = len(wish.taken)
        current = resource
        for action in _ACTIONS[step]:
            if _is_called_for(action, resource, current, wish):
                current = _take(client, wish, action, current, read)
        return current, wish.taken[begun:]

    return Reconciler(
        about=f"Image builder {wish.name}",
        result_key=RESULT_KEY,
        wanted=WANTED,
        next_step=lambda resource: next_step(resource, wish),
        act=act,
        read=read,
        is_transient=lambda error: error.is_retryable,
        failure_reason=lambda resource: failure_reason(wish.name, resource),
    )


def _is_called_for(action: str, first: Resource, current: Resource, wish: Wish) -> bool:
    """Say whether an action still has to be taken, where ``first`` is the image builder before all actions."""
    if current is None or not states.image_builder_is(states.READY, current["state"]):
        return False
    steps = software_steps(statuses_of(current), wish)
    if action != states.DEPLOY:
        return action in steps.values()
    # A change that does not show yet is staged all the same.
    is_stale = bool(wish.taken) and statuses_of(current) == statuses_of(first)
    return is_stale or states.STAGED in steps.values() or (states.FAIL in steps.values() and wish.may_retry)


def _take(client: Any, wish: Wish, action: str, resource: Resource, read: Callable[[], Resource]) -> Resource:
    """Take one action; returns the image builder after it. An action that was carried out before counts as taken."""
    steps = software_steps(statuses_of(resource), wish)
    names = [name for name, step in steps.items() if step == action]
    try:
        if action == states.DISASSOCIATE:
            software_associations.disassociate_software(client, wish.name, names)
        elif action == states.ASSOCIATE:
            software_associations.associate_software(client, wish.name, names)
        else:
            software_associations.start_software_deployment(client, wish.name, wish.may_retry)
    except AppStreamError as error:
        seen = read() if error.code in _OVERTAKEN else resource
        if seen == resource:
            raise
        wish.taken.append(action)
        return seen
    wish.taken.append(action)
    return read()
