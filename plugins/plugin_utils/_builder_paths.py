# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Looks for many paths on the builder at once.

``ansible.windows.win_stat`` looks at one path and expands environment variables in it, so that it misses a folder that
is really named ``%TEMP%``; ``ansible.windows.win_find`` warns of every folder that is missing. Hence a script for
Windows PowerShell, of one statement.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Collection, Iterable

from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_limits import comparable_path
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import (
    RunModule,
    require_success,
    run_script,
)

_SCRIPT = """\
param([string[]]$Path)
$Path | ForEach-Object { [int][System.IO.File]::Exists($_) + 2 * [int][System.IO.Directory]::Exists($_) }
"""
_FILE, _DIRECTORY = 1, 2

Found = dict[str, int]
"""What each path is that exists, by :func:`comparable_path`."""


def look_up(paths: Iterable[str], run_module: RunModule) -> Found:
    """Which of the absolute paths exist. Raises AnsibleActionFail when that can't be told."""
    asked = {comparable_path(path): path for path in paths}
    if not asked:
        return {}
    purpose = "cannot look for files on the builder"
    kinds = run_script(_SCRIPT, {"Path": list(asked.values())}, run_module, purpose, read_only=True)
    if len(kinds) != len(asked):
        raise AnsibleActionFail(f"{purpose}: {len(kinds)} answers about {len(asked)} paths")
    return {key: int(kind) for key, kind in zip(asked, kinds) if kind}


def is_file(found: Found, path: str) -> bool:
    return found.get(comparable_path(path)) == _FILE


def is_directory(found: Found, path: str) -> bool:
    return found.get(comparable_path(path)) == _DIRECTORY


def exists(found: Found, path: str) -> bool:
    return comparable_path(path) in found


def checksums(paths: Collection[str], run_module: RunModule) -> dict[str, str]:
    """SHA-256 of those of the files that exist, by :func:`comparable_path`. Raises AnsibleActionFail."""
    if not paths:
        return {}
    names = sorted({re.escape(ntpath.basename(path)) for path in paths})
    arguments = {
        "paths": sorted({ntpath.dirname(path) for path in paths}),
        "patterns": [f"^(?:{'|'.join(names)})$"],
        "use_regex": True,
        "hidden": True,
        "checksum_algorithm": "sha256",
    }
    result = require_success(
        run_module("ansible.windows.win_find", arguments, read_only=True), "cannot look at programs on the builder"
    )
    return {comparable_path(file["path"]): str(file["checksum"]) for file in result["files"]}
