# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What of an account's things a dead run has left behind, and why the rest is kept. Nothing here calls AWS.

Whatever is doubtful is kept: that costs money, while removing it may cost a build.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from ..build_lock.holders import LOCK_TAG, STALE_AFTER, Holder, holders, live_holder
from ..core import states
from ..core.tags import EXPIRES_TAG, IMAGE_TAG, RECIPE_TAG, RUN_TAG
from ..image_builder.temporary import is_temporary

IMAGE_BUILDER = "image_builder"
STACK = "stack"
FLEET = "fleet"
IMAGE = "image"
TRANSFER_FILE = "transfer_file"
KINDS = (IMAGE_BUILDER, STACK, FLEET, IMAGE, TRANSFER_FILE)
"""In the order in which they can be removed: a stack before the fleet that it offers, a fleet before its image."""
TEMPORARY_IMAGE_BUILDER = "temporary_image_builder"

VERIFY_TAG = "euc.appstream:verify_service"
"""On what a check of the service itself has made, which may have no recipe."""
VERIFY_NAME = "euc-appstream-verify"
"""What the names of that begin with, unless it is told otherwise."""

# States in which AWS bills no instance of an image builder or a fleet. Unproven [billed_states] for those between
# STOPPED and RUNNING.
_NOT_BILLED = frozenset({"STOPPED", "FAILED", "DELETING"})
_HOURS_A_DAY = 24

Thing = Mapping[str, Any]


@dataclass(frozen=True)
class Policy:
    """How long to wait before something counts as left behind.

    Attributes:
        grace: since it has expired, or since the last sign of life of its run.
        stale_after: minutes without a sign of life after which a run counts as dead.
    """

    grace: timedelta
    stale_after: int = STALE_AFTER


@dataclass(frozen=True)
class Place:
    """An account and Region at a moment, things in snake_case form with their ``tags``.

    Attributes:
        now: the time, by AWS's clock.
        image_builders: every image builder, by name.
        images: own images that are FAILED or in the making, by name.
        stacks, fleets: those that have the name of a check of the service.
        transfer_files: objects in S3 with ``name``, ``arn`` and ``created_time``.
        but: the run whose locks do not count, because it is the one that asks.
    """

    now: datetime
    image_builders: Mapping[str, Thing] = field(default_factory=dict)
    images: Mapping[str, Thing] = field(default_factory=dict)
    stacks: Sequence[Thing] = ()
    fleets: Sequence[Thing] = ()
    transfer_files: Sequence[Thing] = ()
    but: str = ""


@dataclass(frozen=True)
class Verdict:
    """What is to become of a thing.

    Attributes:
        reason: why it has been left behind; empty when it has not.
        kept_because: why it is kept all the same; empty when it may be removed.
        since: from when on it has been of no use, or else when it was made; None when that is not known.
    """

    reason: str = ""
    kept_because: str = ""
    since: datetime | None = None

    @property
    def is_removable(self) -> bool:
        """Whether it may be removed."""
        return bool(self.reason) and not self.kept_because


def parse_time(text: Any) -> datetime | None:
    """A time in ISO 8601, in UTC unless it says otherwise; None for everything else."""
    written = str(text or "")
    try:
        time = datetime.fromisoformat(written[:-1] + "+00:00" if written.endswith("Z") else written)
        return time.replace(tzinfo=timezone.utc) if time.tzinfo is None else time.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def image_builder_verdict(builder: Thing, place: Place, policy: Policy) -> Verdict:
    """What is to become of an image builder."""
    tags, state, created = _tags(builder), builder.get("state"), parse_time(builder.get("created_time"))
    kept = (
        _kept_temporary(builder)
        or _kept_foreign(tags)
        or _kept_for_state(state)
        or _kept_for_run(tags, place, policy)
        or _kept_for_image(builder, place)
    )
    if kept:
        return Verdict(kept_because=kept, since=created)
    dead = [holder for holder in holders(tags) if holder.run != place.but]
    if dead:
        last = max(dead, key=lambda holder: holder.renewed)
        return _after_grace(f"orphaned: {last.describe(place.now)}", last.renewed, place.now, policy)
    return _expiry_verdict(tags, created, place.now, policy)


def _expiry_verdict(tags: Mapping[str, str], created: datetime | None, now: datetime, policy: Policy) -> Verdict:
    expires = parse_time(tags.get(EXPIRES_TAG))
    if expires is None:
        # It may be in use by whoever gave it these tags.
        return Verdict(kept_because=f"its tags do not say when it expires ({EXPIRES_TAG})", since=created)
    if now < expires:
        return Verdict(kept_because=f"it expires at {_shown(expires)}", since=created)
    return _after_grace(f"expired at {_shown(expires)}", expires, now, policy)


def image_verdict(image: Thing, place: Place, policy: Policy) -> Verdict:
    """What is to become of an own image that is FAILED or in the making, or that a check of the service has made.

    Any other is kept, whatever its age.
    """
    tags, state, created = _tags(image), image.get("state"), parse_time(image.get("created_time"))
    kept = _kept_foreign(tags) or _kept_for_run(tags, place, policy) or _kept_for_name(image, place, policy)
    if kept:
        return Verdict(kept_because=kept, since=created)
    if states.image_is(states.FAILED, state):
        return _after_grace("FAILED, and its run has ended", created, place.now, policy)
    if tags.get(VERIFY_TAG) and states.image_is(states.READY, state):
        return _expiry_verdict(tags, created, place.now, policy)
    builder = image.get("image_builder_name")
    if not states.image_is(states.MOVING, state) or state == "DELETING":
        return Verdict(kept_because=f"it is {state}", since=created)
    if builder in place.image_builders:
        return Verdict(kept_because=f"it is being made of image builder {builder}", since=created)
    found = _after_grace(f"{state} without its image builder", created, place.now, policy)
    # DeleteImage refuses it (unproven [deleting_an_image_on_its_way]), and it may yet become AVAILABLE.
    waits = "it is still in the making; it can be deleted once it is FAILED"
    return Verdict(found.reason, found.kept_because or waits, found.since)


def check_verdict(thing: Thing, place: Place, policy: Policy) -> Verdict:
    """What is to become of a stack or fleet. Only a check of the service makes one that is not there to stay."""
    tags, created = _tags(thing), parse_time(thing.get("created_time"))
    kept = "" if tags.get(VERIFY_TAG) else f"it was not made by verify_service: it lacks the tag {VERIFY_TAG}"
    kept = kept or _kept_for_run(tags, place, policy)
    if kept:
        return Verdict(kept_because=kept, since=created)
    return _expiry_verdict(tags, created, place.now, policy)


def transfer_file_verdict(file: Thing, place: Place, policy: Policy) -> Verdict:
    """What is to become of an object in S3 that was put there on its way to an image builder."""
    tags, created = _tags(file), parse_time(file.get("created_time"))
    kept = _kept_foreign(tags) or _kept_for_run(tags, place, policy)
    if kept:
        return Verdict(kept_because=kept, since=created)
    return _after_grace("its run has ended", created, place.now, policy)


def leftovers(
    place: Place, policy: Policy, kinds: Collection[str] = KINDS, prices: Mapping[str, float] | None = None
) -> list[dict[str, Any]]:
    """Everything of these kinds, as module ``leftover_info`` returns it, in the order of kinds and names.

    ``prices``: of an hour, by instance type.
    """
    judged = (
        (IMAGE_BUILDER, _builders(place), image_builder_verdict),
        (STACK, list(place.stacks), check_verdict),
        (FLEET, list(place.fleets), check_verdict),
        (IMAGE, list(place.images.values()), image_verdict),
        (TRANSFER_FILE, list(place.transfer_files), transfer_file_verdict),
    )
    return [
        _leftover(kind, thing, verdict_of(thing, place, policy), place.now, prices or {})
        for kind, things, verdict_of in judged
        if kind in kinds
        for thing in sorted(things, key=lambda one: str(one["name"]))
    ]


def live_runs(place: Place, policy: Policy) -> dict[str, Holder]:
    """Every run that is at work with some image builder of the place, by its id."""
    found = (live_holder(_tags(one), place.now, policy.stale_after, but=place.but) for one in _builders(place))
    return {holder.run: holder for holder in found if holder}


def is_ours(tags: Mapping[str, str]) -> bool:
    """Whether the collection has made what has these tags."""
    return bool(tags.get(VERIFY_TAG)) or bool(tags.get(RECIPE_TAG) and tags.get(RUN_TAG))


def _kept_temporary(builder: Thing) -> str:
    if not is_temporary(builder):
        return ""
    return "AppStream has made it for a managed image update and deletes it when the update is over"


def _kept_foreign(tags: Mapping[str, str]) -> str:
    return "" if is_ours(tags) else f"it was not made by this collection: it lacks the tags {RECIPE_TAG} and {RUN_TAG}"


def _kept_for_state(state: Any) -> str:
    reasons = {
        "SNAPSHOTTING": "an image is being made of it (SNAPSHOTTING)",
        "DELETING": "it is just being deleted",
    }
    return reasons.get(str(state), "")


def _kept_for_run(tags: Mapping[str, str], place: Place, policy: Policy) -> str:
    """A run at work with the thing itself, the run that has made it, or one that builds the same recipe."""
    holder = live_holder(tags, place.now, policy.stale_after, but=place.but)
    if holder:
        return f"in use by {holder.describe(place.now)}"
    unknown = _unknown_locks(tags)
    if unknown:
        return f"its lock cannot be read ({', '.join(unknown)}); remove that tag if no run is at work with it"
    alive = live_runs(place, policy)
    if tags.get(RUN_TAG) in alive:
        return f"its run is at work: {alive[tags[RUN_TAG]].describe(place.now)}"
    for builder in _builders(place) if tags.get(RECIPE_TAG) else []:
        other = live_holder(_tags(builder), place.now, policy.stale_after, but=place.but)
        if other and _tags(builder).get(RECIPE_TAG) == tags[RECIPE_TAG]:
            return f"its recipe {tags[RECIPE_TAG]} is being built by {other.describe(place.now)}"
    return ""


def _unknown_locks(tags: Mapping[str, str]) -> list[str]:
    """Tags that are locks of another form, such as a later version's."""
    known = {LOCK_TAG + holder.run for holder in holders(tags)}
    return sorted(key for key in tags if key.startswith(LOCK_TAG) and key not in known)


def _kept_for_image(builder: Thing, place: Place) -> str:
    """An image that is made of the image builder, under whatever name."""
    for image in place.images.values():
        is_its = image.get("image_builder_name") == builder["name"] or image["name"] == _tags(builder).get(IMAGE_TAG)
        if is_its and states.image_is(states.MOVING, image.get("state")):
            return f"its image {image['name']} is {image['state']}"
    return ""


def _kept_for_name(image: Thing, place: Place, policy: Policy) -> str:
    """A run that is about to make an image of this name."""
    for builder in _builders(place):
        holder = live_holder(_tags(builder), place.now, policy.stale_after, but=place.but)
        if holder and _tags(builder).get(IMAGE_TAG) == image["name"]:
            return f"an image of this name is being built by {holder.describe(place.now)}"
    return ""


def _after_grace(reason: str, since: datetime | None, now: datetime, policy: Policy) -> Verdict:
    if since is None:
        return Verdict(reason, "it is not known since when", None)
    if max(now - since, timedelta(0)) < policy.grace:
        hours = policy.grace.total_seconds() / 3600
        return Verdict(reason, f"that is less than {hours:g} hours ago", since)
    return Verdict(reason, "", since)


def _leftover(kind: str, thing: Thing, verdict: Verdict, now: datetime, prices: Mapping[str, float]) -> dict[str, Any]:
    tags, arn = _tags(thing), str(thing.get("arn") or "")
    kind = TEMPORARY_IMAGE_BUILDER if kind == IMAGE_BUILDER and is_temporary(thing) else kind
    _arn, _partition, _service, region, account = [*arn.split(":"), *[""] * 5][:5]
    is_billed = kind in (IMAGE_BUILDER, FLEET) and thing.get("state") not in _NOT_BILLED
    hours_a_day = _HOURS_A_DAY * _instances(thing) if is_billed else 0
    price = prices.get(str(thing.get("instance_type") or ""))
    cost = round(hours_a_day * price, 2) if price is not None and is_billed else None
    return {
        "kind": kind,
        "name": thing["name"],
        "arn": arn,
        "account": account or None,
        "region": region or None,
        "recipe": tags.get(RECIPE_TAG),
        "run": tags.get(RUN_TAG),
        "state": thing.get("state"),
        "instance_type": thing.get("instance_type"),
        "removable": verdict.is_removable,
        "reason": verdict.reason,
        "kept_because": verdict.kept_because,
        "since": _shown(verdict.since) if verdict.since else None,
        "hours": _hours(now - verdict.since) if verdict.since else None,
        "hours_a_day": hours_a_day,
        "cost_a_day": cost,
        "message": _message(kind, thing, verdict, hours_a_day, cost),
    }


def _message(kind: str, thing: Thing, verdict: Verdict, hours_a_day: int, cost: float | None) -> str:
    """One line for people."""
    about = ", ".join(str(one) for one in (thing.get("state"), thing.get("instance_type")) if one)
    named = f"{kind.replace('_', ' ')} {thing['name']}{f' ({about})' if about else ''}"
    if verdict.kept_because:
        behind = f" although left over ({verdict.reason})" if verdict.reason else ""
        return f"{named} stays{behind}: {verdict.kept_because}"
    money = f", which cost {cost:g}" if cost is not None else ""
    leaving = f"; to leave it takes {hours_a_day} instance hours a day{money}" if hours_a_day else ""
    return f"{named} is left over: {verdict.reason}{leaving}"


def _instances(thing: Thing) -> int:
    """How many a fleet has or is about to have; an image builder is one."""
    return max(1, (thing.get("compute_capacity_status") or {}).get("running") or 0)


def _hours(age: timedelta) -> float:
    return round(max(0.0, age.total_seconds()) / 3600, 1)


def _builders(place: Place) -> list[Thing]:
    return list(place.image_builders.values())


def _tags(thing: Thing) -> Mapping[str, str]:
    return thing.get("tags") or {}


def _shown(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
