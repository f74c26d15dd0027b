# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs of Windows that roles run: for texts, files, power, auditing, the firewall, the file system, services."""

from __future__ import annotations

import pytest
from appstream_simulator.windows.domain import firewall
from appstream_simulator.windows.machine import audit_policy, firewall_rules, power_configuration
from appstream_simulator.windows.machine.winrm import _own_walls
from simulated_machine import World

FS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\FileSystem"


def ended(world: World, line: str, user: str = "installer") -> tuple[int, str]:
    """Exit code and output of a command line, which must be simulated."""
    result = world.process(line, user=user)
    assert world.journal.entries("unhandled") == []
    return result.exit_code, (result.stdout + result.stderr).decode()


@pytest.fixture
def texts(world: World) -> World:
    world.write("C:\\T\\a.txt", b"Alpha one\r\nbeta two\r\n\r\nalpha three\r\n")
    world.write("C:\\T\\b.txt", b"gamma\r\n")
    return world


TEXTS = [
    ('find "alpha" C:\\T\\a.txt', 0, "\r\n---------- C:\\T\\A.TXT\r\nalpha three\r\n"),
    ('find /i /c "alpha" C:\\T\\a.txt', 0, "\r\n---------- C:\\T\\A.TXT: 2\r\n"),
    ('find "delta" C:\\T\\a.txt', 1, "\r\n---------- C:\\T\\A.TXT\r\n"),
    ("find delta C:\\T\\a.txt", 2, "FIND: Parameter format not correct\r\n"),
    ('cmd /c type C:\\T\\a.txt | find /v "a"', 0, "\r\n"),
    ("cmd /c type C:\\T\\a.txt | find /n /i \"ALPHA\"", 0, "[1]Alpha one\r\n[4]alpha three\r\n"),
    ("findstr alpha C:\\T\\a.txt", 0, "alpha three\r\n"),
    ("findstr /i /n alpha C:\\T\\a.txt", 0, "1:Alpha one\r\n4:alpha three\r\n"),
    ("findstr /c:\"beta two\" C:\\T\\a.txt", 0, "beta two\r\n"),
    ("findstr /r \"^al.*ee$\" C:\\T\\a.txt", 0, "alpha three\r\n"),
    ("findstr /m a C:\\T\\*.txt", 0, "C:\\T\\a.txt\r\nC:\\T\\b.txt\r\n"),
    ("findstr \"two gamma\" C:\\T\\*.txt", 0, "C:\\T\\a.txt:beta two\r\nC:\\T\\b.txt:gamma\r\n"),
    ("findstr /l \"a.pha\" C:\\T\\a.txt", 1, ""),
    ("cmd /c (echo b& echo a) | sort", 0, "a\r\nb\r\n"),
    ("sort /r C:\\T\\b.txt", 0, "gamma\r\n"),
    ("cmd /c echo foo | more", 0, "foo \r\n\r\n"),
    ("where cmd", 0, "C:\\Windows\\System32\\cmd.exe\r\n"),
    ("where netsh.exe more", 0, "C:\\Windows\\System32\\netsh.exe\r\nC:\\Windows\\System32\\more.com\r\n"),
    ("where choco", 1, "INFO: Could not find files for the given pattern(s).\r\n"),
    ("timeout /t 5", 1, "ERROR: Input redirection is not supported, exiting the process immediately.\r\n"),
    ("cmd /c chcp 65001 >nul && echo ok", 0, "ok\r\n"),
    ("cmd /c ping -n 3 127.0.0.1 >nul && echo ok", 0, "ok\r\n"),
    ('tasklist /fi "IMAGENAME eq a.exe"', 0, "INFO: No tasks are running which match the specified criteria.\r\n"),
]  # fmt: skip


def test_texts(texts: World) -> None:
    assert [(line, *ended(texts, line)) for line, _code, _output in TEXTS] == TEXTS


def test_ping_lets_time_pass(world: World) -> None:
    before = world.clock.now()
    assert ended(world, "ping -n 61 localhost")[0] == 0
    assert world.clock.now() - before >= 60


def test_whoami(world: World) -> None:
    identifier = world.machine.identifier("installer")
    name = f"{world.machine.computer_name}\\installer".lower()
    assert ended(world, "whoami /user /fo csv /nh") == (0, f'"{name}","{identifier}"\r\n')


def test_xcopy_and_robocopy(texts: World) -> None:
    disk = texts.machine.disk
    texts.write("C:\\T\\sub\\c.log", b"c")
    disk.make_directories("C:\\T\\empty")
    assert ended(texts, "xcopy C:\\T C:\\X /e /i /y /q") == (0, "3 File(s) copied\r\n")
    assert [item.path for item in disk.walk("C:\\X")] == [
        "C:\\X\\a.txt", "C:\\X\\b.txt", "C:\\X\\empty", "C:\\X\\sub", "C:\\X\\sub\\c.log"
    ]  # fmt: skip
    assert ended(texts, "xcopy C:\\T\\gone.txt C:\\X\\")[0] == 4
    assert ended(texts, "robocopy C:\\T C:\\R /e /xf *.log /njh /njs /np /r:1 /w:1")[0] == 1
    assert [item.path for item in disk.walk("C:\\R")] == ["C:\\R\\a.txt", "C:\\R\\b.txt", "C:\\R\\empty", "C:\\R\\sub"]
    assert ended(texts, "robocopy C:\\T C:\\R /e /xf *.log")[0] == 0
    texts.write("C:\\R\\extra.txt", b"x")
    assert ended(texts, "robocopy C:\\T C:\\R *.txt")[0] == 2
    assert ended(texts, "robocopy C:\\T C:\\R /mir")[0] == 3
    assert not disk.exists("C:\\R\\extra.txt")
    assert ended(texts, "robocopy C:\\gone C:\\R")[0] == 16


def test_powercfg(world: World) -> None:
    assert ended(world, "powercfg /setactive SCHEME_MIN") == (0, "")
    assert "(High performance) *" in ended(world, "powercfg -list")[1]
    assert ended(world, "powercfg -getactivescheme")[1].endswith("(High performance)\r\n")
    assert ended(world, "powercfg -h off") == (0, "")
    assert ended(world, "powercfg /change monitor-timeout-ac 0") == (0, "")
    assert ended(world, "powercfg /setactive 00000000-0000-0000-0000-000000000000")[0] == 1
    result = world.module("community.windows.win_power_plan", {"name": "high performance"})
    assert not result["changed"]
    assert power_configuration.active(world.machine.disk.registry) == power_configuration.PLANS["High performance"]


def test_auditpol(world: World) -> None:
    done = "The command was successfully executed.\r\n\r\n"
    assert ended(world, 'auditpol /set /subcategory:"Process Creation" /success:enable /failure:enable') == (0, done)
    assert ended(world, "auditpol /set /subcategory:{0CCE9215-69AE-11D9-BED3-505054503030} /success:disable") == (
        0,
        done,
    )
    text = ended(world, 'auditpol /get /category:"Detailed Tracking","Logon/Logoff"')[1]
    assert f"  {'Process Creation':38}Success and Failure\r\n" in text
    assert f"  {'Logon':38}Failure\r\n" in text
    assert ended(world, "auditpol /get /category:* /r")[1].count("\r\n") == len(audit_policy.SUBCATEGORIES) + 2
    assert ended(world, "auditpol /set /subcategory:Nonsense /success:enable")[0] == 0x57
    assert ended(world, "auditpol /get /category:*", user="someone")[0] == 0x522


def test_netsh(world: World) -> None:
    registry = world.machine.disk.registry
    add = 'netsh advfirewall firewall add rule name="Block all" dir=in action=block protocol=TCP localport=5985-5986'
    assert ended(world, add) == (0, "Ok.\r\n\r\n")
    assert [(rule.name, rule.local_ports) for rule in firewall_rules.rules(registry)] == [("Block all", "5985-5986")]
    walls = _own_walls(world.machine, "127.0.77.1")
    assert not firewall.admits(walls, "127.0.77.9", 5985)
    assert ended(world, "netsh advfirewall set allprofiles state off") == (0, "Ok.\r\n\r\n")
    assert firewall.admits(_own_walls(world.machine, "127.0.77.1"), "127.0.77.9", 5985)
    assert ended(world, 'netsh advfirewall firewall delete rule name="block all"')[0] == 0
    assert ended(world, 'netsh advfirewall firewall delete rule name="block all"')[0] == 1
    assert "    Proxy Server(s) :  proxy:8080\r\n" in ended(world, "netsh winhttp set proxy proxy:8080 <local>")[1]
    assert "    Bypass List     :  <local>\r\n" in ended(world, "netsh winhttp show proxy")[1]
    assert "Direct access" in ended(world, "netsh winhttp reset proxy")[1]
    assert ended(world, add, user="someone")[0] == 1


def test_fsutil_and_services(world: World) -> None:
    assert ended(world, "fsutil behavior set disablelastaccess 1") == (0, "DisableLastAccessUpdate = 1\r\n")
    assert ended(world, "fsutil behavior query disablelastaccess") == (0, "DisableLastAccessUpdate = 1\r\n")
    value = world.machine.disk.registry.get(FS, "NtfsDisableLastAccessUpdate")
    assert value is not None and value.data == 0x80000001
    assert ended(world, "fsutil file createnew C:\\big.bin 1000")[0] == 0
    assert world.machine.disk.stat("C:\\big.bin").size == 1000
    assert ended(world, "net stop Spooler")[1].endswith("The Print Spooler service was stopped successfully.\r\n\r\n")
    assert world.machine.disk.services["spooler"].state == "stopped"
    assert ended(world, "net stop Spooler")[0] == 2
    assert ended(world, 'net start "Print Spooler"')[0] == 0
    assert "NET HELPMSG 2185" in ended(world, "net start nonsense")[1]


BEYOND = [
    "netsh interface show interface",
    "netsh advfirewall reset",
    "powercfg /energy",
    "auditpol /clear /y",
    "fsutil usn deletejournal /d c:",
    "where /r C:\\ x",
    "xcopy C:\\T\\a.txt C:\\new",
    "robocopy C:\\T C:\\R /log:C:\\x",
    "findstr /s x C:\\*",
    "ping server",
    "tasklist",
    "net use",
    "whoami /all",
]


def test_what_they_cannot_do_is_unhandled(texts: World) -> None:
    results = [texts.process(line) for line in BEYOND]
    assert {(result.exit_code, result.unhandled) for result in results} == {(1, True)}
    assert [entry["text"] for entry in texts.journal.entries("unhandled")] == BEYOND


def test_they_run_in_powershell(world: World) -> None:
    for line in ("setx A b", "powercfg -h off", "netsh advfirewall set allprofiles state on"):
        assert world.module("win_shell", {"_raw_params": line})["rc"] == 0
    assert world.journal.entries("unhandled") == []
