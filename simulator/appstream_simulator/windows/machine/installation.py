# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What installing and removing a product changes on a disk."""

from __future__ import annotations

import ntpath

from . import installer_values, pending_restart, program_files
from .disk import Disk
from .services import Service
from .shelf_items import Installer

# Exit codes of Windows Installer that mean success: at once, restarting the machine, after a restart by someone else.
RESTART_INITIATED = 1641
RESTART_REQUIRED = 3010
INSTALLED_EXIT_CODES = (0, RESTART_INITIATED, RESTART_REQUIRED)


def is_installed(disk: Disk, installer: Installer) -> bool:
    """Whether the product is listed under Programs and Features."""
    return installer.kind in ("msi", "exe") and disk.registry.has_key(installer.uninstall_key)


def is_product_installed(disk: Disk, product_code: str) -> bool:
    """Whether Windows Installer has the product of this code."""
    views = ("HKLM\\SOFTWARE", "HKLM\\SOFTWARE\\WOW6432Node", "HKCU\\SOFTWARE")
    keys = (f"{view}\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{product_code}" for view in views)
    return bool(product_code) and any(disk.registry.get(key, "WindowsInstaller") is not None for key in keys)


def install(disk: Disk, installer: Installer) -> None:
    """Put the product's files, registry values, services and uninstall entry on the disk."""
    if installer.size:
        disk.take_space(installer.uninstall_key, installer.size)
    write_effects(disk, installer)
    _write_uninstall_entry(disk, installer)


def write_effects(disk: Disk, installer: Installer) -> None:
    """Write what an installer brings, without listing it."""
    for file in installer.files:
        disk.make_directories(ntpath.dirname(file.path))
        disk.write(file.path, file.data)
    if installer.uninstaller:
        disk.make_directories(ntpath.dirname(installer.uninstaller.path))
        disk.write(installer.uninstaller.path, program_files.content(installer.uninstaller.path))
    for value in installer.registry:
        disk.registry.set(
            value.key, value.name, list(value.data) if isinstance(value.data, list) else value.data, value.type
        )
    for service in installer.services:
        entry = Service(service.name, service.path, service.display_name, start_mode=service.start_mode)
        automatic = service.start_mode in ("auto", "delayed")
        entry.state = "running" if (automatic if service.started is None else service.started) else "stopped"
        disk.services[service.name.lower()] = entry


def _write_uninstall_entry(disk: Disk, installer: Installer) -> None:
    key = installer.uninstall_key
    texts = {
        "DisplayName": installer.display_name,
        "DisplayVersion": installer.display_version,
        "Publisher": installer.publisher,
        "InstallLocation": installer.install_location,
    }
    if installer.kind == "msi":
        texts["UninstallString"] = f"MsiExec.exe /I{installer.product_code}"
        disk.registry.set(key, "WindowsInstaller", 1, "DWord")
    elif installer.uninstaller:
        texts["UninstallString"] = f'"{installer.uninstaller.path}"'
        if installer.uninstaller.silent_arguments:
            silent = " ".join(installer.uninstaller.silent_arguments)
            texts["QuietUninstallString"] = f'"{installer.uninstaller.path}" {silent}'
    for name, text in texts.items():
        disk.registry.set(key, name, text)


def uninstall(disk: Disk, installer: Installer) -> None:
    """Take away what `install` put there; what was changed by others since stays where that is a directory in use."""
    installer = installer_values.as_installed(disk, installer)
    paths = [file.path for file in installer.files]
    if installer.uninstaller:
        paths.append(installer.uninstaller.path)
    for path in paths:
        if disk.is_file(path):
            disk.remove(path)
    for path in paths:
        _remove_empty_directories(disk, ntpath.dirname(path), installer.install_location)
    for service in installer.services:
        disk.services.pop(service.name.lower(), None)
    for value in installer.registry:
        disk.registry.delete(value.key, value.name)
    disk.registry.delete_key(installer.uninstall_key)
    if installer.size:
        disk.take_space(installer.uninstall_key, 0)


def _remove_empty_directories(disk: Disk, directory: str, install_location: str) -> None:
    root = install_location.lower()
    while root and directory.lower().startswith(root) and disk.is_directory(directory) and not disk.list(directory):
        disk.remove(directory)
        directory = ntpath.dirname(directory)


def mark_restart_pending(disk: Disk) -> None:
    """Make Windows say that a restart is pending, as an installer does."""
    pending_restart.mark_renames(disk)


def mark_servicing_pending(disk: Disk) -> None:
    """Make Windows say that a restart is pending, as a Windows feature does."""
    pending_restart.mark_servicing(disk)
