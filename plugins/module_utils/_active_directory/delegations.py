# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rights that accounts for AppStream need on an organizational unit, and how to give or take them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .access_control_lists import read_access_control_list, with_entries, without_entries, write_access_control_list
from .connection import Directory
from .plans import Plan
from .principals import Principal
from .security_descriptors import (
    ALLOWED_OBJECT,
    CONTAINER_INHERIT,
    CONTROL_ACCESS,
    CREATE_CHILD,
    DELETE_CHILD,
    INHERIT_ONLY,
    READ_PROPERTY,
    SELF_WRITE,
    WRITE_PROPERTY,
    AccessControlEntry,
)

# schemaIDGUID of the class computer (MS-ADSC 2.21).
_COMPUTER = "bf967a86-0de6-11d0-a285-00aa003049e2"


@dataclass(frozen=True)
class Permission:
    """One right, in the words of Active Directory Users and Computers, and its entry without the account."""

    words: str
    entry: AccessControlEntry


def _permission(words: str, mask: int, object_type: str, computers_below: bool = False) -> Permission:
    flags = CONTAINER_INHERIT | (INHERIT_ONLY if computers_below else 0)
    below = _COMPUTER if computers_below else None
    return Permission(words, AccessControlEntry(ALLOWED_OBJECT, flags, mask, "", object_type, below))


# GUIDs are rightsGuid of extended rights, property sets and validated writes (MS-ADTS 5.1.3.2.1, 3.1.1.2.3.3), and
# schemaIDGUID of classes and attributes (MS-ADSC, MS-ADA1 to 3). AppStream needs the first three and Write Description
# (administration guide, "Granting Permissions to Create and Manage Active Directory Computer Objects"); the others let
# a computer account be used again.
DELEGATIONS: dict[str, tuple[Permission, ...]] = {
    "join_computers": (
        _permission("Create Computer objects", CREATE_CHILD, _COMPUTER),
        _permission(
            "Reset Password on descendant Computer objects",
            CONTROL_ACCESS,
            "00299570-246d-11d0-a768-00aa006e0529",
            computers_below=True,
        ),
        _permission(
            "Change Password on descendant Computer objects",
            CONTROL_ACCESS,
            "ab721a53-1e2f-11d0-9819-00aa0040529b",
            computers_below=True,
        ),
        _permission(
            "Read and Write Account Restrictions on descendant Computer objects",
            READ_PROPERTY | WRITE_PROPERTY,
            "4c164200-20c0-11d0-a768-00aa006e0529",
            computers_below=True,
        ),
        _permission(
            "Read and Write Description on descendant Computer objects",
            READ_PROPERTY | WRITE_PROPERTY,
            "bf967950-0de6-11d0-a285-00aa003049e2",
            computers_below=True,
        ),
        _permission(
            "Validated write to service principal name on descendant Computer objects",
            SELF_WRITE,
            "f3a64788-5306-11d1-a9c5-0000f80367c1",
            computers_below=True,
        ),
        _permission(
            "Validated write to DNS host name on descendant Computer objects",
            SELF_WRITE,
            "72e39547-7b18-11d1-adef-00c04fd8d5cd",
            computers_below=True,
        ),
    ),
    "remove_computers": (_permission("Delete Computer objects", DELETE_CHILD, _COMPUTER),),
    "link_policies": (
        _permission(
            "Read and Write gPLink on this object and all descendant objects",
            READ_PROPERTY | WRITE_PROPERTY,
            "f30e3bbe-9ff0-11d1-b603-0000f80367c1",
        ),
        _permission(
            "Read and Write gPOptions on this object and all descendant objects",
            READ_PROPERTY | WRITE_PROPERTY,
            "f30e3bbf-9ff0-11d1-b603-0000f80367c1",
        ),
    ),
}


def plan(directory: Directory, organizational_unit: str, principal: Principal, delegation: str, present: bool) -> Plan:
    """Return what is to be done so that an account has, or has not, the rights of a delegation.

    ``before`` and ``after`` list them under ``permissions``. Raises ActiveDirectoryError.
    """
    permissions = DELEGATIONS[delegation]
    wanted = [replace(permission.entry, sid=principal.sid) for permission in permissions]
    entries = read_access_control_list(directory, organizational_unit).entries
    planned = with_entries(entries, wanted) if present else without_entries(entries, wanted)
    before, after = (
        {**_whose(organizational_unit, principal), "permissions": _in_words(permissions, wanted, some)}
        for some in (entries, planned)
    )
    if planned == entries:
        return Plan(before, after)
    side = {"wanted": wanted} if present else {"unwanted": wanted}
    return Plan(before, after, [lambda: write_access_control_list(directory, organizational_unit, **side)])


def _whose(organizational_unit: str, principal: Principal) -> dict[str, Any]:
    return {"organizational_unit": organizational_unit, "principal": str(principal), "sid": principal.sid}


def _in_words(
    permissions: tuple[Permission, ...],
    wanted: list[AccessControlEntry],
    entries: tuple[AccessControlEntry, ...],
) -> list[str]:
    """The permissions that are there, in whole or in part."""
    return [
        permission.words + ("" if whole else " (in part)")
        for permission, entry in zip(permissions, wanted)
        for whole in [any(present.covers(entry) for present in entries)]
        if whole or without_entries(entries, [entry]) != entries
    ]
