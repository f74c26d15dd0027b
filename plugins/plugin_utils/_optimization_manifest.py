# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Makes an application's optimisation manifest from paths and globs.

The manifest is a text file of absolute paths, one a line, of the files an application reads when it starts.
An entry is a file, a folder (all files below it) or a glob: ``*`` and ``?`` stay within one path component, ``**``
spans any number of folders.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import hashlib
import ntpath
import re
from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_limits import comparable_path

_WILDCARD = re.compile(r"[*?]")


def manifest_file_name(application: str, kind: str, entries: Sequence[str]) -> str:
    """File name that stays the same while the entries do: an unchanged request needs no look at the builder's disk.

    ``kind`` is the option they come from: the same entries of another option are another file.
    """
    digest = hashlib.sha256("\n".join([kind, *map(comparable_path, entries)]).encode()).hexdigest()
    return f"{re.sub(r'[^A-Za-z0-9_.-]', '_', application)[:64]}-{digest[:16]}.txt"


def manifest_content(paths: Iterable[str]) -> str:
    """The file's text: each path once, sorted, Windows line ends."""
    unique = {comparable_path(path): path for path in paths}
    return "".join(f"{unique[key]}\r\n" for key in sorted(unique))


def is_glob(entry: str) -> bool:
    return _WILDCARD.search(entry) is not None


def find_arguments(entry: str) -> dict[str, Any]:
    """Arguments of ``ansible.windows.win_find`` that find at least what a glob or folder stands for."""
    arguments: dict[str, Any] = {"file_type": "file", "get_checksum": False, "hidden": True}
    if not is_glob(entry):
        return {**arguments, "paths": [entry], "recurse": True}
    components = ntpath.normpath(entry).split("\\")
    first = next(index for index, component in enumerate(components) if is_glob(component))
    folder = "\\".join(components[:first])
    arguments["paths"] = [folder + "\\" if folder.endswith(":") else folder]
    arguments["recurse"] = len(components) - first > 1 or components[first] == "**"
    return arguments


def matching(entry: str, paths: Iterable[str]) -> list[str]:
    """Those of the found paths that a glob stands for; all of them for a folder."""
    if not is_glob(entry):
        return list(paths)
    pattern = _glob_pattern(entry)
    return [path for path in paths if pattern.fullmatch(comparable_path(path))]


def _glob_pattern(entry: str) -> re.Pattern[str]:
    components = comparable_path(entry).split("\\")
    parts = []
    for position, component in enumerate(components):
        last = position == len(components) - 1
        if component == "**":
            parts.append(r".*" if last else r"(?:[^\\]+\\)*")
        else:
            parts.append(_component_pattern(component) + ("" if last else r"\\"))
    return re.compile("".join(parts), re.DOTALL)


def _component_pattern(component: str) -> str:
    wildcards = {"*": r"[^\\]*", "?": r"[^\\]"}
    return "".join(wildcards.get(character, re.escape(character)) for character in component)
