# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who may do what with a directory object, by its security descriptor (MS-DTYP 2.4.6, 2.4.4, 2.5.3.2)."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

READ_PROPERTY = 0x00000010
CONTROL_ACCESS = 0x00000100

_DACL_PRESENT = 0x0004
_INHERIT_ONLY = 0x08
_OBJECT_TYPE_PRESENT, _INHERITED_OBJECT_TYPE_PRESENT = 0x1, 0x2
_ALLOWED, _DENIED, _ALLOWED_OBJECT, _DENIED_OBJECT = 0, 1, 5, 6
# Generic rights, mapped for objects of the directory service (MS-ADTS 5.1.3.2).
_GENERIC = {0x10000000: 0x000F01FF, 0x80000000: 0x00020094, 0x40000000: 0x00020028, 0x20000000: 0x00020004}


class SecurityDescriptorError(ValueError):
    """The bytes are not a self-relative security descriptor, or an entry is of a kind not simulated."""


@dataclass(frozen=True)
class AccessControlEntry:
    """One entry that is not only inherited on.

    Attributes:
        object_type: the right or attribute (set) it is restricted to.
    """

    allows: bool
    mask: int
    sid: str
    object_type: uuid.UUID | None


def grants(descriptor: bytes, sids: frozenset[str], right: int, object_type: uuid.UUID | None = None) -> bool:
    """Whether a token with these SIDs has one right; the first entry that says something decides.

    Args:
        descriptor: `nTSecurityDescriptor`.
        object_type: the extended right, with `CONTROL_ACCESS`.

    Raises:
        SecurityDescriptorError: the descriptor cannot be read.
    """
    entries = entries_of(descriptor)
    if entries is None:
        return True
    for entry in entries:
        if entry.sid in sids and entry.mask & right and entry.object_type in (None, object_type):
            return entry.allows
    return False


def entries_of(descriptor: bytes) -> list[AccessControlEntry] | None:
    """The entries of the discretionary list in their order, None when there is no list, which allows everything.

    Raises:
        SecurityDescriptorError: the descriptor cannot be read.
    """
    try:
        _revision, _, control, _owner, _group, _sacl, dacl = struct.unpack_from("<BBHIIII", descriptor)
        if not control & _DACL_PRESENT or not dacl:
            return None
        return list(_entries(descriptor, dacl))
    except SecurityDescriptorError:
        raise
    except (struct.error, IndexError, ValueError) as error:  # the last when a GUID is cut off
        raise SecurityDescriptorError(f"not a security descriptor: {error}") from None


def sid_of(data: bytes) -> str:
    """The text of a SID (MS-DTYP 2.4.2).

    Raises:
        SecurityDescriptorError: the bytes are none.
    """
    if len(data) < 8 or data[0] != 1 or len(data) < 8 + 4 * data[1]:
        raise SecurityDescriptorError("not a SID")
    subs = struct.unpack_from(f"<{data[1]}I", data, 8)
    return "-".join(["S-1", str(int.from_bytes(data[2:8], "big")), *map(str, subs)])


def _entries(data: bytes, position: int) -> Iterator[AccessControlEntry]:
    _revision, _, size, count, _ = struct.unpack_from("<BBHHH", data, position)
    end = position + size
    if end > len(data):
        raise SecurityDescriptorError("the access control list is longer than its descriptor")
    position += 8
    for _ in range(count):
        kind, flags, length = struct.unpack_from("<BBH", data, position)
        if length < 8 or position + length > end:
            raise SecurityDescriptorError("an access control entry is longer than its list")
        entry = _entry(kind, data[position : position + length])
        if not flags & _INHERIT_ONLY:
            yield entry
        position += length


def _entry(kind: int, data: bytes) -> AccessControlEntry:
    (mask,) = struct.unpack_from("<I", data, 4)
    for generic, rights in _GENERIC.items():
        mask |= rights if mask & generic else 0
    if kind in (_ALLOWED, _DENIED):
        return AccessControlEntry(kind == _ALLOWED, mask, sid_of(data[8:]), None)
    if kind not in (_ALLOWED_OBJECT, _DENIED_OBJECT):
        raise SecurityDescriptorError(f"access control entries of the kind {kind} are not simulated")
    (present,) = struct.unpack_from("<I", data, 8)
    position, object_type = 12, None
    if present & _OBJECT_TYPE_PRESENT:
        object_type = uuid.UUID(bytes_le=data[position : position + 16])
        position += 16
    if present & _INHERITED_OBJECT_TYPE_PRESENT:
        position += 16
    return AccessControlEntry(kind == _ALLOWED_OBJECT, mask, sid_of(data[position:]), object_type)
