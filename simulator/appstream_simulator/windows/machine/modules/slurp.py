# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.slurp."""

from __future__ import annotations

import base64
from typing import Any

from .task import ModuleFailure, Option, Task

OPTIONS = {"src": Option("path", aliases=("path",))}


def run(task: Task) -> dict[str, Any]:
    """Read a whole file."""
    source = task.options(OPTIONS)["src"]
    if task.disk.is_file(source):
        return {"content": base64.b64encode(task.disk.read(source)).decode(), "encoding": "base64"}
    if task.disk.is_directory(source):
        task.fail(f"Path {source} is a directory")
    raise ModuleFailure(f"Path {source} is not found")
