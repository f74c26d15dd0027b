# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``fleet`` has to do: computed once, then either shown (check mode) or carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import states
from ..core.calls import ACCESS_DENIED_CODES, require_support
from ..core.errors import AppStreamError
from ..core.old_settings import BY_RECREATION, filled, is_empty, told
from ..core.old_settings import changed_by as settings_changed_by
from ..core.tags import tags_after, with_tags
from ..core.waits import Outcome, Reconciler, Resource, first_sight, resource_after_refusal, wait_options
from ..image import api as images
from . import api as fleets
from . import settings
from .rules import missing_options, type_problems

RESULT_KEY = "fleet"
ALWAYS, ON_CREATE, UNLESS_AUTOSCALED = "always", "on_create", "unless_autoscaled"

# The options that say where to bring the fleet, and in what time: read by the module and by its action plugin.
GOAL_OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["running", "stopped", "present", "absent"], "default": "running"},
    "wait_for_capacity": {"type": "bool", "default": False},
    **wait_options(timeout=10800),
}


@dataclass
class Wish:
    """What the options of module ``fleet`` ask for.

    ``needs_stop``: the image is of another operating system. ``created``, ``updated`` and ``started`` turn true when
    this run has done so.
    """

    name: str
    state: str
    settings: dict[str, Any]
    request: dict[str, Any]
    tags: dict[str, Any] | None
    purge_tags: bool
    allow_stop: bool
    update_capacity: str
    capacity: bool
    needs_stop: bool = field(default=False)
    created: bool = field(default=False)
    updated: bool = field(default=False)
    started: bool = field(default=False)

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of module ``fleet``."""
        there = options["state"] != "absent"
        return cls(
            name=options["name"],
            state=options["state"],
            settings=settings.wanted_settings(options, options["purge_attributes"]) if there else {},
            request=settings.creation_request(options["name"], options),
            tags=options["tags"] if there else None,
            purge_tags=options["purge_tags"],
            allow_stop=options["allow_stop"],
            update_capacity=options["update_capacity"],
            capacity=options["wait_for_capacity"],
        )


def read(client: Any, name: str) -> Resource:
    """Return a fleet with its tags and the names of its stacks, None when there is none. Raises AppStreamError."""
    fleet = fleets.describe_fleet(client, name)
    return fleet and fleets.with_stacks(client, with_tags(client, fleet))


def wanted_state(wanted: str, seen: str | None) -> str:
    """Return the state a fleet first seen in ``seen`` is to be brought to.

    ``present`` is the running or stopped it is in, or on its way to; it has to be settled before anything is done,
    because an update may stop the fleet. It stays ``present`` where there is none: a fleet is created STOPPED.
    """
    if wanted != "present" or seen is None:
        return wanted
    return {"RUNNING": "running", "STOPPED": "stopped"}.get(states.FLEET_DESTINATIONS.get(seen, seen), wanted)


def settle_capacity(fleet: Resource, wish: Wish, is_autoscaled: Callable[[], bool | None]) -> str | None:
    """Leave the capacity of an existing fleet alone where the options say so; returns a warning if there is one.

    ``is_autoscaled`` is asked only when the capacity differs: whether something else sets it, None when unknown.
    """
    if fleet is None or settings.CAPACITY not in drift_of(fleet, wish) or wish.update_capacity == ALWAYS:
        return None
    autoscaled = wish.update_capacity == ON_CREATE or is_autoscaled()
    if autoscaled is not False:
        del wish.settings[settings.CAPACITY]
    if autoscaled is not None:
        return None
    return (
        f"The capacity of fleet {wish.name} is left alone: these credentials may not ask Application Auto Scaling "
        "whether it is autoscaled (application-autoscaling:DescribeScalableTargets). See update_capacity."
    )


def drift_of(fleet: Resource, wish: Wish) -> dict[str, dict[str, Any]]:
    """Return what has to be changed on an existing fleet."""
    return settings.differences(fleet, wish.settings) if fleet and not (wish.created or wish.updated) else {}


def fixed(fleet: Mapping[str, Any], drift: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """Return the part of the differences for which the fleet has to be STOPPED."""
    found = settings.fixed_while_running(fleet, drift)
    image = {option: both for option, both in drift.items() if option in settings.IMAGE_OPTIONS and wish.needs_stop}
    return {**found, **image}


def require_possible(client: Any, fleet: Resource, wish: Wish) -> None:
    """Raise AppStreamError when the fleet can't become what it is to be, before anything is changed or stopped."""
    try:
        if fleet is None:
            _require_creation(client, wish)
        elif wish.state == "absent":
            _require_no_stacks(fleet, wish)
        else:
            _require_update(client, fleet, wish)
    except AppStreamError as error:
        for key, value in _untouched(fleet).items():
            error.result.setdefault(key, value)
        raise


def _untouched(fleet: Resource) -> dict[str, Any]:
    return {RESULT_KEY: fleet, "elapsed": 0, "state_changes": [], "actions": []}


def _require_creation(client: Any, wish: Wish) -> None:
    if wish.state == "absent":
        return
    given = {option for option, value in wish.settings.items() if not is_empty(value)}
    missing = missing_options(wish.settings.get("fleet_type"), given)
    if missing:
        raise AppStreamError(f"Fleet {wish.name} does not exist, and to create it {' and '.join(missing)} must be set")
    problems = type_problems(wish.settings.get("fleet_type") or "ALWAYS_ON", wish.settings)
    if problems:
        raise AppStreamError(f"Fleet {wish.name} cannot be created: {'; '.join(problems)}")
    require_support(client, "CreateFleet", wish.request)


def _require_no_stacks(fleet: Mapping[str, Any], wish: Wish) -> None:
    if fleet["stacks"]:
        raise AppStreamError(
            f"Fleet {wish.name} cannot be deleted, it is associated with stack {', '.join(fleet['stacks'])}",
            remedy="Take it off the stacks first, for example with module euc.appstream.stack and fleet: ''.",
        )


def _require_update(client: Any, fleet: dict[str, Any], wish: Wish) -> None:
    drift = drift_of(fleet, wish)
    unchangeable = settings_changed_by(settings.SETTINGS, BY_RECREATION, drift)
    if unchangeable:
        raise AppStreamError(
            f"Fleet {wish.name} differs in what the service cannot change on an existing fleet: {told(unchangeable)}",
            remedy="Delete the fleet with state: absent and create it anew.",
            result={"drift": unchangeable},
        )
    problems = type_problems(str(fleet.get("fleet_type")), settings.to_settle(fleet, wish.settings))
    if problems:
        raise AppStreamError(f"Fleet {wish.name} is not possible like this: {'; '.join(problems)}")
    if drift:
        require_support(client, "UpdateFleet", settings.update_request(fleet, drift))
    if settings.bound_for(fleet) == "RUNNING" and set(settings.IMAGE_OPTIONS) & set(drift):
        wish.needs_stop = _is_of_another_system(client, fleet, drift, wish)
    _require_stop_allowed(fleet, fixed(fleet, drift, wish), wish)


def _require_stop_allowed(fleet: Mapping[str, Any], needs_stop: Mapping[str, Any], wish: Wish) -> None:
    """A fleet that is to be stopped anyway, or that serves nobody, may be stopped."""
    if not needs_stop or wish.allow_stop or wish.state == "stopped" or settings.bound_for(fleet) != "RUNNING":
        return
    image = " (an image of another operating system)" if wish.needs_stop else ""
    raise AppStreamError(
        f"Fleet {wish.name} is {states.state_of(fleet)} and differs in what the service changes only while a fleet of "
        f"type {fleet.get('fleet_type')} is STOPPED: {told(needs_stop)}{image}",
        remedy="With allow_stop: true it is stopped, changed and started again; that ends all its sessions.",
        result={"drift": dict(needs_stop)},
    )


def _is_of_another_system(client: Any, fleet: Mapping[str, Any], drift: Mapping[str, Any], wish: Wish) -> bool:
    """Say whether the wanted image is for another platform; one that can't be used is told of before the stop."""
    name, arn = (drift.get(option, {}).get("wanted") for option in settings.IMAGE_OPTIONS)
    try:
        found = images.describe_images(client, arns=[arn]) if arn else images.describe_images(client, names=[str(name)])
    except AppStreamError as error:
        if error.code not in ACCESS_DENIED_CODES:
            raise
        return False
    if not found:
        raise AppStreamError(
            f"Fleet {wish.name} cannot be given image {arn or name}, which does not exist",
            remedy="An image that another account shares is named by image_arn.",
        )
    state = states.state_of(found[0])
    if not states.image_is(states.READY, state):
        raise AppStreamError(f"Fleet {wish.name} cannot be given image {arn or name}, which is {state}")
    return bool(fleet.get("platform") and found[0].get("platform") != fleet["platform"])


def view_after(before: Resource, wish: Wish) -> dict[str, Any]:
    """Return what the fleet will look like in the form of ``fleet_settings.view``."""
    if wish.state == "absent":
        return {}
    if before is None:
        state = "RUNNING" if wish.state == "running" else "STOPPED"
        return {**filled(wish.settings), "state": state, "tags": tags_after({}, wish.tags, wish.purge_tags)}
    changes = {option: both["wanted"] for option, both in drift_of(before, wish).items()}
    gone = {*changes, "security_group_ids"} if changes.get("subnet_ids") == [] else set(changes)
    kept = {option: value for option, value in settings.view(before).items() if option not in gone}
    ends = {"running": "RUNNING", "stopped": "STOPPED"}.get(wish.state) or settings.bound_for(before)
    return {
        **kept,
        **filled(changes),
        "state": ends,
        "tags": tags_after(before["tags"], wish.tags, wish.purge_tags),
    }


def is_changed(before: Resource, after: Mapping[str, Any]) -> bool:
    """Say whether anything has to be done; a fleet already on its way to the wanted state needs nothing."""
    shown = settings.view(before)
    return ({**shown, "state": settings.bound_for(before)} if shown else {}) != after


def predicted_outcome(before: Resource, after: Mapping[str, Any], wish: Wish) -> Outcome:
    """Return what check mode promises: the fleet as far as it can be known."""
    if not after:
        return Outcome(None, 0, first_sight(before), [])
    known = ("display_name", "description", "instance_type", "image_name", "stream_view", "state", "tags")
    shown = {key: after[key] for key in known if key in after}
    return Outcome({"name": wish.name, "stacks": [], **(before or {}), **shown}, 0, first_sight(before), [])


def goal(client: Any, wish: Wish, before: Resource, after: Mapping[str, Any]) -> Reconciler:
    """Return how to bring the fleet to the wanted state, with the tags and stacks it is known to have."""
    known = {"tags": dict(after.get("tags", {})), "stacks": before["stacks"] if before else []}

    def whole(fleet: Resource) -> Resource:
        return fleet and {**fleet, **known}

    def look() -> Resource:
        return fleets.describe_fleet(client, wish.name)

    def act(step: str, fleet: Resource) -> tuple[Resource, list[str]]:
        taken = [step]
        try:
            current: Resource = _ACTIONS[step](client, wish, fleet)
            wish.updated = wish.updated or step == states.UPDATE
        except AppStreamError as error:
            current = resource_after_refusal(error, fleets.OVERTAKEN_CODES, fleet, look)
            taken = [] if step == states.UPDATE else taken
        wish.created = wish.created or step == states.CREATE
        wish.started = wish.started or step == states.START
        return whole(current), taken

    return Reconciler(
        about=f"Fleet {wish.name}",
        result_key=RESULT_KEY,
        wanted=wish.state,
        next_step=lambda fleet: next_step(fleet, wish),
        act=act,
        read=lambda: whole(look()),
        is_transient=lambda error: error.is_retryable,
        failure_reason=lambda fleet: failure_reason(wish.name, fleet),
        starts_by_itself=False,
    )


def next_step(fleet: Resource, wish: Wish) -> str:
    """Decide what brings the fleet one step nearer to what is wished."""
    drift = drift_of(fleet, wish)
    return states.fleet_step(
        fleet,
        wish.state,
        update=bool(drift),
        stop_first=bool(fixed(fleet or {}, drift, wish)),
        retry=not wish.started,
        capacity=wish.capacity,
    )


def failure_reason(name: str, fleet: Resource) -> str | None:
    """Say why a fleet in this state can't get where it should; None when its state says it all."""
    return f"Fleet {name} cannot be started" if states.has_failed_to_start(fleet) else None


def _create(client: Any, wish: Wish, fleet: Resource) -> Resource:
    _require_creation(client, wish)
    return fleets.create_fleet(client, wish.request)


def _update(client: Any, wish: Wish, fleet: Resource) -> Resource:
    return fleets.update_fleet(client, wish.name, settings.update_request(fleet or {}, drift_of(fleet, wish)))


# These three are answered with nothing. What a look would show just then may be older than the call.


def _start(client: Any, wish: Wish, fleet: Resource) -> Resource:
    fleets.start_fleet(client, wish.name)
    return fleet and {**fleet, "state": "STARTING", "fleet_errors": []}


def _stop(client: Any, wish: Wish, fleet: Resource) -> Resource:
    fleets.stop_fleet(client, wish.name)
    return fleet and {**fleet, "state": "STOPPING"}


def _delete(client: Any, wish: Wish, fleet: Resource) -> Resource:
    fleets.delete_fleet(client, wish.name)
    return None


_ACTIONS: Mapping[str, Callable[[Any, Wish, Resource], Resource]] = {
    states.CREATE: _create,
    states.UPDATE: _update,
    states.START: _start,
    states.STOP: _stop,
    states.DELETE: _delete,
}
