# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The disk an AWS base image brings: Windows Server, the AppStream agent, Image Assistant."""

from __future__ import annotations

import ntpath
from collections.abc import Callable
from dataclasses import dataclass

from . import (
    aws_command,
    cultures,
    environment,
    hives,
    profiles,
    program_files,
    scheduled_tasks,
    stock_packages,
    stock_programs,
    time_zones,
    winget,
)
from .accounts import ADMINISTRATORS, LocalUser
from .disk import Disk
from .disk_entries import Link
from .registry import Registry
from .scheduled_tasks import ScheduledTask
from .services import Service
from .shares import ShareReader

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
    "C:\\Windows\\Fonts",
    "C:\\Windows\\INF",
    "C:\\Windows\\Temp",
    "C:\\Windows\\SysWOW64",
)

SYSTEM32 = "C:\\Windows\\System32"
# What Windows itself does not bring along in `stock_programs`.
PROGRAMS = (f"{SYSTEM32}\\WindowsPowerShell\\v1.0\\powershell.exe",)

# Windows brings them since version 1803.
CURL = f"{SYSTEM32}\\curl.exe"
TAR = f"{SYSTEM32}\\tar.exe"

# What winrm.cmd of Windows says.
WINRM_COMMAND = (f"{SYSTEM32}\\winrm.cmd", b'@cscript //nologo "%~dpn0.vbs" %*\r\n')

# Image Assistant is "included in the Windows PATH" (programmatically-create-image.md).
MACHINE_PATH = (
    "%SystemRoot%\\system32;%SystemRoot%;%SystemRoot%\\System32\\Wbem;%SystemRoot%\\System32\\WindowsPowerShell\\v1.0\\;"
    f"{ntpath.dirname(IMAGE_ASSISTANT)};"
)

SERVICES = (
    Service("WinRM", f"{SYSTEM32}\\svchost.exe -k NetworkService -p", "Windows Remote Management (WS-Management)"),
    Service("wuauserv", f"{SYSTEM32}\\svchost.exe -k netsvcs -p", "Windows Update", start_mode="disabled"),
    Service("Spooler", f"{SYSTEM32}\\spoolsv.exe", "Print Spooler"),
    Service("W32Time", f"{SYSTEM32}\\svchost.exe -k LocalService", "Windows Time"),
    Service("Schedule", f"{SYSTEM32}\\svchost.exe -k netsvcs -p", "Task Scheduler"),
    Service("msiserver", f"{SYSTEM32}\\msiexec.exe /V", "Windows Installer", start_mode="manual"),
)

# Two of the tasks that Windows brings along.
TASKS = (
    ("\\Microsoft\\Windows\\Time Synchronization", "SynchronizeTime", "%windir%\\system32\\sc.exe"),
    ("\\Microsoft\\Windows\\Defrag", "ScheduledDefrag", "%windir%\\system32\\defrag.exe"),
)
PROFILE_DIRECTORIES = ("AppData\\Local\\Temp", "AppData\\Roaming", "Desktop", "Documents", "Downloads")


# Where programs of before Windows Vista look for what is elsewhere today. Only `All Users` is a symbolic link, the
# others are junctions that nobody may list.
ALL_USERS = ("C:\\Users\\All Users", "C:\\ProgramData")
MACHINE_JUNCTIONS = (
    ("C:\\Documents and Settings", "C:\\Users"),
    ("C:\\Users\\Default User", "C:\\Users\\Default"),
    ("C:\\ProgramData\\Application Data", "C:\\ProgramData"),
    ("C:\\ProgramData\\Desktop", "C:\\Users\\Public\\Desktop"),
    ("C:\\ProgramData\\Documents", "C:\\Users\\Public\\Documents"),
    ("C:\\ProgramData\\Start Menu", "C:\\ProgramData\\Microsoft\\Windows\\Start Menu"),
    ("C:\\ProgramData\\Templates", "C:\\ProgramData\\Microsoft\\Windows\\Templates"),
)
# In each profile, relative to it.
_ROAMING = "AppData\\Roaming"
PROFILE_JUNCTIONS = (
    ("Application Data", _ROAMING),
    ("Local Settings", "AppData\\Local"),
    ("AppData\\Local\\Application Data", "AppData\\Local"),
    ("AppData\\Local\\History", "AppData\\Local\\Microsoft\\Windows\\History"),
    ("AppData\\Local\\Temporary Internet Files", "AppData\\Local\\Microsoft\\Windows\\INetCache"),
    ("My Documents", "Documents"),
    ("Documents\\My Music", "Music"),
    ("Documents\\My Pictures", "Pictures"),
    ("Documents\\My Videos", "Videos"),
    ("Cookies", "AppData\\Local\\Microsoft\\Windows\\INetCookies"),
    ("NetHood", f"{_ROAMING}\\Microsoft\\Windows\\Network Shortcuts"),
    ("PrintHood", f"{_ROAMING}\\Microsoft\\Windows\\Printer Shortcuts"),
    ("Recent", f"{_ROAMING}\\Microsoft\\Windows\\Recent"),
    ("SendTo", f"{_ROAMING}\\Microsoft\\Windows\\SendTo"),
    ("Start Menu", f"{_ROAMING}\\Microsoft\\Windows\\Start Menu"),
    ("Templates", f"{_ROAMING}\\Microsoft\\Windows\\Templates"),
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
    for folder, files in stock_programs.contents(platform, release.version).items():
        disk.add_files(folder, files)
    since_1803 = () if platform == "WINDOWS_SERVER_2016" else (CURL, TAR)
    app_installer = (winget.PROGRAM,) if platform in winget.PLATFORMS else ()
    aws_cli = aws_command.program(platform)
    for program in (*PROGRAMS, aws_cli, *since_1803, *app_installer, IMAGE_ASSISTANT):
        disk.make_directories(ntpath.dirname(program))
        disk.write(program, program_files.content(program, release.version))
    disk.write(*WINRM_COMMAND)
    disk.set_hidden("C:\\ProgramData")
    _make_default_profile(disk)
    _make_links(disk)
    _write_registry(disk, release)
    path = f"{MACHINE_PATH}{ntpath.dirname(aws_cli)}\\"
    disk.registry.set(environment.MACHINE_KEY, "Path", path, "ExpandString")
    for folder, name, program in TASKS:
        scheduled_tasks.register(disk, ScheduledTask(folder, name, [{"Path": program}], logon_type=5))
    stock_packages.provision(disk, platform)
    disk.services = {service.name.lower(): Service(**vars(service)) for service in SERVICES}
    # Never renamed or deleted: without it the image builder does not start (tutorial-image-builder.md).
    disk.accounts.users["administrator"] = LocalUser(
        "Administrator", description="Built-in account for administering the computer/domain"
    )
    disk.accounts.users[TEMPLATE_USER.lower()] = LocalUser(TEMPLATE_USER)
    disk.accounts.groups[ADMINISTRATORS] = ["Administrator"]
    disk.accounts.groups["Users"] = [TEMPLATE_USER]
    profiles.create(disk, disk.accounts.user_identifier(TEMPLATE_USER), TEMPLATE_USER, "")
    return disk


def _make_default_profile(disk: Disk) -> None:
    """The profile that every user's is a copy of, and those of the service accounts."""
    for directory in PROFILE_DIRECTORIES:
        disk.make_directories(f"{profiles.DEFAULT_PROFILE}\\{directory}")
    hive = hives.content(_default_hive())
    for path in (f"{profiles.DEFAULT_PROFILE}\\{profiles.HIVE_FILE}", *profiles.SERVICE_HIVES.values()):
        disk.make_directories(ntpath.dirname(path))
        disk.write(path, hive)
    disk.set_hidden(profiles.DEFAULT_PROFILE)
    disk.set_hidden(f"{profiles.DEFAULT_PROFILE}\\{profiles.HIVE_FILE}")
    disk.registry.set(profiles.PROFILE_LIST, "ProfilesDirectory", "%SystemDrive%\\Users", "ExpandString")
    disk.registry.set(profiles.PROFILE_LIST, "Default", "%SystemDrive%\\Users\\Default", "ExpandString")
    for identifier, directory in profiles.SERVICE_PROFILES.items():
        disk.make_directories(directory)
        key = f"{profiles.PROFILE_LIST}\\{identifier}"
        disk.registry.set(key, "ProfileImagePath", directory, "ExpandString")


def _make_links(disk: Disk) -> None:
    disk.make_link(ALL_USERS[0], Link(ALL_USERS[1]))
    profile = profiles.DEFAULT_PROFILE
    below = [(f"{profile}\\{name}", f"{profile}\\{target}") for name, target in PROFILE_JUNCTIONS]
    for path, target in (*MACHINE_JUNCTIONS, *below):
        disk.make_link(path, Link(target, is_junction=True, is_listable=False))
        disk.set_hidden(path)


def _default_hive() -> hives.Key:
    """What a new user's registry begins with, as far as anything looks at it."""
    writer = Registry()
    for key in ("Control Panel\\Desktop", "SOFTWARE\\Microsoft\\Windows\\CurrentVersion"):
        writer.create_key(f"HKCU\\{key}")
    for name in ("TEMP", "TMP"):
        writer.set(environment.USER_KEY, name, "%USERPROFILE%\\AppData\\Local\\Temp", "ExpandString")
    for name, text in cultures.DEFAULT.settings().items():
        writer.set("HKCU\\Control Panel\\International", name, text)
    writer.set("HKCU\\Control Panel\\International\\Geo", "Nation", str(cultures.DEFAULT.geography))
    return writer.tree("HKCU")


def _write_registry(disk: Disk, release: Platform) -> None:
    time_zones.change(disk, time_zones.DEFAULT)
    nls = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls"
    disk.registry.set(f"{nls}\\Language", "Default", f"{cultures.DEFAULT.locale:04X}")
    disk.registry.set(f"{nls}\\Locale", "(Default)", f"{cultures.DEFAULT.locale:08X}")
    current_version = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
    disk.registry.set(current_version, "ProductName", release.caption.removeprefix("Microsoft "))
    disk.registry.set(current_version, "CurrentBuild", release.version.split(".")[2])
    disk.registry.set(current_version, "InstallationType", release.installation_type)
    disk.registry.create_key("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall")
    disk.registry.create_key("HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall")
    disk.registry.set(environment.MACHINE_KEY, "PATHEXT", ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC")
    disk.registry.set(environment.MACHINE_KEY, "windir", "%SystemRoot%", "ExpandString")
    disk.registry.set(environment.MACHINE_KEY, "OS", "Windows_NT")
    disk.registry.set(environment.MACHINE_KEY, "PROCESSOR_ARCHITECTURE", "AMD64")
