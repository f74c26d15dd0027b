# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The build lock as an item of a table in DynamoDB, whose conditional writes let exactly one run have it.

The table has the partition key ``lock``, a string. It needs no other settings.
"""

from __future__ import annotations

from typing import Any

from ..core.errors import AppStreamError
from . import api
from .holders import HOLDING, Holder, from_values
from .tag_lock import refusal

CHANGED = "ConditionalCheckFailedException"
ATTEMPTS = 5


def acquire(client: Any, table: str, key: str, me: Holder, stale_after: int, *, take_over: str = "") -> bool:
    """Hold the lock; False when this run had it before. ``stale_after``: minutes.

    Raises AppStreamError when another run holds it.
    """
    for _attempt in range(ATTEMPTS):
        seen, now = api.get_item(client, table, key)
        holder = from_values(seen)
        if holder and holder.run not in (me.run, take_over) and holder.is_alive(now, stale_after):
            raise refusal(holder, now)
        if _write(client, table, key, me.at(now, HOLDING), seen):
            return seen.get("run") != me.run
    raise AppStreamError(
        f"The lock {key} of table {table} has changed {ATTEMPTS} times while it was asked for: other runs ask, too",
        remedy="Run again once they have ended.",
    )


def renew(client: Any, table: str, key: str, me: Holder) -> bool:
    """Give a sign of life; False when the run does not hold the lock any more. Raises AppStreamError."""
    seen, now = api.get_item(client, table, key)
    return seen.get("run") == me.run and _write(client, table, key, me.at(now, HOLDING), seen)


def release(client: Any, table: str, key: str, run: str) -> bool:
    """Give the lock back; False when the run did not have it. Raises AppStreamError."""
    seen, _now = api.get_item(client, table, key)
    if seen.get("run") != run:
        return False
    try:
        api.delete_item(client, table, key, seen)
    except AppStreamError as error:
        if error.code != CHANGED:
            raise
        return False
    return True


def _write(client: Any, table: str, key: str, holder: Holder, seen: dict[str, str]) -> bool:
    try:
        api.put_item(client, table, key, holder.item, seen)
    except AppStreamError as error:
        if error.code != CHANGED:
            raise
        return False
    return True
