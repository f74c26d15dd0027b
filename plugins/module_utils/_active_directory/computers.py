# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The computer accounts of image builders.

AppStream gives each image builder a computer account of a random name, tells in its description whose it is, and never
deletes it (administration guide, "Tutorial: Setting Up Active Directory", "Identifying Computer Objects").
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from .accounts import DISABLED
from .connection import Directory, Entry, escape
from .errors import ActiveDirectoryError
from .names import parent
from .plans import Plan
from .security_descriptors import parse_sid
from .times import from_filetime, from_generalized_time, iso

# "AppStream 2.0 - image-builder:design", or "WorkSpaces Applications - image-builder:design": the product was renamed.
_DESCRIPTION = re.compile(r"(?:^|[\s-])image-builder:([a-zA-Z0-9][a-zA-Z0-9_.-]*)\Z")
_ATTRIBUTES = (
    *("description", "dNSHostName", "sAMAccountName", "userAccountControl", "objectSid"),
    *("whenCreated", "pwdLastSet"),
)
# Seconds between two looks for an account that is being made.
_DELAY = 5


@dataclass(frozen=True)
class Computer:
    """The computer account of an image builder; ``view`` is what modules return of it."""

    builder: str
    distinguished_name: str
    created: datetime
    password_set: datetime | None
    enabled: bool
    view: dict[str, Any]


@dataclass(frozen=True)
class Cleanup:
    """Which accounts may go: of builders not ``in_use``, older than ``minimum_age``, and only of ``names`` if given."""

    in_use: Sequence[str]
    minimum_age: timedelta
    names: Sequence[str] | None = None


def computers_of(directory: Directory, base: str, names: Sequence[str] | None) -> list[Computer]:
    """Return the computer accounts of image builders below a container, all or those of some builders.

    Best first: enabled before disabled, then by their last password, which a computer sets when it joins.

    Raises ActiveDirectoryError.
    """
    tails = ["*"] if names is None else [escape(name) for name in names]
    if not tails:
        return []
    wanted = "".join(f"(description=*image-builder:{tail})" for tail in tails)
    found = directory.search(base, f"(&(objectClass=computer)(|{wanted}))", _ATTRIBUTES)
    computers = [computer for entry in found for computer in _computers(entry)]
    # The directory's match does not mind case, AppStream's names do.
    chosen = [computer for computer in computers if names is None or computer.builder in names]
    oldest = datetime(1601, 1, 1, tzinfo=timezone.utc)
    return sorted(
        chosen,
        key=lambda computer: (computer.enabled, computer.password_set or oldest, computer.created),
        reverse=True,
    )


def _computers(entry: Entry) -> list[Computer]:
    description = entry.text("description") or ""
    builder = _DESCRIPTION.search(description)
    if builder is None:
        return []
    created, password_set = (
        from_generalized_time(entry.text("whenCreated") or ""),
        from_filetime(entry.text("pwdLastSet")),
    )
    enabled = not int(entry.text("userAccountControl") or 0) & DISABLED
    view = {
        "name": builder[1],
        "computer_name": (entry.text("sAMAccountName") or "").rstrip("$"),
        "dns_name": entry.text("dNSHostName"),
        "distinguished_name": entry.distinguished_name,
        "organizational_unit": parent(entry.distinguished_name),
        "description": description,
        "enabled": enabled,
        "created": iso(created),
        "last_password_set": iso(password_set),
        "sid": parse_sid(entry.first("objectSid") or b""),
    }
    return [Computer(builder[1], entry.distinguished_name, created, password_set, enabled, view)]


def image_builders(computers: Iterable[Computer]) -> list[dict[str, Any]]:
    """Return one account for each image builder, by name, and under ``others`` how many more it has."""
    by_name: dict[str, list[Computer]] = {}
    for computer in computers:
        by_name.setdefault(computer.builder, []).append(computer)
    return [{**some[0].view, "others": len(some) - 1} for _name, some in sorted(by_name.items())]


def wait_for_image_builders(
    directory: Directory,
    base: str,
    names: Sequence[str] | None,
    timeout: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the image builders' accounts, and the names of those that have none with a DNS name.

    Looks again, for ``timeout`` seconds, while there are such names: the DNS name is written some time after the join.

    Raises ActiveDirectoryError.
    """
    deadline = clock() + timeout
    while True:
        found = image_builders(computers_of(directory, base, names))
        ready = {builder["name"] for builder in found if builder["dns_name"]}
        missing = [name for name in names or [] if name not in ready]
        left = deadline - clock()
        if not missing or left <= 0:
            return found, missing
        sleep(min(_DELAY, left))


def plan_cleanup(
    directory: Directory, base: str, cleanup: Cleanup, now: datetime
) -> tuple[Plan, list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the deletion of accounts that no image builder uses, these accounts, and those kept, each with a reason.

    Raises ActiveDirectoryError; carrying it out goes on after an account that cannot be deleted, and then raises.
    """
    computers = computers_of(directory, base, None)
    kept, unused = [], []
    for computer in computers:
        reason = _reason_to_keep(computer, cleanup, now)
        if reason:
            kept.append({**computer.view, "reason": reason})
        else:
            unused.append(computer)
    before, after = (
        {"computers": sorted(computer.distinguished_name for computer in some)}
        for some in (computers, [computer for computer in computers if computer not in unused])
    )
    steps = [lambda: _delete(directory, unused)] if unused else []
    return Plan(before, after, steps), [computer.view for computer in unused], kept


def _reason_to_keep(computer: Computer, cleanup: Cleanup, now: datetime) -> str | None:
    # Whether AppStream minds case or not: better keep one too many.
    if computer.builder.lower() in {name.lower() for name in cleanup.in_use}:
        return "in use"
    if cleanup.names is not None and computer.builder not in cleanup.names:
        return "not asked for"
    if now - max(computer.created, computer.password_set or computer.created) < cleanup.minimum_age:
        return "too young"
    return None


def _delete(directory: Directory, computers: Sequence[Computer]) -> None:
    removed: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    error: ActiveDirectoryError | None = None
    for computer in computers:
        name = computer.distinguished_name
        needs = f"Delete on {name}, or Delete Computer objects on {parent(name)}"
        try:
            directory.delete(name, needs=needs)
        except ActiveDirectoryError as caught:
            if caught.kind == ActiveDirectoryError.NOT_FOUND:
                continue
            error = caught
            failed.append({**computer.view, "reason": str(caught)})
            if caught.kind == ActiveDirectoryError.UNREACHABLE:
                break
        else:
            removed.append(computer.view)
    if error:
        raise ActiveDirectoryError(
            f"{len(failed)} of {len(computers)} computer accounts could not be deleted, the last being "
            f"{failed[-1]['distinguished_name']}",
            cause=error.message if error.cause is None else f"{error.message}: {error.cause}",
            remedy=error.remedy,
            kind=error.kind,
            result={"changed": bool(removed), "removed": removed, "not_removed": failed},
        )
