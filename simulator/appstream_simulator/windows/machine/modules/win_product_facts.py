# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_product_facts; numbers and keys are made up, no product key is to be found."""

from __future__ import annotations

from typing import Any

from .. import stock
from .task import Option, Task

OPTIONS: dict[str, Option] = {}


def run(task: Task) -> dict[str, Any]:
    """Facts about the Windows product and its licence."""
    release = stock.PLATFORMS[task.machine.request.platform]
    edition = release.caption.rpartition(" ")[2]
    return {
        "ansible_facts": {
            "ansible_os_product_id": "00454-40000-00001-AA123",
            "ansible_os_product_key": None,
            "ansible_os_license_edition": f"Windows(R), {release.installation_type}{edition} edition",
            "ansible_os_license_channel": "Volume:GVLK",
            "ansible_os_license_status": "Licensed",
        }
    }
