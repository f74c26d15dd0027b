# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_file_version."""

from __future__ import annotations

import ntpath
from typing import Any

from .. import program_files
from .task import Option, Task

OPTIONS = {"path": Option("path")}


def run(task: Task) -> dict[str, Any]:
    """The version of a program or library."""
    path = task.options(OPTIONS)["path"]
    empty: dict[str, Any] = {"win_file_version": {}}
    if not task.disk.is_file(path):
        task.fail(f"Specified path {path} does not exist or is not a file.", **empty)
    if ntpath.splitext(path)[1].lower() not in (".exe", ".dll"):
        task.fail(f"Specified path {path} is not a valid file type; must be DLL or EXE.", **empty)
    content = task.disk.read(path)
    numbers = [str(number) for number in program_files.version(content)]
    text = ".".join(numbers)
    # A file without a version resource has no version texts, and zeros for numbers.
    shown = text if program_files.has_version(content) else ""
    parts = dict(zip(("major", "minor", "build", "private"), numbers, strict=True))
    return {
        "win_file_version": {
            "path": path,
            "file_version": shown,
            "product_version": shown,
            **{f"file_{name}_part": number for name, number in parts.items()},
            "file_version_raw": text,
        }
    }
