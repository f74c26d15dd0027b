# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Bare PowerShell texts that Ansible sends."""

from __future__ import annotations

import base64
import json

import pytest
from appstream_simulator.windows.protocol import powershell
from appstream_simulator.windows.protocol.host import ProcessResult
from fake_host import FakeHost
from hypothesis import given
from hypothesis import strategies as st

STRICT = "Set-StrictMode -Version Latest\n"
CONSOLE = "try { [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding } catch {}"
EXIT_CODE = (
    "\nIf (-not $?) { If (Get-Variable LASTEXITCODE -ErrorAction SilentlyContinue) { exit $LASTEXITCODE } "
    "Else { exit 1 } }\n"
)
# From ansible.windows 3.8, plugin_utils/_reboot.py.
REBOOT = r"""$ErrorActionPreference = 'Continue'

if ($True) {
    Remove-Item -LiteralPath 'HKLM:\SOFTWARE\AutoLogonChecked' -Force -ErrorAction SilentlyContinue
}

$stdout = $null
$stderr = . { C:\Windows\System32\shutdown.exe /r /t 2 /c 'Now' | Set-Variable stdout } 2>&1 | ForEach-Object ToString

If (Get-Variable LASTEXITCODE -ErrorAction SilentlyContinue) {
    $rc = $LASTEXITCODE
} Else {
    $rc=1
}

ConvertTo-Json -Compress -InputObject @{
    stdout = (@($stdout) -join "`n")
    stderr = (@($stderr) -join "`n")
    rc = $rc
}
"""


def run(host: FakeHost, text: str, stdin: bytes = b"") -> ProcessResult:
    return powershell.run_text(host, text, stdin=stdin, user="Administrator")


@pytest.fixture
def host() -> FakeHost:
    host = FakeHost()
    host.programs["tool"] = lambda line, stdin: ProcessResult(3, line.encode())
    host.disk.write("C:\\Users\\here.txt", b"here")
    return host


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("hostname", "BUILDER\r\n"),
        ("hostname\nexit $LASTEXITCODE", "BUILDER\r\n"),
        (STRICT + "hostname" + EXIT_CODE, "BUILDER\r\n"),
        ("& 'C:\\Program Files\\tool\\hostname.exe'", "BUILDER\r\n"),
        ("Write-Output 'it''s'", "it's\r\n"),
        ('Write-Output "two words"', "two words\r\n"),
        ("'plain'", "plain\r\n"),
        (f"{CONSOLE}; (Get-Location).Path", "C:\\Users\\Administrator\r\n"),
        (f"{CONSOLE}; ((Get-Location).Path + '\\sub')", "C:\\Users\\Administrator\\sub\r\n"),
        ("Test-Path C:\\Users\\here.txt", "True\r\n"),
        ("Test-Path -LiteralPath 'C:\\Users\\gone.txt'", "False\r\n"),
        ("Get-Content -Path 'C:\\Users\\here.txt' -Raw", "here\r\n"),
        ("Start-Sleep -Seconds 0", ""),
    ],
)
def test_known_texts(host: FakeHost, text: str, output: str) -> None:
    result = run(host, text)

    assert (result.exit_code, result.stdout.decode()) == (0, output)
    assert not host.journal.entries("unhandled")


@pytest.mark.parametrize(
    ("text", "command_line"),
    [
        ("tool /a 'b c' 'd'", 'tool /a "b c" d'),
        ("& 'C:\\my tools\\tool.exe' --name x", '"C:\\my tools\\tool.exe" --name x'),
        ("tool '' a", "tool a"),
        ('tool "a ""b"" c"', 'tool "a "b" c"'),
        ('tool A="b c" D="e" \'F="g h"\' i\'j k\'', 'tool "A=b c" D=e F="g h" "ij k"'),
    ],
)
def test_native_commands(host: FakeHost, text: str, command_line: str) -> None:
    assert (run(host, text).exit_code, run(host, text).stdout.decode()) == (1, command_line)
    assert run(host, f"{text}\nexit $LASTEXITCODE").exit_code == 3
    assert run(host, STRICT + text + EXIT_CODE).exit_code == 3


@pytest.mark.parametrize(
    "text",
    [
        "Get-Process | Stop-Process",
        "$x = 1",
        "hostname > C:\\x.txt",
        "Install-WindowsFeature Web-Server",
        "if ($true) { hostname }",
        "# comment only",
        "tool 'a'b",
        "tool 'a'\"b\"",
        "",
    ],
)
def test_unknown_texts_fail_loudly(host: FakeHost, text: str) -> None:
    result = run(host, text)

    assert result.exit_code == 1
    assert result.stderr.startswith(b"#< CLIXML")
    assert [entry["text"] for entry in host.journal.entries("unhandled")] == [text]


def test_boot_time_is_a_file_time(host: FakeHost) -> None:
    host.boot_time = 1.5
    text = "(Get-CimInstance -ClassName Win32_OperatingSystem -Property LastBootUpTime).LastBootUpTime.ToFileTime()"

    assert run(host, text).stdout == b"116444736015000000\r\n"


def test_reboot_of_win_reboot(host: FakeHost) -> None:
    result = run(host, REBOOT)

    assert json.loads(result.stdout) == {"stdout": "", "stderr": "", "rc": 0}
    assert host.restarts == [2.0]


@pytest.mark.parametrize(
    "text", ["Remove-Item '{}' -Force -Recurse;", "Remove-Item {} -Force -Recurse", "Remove-Item -Path {}"]
)
def test_remove(host: FakeHost, text: str) -> None:
    command = text.format("C:\\Users\\here.txt")

    assert run(host, command).exit_code == 0
    assert not host.disk.is_file("C:\\Users\\here.txt")
    assert run(host, command).exit_code == 1


def test_make_temporary_directory(host: FakeHost) -> None:
    text = f"""{CONSOLE}
        $tmp_path = [System.Environment]::ExpandEnvironmentVariables('%TEMP%')
        $tmp = New-Item -Type Directory -Path $tmp_path -Name 'ansible-tmp-1'
        Write-Output -InputObject $tmp.FullName
        """

    assert run(host, text).stdout == b"C:\\Users\\Administrator\\AppData\\Local\\Temp\\ansible-tmp-1\r\n"
    assert host.disk.is_directory("C:\\Users\\Administrator\\AppData\\Local\\Temp\\ansible-tmp-1")


def test_script_file_without_arguments(host: FakeHost) -> None:
    host.disk.write("C:\\Users\\s.ps1", "\ufeffWrite-Output 'from the file'\r\n".encode())

    assert run(host, "&  C:\\Users\\s.ps1 ; exit $LASTEXITCODE").stdout == b"from the file\r\n"
    assert run(host, "&  C:\\Users\\s.ps1 -Name x; exit $LASTEXITCODE").exit_code == 1
    assert run(host, "&  C:\\Users\\gone.ps1 ; exit $LASTEXITCODE").exit_code == 1


def test_put_and_fetch_of_old_versions(host: FakeHost) -> None:
    """The texts of ansible-core 2.17's winrm plugin, shortened where the simulator doesn't look."""
    put = (
        "begin { $path = 'C:\\Users\\it''s.bin'\n $fd = [System.IO.File]::Create($path)\n} "
        "process { $bytes = [System.Convert]::FromBase64String($input) }"
    )
    fetch = (
        "$path = 'C:\\Users\\it''s.bin'\nIf (Test-Path -LiteralPath $path -PathType Leaf)\n{\n"
        "$buffer_size = 3\n$offset = 1\n$stream = New-Object -TypeName IO.FileStream($path)\n}"
    )
    stdin = b"\r\n".join(base64.b64encode(part) for part in (b"abc", b"def")) + b"\r\n"

    assert json.loads(run(host, put, stdin).stdout) == {"sha1": "1f8ac10f23c5b5bc1167bda84b833e5c057a77d2"}
    assert host.disk.read("C:\\Users\\it's.bin") == b"abcdef"
    assert base64.b64decode(run(host, fetch).stdout) == b"bcd"


@given(value=st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_any_single_quoted_literal_is_understood(value: str) -> None:
    literal = "'" + value.replace("'", "''") + "'"

    assert run(FakeHost(), f"Write-Output {literal}").stdout.decode() == f"{value}\r\n"


@given(text=st.text())
def test_no_text_breaks_the_rules(text: str) -> None:
    assert run(FakeHost(), text).exit_code in (0, 1)
