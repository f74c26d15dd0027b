# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Samba writes Registry.pol files, the simulator's own reader reads them."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from appstream_simulator.windows.domain import registry_policy
from appstream_simulator.windows.domain.policy import RegistryValue
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# Samba's modules belong to the system's Python. One line of JSON in, one of base64 out.
_WRITER = """
import base64, json, sys
from samba.dcerpc import preg
from samba.ndr import ndr_pack
for line in sys.stdin:
    file, entries = preg.file(), []
    file.header.signature, file.header.version = "PReg", 1
    for key, name, kind, data in json.loads(line):
        entry = preg.entry()
        entry.keyname, entry.valuename, entry.type = key, name, kind
        entry.data = base64.b64decode(data["bytes"]) if isinstance(data, dict) else data
        entries.append(entry)
    file.num_entries, file.entries = len(entries), entries
    print(base64.b64encode(ndr_pack(file)).decode(), flush=True)
"""

# Without the ends that the format has itself; surrogates are not text.
_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
_PART = st.text(st.characters(exclude_characters="\0\\", exclude_categories=["Cs"]), min_size=1, max_size=10)
_KEY = st.lists(_PART, min_size=1, max_size=4).map("\\".join)
_NAME = _TEXT.filter(lambda name: not name.startswith("**"))
_VALUE = st.one_of(
    st.tuples(st.just("REG_SZ"), _TEXT),
    st.tuples(st.just("REG_EXPAND_SZ"), _TEXT),
    st.tuples(st.just("REG_BINARY"), st.binary(max_size=30)),
    st.tuples(st.just("REG_DWORD"), st.integers(0, 2**32 - 1)),
    st.tuples(st.just("REG_QWORD"), st.integers(0, 2**64 - 1)),
    st.tuples(st.just("REG_MULTI_SZ"), st.lists(_PART, max_size=4)),
)
_KINDS = {"REG_SZ": 1, "REG_EXPAND_SZ": 2, "REG_BINARY": 3, "REG_DWORD": 4, "REG_MULTI_SZ": 7, "REG_QWORD": 11}


@pytest.fixture(scope="module")
def writer() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        ["/usr/bin/python3", "-c", _WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.tuples(_KEY, _NAME, _VALUE), max_size=6))
def test_what_samba_writes(writer: subprocess.Popen[str], values: list[tuple[str, str, tuple[str, Any]]]) -> None:
    expected = [RegistryValue(key, name, kind, data) for key, name, (kind, data) in values]
    assert registry_policy.parse(_written(writer, expected)) == expected


def _written(writer: subprocess.Popen[str], values: list[RegistryValue]) -> bytes:
    assert writer.stdin is not None and writer.stdout is not None
    entries = [(value.key, value.name, _KINDS[value.kind], _for_samba(value)) for value in values]
    writer.stdin.write(json.dumps(entries) + "\n")
    writer.stdin.flush()
    return base64.b64decode(writer.stdout.readline())


def _for_samba(value: RegistryValue) -> Any:
    data = value.data
    if isinstance(data, list):
        data = ("".join(f"{text}\0" for text in data) + "\0").encode("utf-16-le")
    return {"bytes": base64.b64encode(data).decode()} if isinstance(data, bytes) else data
