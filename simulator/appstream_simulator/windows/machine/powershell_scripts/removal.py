# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Removing what matches wildcard patterns and is older than the process that does it.

`Get-Item -Path` gives what the pattern names, wildcards (`*`, `?`) standing in any part of the path, hidden items with
`-Force`; `Remove-Item -Recurse -Force` removes a folder with its content and read-only items too. With `-WhatIf`, which
the script has from SupportsShouldProcess, nothing is removed.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from typing import Any

from ..disk import Disk
from . import ScriptRun

_TEXT = r"""
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
PATTERN = re.compile(re.escape(" ".join(_TEXT.split())), re.IGNORECASE)


def remove(run: ScriptRun) -> list[Any]:
    """One object for each item: its path, and why it could not be removed."""
    disk, began = run.task.disk, run.task.machine.clock.now()
    found = {path for pattern in run.parameters.get("path") or [] for path in _matches(disk, str(pattern))}
    output = []
    for path in sorted((path for path in found if disk.stat(path).created <= began), key=str.lower):
        if not disk.exists(path):
            continue
        reason = None
        try:
            if not run.task.check_mode:
                disk.remove(path)
        except OSError as error:
            reason = f"Cannot remove item {path}: {error}"
        output.append({"Path": path, "Reason": reason})
    return output


def _matches(disk: Disk, pattern: str) -> Iterator[str]:
    drive, *parts = [part for part in pattern.replace("/", "\\").split("\\") if part]
    yield from _below(disk, f"{drive.upper()}\\", parts)


def _below(disk: Disk, folder: str, parts: list[str]) -> Iterator[str]:
    if not disk.is_directory(folder):
        return
    first, *rest = parts
    if not re.search(r"[*?[]", first):
        path = f"{folder.rstrip(chr(92))}\\{first}"
        names = [disk.stat(path).name] if disk.exists(path) else []
    else:
        names = [name for name in disk.list(folder) if fnmatch.fnmatch(name.lower(), first.lower())]
    for name in names:
        path = f"{folder.rstrip(chr(92))}\\{name}"
        if rest:
            yield from _below(disk, path, rest)
        else:
            yield path
