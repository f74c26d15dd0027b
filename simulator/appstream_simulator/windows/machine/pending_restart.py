# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where Windows writes down that a restart is pending, as far as Ansible looks there; all gone after a boot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .disk import Disk

_SERVICING = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
SERVICING_KEY = f"{_SERVICING}\\RebootPending"
# What Windows does at the moment: 1 when a restart is awaited, 2 while it is servicing (not documented by Microsoft).
SERVICING_INTERFACE_KEY = f"{_SERVICING}\\Interface"
UPDATE_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired"
SESSION_MANAGER_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
PENDING_RENAMES = "PendingFileRenameOperations"
SERVER_MANAGER_KEY = "HKLM\\SOFTWARE\\Microsoft\\ServerManager\\ServicingStorage\\ServerComponentCache"
RESTART_REQUIRED = "RestartRequired"
COMPUTER_NAME_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName"
NETLOGON_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Netlogon"


def mark_renames(disk: Disk) -> None:
    """A file in use has to be replaced at the next boot: what most installers leave behind."""
    disk.registry.set(SESSION_MANAGER_KEY, PENDING_RENAMES, ["\\??\\C:\\Windows\\Temp\\pending.tmp", ""], "MultiString")


def renew(disk: Disk) -> None:
    """What an updater does at each boot: has its old files deleted at the next."""
    files = ["\\??\\C:\\Program Files\\Amazon\\Updater\\old.dll", ""]
    disk.registry.set(SESSION_MANAGER_KEY, PENDING_RENAMES, files, "MultiString")


def mark_servicing(disk: Disk) -> None:
    """Windows itself, a feature or an update, has to be finished at the next boot."""
    disk.registry.create_key(SERVICING_KEY)


def mark_update(disk: Disk) -> None:
    """An installed update asks for a restart."""
    disk.registry.create_key(UPDATE_KEY)


def reasons(disk: Disk) -> list[tuple[str, str]]:
    """Why a restart is pending: source and description, in the words of ansible.windows.win_reboot_info."""
    registry = disk.registry
    found = []
    if registry.has_key(SERVICING_KEY):
        found.append(("component_based_servicing", "Component Based Servicing has a pending reboot."))
    if registry.has_key(UPDATE_KEY):
        found.append(("windows_update", "Windows Update has installed updates that require a reboot."))
    if _data(disk, SESSION_MANAGER_KEY, PENDING_RENAMES):
        found.append(("pending_file_rename", "There are pending file rename operations that require a reboot."))
    pending = _data(disk, f"{COMPUTER_NAME_KEY}\\ComputerName", "ComputerName")
    active = _data(disk, f"{COMPUTER_NAME_KEY}\\ActiveComputerName", "ComputerName")
    if pending and active and pending != active:
        found.append(("pending_computer_rename", f"Computer name change pending from '{active}' to '{pending}'."))
    if any(registry.get(NETLOGON_KEY, name) for name in ("JoinDomain", "AvoidSpnSet")):
        found.append(("domain_join", "A domain join operation is pending and requires a reboot."))
    if _data(disk, SERVER_MANAGER_KEY, RESTART_REQUIRED):
        found.append(("server_manager", "Server Manager indicates a component change requires a reboot."))
    return found


def is_pending(disk: Disk) -> bool:
    """What the fact reboot_pending says, which does not look at updates and names."""
    known = ("component_based_servicing", "pending_file_rename", "server_manager")
    return any(source in known for source, _description in reasons(disk))


def is_servicing_pending(disk: Disk) -> bool:
    """Whether Windows itself has something to finish at the next boot."""
    return disk.registry.has_key(SERVICING_KEY)


def set_servicing(disk: Disk, *, in_progress: bool) -> None:
    """Whether Windows is finishing something after a boot, for those who look (win_updates does)."""
    if in_progress:
        disk.registry.set(SERVICING_INTERFACE_KEY, "ServicingInProgress", 2, "DWord")
    else:
        disk.registry.delete(SERVICING_INTERFACE_KEY, "ServicingInProgress")


def clear(disk: Disk) -> None:
    """What a boot does: everything that waited for it is carried out."""
    registry = disk.registry
    registry.delete_key(SERVICING_KEY)
    registry.delete_key(UPDATE_KEY)
    registry.delete(SESSION_MANAGER_KEY, PENDING_RENAMES)
    registry.delete(SERVER_MANAGER_KEY, RESTART_REQUIRED)
    for name in ("JoinDomain", "AvoidSpnSet"):
        registry.delete(NETLOGON_KEY, name)


def _data(disk: Disk, key: str, name: str) -> object:
    value = disk.registry.get(key, name)
    return value.data if value else None
