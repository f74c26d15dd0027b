# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Finds the files that tasks of a role include.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.playbook.role_include import IncludeRole
from ansible.playbook.task_include import TaskInclude
from ansible.template import Templar

_SUFFIXES = (".yml", ".yaml", ".json", "")


def task_files(folder: Path) -> list[Path]:
    """Files below a folder that may be files of tasks or variables."""
    return sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file())


def include_path(task: Any, target: str, loader: Any, variables: Mapping[str, Any]) -> str:
    """Path of the file that a task includes, looked up as Ansible does: beside the files that include it, too."""
    folder, role = _folder(task), task._role
    root = role._role_path if role else loader.get_basedir()
    templar = Templar(loader=loader, variables=variables)
    way = None  # from the role to the including file
    parent = task._parent
    while parent is not None:
        if isinstance(parent, TaskInclude):
            step = _folder_of(parent, templar)
            way = step if way is None else posixpath.join(step, way)
            # The slash at the end, when nothing is left to join, makes a difference to Ansible.
            bases = [root, posixpath.join(root, folder, way)] if role else [posixpath.join(root, way)]
            for base in bases:
                candidate = str(loader.path_dwim_relative(base, folder, target, is_role=role is not None))
                if Path(candidate).exists():
                    return candidate
        parent = parent._parent
    return str(loader.path_dwim_relative(root, folder, target, is_role=role is not None))


def files_matching(include: Any, pattern: str) -> list[tuple[str, str]]:
    """Files of the role that an include may mean, each with how it would name it."""
    if include._role is None:
        return []
    role = Path(include._role._role_path)
    folder = role / _folder(include)
    beside = Path(str(include.get_path()).rpartition(":")[0]).parent
    found = []
    for path in task_files(folder):
        bases = [base for base in (folder, beside, role) if base in path.parents]
        names = [*(path.relative_to(base).as_posix() for base in bases), str(path)]
        fitting = [name for name in names if re.fullmatch(pattern, name)]
        if fitting:
            found.append((str(path), fitting[0]))
    return found


def _folder(task: Any) -> str:
    return "handlers" if hasattr(task, "listen") else "tasks"


def _folder_of(include: Any, templar: Any) -> str:
    if isinstance(include, IncludeRole):
        return str(include._role_path or "")
    try:
        return posixpath.dirname(str(templar.template(include.args.get("_raw_params"))))
    except Exception:  # as Ansible: the folder is left out
        return ""
