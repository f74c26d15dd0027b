# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Backup-File of Ansible.ModuleUtils.Backup."""

from __future__ import annotations

import time

from .task import Task


def back_up(task: Task, path: str) -> str | None:
    """Copy a file beside itself, unless in check mode; the copy's path, None when there is no such file."""
    if not task.disk.is_file(path):
        return None
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(task.machine.clock.now()))
    copy = f"{path}.4242.{stamp}.bak"
    if not task.check_mode:
        task.disk.write(copy, task.disk.read(path))
    return copy
