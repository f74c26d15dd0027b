# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The access list of a policy's folder in SYSVOL, which follows from that of its object in the directory.

Group policy tools keep both alike and complain when they are not. Pure: nothing is asked.
"""

from __future__ import annotations

from dataclasses import replace

from .security_descriptors import (
    ALLOWED,
    ALLOWED_OBJECT,
    CONTAINER_INHERIT,
    CREATE_CHILD,
    DACL_PROTECTED,
    DELETE_CHILD,
    DENIED,
    INHERIT_ONLY,
    INHERITED,
    LIST_CHILDREN,
    OBJECT_INHERIT,
    READ_PROPERTY,
    WRITE_PROPERTY,
    AccessControlEntry,
    SecurityDescriptor,
)

_CREATOR_OWNER, _PRE_WINDOWS_2000 = "S-1-3-0", "S-1-5-32-554"
# SE_DACL_AUTO_INHERITED and SE_DACL_AUTO_INHERIT_REQ (MS-DTYP 2.4.6): entries keep the mark that they are from above.
_INHERITS = 0x0500
_STANDARD_RIGHTS = 0x001F0000
# Rights on files (MS-DTYP 2.4.3, MS-FSCC) for rights on directory objects, as Samba's and Microsoft's tools map them.
_READ, _WRITE, _CREATE, _DELETE = 0x1000A9, 0x100116, 0x6, 0x40


def folder_security(policy: SecurityDescriptor, is_samba: bool) -> SecurityDescriptor:
    """Return owner, group and access list for the folder of a policy with this security descriptor.

    Samba's own check (`samba-tool gpo aclcheck`) also wants the entry for 'Apply group policy', which gives nothing on
    a folder; Windows has no use for it there.
    """
    kinds = (ALLOWED, ALLOWED_OBJECT) if is_samba else (ALLOWED, DENIED)
    entries = tuple(
        _folder_entry(entry)
        for entry in policy.entries
        if not entry.raw and entry.kind in kinds and entry.sid != _PRE_WINDOWS_2000
    )
    return SecurityDescriptor(DACL_PROTECTED, policy.owner, policy.group, entries)


def _folder_entry(entry: AccessControlEntry) -> AccessControlEntry:
    flags = entry.flags & ~INHERITED | OBJECT_INHERIT | CONTAINER_INHERIT
    if entry.sid == _CREATOR_OWNER:
        flags |= INHERIT_ONLY
    mask = entry.mask & _STANDARD_RIGHTS
    if entry.mask & READ_PROPERTY and entry.mask & LIST_CHILDREN:
        mask |= _READ
    for right, added in ((WRITE_PROPERTY, _WRITE), (CREATE_CHILD, _CREATE), (DELETE_CHILD, _DELETE)):
        if entry.mask & right:
            mask |= added
    return replace(entry, flags=flags, mask=mask)


def handed_down(folder: SecurityDescriptor, child: SecurityDescriptor, is_folder: bool) -> SecurityDescriptor:
    """Return the access list of a file or folder below one with this access list, as if made there now.

    Nothing in a policy has entries of its own (and Samba does not mark which are from above). What is for the creator
    is for the child's owner (MS-DTYP 2.5.3.4.1).
    """
    entries: list[AccessControlEntry] = []
    for entry in folder.entries:
        creator = entry.sid == _CREATOR_OWNER
        if creator and child.owner:
            entries.append(replace(entry, flags=INHERITED, sid=child.owner))
        if is_folder:
            entries.append(replace(entry, flags=entry.flags | INHERITED))
        elif not creator:
            entries.append(replace(entry, flags=INHERITED))
    return SecurityDescriptor(_INHERITS, None, None, tuple(entries))


def same_access(one: SecurityDescriptor, other: SecurityDescriptor) -> bool:
    """Whether two access lists say the same: servers reorder entries and merge equal ones."""
    protected = one.control & DACL_PROTECTED == other.control & DACL_PROTECTED
    return protected and set(one.entries) == set(other.entries)
