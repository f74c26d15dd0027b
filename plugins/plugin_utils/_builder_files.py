# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Looks at and puts in place the files on the builder that catalog entries refer to: programs, icons, manifests.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import base64
import ntpath
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.euc.appstream.plugins.plugin_utils._application_catalog import Entry
from ansible_collections.euc.appstream.plugins.plugin_utils._builder_paths import (
    Found,
    checksums,
    exists,
    is_directory,
    is_file,
    look_up,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._extracted_icons import extract_icon, extracted_icon_name
from ansible_collections.euc.appstream.plugins.plugin_utils._icons import image_size
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_limits import (
    comparable_path,
    icon_size_problems,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._launch_trace import ListedFiles
from ansible_collections.euc.appstream.plugins.plugin_utils._optimization_manifest import (
    find_arguments,
    is_glob,
    manifest_content,
    matching,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import RunModule, require_success

_REFERENCES = {"path": is_file, "working_directory": is_directory, "icon": is_file, "manifest": is_file}
"""Attributes of an entry that are paths on the builder, and what each must be there."""


@dataclass
class FileSources:
    """Where the content of files on the builder comes from, by their path there.

    ``icons``: a file on the controller. ``extracted``: the program on the builder. ``globs`` and ``listed``: what the
    manifest is made of, paths and globs or the lines of a file.
    """

    icons: dict[str, Path] = field(default_factory=dict)
    extracted: dict[str, str] = field(default_factory=dict)
    globs: dict[str, list[str]] = field(default_factory=dict)
    listed: dict[str, ListedFiles] = field(default_factory=dict)

    def __contains__(self, path: str) -> bool:
        return any(path in source for source in (self.icons, self.extracted, self.globs, self.listed))


@dataclass
class Inspection:
    """What was seen on the builder: the content of the manifests to write and the icons that are there already.

    ``problems`` and ``warnings`` are sentences.
    """

    manifests: dict[str, str] = field(default_factory=dict)
    extracted: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def refuse_unfit_icon(content: bytes) -> None:
    """Raise ValueError when an icon file's content is no image or has too many pixels."""
    problems = icon_size_problems(*image_size(content))
    if problems:
        raise ValueError(problems[0])


def extracted_icon_paths(programs: Collection[str], directory: str, run_module: RunModule) -> dict[str, str]:
    """Where on the builder the icon of each program is or will be: another file for another content of the program.

    A program that doesn't exist has no content yet.
    """
    found = checksums(programs, run_module)
    names = {program: extracted_icon_name(program, found.get(comparable_path(program), "")) for program in programs}
    return {program: ntpath.join(directory, name) for program, name in names.items()}


def inspect_builder(entries: Sequence[Entry], sources: FileSources, run_module: RunModule) -> Inspection:
    """Look for everything on the builder that the entries refer to, with one search for all of it."""
    manifests = {entry.get("manifest", "") for entry in entries}
    references = [entry[attribute] for entry in entries for attribute in _REFERENCES if entry.get(attribute)]
    globs = [item for manifest in manifests for item in sources.globs.get(manifest, [])]
    listed = [path for manifest in manifests & set(sources.listed) for path in sources.listed[manifest].paths]
    references = [path for path in references if path not in sources]
    searched = [find_arguments(item)["paths"][0] for item in globs]
    found = look_up([*references, *searched, *listed, *sources.extracted], run_module)
    inspection = Inspection(extracted={path for path in sources.extracted if exists(found, path)})
    for entry in entries:
        problems = _reference_problems(entry, sources, found, run_module)
        manifest = entry.get("manifest", "")
        if manifest in sources.globs:
            files, missing = _expand(sources.globs[manifest], found, run_module)
            inspection.manifests[manifest] = manifest_content(files)
            problems += [f"optimize {item} matches no file on the builder" for item in missing]
        elif manifest in sources.listed:
            problems += _take_listed(entry["name"], manifest, sources.listed[manifest], found, inspection)
        inspection.problems += [f"{entry['name']}: {problem}" for problem in problems]
    return inspection


def provide_files(
    entries: Sequence[Entry], sources: FileSources, inspection: Inspection, run_module: RunModule
) -> None:
    """Put the icons and manifests the entries refer to on the builder. Raises AnsibleActionFail."""
    icons = {entry["icon"]: entry for entry in entries if entry.get("icon", "") in sources}
    copied = {path: sources.icons[path] for path in icons if path in sources.icons}
    for directory in sorted({ntpath.dirname(path) for path in (*icons, *inspection.manifests)}):
        arguments = {"path": directory, "state": "directory"}
        require_success(run_module("ansible.windows.win_file", arguments), f"cannot make {directory}")
        _copy(directory, copied, inspection.manifests, run_module)
    for path, entry in icons.items():
        if path in sources.extracted and path not in inspection.extracted:
            extract_icon(entry["name"], sources.extracted[path], path, run_module)


def _copy(directory: str, icons: Mapping[str, Path], manifests: Mapping[str, str], run_module: RunModule) -> None:
    """Send all files for one folder of the builder together; ``win_copy`` leaves out those that are there."""
    with tempfile.TemporaryDirectory() as folder:
        for path, source in icons.items():
            if ntpath.dirname(path) == directory:
                shutil.copyfile(source, Path(folder) / ntpath.basename(path))
        for path, content in manifests.items():
            if ntpath.dirname(path) == directory:
                (Path(folder) / ntpath.basename(path)).write_bytes(content.encode())
        if any(Path(folder).iterdir()):
            arguments = {"src": f"{folder}/", "dest": f"{directory}\\"}
            result = run_module("ansible.windows.win_copy", arguments)
            require_success(result, f"cannot copy icons and optimisation manifests to {directory}")


def _take_listed(name: str, manifest: str, listed: ListedFiles, found: Found, inspection: Inspection) -> list[str]:
    """Keep those of the listed paths that exist; the problems are that one, or all of them, should and do not."""
    is_there = exists if listed.all_required else is_file
    present = [path for path in listed.paths if is_there(found, path)]
    missing = [path for path in listed.paths if not is_there(found, path)]
    inspection.manifests[manifest] = "".join(f"{path}\r\n" for path in present)
    if not missing:
        return []
    told = f"{len(missing)} of {len(listed.paths)} files of {listed.source} do not exist on the builder"
    examples = f"{', '.join(missing[:3])}{', …' if missing[3:] else ''}"
    if listed.all_required or not present:
        return [f"{told}: {examples}"]
    inspection.warnings.append(f"{name}: {told} and were left out of the optimisation manifest: {examples}")
    return []


def _expand(items: Sequence[str], found: Found, run_module: RunModule) -> tuple[list[str], list[str]]:
    """Files on the builder that paths, folders and globs stand for, and those of the items that stand for none."""
    files = {item: _expand_one(item, found, run_module) for item in items}
    return [path for paths in files.values() for path in paths], [item for item, paths in files.items() if not paths]


def _expand_one(item: str, found: Found, run_module: RunModule) -> list[str]:
    arguments = find_arguments(item)
    if not is_directory(found, arguments["paths"][0]):
        return [item] if not is_glob(item) and is_file(found, item) else []
    result = require_success(
        run_module("ansible.windows.win_find", arguments, read_only=True), f"cannot search {item} on the builder"
    )
    return matching(item, [file["path"] for file in result["files"]])


def _reference_problems(entry: Entry, sources: FileSources, found: Found, run_module: RunModule) -> list[str]:
    problems = []
    for attribute, is_there in _REFERENCES.items():
        path = entry.get(attribute)
        if not path or path in sources:
            continue
        if not is_there(found, path):
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
