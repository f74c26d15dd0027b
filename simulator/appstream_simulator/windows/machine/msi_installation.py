# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Products of real MSI files on a disk: installing, removing, and the copy of the file Windows Installer keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import installation, msi_packages, stock
from .disk import Disk
from .msi_packages import MsiError, Product, Surroundings

if TYPE_CHECKING:
    from .machine import Machine

_CACHE = "C:\\Windows\\Installer"
PRODUCTS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Products"


def read(machine: Machine, content: bytes, user: str, properties: Mapping[str, str]) -> Product:
    """The product in an MSI file, as it would be installed there by a user with these properties.

    Raises:
        MsiError: it is no database, or its cabinets cannot be read.
    """
    build = int(stock.PLATFORMS[machine.request.platform].version.split(".")[2])
    surroundings = Surroundings(properties, machine.profile_directory(user), build, _installed(machine.disk))
    return msi_packages.product(content, surroundings)


def _installed(disk: Disk) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name in disk.registry.key_names(PRODUCTS) if disk.registry.has_key(PRODUCTS) else []:
        values = disk.registry.texts(f"{PRODUCTS}\\{name}\\InstallProperties")
        upgrade = values.get("UpgradeCode", "").upper()
        found.setdefault(upgrade, {})[values.get("ProductCode", "")] = values.get("DisplayVersion", "")
    return found


def packed(product_code: str) -> str:
    """A product code as Windows Installer names keys: the parts of the GUID turned round."""
    digits = product_code.strip("{}").replace("-", "").upper()
    groups = (8, 4, 4, *[2] * 8)
    parts, position = [], 0
    for length in groups:
        parts.append(digits[position : position + length][::-1])
        position += length
    return "".join(parts)


def install(disk: Disk, product: Product, content: bytes) -> None:
    """Put a product on the disk.

    Raises:
        DiskFullError: there is not enough space; part of it may be there.
    """
    for directory in reversed(product.directories):
        disk.make_directories(directory)
    installation.install(disk, product.installer)
    local = f"{_CACHE}\\{hashlib.sha256(content).hexdigest()[:7]}.msi"
    disk.make_directories(_CACHE)
    disk.write(local, content)
    key = f"{PRODUCTS}\\{packed(product.installer.product_code)}\\InstallProperties"
    for name, text in {
        "DisplayName": product.installer.display_name,
        "DisplayVersion": product.installer.display_version,
        "LocalPackage": local,
        "ProductCode": product.installer.product_code,
        "Publisher": product.installer.publisher,
        "UpgradeCode": product.upgrade_code,
    }.items():
        disk.registry.set(key, name, text)


def kept_package(disk: Disk, product_code: str) -> bytes | None:
    """The MSI file of an installed product."""
    values = disk.registry.texts(f"{PRODUCTS}\\{packed(product_code)}\\InstallProperties")
    path = values.get("LocalPackage", "")
    return disk.read(path) if path and disk.is_file(path) else None


def remove(disk: Disk, product: Product) -> None:
    """Take a product away."""
    installation.uninstall(disk, product.installer)
    for directory in product.directories:
        if disk.is_directory(directory) and not disk.list(directory):
            disk.remove(directory)
    key = f"{PRODUCTS}\\{packed(product.installer.product_code)}"
    path = disk.registry.texts(f"{key}\\InstallProperties").get("LocalPackage", "")
    if path and disk.is_file(path):
        disk.remove(path)
    disk.registry.delete_key(key)


__all__ = ["MsiError", "Product", "install", "kept_package", "packed", "read", "remove"]
