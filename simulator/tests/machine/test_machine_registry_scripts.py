# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Registry scripts: reg import, regedit /s; and the programs sc, setx, attrib and schtasks /change."""

from __future__ import annotations

from typing import Any

import pytest
from appstream_simulator.windows.machine import registry_scripts
from appstream_simulator.windows.machine.registry_scripts import NotAScriptError
from hypothesis import given
from hypothesis import strategies as st
from simulated_machine import World

HEADER = "Windows Registry Editor Version 5.00\r\n\r\n"
KEY = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Example"


def script(world: World, text: str, encoding: str = "utf-16", header: str = HEADER) -> str:
    return world.write("C:\\Temp\\a.reg", (header + text).encode(encoding))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('"Name"="a \\"b\\" C:\\\\x"', ("String", 'a "b" C:\\x')),
        ('"Name"=""', ("String", "")),
        ('"Name"=dword:0000000f', ("DWord", 15)),
        ('"name"=hex:01,ff', ("Binary", b"\x01\xff")),
        ('"Name"=hex:', ("Binary", b"")),
        ('"Name"=hex(2):25,00,61,00,25,00,00,00', ("ExpandString", "%a%")),
        ('"Name"=hex(7):61,00,00,00,\\\r\n  62,00,00,00,00,00', ("MultiString", ["a", "b"])),
        ('"Name"=hex(b):01,00,00,00,00,00,00,00', ("QWord", 1)),
        ('; "Name"="comment"\r\n"Name" = "x"', ("String", "x")),
    ],
)
def test_values(world: World, line: str, expected: tuple[str, Any]) -> None:
    path = script(world, f"[{KEY}]\r\n{line}\r\n")
    assert world.process(f"reg.exe import {path}").exit_code == 0
    value = world.machine.disk.registry.get(KEY, "Name")
    assert value is not None
    assert (value.kind, value.data) == expected
    assert world.journal.entries("unhandled") == []


def test_default_values_deletions_and_keys(world: World) -> None:
    registry = world.machine.disk.registry
    for name in ("Kept", "Gone"):
        registry.set(f"{KEY}\\{name}", "", name)
    registry.set(KEY, "Old", "x")
    text = f'[{KEY}]\n@="default"\n"Old"=-\n[-{KEY}\\Gone]\n"Lost"="no key"\n[{KEY}\\New]\n'
    result = world.process(f"regedit.exe /s {script(world, text)}")
    assert result.exit_code == 0
    assert (registry.texts(KEY), registry.key_names(KEY)) == ({"": "default"}, ["Kept", "New"])
    assert [entry["text"] for entry in world.journal.entries("unhandled")] == ['"Lost"="no key"']


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig", "cp1252"])
def test_encodings(world: World, encoding: str) -> None:
    assert world.process(f"reg import {script(world, f'[{KEY}]', encoding)}").exit_code == 0
    assert world.machine.disk.registry.has_key(KEY)


def test_the_older_format_has_ansi_bytes(world: World) -> None:
    path = script(world, f'[{KEY}]\n"Name"=hex(2):25,61,25,00\n', "cp1252", "REGEDIT4\n\n")
    assert world.process(f"reg import {path} /reg:64").exit_code == 0
    assert world.machine.disk.registry.texts(KEY) == {"Name": "%a%"}


def test_hkey_current_user_is_of_whoever_imports(world: World) -> None:
    path = script(world, '[HKEY_CURRENT_USER\\Software\\Example]\n"Name"="mine"\n')
    assert world.process(f"reg import {path}").exit_code == 0
    found = world.module("win_reg_stat", {"path": "HKCU:\\Software\\Example", "name": "Name"})
    assert found["value"] == "mine"


@pytest.mark.parametrize(("content", "text"), [(None, "Error opening the file"), (b"hello", "not a registry script")])
def test_what_cannot_be_imported(world: World, content: bytes | None, text: str) -> None:
    if content is not None:
        world.write("C:\\Temp\\a.reg", content)
    result = world.process("reg import C:\\Temp\\a.reg")
    assert result.exit_code == 1
    assert text in result.stderr.decode()
    assert world.process("regedit /s C:\\Temp\\a.reg").exit_code == 1


def test_only_administrators_change_the_machine(world: World) -> None:
    path = script(world, f"[{KEY}]")
    assert world.process(f"reg import {path}", user="CORP\\nobody").exit_code == 1
    assert not world.machine.disk.registry.has_key(KEY)


def test_regedit_with_a_window_is_not_simulated(world: World) -> None:
    assert world.process("regedit C:\\a.reg").exit_code == 1
    assert len(world.journal.entries("unhandled")) == 1


@given(st.text(alphabet='[]-"@=\\hexdword:(27),;aH KEY_\n', max_size=80))
def test_any_text_is_read(text: str) -> None:
    for change in registry_scripts.read((HEADER + text).encode("utf-16")):
        assert isinstance(change, str) or change.key


@given(st.text(max_size=40))
def test_any_other_file_is_refused(text: str) -> None:
    with pytest.raises(NotAScriptError):
        list(registry_scripts.read(f"x{text}".encode()))


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30))
def test_texts_come_back(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    _key, value = registry_scripts.read(f'{HEADER}[{KEY}]\n"{quoted}"="{quoted}"\n'.encode("utf-16"))
    assert isinstance(value, registry_scripts.Change)
    assert (value.name, value.data) == (text, text)


@pytest.mark.parametrize(
    ("line", "code", "mode", "state"),
    [
        ("sc.exe config Spooler start= disabled", 0, "disabled", "running"),
        ("sc config spooler start=demand", 0, "manual", "running"),
        ("sc stop Spooler", 0, "auto", "stopped"),
        ("sc start Spooler", 1056, "auto", "running"),
        ("sc delete Gone", 1060, "auto", "running"),
        ("sc failure Spooler reset= 0 actions= //", 0, "auto", "running"),
    ],
)
def test_sc(world: World, line: str, code: int, mode: str, state: str) -> None:
    service = world.machine.disk.services["spooler"]
    service.state = "running"
    assert world.process(line).exit_code == code
    assert (service.start_mode, service.state) == (mode, state)
    assert world.journal.entries("unhandled") == []


def test_sc_deletes(world: World) -> None:
    assert "RUNNING" in world.process("sc query Spooler").stdout.decode()
    assert world.process("sc delete Spooler", user="CORP\\nobody").exit_code == 5
    assert world.process("sc delete Spooler").exit_code == 0
    assert world.process("sc query Spooler").exit_code == 1060


@pytest.mark.parametrize("line", ["sc config Spooler obj= x", "sc create x binPath= y", "setx", "attrib +s a"])
def test_what_is_not_simulated(world: World, line: str) -> None:
    assert world.process(line).exit_code == 1
    assert len(world.journal.entries("unhandled")) == 1


def test_setx(world: World) -> None:
    assert world.process("setx TOOL_HOME C:\\Tools /M").exit_code == 0
    assert world.process("cmd /c echo %TOOL_HOME%").stdout == b"C:\\Tools\r\n"
    result = world.process(f"setx LONG {'x' * 1100} /m")
    assert "truncated" in result.stdout.decode()
    assert world.process("setx A b /M", user="CORP\\nobody").exit_code == 1


def test_attrib(world: World) -> None:
    path = world.write("C:\\Temp\\a.txt")
    assert world.process(f"attrib +r +h {path}").exit_code == 0
    assert world.machine.disk.stat(path).attributes == "ReadOnly, Hidden, Archive"
    assert world.process("attrib -r -h C:\\Temp\\*.txt").exit_code == 0
    assert world.machine.disk.stat(path).attributes == "Archive"
    assert "File not found" in world.process("attrib +h C:\\Temp\\gone").stdout.decode()


def test_schtasks_switches_a_task_off_and_on(world: World) -> None:
    name = "\\Microsoft\\Windows\\Defrag\\ScheduledDefrag"
    for option, status in (("disable", "Disabled"), ("ENABLE", "Ready")):
        assert world.process(f"schtasks.exe /Change /TN {name} /{option}").exit_code == 0
        assert status in world.process(f"schtasks /query /tn {name} /fo csv /nh").stdout.decode()
    assert world.process("schtasks /change /tn \\Gone /disable").exit_code == 1
