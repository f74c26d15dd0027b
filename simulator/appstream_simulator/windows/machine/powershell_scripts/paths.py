# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""System.IO.File.Exists and System.IO.Directory.Exists for many paths, as one number for each."""

from __future__ import annotations

import re
from typing import Any

from ..disk import Disk
from . import ScriptRun

KINDS = re.compile(
    r"\$(?P<paths>\w+) \| (?:ForEach-Object|%) \{ \[int\]\[(?:System\.)?IO\.File\]::Exists\(\$_\)"
    r" \+ 2 \* \[int\]\[(?:System\.)?IO\.Directory\]::Exists\(\$_\) \}",
    re.IGNORECASE,
)


def kinds(run: ScriptRun) -> list[Any]:
    """1 for a file, 2 for a directory, 0 for nothing; one path need not be in a list."""
    given = run.parameters[run.found["paths"].lower()]
    return [_kind(run.task.disk, str(path)) for path in (given if isinstance(given, list) else [given])]


def _kind(disk: Disk, path: str) -> int:
    """Both methods answer false rather than to fail, whatever the reason."""
    try:
        is_file = not path.endswith(("\\", "/")) and disk.is_file(path)
        return 1 if is_file else 2 * disk.is_directory(path)
    except OSError:
        return 0
