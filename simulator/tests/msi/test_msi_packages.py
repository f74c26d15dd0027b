# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real MSI files: read, installed, upgraded and removed by win_package and msiexec."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from appstream_simulator.windows.machine import program_files, shell_links
from simulated_machine import World

CODE = "{{11111111-2222-4333-8444-{:012d}}}"
SOURCE = """<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="{code}" Name="Sample Viewer" Language="1033" Version="{version}" Manufacturer="Example Corporation"
           UpgradeCode="{{AAAAAAAA-2222-4333-8444-555555555555}}">
    <Package InstallerVersion="200" Compressed="yes" InstallScope="{scope}" />
    <Media Id="1" Cabinet="sample.cab" EmbedCab="yes" />
    <MajorUpgrade DowngradeErrorMessage="A newer version is installed." />
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="{folder}">
        <Directory Id="INSTALLDIR" Name="Sample Viewer">
          <Component Id="Main" Guid="{{11111111-2222-4333-8444-555555555556}}" {wide}>
            <File Id="viewer.exe" Name="viewer.exe" Source="viewer.exe" KeyPath="yes">
              <Shortcut Id="menu" Directory="ProgramMenuFolder" Name="Sample Viewer" WorkingDirectory="INSTALLDIR"/>
            </File>
            <RegistryValue Root="HKLM" Key="Software\\Example\\Viewer" Name="Mode" Type="integer" Value="7"/>
            <RegistryValue Root="HKLM" Key="Software\\Example\\Viewer" Name="Path" Type="string"
                           Value="[INSTALLDIR]viewer.exe"/>
            <ServiceInstall Id="svc" Name="ViewerUpdate" DisplayName="Viewer Update" Type="ownProcess" Start="demand"
                            ErrorControl="normal"/>
          </Component>
          <Directory Id="DOCUMENTS" Name="documents">
            <Component Id="Documents" Guid="{{11111111-2222-4333-8444-555555555557}}" {wide}>
              <File Id="readme" Name="read me, a long name.txt" Source="readme.txt"/>
            </Component>
          </Directory>
        </Directory>
      </Directory>
      <Directory Id="ProgramMenuFolder"/>
    </Directory>
    <Feature Id="All" Level="1"><ComponentRef Id="Main"/><ComponentRef Id="Documents"/></Feature>
  </Product>
</Wix>
"""
PROGRAM = program_files.content("viewer.exe", "2.1.0.5")
FOLDER = "C:\\Program Files\\Sample Viewer"
UNINSTALL = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"

BuildMsi = Callable[..., bytes]


def viewer(
    build_msi: BuildMsi, version: str = "2.1.0", number: int = 1, *, x64: bool = True, scope: str = "perMachine"
) -> bytes:
    source = SOURCE.format(
        code=CODE.format(number),
        version=version,
        scope=scope,
        folder="ProgramFiles64Folder" if x64 else "ProgramFilesFolder",
        wide='Win64="yes"' if x64 else "",
    )
    files = {"viewer.exe": PROGRAM, "readme.txt": b"read me" * 1000}
    return build_msi(source, files, "x64" if x64 else "x86")


def test_win_package_installs_and_removes(world: World, build_msi: BuildMsi) -> None:
    disk = world.machine.disk
    path, code = world.write("C:\\Temp\\viewer.msi", viewer(build_msi)), CODE.format(1)
    checked = world.module("win_package", {"path": path}, check_mode=True)
    assert checked["changed"]
    assert not disk.exists(FOLDER)
    result = world.module("win_package", {"path": path})
    assert (result["changed"], result["rc"], result["reboot_required"]) == (True, 0, False)
    assert disk.read(f"{FOLDER}\\viewer.exe") == PROGRAM
    assert disk.read(f"{FOLDER}\\documents\\read me, a long name.txt") == b"read me" * 1000
    values = disk.registry.texts(f"{UNINSTALL}\\{code}")
    assert (values["DisplayName"], values["DisplayVersion"]) == ("Sample Viewer", "2.1.0")
    assert values["Publisher"] == "Example Corporation"
    assert disk.registry.texts("HKLM\\SOFTWARE\\Example\\Viewer")["Path"] == f"{FOLDER}\\viewer.exe"
    mode = disk.registry.get("HKLM\\SOFTWARE\\Example\\Viewer", "Mode")
    assert mode is not None
    assert (mode.data, mode.kind) == (7, "DWord")
    assert (disk.services["viewerupdate"].start_mode, disk.services["viewerupdate"].state) == ("manual", "stopped")
    menu = "C:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\Sample Viewer.lnk"
    assert shell_links.parse(disk.read(menu)).target == f"{FOLDER}\\viewer.exe"
    assert not world.module("win_package", {"path": path})["changed"]
    assert not world.module("win_package", {"path": path, "product_id": code})["changed"]
    disk.remove(path)
    assert world.module("win_package", {"product_id": code, "state": "absent"})["changed"]
    assert not disk.exists(FOLDER)
    assert not disk.exists(menu)
    assert "viewerupdate" not in disk.services
    assert not disk.registry.has_key(f"{UNINSTALL}\\{code}")
    assert not world.module("win_package", {"product_id": code, "state": "absent"})["changed"]
    assert world.journal.entries("unhandled") == []
    assert world.journal.entries("error") == []


def test_properties_on_the_command_line(world: World, build_msi: BuildMsi) -> None:
    path = world.write("C:\\Temp\\viewer.msi", viewer(build_msi))
    escaped = ["INSTALLDIR=C:\\Apps\\Own Viewer\\"]
    assert world.module("win_package", {"path": path, "arguments": escaped})["rc"] == 1639
    assert not world.machine.disk.exists("C:\\Apps")
    quoted = 'installdir="C:\\Apps\\Own Viewer\\"'
    assert world.module("win_package", {"path": path, "arguments": quoted})["rc"] == 0
    assert world.machine.disk.is_file("C:\\Apps\\Own Viewer\\viewer.exe")
    assert world.process(f"msiexec /i {path} REMOVE=ALL /qn").exit_code == 0
    assert not world.machine.disk.registry.has_key(f"{UNINSTALL}\\{CODE.format(1)}")


def test_thirty_two_bit_products(world: World, build_msi: BuildMsi) -> None:
    path = world.write("C:\\Temp\\viewer.msi", viewer(build_msi, x64=False))
    assert world.process(f"msiexec /i {path} /qn").exit_code == 0
    registry = world.machine.disk.registry
    assert world.machine.disk.is_file("C:\\Program Files (x86)\\Sample Viewer\\viewer.exe")
    assert registry.has_key(UNINSTALL.replace("SOFTWARE", "SOFTWARE\\WOW6432Node") + f"\\{CODE.format(1)}")
    assert registry.has_key("HKLM\\SOFTWARE\\WOW6432Node\\Example\\Viewer")
    assert not world.module("win_package", {"path": path})["changed"]


def test_a_newer_version_replaces_the_older_one_and_not_the_other_way_round(world: World, build_msi: BuildMsi) -> None:
    old = world.write("C:\\Temp\\old.msi", viewer(build_msi, "2.1.0", 1))
    new = world.write("C:\\Temp\\new.msi", viewer(build_msi, "2.2.0", 2))
    assert world.module("win_package", {"path": old})["rc"] == 0
    assert world.module("win_package", {"path": new})["rc"] == 0
    registry = world.machine.disk.registry
    assert not registry.has_key(f"{UNINSTALL}\\{CODE.format(1)}")
    assert registry.texts(f"{UNINSTALL}\\{CODE.format(2)}")["DisplayVersion"] == "2.2.0"
    assert world.machine.disk.is_file(f"{FOLDER}\\viewer.exe")
    refused = world.module("win_package", {"path": old})
    assert refused["rc"] == 1603
    assert "Sample Viewer -- A newer version is installed." in refused["log"]
    assert world.machine.disk.is_file(f"{FOLDER}\\viewer.exe")


def test_an_image_carries_what_was_installed(world: World, build_msi: BuildMsi) -> None:
    path = world.write("C:\\Temp\\viewer.msi", viewer(build_msi))
    world.module("win_package", {"path": path})
    disk = world.machine.snapshot()
    assert disk.read(f"{FOLDER}\\viewer.exe") == PROGRAM
    assert disk.list("C:\\Windows\\Installer")


@pytest.mark.parametrize("damage", [lambda content: content[:600], lambda content: content[:8] + b"\0" * 3000])
def test_files_that_are_no_packages(world: World, build_msi: BuildMsi, damage: Callable[[bytes], bytes]) -> None:
    path = world.write("C:\\Temp\\broken.msi", damage(viewer(build_msi)))
    assert world.process(f"msiexec /i {path} /qn").exit_code == 1620
    result = world.module("win_package", {"path": path})
    assert "This installation package could not be opened." in result["msg"]
    assert not world.machine.disk.exists(FOLDER)


def test_a_full_disk(world: World, build_msi: BuildMsi) -> None:
    disk = world.machine.disk
    path = world.write("C:\\Temp\\viewer.msi", viewer(build_msi))
    disk.space.capacity -= disk.free_space() - 5000
    result = world.module("win_package", {"path": path, "log_path": "C:\\log.txt"})
    assert (result["rc"], disk.exists(FOLDER)) == (1603, False)
