# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reader of Registry.pol: everything that is well-formed comes back, nothing else does."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from appstream_simulator.windows.domain.policy import RegistryValue
from appstream_simulator.windows.domain.policy_files import PolicyFileError
from appstream_simulator.windows.domain.registry_policy import parse
from hypothesis import given
from hypothesis import strategies as st

HEADER = b"PReg\1\0\0\0"
_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
_PART = st.text(st.characters(exclude_characters="\0\\", exclude_categories=["Cs"]), min_size=1, max_size=8)
_VALUES = st.lists(
    st.tuples(
        st.lists(_PART, min_size=1, max_size=3).map("\\".join), _TEXT.filter(lambda name: name[:2] != "**"), _TEXT
    ),
    max_size=4,
)


def entry(key: str, name: str, kind: int, data: bytes, size: int | None = None) -> bytes:
    """One value as MS-GPREG 2.2.1 has it."""
    separator = ";".encode("utf-16-le")
    numbers = struct.pack("<I", kind), struct.pack("<I", len(data) if size is None else size)
    fields = [f"{key}\0".encode("utf-16-le"), f"{name}\0".encode("utf-16-le"), *numbers, data]
    return "[".encode("utf-16-le") + separator.join(fields) + "]".encode("utf-16-le")


def sz(text: str) -> bytes:
    """Text with its end."""
    return f"{text}\0".encode("utf-16-le")


@given(_VALUES)
def test_what_is_written_comes_back(values: list[tuple[str, str, str]]) -> None:
    data = HEADER + b"".join(entry(key, name, 1, sz(text)) for key, name, text in values)
    assert parse(data) == [RegistryValue(key, name, "REG_SZ", text) for key, name, text in values]


@given(_VALUES.filter(bool), st.data())
def test_a_file_cut_short_is_refused(values: list[tuple[str, str, str]], data: Any) -> None:
    entries = [entry(key, name, 1, sz(text)) for key, name, text in values]
    whole = HEADER + b"".join(entries)
    # Cut between two entries it is a shorter file, and whole.
    ends = {len(HEADER) + sum(map(len, entries[:count])) for count in range(len(entries) + 1)}
    cut = data.draw(st.integers(0, len(whole) - 1).filter(lambda position: position not in ends))
    with pytest.raises(PolicyFileError):
        parse(whole[:cut])


@given(st.binary(max_size=200))
def test_noise_is_refused_and_nothing_worse(noise: bytes) -> None:
    try:
        parse(HEADER + noise)
    except PolicyFileError:
        return
    assert noise == b"" or noise.startswith(b"[\0")


@pytest.mark.parametrize(
    ("kind", "data", "name", "value"),
    [
        (1, sz(""), "REG_SZ", ""),
        (2, sz("%SystemRoot%"), "REG_EXPAND_SZ", "%SystemRoot%"),
        (3, b"\0]\0;", "REG_BINARY", b"\0]\0;"),
        (4, b"\x0a\x02\0\0", "REG_DWORD", 0x20A),
        (7, sz("a") + sz("b") + sz(""), "REG_MULTI_SZ", ["a", "b"]),
        (7, sz(""), "REG_MULTI_SZ", []),
        (11, b"\1" + bytes(7), "REG_QWORD", 1),
    ],
)
def test_types(kind: int, data: bytes, name: str, value: Any) -> None:
    assert parse(HEADER + entry("K", "V", kind, data)) == [RegistryValue("K", "V", name, value)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "header"),
        (b"PReg\2\0\0\0", "header"),
        (HEADER + entry("K", "V", 4, b"\1\0\0"), "a REG_DWORD of 3 bytes"),
        (HEADER + entry("K", "V", 11, b"\1\0\0\0"), "a REG_QWORD of 4 bytes"),
        (HEADER + entry("K", "V", 1, "text".encode("utf-16-le")), "without its end"),
        (HEADER + entry("K", "V", 1, b"a\0\0"), "without its end"),
        (HEADER + entry("K", "V", 1, sz("a\0b")), "goes on after its end"),
        (HEADER + entry("K", "V", 7, sz("a")), "without its end"),
        (HEADER + entry("K", "V", 7, sz("a") + sz("") + sz("b") + sz("")), "without its end"),
        (HEADER + entry("K", "V", 1, b"\0\xd8" + sz("")), "not UTF-16LE"),
        (HEADER + entry("K", "V", 0, b""), "has the type 0"),
        (HEADER + entry("K", "V", 6, sz("link")), "has the type 6"),
        (HEADER + entry("", "V", 1, sz("")), "not the name of a key"),
        (HEADER + entry("\\K", "V", 1, sz("")), "not the name of a key"),
        (HEADER + entry("K\\", "V", 1, sz("")), "not the name of a key"),
        (HEADER + entry("K", "**Del.V", 1, sz(" ")), "directive"),
        (HEADER + entry("K", "**DelVals.", 1, sz(" ")), "directive"),
        (HEADER + entry("K", "V", 4, b"\1\0\0\0", size=5), "no ']'|ends in the middle"),
        (HEADER + entry("K", "V", 4, b"\1\0\0\0", size=2**32 - 1), "ends in the middle"),
        (HEADER + entry("K", "V", 4, b"\1\0\0\0") + b"\n", "ends in the middle"),
        (HEADER + b"[\0" + 40000 * b"K\0", "has no end"),
    ],
)
def test_what_is_malformed(data: bytes, message: str) -> None:
    with pytest.raises(PolicyFileError, match=message):
        parse(data)
