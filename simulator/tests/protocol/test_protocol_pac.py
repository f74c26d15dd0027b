# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The logon information of Kerberos tickets, as Samba's domain controller makes it."""

from __future__ import annotations

import base64
import struct

import pytest
from appstream_simulator.windows.protocol.pac import PacError, parse
from hypothesis import given
from hypothesis import strategies as st

# Of alice, who is in Domain Users and one group more, in a domain that was thrown away.
CAPTURED = base64.b64decode(
    """
    ARAIAMzMzMyoAQAAAAAAAAAAAgAAAAAAAAAAAP////////9//////////3/SwjG1HnzdAdKCm9/nfN0B0kKLqh+d3QEKAAoA
    BAACAAAAAAAIAAIAAAAAAAwAAgAAAAAAEAACAAAAAAAUAAIAAAAAABgAAgAAAAAATwQAAAECAAACAAAAHAACACAAAAAAAAAA
    AAAAAAAAAAAAAAAABgAIACAAAgAIAAoAJAACACgAAgAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    AQAAACwAAgAAAAAAAAAAAAAAAAAFAAAAAAAAAAUAAABhAGwAaQBjAGUAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACAAAAAQIAAAcAAABQBAAABwAAAAQAAAAAAAAAAwAAAEQAQwAxAAAA
    BQAAAAAAAAAEAAAAQwBPAFIAUAAEAAAAAQQAAAAAAAUVAAAARFfxKbg+1HKxvPdkAQAAADAAAgAHAAAAAQAAAAEBAAAAAAAS
    AQAAAAAAAAA=
"""
)
DOMAIN = "S-1-5-21-703682372-1926512312-1693957297"


def identifier(*numbers: int) -> bytes:
    """S-1-5-… in NDR."""
    return struct.pack("<IBB6s", len(numbers), 1, len(numbers), b"\0\0\0\0\0\5") + struct.pack(
        f"<{len(numbers)}I", *numbers
    )


def test_what_samba_says() -> None:
    information = parse(CAPTURED)

    assert (information.user, information.domain) == ("alice", "CORP")
    assert information.account == "CORP\\alice"
    assert information.domain_identifier == DOMAIN
    assert information.user_identifier == f"{DOMAIN}-1103"
    # The primary group, the other one, and "authentication authority asserted identity".
    assert information.groups == {f"{DOMAIN}-513", f"{DOMAIN}-1104", "S-1-18-1"}
    assert information.user_identifier in information.identifiers


def test_a_group_for_denying_only_does_not_count() -> None:
    group = struct.pack("<II", 1104, 7)
    assert CAPTURED.count(group) == 1

    for attributes in (0x17, 0x3, 0x0):
        changed = parse(CAPTURED.replace(group, struct.pack("<II", 1104, attributes)))
        assert f"{DOMAIN}-1104" not in changed.groups


def test_groups_of_the_resource_domain() -> None:
    # Pointers to a domain and to one group of it, which then follow at the end.
    end = 16 + struct.unpack("<I", CAPTURED[8:12])[0]
    body = bytearray(CAPTURED[:end])
    pointers = body.index(struct.pack("<II", 1, 0x2002C)) + 8
    body[pointers : pointers + 12] = struct.pack("<III", 0x20040, 1, 0x20044)
    used = body.rindex(identifier(1)[:4] + b"\1\1\0\0\0\0\0\22" + struct.pack("<I", 1)) + 16
    body[used:] = identifier(21, 7, 8, 9) + struct.pack("<III", 1, 1234, 0x20000007)
    body[8:12] = struct.pack("<I", len(body) - 16)

    assert "S-1-5-21-7-8-9-1234" in parse(bytes(body)).groups


@pytest.mark.parametrize("length", [0, 8, 19, 20, 60, 200, 300, 400, 420])
def test_truncated(length: int) -> None:
    with pytest.raises(PacError):
        parse(CAPTURED[:length])


@pytest.mark.parametrize(
    ("position", "value"),
    [(0, 2), (1, 0x00), (8, 0xFF), (16, None), (0x44, 0x0B), (0xE8 + 8, 9), (0x140, 3), (0x180, 2), (0x181, 9)],
)
def test_malformed(position: int, value: int | None) -> None:
    changed = bytearray(CAPTURED)
    changed[position : position + 4] = b"\0\0\0\0" if value is None else changed[position : position + 4]
    if value is not None:
        changed[position] = value

    with pytest.raises(PacError):
        parse(bytes(changed))


@given(st.integers(16, len(CAPTURED) - 1), st.binary(min_size=1, max_size=4))
def test_any_damage_is_read_or_refused(position: int, damage: bytes) -> None:
    changed = CAPTURED[:position] + damage + CAPTURED[position + len(damage) :]
    try:
        information = parse(changed)
    except PacError:
        return
    assert information.user and information.domain


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(PacError):
        parse(CAPTURED[:8] + data)
