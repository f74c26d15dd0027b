# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Security descriptors: what is read and written back is the same, and what is not understood stays as it is."""

from __future__ import annotations

import struct
import uuid

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import security_descriptors as sd
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from hypothesis import given
from hypothesis import strategies as st

SIDS = st.builds(
    lambda authority, subs: "-".join(["S-1", str(authority), *map(str, subs)]),
    st.integers(0, 2**48 - 1),
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=15),
)
GUIDS = st.none() | st.uuids().map(str)
PLAIN = st.builds(
    sd.AccessControlEntry,
    st.sampled_from([sd.ALLOWED, sd.DENIED]),
    st.integers(0, 255),
    st.integers(0, 2**32 - 1),
    SIDS,
)
OBJECT = st.builds(
    sd.AccessControlEntry,
    st.sampled_from([sd.ALLOWED_OBJECT, sd.DENIED_OBJECT]),
    st.integers(0, 255),
    st.integers(0, 2**32 - 1),
    SIDS,
    GUIDS,
    GUIDS,
)
# Conditional (9) and resource attribute (0x12) entries, with data of their own.
UNKNOWN = st.builds(
    lambda kind, flags, data: sd.AccessControlEntry(
        kind, flags, raw=struct.pack("<BBH", kind, flags, 8 + 4 * len(data)) + bytes(4) + b"".join(data)
    ),
    st.sampled_from([2, 7, 9, 11, 0x12]),
    st.integers(0, 255),
    st.lists(st.binary(min_size=4, max_size=4), max_size=4),
)
ENTRIES = st.lists(PLAIN | OBJECT | UNKNOWN, max_size=6).map(tuple)
CONTROLS = st.integers(0, 2**16 - 1).map(lambda control: control & ~0x0010 | 0x8004)
DESCRIPTORS = st.builds(sd.SecurityDescriptor, CONTROLS, st.none() | SIDS, st.none() | SIDS, ENTRIES)


@given(SIDS)
def test_sids(sid: str) -> None:
    assert sd.parse_sid(sd.build_sid(sid)) == sid


def test_known_sids() -> None:
    assert sd.build_sid("S-1-5-32-544").hex() == "01020000000000052000000020020000"
    assert sd.parse_sid(bytes.fromhex("010100000000000100000000")) == "S-1-1-0"


@pytest.mark.parametrize(
    "text", ["", "S-1", "S-x-5-1", "Administrators", "S-1-5-4294967296", "S-1-5" + "-1" * 16, "S-1-5--1"]
)
def test_texts_that_are_no_sids(text: str) -> None:
    with pytest.raises(ActiveDirectoryError, match="is not a security identifier"):
        sd.build_sid(text)


@pytest.mark.parametrize("data", [b"", b"\x01", bytes.fromhex("0102000000000005200000"), bytes(7)])
def test_sids_that_are_cut_off(data: bytes) -> None:
    with pytest.raises(ActiveDirectoryError, match="cut off"):
        sd.parse_sid(data)


@given(DESCRIPTORS)
def test_what_is_built_is_parsed_to_the_same(descriptor: sd.SecurityDescriptor) -> None:
    assert sd.parse(sd.build(descriptor)) == descriptor


@given(DESCRIPTORS)
def test_what_is_parsed_is_built_to_the_same_bytes(descriptor: sd.SecurityDescriptor) -> None:
    data = sd.build(descriptor)
    assert sd.build(sd.parse(data)) == data


@given(DESCRIPTORS.map(sd.build), st.data())
def test_a_descriptor_that_is_cut_off_is_never_taken_for_another(data: bytes, draw: st.DataObject) -> None:
    cut = data[: draw.draw(st.integers(0, len(data) - 1))]
    try:
        parsed = sd.parse(cut)
    except ActiveDirectoryError:
        return
    # Only what nothing points to may be missing.
    assert parsed == sd.parse(data)


@given(st.binary(max_size=80))
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    try:
        sd.parse(data)
    except ActiveDirectoryError:
        return


def test_windows_order_of_the_parts_is_read_too() -> None:
    """Windows puts the list before owner and group."""
    owner, group = sd.build_sid("S-1-5-32-544"), sd.build_sid("S-1-5-18")
    entry = sd.AccessControlEntry(sd.ALLOWED, 0, 0x10, "S-1-5-11")
    dacl = sd.build(sd.SecurityDescriptor(0, None, None, (entry,)))[20:]
    at = 20 + len(dacl)
    data = struct.pack("<BBHIIII", 1, 0, 0x8004, at, at + len(owner), 0, 20) + dacl + owner + group
    assert sd.parse(data) == sd.SecurityDescriptor(0x8004, "S-1-5-32-544", "S-1-5-18", (entry,))


def test_an_object_entry_in_the_bytes_of_the_specification() -> None:
    guid = "bf967a86-0de6-11d0-a285-00aa003049e2"
    entry = sd.AccessControlEntry(sd.ALLOWED_OBJECT, sd.CONTAINER_INHERIT, sd.CREATE_CHILD, "S-1-5-11", guid)
    data = sd.build(sd.SecurityDescriptor(0, None, None, (entry,)))
    size = 4 + 4 + 4 + 16 + 12
    expected = (
        struct.pack("<BBHII", 5, 2, size, 1, 1) + uuid.UUID(guid).bytes_le + bytes.fromhex("01010000000000050b000000")
    )
    assert data[28:] == expected
    assert data[20] == 4  # ACL_REVISION_DS


def test_data_behind_a_sid_is_kept() -> None:
    sid = sd.build_sid("S-1-5-11")
    raw = struct.pack("<BBHI", 0, 0, 12 + len(sid), 1) + sid + b"more"
    dacl = struct.pack("<BBHHH", 2, 0, 8 + len(raw), 1, 0) + raw
    data = struct.pack("<BBHIIII", 1, 0, 0x8004, 0, 0, 0, 20) + dacl
    assert sd.build(sd.parse(data)) == data


@given(ENTRIES)
def test_canonical_order(entries: tuple[sd.AccessControlEntry, ...]) -> None:
    ordered = sd.in_canonical_order(entries)
    assert sorted(map(repr, ordered)) == sorted(map(repr, entries))
    assert [entry.is_inherited for entry in ordered] == sorted(entry.is_inherited for entry in entries)
    own = [entry.is_denial for entry in ordered if not entry.is_inherited]
    assert own == sorted(own, reverse=True)
    assert sd.in_canonical_order(ordered) == ordered
