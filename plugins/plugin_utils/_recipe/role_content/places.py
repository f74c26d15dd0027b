# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Names files and lines as the user knows them: in his project relative to its folder.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from ansible._internal._datatag._tags import Origin
except ImportError:  # before ansible-core 2.19, where what is read from a file has the attribute ansible_pos
    Origin = None


class Places:
    """Places in files of the user's project and of others."""

    def __init__(self, project: str) -> None:
        self._folders = (Path(project).resolve(), Path(project))

    def of(self, value: Any) -> str:
        """Place of something that was read from a file, "" when that is not known."""
        if Origin is not None:
            origin = value if isinstance(value, Origin) else Origin.get_tag(value)
            return self._shown(origin.path, origin.line_num) if origin and origin.path else ""
        path, line, _column = getattr(value, "ansible_pos", None) or (None, None, None)
        return self._shown(path, line) if path else ""

    def of_task(self, task: Any) -> str:
        path, _colon, line = str(task.get_path()).rpartition(":")
        return self._shown(path, line) if path else ""

    def of_error(self, error: BaseException) -> str:
        places = (self.of(getattr(one, "obj", None)) for one in _chain(error))
        return next(filter(None, places), "")

    def _shown(self, path: str, line: Any) -> str:
        file = Path(path)
        folder = next((folder for folder in self._folders if folder in file.parents), None)
        if folder:
            file = file.relative_to(folder)
        return f"{file}:{line}" if line else str(file)


def shown_role(name: str) -> str:
    """Ansible calls a role that was given as a path by that path."""
    return name.rstrip("/").rpartition("/")[2] or name


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or getattr(error, "orig_exc", None)
