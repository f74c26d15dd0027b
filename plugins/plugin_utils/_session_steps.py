# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Writes session scripts, dynamic app providers and the default profile on an image builder.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import base64
import ntpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.plugin_utils._builder_paths import (
    Found,
    exists,
    is_directory,
    is_file,
    look_up,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._dynamic_app_providers import (
    AGENTS_PATH,
    agents_content,
    decoded,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_limits import comparable_path
from ansible_collections.euc.appstream.plugins.plugin_utils._session_scripts import CONFIG_PATH, SessionScripts
from ansible_collections.euc.appstream.plugins.plugin_utils._session_settings import DEFAULT_PROFILE, user_key
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import (
    DEFAULT_HIVE,
    LOADED_HIVE,
    RunModule,
    require_success,
)


@dataclass
class Changes:
    """What was changed, or would be in check mode: sentences, and texts of files before and after by path."""

    lines: list[str] = field(default_factory=list)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """What is asked for; each part may be missing. ``profile``: ``from_user``, ``registry`` and ``files``."""

    scripts: SessionScripts | None = None
    providers: Sequence[Mapping[str, str]] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> list[tuple[str, str]]:
        """Files of the controller and where they go."""
        scripts = [(file["src"], file["dest"]) for file in self.scripts.files] if self.scripts else []
        profile = [(file["src"], rf"{DEFAULT_PROFILE}\{file['dest']}") for file in self.profile.get("files") or []]
        return scripts + profile


def write(settings: Settings, run_module: RunModule, changes: Changes, *, texts: bool) -> None:
    """Bring the builder to the settings; what is missing there is refused before anything is changed.

    ``texts``: read files that are replaced too, for a diff. Raises AnsibleActionFail.
    """
    found = look_up(_paths(settings), run_module)
    copied = [destination for _source, destination in settings.files]
    _refuse_absent(settings, found, copied)
    written = _texts(settings, found, run_module, read_all=texts)
    folders = [*copied, *(path for path, (before, after) in written.items() if before != after)]
    _copy_profile(settings.profile, run_module, changes)
    _make_folders(folders, found, run_module)
    for source, destination in settings.files:
        _copy({"src": source}, destination, run_module, changes)
    for path, (before, after) in written.items():
        if before != after and _copy({"content": after}, path, run_module, changes):
            changes.texts[path] = (before, after)
    _set_registry(settings.profile.get("registry") or [], run_module, changes)


def _paths(settings: Settings) -> Iterable[str]:
    """Everything worth a look on the builder."""
    destinations = [destination for _source, destination in settings.files]
    if settings.scripts:
        destinations.append(CONFIG_PATH)
        yield from settings.scripts.references
    if settings.providers:
        destinations.append(AGENTS_PATH)
        yield from (provider["path"] for provider in settings.providers)
    for destination in destinations:
        yield destination
        yield ntpath.dirname(destination)


def _refuse_absent(settings: Settings, found: Found, copied: Sequence[str]) -> None:
    coming = {comparable_path(path) for path in copied}
    references = settings.scripts.references if settings.scripts else []
    missing = [path for path in references if not exists(found, path) and comparable_path(path) not in coming]
    if missing:
        raise AnsibleActionFail(
            f"Session scripts name what is not on the image builder: {', '.join(missing)}. Copy it there with files, "
            "or install what brings it."
        )
    absent = [provider["path"] for provider in settings.providers if not exists(found, provider["path"])]
    if absent:
        raise AnsibleActionFail(
            f"Dynamic app providers are not on the image builder: {', '.join(absent)}. Install them first."
        )


def _texts(settings: Settings, found: Found, run_module: RunModule, *, read_all: bool) -> dict[str, tuple[str, str]]:
    """Texts of the configuration files by path, as they are and as they will be."""
    texts = {}
    if settings.scripts:
        is_read = read_all and is_file(found, CONFIG_PATH)
        before = _read(CONFIG_PATH, run_module).decode("utf-8", "replace") if is_read else ""
        texts[CONFIG_PATH] = (before, settings.scripts.content)
    if settings.providers:
        try:
            before = decoded(_read(AGENTS_PATH, run_module)) if is_file(found, AGENTS_PATH) else ""
            texts[AGENTS_PATH] = (before, agents_content(before, settings.providers))
        except ValueError as error:
            raise AnsibleActionFail(f"dynamic_app_providers: {error}") from error
    return texts


def _read(path: str, run_module: RunModule) -> bytes:
    result = run_module("ansible.windows.slurp", {"src": path}, read_only=True)
    return base64.b64decode(require_success(result, f"cannot read {path}")["content"])


def _make_folders(files: Iterable[str], found: Found, run_module: RunModule) -> None:
    for folder in dict.fromkeys(ntpath.dirname(path) for path in files):
        if not is_directory(found, folder):
            result = run_module("ansible.windows.win_file", {"path": folder, "state": "directory"})
            require_success(result, f"cannot make the folder {folder}")


def _copy(what: Mapping[str, str], path: str, run_module: RunModule, changes: Changes) -> bool:
    result = run_module("ansible.windows.win_copy", {**what, "dest": path})
    changed = bool(require_success(result, f"cannot write {path}").get("changed"))
    if changed:
        changes.lines.append(f"file {path}")
    return changed


def _copy_profile(profile: Mapping[str, Any], run_module: RunModule, changes: Changes) -> None:
    user = profile.get("from_user")
    if not user:
        return
    result = run_module("euc.appstream.default_profile", {"profile": user})
    if require_success(result, "the profile was not copied")["changed"]:
        changes.lines.append(f"default profile, that of {user}")


def _set_registry(values: Iterable[Mapping[str, Any]], run_module: RunModule, changes: Changes) -> None:
    for value in values:
        key = user_key(str(value["key"]))
        given = {name: value[name] for name in ("name", "data", "type", "state") if value.get(name) is not None}
        arguments = {"path": rf"{LOADED_HIVE}\{key}", "hive": DEFAULT_HIVE, **given}
        name = " ".join(filter(None, (key, value.get("name"))))
        result = run_module("ansible.windows.win_regedit", arguments)
        if require_success(result, f"cannot set {name} of new users")["changed"]:
            changes.lines.append(f"registry of new users, {name}")
