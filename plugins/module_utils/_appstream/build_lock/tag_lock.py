# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The build lock in the tags of an image builder.

Tags know no conditional write. So each run asks first, in a tag of its own, waits, and reads who else does: whoever
holds the lock keeps it, of several that ask the first run wins, and one that finds another holder beside itself asks
again. As long as a written tag can be read after ``GRACE`` seconds no two runs hold the lock, however slow one of them
is between two of its calls.

Unproven [tags_read_back]: that ListTagsForResource returns what TagResource has written within ``GRACE`` seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ..core.errors import AppStreamError
from ..core.tags import RUN_TAG
from . import api
from .holders import ASKING, HOLDING, LOCK_TAG, Holder, holders, live_holder

GRACE = 3.0
"""Seconds between asking for the lock and reading who else does."""
ATTEMPTS = 5

Sleep = Callable[[float], None]


def acquire(
    client: Any,
    arn: str,
    me: Holder,
    stale_after: int,
    *,
    take_over: str = "",
    is_build: bool = True,
    sleep: Sleep = time.sleep,
) -> bool:
    """Hold the lock of an image builder; False when this run had it before.

    ``stale_after``: minutes. ``take_over``: the id of a run that loses the lock though it may be alive.
    ``is_build``: the image builder is this run's from now on, and what dead runs have left there goes.
    Raises AppStreamError when another run holds it.
    """
    tags, now = api.read(client, arn)
    if any(one.run == me.run and one.phase == HOLDING for one in holders(tags)):
        api.write(client, arn, me.at(now, HOLDING).tag)
        return False
    if is_build:
        _remove_dead(client, arn, tags, now, me, stale_after, take_over)
    rival = _rival(tags, now, me, stale_after, take_over, asking=False)
    if rival:
        raise refusal(rival, now)
    for _attempt in range(ATTEMPTS):
        api.write(client, arn, me.at(now, ASKING).tag)
        sleep(GRACE)
        tags, now = api.read(client, arn)
        rival = _rival(tags, now, me, stale_after, take_over, asking=True)
        if rival:
            break
        api.write(client, arn, me.at(now, HOLDING).tag)
        tags, now = api.read(client, arn)
        rival = _rival(tags, now, me, stale_after, take_over, asking=False)
        if rival is None:
            if is_build:
                api.write(client, arn, {RUN_TAG: me.run})
            return True
    api.remove(client, arn, [me.run])
    raise refusal(rival or me, now)


def renew(client: Any, arn: str, me: Holder) -> bool:
    """Give a sign of life; False when the run does not hold the lock any more. Raises AppStreamError."""
    tags, now = api.read(client, arn)
    if LOCK_TAG + me.run not in tags:
        return False
    api.write(client, arn, me.at(now, HOLDING).tag)
    return True


def release(client: Any, arn: str, run: str) -> bool:
    """Give the lock back; False when the run did not have it. Raises AppStreamError."""
    tags, _now = api.read(client, arn)
    if LOCK_TAG + run not in tags:
        return False
    api.remove(client, arn, [run])
    return True


def refuse_another_runs(client: Any, builder: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None) -> None:
    """Raise AppStreamError when an image builder is there although the run that ``wanted`` has a lock's tag of has not.

    Whoever finds an image builder gets its lock first, and whoever creates one creates it with that tag. So another run
    was faster.
    """
    mine = [str(key) for key in wanted or {} if str(key).startswith(LOCK_TAG)]
    if not builder or not mine or builder["state"] == "DELETING" or mine[0] in (builder.get("tags") or {}):
        return
    tags, now = api.read(client, builder["arn"])
    if mine[0] in tags:
        return
    found = holders(tags)
    if found:
        raise refusal(found[0], now)
    raise AppStreamError(
        f"Image builder {builder['name']} has just been created by somebody else",
        remedy="Use another name for the image builder, or run again to adopt it.",
    )


def refusal(holder: Holder, now: datetime) -> AppStreamError:
    """The error of a run that does not get the lock."""
    return AppStreamError(
        f"The image is being built by {holder.describe(now)}",
        remedy="Wait until that run has ended, or end it. If it can't be alive any more, take its place with "
        f"appstream_take_over={holder.run}",
        result={"holder": holder.values(now)},
    )


def _rival(
    tags: Mapping[str, str], now: datetime, me: Holder, stale_after: int, take_over: str, *, asking: bool
) -> Holder | None:
    """The run that goes before this one. ``asking``: those that have asked first count, too."""
    left = {key: value for key, value in tags.items() if key != LOCK_TAG + take_over}
    found = live_holder(left, now, stale_after, but=me.run)
    if found is None or found.phase == HOLDING:
        return found
    return found if asking and found.run < me.run else None


def _remove_dead(
    client: Any,
    arn: str,
    tags: Mapping[str, str],
    now: datetime,
    me: Holder,
    stale_after: int,
    take_over: str,
) -> None:
    """Remove what dead runs have left behind: an image builder has 50 tags at most."""
    others = [one for one in holders(tags) if one.run != me.run]
    dead = [one.run for one in others if one.run == take_over or not one.is_alive(now, stale_after)]
    if dead:
        api.remove(client, arn, dead)
