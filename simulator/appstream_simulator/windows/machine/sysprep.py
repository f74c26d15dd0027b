# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What on a disk keeps an image from being made, and what keeps the image from ever starting.

AWS says (re:Post, "image builder stuck pending") that its own scripts run on image builders and instances, for SSM,
Sysprep and registry keys, and that an execution policy that lets no scripts run keeps builders and fleets of such an
image from ever starting. Sysprep refuses apps that are installed for a user and not provisioned for all (Microsoft,
"Sysprep fails after you remove or update Microsoft Store apps"). The guide says that image creation fails with a
renamed Administrator. How AppStream reports either failure is unproven
[renamed_administrator].
"""

from __future__ import annotations

from . import app_packages
from .accounts import ADMINISTRATOR
from .disk import Disk

POWERSHELL_POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\PowerShell"
POWERSHELL_SETTING = "HKLM\\SOFTWARE\\Microsoft\\PowerShell\\1\\ShellIds\\Microsoft.PowerShell"


def problem(disk: Disk) -> str:
    """Why no image can be made of a disk; empty when one can."""
    if disk.accounts.administrator != ADMINISTRATOR:
        return "An internal error occurred while creating the image."
    unprovisioned = app_packages.unprovisioned(disk)
    if unprovisioned:
        name = unprovisioned[0].full_name
        return (
            f"Sysprep: Package {name} was installed for a user, but not provisioned for all users. This package will "
            "not function properly in the sysprep image."
        )
    return ""


def execution_policy(disk: Disk) -> str:
    """The execution policy of the machine: group policy's, else the machine's own, else that of a Windows Server."""
    policy = disk.registry.get(POWERSHELL_POLICY, "EnableScripts")
    if policy is not None and policy.data == 0:
        return "Restricted"
    for key in (POWERSHELL_POLICY, POWERSHELL_SETTING):
        value = disk.registry.get(key, "ExecutionPolicy")
        if value is not None and isinstance(value.data, str) and value.data:
            return value.data
    return "RemoteSigned"


def never_starts(disk: Disk) -> bool:
    """Whether a builder or an instance of an image with this disk stays PENDING for good."""
    return execution_policy(disk).lower() == "restricted"
