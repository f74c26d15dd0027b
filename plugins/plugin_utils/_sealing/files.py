# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Files that go before an image is taken: temporary ones, those of the build, logs and histories.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CATALOG_FOLDER = r"C:\ProgramData\euc.appstream"
"""Where application_catalog keeps icons and manifests that entries of the catalog point to."""
TRANSCRIPTION_KEY = r"HKLM:\SOFTWARE\Policies\Microsoft\Windows\PowerShell\Transcription"

_TEMPORARY = (
    r"C:\Windows\Temp\*",
    r"C:\Users\*\AppData\Local\Temp\*",
    r"C:\Users\*\.ansible_async\*",
    r"C:\Users\*\ansible.*",
    r"C:\Users\*\ansible-moduletmp-*",
)
_LOGS = (
    r"C:\Users\*\AppData\Roaming\Microsoft\Windows\PowerShell\PSReadLine\*_history.txt",
    r"C:\Users\*\Documents\PowerShell_transcript.*",
    r"C:\Users\*\Documents\????????\PowerShell_transcript.*",
)
_ACTIVATION = (r"C:\ProgramData\Amazon\SSM\Vault\*", r"C:\ProgramData\Amazon\SSM\InstanceData\*")

REMOVE_ITEMS = """\
[CmdletBinding(SupportsShouldProcess)]
param ([string[]]$Path)
# What is younger belongs to this very run.
$began = (Get-Process -Id $PID).StartTime
$items = Get-Item -Path $Path -Force -ErrorAction SilentlyContinue |
    Where-Object -Property CreationTime -LE -Value $began |
    Sort-Object -Property FullName -Unique
foreach ($item in $items) {
    if (-not (Test-Path -LiteralPath $item.FullName)) { continue }
    try {
        Remove-Item -LiteralPath $item.FullName -Recurse -Force -ErrorAction Stop
        [pscustomobject]@{ Path = $item.FullName; Reason = $null }
    } catch {
        [pscustomobject]@{ Path = $item.FullName; Reason = $_.Exception.Message }
    }
}
"""
"""Removes what matches wildcards; in check mode PowerShell's WhatIf keeps it from doing so."""


def paths_to_remove(options: Mapping[str, Any], *, activated: bool, transcripts: str | None) -> list[str]:
    """Patterns of what goes. ``activated``: a hybrid activation was found. ``transcripts``: folder of PowerShell's."""
    temporary, logs = options["remove_temporary_files"], options["remove_logs"]
    catalog = [CATALOG_FOLDER] if options["remove_catalog_files"] else []
    further = [f"{transcripts}\\*"] if transcripts else []
    return [
        *([*_TEMPORARY, *options["temporary_paths"], *catalog] if temporary else []),
        *([*_LOGS, *options["log_paths"], *further] if logs else []),
        *(_ACTIVATION if activated else []),
    ]
