# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs that bring updates, drivers, app packages and winget's packages: wusa, pnputil, Dism and winget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from appstream_simulator.windows.machine import appx, msu_packages, winget
from appstream_simulator.windows.machine.shelf import Shelf, ShelfError
from appstream_simulator.windows.protocol import remote_logon
from simulated_machine import World

SHELF = r"""
installers:
  - {name: small, kind: msu, kb: "5060001", files: [{path: 'C:\Windows\System32\small.dll'}]}
  - {name: restarting, kind: msu, kb: "5060002", reboot_required: true}
  - {name: other, kind: msu, kb: "5060003", platforms: [WINDOWS_11]}
  - {name: failing, kind: msu, kb: "5060004", exit_code: 2147942487}
  - {name: viewer, kind: msi, product_code: "{B0000000-0000-4000-8000-00000000A001}", display_version: "2.0",
     display_name: Viewer, files: [{path: 'C:\Viewer\mode.txt', text: '{argument:MODE=plain}'}]}
  - {name: broken-viewer, kind: msi, product_code: "{B0000000-0000-4000-8000-00000000A002}", exit_code: 1603}
  - {name: restarter, kind: msi, product_code: "{B0000000-0000-4000-8000-00000000A003}", reboot_required: true}
winget:
  - {id: Example.Viewer, version: "2.0", installs: viewer}
  - {id: Example.Broken, version: "1.0", installs: broken-viewer}
  - {id: Example.Restarter, version: "1.0", installs: restarter}
updates:
  - {id: 11111111-1111-1111-1111-111111111111, title: Small update, kb: "5060001"}
"""
INF = """; a driver
[Version]
Signature="$Windows NT$"
Class=Printer
ClassGuid={4D36E979-E325-11CE-BFC1-08002BE10318}
Provider=%Maker%
CatalogFile=printer.cat ; beside it
DriverVer=06/21/2026,10.0.1.2

[Strings]
Maker="Example"
"""
WINGET = f'"{winget.PROGRAM}"'
AGREED = "--exact --silent --accept-package-agreements --accept-source-agreements"


def with_shelf(world: World, tmp_path: Path) -> World:
    file = tmp_path / "shelf.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    for name, installer in world.machine.shelf.installers.items():
        world.write(f"C:\\Media\\{name}.{installer.kind}", installer.content)
    world.machine.disk.services["wuauserv"].start_mode = "manual"
    return world


@pytest.fixture
def shelf_world(world: World, tmp_path: Path) -> World:
    return with_shelf(world, tmp_path)


@pytest.fixture
def client(new_world: Callable[..., World], tmp_path: Path) -> Iterator[World]:
    world = with_shelf(new_world(platform="WINDOWS_11"), tmp_path)
    world.machine.power_on("127.0.77.3")
    assert world.winrm.running.wait(10)
    yield world
    world.machine.power_off()


def wusa(world: World, arguments: str) -> int:
    return world.process(f"wusa.exe {arguments}").exit_code


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("small", [0, 2359302]),
        ("restarting", [3010, 2359302]),
        ("other", [2149842967, 2149842967]),
        ("failing", [2147942487, 2147942487]),
        ("gone", [2, 2]),
        ("viewer", [0x8024200B, 0x8024200B]),
    ],
)
def test_wusa_ends_with(shelf_world: World, name: str, codes: list[int]) -> None:
    extension = "msi" if name == "viewer" else "msu"
    line = f"C:\\Media\\{name}.{extension} /quiet /norestart"
    assert [wusa(shelf_world, line) for _time in range(2)] == codes


def test_an_update_by_its_file_is_no_longer_offered(shelf_world: World) -> None:
    assert wusa(shelf_world, "C:\\Media\\small.msu /quiet /norestart") == 0
    machine = shelf_world.machine
    assert machine.disk.is_file("C:\\Windows\\System32\\small.dll")
    assert machine.disk.updates["11111111-1111-1111-1111-111111111111"].installed_at is not None
    assert not shelf_world.module("win_reboot_info").get("reboot_required")


def test_an_update_that_wants_a_restart_leaves_one_pending(shelf_world: World) -> None:
    assert wusa(shelf_world, "C:\\Media\\restarting.msu /quiet /norestart") == 3010
    assert wusa(shelf_world, "/uninstall /kb:5060002 /quiet /norestart") == 0
    assert wusa(shelf_world, "/uninstall /kb:5060002 /quiet /norestart") == 2359303


def test_wusa_is_refused_over_winrm_but_dism_is_not(shelf_world: World) -> None:
    with remote_logon.using(True):
        assert wusa(shelf_world, "C:\\Media\\small.msu /quiet /norestart") == 5
        line = "dism /Online /Add-Package /PackagePath:C:\\Media\\small.msu /Quiet /NoRestart"
        assert shelf_world.process(line).exit_code == 0
    assert msu_packages.is_installed(shelf_world.machine, "5060001")


def test_wusa_needs_windows_update(shelf_world: World) -> None:
    shelf_world.machine.disk.services["wuauserv"].start_mode = "disabled"
    assert wusa(shelf_world, "C:\\Media\\small.msu /quiet /norestart") == 0x80070422


@pytest.mark.parametrize(
    ("name", "code"),
    [("restarting.msu", 3010), ("other.msu", 0x800F081E), ("gone.msu", 3), ("failing.msu", 2147942487)],
)
def test_dism_adds_updates(shelf_world: World, name: str, code: int) -> None:
    line = f"dism /Online /Add-Package /PackagePath:C:\\Media\\{name} /NoRestart"
    assert shelf_world.process(line).exit_code & 0xFFFFFFFF == code


def driver(world: World, *, catalogue: bool = True, text: str = INF, name: str = "printer") -> str:
    if catalogue:
        world.write("C:\\Drivers\\printer.cat", b"signed")
    return world.write(f"C:\\Drivers\\{name}.inf", text.encode())


@pytest.mark.parametrize(
    ("options", "exit_code"),
    [
        ("/add-driver C:\\Drivers\\printer.inf", 0),
        ("/add-driver C:\\Drivers\\*.inf /install", 259),
        ("-i -a C:\\Drivers\\printer.inf", 259),
    ],
)
def test_a_driver_is_added_to_the_store(world: World, options: str, exit_code: int) -> None:
    driver(world)
    result = world.process(f"pnputil.exe {options}")
    assert result.exit_code == exit_code
    assert "Published Name:         oem0.inf" in result.stdout.decode()
    listed = world.process("pnputil /enum-drivers").stdout.decode()
    assert "Original Name:      printer.inf" in listed
    assert "Provider Name:      Example" in listed
    assert "Driver Version:     06/21/2026 10.0.1.2" in listed
    (folder,) = world.machine.disk.list("C:\\Windows\\System32\\DriverStore\\FileRepository")
    assert folder.startswith("printer.inf_amd64_")


def test_a_driver_that_is_there_keeps_its_name_and_can_be_deleted(world: World) -> None:
    path = driver(world)
    for _time in range(2):
        assert "oem0.inf" in world.process(f"pnputil /add-driver {path}").stdout.decode()
    assert world.process("pnputil /delete-driver oem0.inf /uninstall").exit_code == 0
    assert world.process("pnputil /delete-driver oem0.inf").exit_code == 0xE000023C
    assert "No published driver packages" in world.process("pnputil /enum-drivers").stdout.decode()


@pytest.mark.parametrize(
    ("text", "catalogue", "code", "message"),
    [
        (INF, False, 0xE000022F, "does not contain digital signature information"),
        (INF.replace("CatalogFile", "; CatalogFile"), True, 0xE000022F, "digital signature"),
        ("hello", True, 0xE0000100, "style of the INF"),
        ("[Version]\nSignature=x\n", True, 0xE0000100, "style of the INF"),
    ],
)
def test_drivers_that_are_refused(world: World, text: str, catalogue: bool, code: int, message: str) -> None:
    path = driver(world, catalogue=catalogue, text=text)
    result = world.process(f"pnputil /add-driver {path} /install")
    assert result.exit_code == code
    assert message in result.stdout.decode()


def test_drivers_in_folders_below(world: World) -> None:
    world.write("C:\\Drivers\\a\\printer.cat")
    world.write("C:\\Drivers\\a\\one.inf", INF.encode("utf-16"))
    assert world.process("pnputil /add-driver C:\\Drivers\\*.inf").exit_code == 2
    assert world.process("pnputil /add-driver C:\\Drivers\\*.inf /subdirs").exit_code == 0


def test_only_administrators_add_drivers(world: World) -> None:
    path = driver(world)
    assert world.process(f"pnputil /add-driver {path}", user="CORP\\nobody").exit_code == 5


def test_apps_that_windows_brings_can_be_removed_for_new_users(client: World) -> None:
    listed = client.process("dism /Online /Get-ProvisionedAppxPackages").stdout.decode()
    name = "Microsoft.BingNews_2026.101.1.0_neutral_~_8wekyb3d8bbwe"
    assert f"PackageName : {name}" in listed
    line = f"dism.exe /Online /Remove-ProvisionedAppxPackage /PackageName:{name}"
    assert [client.process(line).exit_code for _time in range(2)] == [0, 2]
    assert name not in client.process("dism /Online /Get-ProvisionedAppxPackages").stdout.decode()


def test_the_publisher_identifier_of_microsoft() -> None:
    publisher = "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US"
    assert appx.publisher_id(publisher) == "8wekyb3d8bbwe"


@pytest.mark.parametrize("platform", ["WINDOWS_SERVER_2016", "WINDOWS_SERVER_2019", "WINDOWS_SERVER_2022"])
def test_older_servers_have_no_winget(new_world: Callable[..., World], platform: str) -> None:
    with pytest.raises(FileNotFoundError):
        new_world(platform=platform).process(f"{WINGET} --version")


def test_winget_by_its_name_is_not_found(client: World) -> None:
    with pytest.raises(FileNotFoundError):
        client.process("winget.exe --version")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (f"--id Example.Viewer {AGREED}", 0),
        (f"--id Example.Viewer --version 2.0 --scope machine --source winget {AGREED}", 0),
        (f"--id Example.Viewer --version 3.0 {AGREED}", winget.NOT_FOUND),
        (f"--id Example.Gone {AGREED}", winget.NOT_FOUND),
        (f"--id example.viewer {AGREED}", winget.NOT_FOUND),
        (f"--id Example.Broken {AGREED}", winget.MSI_FAILED),
        (f"--id Example.Restarter {AGREED}", winget.RESTART_TO_FINISH),
        (f"--id Example.Viewer --wrong {AGREED}", winget.INVALID_ARGUMENTS),
        ("--id Example.Viewer --exact --silent", winget.SOURCE_AGREEMENTS),
    ],
)
def test_winget_installs_or_says_why_not(client: World, arguments: str, code: int) -> None:
    assert client.process(f"{WINGET} install {arguments}").exit_code == code


def test_winget_again_lists_and_removes(client: World) -> None:
    install = f"{WINGET} install --id Example.Viewer {AGREED}"
    assert [client.process(install).exit_code for _time in range(2)] == [0, winget.NO_UPGRADE]
    listed = client.process(f"{WINGET} list --id Example.Viewer --exact --accept-source-agreements")
    assert "Example.Viewer 2.0" in listed.stdout.decode()
    line = f"{WINGET} uninstall --id Example.Viewer --exact --silent --accept-source-agreements"
    assert [client.process(line).exit_code for _time in range(2)] == [0, winget.NOT_FOUND]


def test_winget_hands_arguments_on(client: World) -> None:
    line = f"{WINGET} install --id Example.Viewer {AGREED} --custom MODE=kiosk"
    result = client.module("win_command", {"cmd": line})
    assert result["rc"] == 0
    assert client.machine.disk.read("C:\\Viewer\\mode.txt") == b"kiosk"


def test_exit_codes_are_unsigned_for_ansible(client: World) -> None:
    result = client.module("win_command", {"cmd": f"{WINGET} install --id Example.Gone {AGREED}"})
    assert result["rc"] == 2316632084


@pytest.mark.parametrize("arguments", ["search viewer", "install viewer", "upgrade --all"])
def test_what_winget_is_not_simulated_for(client: World, arguments: str) -> None:
    assert client.process(f"{WINGET} {arguments}").exit_code == 1
    assert [entry["what"] for entry in client.journal.entries("unhandled")] == ["winget"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("installers: [{name: a, kind: msu}]", "needs a kb"),
        ("installers: []\nwinget: [{id: a, version: '1', installs: gone}]", "no installer gone"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "shelf.yml"
    file.write_text(text)
    with pytest.raises(ShelfError, match=problem):
        Shelf([file])
