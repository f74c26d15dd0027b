# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Removes what a dead run has left behind, unless another run has come for it meanwhile.

An image builder takes minutes to stop and to go, in which somebody may start the same recipe again. So it gets the lock
of a build first, which keeps others away, and gives way to everybody who has one. Before each call it is read again.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..build_lock import api as lock_api
from ..build_lock import tag_lock
from ..build_lock.holders import Holder, live_holder, this_run
from ..core.calls import NOT_FOUND, call
from ..core.errors import AppStreamError
from ..core.reconcile import Connect, ManagedResource, Params, ensure
from ..core.tags import RUN_TAG
from ..core.waits import History, Resource
from ..fleet.resource import Fleet
from ..image.api import delete_image
from ..image_builder.resource import ImageBuilder
from ..stack.resource import Stack
from .reading import Buckets, read_place
from .rules import FLEET, IMAGE, IMAGE_BUILDER, STACK, Place, Policy, leftovers

_OF_CHECKS: Mapping[str, Callable[[Params, Connect], ManagedResource]] = {STACK: Stack, FLEET: Fleet}
_ABSENT = {"state": "absent", "tags": None, "purge_tags": True, "wait": True}

Warn = Callable[[str], None]
Leftover = dict[str, Any]


class InUseError(AppStreamError):
    """Another run has come for the image builder meanwhile; its message says which."""


@dataclass(frozen=True)
class Removal:
    """What is to be removed, and when it counts as left behind.

    Attributes:
        options: how long to wait for an image builder: ``wait_timeout`` and ``wait_delay`` in seconds.
    """

    kind: str
    name: str
    policy: Policy
    prices: Mapping[str, float] = field(default_factory=dict)
    buckets: Buckets = ()
    options: Params = field(default_factory=dict)

    def find(self, place: Place) -> Leftover | None:
        """The thing as it is judged in a place; None when it is no longer there."""
        found = leftovers(place, self.policy, [self.kind], self.prices)
        return next((one for one in found if (one["kind"], one["name"]) == (self.kind, self.name)), None)


def remove(removal: Removal, connect: Connect, *, check_mode: bool, warn: Warn) -> dict[str, Any]:
    """Remove a thing that is still left over; the module's return values. Raises AppStreamError."""
    found = removal.find(read_place(connect, [removal.kind], removal.buckets))
    if found is None or not found["removable"]:
        return {"changed": False, "leftover": found}
    if check_mode:
        return {"changed": True, "leftover": found}
    if removal.kind == IMAGE_BUILDER:
        return _remove_image_builder(removal, found, connect, warn)
    if removal.kind in _OF_CHECKS:
        params = {**_ABSENT, "wait_for_capacity": False, **removal.options, "name": removal.name}
        resource = _OF_CHECKS[removal.kind](params, connect)
        ensure(resource, check_mode=False, warn=warn)
    elif removal.kind == IMAGE:
        # Never waited for: AWS refuses to delete an image of this name that is in the making by now, and to make one
        # takes longer than all attempts.
        _unless_gone(lambda: delete_image(connect("appstream"), removal.name))
    else:
        bucket, _slash, key = removal.name.partition("/")
        call(connect("s3"), "delete_object", f"s3://{removal.name}", Bucket=bucket, Key=key)
    return {"changed": True, "leftover": found}


def _remove_image_builder(removal: Removal, found: Leftover, connect: Connect, warn: Warn) -> dict[str, Any]:
    client = connect("appstream")
    holder = _this_holder()
    lock = _Lock(client, found, holder, removal.policy)
    try:
        lock.take()
        found = _still_left(removal, found, connect, holder)
        return {"changed": _delete(removal, lock, connect, warn), "leftover": found}
    except InUseError as error:
        lock.release()
        kept = {**found, "removable": False, "kept_because": error.message}
        return {"changed": lock.has_acted, "leftover": kept}
    except AppStreamError as error:
        lock.release()
        if error.code == NOT_FOUND and not lock.has_acted:
            return {"changed": False, "leftover": None}
        error.result = {"changed": lock.has_acted, "leftover": found}
        raise


def _still_left(removal: Removal, found: Leftover, connect: Connect, holder: Holder) -> Leftover:
    """Judge it again, with the lock taken; what has come before that is seen now. Raises InUseError."""
    again = removal.find(read_place(connect, [removal.kind], but=holder.run))
    if again is not None and not again["removable"]:
        raise InUseError(again["kept_because"] or "it is left over no more")
    return again or found


def _delete(removal: Removal, lock: _Lock, connect: Connect, warn: Warn) -> bool:
    params = {**_ABSENT, "recreate": False, **removal.options, "name": removal.name}
    return bool(ensure(_LeftImageBuilder(params, connect, lock), check_mode=False, warn=warn)["changed"])


class _Lock:
    """The lock of a build on an image builder; whoever holds or asks for another one comes first."""

    def __init__(self, client: Any, found: Leftover, holder: Holder, policy: Policy) -> None:
        self._client = client
        self._found = found
        self._holder = holder
        self._policy = policy
        self.has_acted = False

    def take(self) -> None:
        """Hold the lock. Raises InUseError when another run is alive."""
        self.verify()
        try:
            # What dead runs have left says that it is left over, as it has to after the next reading.
            tag_lock.acquire(self._client, self._found["arn"], self._holder, self._policy.stale_after, is_build=False)
        except AppStreamError as error:
            if "holder" not in error.result:
                raise
            raise InUseError(f"in use by run {error.result['holder']['run']}") from error

    def verify(self) -> None:
        """Read whether the image builder is still nobody else's. Raises InUseError."""
        tags, now = lock_api.read(self._client, self._found["arn"])
        other = live_holder(tags, now, self._policy.stale_after, but=self._holder.run)
        if other:
            raise InUseError(f"in use by {other.describe(now)}")
        if tags.get(RUN_TAG) != self._found["run"]:
            raise InUseError(f"run {tags.get(RUN_TAG)} has taken it over")

    def release(self) -> None:
        """Take the tag away again, if that is possible; it means nothing any more after a while."""
        with suppress(AppStreamError):
            lock_api.remove(self._client, self._found["arn"], [self._holder.run])


class _LeftImageBuilder(ImageBuilder):
    """An image builder to delete, as long as nobody else comes for it."""

    def __init__(self, params: Params, connect: Connect, lock: _Lock) -> None:
        super().__init__(params, connect)
        self._lock = lock

    def act(self, step: str, resource: Resource, plan: Any, history: History) -> tuple[Resource, list[str]]:
        """Take a step unless it is in use by now. Raises InUseError."""
        self._lock.verify()
        taken = super().act(step, resource, plan, history)
        self._lock.has_acted = True
        return taken


def _this_holder() -> Holder:
    """A run whose id comes after those of all builds: of two that ask at once, the first one wins."""
    return this_run(f"clean-up-{secrets.token_hex(4)}", process=os.getpid())


def _unless_gone(delete: Callable[[], Any]) -> None:
    try:
        delete()
    except AppStreamError as error:
        if error.code != NOT_FOUND:
            raise
