# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The order of linked policy, and who is granted what by a security descriptor."""

from __future__ import annotations

import struct
import uuid

import pytest
from appstream_simulator.windows.domain.policy_links import Container, LinkError, in_order
from appstream_simulator.windows.domain.security_descriptor import (
    CONTROL_ACCESS,
    READ_PROPERTY,
    SecurityDescriptorError,
    entries_of,
    grants,
    sid_of,
)
from hypothesis import given
from hypothesis import strategies as st

APPLY = uuid.UUID("edacfd8f-ffb3-11d1-b41d-00a0c968f939")
OTHER_RIGHT = uuid.UUID("00299570-246d-11d0-a768-00aa006e0529")
AUTHENTICATED_USERS = "S-1-5-11"
COMPUTER = "S-1-5-21-1-2-3-1111"
TOKEN = frozenset({AUTHENTICATED_USERS, COMPUTER})


def container(links: str, blocks: bool = False) -> Container:
    """A container with links written as letters with their options, `a0 b2`."""
    text = "".join(f"[LDAP://CN={link[0]},CN=Policies;{link[1:]}]" for link in links.split())
    return Container("OU=x", text, blocks)


@pytest.mark.parametrize(
    ("containers", "order"),
    [
        ([], ""),
        ([container("a0 b0")], "ab"),
        ([container("a0"), container("b0"), container("c0")], "abc"),
        ([container("a2 b0"), container("c0")], "bca"),
        ([container("a2 b2"), container("c2 d0")], "dcab"),
        ([container("a0 b2"), container("c0", blocks=True)], "cb"),
        ([container("a0"), container("b0", blocks=True), container("c0")], "bc"),
        ([container("a1 b3 c0")], "c"),
        ([container("a0"), container("b0 a0")], "ba"),
        ([container("a2"), container("a0 b0")], "ba"),
    ],
)
def test_order(containers: list[Container], order: str) -> None:
    assert "".join(name[3] for name in in_order(containers)) == order


@pytest.mark.parametrize("text", ["x", "[LDAP://a;0", "[LDAP://a;0][", "[a;0]", "[LDAP://a;x]", "[LDAP://a]"])
def test_malformed_links(text: str) -> None:
    with pytest.raises(LinkError):
        in_order([Container("OU=x", text, False)])


def sid(text: str) -> bytes:
    """A SID's bytes."""
    authority, *subs = (int(part) for part in text.split("-")[2:])
    return bytes([1, len(subs)]) + authority.to_bytes(6, "big") + struct.pack(f"<{len(subs)}I", *subs)


def entry(kind: int, mask: int, who: str, right: uuid.UUID | None = None, flags: int = 0) -> bytes:
    """An access control entry."""
    body = struct.pack("<I", mask)
    if kind in (5, 6):
        body += struct.pack("<I", 1 if right else 0) + (right.bytes_le if right else b"")
    body += sid(who)
    return struct.pack("<BBH", kind, flags, 4 + len(body)) + body


def descriptor(*entries: bytes) -> bytes:
    """A security descriptor with this discretionary list alone."""
    body = b"".join(entries)
    acl = struct.pack("<BBHHH", 4, 0, 8 + len(body), len(entries), 0) + body
    return struct.pack("<BBHIIII", 1, 0, 0x8004, 0, 0, 0, 20) + acl


@pytest.mark.parametrize(
    ("entries", "granted"),
    [
        ([], False),
        ([entry(5, CONTROL_ACCESS, AUTHENTICATED_USERS, APPLY)], True),
        ([entry(5, CONTROL_ACCESS, AUTHENTICATED_USERS, OTHER_RIGHT)], False),
        ([entry(5, CONTROL_ACCESS, AUTHENTICATED_USERS)], True),
        ([entry(0, CONTROL_ACCESS, COMPUTER)], True),
        ([entry(0, 0x10000000, COMPUTER)], True),
        ([entry(0, 0x80000000, COMPUTER)], False),
        ([entry(0, READ_PROPERTY, COMPUTER)], False),
        ([entry(5, CONTROL_ACCESS, "S-1-5-21-1-2-3-2222", APPLY)], False),
        ([entry(5, CONTROL_ACCESS, AUTHENTICATED_USERS, APPLY, flags=8)], False),
        ([entry(5, CONTROL_ACCESS, AUTHENTICATED_USERS, APPLY, flags=2)], True),
        ([entry(6, CONTROL_ACCESS, COMPUTER, APPLY), entry(5, CONTROL_ACCESS, AUTHENTICATED_USERS, APPLY)], False),
        ([entry(1, CONTROL_ACCESS, COMPUTER), entry(5, CONTROL_ACCESS, AUTHENTICATED_USERS, APPLY)], False),
        ([entry(6, CONTROL_ACCESS, COMPUTER, OTHER_RIGHT), entry(0, CONTROL_ACCESS, AUTHENTICATED_USERS)], True),
        ([entry(5, CONTROL_ACCESS, AUTHENTICATED_USERS, APPLY), entry(6, CONTROL_ACCESS, COMPUTER, APPLY)], True),
    ],
)
def test_right_to_apply(entries: list[bytes], granted: bool) -> None:
    assert grants(descriptor(*entries), TOKEN, CONTROL_ACCESS, APPLY) is granted


def test_attribute_alone_is_not_the_object() -> None:
    only = descriptor(entry(5, READ_PROPERTY, AUTHENTICATED_USERS, OTHER_RIGHT))
    assert not grants(only, TOKEN, READ_PROPERTY)
    assert grants(descriptor(entry(0, READ_PROPERTY, AUTHENTICATED_USERS)), TOKEN, READ_PROPERTY)


def test_no_list_at_all_grants_everything() -> None:
    assert grants(struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0), TOKEN, CONTROL_ACCESS, APPLY)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        descriptor(entry(0, 1, COMPUTER))[:-1],
        descriptor(entry(9, CONTROL_ACCESS, COMPUTER)),
        descriptor(b"\0\0\4\0"),
        descriptor(b"\0\0\xff\xff" + bytes(8)),
        descriptor(struct.pack("<BBHI", 0, 0, 16, 1) + bytes(8)),
    ],
)
def test_unreadable_descriptor(data: bytes) -> None:
    with pytest.raises(SecurityDescriptorError):
        grants(data, TOKEN, CONTROL_ACCESS, APPLY)


@given(st.binary(max_size=120))
def test_noise_raises_nothing_else(noise: bytes) -> None:
    try:
        entries_of(noise)
    except SecurityDescriptorError:
        return


@given(st.integers(0, 2**48 - 1), st.lists(st.integers(0, 2**32 - 1), max_size=15))
def test_sids(authority: int, subs: list[int]) -> None:
    text = "-".join(["S-1", str(authority), *map(str, subs)])
    assert sid_of(sid(text)) == text
    with pytest.raises(SecurityDescriptorError):
        sid_of(sid(text)[:-1])
