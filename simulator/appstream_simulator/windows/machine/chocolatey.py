# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Chocolatey on a disk: its own files, the packages it has, and the feeds of the shelf."""

from __future__ import annotations

import re
from collections.abc import Iterable

from . import environment, program_files
from .disk import Disk
from .shelf import ChocolateyPackage

ROOT = "C:\\ProgramData\\chocolatey"
CHOCO = f"{ROOT}\\bin\\choco.exe"
# The release that a bootstrap without a version installs.
VERSION = "2.4.3"
COMMUNITY_FEED = "https://community.chocolatey.org/api/v2/"

_VERSION_ELEMENT = re.compile(r"<version>([^<]*)</version>")
# Version of .NET Framework that each Windows brings (Microsoft: ".NET Framework versions and dependencies").
NET_FRAMEWORK = {
    "WINDOWS_SERVER_2016": "4.6.01586",
    "WINDOWS_SERVER_2019": "4.7.03190",
    "WINDOWS_SERVER_2022": "4.8.04161",
    "WINDOWS_SERVER_2025": "4.8.09032",
    "WINDOWS_11": "4.8.09032",
}


def is_installed(disk: Disk) -> bool:
    """Whether choco.exe is where the environment or the default says."""
    return disk.is_file(CHOCO)


def bootstrap(disk: Disk, version: str) -> None:
    """What install.ps1 does: the program, ChocolateyInstall, and its folder on the machine's PATH."""
    for path in (CHOCO, f"{ROOT}\\choco.exe"):
        disk.make_directories(path.rpartition("\\")[0])
        disk.write(path, program_files.content(path, version))
    disk.make_directories(f"{ROOT}\\logs")
    disk.registry.set(environment.MACHINE_KEY, "ChocolateyInstall", ROOT)
    path = disk.registry.texts(environment.MACHINE_KEY).get("Path", "")
    disk.registry.set(environment.MACHINE_KEY, "Path", f"{path};{ROOT}\\bin", "ExpandString")
    add(disk, "chocolatey", version)


def installed(disk: Disk) -> dict[str, str]:
    """Version of each package, by lower-case name: what `choco list` says."""
    found = {}
    for name in disk.list(f"{ROOT}\\lib") if disk.is_directory(f"{ROOT}\\lib") else []:
        path = f"{ROOT}\\lib\\{name}\\{name}.nuspec"
        version = _VERSION_ELEMENT.search(disk.read(path).decode()) if disk.is_file(path) else None
        if version:
            found[name.lower()] = version[1]
    return found


def add(disk: Disk, name: str, version: str) -> None:
    """Keep a package's files."""
    folder = f"{ROOT}\\lib\\{name}"
    disk.make_directories(folder)
    metadata = f"<metadata><id>{name}</id><version>{version}</version></metadata>"
    disk.write(f"{folder}\\{name}.nuspec", f"<package>{metadata}</package>\n".encode())
    disk.write(f"{folder}\\{name}.nupkg", f"PK {name} {version}\n".encode())


def remove(disk: Disk, name: str) -> None:
    """Forget a package."""
    disk.remove(f"{ROOT}\\lib\\{name}")


def find(
    packages: Iterable[ChocolateyPackage], name: str, version: str | None, source: str | None
) -> ChocolateyPackage | None:
    """A package of a feed: of this version, or else the newest."""
    feed = (source or COMMUNITY_FEED).rstrip("/").lower()
    found = [
        package
        for package in packages
        if package.name.lower() == name.lower()
        and (package.source or COMMUNITY_FEED).rstrip("/").lower() == feed
        and version in (None, package.version)
    ]
    return max(found, key=lambda package: numbers(package.version), default=None)


def numbers(version: str) -> tuple[int, ...]:
    """A version to be compared with others."""
    return tuple(int(number) for number in re.findall(r"\d+", version))
