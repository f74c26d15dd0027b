# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What an examination finds: problems, and warnings of what could not be examined.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.errors import (
    missing_collection,
    sentence,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.places import Places, shown_role


class Findings:
    """Problems and warnings, each of them once."""

    def __init__(self, project: str) -> None:
        self.places = Places(project)
        self.project = project
        self.doubt = ""  # why it is not known whether what is examined now will be there
        self._problems: dict[str, str] = {}  # with the doubt about each
        self._warnings: dict[str, None] = {}
        self._of_collections: dict[tuple[str, str], str] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(text + doubt for text, doubt in self._problems.items())

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self._warnings)

    def problem(self, text: str) -> None:
        if self._problems.get(text) != "":
            self._problems[text] = self.doubt

    def problem_of(self, task: Any, text: str) -> None:
        self.problem(f"{self._label(task)}: {text}")

    def warning_of(self, task: Any, text: str) -> None:
        self._warnings[f"{self._label(task)}: {text}"] = None

    def could_not_load(self, role: str, error: BaseException, place: str) -> None:
        where = self.places.of_error(error) or place
        text = f"role {shown_role(role)}, {where}: {sentence(error, self.project)}"
        collection = missing_collection(error)
        if collection:
            # One sentence for all its modules: there may be hundreds.
            text = self._of_collections.setdefault((role, collection), text)
        self.problem(text)

    @contextmanager
    def doubting(self, reason: str) -> Iterator[None]:
        before = self.doubt
        self.doubt = before or reason
        try:
            yield
        finally:
            self.doubt = before

    def _label(self, task: Any) -> str:
        role = f"role {shown_role(task._role.get_name())}, " if task._role else ""
        return f"{role}{self.places.of_task(task)}"
