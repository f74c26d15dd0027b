# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Looks at and puts in place the files on the builder that catalog entries refer to: programs, icons, manifests.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import base64
import ntpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._application_catalog import Entry
from ansible_collections.euc.appstream.plugins.plugin_utils._icons import image_size
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_limits import icon_size_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._optimization_manifest import (
    find_arguments,
    is_glob,
    manifest_content,
    matching,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import RunModule, require_success

_REFERENCES = {"path": "isreg", "working_directory": "isdir", "icon": "isreg", "manifest": "isreg"}
"""Attributes of an entry that are paths on the builder, and the key of ``win_stat`` that must be true for each."""


@dataclass
class FileSources:
    """Where the content of files on the builder comes from, by their path there.

    ``icons``: a file on the controller. ``manifests``: the paths and globs the manifest is made of.
    """

    icons: dict[str, Path] = field(default_factory=dict)
    manifests: dict[str, list[str]] = field(default_factory=dict)


def refuse_unfit_icon(content: bytes) -> None:
    """Raise ValueError when an icon file's content is no image or has too many pixels."""
    problems = icon_size_problems(*image_size(content))
    if problems:
        raise ValueError(problems[0])


def inspect_builder(
    entries: Sequence[Entry], sources: FileSources, run_module: RunModule
) -> tuple[dict[str, str], list[str]]:
    """Look for everything on the builder that the entries refer to.

    Returns the content of the manifests to write, by path on the builder, and the problems found, as sentences.
    """
    contents: dict[str, str] = {}
    problems: list[str] = []
    for entry in entries:
        problems += [f"{entry['name']}: {problem}" for problem in _reference_problems(entry, sources, run_module)]
        manifest = entry.get("manifest", "")
        if manifest in sources.manifests:
            found, missing = expand(sources.manifests[manifest], run_module)
            contents[manifest] = manifest_content(found)
            problems += [f"{entry['name']}: optimize {item} matches no file on the builder" for item in missing]
    return contents, problems


def provide_files(
    entries: Sequence[Entry], sources: FileSources, manifests: Mapping[str, str], run_module: RunModule
) -> None:
    """Put the icons and manifests the entries refer to on the builder. Raises AnsibleActionFail."""
    paths = [entry.get("icon", "") for entry in entries]
    icons = {path: sources.icons[path] for path in paths if path in sources.icons}
    for directory in sorted({ntpath.dirname(path) for path in (*icons, *manifests)}):
        arguments = {"path": directory, "state": "directory"}
        require_success(run_module("ansible.windows.win_file", arguments), f"cannot make {directory}")
    for path, source in icons.items():
        arguments = {"src": str(source), "dest": path}
        require_success(run_module("ansible.windows.win_copy", arguments), f"cannot copy the icon {source}")
    for path, content in manifests.items():
        arguments = {"content": content, "dest": path}
        require_success(run_module("ansible.windows.win_copy", arguments), f"cannot write {path}")


def expand(items: Sequence[str], run_module: RunModule) -> tuple[list[str], list[str]]:
    """Files on the builder that paths, folders and globs stand for, and those of the items that stand for none."""
    found = {item: _expand_one(item, run_module) for item in items}
    return [path for paths in found.values() for path in paths], [item for item, paths in found.items() if not paths]


def _expand_one(item: str, run_module: RunModule) -> list[str]:
    if not is_glob(item):
        found = _stat(item, run_module)
        if not found.get("isdir"):
            return [item] if found.get("exists") else []
    arguments = find_arguments(item)
    if is_glob(item) and not _stat(arguments["paths"][0], run_module).get("isdir"):
        return []  # win_find fails when the folder to search does not exist
    result = require_success(
        run_module("ansible.windows.win_find", arguments, read_only=True), f"cannot search {item} on the builder"
    )
    return matching(item, [file["path"] for file in result["files"]])


def _reference_problems(entry: Entry, sources: FileSources, run_module: RunModule) -> list[str]:
    problems = []
    for attribute, kind in _REFERENCES.items():
        path = entry.get(attribute)
        if not path or path in sources.icons or path in sources.manifests:
            continue
        if not _stat(path, run_module).get(kind):
            problems.append(f"{attribute} {path} does not exist on the builder")
        elif attribute == "icon":
            problems += _icon_problems(path, run_module)
    return problems


def _icon_problems(path: str, run_module: RunModule) -> list[str]:
    result = require_success(run_module("ansible.windows.slurp", {"src": path}, read_only=True), f"cannot read {path}")
    try:
        refuse_unfit_icon(base64.b64decode(result["content"]))
    except ValueError as error:
        return [f"icon {path}: {error}"]
    return []


def _stat(path: str, run_module: RunModule) -> Mapping[str, Any]:
    """``stat`` of ``ansible.windows.win_stat``; that of a missing file has no key but ``exists``."""
    arguments = {"path": path, "get_checksum": False, "get_size": False}
    result = require_success(
        run_module("ansible.windows.win_stat", arguments, read_only=True), f"cannot look at {path} on the builder"
    )
    found: Mapping[str, Any] = result["stat"]
    return found
