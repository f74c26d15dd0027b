# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""App packages that are provisioned for every new user, and those that users have installed for themselves.

Windows keeps both below AppxAllUserStore: the former below Applications, the latter below the user's identifier.
"""

from __future__ import annotations

import ntpath
import re

from . import appx
from .appx import AppPackage
from .disk import Disk
from .stock_packages import PROVISIONED, WINDOWS_APPS

_STORE = PROVISIONED.rpartition("\\")[0]
_USER = re.compile(r"S-1-5-[\d-]+")


def provisioned(disk: Disk) -> list[AppPackage]:
    """The packages that every new user gets."""
    return _below(disk, PROVISIONED)


def installed(disk: Disk) -> dict[str, list[AppPackage]]:
    """The packages that users have installed, by the user's security identifier."""
    users = [name for name in disk.registry.key_names(_STORE) if _USER.fullmatch(name)]
    return {user: _below(disk, f"{_STORE}\\{user}") for user in users}


def unprovisioned(disk: Disk) -> list[AppPackage]:
    """Packages of users of which no version is provisioned."""
    families = {package.family_name for package in provisioned(disk)}
    found = {package.full_name: package for packages in installed(disk).values() for package in packages}
    return [package for package in found.values() if package.family_name not in families]


def install(disk: Disk, user: str, content: bytes) -> AppPackage:
    """Install a package for the user of this security identifier.

    Raises:
        AppxError: it is no package, or is not signed.
    """
    package = appx.parse(content)
    if not package.signed:
        raise appx.AppxError(0x800B0100, "No signature was present in the subject.")
    folder = unpack(disk, package, content)
    disk.registry.set(f"{_STORE}\\{user}\\{package.full_name}", "Path", f"{folder}\\{appx.MANIFEST}")
    return package


def remove(disk: Disk, full_name: str) -> bool:
    """Take a package away from all users who have it; says whether there was one."""
    gone = [user for user in installed(disk) if disk.registry.delete_key(f"{_STORE}\\{user}\\{full_name}")]
    return bool(gone)


def unpack(disk: Disk, package: AppPackage, content: bytes) -> str:
    """Write a package's files to its folder, whose path this is."""
    folder = f"{WINDOWS_APPS}\\{package.full_name}"
    for name, data in appx.files(content).items():
        disk.make_directories(ntpath.dirname(f"{folder}\\{name}"))
        disk.write(f"{folder}\\{name}", data)
    return folder


def _below(disk: Disk, key: str) -> list[AppPackage]:
    found = []
    for name in disk.registry.key_names(key):
        manifest = disk.registry.texts(f"{key}\\{name}").get("Path", "")
        if disk.is_file(manifest):
            found.append(appx.from_manifest(disk.read(manifest)))
    return found
