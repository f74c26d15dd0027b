# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_ping."""

from __future__ import annotations

from typing import Any

from .task import Option, Task

OPTIONS = {"data": Option(default="pong")}


def run(task: Task) -> dict[str, Any]:
    """Give back `data`; `crash` is an unhandled exception."""
    data = task.options(OPTIONS)["data"]
    if data == "crash":
        task.fail("Unhandled exception while executing module: boom")
    return {"ping": data}
