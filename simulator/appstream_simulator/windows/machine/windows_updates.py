# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows Update: which updates a machine is offered, and what downloading and installing them does to it.

The updates are those of the shelf. One that needs others is offered once these are installed and the machine has been
restarted since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import pending_restart

if TYPE_CHECKING:
    from .disk import Disk

SERVICE = "wuauserv"
# Win32 errors as HRESULTs.
SERVICE_DISABLED = 0x80070422
# WU_E_INSTALL_NOT_ALLOWED and others come from a shelf's `fails_with`; this is what Windows has for "went wrong".
INSTALLATION_FAILURE = 0x80070643
# Bytes of a download that takes one virtual second, and seconds that installing an update takes.
_DOWNLOAD_SPEED = 10_000_000
_INSTALLATION_SECONDS = 30.0


@dataclass(frozen=True)
class WindowsUpdate:
    """One update of Microsoft's.

    Attributes:
        id: a GUID.
        kb: number of the knowledge base article, without `KB`; empty when there is none.
        categories: as Windows names them (`Security Updates`).
        size: bytes to download.
        reboot_required: it is complete only after a restart.
        fails_with: HRESULT that the installation ends with; 0: none.
        fails: how many attempts end that way; 0: every one.
        fails_at: `download` or `install`.
        rolls_back: the restart after it undoes it.
        after: ids of the updates that must be there first.
        optional: Windows does not offer it by itself (`BrowseOnly`).
    """

    id: str
    title: str
    kb: str = ""
    categories: tuple[str, ...] = ("Security Updates",)
    size: int = 50_000_000
    reboot_required: bool = False
    fails_with: int = 0
    fails: int = 0
    fails_at: str = "install"
    rolls_back: bool = False
    after: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class UpdateState:
    """How far an update has got on a machine.

    Attributes:
        installed_at: boot of the machine in which it was installed (seconds since the epoch); None when it is not.
        attempts: how often its download or installation has been tried.
    """

    downloaded: bool = False
    installed_at: float | None = None
    attempts: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of one update: OperationResultCode (2 succeeded, 4 failed), HRESULT, whether it needs a restart."""

    id: str
    result_code: int
    hresult: int
    reboot_required: bool = False


def offered(disk: Disk, updates: Iterable[WindowsUpdate], boot_time: float) -> list[WindowsUpdate]:
    """What a search for updates that are not installed finds.

    Args:
        boot_time: of the machine's last start.
    """
    states = disk.updates
    return [
        update
        for update in updates
        if state_of(disk, update).installed_at is None
        and all(_is_complete(states.get(other), boot_time) for other in update.after)
    ]


def _is_complete(state: UpdateState | None, boot_time: float) -> bool:
    return state is not None and state.installed_at is not None and state.installed_at < boot_time


def state_of(disk: Disk, update: WindowsUpdate) -> UpdateState:
    """How far an update has got."""
    return disk.updates.get(update.id, UpdateState())


def is_disabled(disk: Disk) -> bool:
    """Whether Windows Update cannot work because its service is disabled (or not there)."""
    service = disk.services.get(SERVICE)
    return service is None or service.start_mode == "disabled"


def seconds(update: WindowsUpdate, phase: str) -> float:
    """Virtual seconds that the phase `download` or `install` takes."""
    return update.size / _DOWNLOAD_SPEED if phase == "download" else _INSTALLATION_SECONDS


def attempt(disk: Disk, update: WindowsUpdate, phase: str, boot_time: float) -> Outcome:
    """Download or install an update."""
    before = state_of(disk, update)
    attempts = before.attempts + (phase == update.fails_at)
    if update.fails_with and phase == update.fails_at and (not update.fails or attempts <= update.fails):
        disk.updates[update.id] = UpdateState(before.downloaded, None, attempts)
        return Outcome(update.id, 4, _signed(update.fails_with))
    if phase == "download":
        disk.updates[update.id] = UpdateState(True, None, attempts)
        return Outcome(update.id, 2, 0)
    disk.updates[update.id] = UpdateState(True, boot_time, attempts)
    if update.reboot_required:
        pending_restart.mark_update(disk)
        pending_restart.mark_servicing(disk)
    return Outcome(update.id, 2, 0, update.reboot_required)


def boot(disk: Disk, updates: Iterable[WindowsUpdate]) -> None:
    """What a start does: updates that do not survive it are undone."""
    for update in updates:
        state = state_of(disk, update)
        if update.rolls_back and state.installed_at is not None:
            disk.updates[update.id] = UpdateState(True, None, state.attempts)


def disable(disk: Disk) -> None:
    """Switch Windows Update off, which AppStream does when it makes an image."""
    service = disk.services.get(SERVICE)
    if service is not None:
        service.start_mode, service.state = "disabled", "stopped"


def _signed(hresult: int) -> int:
    """As PowerShell has it: a signed number of 32 bits."""
    return hresult - (1 << 32) if hresult >= 1 << 31 else hresult
