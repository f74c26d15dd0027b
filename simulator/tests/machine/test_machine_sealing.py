# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is on a machine's disk and must not get into an image: the ways in, temporary files, secrets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import winrm
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine.disk import Disk
from appstream_simulator.windows.machine.machine import Machine
from appstream_simulator.windows.machine.site import Site
from simulated_machine import ADMINISTRATOR, PASSWORD, SPEED, World, make_world

DELETE_HTTP = "winrm delete winrm/config/Listener?Address=*+Transport=HTTP"
DELETE_HTTPS = "winrm delete winrm/config/Listener?Address=*+Transport=HTTPS"
ENUMERATE = "winrm enumerate winrm/config/listener"
SECRET = "Corr3ct-hörse"
REMOVE = Path(__file__).resolve().parents[1] / "powershell" / "scripts" / "remove_items.ps1"


class RealSite:
    """Machines that listen on one address, one after the other."""

    def __init__(self, folder: Path, address: str) -> None:
        self.address = address
        clock = Clock(SPEED)
        self.journal = Journal(clock.now)
        settings = Settings(
            accounts={ADMINISTRATOR: PASSWORD, "CORP\\svc": PASSWORD}, state_directory=folder / "state", speed=SPEED
        )
        self.site = Site(clock, self.journal, settings)
        self.folder, self.count = folder, 0

    def boot(self, disk: Disk | None = None) -> Machine:
        """A further machine, started; the one before goes off."""
        self.site.close()
        self.count += 1
        request = make_world(self.folder, key=f"builder-{self.count}", disk=disk).machine.request
        machine = self.site.create(request)
        machine.power_on(self.address)
        while machine.describe()["power"] != "on":
            pass
        return machine


@pytest.fixture
def real(tmp_path: Path, addresses: Iterator[str]) -> Iterator[RealSite]:
    site = RealSite(tmp_path, next(addresses))
    yield site
    site.site.close()
    assert [entry for entry in site.journal.entries() if entry["kind"] in ("error", "unhandled")] == []


def open_ports(address: str) -> list[int]:
    found = []
    for port in (5985, 5986):
        with socket.socket() as sock:
            if sock.connect_ex((address, port)) == 0:
                found.append(port)
    return found


def run(machine: Machine, line: str) -> str:
    result = machine.run_process(f"cmd.exe /c {line}", user=ADMINISTRATOR)
    return f"{result.exit_code} {(result.stdout + result.stderr).decode()}"


def test_listeners_are_shown_as_windows_shows_them(real: RealSite) -> None:
    machine = real.boot()
    (certificate,) = machine.disk.certificates.values()

    assert run(machine, ENUMERATE).removeprefix("0 ").replace("\r\n", "\n") == (
        "Listener\n    Address = *\n    Transport = HTTP\n    Port = 5985\n    Hostname\n    Enabled = true\n"
        f"    URLPrefix = wsman\n    CertificateThumbprint\n    ListeningOn = {real.address}, 127.0.0.1, ::1\n\n"
        "Listener\n    Address = *\n    Transport = HTTPS\n    Port = 5986\n    Hostname\n    Enabled = true\n"
        f"    URLPrefix = wsman\n    CertificateThumbprint = {certificate.thumbprint}\n"
        f"    ListeningOn = {real.address}, 127.0.0.1, ::1\n"
    )
    assert certificate.subject == f"CN={machine.fqdn}"


def test_a_deleted_listener_lets_nobody_in_but_keeps_who_is_in(real: RealSite) -> None:
    machine = real.boot()
    client = winrm.Protocol(f"http://{real.address}:5985/wsman", "ntlm", ADMINISTRATOR, PASSWORD)
    shell = client.open_shell()

    _output, _errors, exit_code = client.get_command_output(
        shell, client.run_command(shell, f"cmd.exe /c {DELETE_HTTP}")
    )

    assert (exit_code, open_ports(real.address)) == (0, [5986])
    output, _errors, _exit_code = client.get_command_output(shell, client.run_command(shell, "hostname"))
    assert output.decode().strip() == machine.computer_name
    assert "0x80338002" in run(machine, DELETE_HTTP)
    assert run(machine, "winrm create winrm/config/Listener?Address=*+Transport=HTTP").startswith("0 ResourceCreated")
    assert open_ports(real.address) == [5985, 5986]
    assert "0x80338169" in run(machine, "winrm create winrm/config/Listener?Address=*+Transport=HTTP")


def test_an_https_listener_needs_a_certificate_that_is_there(real: RealSite) -> None:
    machine = real.boot()
    (thumbprint,) = machine.disk.certificates
    create = 'winrm create winrm/config/Listener?Address=*+Transport=HTTPS @{Hostname="x";CertificateThumbprint="%s"}'
    run(machine, DELETE_HTTPS)

    assert run(machine, create % ("AB" * 20)).startswith("1 WSManFault")
    assert run(machine, create % thumbprint).startswith("0 ResourceCreated")
    assert open_ports(real.address) == [5985, 5986]


def test_an_image_carries_the_ways_in_of_its_builder(real: RealSite) -> None:
    original = real.boot()

    heir = real.boot(original.snapshot())

    assert open_ports(real.address) == [5985, 5986]
    assert sorted(heir.accounts()) == ["CORP\\svc", ADMINISTRATOR]
    assert heir.is_administrator(ADMINISTRATOR)
    assert list(heir.disk.certificates) != list(original.disk.certificates)  # for its own name and address
    assert len(heir.disk.certificates) == 1


def test_what_has_been_removed_does_not_come_back(real: RealSite) -> None:
    machine = real.boot()
    machine.disk.accounts.delete_user(ADMINISTRATOR)
    machine.disk.certificates.clear()
    for line in (DELETE_HTTP, DELETE_HTTPS):
        machine.run_process(f"cmd.exe /c {line}", user="SYSTEM")

    heir = real.boot(machine.snapshot())

    assert open_ports(real.address) == []
    assert list(heir.accounts()) == ["CORP\\svc"]
    assert heir.disk.certificates == {}


def test_an_account_that_is_no_administrator_changes_no_listener(world: World) -> None:
    world.module("win_user", {"name": "guest", "password": "Passw0rd!"})

    assert b"Access is denied" in world.process(f"cmd.exe /c {DELETE_HTTP}", user="guest").stderr


# Removing


def removed(world: World, *patterns: str, check_mode: bool = False) -> dict[str, Any]:
    script = REMOVE.read_text(encoding="utf-8")
    result = world.module(
        "win_powershell", {"script": script, "parameters": {"Path": list(patterns)}}, check_mode=check_mode
    )
    assert not result.get("failed"), result
    return {item["Path"]: item["Reason"] for item in result["output"]}


def test_wildcards_stand_in_any_part_of_a_path(world: World) -> None:
    for path in ("C:\\Users\\a\\T\\x.txt", "C:\\Users\\b\\T\\y\\z.log", "C:\\Users\\b\\T\\.hidden", "C:\\Users\\c\\x"):
        world.write(path)

    assert removed(
        world, "C:\\Users\\?\\T\\*", "C:\\Users\\a\\T\\x.*", "C:\\Nowhere\\*", check_mode=True
    ) == dict.fromkeys(("C:\\Users\\a\\T\\x.txt", "C:\\Users\\b\\T\\.hidden", "C:\\Users\\b\\T\\y"))
    assert world.machine.disk.exists("C:\\Users\\b\\T\\y\\z.log")
    assert len(removed(world, "C:\\Users\\?\\T\\*")) == 3
    assert world.machine.disk.list("C:\\Users\\b\\T") == []
    assert world.machine.disk.exists("C:\\Users\\c\\x")
    assert removed(world, "C:\\Users\\?\\T\\*") == {}


def test_what_is_in_use_is_told(world: World) -> None:
    with world.machine.logged_on(ADMINISTRATOR):
        found = removed(world, f"C:\\Users\\{ADMINISTRATOR}")

    assert "being used by another process" in found[f"C:\\Users\\{ADMINISTRATOR}"]
