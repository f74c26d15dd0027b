# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Base images that are not what a pristine Windows is, and what keeps an image from being made or from starting."""

from __future__ import annotations

from pathlib import Path

import pytest
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine import appx, pending_restart, security_policy, stock_traits, sysprep
from appstream_simulator.windows.machine.appx import AppPackage
from appstream_simulator.windows.machine.site import Site
from simulated_machine import World, eventually, make_world

APP = AppPackage("Contoso.App", "CN=Contoso", "1.0.0.0", "x64")
POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\PowerShell"


def powershell(world: World, script: str) -> dict[str, object]:
    return world.module("win_powershell", {"script": script})


def test_a_restart_that_is_pending_again_after_each_boot(world: World) -> None:
    disk = world.machine.disk
    stock_traits.give(disk, [stock_traits.RENEWED_RESTART])
    for _boot in range(2):
        assert pending_restart.is_pending(disk)
        world.winrm.running.clear()
        world.machine.restart(0)
        assert eventually(lambda: world.winrm.running.is_set())
    assert pending_restart.is_pending(world.machine.snapshot())


def test_only_administrators_may_log_on(world: World) -> None:
    stock_traits.give(world.machine.disk, [stock_traits.NO_LOCAL_LOGON])
    rights = security_policy.sections(world.machine.disk)[security_policy.PRIVILEGE_RIGHTS]
    assert rights["SeInteractiveLogonRight"] == "*S-1-5-32-544"


@pytest.mark.parametrize("harm", ["", "agent", "registration", "another"])
def test_an_image_is_begun_by_way_of_the_registration_that_appstream_made(world: World, harm: str) -> None:
    disk = world.machine.disk
    stock_traits.give(disk, [stock_traits.OWN_REGISTRATION])
    disk.services[stock_traits.SSM_AGENT.lower()].state = "stopped" if harm == "agent" else "running"
    if harm == "registration":
        disk.remove(stock_traits.REGISTRATION)
    elif harm == "another":
        stock_traits.register(disk, "mi-0123456789abcdef0")

    tool = '"C:\\Program Files\\Amazon\\Photon\\ConsoleImageBuilder\\image-assistant.exe"'
    assert world.process(f"{tool} create-image --name design --enable-dynamic-app-catalog").exit_code == 0
    assert bool(world.images[0].problem) is bool(harm)


def test_an_unknown_trait_is_refused_at_the_start(tmp_path: Path) -> None:
    settings = Settings(state_directory=tmp_path, base_image_traits={"WINDOWS_SERVER_2022": ["haunted"]})
    with pytest.raises(ValueError, match="there is no trait haunted of base images; known are renewed_restart, "):
        Site(Clock(1), Journal(lambda: 0.0), settings)


def test_sysprep_refuses_an_app_of_a_user_that_is_not_provisioned(world: World) -> None:
    path = world.write("C:\\app.msix", appx.build(APP, {}))
    assert powershell(world, f"Add-AppxPackage -Path {path}")["error"] == []
    assert sysprep.problem(world.machine.snapshot()).startswith(f"Sysprep: Package {APP.full_name} was installed for a")

    add = f"Dism.exe /Online /Add-ProvisionedAppxPackage /PackagePath:{path} /SkipLicense"
    assert world.process(add).exit_code == 0
    assert sysprep.problem(world.machine.snapshot()) == ""


def test_apps_are_listed_and_removed_as_by_windows_powershell(world: World) -> None:
    path = world.write("C:\\app.msix", appx.build(APP, {}))
    powershell(world, f"Add-AppxPackage -Path {path}")
    listed = powershell(world, "Get-AppxPackage -AllUsers | ForEach-Object { $_.PackageFamilyName }")
    assert listed["output"] == [APP.family_name]
    powershell(world, f"Remove-AppxPackage -AllUsers -Package {APP.full_name}")
    assert powershell(world, "@(Get-AppxPackage -AllUsers).Count")["output"] == [0]
    assert sysprep.problem(world.machine.snapshot()) == ""


@pytest.mark.parametrize(
    ("values", "never"),
    [
        ({}, False),
        ({"EnableScripts": 0}, True),
        ({"EnableScripts": 1, "ExecutionPolicy": "Restricted"}, True),
        ({"EnableScripts": 1, "ExecutionPolicy": "AllSigned"}, False),
        ({"ExecutionPolicy": "RemoteSigned"}, False),
    ],
)
def test_an_image_on_which_no_script_runs_never_starts(world: World, values: dict[str, int | str], never: bool) -> None:
    for name, data in values.items():
        world.machine.disk.registry.set(POLICY, name, data, "DWord" if isinstance(data, int) else "String")
    assert sysprep.never_starts(world.machine.snapshot()) is never
    assert sysprep.problem(world.machine.snapshot()) == ""


def test_the_machines_own_execution_policy_counts_without_one_of_group_policy(world: World) -> None:
    world.machine.disk.registry.set(sysprep.POWERSHELL_SETTING, "ExecutionPolicy", "restricted")
    assert sysprep.never_starts(world.machine.disk)
    world.machine.disk.registry.set(POLICY, "ExecutionPolicy", "RemoteSigned")
    assert not sysprep.never_starts(world.machine.disk)


def test_members_of_a_group_go_by_their_identifiers_and_long_names_not_by_net(world: World) -> None:
    accounts, sid = world.machine.disk.accounts, "S-1-5-21-1-2-3-1105"
    accounts.add_member("Administrators", "CORP\\AppStreamImageInstallers", sid)

    net = world.process("net localgroup Administrators CORP\\AppStreamImageInstallers /delete")
    assert (net.exit_code, accounts.find_member("Administrators", "", sid)) == (1, "CORP\\AppStreamImageInstallers")
    assert net.stderr.startswith(b"The syntax of this command is:")

    cmdlet = "Remove-LocalGroupMember -SID S-1-5-32-544 -Member"
    remove = f"powershell.exe -NoProfile -NonInteractive -Command {cmdlet} {sid}"
    assert world.process(remove).exit_code == 0
    assert accounts.find_member("Administrators", "", sid) is None
    again = world.process(remove)
    assert (again.exit_code, b"was not found" in again.stderr) == (1, True)


def test_net_stops_a_service(world: World) -> None:
    assert world.process("net stop Spooler").exit_code == 0
    assert world.machine.disk.services["spooler"].state == "stopped"
    assert b"The Print Spooler service is not started." in world.process("net stop Spooler").stderr
    assert world.process("net stop Nonsense").exit_code == 2


def test_the_identifier_of_an_account_is_translated_from_its_name(world: World) -> None:
    world.machine.disk.accounts.add_member("Administrators", "CORP\\Builders", "S-1-5-21-1-2-3-1105")
    script = "[Security.Principal.NTAccount]::new({}).Translate([Security.Principal.SecurityIdentifier]).Value"
    assert powershell(world, script.format("'CORP\\Builders'"))["output"] == ["S-1-5-21-1-2-3-1105"]
    (error,) = powershell(world, script.format("'CORP\\Nobody'"))["error"]
    assert "could not be translated" in error["exception"]["message"]


@pytest.mark.parametrize(("platform", "works"), [("WINDOWS_SERVER_2022", True), ("WINDOWS_SERVER_2025", False)])
def test_winrm_cmd_needs_vbscript(tmp_path: Path, platform: str, works: bool) -> None:
    world = make_world(tmp_path, platform=platform)
    world.machine.power_on("127.0.78.1")
    assert world.winrm.running.wait(10)
    result = world.process("cmd.exe /c winrm enumerate winrm/config/listener")
    world.machine.power_off()
    assert (result.exit_code == 0) is works
    assert works or b'There is no script engine for file extension ".vbs".' in result.stderr
