# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""System.Drawing.Icon.ExtractAssociatedIcon, ToBitmap and Bitmap.Save as PNG.

Errors are those of .NET Framework's System.Drawing (Icon.cs) in the words PowerShell puts around them.
"""

from __future__ import annotations

import ntpath
import re
from typing import Any

from .. import icons, windows_paths
from . import ScriptRun, TerminatingError

EXTRACT = re.compile(
    r"Add-Type -AssemblyName System\.Drawing;? "
    r"\$(?P<bitmap>\w+) = \[System\.Drawing\.Icon\]::ExtractAssociatedIcon\(\$(?P<path>\w+)\)\.ToBitmap\(\);? "
    r"\$(?P=bitmap)\.Save\(\$(?P<destination>\w+), \[System\.Drawing\.Imaging\.ImageFormat\]::Png\);?"
    r"(?: \$(?P=bitmap)\.Dispose\(\);?)?",
    re.IGNORECASE,
)


def extract(run: ScriptRun) -> list[Any]:
    """Write what Windows shows for a program to a PNG file of 32x32 pixels; outputs nothing.

    Raises:
        TerminatingError: no such program, one on a share, or no folder to write to.
    """
    disk = run.task.disk
    path, destination = (str(run.parameters[run.found[name].lower()]) for name in ("path", "destination"))
    if windows_paths.is_unc(path):
        raise _failed("ExtractAssociatedIcon", 1, f"Value of '{path}' is not valid for 'filePath'.")
    if not disk.is_file(path):
        raise _failed("ExtractAssociatedIcon", 1, path)
    if not disk.is_directory(ntpath.dirname(destination)) or disk.is_directory(destination):
        raise _failed("Save", 2, "A generic error occurred in GDI+.")
    disk.write(destination, icons.of_file(path, disk.read(path)))
    return []


def _failed(method: str, arguments: int, reason: str) -> TerminatingError:
    return TerminatingError(f'Exception calling "{method}" with "{arguments}" argument(s): "{reason}"')
