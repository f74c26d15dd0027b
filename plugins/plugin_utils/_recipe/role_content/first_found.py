# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Finds the files that ``first_found`` may choose, as a loop or as a lookup.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Optional

from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.files import task_files
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.templates import is_template, trusted
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.values import UNKNOWN, Values

# Regular expression of a name and, when it is known, the name.
_Name = tuple[str, Optional[str]]


def first_found(terms: Any, values: Values, task: Any, loader: Any) -> list[tuple[str, bool]]:
    """Files that may be the first that is there, each with whether it is certain."""
    found: list[tuple[str, bool]] = []
    folders = [str(path) for path in task.get_search_path()]
    for pattern, name in _names(terms, values):
        if name is None:
            found += [(path, False) for path in _matching_below(folders, pattern)]
            continue
        try:
            path = loader.path_dwim_relative_stack(folders, "files", name)
        except Exception:  # not there
            continue
        return [*found, (str(path), not found)]
    return found


def _names(terms: Any, values: Values) -> Iterator[_Name]:
    if is_template(terms):
        evaluated = values.value(terms)
        if not isinstance(evaluated, (list, Mapping)):
            yield _name(terms, values)
            return
        terms = evaluated
    if isinstance(terms, list):
        for term in terms:
            yield from _names(term, values)
    elif isinstance(terms, Mapping):
        files = _texts(terms.get("files"), values, ",;")
        for path in _texts(terms.get("paths"), values, ",:;") or [""]:
            yield from (_name(trusted(f"{path}/{file}") if path else file, values) for file in files)
    else:
        yield _name(terms, values)


def _name(text: Any, values: Values) -> _Name:
    value = values.value(text)
    return (re.escape(value), value) if isinstance(value, str) else (values.pattern(str(text)), None)


def _texts(value: Any, values: Values, separators: str) -> list[str]:
    if is_template(value):
        evaluated = values.value(value)
        value = [value] if evaluated is UNKNOWN else evaluated
    texts = [value] if isinstance(value, str) else list(value or ())
    split = ([text] if is_template(text) else re.split(f"[{separators}]", str(text)) for text in texts)
    return [part for parts in split for part in parts if part]


def _matching_below(folders: list[str], pattern: str) -> list[str]:
    paths = [Path(folder) for folder in folders]
    if pattern == ".*":
        return [str(file) for path in paths if path.name == "tasks" for file in task_files(path)]
    within = pattern.replace(".*", "[^/]*")
    found: dict[str, None] = {}
    for base in [folder for path in paths for folder in (path / "files", path, path / "tasks")]:
        for file in task_files(base):
            if re.fullmatch(within, file.relative_to(base).as_posix()) or re.fullmatch(within, str(file)):
                found[str(file)] = None
    return list(found)
