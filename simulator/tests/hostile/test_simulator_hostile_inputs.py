# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whatever a parser of the simulator gets, it takes or refuses it as it says, and at once."""

from __future__ import annotations

import pytest
from hostile_inputs import Reader, check_any, check_long
from simulator_readers import READERS

by_name = {reader.name: reader for reader in READERS}
_UNKNOWN_ENCODING = b'<?xml version="1.0" encoding="x"?><a/>'
# What tests and fuzzer have found, by reader.
FOUND = [
    ("soap", _UNKNOWN_ENCODING),
    ("app-manifest", _UNKNOWN_ENCODING),
    ("group-preferences", _UNKNOWN_ENCODING),
    ("command-line-of-ansible", b"powershell -EncodedCommand AAAA -EncodedArguments A"),
    ("message-encryption", b"Length=" + b"9" * 5000 + b"--Encrypted Boundary\r\nbody"),
    ("powershell-literals", b"$a =\x80"),
    ("powershell-literals", b"$a = " + b"(" * 5000),
    ("gpt-ini", b"[General]\nVersion=" + b"9" * 5000),
    ("stored-firewall-rule", b"v2.10|Profile=Nothing|"),
    ("policy-links", b"[LDAP://a;" + b"9" * 5000 + b"]"),
    (
        "security-descriptor",
        bytes(2) + b"\x04\x80" + bytes(12) + b"\x14\0\0\0\2\0\x18\0\1\0\0\0\5\0\x10\0" + bytes(4) + b"\1" + bytes(7),
    ),
]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_sample_is_taken(reader: Reader) -> None:
    assert [sample for sample in reader.samples if not reader.takes(sample)] == []


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_was_once_not_refused(name: str, data: bytes) -> None:
    assert not by_name[name].takes(data) or not by_name[name].documented


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_any_input_is_taken_or_refused(reader: Reader) -> None:
    check_any(reader)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_long_input_is_taken_or_refused(reader: Reader) -> None:
    check_long(reader)
