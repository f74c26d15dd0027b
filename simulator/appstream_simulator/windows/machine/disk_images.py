# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Disk images on a machine: mounting an .iso file at a drive letter, and taking it off again.

What Mount-DiskImage, Dismount-DiskImage, Get-DiskImage and Get-Volume do and show (Microsoft: module Storage): the
first free letter after C:, read-only, gone after a restart. The texts of errors are those of the Storage module.
Virtual hard disks (.vhd, .vhdx) and images that are not of the shelf are not simulated.
"""

from __future__ import annotations

import ntpath
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import archives, windows_paths
from .disk import Disk
from .shares import ShareError

if TYPE_CHECKING:
    from .machine import Machine

ISO = 1
_VIRTUAL_HARD_DISKS = (".vhd", ".vhdx")


class DiskImageError(Exception):
    """Windows refuses."""


class NotSimulatedError(Exception):
    """An image that the simulator cannot read."""


@dataclass(frozen=True)
class DiskImage:
    """What Get-DiskImage shows: `letter` is empty while it is not attached."""

    path: str
    size: int
    letter: str
    storage_type: int = ISO

    @property
    def attached(self) -> bool:
        """Whether it is mounted."""
        return bool(self.letter)


@dataclass(frozen=True)
class Volume:
    """What Get-Volume shows of a volume; sizes are bytes."""

    letter: str
    label: str
    file_system: str
    drive_type: str
    size: int
    free: int


def find(machine: Machine, path: str) -> DiskImage:
    """An image by the path of its file.

    Raises:
        DiskImageError: there is no such file.
    """
    disk = machine.disk
    try:
        if not disk.is_file(path):
            raise DiskImageError("The system cannot find the file specified.")
    except ShareError as error:
        raise DiskImageError(f"{error}.") from error
    return DiskImage(windows_paths.normalise(path), len(disk.read(path)), _letter(disk, path))


def mount(machine: Machine, path: str) -> DiskImage:
    """Mount an image, unless it is mounted.

    Raises:
        DiskImageError: no such file, no image, no administrator, or no letter left.
        NotSimulatedError: an image the simulator cannot read.
    """
    image, disk = find(machine, path), machine.disk
    if image.attached:
        return image
    if ntpath.splitext(path)[1].lower() in _VIRTUAL_HARD_DISKS:
        raise NotSimulatedError
    content = disk.read(path)
    if archives.kind_of(content) != "iso":
        raise DiskImageError("The disc image file is corrupted.")
    entry = machine.shelf.entry(content)
    try:
        found = archives.contents(content, entry.contained if entry else None)
    except archives.NotReadableError as error:
        raise NotSimulatedError from error
    letter = next((item for item in string.ascii_uppercase[3:] if not disk.is_directory(f"{item}:\\")), "")
    if not letter:
        raise DiskImageError("No drive letter is available.")
    disk.attach(f"{letter}:", image.path, {name: data for name, data in found.items() if data is not None})
    return find(machine, path)


def dismount(machine: Machine, path: str) -> bool:
    """Take an image off; says whether it was mounted.

    Raises:
        DiskImageError: there is no such file.
    """
    image = find(machine, path)
    if image.attached:
        machine.disk.detach(f"{image.letter}:")
    return image.attached


def volumes(machine: Machine) -> list[Volume]:
    """The volumes with a drive letter."""
    disk = machine.disk
    found = [Volume("C", "", "NTFS", "Fixed", disk.space.capacity, disk.free_space())]
    for drive, path in sorted(disk.attached.items()):
        label = ntpath.splitext(ntpath.basename(path))[0].upper()[:16]
        found.append(Volume(drive[0].upper(), label, "UDF", "CD-ROM", disk.stat(path).size, 0))
    return found


def _letter(disk: Disk, path: str) -> str:
    wanted = windows_paths.normalise(path).lower()
    return next((drive[0].upper() for drive, image in disk.attached.items() if image.lower() == wanted), "")
