# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_disk_image, for ISO images."""

from __future__ import annotations

from typing import Any

from .. import disk_images
from .task import Option, Task

OPTIONS = {"image_path": Option(), "state": Option(default="present")}


def run(task: Task) -> dict[str, Any]:
    """Mount an image, or take it off."""
    options = task.options(OPTIONS)
    machine, path = task.machine, options["image_path"]
    result: dict[str, Any] = {"changed": False}
    try:
        image = disk_images.find(machine, path)
        result["changed"] = image.attached != (options["state"] == "present")
        if options["state"] == "absent":
            if not task.check_mode:
                disk_images.dismount(machine, path)
            return result
        if not task.check_mode:
            image = disk_images.mount(machine, path)
    except disk_images.DiskImageError as error:
        task.fail(str(error), **result)
    except disk_images.NotSimulatedError:
        machine.record("unhandled", what="disk image", text=path)
        task.fail(f"appstream-simulator: the disk image {path} is not simulated")
    if image.attached:
        result["mount_paths"] = [f"{image.letter}:\\"]
    return result
