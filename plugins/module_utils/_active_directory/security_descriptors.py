# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Security descriptors as LDAP and SMB carry them: self-relative, little-endian (MS-DTYP 2.4).

Only what access control lists of directory objects and SYSVOL folders hold is understood; access control entries of
other types are kept byte for byte. There is no maintained library for this that is not an attacker's toolbox.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .errors import ActiveDirectoryError

# Types (MS-DTYP 2.4.4.1).
ALLOWED, DENIED, ALLOWED_OBJECT, DENIED_OBJECT = 0, 1, 5, 6
_PLAIN = (ALLOWED, DENIED)
_OBJECT = (ALLOWED_OBJECT, DENIED_OBJECT)
# Flags.
OBJECT_INHERIT, CONTAINER_INHERIT, NO_PROPAGATE, INHERIT_ONLY, INHERITED = 0x01, 0x02, 0x04, 0x08, 0x10
# Rights on directory objects (MS-ADTS 5.1.3.2).
CREATE_CHILD, DELETE_CHILD, LIST_CHILDREN, SELF_WRITE = 0x01, 0x02, 0x04, 0x08
READ_PROPERTY, WRITE_PROPERTY, DELETE_TREE, LIST_OBJECT, CONTROL_ACCESS = 0x10, 0x20, 0x40, 0x80, 0x100
DELETE, READ_CONTROL, WRITE_DACL, WRITE_OWNER = 0x10000, 0x20000, 0x40000, 0x80000
# Control bits.
_DACL_PRESENT, _SACL_PRESENT, DACL_PROTECTED, _SELF_RELATIVE = 0x0004, 0x0010, 0x1000, 0x8000

EVERYONE = "S-1-1-0"
AUTHENTICATED_USERS = "S-1-5-11"
ADMINISTRATORS = "S-1-5-32-544"


@dataclass(frozen=True)
class AccessControlEntry:
    """One entry: ``kind`` (a type constant), flags, rights, whom it is for, and for object types the two GUIDs.

    ``raw`` is set, and all else is not to be used, for entries of types not understood here.
    """

    kind: int
    flags: int
    mask: int = 0
    sid: str = ""
    object_type: str | None = None
    inherited_object_type: str | None = None
    raw: bytes = b""

    @property
    def is_inherited(self) -> bool:
        """Whether it comes from a container above."""
        return bool(self.flags & INHERITED)

    @property
    def is_denial(self) -> bool:
        """Whether it denies."""
        return self.kind in (DENIED, DENIED_OBJECT)

    def covers(self, wanted: AccessControlEntry) -> bool:
        """Whether it is an entry of the object's own that gives at least what another does, in the same way."""
        if self.raw or self.is_inherited:
            return False
        return replace(self, mask=self.mask & wanted.mask) == wanted


@dataclass(frozen=True)
class SecurityDescriptor:
    """Owner and group as SIDs (None when they were not asked for), control bits, and the access control list."""

    control: int
    owner: str | None
    group: str | None
    entries: tuple[AccessControlEntry, ...]


def parse_sid(data: bytes) -> str:
    """Return a binary SID as text, for example ``S-1-5-32-544`` (MS-DTYP 2.4.2). Raises ActiveDirectoryError."""
    if len(data) < 8 or len(data) < 8 + 4 * data[1]:
        raise ActiveDirectoryError("A security identifier is cut off")
    authority = int.from_bytes(data[2:8], "big")
    return "-".join(["S", str(data[0]), str(authority), *(str(n) for n in struct.unpack_from(f"<{data[1]}I", data, 8))])


def build_sid(sid: str) -> bytes:
    """Return the binary form of a SID. Raises ActiveDirectoryError when the text is none."""
    try:
        prefix, revision, authority, *subs = sid.upper().split("-")
        if prefix != "S" or len(subs) > 15:
            raise ValueError
        head = bytes((int(revision), len(subs))) + int(authority).to_bytes(6, "big")
        return head + struct.pack(f"<{len(subs)}I", *(int(sub) for sub in subs))
    except (ValueError, OverflowError, struct.error):
        raise ActiveDirectoryError(f"{sid!r} is not a security identifier such as S-1-5-32-544") from None


def parse(data: bytes) -> SecurityDescriptor:
    """Return a self-relative security descriptor's parts. Raises ActiveDirectoryError when it is malformed."""
    try:
        _revision, _zero, control, owner, group, _sacl, dacl = struct.unpack_from("<BBHIIII", data)
        return SecurityDescriptor(
            control,
            parse_sid(data[owner:]) if owner else None,
            parse_sid(data[group:]) if group else None,
            tuple(_parse_list(data, dacl)) if dacl else (),
        )
    except (struct.error, ValueError):  # the latter when a GUID is cut off
        raise ActiveDirectoryError("A security descriptor is cut off") from None


def _parse_list(data: bytes, offset: int) -> list[AccessControlEntry]:
    _revision, _zero, _size, count, _zero2 = struct.unpack_from("<BBHHH", data, offset)
    entries, position = [], offset + 8
    for _number in range(count):
        kind, flags, size = struct.unpack_from("<BBH", data, position)
        if size < 8 or position + size > len(data):
            raise ActiveDirectoryError("An access control entry is cut off")
        entries.append(_parse_entry(kind, flags, data[position : position + size]))
        position += size
    return entries


def _parse_entry(kind: int, flags: int, data: bytes) -> AccessControlEntry:
    if kind not in _PLAIN + _OBJECT:
        return AccessControlEntry(kind, flags, raw=data)
    (mask,) = struct.unpack_from("<I", data, 4)
    position, present = 8, 0
    guids: list[str | None] = [None, None]
    if kind in _OBJECT:
        (present,) = struct.unpack_from("<I", data, 8)
        position = 12
    for index in (0, 1):
        if present & (1 << index):
            guids[index] = str(uuid.UUID(bytes_le=data[position : position + 16]))
            position += 16
    sid = parse_sid(data[position:])
    if position + len(build_sid(sid)) != len(data):
        # Padding or application data behind the SID: not ours to drop.
        return AccessControlEntry(kind, flags, raw=data)
    return AccessControlEntry(kind, flags, mask, sid, guids[0], guids[1])


def build(descriptor: SecurityDescriptor) -> bytes:
    """Return the self-relative form, without a system access control list (MS-DTYP 2.4.6)."""
    owner = build_sid(descriptor.owner) if descriptor.owner else b""
    group = build_sid(descriptor.group) if descriptor.group else b""
    entries = b"".join(_build_entry(entry) for entry in descriptor.entries)
    # Revision 4 (ACL_REVISION_DS) is for lists with object entries.
    revision = 4 if any(entry.kind in _OBJECT for entry in descriptor.entries) else 2
    dacl = struct.pack("<BBHHH", revision, 0, 8 + len(entries), len(descriptor.entries), 0) + entries
    control = descriptor.control & ~_SACL_PRESENT | _DACL_PRESENT | _SELF_RELATIVE
    offsets = (20 if owner else 0, 20 + len(owner) if group else 0, 0, 20 + len(owner) + len(group))
    return struct.pack("<BBHIIII", 1, 0, control, *offsets) + owner + group + dacl


def _build_entry(entry: AccessControlEntry) -> bytes:
    if entry.raw:
        return entry.raw
    body = struct.pack("<I", entry.mask)
    if entry.kind in _OBJECT:
        guids = (entry.object_type, entry.inherited_object_type)
        body += struct.pack("<I", sum(1 << index for index, guid in enumerate(guids) if guid))
        body += b"".join(uuid.UUID(guid).bytes_le for guid in guids if guid)
    body += build_sid(entry.sid)
    return struct.pack("<BBH", entry.kind, entry.flags, 4 + len(body)) + body


def in_canonical_order(entries: Sequence[AccessControlEntry]) -> tuple[AccessControlEntry, ...]:
    """Return entries as Windows wants them: the object's own before inherited ones, denials before grants."""
    own = [entry for entry in entries if not entry.is_inherited]
    inherited = [entry for entry in entries if entry.is_inherited]
    return (*sorted(own, key=lambda entry: not entry.is_denial), *inherited)
