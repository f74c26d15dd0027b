# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cmdlets and .NET's types on the machine: files, registry, services, processes, time, environment."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from appstream_simulator.windows.machine import program_files
from appstream_simulator.windows.machine.registry import RegistryValue
from powershell_runs import errors, output, run
from simulated_machine import ADMINISTRATOR, World

KEY = "HKLM:\\SOFTWARE\\Vendor"


@pytest.fixture
def stocked(world: World) -> World:
    """Some files and a key."""
    world.write("C:\\Data\\a.txt", b"one\r\ntwo\r\n")
    world.write("C:\\Data\\b.log", b"log")
    world.write("C:\\Data\\Sub\\c.txt", "\ufeffgrün".encode())
    world.write("C:\\Data\\Sub\\Deep\\d.txt", b"d")
    world.write("C:\\Data\\tool.exe", program_files.content("tool", "1.2.3.4"))
    registry = world.machine.disk.registry
    registry.set(KEY, "Text", "t")
    registry.set(KEY, "Number", 0xFFFFFFFF, "DWord")
    registry.set(KEY, "List", ["a", "b"], "MultiString")
    registry.set(KEY, "Folder", "%SystemRoot%\\x", "ExpandString")
    registry.set(KEY, "Bytes", b"\x01\xff", "Binary")
    registry.set(KEY, "", "default")
    registry.create_key(f"{KEY}\\Sub")
    return world


FILES: list[tuple[str, list[Any]]] = [
    (
        "Test-Path C:\\Data; Test-Path C:\\Data\\*.txt; Test-Path C:\\none; Test-Path C:\\Data -PathType Leaf",
        [True, True, False, False],
    ),
    (
        "Test-Path -LiteralPath 'C:\\Data\\*.txt'; 'C:\\Data', 'C:\\none' | Test-Path; Test-Path env:TEMP",
        [False, True, False, True],
    ),
    (
        "(Get-ChildItem C:\\Data).Name; Get-ChildItem C:\\Data -File -Name",
        ["Sub", "a.txt", "b.log", "tool.exe", "a.txt", "b.log", "tool.exe"],
    ),
    (
        "(Get-ChildItem C:\\Data -Recurse -Filter *.txt).FullName",
        ["C:\\Data\\a.txt", "C:\\Data\\Sub\\c.txt", "C:\\Data\\Sub\\Deep\\d.txt"],
    ),
    (
        "(gci C:\\Data -Directory -Recurse).Name; (Get-ChildItem C:\\Data\\*.txt).Name; (Get-ChildItem "
        "C:\\Data -Depth 1 -File).Count",
        ["Sub", "Deep", "a.txt", 4],
    ),
    (
        "$i = Get-Item C:\\data\\A.TXT; $i.Name; $i.FullName; $i.Length; $i.Extension; $i.BaseName; "
        '$i.DirectoryName; $i.PSIsContainer; "$i"',
        ["a.txt", "C:\\Data\\a.txt", 10, ".txt", "a", "C:\\Data", False, "C:\\Data\\a.txt"],
    ),
    (
        "(Get-Item C:\\Data).Parent.FullName; (Get-Item C:\\Data\\a.txt).Directory.Name; (Get-Item C:\\D*).Name",
        ["C:\\", "Data", "Data"],
    ),
    (
        "Get-Content C:\\Data\\a.txt; (Get-Content C:\\Data\\a.txt -Raw).Length; Get-Content "
        "C:\\Data\\Sub\\c.txt; gc C:\\Data\\a.txt -TotalCount 1",
        ["one", "two", 10, "grün", "one"],
    ),
    (
        "Set-Content C:\\x.txt 'a', 'b'; Add-Content C:\\x.txt c; Get-Content C:\\x.txt; (Get-Item "
        "C:\\x.txt).Length; 'p' | Set-Content C:\\x.txt -NoNewline; Get-Content C:\\x.txt -Raw",
        ["a", "b", "c", 9, "p"],
    ),
    (
        "Copy-Item C:\\Data\\a.txt C:\\y.txt; Copy-Item C:\\Data\\a.txt C:\\Data\\Sub; Test-Path "
        "C:\\y.txt, C:\\Data\\Sub\\a.txt",
        [True, True],
    ),
    (
        "Copy-Item C:\\Data\\Sub C:\\Copy -Recurse; (gci C:\\Copy -Recurse).Name; Move-Item C:\\Copy "
        "C:\\Moved; Test-Path C:\\Copy, C:\\Moved\\c.txt",
        ["Deep", "c.txt", "d.txt", False, True],
    ),
    (
        "Rename-Item C:\\Data\\a.txt z.txt; Test-Path C:\\Data\\z.txt; Remove-Item C:\\Data\\*.log, "
        "C:\\Data\\Sub -Recurse -Force; (gci C:\\Data).Name",
        [True, "tool.exe", "z.txt"],
    ),
    ("Get-ChildItem C:\\Data -Recurse -File | Remove-Item; (gci C:\\Data -Recurse).Name", ["Sub", "Deep"]),
    (
        "(New-Item C:\\n\\m -ItemType Directory).FullName; New-Item C:\\n\\f.txt -Value hi | Out-Null; "
        "Get-Content C:\\n\\f.txt",
        ["C:\\n\\m", "hi"],
    ),
    (
        "Join-Path C:\\a b; Join-Path C:\\a\\ \\b; Split-Path C:\\a\\b; Split-Path C:\\a\\b -Leaf; "
        "Split-Path C:\\a -Qualifier; Split-Path C:\\a",
        ["C:\\a\\b", "C:\\a\\b", "C:\\a", "b", "C:", "C:\\"],
    ),
    (
        "(Get-FileHash C:\\Data\\b.log).Hash; (Get-FileHash C:\\Data\\b.log -Algorithm MD5).Hash.Length",
        ["836FF184E7B41B1E13CB5FD89FA1DE98DBBAB99E9D2918913FF43B86A5C7C213", 32],
    ),
    (
        "$v = (Get-Item C:\\Data\\tool.exe).VersionInfo; $v.FileVersion; $v.FileMajorPart; "
        "$v.FileVersionRaw -eq [version]'1.2.3.4'",
        ["1.2.3.4", 1, True],
    ),
    (
        "$v = [Diagnostics.FileVersionInfo]::GetVersionInfo('C:\\Data\\b.log'); $v.FileVersion; "
        "$v.FilePrivatePart; (Resolve-Path C:\\Data\\*.log).Path",
        [None, 0, "C:\\Data\\b.log"],
    ),
    (
        "[IO.File]::Exists('C:\\Data\\a.txt'); [IO.File]::Exists('C:\\Data'); "
        "[IO.Directory]::Exists('C:\\Data'); [IO.File]::Exists($null); [IO.File]::Exists('<')",
        [True, False, True, False, False],
    ),
    (
        "[IO.File]::WriteAllText('C:\\w.txt', 'ä'); [IO.File]::ReadAllBytes('C:\\w.txt').Length; "
        "[IO.File]::ReadAllText('C:\\w.txt'); [IO.File]::WriteAllText('C:\\w.txt', 'ä', "
        "[Text.Encoding]::UTF8); [IO.File]::ReadAllBytes('C:\\w.txt').Length",
        [2, "ä", 5],
    ),
    (
        "[IO.File]::Delete('C:\\Data\\b.log'); [IO.File]::Delete('C:\\Data\\b.log'); "
        "[IO.Directory]::GetFiles('C:\\Data', '*.txt'); "
        "[IO.Directory]::CreateDirectory('C:\\q\\r').FullName; [IO.Directory]::Delete('C:\\q', $true); "
        "Test-Path C:\\q",
        ["C:\\Data\\a.txt", "C:\\q\\r", False],
    ),
    (
        "[IO.Path]::Combine('C:\\a', 'b', 'c.d.txt'); [IO.Path]::GetExtension('a.b.txt'); "
        "[IO.Path]::GetFileName('C:/a/b'); [IO.Path]::GetDirectoryName('C:\\a\\b'); $null -eq "
        "[IO.Path]::GetDirectoryName('C:\\')",
        ["C:\\a\\b\\c.d.txt", ".txt", "b", "C:\\a", True],
    ),
]
REGISTRY: list[tuple[str, list[Any]]] = [
    (
        "Test-Path HKLM:\\SOFTWARE\\Vendor; Test-Path HKLM:\\software\\none; Test-Path "
        "Registry::HKEY_LOCAL_MACHINE\\SOFTWARE",
        [True, False, True],
    ),
    (
        "$k = Get-Item HKLM:\\SOFTWARE\\Vendor; $k.Name; $k.PSChildName; $k.GetValue('text'); "
        "$k.GetValue('Number'); $k.GetValue('')",
        ["HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor", "Vendor", "t", -1, "default"],
    ),
    (
        "$k = Get-Item HKLM:\\SOFTWARE\\Vendor; $k.GetValue('Folder'); $k.GetValue('Folder', $null, "
        "'DoNotExpandEnvironmentNames'); $k.GetValue('no', 'd'); $k.GetValueKind('List').ToString()",
        ["C:\\Windows\\x", "%SystemRoot%\\x", "d", "MultiString"],
    ),
    (
        "$k = Get-Item HKLM:\\SOFTWARE\\Vendor; $k.GetValueNames() -contains 'Bytes'; "
        "$k.GetSubKeyNames(); $k.GetValue('List').Count; $k.GetValue('Bytes')[1]; $k.ValueCount",
        [True, "Sub", 2, 255, 6],
    ),
    (
        "$p = Get-ItemProperty HKLM:\\SOFTWARE\\Vendor; $p.Text; $p.Number; $p.'(default)'; "
        "$p.PSChildName; (Get-ItemProperty HKLM:\\SOFTWARE\\Vendor -Name Text).Text",
        ["t", 4294967295, "default", "Vendor", "t"],
    ),
    (
        "Get-ItemPropertyValue HKLM:\\SOFTWARE\\Vendor -Name Text; Get-ItemPropertyValue "
        "HKLM:\\SOFTWARE\\Vendor Text, Number",
        ["t", "t", 4294967295],
    ),
    (
        "New-Item HKLM:\\SOFTWARE\\V2\\W -Force | Out-Null; New-ItemProperty HKLM:\\SOFTWARE\\V2 -Name n "
        "-Value 5 -PropertyType DWord | Out-Null; Set-ItemProperty HKLM:\\SOFTWARE\\V2 n 7; (Get-Item "
        "HKLM:\\SOFTWARE\\V2).GetValueKind('n').ToString(); (Get-ItemProperty HKLM:\\SOFTWARE\\V2).n",
        ["DWord", 7],
    ),
    (
        "Remove-ItemProperty HKLM:\\SOFTWARE\\Vendor -Name Text; Remove-Item "
        "HKLM:\\SOFTWARE\\Vendor\\Sub; (Get-ChildItem HKLM:\\SOFTWARE\\Vendor).Count; (Get-Item "
        "HKLM:\\SOFTWARE\\Vendor).Property -contains 'Text'; Remove-Item HKLM:\\SOFTWARE\\Vendor "
        "-Recurse; Test-Path HKLM:\\SOFTWARE\\Vendor",
        [0, False, False],
    ),
    (
        "(Get-ChildItem HKLM:\\SOFTWARE\\Vendor).PSPath; (Get-ChildItem HKLM:\\SOFTWARE\\Ven*).Name",
        [
            "Microsoft.PowerShell.Core\\Registry::HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor\\Sub",
            "HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor",
        ],
    ),
    (
        "$b = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64'); $k "
        "= $b.CreateSubKey('SOFTWARE\\Q'); $k.SetValue('d', 5); $k.SetValue('s', 'x', 'ExpandString'); "
        "$k.SetValue('m', [string[]]('p', 'q')); $k.GetValueNames(); $k.GetValueKind('m').ToString(); "
        "$k.DeleteValue('d'); $k.Close(); $b.DeleteSubKeyTree('SOFTWARE\\Q'); $null -eq "
        "$b.OpenSubKey('SOFTWARE\\Q')",
        ["d", "s", "m", "MultiString", True],
    ),
    (
        "[Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\\Vendor').GetValue('Text'); "
        "[Microsoft.Win32.Registry]::CurrentUser.Name",
        ["t", "HKEY_CURRENT_USER"],
    ),
    (
        "New-Item HKCU:\\Software\\Mine -Force | Out-Null; Set-ItemProperty HKCU:\\Software\\Mine a b; "
        "(Get-ItemProperty 'Registry::HKEY_CURRENT_USER\\Software\\Mine').a",
        ["b"],
    ),
]
MACHINE: list[tuple[str, list[Any]]] = [
    (
        "$p = Start-Process cmd.exe -ArgumentList '/c', 'exit', 4 -Wait -PassThru; $p.ExitCode; "
        "$p.HasExited; $LASTEXITCODE",
        [4, True, None],
    ),
    (
        "[bool](Get-Command hostname -ErrorAction SilentlyContinue); [bool](Get-Command git -ErrorAction "
        "SilentlyContinue)",
        [True, False],
    ),
    ("Copy-Item C:\\Windows\\System32\\hostname.exe C:\\Data; [IO.File]::Exists('C:\\Data\\hostname.exe')", [True]),
    ("[Environment]::GetFolderPath('ProgramFiles'); [array]::IndexOf(@('a', 'b'), 'b')", ["C:\\Program Files", 1]),
    ("(1, 2, 3).Where({ $_ -gt 1 }); (1, 2).ForEach({ $_ * 2 })", [2, 3, 2, 4]),
    (
        "$s = Get-Service w32time; $s.Name; $s.Status -eq 'Running'; \"$($s.StartType)\"; "
        "$s.Status.ToString(); (Get-Service W32*).Count",
        ["W32Time", True, "Automatic", "Running", 1],
    ),
    (
        "Stop-Service W32Time; (Get-Service W32Time).Status.ToString(); Get-Service W32Time "
        "| Start-Service; (Get-Service W32Time).Status.ToString()",
        ["Stopped", "Running"],
    ),
    ("Set-Service W32Time -StartupType Manual; (Get-Service W32Time).StartType.ToString()", ["Manual"]),
    (
        "(Get-Process -Id $PID).StartTime -le [datetime]::Now; (Get-Process -Id $PID).Name; $PID -is [int]",
        [True, "powershell", True],
    ),
    ("hostname | ForEach-Object { $_.Length }; $LASTEXITCODE; cmd.exe /c exit 3; $LASTEXITCODE; $?", [15, 0, 3, True]),
    (
        "& 'C:\\Windows\\System32\\cmd.exe' /c echo a b; $x = cmd /c echo one; \"<$x>\"; cmd /c exit 1 "
        "| Out-Null; $LASTEXITCODE",
        ["a b", "<one>", 1],
    ),
    (
        "$env:COMPUTERNAME.Length; [Environment]::MachineName.Length; $env:Q = 'v'; cmd /c echo %Q%; "
        "$env:none; $env:Q = ''; Test-Path env:Q",
        [15, 15, "v", None, False],
    ),
    (
        "[Environment]::SetEnvironmentVariable('QQ', '1', 'Machine'); "
        "[Environment]::GetEnvironmentVariable('QQ', 'Machine'); $env:QQ; "
        "[Environment]::SetEnvironmentVariable('QQ', $null, 'Machine'); "
        "[Environment]::GetEnvironmentVariable('QQ', [EnvironmentVariableTarget]::Machine)",
        ["1", None, None],
    ),
    (
        "(Get-LocalUser installer).Enabled; Get-LocalUser nobody -ErrorAction SilentlyContinue; "
        "(Get-Location).Path; Set-Location C:\\Windows; Test-Path System32",
        [True, "C:\\Users\\installer", True],
    ),
    (
        "[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('é')); "
        "[Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('YQBiAA=='))",
        ["w6k=", "ab"],
    ),
    (
        "[regex]::Escape('a.b(c'); [regex]::Match('ab12', '\\d+').Value; [regex]::Replace('aXb', 'x', "
        "'-', 'IgnoreCase'); [regex]::IsMatch('a', 'B'); [regex]::Matches('a1b2', '\\d').Value",
        ["a\\.b\\(c", "12", "a-b", False, "1", "2"],
    ),
    (
        "' a '.Trim(); 'xxaxx'.Trim('x'); 'a-b_c'.Split('-_'); 'aXb'.Replace('X', 'y'); 'Ab'.ToLower(); "
        "'ab'.StartsWith('A'); 'ab'.StartsWith('A', 'OrdinalIgnoreCase')",
        ["a", "a", "a", "b", "c", "ayb", "ab", False, True],
    ),
    (
        "'abcabc'.IndexOf('c'); 'abcabc'.LastIndexOf('c'); 'abc'.Substring(1, 1); 'abc'.Contains('B'); "
        "'a'.PadLeft(3, '.'); 'abc'.Insert(1, 'x'); 'abc'.Remove(1); 'ab'.ToCharArray().Count",
        [2, 5, "b", False, "..a", "axbc", "a", 2],
    ),
    (
        "[string]::IsNullOrEmpty(''); [string]::IsNullOrWhiteSpace(' '); [string]::Join(',', @('a', "
        "'b')); [Math]::Max(1, 2); [Math]::Min(1, 2); [guid]::NewGuid().ToString().Length",
        [True, True, "a,b", 2, 1, 36],
    ),
    (
        "([datetime]'2024-01-01').AddDays(31).Month; "
        "([datetime]'2024-01-02' - [datetime]'2024-01-01').TotalHours; "
        "([datetime]'2024-05-06').ToString('yyyy-MM-dd HH:mm')",
        [2, 24, "2024-05-06 00:00"],
    ),
]


@pytest.mark.parametrize(("script", "expected"), FILES + REGISTRY + MACHINE)
def test_what_scripts_find_and_do(stocked: World, script: str, expected: list[Any]) -> None:
    assert output(stocked, script) == expected


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("Get-Item D:\\x", "Cannot find drive. A drive with the name 'D' does not exist."),
        ("Get-Item HKLM:\\SOFTWARE\\none", "Cannot find path 'HKLM:\\SOFTWARE\\none' because it does not exist."),
        ("Get-Content C:\\none.txt", "Cannot find path 'C:\\none.txt' because it does not exist."),
        ("Get-Content C:\\Data", "Access to the path 'C:\\Data' is denied."),
        ("New-Item C:\\Data -ItemType Directory", "An item with the specified name C:\\Data already exists."),
        ("New-Item C:\\Data\\a.txt", "The file 'C:\\Data\\a.txt' already exists."),
        ("New-Item HKLM:\\SOFTWARE\\Vendor", "A key in this path already exists."),
        ("New-Item C:\\no\\such.txt", "Could not find a part of the path 'C:\\no\\such.txt'."),
        (
            "Get-ItemPropertyValue HKLM:\\SOFTWARE\\Vendor -Name Nope",
            "Property Nope does not exist at path HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor.",
        ),
        ("New-ItemProperty HKLM:\\SOFTWARE\\Vendor -Name Text -Value x", "The property already exists."),
        ("Get-Service none", "Cannot find any service with service name 'none'."),
        ("Get-Process -Id 1", "Cannot find a process with the process identifier 1."),
        (
            "(Get-Item HKLM:\\SOFTWARE\\Vendor).SetValue('a', 1)",
            'Exception calling "SetValue" with "2" argument(s): "Cannot write to the registry key."',
        ),
        (
            "[IO.Directory]::Delete('C:\\Data')",
            'Exception calling "Delete" with "1" argument(s): "The directory is not empty.\r\n"',
        ),
        ("Get-Item -LiteralPath ''", "Cannot bind argument to parameter 'LiteralPath' because it is an empty string."),
        ("Join-Path D:\\x y", "Cannot find drive. A drive with the name 'D' does not exist."),
        ("Copy-Item C:\\none C:\\x", "Cannot find path 'C:\\none' because it does not exist."),
        ("Get-AuthenticodeSignature -LiteralPath C:\\none.exe", "File C:\\none.exe was not found."),
    ],
)
def test_errors_of_cmdlets(stocked: World, script: str, message: str) -> None:
    result = run(stocked, script, error_action="stop")
    assert (result["failed"], errors(result)) == (True, [message])
    assert stocked.journal.entries("unhandled") == []


def test_a_loaded_hive_cannot_be_removed(world: World) -> None:
    with world.machine.logged_on(ADMINISTRATOR):
        result = run(world, f"Remove-Item C:\\Users\\{ADMINISTRATOR} -Recurse -Force; 'on'")
    assert result["output"] == ["on"]
    assert "being used by another process" in errors(result)[0]


def test_hidden_items_need_force(stocked: World) -> None:
    stocked.machine.disk.set_hidden("C:\\Data\\b.log")
    script = "(gci C:\\Data -File).Name; (gci C:\\Data -File -Force).Count; (Get-Item C:\\Data\\b.log -Force).Name"
    assert output(stocked, script) == ["a.txt", "tool.exe", 3, "b.log"]
    assert errors(run(stocked, "Get-Item C:\\Data\\b.log")) == ["Could not find item C:\\Data\\b.log."]


def test_what_is_written_to_the_registry(world: World) -> None:
    script = "$k = 'HKLM:\\SOFTWARE\\T'; New-Item $k | Out-Null; Set-ItemProperty $k s x; Set-ItemProperty $k n 5\n"
    script += "New-ItemProperty $k -Name m -Value 'a', 'b' -PropertyType MultiString | Out-Null\n"
    script += "Set-ItemProperty $k b ([byte[]](1, 2)) -Type Binary; Set-ItemProperty $k d 4294967295 -Type DWord"
    assert output(world, script) == []
    assert world.machine.disk.registry.values("HKLM\\SOFTWARE\\T") == {
        "s": RegistryValue("String", "x"),
        "n": RegistryValue("DWord", 5),
        "m": RegistryValue("MultiString", ["a", "b"]),
        "b": RegistryValue("Binary", b"\x01\x02"),
        "d": RegistryValue("DWord", 0xFFFFFFFF),
    }


def test_sleep_is_in_the_machine_s_time(world: World) -> None:
    before = world.clock.now()
    assert output(
        world, "$t = [datetime]::UtcNow; Start-Sleep -Seconds 90; ([datetime]::UtcNow - $t).TotalSeconds -ge 90"
    ) == [True]
    assert world.clock.now() - before >= 90


def test_the_time_of_a_file(world: World) -> None:
    world.write("C:\\f.txt")
    world.machine.disk.set_times(
        "C:\\f.txt", written=datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc).timestamp()
    )
    assert output(
        world, "(Get-Item C:\\f.txt).LastWriteTime.ToString('yyyy-MM-dd'); (Get-Item C:\\f.txt).LastWriteTime"
    ) == [
        "2024-01-02",
        "2024-01-02T00:00:00.0000000+00:00",
    ]
