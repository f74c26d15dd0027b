# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which variables the tasks of roles set: what they are before says nothing about them later.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.parsing.mod_args import ModuleArgsParser
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.files import task_files
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.templates import is_template, wildcards

# Since ansible-core 2.19 templates are evaluated only in what is trusted.
TRUSTED = (
    {"trusted_as_template": True}
    if "trusted_as_template" in inspect.signature(DataLoader.load_from_file).parameters
    else {}
)


class SetByTasks:
    """Names of variables, some of which may be templates."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._patterns: set[str] = set()

    def add(self, names: Iterable[Any]) -> None:
        for name in map(str, names):
            if is_template(name):
                self._patterns.add(wildcards(name))
            else:
                self._names.add(name)

    def __contains__(self, name: str) -> bool:
        return name in self._names or any(re.fullmatch(pattern, name) for pattern in self._patterns)


def names_set_by(role: Path, loader: Any) -> Iterator[str]:
    """Names of the variables that any task of a role may set, loaded or not."""
    for path in (*task_files(role / "tasks"), *task_files(role / "handlers")):
        yield from _of_tasks(_read(path, loader), role, loader)


def _of_tasks(tasks: Any, role: Path, loader: Any) -> Iterator[str]:
    for task in tasks if isinstance(tasks, list) else ():
        if not isinstance(task, dict):
            continue
        for section in ("block", "rescue", "always"):
            yield from _of_tasks(task.get(section), role, loader)
        register = task.get("register")
        yield from [register] if isinstance(register, str) else register or ()
        try:
            action, arguments, _delegate = ModuleArgsParser(dict(task)).parse(skip_action_validation=True)
        except Exception:  # reported where the task is loaded
            continue
        action = str(action).rpartition(".")[2]
        if action == "set_fact":
            yield from arguments
        elif action == "include_vars":
            yield from [arguments["name"]] if "name" in arguments else ()
            yield from _of_files(arguments, role, loader)


def _of_files(arguments: Mapping[str, Any], role: Path, loader: Any) -> Iterator[str]:
    """All variables in files of the role that include_vars may read."""
    files = [path for path in task_files(role / "vars") if path.stem != "main"]
    named = arguments.get("file", arguments.get("_raw_params"))
    if isinstance(named, str) and not is_template(named):
        files += [path for path in (role / "vars" / named, role / named, Path(named)) if path.is_file()]
    for path in files:
        variables = _read(path, loader)
        yield from variables if isinstance(variables, dict) else ()


def _read(path: Path, loader: Any) -> Any:
    try:
        return loader.load_from_file(str(path), unsafe=True, **TRUSTED)  # not copied: it is only looked at
    except Exception:  # reported where the file is loaded, if it is
        return None
