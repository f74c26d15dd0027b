# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Access control lists of directory objects: single entries are added and taken away, all others stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .connection import DACL, Directory
from .errors import ActiveDirectoryError
from .security_descriptors import AccessControlEntry, SecurityDescriptor, build, parse

Entries = tuple[AccessControlEntry, ...]


def read_access_control_list(directory: Directory, name: str) -> SecurityDescriptor:
    """Return an object's security descriptor with its access control list only. Raises ActiveDirectoryError."""
    entry = directory.read(name, ["nTSecurityDescriptor"], security=DACL)
    if entry is None:
        raise ActiveDirectoryError(f"There is no {name}", kind=ActiveDirectoryError.NOT_FOUND)
    value = entry.first("nTSecurityDescriptor")
    if value is None:
        raise ActiveDirectoryError(
            f"{directory.username} is not allowed to read the permissions of {name}",
            remedy=f"It needs Read permissions (READ_CONTROL) on {name}.",
            kind=ActiveDirectoryError.DENIED,
        )
    return parse(value)


def with_entries(entries: Entries, wanted: Sequence[AccessControlEntry]) -> Entries:
    """Return a list with the wanted entries that it lacks; no other moves.

    Denials come first and grants behind the object's own, the canonical order (MS-DTYP 2.4.5).
    """
    missing = [entry for entry in wanted if not any(present.covers(entry) for present in entries)]
    denials = tuple(entry for entry in missing if entry.is_denial)
    grants = tuple(entry for entry in missing if not entry.is_denial)
    own = next((index for index, entry in enumerate(entries) if entry.is_inherited), len(entries))
    return (*denials, *entries[:own], *grants, *entries[own:])


def without_entries(entries: Entries, unwanted: Sequence[AccessControlEntry]) -> Entries:
    """Return a list without what the unwanted entries give, in just their way; an entry that gives more keeps the rest.

    Inherited entries belong to a container above and stay.
    """
    left = (_without(entry, unwanted) for entry in entries)
    return tuple(entry for entry in left if entry is not None)


def _without(entry: AccessControlEntry, unwanted: Sequence[AccessControlEntry]) -> AccessControlEntry | None:
    if entry.raw or entry.is_inherited:
        return entry
    for other in unwanted:
        if replace(entry, mask=0) == replace(other, mask=0) and entry.mask & other.mask:
            rest = entry.mask & ~other.mask
            entry = replace(entry, mask=rest)
            if not rest:
                return None
    return entry


def write_access_control_list(
    directory: Directory,
    name: str,
    *,
    wanted: Sequence[AccessControlEntry] = (),
    unwanted: Sequence[AccessControlEntry] = (),
) -> None:
    """Add and take away entries of an object's access control list; owner, group and auditing are not touched.

    LDAP cannot make a write depend on the list being as it was read, so it is read anew right before, and again
    afterwards.

    Raises ActiveDirectoryError, also when the list is not as wanted afterwards.
    """
    descriptor = read_access_control_list(directory, name)
    entries = with_entries(without_entries(descriptor.entries, unwanted), wanted)
    if entries == descriptor.entries:
        return
    value = build(replace(descriptor, entries=entries))
    needs = f"Modify permissions (WRITE_DAC) on {name}"
    directory.replace(name, [("nTSecurityDescriptor", [value])], needs=needs, security=DACL)
    now = read_access_control_list(directory, name).entries
    if with_entries(without_entries(now, unwanted), wanted) != now:
        raise ActiveDirectoryError(
            f"The permissions of {name} were written, but are not what they should be",
            cause="somebody else changed them at the same time",
            remedy="Run the same again.",
        )
