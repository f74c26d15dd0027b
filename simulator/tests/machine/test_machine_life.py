# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A machine as a whole: power, accounts, what an image of it contains; and the site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine.machine import PoweredOffError
from appstream_simulator.windows.machine.site import Site
from appstream_simulator.windows.machine.stock import IMAGE_ASSISTANT
from simulated_machine import ADMINISTRATOR, PASSWORD, World


def test_power(new_world: Callable[..., World]) -> None:
    world = new_world(speed=0)
    machine = world.machine
    assert machine.describe()["power"] == "off"
    machine.power_on("127.0.77.9")
    assert (machine.describe()["power"], machine.address) == ("booting", "127.0.77.9")
    assert world.clock.wait_until_quiet(10)
    world.clock.advance(59)
    assert not world.winrm.running.wait(0.1)
    world.clock.advance(2)
    assert world.winrm.running.wait(10)
    machine.power_on("127.0.77.10")
    assert machine.address == "127.0.77.9"
    machine.power_off()
    machine.power_off()
    after = machine.describe()
    assert (after["power"], after["address"]) == ("off", None)
    assert world.winrm.stopped.is_set()
    assert [entry["state"] for entry in world.journal.entries("power")] == ["on", "off"]


def test_power_off_while_booting(new_world: Callable[..., World]) -> None:
    world = new_world(speed=0)
    world.machine.power_on("127.0.77.9")
    world.machine.power_off()
    world.clock.advance(1000)
    assert not world.winrm.running.wait(0.2)


def test_what_runs_dies_with_the_machine(new_world: Callable[..., World]) -> None:
    with pytest.raises(PoweredOffError):
        new_world().machine.spend(1)


def test_only_one_shutdown_at_a_time(world: World) -> None:
    assert world.machine.power_off_later(100000)
    assert not world.machine.schedule_restart(1)
    assert world.machine.abort_shutdown()


def test_accounts(world: World, domain_world: World) -> None:
    machine = world.machine
    for name in (
        ADMINISTRATOR,
        ADMINISTRATOR.upper(),
        f".\\{ADMINISTRATOR}",
        f"{machine.computer_name}\\{ADMINISTRATOR}",
    ):
        assert machine.check_password(name, PASSWORD)
        assert machine.is_administrator(name)
        assert not machine.check_password(name, "wrong")
    assert not machine.check_password(f"CORP\\{ADMINISTRATOR}", PASSWORD)
    assert not machine.check_password("Administrator", "")
    assert machine.is_administrator("SYSTEM")
    assert machine.is_administrator("NT AUTHORITY\\SYSTEM")
    assert not machine.is_administrator("someone")
    assert domain_world.machine.fqdn == f"{domain_world.machine.computer_name}.corp.example.com"


def test_a_local_user_may_log_on_by_membership(world: World) -> None:
    world.module("win_user", {"name": "bob", "password": "Secret-9", "groups": ["Users"]})
    assert not world.machine.may_log_on("bob", "Secret-9")
    world.module("win_group_membership", {"name": "Administrators", "members": ["bob"]})
    assert world.machine.may_log_on("bob", "Secret-9")
    assert world.machine.is_administrator("bob")
    world.module("win_user", {"name": "bob", "account_disabled": True})
    assert not world.machine.may_log_on("bob", "Secret-9")


def test_environment(world: World) -> None:
    variables = world.machine.environment("CORP\\svc")
    assert variables["USERPROFILE"] == "C:\\Users\\svc"
    assert variables["TEMP"] == "C:\\Users\\svc\\AppData\\Local\\Temp"
    assert variables["windir"] == "C:\\Windows"
    assert variables["Path"].startswith("C:\\Windows\\system32;C:\\Windows;")
    assert variables["AppStream_Resource_Type"] == "imagebuilder"
    assert variables["AppStream_Resource_Name"] == "design"


def test_a_first_logon_makes_a_profile(world: World) -> None:
    world.process("hostname", user="CORP\\newcomer")
    assert world.machine.disk.is_directory("C:\\Users\\newcomer\\AppData\\Local\\Temp")


def test_an_image_contains_what_was_on_the_disk(world: World, new_world: Callable[..., World]) -> None:
    path = world.write("C:\\Temp\\7z.exe", world.machine.shelf.installers["7zip-exe"].content)
    world.process(f"{path} /S")
    world.module("win_environment", {"name": "LICENCE", "value": "port@host", "level": "machine"})
    image = world.machine.snapshot()
    world.machine.disk.remove("C:\\Program Files\\7-Zip")
    other = new_world(disk=image, key="other", builder_name="other")
    assert other.machine.disk.is_file("C:\\Program Files\\7-Zip\\7z.exe")
    assert other.machine.describe()["products"] == ["7zip-exe"]
    assert other.machine.environment("x")["LICENCE"] == "port@host"
    assert other.machine.environment("x")["AppStream_Resource_Name"] == "other"
    assert other.machine.computer_name != world.machine.computer_name
    other.write("C:\\later.txt")
    assert not image.exists("C:\\later.txt")


def test_an_installation_is_never_half_in_an_image(new_world: Callable[..., World]) -> None:
    world = new_world()
    with pytest.raises(PoweredOffError), world.machine.disk_in_use():
        raise AssertionError("the machine is off")


@pytest.mark.parametrize(
    ("platform", "version"),
    [
        ("WINDOWS_SERVER_2019", "10.0.17763.0"),
        ("WINDOWS_SERVER_2022", "10.0.20348.0"),
        ("WINDOWS_SERVER_2025", "10.0.26100.0"),
    ],
)
def test_platforms(new_world: Callable[..., World], platform: str, version: str) -> None:
    world = new_world(platform=platform)
    assert world.machine.disk.is_file(IMAGE_ASSISTANT)
    facts = world.module("setup")["ansible_facts"]
    assert facts["ansible_distribution_version"] == version
    assert platform[-4:] in facts["ansible_distribution"]


def test_a_platform_without_windows_is_refused(new_world: Callable[..., World]) -> None:
    with pytest.raises(ValueError, match="AMAZON_LINUX2"):
        new_world(platform="AMAZON_LINUX2")


def test_site(tmp_path: Path, new_world: Callable[..., World]) -> None:
    clock = Clock(1000)
    site = Site(clock, Journal(clock.now), Settings(accounts={ADMINISTRATOR: PASSWORD}, state_directory=tmp_path))
    request = new_world().machine.request
    machine = site.create(request)
    assert site.get(request.key) is machine
    assert site.machines() == [machine]
    with pytest.raises(ValueError, match="already"):
        site.create(request)
    site.remove(request.key)
    site.remove(request.key)
    assert site.get(request.key) is None
    site.create(request)
    site.close()
    assert site.machines() == []


def test_an_address_that_is_taken_is_journalled(new_world: Callable[..., World]) -> None:
    world = new_world()

    def start() -> None:
        raise OSError("Address already in use")

    world.winrm.start = start  # type: ignore[method-assign]  # the service of this one machine
    world.machine.power_on("127.0.77.9")
    world.clock.sleep(10000)
    assert [entry["error"] for entry in world.journal.entries("error")] == ["Address already in use"]
    assert world.machine.describe()["power"] == "booting"


def test_a_restart_that_does_not_end(new_world: Callable[..., World]) -> None:
    world = new_world(speed=0)
    world.machine.options.faults.add({"kind": "no_return"})
    world.machine.power_on("127.0.77.9")
    assert world.clock.wait_until_quiet(10)
    world.clock.advance(61)
    assert world.winrm.running.wait(10)
    world.machine.restart(0)
    assert world.winrm.stopped.wait(10)
    world.clock.advance(1_000_000)
    assert world.clock.wait_until_quiet(10)
    assert world.machine.describe()["power"] == "restarting"
    assert [entry["fault"] for entry in world.journal.entries("fault")] == ["no_return"]
    world.winrm.running.clear()
    world.machine.options.faults.clear()
    for _duration in range(3):
        world.clock.advance(121)
        assert world.clock.wait_until_quiet(10)
    assert world.winrm.running.wait(10)
    assert world.machine.describe()["power"] == "on"
