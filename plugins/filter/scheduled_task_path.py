# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Takes the path of scheduled tasks apart."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import Any

DOCUMENTATION = r"""
name: scheduled_task_path
version_added: 0.1.0
short_description: Folder and name of a scheduled task
description:
  - Takes the path of a scheduled task, whose last part may have wildcards, apart.
author: The euc.appstream team (@euc)
positional: _input
options:
  _input:
    description:
      - The path, such as V(\\Build\\Download-*). Without a backslash the task is in the root folder.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Take a path apart
  ansible.builtin.debug:
    msg: "{{ task | euc.appstream.scheduled_task_path }}"
"""

RETURN = r"""
_value:
  description:
    - C(folder), C(prefix), which is the folder with a backslash at its end, and C(pattern), a regular expression for
      the names.
  type: dict
"""


def scheduled_task_path(path: str) -> dict[str, str]:
    """The parts of a path."""
    folder, _backslash, name = path.rpartition("\\")
    folder = "\\" + folder.strip("\\")
    prefix = folder if folder == "\\" else folder + "\\"
    return {"folder": folder, "prefix": prefix, "pattern": fnmatch.translate(name)}


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"scheduled_task_path": scheduled_task_path}
