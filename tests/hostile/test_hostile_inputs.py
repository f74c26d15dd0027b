# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whatever a parser of the collection gets, it takes or refuses it as it says, and at once."""

from __future__ import annotations

import pytest
from collection_readers import READERS
from hostile_inputs import Reader, check_any, check_long

by_name = {reader.name: reader for reader in READERS}
# What tests and fuzzer have found, by reader.
FOUND = [
    ("arguments", b"%CREDENTIAL:%APPLICATION_FOLDER%share.password%"),
    (
        "security-descriptor",
        bytes(2) + b"\x04\x80" + bytes(12) + b"\x14\0\0\0\2\0\x1c\0\1\0\0\0\5\0\x10\0" + bytes(4) + b"\1" + bytes(7),
    ),
    ("policy-groups", b'<?xml version="1.0" encoding="x"?><Groups/>'),
    ("policy-groups", b'<?xml version="1.0" encoding="euc-jp"?><Groups/>'),
    ("distinguished-name", b"OU=\x80"),
    ("policy-links", b"[LDAP://CN=\x80;0]"),
    ("policy-links", b"[LDAP://CN={1},DC=a;" + b"9" * 5000 + b"]"),
    ("provisioned-packages", "²".encode()),
    ("provisioned-packages", b"9" * 5000),
    ("session-scripts", b"[" * 100_000),
    ("app-providers", b"[" * 100_000),
    ("image-assistant", b'"message":' * 10_000),
    ("image-assistant", b'{"message": "' + b'"' * 20_000 + b"x"),
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
