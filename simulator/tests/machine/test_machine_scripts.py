# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Batch files and PowerShell scripts of several statements."""

from __future__ import annotations

import pytest
from simulated_machine import World

BATCH = r"""@echo off
rem install
setlocal
set TARGET=C:\Tools\%1
if not exist "%TARGET%" mkdir "%TARGET%"
echo version=%~2>"%TARGET%\app.ini"
echo from %~dp0>>"%TARGET%\app.ini"
copy /y "%~dp0payload.txt" "%TARGET%" >nul
cmd /c exit 3
if errorlevel 4 exit /b 4
if %errorlevel% neq 3 exit /b 99
if "%~2"=="fail" exit /b 7
echo done & echo 100%%
exit /b 0
"""


def batch(world: World, text: str, name: str = "install.cmd") -> str:
    world.write("C:\\Setup\\payload.txt", b"payload")
    return world.write(f"C:\\Setup\\{name}", text.replace("\n", "\r\n").encode())


@pytest.mark.parametrize("start", ["cmd.exe /c C:\\Setup\\install.cmd", "C:\\Setup\\install.cmd"])
def test_a_batch_file(world: World, start: str) -> None:
    batch(world, BATCH)
    result = world.process(f'{start} viewer "2 one"')
    assert (result.exit_code, result.stdout, result.stderr) == (0, b"done \r\n100%\r\n", b"")
    assert world.machine.disk.read("C:\\Tools\\viewer\\app.ini") == b"version=2 one\r\nfrom C:\\Setup\\\r\n"
    assert world.machine.disk.read("C:\\Tools\\viewer\\payload.txt") == b"payload"
    assert world.journal.entries("unhandled") == []


def test_exit_codes_of_batch_files(world: World) -> None:
    batch(world, BATCH)
    assert world.process("cmd.exe /c C:\\Setup\\install.cmd viewer fail").exit_code == 7
    batch(world, "@exit 5\n", "whole.cmd")
    batch(world, "@call C:\\Setup\\whole.cmd\n@exit /b 1\n", "calling.cmd")
    assert world.process("C:\\Setup\\calling.cmd").exit_code == 5
    batch(world, "@frobnicate\n", "unknown.cmd")
    assert world.process("C:\\Setup\\unknown.cmd").exit_code == 9009


def test_a_batch_file_runs_installers(world: World) -> None:
    installer = world.machine.shelf.installers["7zip-exe"]
    world.write("C:\\Setup\\7z.exe", installer.content)
    batch(world, 'cd /d "%~dp0"\n@start /wait "" 7z.exe /S\n@if errorlevel 1 exit /b 1\n')
    result = world.process("cmd /c C:\\Setup\\install.cmd")
    assert result.exit_code == 0
    assert b'C:\\Users\\installer>cd /d "C:\\Setup\\" \r\n' in result.stdout
    assert world.machine.describe()["products"] == ["7zip-exe"]


@pytest.mark.parametrize(
    "line",
    [
        "if exist C:\\ (",
        "if exist",
        "echo a | | more",
        ") echo a",
        "for %%i in (a b) echo %%i",
        "for /l %%i in (1,0,2) do echo %%i",
        "mklink C:\\a C:\\b",
        "setlocal disableextensions",
        "start notepad",
        "rd /s C:\\Setup",
        "type con",
        ":again\n@goto again",
    ],
)
def test_what_batch_files_cannot_do_is_journalled(world: World, line: str) -> None:
    batch(world, f"@echo off\n{line}\necho on\n")
    result = world.process("cmd /c C:\\Setup\\install.cmd")
    assert (result.exit_code, result.unhandled) == (1, True)
    assert [entry["what"] for entry in world.journal.entries("unhandled")] == ["cmd.exe"]
    assert b"on\r\n" not in result.stdout


@pytest.mark.parametrize(
    ("line", "stdout"),
    [
        ("echo a ^& b", b"a & b\r\n"),
        ("echo a > C:\\Temp\\x & type C:\\Temp\\x", b"a  \r\n"),
        ("type C:\\gone 2>&1", b"The system cannot find the file specified.\r\n"),
    ],
)
def test_redirections_and_escapes(world: World, line: str, stdout: bytes) -> None:
    world.machine.disk.make_directories("C:\\Temp")
    assert world.process(f"cmd /c {line}").stdout == stdout


@pytest.mark.parametrize(
    ("line", "stdout", "stderr", "written"),
    [
        ("echo no licence 1>&2", b"", b"no licence \r\n", None),
        ("type C:\\gone > C:\\Temp\\x 2>&1", b"", b"", b"The system cannot find the file specified.\r\n"),
        ("type C:\\gone 2>&1 > C:\\Temp\\x", b"The system cannot find the file specified.\r\n", b"", b""),
    ],
)
def test_where_output_goes(world: World, line: str, stdout: bytes, stderr: bytes, written: bytes | None) -> None:
    world.machine.disk.make_directories("C:\\Temp")
    result = world.process(f"cmd /c {line}")
    assert (result.stdout, result.stderr) == (stdout, stderr)
    assert not world.machine.disk.is_file("C:\\Temp\\&2")
    if written is not None:
        assert world.machine.disk.read("C:\\Temp\\x") == written


SCRIPT = r"""
# Sets the application up.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
New-Item -ItemType Directory -Path 'C:\Tools\viewer' -Force | Out-Null
Set-Content -Path 'C:\Tools\viewer\app.ini' -Value 'mode=kiosk'
Copy-Item "$PSScriptRoot\payload.txt" 'C:\Tools\viewer'
Start-Process -FilePath msiexec.exe -ArgumentList '/i', "$PSScriptRoot\putty.msi", '/qn' -Wait
Write-Output 'done'
exit 0
"""


def test_a_powershell_script_file(world: World) -> None:
    putty = world.machine.shelf.installers["putty"]
    world.write("C:\\Setup\\putty.msi", putty.content)
    world.write("C:\\Setup\\payload.txt", b"payload")
    world.write("C:\\Setup\\install.ps1", SCRIPT.encode())
    result = world.process("powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\\Setup\\install.ps1")
    assert (result.exit_code, result.stdout) == (0, b"done\r\n")
    assert world.machine.disk.read("C:\\Tools\\viewer\\app.ini") == b"mode=kiosk\r\n"
    assert world.machine.disk.list("C:\\Tools\\viewer") == ["app.ini", "payload.txt"]
    assert world.machine.describe()["products"] == ["putty"]


def test_win_powershell_runs_a_script_file(world: World) -> None:
    world.write("C:\\Setup\\a.ps1", b"Copy-Item $PSScriptRoot\\a.ps1 C:\\Windows\nWrite-Output 'done'")
    result = world.module("win_powershell", {"path": "C:\\Setup\\a.ps1", "remote_src": True})
    assert result["output"] == ["done"]
    assert world.machine.disk.is_file("C:\\Windows\\a.ps1")


@pytest.mark.parametrize(
    ("script", "exit_code"),
    [
        ("exit 7", 7),
        ("cmd.exe /c exit 5\nexit $LASTEXITCODE", 5),
        ("cmd.exe /c exit 5\nWrite-Output 'on'", 0),
        ("throw 'no license'", 1),
        ("Set-Content -Path C:\\gone\\a -Value 'x'\nexit 3", 3),
        ("$ErrorActionPreference = 'Stop'\nSet-Content -Path C:\\gone\\a -Value 'x'\nexit 3", 1),
    ],
)
def test_exit_codes_of_powershell_scripts(world: World, script: str, exit_code: int) -> None:
    world.write("C:\\a.ps1", script.encode())
    assert world.process("powershell.exe -File C:\\a.ps1").exit_code == exit_code
    assert world.journal.entries("unhandled") == []


@pytest.mark.parametrize(
    ("script", "arguments"),
    [("foreach ($x in 1..3) { Write-Output $x }", ""), ("Write-Output 'a'\n$x = 1", ""), ("exit 0", " -Mode a")],
)
def test_unknown_powershell_scripts_do_nothing_and_are_journalled(world: World, script: str, arguments: str) -> None:
    world.write("C:\\a.ps1", script.encode())
    result = world.process(f"powershell.exe -File C:\\a.ps1{arguments}")
    assert (result.exit_code, result.stdout) == (1, b"")
    assert len(world.journal.entries("unhandled")) == 1


@pytest.mark.parametrize("module", ["win_shell", "win_powershell"])
@pytest.mark.parametrize(
    "script",
    [
        "New-Item -ItemType Directory -Path C:\\Tools\\viewer | Out-Null",
        "New-Item -Path C:\\Tools\\viewer -ItemType Directory -Force|out-null",
        "New-Item -Path 'C:\\Tools' -Name viewer -ItemType 'Directory' |\n  Out-Null",
        "new-item -type directory -name viewer -path C:\\Tools | out-null",
        "New-Item -ItemType Directory C:\\Tools\\viewer | Out-Null; Write-Output 'made' | Out-Null",
        "[void](New-Item -ItemType Directory -Path C:\\Tools\\viewer)",
        "[void] ( New-Item -ItemType Directory -Path C:\\Tools\\viewer )",
        "$null = New-Item -ItemType Directory -Path C:\\Tools\\viewer",
        "$null=New-Item -ItemType Directory -Path C:\\Tools\\viewer\nhostname | Out-Null",
    ],
)
def test_a_directory_is_made_without_a_word(world: World, module: str, script: str) -> None:
    name = "_raw_params" if module == "win_shell" else "script"
    result = world.module(module, {name: script})
    assert not result.get("failed"), result
    assert (result.get("stdout"), result.get("output")) in (("", None), (None, []))
    assert world.machine.disk.is_directory("C:\\Tools\\viewer")
    assert world.journal.entries("unhandled") == []


@pytest.mark.parametrize(
    "script",
    [
        "New-Item -ItemType Directory -Path C:\\Tools | Select-Object Name",
        "New-Item -ItemType Directory -Path C:\\Tools | Out-Null | Out-Null",
        "| Out-Null",
        "Out-Null",
        "$made = New-Item -ItemType Directory -Path C:\\Tools",
        "[string](New-Item -ItemType Directory -Path C:\\Tools)",
        "[void](New-Item -ItemType Directory -Path C:\\Tools).Name",
        "New-Item -ItemType Directory -ItemType Directory -Path C:\\Tools",
        "New-Item -Path C:\\Tools -Path C:\\Tools -ItemType Directory",
        "New-Item -Path C:\\Tools",
        "New-Item -ItemType Directory",
        "New-Item -ItemType Directory -Path C:\\Tools -Value 'x'",
        "New-Item -ItemType Junction -Path C:\\Tools -Target C:\\Windows",
        "New-Item -ItemType Directory -Path C:\\Tools -Nmae $x `",
    ],
)
def test_what_else_is_done_with_new_items_is_beyond_the_simulator(world: World, script: str) -> None:
    assert world.module("win_shell", {"_raw_params": script})["rc"] == 1
    assert not world.machine.disk.exists("C:\\Tools")
    assert len(world.journal.entries("unhandled")) == 1


def test_a_file_is_made_in_a_folder(world: World) -> None:
    text = "New-Item -Path C:\\ -Name a.txt -ItemType File -Value 'it''s'"
    assert world.module("win_shell", {"_raw_params": text})["rc"] == 0
    assert world.machine.disk.read("C:\\a.txt") == b"it's"
    assert world.module("win_shell", {"_raw_params": text})["rc"] == 1
    assert world.module("win_shell", {"_raw_params": "New-Item -ItemType Directory mine"})["rc"] == 0
    assert world.machine.disk.is_directory("C:\\Users\\installer\\mine")


def test_an_endless_text_is_refused(world: World) -> None:
    result = world.module("win_shell", {"_raw_params": "Write-Output 'a'\n" * 20_000})
    assert (result["rc"], result["stdout"]) == (1, "")
    assert "longer than" in result["stderr"]
    assert len(world.journal.entries("unhandled")) == 1


@pytest.mark.parametrize(
    ("script", "content"),
    [
        ("Set-Content C:\\a.txt 'a <# b #> # c'", "a <# b #> # c\r\n"),
        ("<# no #> Set-Content C:\\a.txt 'b' # no", "b\r\n"),
        ("Set-Content C:\\a.txt 'c' # it's\r\nWrite-Output 'd'", "c\r\n"),
        ("Set-Content `\r\n  -Path C:\\a.txt `\r\n  -Value 'e;f'", "e;f\r\n"),
        ("Set-Content \"${env:ProgramFiles(x86)}\\a.txt\" 'g'", None),
    ],
)
def test_comments_and_quotes_of_powershell_scripts(world: World, script: str, content: str | None) -> None:
    world.write("C:\\a.ps1", script.encode())
    assert world.process("powershell.exe -File C:\\a.ps1").exit_code == 0
    path = "C:\\a.txt" if content else "C:\\Program Files (x86)\\a.txt"
    assert world.machine.disk.read(path).decode() == (content or "g\r\n")
    assert world.journal.entries("unhandled") == []


@pytest.mark.parametrize("script", ["Write-Output 'a'\nWrite-Output 'b", 'hostname "a`"', "hostname\n<# hostname"])
def test_nothing_of_a_script_that_does_not_end_is_run(world: World, script: str) -> None:
    world.write("C:\\a.ps1", script.encode())
    result = world.process("powershell.exe -File C:\\a.ps1")
    assert (result.exit_code, result.stdout) == (1, b"")
    assert len(world.journal.entries("unhandled")) == 1


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('set "A=x y" ignored', "x y"),
        ('set A=x "y"', 'x "y"'),
        ("set  A= x", " x"),
        ('set "A=x', "x"),
    ],
)
def test_variables_of_batch_files(world: World, line: str, value: str) -> None:
    batch(world, f"@{line}\n@echo [%A%]\n")
    assert world.process("C:\\Setup\\install.cmd").stdout.decode() == f"[{value}]\r\n"


def test_a_missing_powershell_script(world: World) -> None:
    result = world.process("powershell.exe -File C:\\gone.ps1")
    assert result.exit_code == -196608
    assert b"does not exist" in result.stdout
