# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The disk an AWS base image brings: Windows Server, the AppStream agent, Image Assistant."""

from __future__ import annotations

import ntpath
from collections.abc import Callable
from dataclasses import dataclass

from . import environment, program_files
from .accounts import ADMINISTRATORS, LocalUser
from .disk import Disk, ShareReader
from .services import Service

IMAGE_ASSISTANT = "C:\\Program Files\\Amazon\\Photon\\ConsoleImageBuilder\\image-assistant.exe"
TEMPLATE_USER = "DefaultProfileUser"


@dataclass(frozen=True)
class Platform:
    """A Windows release: its name and version as Windows itself gives them."""

    caption: str
    version: str
    product_type: str = "server"
    installation_type: str = "Server"


PLATFORMS = {
    "WINDOWS_SERVER_2016": Platform("Microsoft Windows Server 2016 Datacenter", "10.0.14393.0"),
    "WINDOWS_SERVER_2019": Platform("Microsoft Windows Server 2019 Datacenter", "10.0.17763.0"),
    "WINDOWS_SERVER_2022": Platform("Microsoft Windows Server 2022 Datacenter", "10.0.20348.0"),
    "WINDOWS_SERVER_2025": Platform("Microsoft Windows Server 2025 Datacenter", "10.0.26100.0"),
    "WINDOWS_11": Platform("Microsoft Windows 11 Enterprise", "10.0.26100.0", "workstation", "Client"),
}

DIRECTORIES = (
    "C:\\Program Files",
    "C:\\Program Files (x86)",
    "C:\\ProgramData",
    "C:\\ProgramData\\Amazon\\Photon\\Prewarm",
    "C:\\ProgramData\\Amazon\\Photon\\AppCatalogHelper\\AppIcons",
    "C:\\ProgramData\\Amazon\\AppStream\\AppCatalogHelper\\DynamicAppCatalog",
    "C:\\AppStream\\SessionScripts",
    "C:\\Users\\Public\\Desktop",
    "C:\\Windows\\Temp",
    "C:\\Windows\\SysWOW64",
)

SYSTEM32 = "C:\\Windows\\System32"
PROGRAMS = (
    *(f"{SYSTEM32}\\{name}.exe" for name in ("cmd", "hostname", "whoami", "shutdown", "msiexec", "notepad")),
    f"{SYSTEM32}\\WindowsPowerShell\\v1.0\\powershell.exe",
    "C:\\Windows\\explorer.exe",
    "C:\\Windows\\notepad.exe",
)

# Image Assistant is "included in the Windows PATH" (programmatically-create-image.md).
MACHINE_PATH = (
    "%SystemRoot%\\system32;%SystemRoot%;%SystemRoot%\\System32\\Wbem;%SystemRoot%\\System32\\WindowsPowerShell\\v1.0\\;"
    f"{ntpath.dirname(IMAGE_ASSISTANT)}"
)

SERVICES = (
    Service("WinRM", f"{SYSTEM32}\\svchost.exe -k NetworkService -p", "Windows Remote Management (WS-Management)"),
    Service("wuauserv", f"{SYSTEM32}\\svchost.exe -k netsvcs -p", "Windows Update", start_mode="disabled"),
    Service("Spooler", f"{SYSTEM32}\\spoolsv.exe", "Print Spooler"),
    Service("W32Time", f"{SYSTEM32}\\svchost.exe -k LocalService", "Windows Time"),
    Service("Schedule", f"{SYSTEM32}\\svchost.exe -k netsvcs -p", "Task Scheduler"),
    Service("msiserver", f"{SYSTEM32}\\msiexec.exe /V", "Windows Installer", start_mode="manual"),
)


def stock_disk(platform: str, now: Callable[[], float], share_reader: ShareReader) -> Disk:
    """The disk of a base image.

    Args:
        platform: a key of `PLATFORMS`.
        now: time of new files, seconds since the epoch.
        share_reader: as for `Disk`.

    Raises:
        ValueError: not a Windows platform the simulator knows.
    """
    if platform not in PLATFORMS:
        raise ValueError(f"the simulator has no Windows disk for platform {platform}; it knows {', '.join(PLATFORMS)}")
    release = PLATFORMS[platform]
    disk = Disk(now, share_reader)
    for directory in DIRECTORIES:
        disk.make_directories(directory)
    for program in (*PROGRAMS, IMAGE_ASSISTANT):
        disk.make_directories(ntpath.dirname(program))
        disk.write(program, program_files.content(program, release.version))
    disk.set_hidden("C:\\ProgramData")
    for user in ("Default", TEMPLATE_USER):
        create_profile(disk, user)
    _write_registry(disk, release)
    disk.services = {service.name.lower(): Service(**vars(service)) for service in SERVICES}
    # Never renamed or deleted: without it the image builder does not start (tutorial-image-builder.md).
    disk.accounts.users["administrator"] = LocalUser(
        "Administrator", description="Built-in account for administering the computer/domain"
    )
    disk.accounts.users[TEMPLATE_USER.lower()] = LocalUser(TEMPLATE_USER)
    disk.accounts.groups[ADMINISTRATORS] = ["Administrator"]
    disk.accounts.groups["Users"] = [TEMPLATE_USER]
    return disk


def create_profile(disk: Disk, user: str) -> None:
    """What a user's first logon does: a profile directory with its registry hive and usual folders."""
    profile = environment.profile_directory(user)
    for directory in ("AppData\\Local\\Temp", "AppData\\Roaming", "Desktop", "Documents", "Downloads"):
        disk.make_directories(f"{profile}\\{directory}")
    if not disk.is_file(f"{profile}\\NTUSER.DAT"):
        disk.write(f"{profile}\\NTUSER.DAT", b"regf")
        disk.set_hidden(f"{profile}\\NTUSER.DAT")


def _write_registry(disk: Disk, release: Platform) -> None:
    current_version = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
    disk.registry.set(current_version, "ProductName", release.caption.removeprefix("Microsoft "))
    disk.registry.set(current_version, "CurrentBuild", release.version.split(".")[2])
    disk.registry.set(current_version, "InstallationType", release.installation_type)
    disk.registry.create_key("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall")
    disk.registry.create_key("HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall")
    disk.registry.create_key("HKCU\\SOFTWARE")
    disk.registry.create_key("HKCU\\Environment")
    disk.registry.set(environment.MACHINE_KEY, "Path", MACHINE_PATH, "ExpandString")
    disk.registry.set(environment.MACHINE_KEY, "PATHEXT", ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC")
    disk.registry.set(environment.MACHINE_KEY, "windir", "%SystemRoot%", "ExpandString")
    disk.registry.set(environment.MACHINE_KEY, "OS", "Windows_NT")
    disk.registry.set(environment.MACHINE_KEY, "PROCESSOR_ARCHITECTURE", "AMD64")
