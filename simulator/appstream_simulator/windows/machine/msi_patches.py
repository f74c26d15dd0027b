# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Transforms and patches of the shelf's MSI files: what TRANSFORMS, PATCH, /update and /uninstall PATCH come to.

Sources: Microsoft's "TRANSFORMS property", "PATCH property", "Command-Line Options" and the list of error codes. Where
a transform without a folder is searched is not documented; assumed [transform_search]: beside the package, then in the
working directory. What a real transform or patch (one that is not of the shelf) changes is not simulated.
"""

from __future__ import annotations

import ntpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import installation, msi_installation
from .disk import Disk
from .msiexec_command_line import NotSimulatedError
from .shares import ShareError
from .shelf import Shelf
from .shelf_items import MSI_MAGIC, Installer

TRANSFORM_FAILURE = 1624
PATCH_OPEN_FAILED = 1635
PATCH_INVALID = 1636
PATCH_TARGET_NOT_FOUND = 1642
UNKNOWN_PATCH = 1647
_APPLIED = 1


class PatchError(Exception):
    """Windows Installer ends with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"error {code}")
        self.code = code


@dataclass(frozen=True)
class Place:
    """Where msiexec finds files."""

    disk: Disk
    shelf: Shelf
    working_directory: str

    def read(self, path: str) -> bytes | None:
        """Content of a file; None when there is none, or it cannot be reached."""
        try:
            full = ntpath.join(self.working_directory, path)
            return self.disk.read(full) if self.disk.is_file(full) else None
        except (ShareError, PermissionError):
            return None


def transformed(place: Place, installer: Installer | None, package_folder: str, transforms: str) -> Mapping[str, str]:
    """The properties that transforms set, the later ones win.

    Args:
        installer: the MSI's entry; None for a real MSI file.
        transforms: the value of TRANSFORMS.

    Raises:
        PatchError: one is not there, is no transform, or is one for another product.
        NotSimulatedError: transforms in the package itself, and real ones.
    """
    properties: dict[str, str] = {}
    # A leading @ or | asks for a cached copy (secured transforms).
    for name in filter(None, transforms.lstrip("@|").split(";")):
        if name.startswith(":"):
            raise NotSimulatedError
        beside = None if ntpath.dirname(name) else place.read(ntpath.join(package_folder, name))
        content = beside or place.read(name)
        if content is None or not content.startswith(MSI_MAGIC):
            raise PatchError(TRANSFORM_FAILURE)
        entry = place.shelf.recognise(content)
        if entry is None:
            raise NotSimulatedError
        if entry.kind != "mst" or installer is None or entry.applies_to != installer.name:
            raise PatchError(TRANSFORM_FAILURE)
        properties.update({key.upper(): str(value) for key, value in entry.properties.items()})
    return properties


def patches(place: Place, names: str) -> list[Installer]:
    """The patches of a list, with semicolons between, each for a product that is installed or to be installed.

    Raises:
        PatchError: one is not there, or is no patch.
        NotSimulatedError: a real patch.
    """
    found = []
    for name in filter(None, names.split(";")):
        content = place.read(name)
        if content is None:
            raise PatchError(PATCH_OPEN_FAILED)
        if not content.startswith(MSI_MAGIC):
            raise PatchError(PATCH_INVALID)
        entry = place.shelf.recognise(content)
        if entry is None:
            raise NotSimulatedError
        if entry.kind != "msp":
            raise PatchError(PATCH_INVALID)
        found.append(entry)
    return found


def target(shelf: Shelf, patch: Installer) -> Installer:
    """The product a patch is for."""
    return shelf.installers[patch.applies_to]


def _key(product_code: str) -> str:
    return f"{msi_installation.PRODUCTS}\\{msi_installation.packed(product_code)}"


def _patch_key(product_code: str, patch_code: str) -> str:
    return f"{_key(product_code)}\\Patches\\{msi_installation.packed(patch_code)}"


def is_applied(disk: Disk, product_code: str, patch_code: str) -> bool:
    """Whether a product that is installed has a patch."""
    installed = installation.is_product_installed(disk, product_code)
    return installed and disk.registry.get(_patch_key(product_code, patch_code), "State") is not None


def by_code(disk: Disk, shelf: Shelf, patch_code: str) -> Installer | None:
    """The patch of the shelf with this code, if a product has it."""
    patches_there = (
        item
        for item in shelf.installers.values()
        if item.kind == "msp" and item.patch_code.lower() == patch_code.lower()
    )
    return next(
        (item for item in patches_there if is_applied(disk, target(shelf, item).product_code, patch_code)), None
    )


def apply(disk: Disk, product: Installer, patch: Installer, resolve: Callable[[Installer], Installer]) -> None:
    """Apply a patch to an installed product.

    Args:
        resolve: fills in what the installation was given.

    Raises:
        PatchError: the product is not installed.
    """
    if not installation.is_product_installed(disk, product.product_code):
        raise PatchError(PATCH_TARGET_NOT_FOUND)
    installation.write_effects(disk, resolve(patch))
    if patch.patched_version:
        disk.registry.set(product.uninstall_key, "DisplayVersion", patch.patched_version)
    key = _patch_key(product.product_code, patch.patch_code)
    disk.registry.set(key, "State", _APPLIED, "DWord")
    disk.registry.set(key, "DisplayName", patch.display_name)


def remove(disk: Disk, product: Installer, patch: Installer) -> None:
    """Take a patch off a product, which has its former version again.

    Raises:
        PatchError: the product does not have it.
    """
    if not is_applied(disk, product.product_code, patch.patch_code):
        raise PatchError(UNKNOWN_PATCH)
    for item in patch.files:
        if disk.is_file(item.path):
            disk.remove(item.path)
    for value in patch.registry:
        disk.registry.delete(value.key, value.name)
    if patch.patched_version:
        disk.registry.set(product.uninstall_key, "DisplayVersion", product.display_version)
    disk.registry.delete_key(_patch_key(product.product_code, patch.patch_code))


def forget(disk: Disk, product_code: str) -> None:
    """What becomes of the patches of a product that is removed."""
    if product_code and disk.registry.has_key(_key(product_code)):
        disk.registry.delete_key(_key(product_code))
