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

REMOVE_ITEMS = r"""
[CmdletBinding(SupportsShouldProcess)]
param ([string[]]$Path)
# What is younger belongs to this very run.
$began = (Get-Process -Id $PID).StartTime
$items = Get-Item -Path $Path -Force -ErrorAction SilentlyContinue |
    Where-Object -Property CreationTime -LE -Value $began |
    Sort-Object -Property FullName -Unique
function Remove-Leaves($Folder) {
    # A folder may be gone meanwhile, and what it links to is none of its own.
    foreach ($child in @(Get-ChildItem -LiteralPath $Folder -Force -ErrorAction SilentlyContinue)) {
        $is_link = "$($child.Attributes)" -like '*ReparsePoint*'
        if ($child.PSIsContainer -and -not $is_link) { Remove-Leaves $child.FullName }
        try { Remove-Item -LiteralPath $child.FullName -Recurse:$is_link -Force -ErrorAction Stop } catch {
            $reason = $_.Exception.Message
            $is_leaf = $is_link -or -not $child.PSIsContainer
            if ($is_leaf) { [pscustomobject]@{ Path = $child.FullName; Reason = $reason } }
        }
    }
}
foreach ($item in $items) {
    if (-not (Test-Path -LiteralPath $item.FullName)) { continue }
    try {
        Remove-Item -LiteralPath $item.FullName -Recurse -Force -ErrorAction Stop
        [pscustomobject]@{ Path = $item.FullName; Reason = $null }
    } catch {
        $reason = $_.Exception.Message
        # One file that is in use keeps all that comes after it in its folder.
        $left = if ($item.PSIsContainer) { @(Remove-Leaves $item.FullName) } else { @() }
        if ($left) { $left } else {
            Remove-Item -LiteralPath $item.FullName -Recurse -Force -ErrorAction SilentlyContinue
            if (-not (Test-Path -LiteralPath $item.FullName)) { $reason = $null }
            [pscustomobject]@{ Path = $item.FullName; Reason = $reason }
        }
    }
}
"""
"""Removes what matches wildcards; in check mode PowerShell's WhatIf keeps it from doing so."""


def paths_to_remove(options: Mapping[str, Any], *, transcripts: str | None) -> list[str]:
    """Patterns of what goes. ``transcripts``: folder of PowerShell's."""
    temporary, logs = options["remove_temporary_files"], options["remove_logs"]
    catalog = [CATALOG_FOLDER] if options["remove_catalog_files"] else []
    further = [f"{transcripts}\\*"] if transcripts else []
    return [
        *([*_TEMPORARY, *options["temporary_paths"], *catalog] if temporary else []),
        *([*_LOGS, *options["log_paths"], *further] if logs else []),
    ]
