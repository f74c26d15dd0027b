# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is on a machine's disk and must not get into an image: the ways in, temporary files, secrets."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
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
PLUGIN = Path(__file__).resolve().parents[3] / "plugins" / "plugin_utils" / "_secret_scan.py"


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


# Searching


def scan_script() -> str:
    """The plugin's own script, for two secrets."""
    found = re.search(r'^SCRIPT = r?"""(.*?)"""', PLUGIN.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    parameters = "[SecureString]$First, [SecureString]$Second"
    return found[1].replace("{parameters}", parameters).replace("{variables}", "$First, $Second")


def search(world: World, folders: tuple[str, ...] = (), keys: tuple[str, ...] = (), limit: int = 1000) -> list[Any]:
    result = world.module(
        "win_powershell",
        {
            "script": scan_script(),
            "parameters": {"Folder": list(folders), "Key": list(keys), "Limit": limit},
            "sensitive_parameters": [{"name": "First", "value": SECRET}, {"name": "Second", "value": "пароль-1"}],
        },
    )
    assert not result.get("failed"), result
    return [(item["Secret"], item["Kind"], item["Place"]) for item in result["output"]]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (SECRET.encode(), [0]),
        (b"\xef\xbb\xbfa=" + SECRET.encode() + b"\r\n", [0]),
        (SECRET.encode("utf-16"), [0]),
        (SECRET.encode("utf-16-le"), [0]),
        (b"\x00" + SECRET.encode("utf-16-le"), [0]),
        (SECRET.encode("utf-16-be"), [0]),
        (SECRET.encode("cp1252"), [0]),
        (b"\xff\xfe\x00" + SECRET.encode() + b"\x00\xff", [0]),
        ("a пароль-1".encode(), [1]),
        ("пароль-1".encode("cp1251"), []),
        (b"??????-1", []),
        (SECRET.upper().encode(), []),
        (SECRET.encode("utf-7"), []),
    ],
)
def test_what_is_found_in_a_file(world: World, content: bytes, found: list[int]) -> None:
    world.write("C:\\Temp\\a\\b.bin", content)

    assert search(world, ("C:\\Temp", "C:\\Missing")) == [
        (number, "file_content", "C:\\Temp\\a\\b.bin") for number in found
    ]


def test_names_are_found_and_not_shown(world: World) -> None:
    world.write(f"C:\\Temp\\{SECRET.upper()}\\x")

    assert search(world, ("C:\\Temp",)) == [(0, "file_name", "C:\\Temp\\***")]


def test_a_file_that_is_too_large_is_told(world: World) -> None:
    world.write("C:\\Temp\\big", b"x" * 1001)

    assert search(world, ("C:\\Temp",)) == [(None, "too_large", "C:\\Temp\\big")]


def test_the_registry(world: World) -> None:
    registry = world.machine.disk.registry
    key = "HKLM\\SOFTWARE\\Vendor"
    registry.set(key, "Password", f"x{SECRET}y")
    registry.set(key, "List", ["a", SECRET], "MultiString")
    registry.set(key, "Bytes", SECRET.encode("utf-16-le"), "Binary")
    registry.set(key, SECRET, 1, "DWord")
    registry.create_key(f"{key}\\{SECRET}")

    assert sorted(search(world, keys=("Registry::HKEY_LOCAL_MACHINE\\SOFTWARE",))) == [
        (0, "registry_key", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor\\***"),
        (0, "registry_value", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor: Bytes"),
        (0, "registry_value", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor: List"),
        (0, "registry_value", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor: Password"),
        (0, "registry_value_name", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor: ***"),
    ]


def test_the_registry_of_a_user_who_is_not_logged_on_is_a_file(world: World) -> None:
    world.module("win_regedit", {"path": "HKCU:\\Software\\Vendor", "name": "Key", "data": SECRET}, user="bob")

    found = search(world, ("C:\\Users",), ("Registry::HKEY_USERS",), limit=10**7)

    assert (0, "file_content", "C:\\Users\\bob\\NTUSER.DAT") in found
    assert (None, "unreadable", f"C:\\Users\\{ADMINISTRATOR}\\NTUSER.DAT") in found


def test_the_users_who_are_logged_on(world: World, new_world: Callable[..., World]) -> None:
    world.module("win_regedit", {"path": "HKCU:\\Software\\Vendor", "name": "Key", "data": SECRET})

    (found,) = search(world, keys=("Registry::HKEY_USERS",))

    assert found[:2] == (0, "registry_value")
    assert found[2].startswith("HKEY_USERS\\S-1-5-21-")
