# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CBOR: examples of RFC 8949 (appendix A), and botocore's reader and writer as a second opinion."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import Any

import pytest
from appstream_simulator.aws.cbor import CborError, decode, encode
from botocore.parsers import RpcV2CBORParser
from hypothesis import given, settings
from hypothesis import strategies as st

TIME = datetime(2013, 3, 21, 20, 4, 0, tzinfo=timezone.utc)
# Both ways.
EXAMPLES: list[tuple[Any, str]] = [
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (-1, "20"),
    (-1000, "3903e7"),
    (1.1, "fb3ff199999999999a"),
    (1e300, "fb7e37e43c8800759c"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (TIME, "c11a514b67b0"),
    (TIME.replace(microsecond=500000), "c1fb41d452d9ec200000"),
    (b"", "40"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("", "60"),
    ("IETF", "6449455446"),
    ("ü", "62c3bc"),
    ("水", "63e6b0b4"),
    ([], "80"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    (["a", {"b": "c"}], "826161a161626163"),
]
# What others may write, and is only read.
READ: list[tuple[Any, str]] = [
    (0.0, "f90000"),
    (1.5, "f93e00"),
    (math.inf, "f97c00"),
    (-math.inf, "fbfff0000000000000"),
    (100000.0, "fa47c35000"),
    (23, "1817"),
    (None, "f7"),
    (b"\x01\x02\x03\x04\x05", "5f42010243030405ff"),
    ("streaming", "7f657374726561646d696e67ff"),
    ([], "9fff"),
    ([1, [2, 3], [4, 5]], "9f018202039f0405ffff"),
    ({"a": 1, "b": [2, 3]}, "bf61610161629f0203ffff"),
    ({"Fun": True, "Amt": -2}, "bf6346756ef563416d7421ff"),
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.datetimes(timezones=st.just(timezone.utc)).map(lambda moment: moment.replace(microsecond=0)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


fewer = settings(max_examples=50)


@pytest.mark.parametrize(("value", "data"), EXAMPLES)
def test_written(value: Any, data: str) -> None:
    assert encode(value).hex() == data


@pytest.mark.parametrize(("value", "data"), EXAMPLES + READ)
def test_read(value: Any, data: str) -> None:
    read = decode(bytes.fromhex(data))
    assert (read, type(read)) == (value, type(value))


@fewer
@given(VALUES)
def test_there_and_back(value: Any) -> None:
    assert decode(encode(value)) == value


@fewer
@given(VALUES.filter(lambda value: "None" not in repr(value)))
def test_botocore_reads_the_same(value: Any) -> None:
    parser = RpcV2CBORParser(timestamp_parser=lambda seconds: datetime.fromtimestamp(seconds, timezone.utc))
    assert parser.parse_data_item(parser.get_peekable_stream_from_bytes(encode(value))) == value


def test_not_a_number() -> None:
    assert math.isnan(decode(bytes.fromhex("f97e00")))


def test_times_have_milliseconds() -> None:
    assert decode(encode(TIME.replace(microsecond=123987))) == TIME.replace(microsecond=123000)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "ends too early"),
        ("18", "ends too early"),
        ("6449", "ends too early"),
        ("9b7fffffffffffffff01", "ends too early"),
        ("9f01", "ends too early"),
        ("0000", "something follows"),
        ("1c", "no size of a number"),
        ("1f", "no size of a number"),
        ("ff", "simple value 31"),
        ("f8ff", "simple value 24"),
        ("61ff", "not UTF-8"),
        ("7f4101ff", "none of its kind"),
        ("7f7f6161ffff", "none of its kind"),
        ("a10102", "key is no text"),
        ("a18001", "key is no text"),
        ("a2616101616102", "key is there twice"),
        ("c249010000000000000000", "tag 2 is unknown"),
        ("c074323031332d30332d32315432303a30343a30305a", "tag 0 is unknown"),
        ("c16131", "time is no number"),
        ("c1f5", "time is no number"),
        ("c1f97e00", "is no time"),
        ("c11bffffffffffffffff", "is no time"),
        ("81" * 5000, "nested too deeply"),
    ],
)
def test_refused(data: str, reason: str) -> None:
    with pytest.raises(CborError, match=reason):
        decode(bytes.fromhex(data))


@pytest.mark.parametrize("value", [2**64, -(2**64) - 1, [{1}], object()])
def test_what_has_no_form(value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"no form|more than 64 bits"):
        encode(value)
