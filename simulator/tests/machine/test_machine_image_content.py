# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an image builder started from an image finds on its disk, and what did not come along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from appstream_simulator.windows.machine import permissions
from appstream_simulator.windows.machine.windows_updates import WindowsUpdate
from appstream_simulator.windows.protocol.certificates import self_signed
from simulated_machine import World

UPDATE = WindowsUpdate("11111111-0000", "2026-09 Cumulative Update", "5060001")
OTHER_KEY = "arn:aws:appstream:eu-west-1:123456789012:image-builder/other"


@pytest.fixture
def start_from(world: World, new_world: Callable[..., World]) -> Iterator[Callable[[], World]]:
    """Takes an image of the machine as it is and starts another from it."""
    started: list[World] = []

    def start() -> World:
        other = new_world(disk=world.machine.snapshot(), key=OTHER_KEY)
        other.machine.shelf.updates[:] = world.machine.shelf.updates
        other.machine.power_on(f"127.0.77.{10 + len(started)}")
        assert other.winrm.running.wait(10)
        started.append(other)
        return other

    yield start
    for other in started:
        other.machine.power_off()


def prepare(world: World) -> None:
    """Something of everything that a disk keeps."""
    certificate = self_signed("design.example.com")
    world.machine.disk.certificates[certificate.thumbprint] = certificate
    world.write("C:\\Temp\\root.pem", self_signed("root.example.com").certificate_pem)
    world.write("C:\\Data\\a.txt", b"a")
    world.machine.shelf.updates[:] = [UPDATE]
    tasks: list[tuple[str, dict[str, Any]]] = [
        ("win_user", {"name": "bob", "password": "Secret-9", "groups": ["Users"]}),
        ("win_certificate_store", {"path": "C:\\Temp\\root.pem", "store_name": "Root"}),
        ("win_acl", {"path": "C:\\Data", "user": "bob", "rights": "Modify", "type": "allow"}),
        ("win_owner", {"path": "C:\\Data\\a.txt", "user": "bob"}),
        ("win_timezone", {"timezone": "Tokyo Standard Time"}),
        ("win_service", {"name": "wuauserv", "start_mode": "manual"}),
        ("win_updates", {"_operation": "start", "_operation_options": {"wait": True}}),
        (
            "community.windows.win_scheduled_task",
            {
                "name": "Example",
                "actions": [{"path": "cmd.exe"}],
                "username": "bob",
                "password": "Secret-9",
                "logon_type": "password",
            },
        ),
    ]
    for name, arguments in tasks:
        result = world.module(name, arguments)
        assert result["changed"] and not result.get("failed"), result


def test_what_is_on_the_disk_comes_along(world: World, start_from: Callable[[], World]) -> None:
    prepare(world)
    other = start_from()
    disk = other.machine.disk
    assert list(disk.certificates) == list(world.machine.disk.certificates)
    assert len(other.module("win_certificate_info", {"store_name": "Root"})["certificates"]) == 1
    assert other.process("tzutil /g").stdout == b"Tokyo Standard Time"
    assert "Example" in other.process("schtasks /query /fo csv").stdout.decode()
    assert disk.updates[UPDATE.id].installed_at is not None
    bob = other.module("win_user", {"name": "bob", "state": "query"})["sid"]
    assert {rule.identifier for rule in permissions.get(disk, "C:\\Data").rules} == {bob}
    assert (
        other.module("win_stat", {"path": "C:\\Data\\a.txt"})["stat"]["owner"] == f"{other.machine.computer_name}\\bob"
    )
    stat = other.module("community.windows.win_scheduled_task_stat", {"name": "Example"})
    assert stat["principal"]["user_id"] == f"{other.machine.computer_name}\\bob"


def test_windows_update_is_off_again(world: World, start_from: Callable[[], World]) -> None:
    prepare(world)
    assert world.machine.disk.services["wuauserv"].start_mode == "manual"
    service = start_from().module("win_service_info", {"name": "wuauserv"})["services"][0]
    assert (service["start_mode"], service["state"]) == ("disabled", "stopped")
    assert world.machine.disk.services["wuauserv"].start_mode == "manual"


def test_what_is_the_machines_own_does_not_come_along(world: World, start_from: Callable[[], World]) -> None:
    world.process("reg load HKLM\\Left C:\\Users\\Default\\NTUSER.DAT")
    world.process("reg add HKLM\\Left\\Software\\Example /v Colour /d silver /f")
    other = start_from()
    assert other.machine.computer_name != world.machine.computer_name
    assert other.machine.identifier("Administrator") != world.machine.identifier("Administrator")
    assert not other.machine.disk.registry.has_key("HKLM\\Left")
    assert world.machine.disk.registry.has_key("HKLM\\Left\\Software\\Example")
    # The change of the loaded hive is in its file, as if Windows had been shut down.
    loaded = other.process("reg load HKLM\\Left C:\\Users\\Default\\NTUSER.DAT")
    assert loaded.exit_code == 0
    assert b"silver" in other.process("reg query HKLM\\Left\\Software\\Example").stdout


def test_the_image_and_its_builders_are_independent(world: World, start_from: Callable[[], World]) -> None:
    prepare(world)
    first = start_from()
    first.module("community.windows.win_scheduled_task", {"name": "Example", "state": "absent"})
    first.module("win_owner", {"path": "C:\\Data\\a.txt", "user": "SYSTEM"})
    first.module("win_regedit", {"path": "HKCU:\\Software\\Example", "name": "Colour", "data": "red"}, user="bob")
    assert world.module("community.windows.win_scheduled_task_stat", {"name": "Example"})["task_exists"]
    assert world.module("win_stat", {"path": "C:\\Data\\a.txt"})["stat"]["owner"].endswith("\\bob")
    query = {"path": "HKCU:\\Software\\Example", "name": "Colour"}
    assert not world.module("win_reg_stat", query, user="bob")["exists"]
    assert first.module("win_reg_stat", query, user="bob")["value"] == "red"


def test_pending_restarts_are_settled_by_the_first_boot(world: World, start_from: Callable[[], World]) -> None:
    world.machine.shelf.updates[:] = [WindowsUpdate("2", "Needs a restart", reboot_required=True)]
    world.module("win_service", {"name": "wuauserv", "start_mode": "manual"})
    world.module("win_updates", {"_operation": "start", "_operation_options": {"wait": True}})
    assert world.module("win_reboot_info")["reboot_required"]
    assert not start_from().module("win_reboot_info")["reboot_required"]
