# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The logon information in a Kerberos ticket's authorization data: who the user is, and which groups it is in.

KERB_VALIDATION_INFO (MS-PAC 2.5) in the NDR transfer syntax (MS-RPCE 2.2.6: a type serialised in version 1), as GSS-API
hands it out as the name attribute `urn:mspac:logon-info`. That its signature is right has been verified there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

# MS-DTYP 2.4.2.4: a group counts for access when it is enabled and not for denying only.
_ENABLED = 0x00000004
_FOR_DENYING_ONLY = 0x00000010
# MS-RPCE 2.2.6.1: version 1, little-endian, eight bytes of header.
_COMMON_HEADER = b"\x01\x10\x08\x00\xcc\xcc\xcc\xcc"
_MAXIMUM_GROUPS = 4096


class PacError(ValueError):
    """The bytes are no logon information."""


@dataclass(frozen=True)
class LogonInformation:
    """A user as its domain describes it.

    Attributes:
        user: sAMAccountName.
        domain: NetBIOS name of the user's domain.
        groups: identifiers of all groups that are enabled, of the domain and of others.
    """

    user: str
    domain: str
    user_identifier: str
    domain_identifier: str
    groups: frozenset[str]

    @property
    def account(self) -> str:
        """`DOMAIN\\user`."""
        return f"{self.domain}\\{self.user}"

    @property
    def identifiers(self) -> frozenset[str]:
        """All the user may be known by."""
        return self.groups | {self.user_identifier}


@dataclass
class _Reader:
    """Little-endian NDR. Positions count from the first byte after the headers, as alignment does."""

    data: bytes
    position: int = 0

    def take(self, length: int) -> bytes:
        end = self.position + length
        if end > len(self.data):
            raise PacError("logon information ends too early")
        taken, self.position = self.data[self.position : end], end
        return taken

    def number(self, kind: str) -> int:
        size = struct.calcsize(kind)
        self.take(-self.position % size)
        (value,) = struct.unpack(f"<{kind}", self.take(size))
        return int(value)

    def long(self) -> int:
        return self.number("I")


def parse(data: bytes) -> LogonInformation:
    """Read the logon information.

    Raises:
        PacError: the bytes are malformed, or name no user, domain or domain identifier.
    """
    if data[:8] != _COMMON_HEADER or len(data) < 20:
        raise PacError("logon information has no header of type serialisation")
    (length,) = struct.unpack("<I", data[8:12])
    if length > len(data) - 16:
        raise PacError("logon information ends too early")
    reader = _Reader(data[16 : 16 + length])
    if not reader.long():
        raise PacError("logon information is empty")
    return _validation_information(reader)


def _validation_information(reader: _Reader) -> LogonInformation:
    reader.take(6 * 8)  # times of logon, logoff, kick-off, and of the password
    names = [_string_header(reader) for _name in range(6)]
    reader.take(4)  # counts of logons and of bad passwords
    user_id, primary_group = reader.long(), reader.long()
    group_count, groups_pointer = reader.long(), reader.long()
    reader.take(4 + 16)  # flags, session key
    server, domain = _string_header(reader), _string_header(reader)
    domain_pointer = reader.long()
    # Reserved, account control, status, times of interactive logons and their count, reserved.
    reader.take(8 + 4 + 4 + 8 + 8 + 4 + 4)
    extra_count, extra_pointer = reader.long(), reader.long()
    resource_domain_pointer, resource_count, resources_pointer = reader.long(), reader.long(), reader.long()
    # What the pointers refer to follows in the order of the pointers.
    user, *_others = [_string(reader, header) for header in names]
    relative = list(_relative_groups(reader, group_count)) if groups_pointer else []
    _server, domain_name = _string(reader, server), _string(reader, domain)
    domain_identifier = _identifier(reader) if domain_pointer else ""
    if not (user and domain_name and domain_identifier):
        raise PacError("logon information names no user, no domain or no domain identifier")
    groups = {f"{domain_identifier}-{number}" for number in [primary_group, *relative]}
    groups |= set(_extra_groups(reader, extra_count)) if extra_pointer else set()
    resource_domain = _identifier(reader) if resource_domain_pointer else ""
    if resources_pointer:
        groups |= {f"{resource_domain}-{number}" for number in _relative_groups(reader, resource_count)}
    return LogonInformation(user, domain_name, f"{domain_identifier}-{user_id}", domain_identifier, frozenset(groups))


def _string_header(reader: _Reader) -> tuple[int, int]:
    """Length in bytes and pointer of an RPC_UNICODE_STRING."""
    length, _maximum = reader.number("H"), reader.number("H")
    return length, reader.long()


def _string(reader: _Reader, header: tuple[int, int]) -> str:
    length, pointer = header
    if not pointer:
        return ""
    _maximum, offset, count = reader.long(), reader.long(), reader.long()
    if offset or count * 2 != length:
        raise PacError("a text in the logon information has two lengths")
    try:
        return reader.take(length).decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise PacError("a text in the logon information is no UTF-16") from error


def _counted(reader: _Reader, announced: int) -> int:
    count = reader.long()
    if count != announced or count > _MAXIMUM_GROUPS:
        raise PacError("groups in the logon information are miscounted")
    return count


def _relative_groups(reader: _Reader, announced: int) -> Iterator[int]:
    for _group in range(_counted(reader, announced)):
        relative, attributes = reader.long(), reader.long()
        if _counts(attributes):
            yield relative


def _extra_groups(reader: _Reader, announced: int) -> Iterator[str]:
    headers = [(reader.long(), reader.long()) for _group in range(_counted(reader, announced))]
    for pointer, attributes in headers:
        if not pointer:
            raise PacError("an extra group in the logon information is empty")
        identifier = _identifier(reader)
        if _counts(attributes):
            yield identifier


def _counts(attributes: int) -> bool:
    return bool(attributes & _ENABLED) and not attributes & _FOR_DENYING_ONLY


def _identifier(reader: _Reader) -> str:
    """A security identifier (MS-DTYP 2.4.2.3) as text."""
    count = reader.long()
    revision, length = reader.take(2)
    authority = int.from_bytes(reader.take(6), "big")
    if revision != 1 or length != count or count > 15:
        raise PacError("a security identifier in the logon information is malformed")
    return "-".join(str(number) for number in ("S-1", authority, *(reader.long() for _part in range(count))))
