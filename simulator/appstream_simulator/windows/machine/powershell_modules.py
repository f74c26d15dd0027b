# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""PowerShell modules on a disk, as PowerShellGet installs them for all users, and the PowerShell Gallery of the shelf.

Windows PowerShell brings PowerShellGet and PackageManagement 1.0.0.1 and no NuGet provider (Microsoft, "Installing
PowerShellGet"). Its other modules are not listed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .disk import Disk
from .shelf import PowerShellModule

ROOT = "C:\\Program Files\\WindowsPowerShell\\Modules"
GALLERY = "PSGallery"

_NUGET = "C:\\Program Files\\PackageManagement\\ProviderAssemblies\\nuget\\2.8.5.208"
_NUGET_FILE = f"{_NUGET}\\Microsoft.PackageManagement.NuGetProvider.dll"
_STOCK = {"PackageManagement": "1.0.0.1", "PowerShellGet": "1.0.0.1", "Pester": "3.4.0"}
# What win_psmodule wants at least of either, and what the gallery has.
_PREREQUISITES = {"PackageManagement": ("1.1.7", "1.4.8.1"), "PowerShellGet": ("1.6.0", "2.2.5")}
# PowerShellGet's file beside a module that it has installed; it removes no others.
_MARK = "PSGetModuleInfo.xml"


def order(version: str) -> tuple[tuple[int, ...], bool, str]:
    """A version to be compared with others; one with a label comes before the one without."""
    plain, _dash, label = version.partition("-")
    return tuple(int(number) for number in re.findall(r"\d+", plain)), not label, label.lower()


def installed(disk: Disk, name: str) -> list[str]:
    """The versions of a module that are there, the newest first."""
    folder = f"{ROOT}\\{name}"
    found = [] if not disk.is_directory(folder) else [item for item in disk.list(folder) if item[:1].isdigit()]
    stock = [version for known, version in _STOCK.items() if known.lower() == name.lower()]
    return sorted({*found, *stock}, key=order, reverse=True)


def install(disk: Disk, name: str, version: str) -> None:
    """Put a module's files in place."""
    folder = f"{ROOT}\\{name}\\{version}"
    disk.make_directories(folder)
    plain, _dash, label = version.partition("-")
    data = f"PrivateData = @{{ PSData = @{{ Prerelease = '{label}' }} }}; " if label else ""
    disk.write(f"{folder}\\{name}.psd1", f"@{{ ModuleVersion = '{plain}'; {data}}}\r\n".encode())
    disk.write(f"{folder}\\{_MARK}", b"<Objs />\r\n")


def remove(disk: Disk, name: str, versions: Iterable[str]) -> bool:
    """Remove versions of a module; says whether PowerShellGet had installed any of them."""
    folders = [f"{ROOT}\\{name}\\{version}" for version in versions]
    own = [folder for folder in folders if disk.is_file(f"{folder}\\{_MARK}")]
    for folder in own:
        disk.remove(folder)
    return bool(own)


def has_provider(disk: Disk) -> bool:
    """Whether the NuGet provider is there, which PowerShellGet downloads with."""
    return disk.is_file(_NUGET_FILE)


def install_provider(disk: Disk) -> None:
    """What Install-PackageProvider -Name NuGet does."""
    disk.make_directories(_NUGET)
    disk.write(_NUGET_FILE, b"MZ")


def missing_prerequisites(disk: Disk) -> list[tuple[str, str]]:
    """The modules that are too old for most options of win_psmodule, with the versions that replace them."""
    return [
        (name, newest)
        for name, (least, newest) in _PREREQUISITES.items()
        if order(installed(disk, name)[0]) < order(least)
    ]


def find(
    modules: Iterable[PowerShellModule],
    name: str,
    *,
    required: str = "",
    minimum: str = "",
    maximum: str = "",
    prerelease: bool = False,
) -> PowerShellModule | None:
    """Find-Module: the newest version in the gallery that fits."""
    fitting = [
        module
        for module in modules
        if module.name.lower() == name.lower()
        and required in ("", module.version)
        and (not minimum or order(module.version) >= order(minimum))
        and (not maximum or order(module.version) <= order(maximum))
        and (prerelease or "-" not in module.version)
    ]
    return max(fitting, key=lambda module: order(module.version), default=None)
