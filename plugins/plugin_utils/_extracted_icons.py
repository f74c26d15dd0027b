# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Has Windows extract the icon of a program into a PNG file on the builder, of 32x32 pixels.

The Image Assistant's own extraction fails for some programs, and no module or program of Windows does it: hence a
script for Windows PowerShell, of nothing but calls of .NET.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import hashlib

from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_limits import comparable_path
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import RunModule, run_script

_SCRIPT = """\
param([string]$Path, [string]$Destination)
Add-Type -AssemblyName System.Drawing
$bitmap = [System.Drawing.Icon]::ExtractAssociatedIcon($Path).ToBitmap()
$bitmap.Save($Destination, [System.Drawing.Imaging.ImageFormat]::Png)
"""


def extracted_icon_name(program: str, checksum: str) -> str:
    """File name that stays the same while the program's path and content do."""
    return hashlib.sha256(f"{comparable_path(program)}\n{checksum}".encode()).hexdigest()[:32] + ".png"


def extract_icon(application: str, program: str, destination: str, run_module: RunModule) -> None:
    """Write the program's icon to a file on the builder, whose folder exists.

    A program without an icon gets the one that Windows shows for such. Raises AnsibleActionFail naming the
    application.
    """
    purpose = f"{application}: the icon of {program} could not be extracted, give a .png file as icon instead"
    run_script(_SCRIPT, {"Path": program, "Destination": destination}, run_module, purpose)
