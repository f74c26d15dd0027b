# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is not simulated in a PowerShell text never passes, wherever it stands; and which exit code a text ends with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from appstream_simulator.windows.machine import program_files
from simulated_machine import World

MAKE = "New-Item -ItemType Directory -Path C:\\Made | Out-Null"
# win_powershell interprets scripts, everything else takes them statement by statement.
KNOWN_TO_THE_INTERPRETER = [
    f"{MAKE}\nTest-Path HKLM:\\SOFTWARE",
    f"{MAKE}\nRemove-Item C:\\Tools\\* -Recurse",
    f"{MAKE}\nCopy-Item 'C:\\Tools\\*' C:\\Other",
    f"$ErrorActionPreference = 'SilentlyContinue'\n{MAKE}",
]
UNKNOWN = [
    "Set-Culture -CultureInfo de-DE\nSet-Nonsense foo",
    "Set-Nonsense foo",
    f"{MAKE}\nSet-Nonsense foo",
    f"{MAKE}; Set-Nonsense foo; exit 0",
    f"Set-Nonsense foo\n{MAKE}",
    f"{MAKE}\nSet-Nonsense foo | Out-Null\nWrite-Output 'done'",
    f"{MAKE}\n$null = Set-Nonsense foo",
    f"{MAKE}\n[void](Set-Nonsense foo)",
    f"{MAKE}\nexit 0\nSet-Nonsense foo",
    f"{MAKE}\ndiskpart /s x",
    f"{MAKE}\ndiskpart.exe /s x\nWrite-Output 'done'",
    f"{MAKE}\nhostname | Out-Null\n& 'C:\\Windows\\System32\\diskpart.exe' advfirewall reset",
    f"{MAKE}\nC:\\Tools\\gone.exe /S",
    f"{MAKE}\nStart-Process -FilePath diskpart -ArgumentList 'x' -Wait",
    f"{MAKE}\n& C:\\Scripts\\unknown.ps1",
    f"{MAKE}\n& 'C:\\Scripts\\known.ps1' -Mode a",
    f"{MAKE}\nC:\\Scripts\\gone.ps1",
    f"{MAKE}\nhostname && hostname",
    f"{MAKE}\nmsiexec.exe --% /i C:\\a.msi",
    f"{MAKE}\nhere.cmd",
    *KNOWN_TO_THE_INTERPRETER,
]


def win_shell(world: World, script: str) -> tuple[int, str]:
    result = world.module("win_shell", {"_raw_params": script})
    return result["rc"], result["stdout"]


def win_powershell(world: World, script: str) -> tuple[int, str]:
    result = world.module("win_powershell", {"script": script})
    return int(bool(result.get("failed"))), "".join(f"{line}\r\n" for line in result["output"])


def script_of_win_powershell(world: World, script: str) -> tuple[int, str]:
    world.write("C:\\Scripts\\it.ps1", script.encode())
    result = world.module("win_powershell", {"path": "C:\\Scripts\\it.ps1"})
    return int(bool(result.get("failed"))), "".join(f"{line}\r\n" for line in result["output"])


def script_file(world: World, script: str) -> tuple[int, str]:
    world.write("C:\\Scripts\\it.ps1", script.encode())
    result = world.process("powershell.exe -NoProfile -File C:\\Scripts\\it.ps1")
    return result.exit_code, result.stdout.decode()


def called_script(world: World, script: str) -> tuple[int, str]:
    """As Ansible's `script` calls it."""
    world.write("C:\\Scripts\\it.ps1", script.encode())
    return win_shell(world, "& C:\\Scripts\\it.ps1 ; exit $LASTEXITCODE")


def batch_file(world: World, script: str) -> tuple[int, str]:
    world.write("C:\\Scripts\\it.ps1", script.encode())
    world.write("C:\\Scripts\\it.cmd", b"@powershell.exe -File C:\\Scripts\\it.ps1\r\n@echo on\r\n@exit /b 0\r\n")
    result = world.process("C:\\Scripts\\it.cmd")
    return result.exit_code, result.stdout.decode()


Entry = Callable[[World, str], tuple[int, str]]
ENTRIES: list[Entry] = [win_shell, win_powershell, script_of_win_powershell, script_file, called_script, batch_file]


@pytest.fixture
def prepared(world: World) -> World:
    world.write("C:\\Scripts\\unknown.ps1", b"Set-Nonsense foo")
    world.write("C:\\Scripts\\known.ps1", b"Write-Output 'known'")
    world.write("C:\\Users\\installer\\here.cmd", b"@echo here")
    world.write("C:\\Tools\\a.txt", b"a")
    return world


@pytest.mark.parametrize(
    ("script", "entry"),
    [
        (script, entry)
        for script in UNKNOWN
        for entry in ENTRIES
        if script not in KNOWN_TO_THE_INTERPRETER or entry not in (win_powershell, script_of_win_powershell)
    ],
)
def test_nothing_of_a_text_with_something_unknown_is_done(prepared: World, entry: Entry, script: str) -> None:
    assert entry(prepared, script) == (1, "")
    assert not prepared.machine.disk.exists("C:\\Made")
    assert prepared.machine.disk.list("C:\\Tools") == ["a.txt"]
    assert [entry["what"] for entry in prepared.journal.entries("unhandled")] == ["powershell"]


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize(
    "line",
    [
        "C:\\Tools\\other.exe /S",
        "net accounts",
        "cmd.exe /c netsh advfirewall reset",
        "cmd.exe /c C:\\Scripts\\netsh.cmd",
        "cmd.exe /c mklink C:\\Tools\\b C:\\Tools\\a",
        "powershell.exe -Command Set-Nonsense",
        "msiexec.exe /f C:\\a.msi",
        "Start-Process C:\\Tools\\other.exe -Wait",
        "hostname | Out-Null\nC:\\Tools\\gone.exe",
    ],
)
def test_a_text_ends_where_a_program_can_do_no_more(prepared: World, entry: Entry, line: str) -> None:
    """What it is comes to light only when the program runs."""
    prepared.write("C:\\Tools\\other.exe", program_files.content("other", "1.0.0.0"))
    prepared.write("C:\\Scripts\\netsh.cmd", b"@netsh advfirewall reset\r\n@exit /b 0\r\n")

    assert entry(prepared, f"Write-Output 'before'\n{line}\nWrite-Output 'behind'\nexit 0") == (1, "before\r\n")
    assert len(prepared.journal.entries("unhandled")) == 1


def test_a_program_that_the_text_itself_brings(prepared: World) -> None:
    script = (
        "Copy-Item C:\\Users\\installer\\here.cmd C:\\Tools\\there.cmd\n& C:\\Tools\\there.cmd\nC:\\Scripts\\known.ps1"
    )
    assert win_shell(prepared, script) == (0, "here\r\nknown\r\n")
    assert prepared.journal.entries("unhandled") == []


FAILS = "Remove-Item C:\\gone"
EXIT_CODES: list[tuple[str, dict[Any, int]]] = [
    ("cmd.exe /c exit 5", {win_shell: 1, script_file: 0, called_script: 5, win_powershell: 0}),
    ("cmd.exe /c exit 5\nexit $LASTEXITCODE", {win_shell: 5, script_file: 5, called_script: 5}),
    ("cmd.exe /c exit 5\nWrite-Output 'on'", {win_shell: 0, script_file: 0, called_script: 5, win_powershell: 0}),
    ("cmd.exe /c exit 5\nWrite-Output 'on'\nexit $LASTEXITCODE", {win_shell: 5, script_file: 5, called_script: 5}),
    (FAILS, {win_shell: 1, script_file: 0, called_script: 0, win_powershell: 0}),
    (f"Write-Output 'on'\n{FAILS}", {win_shell: 1, script_file: 0, called_script: 0, win_powershell: 0}),
    (f"{FAILS} | Out-Null", {win_shell: 1, script_file: 0}),
    (f"$null = {FAILS}", {win_shell: 1, script_file: 0}),
    (f"[void]({FAILS})", {win_shell: 0, script_file: 0}),
    (f"{FAILS}\nWrite-Output 'on'", {win_shell: 0, script_file: 0, called_script: 0, win_powershell: 0}),
    (f"$ErrorActionPreference = 'Stop'\n{FAILS}\nexit 0", {win_shell: 1, script_file: 1, called_script: 1}),
    (f"{FAILS}\n$ErrorActionPreference = 'Stop'\nexit 3", {win_shell: 3, script_file: 3, called_script: 3}),
    ("throw 'no'", {win_shell: 1, script_file: 1, called_script: 1, win_powershell: 1}),
    ("exit 7", {win_shell: 7, script_file: 7, called_script: 7}),
]


@pytest.mark.parametrize(("script", "codes"), EXIT_CODES)
def test_exit_codes(prepared: World, script: str, codes: dict[Entry, int]) -> None:
    assert {entry: entry(prepared, script)[0] for entry in codes} == codes
    assert prepared.journal.entries("unhandled") == []


def test_errors_that_end_nothing_are_told_by_win_powershell(prepared: World) -> None:
    script = {"script": f"{FAILS}\nWrite-Output 'on'"}
    result = prepared.module("win_powershell", script)
    assert (result.get("failed"), result["output"]) == (None, ["on"])
    assert "Cannot find path 'C:\\gone'" in result["error"][0]["output"]
    stopped = prepared.module("win_powershell", {**script, "error_action": "stop"})
    assert (stopped["failed"], stopped["output"]) == (True, [])
