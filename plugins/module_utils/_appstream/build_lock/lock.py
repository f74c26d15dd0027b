# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One recipe, one run: the lock that a run holds from the first change to the end of a build.

It always stands in the tags of the image builder, where everybody can see it. Creating an image builder is what only
one run can do, so that a new one has its lock from the start. With a table in DynamoDB that decides who gets the lock,
and the tags only show it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..core.calls import call
from ..core.errors import AppStreamError
from ..core.tags import RUN_TAG
from ..image_builder.api import describe_image_builder
from . import api, table_lock, tag_lock
from .holders import HOLDING, STALE_AFTER, Holder, from_values, holders

TAGS = "tags"
DYNAMODB = "dynamodb"
TYPES = (TAGS, DYNAMODB)

Connect = Callable[[str], Any]


@dataclass(frozen=True)
class Lock:
    """The lock of a recipe.

    Attributes:
        builder_name: the recipe's image builder.
        me: the run that is to have the lock.
        table: the table in DynamoDB; empty where tags decide.
        key: the lock's name in that table.
        stale_after: minutes without a sign of life after which a run counts as dead.
    """

    builder_name: str
    me: Holder
    table: str = ""
    key: str = ""
    stale_after: int = STALE_AFTER


def problems(options: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the settings of a lock."""
    found = []
    if (options.get("type") == DYNAMODB) != bool(options.get("table")):
        found.append("table names the table in DynamoDB: it goes with type dynamodb, which needs it")
    stale_after = options.get("stale_after")
    if stale_after is not None and stale_after < 1:
        found.append(f"stale_after is {stale_after}, but must be at least 1 (minute)")
    return found


def key(connect: Connect, recipe: str) -> str:
    """Return what names the lock in a table that several accounts and Regions may share. Raises AppStreamError."""
    account = call(connect("sts"), "get_caller_identity", "the credentials in use")["Account"]
    return f"{account}/{connect('appstream').meta.region_name}/{recipe}"


def acquire(connect: Connect, lock: Lock, take_over: str = "") -> tuple[bool, list[str]]:
    """Hold the lock; returns whether the run did not have it before, and warnings.

    ``take_over``: the id of a run that loses the lock though it may be alive. Raises AppStreamError when another run
    holds it.
    """
    builder = _builder(connect, lock)
    if not lock.table:
        # Nobody can have the lock of a builder that isn't there: only one run can create it.
        return builder is not None and tag_lock.acquire(
            connect("appstream"), builder["arn"], lock.me, lock.stale_after, take_over=take_over
        ), []
    client = connect("dynamodb")
    changed = table_lock.acquire(client, lock.table, lock.key, lock.me, lock.stale_after, take_over=take_over)
    return changed, _show(connect, lock, builder) if builder else []


def renew(connect: Connect, lock: Lock) -> bool:
    """Give a sign of life; False when there is nothing yet to give it to.

    Raises AppStreamError, with ``lost`` in its result when the run has the lock no more.
    """
    builder = _builder(connect, lock)
    if lock.table:
        held = table_lock.renew(connect("dynamodb"), lock.table, lock.key, lock.me)
        if held and builder:
            _show(connect, lock, builder)
    else:
        held = builder is None or tag_lock.renew(connect("appstream"), builder["arn"], lock.me)
    if not held:
        raise AppStreamError(
            f"Another run has taken over image builder {lock.builder_name}, so this one ends here"
            f"{_named_holder(connect, lock)}",
            remedy="Nothing is to be done: the other run goes on from here.",
            result={"lost": True},
        )
    return bool(lock.table) or builder is not None


def release(connect: Connect, lock: Lock) -> bool:
    """Give the lock back; False when the run did not have it. Raises AppStreamError."""
    builder = _builder(connect, lock)
    shown = builder is not None and tag_lock.release(connect("appstream"), builder["arn"], lock.me.run)
    if not lock.table:
        return shown
    return table_lock.release(connect("dynamodb"), lock.table, lock.key, lock.me.run)


def is_held(connect: Connect, lock: Lock, take_over: str = "") -> bool:
    """Say whether the run has the lock, changing nothing. Raises AppStreamError when another run holds it."""
    held, now = _holders(connect, lock)
    for holder in held:
        if holder.run not in (lock.me.run, take_over) and holder.is_alive(now, lock.stale_after):
            raise tag_lock.refusal(holder, now)
    return any(holder.run == lock.me.run for holder in held)


def _holders(connect: Connect, lock: Lock) -> tuple[list[Holder], datetime]:
    """Return every run that has the lock or asks for it, and AWS's time. Raises AppStreamError."""
    if lock.table:
        item, now = api.get_item(connect("dynamodb"), lock.table, lock.key)
        found = from_values(item)
        return [found] if found else [], now
    builder = _builder(connect, lock)
    tags, now = api.read(connect("appstream"), builder["arn"]) if builder else ({}, lock.me.renewed)
    return holders(tags), now


def _named_holder(connect: Connect, lock: Lock) -> str:
    """Return who has the lock, as the end of a message; empty where that is not known."""
    try:
        found, now = _holders(connect, lock)
    except AppStreamError:
        return ""
    return f": the image is being built by {found[0].describe(now)}" if found else ""


def _builder(connect: Connect, lock: Lock) -> dict[str, Any] | None:
    found = describe_image_builder(connect("appstream"), lock.builder_name)
    return None if found is None or found["state"] == "DELETING" else found


def _show(connect: Connect, lock: Lock, builder: Mapping[str, Any]) -> list[str]:
    """Show in the tags who has the lock of a table; a failure is a warning, since the table has decided."""
    client, arn = connect("appstream"), builder["arn"]
    try:
        tags, now = api.read(client, arn)
        others = [one.run for one in holders(tags) if one.run != lock.me.run]
        if others:
            api.remove(client, arn, others)
        api.write(client, arn, {**lock.me.at(now, HOLDING).tag, RUN_TAG: lock.me.run})
    except AppStreamError as error:
        return [f"The tags of image builder {lock.builder_name} do not show who builds: {error}"]
    return []
