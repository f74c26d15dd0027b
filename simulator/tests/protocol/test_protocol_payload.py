# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Payloads of several ansible-core versions.

`payloads/` holds what those versions sent for the same three tasks (win_command with become, async, an environment and
check mode; setup; script), recorded on the wire; the PowerShell in it is cut out.
"""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.protocol import payload
from hypothesis import given
from hypothesis import strategies as st

SAMPLES = {path.stem: json.loads(path.read_text()) for path in Path(__file__).with_name("payloads").glob("*.json")}
SOURCE = b"#!powershell\n"


def calls(version: str) -> list[payload.ExecCall]:
    """What the recorded exchanges of a version with Ansible's bootstrap come to."""
    found = []
    for exchange in SAMPLES[version]:
        parsed = payload.parse_command_line(exchange["command_line"])
        assert parsed.script
        if payload.is_bootstrap(parsed.script):
            found.append(payload.decode(exchange["stdin"].encode()))
    return found


@pytest.mark.parametrize("version", SAMPLES)
def test_every_version_decodes_to_the_same_module_call(version: str) -> None:
    call = calls(version)[0]

    assert (call.kind, call.name) == ("module", "ansible.windows.win_command")
    assert call.arguments == {"_raw_params": "hostname"}
    assert call.become == payload.Become("other", "become-secret", "batch")
    assert call.async_job
    assert call.async_job.directory == "%USERPROFILE%\\.ansible_async"
    assert call.environment["FOO"] == "bar"
    assert call.meta["_ansible_check_mode"] is True
    assert call.source == SOURCE
    assert "become-secret" not in repr(call)


@pytest.mark.parametrize("version", SAMPLES)
def test_setup_and_script(version: str) -> None:
    found = calls(version)

    assert [call.name for call in found if call.kind == "module"] == [
        "ansible.windows.win_command",
        "ansible.windows.setup",
    ]
    assert [call.source for call in found if call.kind == "script"] == [SOURCE]


@pytest.mark.parametrize("version", [version for version in SAMPLES if version > "ansible_core_2.18"])
def test_transfers_since_2_19(version: str) -> None:
    internal = [call for call in calls(version) if call.kind == "internal"]

    assert [call.name for call in internal] == ["powershell_mkdtemp.ps1", "winrm_put_file.ps1"]
    assert internal[1].arguments["Path"].endswith("\\s.ps1")
    assert internal[1].transferred == b"hostname\n"


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("ansible.legacy.setup", "ansible.windows.setup"),
        ("ansible.builtin.stat", "ansible.windows.win_stat"),
        ("ansible.legacy.ping", "ansible.windows.win_ping"),
        ("ansible.legacy.async_status", "ansible.windows.async_status"),
        ("win_ping", "ansible.windows.win_ping"),
        ("ansible.windows.win_copy", "ansible.windows.win_copy"),
        ("community.windows.win_thing", "community.windows.win_thing"),
        ("ansible_collections.corp.windows.plugins.modules.baseline", "corp.windows.baseline"),
    ],
)
def test_canonical_names(name: str, canonical: str) -> None:
    assert payload.canonical_name(name) == canonical


def encoded(script: str, program: str = "powershell -NoProfile -NonInteractive") -> str:
    return f"{program} -EncodedCommand {base64.b64encode(script.encode('utf-16-le')).decode()}"


@given(script=st.text(st.characters(exclude_categories=("Cs",))), depth=st.integers(0, 3))
def test_encoded_commands_are_found_at_any_depth(script: str, depth: int) -> None:
    script = f"# {script}"
    line = encoded(script, "PowerShell.exe -ExecutionPolicy Unrestricted")
    for _ in range(depth):
        line = encoded(line)

    assert payload.parse_command_line(line) == payload.CommandLine(script)


@pytest.mark.parametrize(
    "line",
    [
        'type "C:\\t\\a.ps1" | ' + encoded("boot"),
        encoded('type "C:\\t\\a.ps1" | ' + encoded("boot")),
        encoded("boot")
        + " -EncodedArguments "
        + base64.b64encode("<Objs><S>C:\\t\\a.ps1</S></Objs>".encode("utf-16-le")).decode(),
    ],
)
def test_input_that_waits_in_a_file(line: str) -> None:
    assert payload.parse_command_line(line) == payload.CommandLine("boot", "C:\\t\\a.ps1")


@pytest.mark.parametrize(
    "line", ["", "hostname", "powershell", "powershell -File x.ps1", "powershell -EncodedCommand x", "type a.txt"]
)
def test_other_command_lines(line: str) -> None:
    assert payload.parse_command_line(line) == payload.CommandLine(None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
names = st.text(min_size=1).filter(lambda name: not name.startswith("_ansible_"))


def payload_2_17(arguments: dict[str, Any]) -> bytes:
    manifest = {
        "actions": ["module_powershell_wrapper"],
        "module_args": {**arguments, "_ansible_module_name": "win_ping"},
        "module_entry": base64.b64encode(SOURCE).decode(),
    }
    return f"begin {{ }}{payload.SEPARATOR}{json.dumps(manifest)}".encode()


def payload_2_19(arguments: dict[str, Any], *, compressed: bool = False, data: bytes | None = None) -> bytes:
    name = "ansible_collections.ansible.windows.plugins.modules.win_ping.ps1"
    complex_args = [{"Name": "complex_args", "Value": arguments, "Scope": "Global"}]
    given_arguments = {"ArgumentJSON": json.dumps(arguments)} if compressed else {"Variables": complex_args}
    action: dict[str, Any] = {
        "name": "module_wrapper.ps1",
        "params": {"Script": name, "ForModule": True, **given_arguments},
    }
    if data is not None:
        action = {"name": "winrm_put_file.ps1", "params": {"Path": "C:\\x"}}
    manifest = json.dumps(
        {"scripts": {name: {"script": base64.b64encode(SOURCE).decode()}}, "actions": [action]}, ensure_ascii=False
    )
    if compressed:
        manifest = base64.b64encode(gzip.compress(manifest.encode())).decode()
    header = json.dumps({"name": "exec_wrapper", "script": "", "params": {"DecompressInput": compressed}})
    parts = [header, manifest]
    if data is not None:
        parts.append("\r\n".join(base64.b64encode(data[i : i + 100]).decode() for i in range(0, len(data), 100)))
    return f"\n{payload.SEPARATOR}\n".join(parts).encode()


@given(arguments=st.dictionaries(names, json_values, max_size=4))
def test_arguments_survive_every_format(arguments: dict[str, Any]) -> None:
    formats = (payload_2_17(arguments), payload_2_19(arguments), payload_2_19(arguments, compressed=True))

    for call in map(payload.decode, formats):
        assert (call.name, call.arguments, call.source) == ("ansible.windows.win_ping", arguments, SOURCE)


@given(data=st.binary(max_size=1000))
def test_transferred_data_survives(data: bytes) -> None:
    assert payload.decode(payload_2_19({}, data=data)).transferred == data


@pytest.mark.parametrize(
    "stdin",
    [
        b"",
        b"{}",
        b"begin { }",
        b"begin { }\0\0\0\0{}",
        b"\xff\xfe",
        b'{"params": {}}\n\0\0\0\0\n{"actions": [], "scripts": {}}',
        b'{"params": {"DecompressInput": true}}\n\0\0\0\0\nAAAA',
        payload_2_19({}).replace(b"complex_args", b"arguments"),
    ],
)
def test_unknown_formats_are_named_as_such(stdin: bytes) -> None:
    with pytest.raises(payload.UnknownPayload, match="unknown payload format"):
        payload.decode(stdin)


@given(
    stdin=st.binary() | st.text().map(str.encode) | st.just(b"{").flatmap(lambda start: st.binary().map(start.__add__))
)
def test_nothing_but_unknown_payload_is_raised(stdin: bytes) -> None:
    with pytest.raises(payload.UnknownPayload):
        payload.decode(stdin)
