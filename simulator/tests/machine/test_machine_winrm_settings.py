# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Basic and unencrypted traffic of a machine without a domain, and raw command lines, over the wire."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import winrm
import winrm.exceptions
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine import winrm_settings
from appstream_simulator.windows.machine.machine import Machine
from appstream_simulator.windows.machine.site import Site
from appstream_simulator.windows.machine.winrm_settings import POLICY_KEY
from appstream_simulator.windows.protocol.host import ModuleCall
from simulated_machine import ADMINISTRATOR, PASSWORD, eventually, make_world

ADDRESS = "127.0.77.61"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine without a domain that listens."""
    clock = Clock(20000)
    journal = Journal(clock.now)
    site = Site(clock, journal, Settings(accounts={ADMINISTRATOR: PASSWORD}, state_directory=tmp_path / "state"))
    found: Machine = site.create(make_world(tmp_path).machine.request)
    found.power_on(ADDRESS)
    assert eventually(_listens)
    yield found
    site.close()


def _listens() -> bool:
    with socket.socket() as sock:
        return sock.connect_ex((ADDRESS, 5985)) == 0


def run(line: str, transport: str = "ntlm", scheme: str = "http") -> tuple[int, str, str]:
    """Exit code and output of a command line."""
    port = 5986 if scheme == "https" else 5985
    client = winrm.Protocol(
        f"{scheme}://{ADDRESS}:{port}/wsman", transport, ADMINISTRATOR, PASSWORD, server_cert_validation="ignore"
    )
    shell = client.open_shell()
    out, err, code = client.get_command_output(shell, client.run_command(shell, line))
    return code, out.decode(), err.decode()


def may_basic(scheme: str) -> bool:
    try:
        return run("hostname", "basic", scheme)[0] == 0
    except winrm.exceptions.InvalidCredentialsError:
        return False


def set_own(name: str, path: str) -> Callable[[Machine], object]:
    return lambda machine: run(f'winrm set winrm/config/{path} @{{{name}="true"}}')


def set_with_provider(module: str, option: str, path: str) -> Callable[[Machine], object]:
    def change(machine: Machine) -> None:
        text = f"Set-Item -Path WSMan:\\localhost\\Service\\{path} -Value $true -Force"
        result = machine.run_module(ModuleCall(f"ansible.windows.{module}", {option: text}, ADMINISTRATOR))
        assert not result.get("failed"), result

    return change


def set_policy(name: str, number: int) -> Callable[[Machine], object]:
    """Values in the registry are read at the next boot."""

    def change(machine: Machine) -> None:
        assert run(f"reg add {POLICY_KEY} /v {name} /t REG_DWORD /d {number} /f")[0] == 0
        machine.power_off()
        machine.power_on(ADDRESS)
        assert eventually(_listens)

    return change


@pytest.mark.parametrize(
    "change",
    [
        set_own("AllowUnencrypted", "service"),
        set_with_provider("win_shell", "_raw_params", "AllowUnencrypted"),
        set_with_provider("win_powershell", "script", "AllowUnencrypted"),
        set_policy("AllowUnencryptedTraffic", 1),
    ],
)
def test_unencrypted_traffic_can_be_allowed(machine: Machine, change: Callable[[Machine], object]) -> None:
    assert (may_basic("http"), may_basic("https")) == (False, True)
    change(machine)
    assert (may_basic("http"), may_basic("https")) == (True, True)
    assert machine.journal.entries("unhandled") == []


def test_policy_in_the_registry_refuses_basic_without_a_domain(machine: Machine) -> None:
    set_policy("AllowBasic", 0)(machine)
    assert not may_basic("https")
    code, _out, err = run('winrm set winrm/config/service/auth @{Basic="true"}')
    assert (code, "controlled by policies" in err) == (1, True)
    assert '    Basic = false [Source="GPO"]\r\n' in run("winrm get winrm/config/service/auth")[1]


def test_settings_that_are_not_simulated(machine: Machine) -> None:
    assert run('winrm set winrm/config/service @{MaxConnections="10"}')[0] == 1
    assert run("winrm get winrm/config/client")[0] == 1
    assert [entry["what"] for entry in machine.journal.entries("unhandled")] == ["winrm", "winrm"]
    assert winrm_settings.named("service/auth/basic") is winrm_settings.BASIC


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("echo a&&echo b", (0, "a\r\nb\r\n", "")),
        ("cd C:\\Windows & cd", (0, "C:\\Windows\r\n", "")),
        ("exit /b 5", (5, "", "")),
        ("echo %COMPUTERNAME:~0,8%", (0, "EC2AMAZ-\r\n", "")),
        ("copy nul C:\\Temp.txt>nul && dir /b C:\\Temp.txt", (0, "Temp.txt\r\n", "")),
        ('"C:\\Windows\\System32\\cmd.exe" /c echo quoted', (0, "quoted\r\n", "")),
        ("type C:\\gone.txt", (1, "", "The system cannot find the file specified.\r\n")),
    ],
)
def test_raw_command_lines(machine: Machine, line: str, expected: tuple[int, str, str]) -> None:
    assert run(line) == expected
    assert machine.journal.entries("unhandled") == []


def test_a_raw_command_line_names_what_is_not_simulated(machine: Machine) -> None:
    code, _out, err = run("diskpart /s x.txt & echo on")
    assert (code, err) == (
        1,
        "appstream-simulator: this use of diskpart.exe is not simulated: diskpart /s x.txt\r\n",
    )
    assert [entry["text"] for entry in machine.journal.entries("unhandled")] == ["diskpart /s x.txt"]


def test_the_provider_needs_no_vbscript(tmp_path: Path) -> None:
    """Windows Server 2025 has no winrm.vbs that runs, but PowerShell."""
    world = make_world(tmp_path, platform="WINDOWS_SERVER_2025")
    text = "Set-Item -Path WSMan:\\localhost\\Service\\Auth\\Basic -Value $false -Force"
    assert winrm_settings.is_on(world.machine.disk.registry, winrm_settings.BASIC)
    assert world.module("win_shell", {"_raw_params": text})["rc"] == 0
    assert not winrm_settings.is_on(world.machine.disk.registry, winrm_settings.BASIC)
    world.machine.disk.registry.set(POLICY_KEY, "AllowBasic", 1, "DWord")
    assert world.module("win_shell", {"_raw_params": text})["rc"] == 1
