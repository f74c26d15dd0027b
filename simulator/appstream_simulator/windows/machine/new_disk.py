# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The disk that a new image builder begins with."""

from __future__ import annotations

from appstream_simulator.clock import Clock
from appstream_simulator.settings import Settings

from . import ballast, environment, profiles, provided_access, stock, stock_traits
from .accounts import machine_identifier
from .disk import Disk
from .requests import MachineRequest
from .shelf import Shelf

# What Windows and the agent take of the root volume; assumed [windows_size].
_WINDOWS_BYTES = 30 << 30


def disk_of(request: MachineRequest, clock: Clock, shelf: Shelf, settings: Settings) -> Disk:
    """The disk of a new machine: a copy of its image's, or the stock one, with what is the machine's own."""
    if request.disk is None:
        disk = stock.stock_disk(request.platform, clock.now, shelf.shares)
        stock_traits.give(disk, settings.base_image_traits.get(request.platform, ()))
        if settings.disk_files:
            ballast.add_files(disk, settings.disk_files)
        ballast.add_keys(disk, settings.registry_keys)
    else:
        disk = request.disk.copy()
        disk.share_reader = shelf.shares
    disk.space.capacity = request.root_volume_gb << 30
    disk.space.size_of = shelf.space
    disk.space.taken.setdefault("Windows", _WINDOWS_BYTES)
    profiles.change_machine(disk, machine_identifier(request.key))
    if not request.closed and request.disk is None:
        provided_access.provide(disk, settings.accounts)
    # Machine variables every image builder has (user-instance-metadata-image-builders.md and community scripts).
    for name, text in {
        "AppStream_Image_Arn": request.image_arn,
        "AppStream_Instance_Type": request.instance_type,
        "AppStream_Resource_Type": "imagebuilder",
        "AppStream_Resource_Name": request.builder_name,
    }.items():
        disk.registry.set(environment.MACHINE_KEY, name, text)
    return disk
