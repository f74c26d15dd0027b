# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_tempfile."""

from __future__ import annotations

import ntpath
import secrets
from typing import Any

from .. import environment
from .task import Option, Task

OPTIONS = {
    "path": Option("path", aliases=("dest",)),
    "state": Option(default="file"),
    "prefix": Option(default="ansible."),
    "suffix": Option(default=""),
}


def run(task: Task) -> dict[str, Any]:
    """Create an empty file or a directory with a name of its own."""
    options = task.options(OPTIONS)
    folder = options["path"] or task.variables["TEMP"]
    prefix, suffix = (environment.expand(options[name], task.variables) for name in ("prefix", "suffix"))
    name = secrets.token_hex(6)
    path = ntpath.join(folder, f"{prefix}{name[:8]}.{name[8:11]}{suffix}")
    if not task.check_mode:
        try:
            task.disk.make_directories(path) if options["state"] == "directory" else task.disk.write(path, b"")
        except OSError as error:
            task.fail(f"No random temporary file worked in 5 attempts. Error: {error}", state=options["state"])
    return {"changed": True, "state": options["state"], "path": path}
