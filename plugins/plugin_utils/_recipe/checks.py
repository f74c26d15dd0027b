# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Everything the controller can know of a recipe without asking AWS: limits, files, texts, how parts fit together.

Each check returns sentences that begin with the key; relative files of the controller become absolute paths.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.rules import image_builder_problems
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_assistant_limits as limits
from ansible_collections.euc.appstream.plugins.plugin_utils._applications import sources
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.plan import AROUND, Circumstances, plan
from ansible_collections.euc.appstream.plugins.plugin_utils._builder_files import refuse_unfit_icon
from ansible_collections.euc.appstream.plugins.plugin_utils._launch_trace import read_manifest, read_trace
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.project import find_file, is_there
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.reading import PREFIX, Recipe, hand_over_name
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.specification import recipe_options
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.names import refused_paths
from ansible_collections.euc.appstream.plugins.plugin_utils._session_scripts import configuration
from ansible_collections.euc.appstream.plugins.plugin_utils._session_settings import session_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_settings import settings_problems

OWN_TAGS = 5
"""Tags that the collection adds to an image builder: recipe, run, image, expires, sealed."""

_TAG_PREFIX = "euc.appstream:"
_ANSIBLES_OWN = ("localhost", "127.0.0.1", "all", "ungrouped")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_RESERVED_VARIABLES = ("ansible_", PREFIX, "build_image_")
_SEALED_PATHS = ("temporary_paths", "log_paths")


def name_problems(recipes: Sequence[Recipe], groups: Iterable[str], hosts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Label of a recipe and what is wrong with its name; ``hosts`` are those of the inventory."""
    groups, hosts = set(groups), set(hosts)
    counts = Counter(recipe.name for recipe in recipes)
    variables = Counter(hand_over_name(name) for name in counts)
    keys = {PREFIX + key for key in recipe_options()} | {"appstream_image_quota", "appstream_image_builder_quota"}
    for recipe in recipes:
        name = recipe.name
        if counts[name] > 1:
            yield recipe.label, f"name {name} is used {counts[name]} times; each recipe needs a name of its own"
        elif name in _ANSIBLES_OWN or name in groups:
            kind = "Ansible's own" if name in _ANSIBLES_OWN else "that of a group of the inventory"
            yield recipe.label, f"name {name} is {kind}; a recipe becomes a host of that name, so give it another one"
        elif not recipe.is_host and name in hosts:
            yield recipe.label, f"name {name} is that of a host in the inventory, whose variables it would take over"
        elif hand_over_name(name) in keys:
            yield recipe.label, f"name {name} is reserved: its result would be handed over as {hand_over_name(name)}"
        elif variables[hand_over_name(name)] > 1:
            yield recipe.label, f"name {name} differs from another recipe's only in . - and _; make them more different"


def check(recipe: Recipe, folders: Sequence[Path], credentials: Mapping[str, Any]) -> None:
    """Add everything that is wrong with a resolved recipe to its problems. Files of it become absolute paths.

    ``folders`` are where relative files are looked up, ``credentials`` those that applications name.
    """
    before = PREFIX if recipe.is_host else ""
    for key, part in _PARTS.items():
        # What is not of the right type can't be looked at any further.
        if not recipe.is_wrong_in(key):
            recipe.problems += [before + problem for problem in part(recipe.values, folders, credentials)]


def catalog(applications: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The entries of the application catalog, as module ``application_catalog`` takes them."""
    entries = []
    for application in applications:
        if application.get("launch") is None:
            continue
        launch = dict(application["launch"])
        if "parameters" in launch:
            launch["launch_parameters"] = launch.pop("parameters")
        named = {key: application[key] for key in ("name", "display_name") if key in application}
        entries.append({**named, **launch})
    return entries


Part = Callable[[dict[str, Any], Sequence[Path], Mapping[str, Any]], Iterable[str]]


def _texts(values: dict[str, Any], folders: Sequence[Path], credentials: Mapping[str, Any]) -> Iterator[str]:
    # The image's name is the preflight's affair, which knows all of it.
    yield from limits.image_problems("image", values.get("description"), values.get("display_name"), {})


def _tags(values: dict[str, Any], folders: Sequence[Path], credentials: Mapping[str, Any]) -> Iterator[str]:
    tags = values["tags"]
    most = limits.MAXIMUM_TAGS - OWN_TAGS
    if len(tags) > most:
        yield f"tags: {len(tags)} tags, at most {most} are allowed beside those of this collection"
    for key in tags:
        if str(key).lower().startswith(_TAG_PREFIX):
            yield f"tags: tags beginning with {_TAG_PREFIX} are this collection's own, not {key}"
    yield from (f"tags: {problem}" for problem in limits.image_problems("image", None, None, dict(tags)))


def _base_image(values: dict[str, Any], folders: Sequence[Path], credentials: Mapping[str, Any]) -> Iterator[str]:
    given = values["base_image"]
    if len(given) != 1:
        count = f"has {', '.join(given)}" if given else "is empty"
        yield f"base_image must have exactly one of platform, name_prefix, name and arn, but {count}"


def _builder(values: dict[str, Any], folders: Sequence[Path], credentials: Mapping[str, Any]) -> Iterator[str]:
    builder = {"name": values.get("name") or "unnamed", **values["builder"]}
    problems = image_builder_problems({**builder, "state": "running"})
    yield from (f"builder: {problem}" for problem in problems)


def _vars(values: dict[str, Any], folders: Sequence[Path], credentials: Mapping[str, Any]) -> Iterator[str]:
    yield from variable_problems("vars", values["vars"])


def variable_problems(path: str, variables: Mapping[Any, Any]) -> Iterator[str]:
    """Names that can't be variables of an image's host."""
    for name in map(str, variables):
        if not _VARIABLE.match(name):
            yield f"{path}.{name} is no name of a variable: letters, digits and underscores, no digit first"
        elif name.startswith(_RESERVED_VARIABLES):
            yield (
                f"{path}.{name} can't be set here; settings of the connection and of the playbook belong in the "
                "inventory, in group_vars/appstream_image_builders.yml or with the host of the image"
            )


def _roles(values: dict[str, Any], folders: Sequence[Path], credentials: Mapping[str, Any]) -> Iterator[str]:
    for position, role in enumerate(values["roles"], 1):
        yield from variable_problems(f"roles[{position}].vars", role.get("vars") or {})


def _windows(values: dict[str, Any], folders: Sequence[Path], credentials: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"windows.{problem}" for problem in settings_problems(values["windows"]))


def _sessions(values: dict[str, Any], folders: Sequence[Path], credentials: Mapping[str, Any]) -> Iterator[str]:
    sessions = values["sessions"]
    scripts, profile = sessions.get("session_scripts") or {}, sessions.get("default_profile") or {}
    for place, files in (("session_scripts", scripts.get("files")), ("default_profile", profile.get("files"))):
        for position, file in enumerate(files or [], 1):
            yield from _located(file, "src", f"sessions.{place}.files[{position}].src", folders)
    if isinstance(scripts.get("config"), str):
        yield from _config_file_problems(scripts, folders)
    yield from (f"sessions.{problem}" for problem in session_problems(sessions))


def _config_file_problems(scripts: dict[str, Any], folders: Sequence[Path]) -> Iterator[str]:
    where = "sessions.session_scripts.config"
    missing = list(_located(scripts, "config", where, folders))
    yield from missing
    if missing:
        return
    try:
        configuration({**scripts, "config": Path(scripts["config"]).read_text(encoding="utf-8")})
    except (OSError, ValueError) as error:
        yield f"{where}: {error}"


def _seal(values: dict[str, Any], folders: Sequence[Path], credentials: Mapping[str, Any]) -> Iterator[str]:
    for option in _SEALED_PATHS:
        for path in refused_paths(values["seal"].get(option) or []):
            yield f"seal.{option}: {path} must be an absolute path that does not take in whole folders of Windows"


def _applications(values: dict[str, Any], folders: Sequence[Path], credentials: Mapping[str, Any]) -> Iterator[str]:
    applications = values["applications"]
    for position, application in enumerate(applications, 1):
        where = f"applications[{position}] ({application.get('name')})"
        install, launch = application.get("install"), application.get("launch") or {}
        yield from variable_problems(f"{where}.install.vars", (install or {}).get("vars") or {})
        if not install and not application.get("verify") and not launch and not any(map(application.get, AROUND)):
            yield f"{where} says neither how it is installed nor what shows that it is there: give install or verify"
        for holder, key, path in _files_of(application):
            if _is_of_the_controller(str(holder[key])):
                yield from _located(holder, key, f"{where}.{path}", folders)
        yield from (f"{where}.launch.{problem}" for problem in _launch_problems(launch, folders))
    if not any(_is_of_the_controller_and_missing(one) for one in applications):
        found = plan(applications, Circumstances(credentials, checksums=False))["problems"]
        yield from (f"applications: {problem}" for problem in found)
    entries = catalog(applications)
    yield from (f"applications: {problem}" for problem in limits.catalog_problems(entries))
    yield from (f"applications: {problem}" for problem in limits.catalog_size_problems(len(entries)))


def _files_of(application: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Everything that names a file which may be the controller's: what holds it, its key, and its path."""
    install = application.get("install") or {}
    named = [(install, "source", "install.source")]
    named += [
        (one, "source", f"install.sources[{at}].source") for at, one in enumerate(install.get("sources") or [], 1)
    ]
    named += [(one, "src", f"files[{at}].src") for at, one in enumerate(application.get("files") or [], 1)]
    yield from ((holder, key, path) for holder, key, path in named if holder.get(key))


def _launch_problems(launch: dict[str, Any], folders: Sequence[Path]) -> Iterator[str]:
    readers: dict[str, Callable[[bytes], Any]] = {
        "icon": refuse_unfit_icon,
        "manifest": read_manifest,
        "trace": read_trace,
    }
    for option, read in readers.items():
        value = launch.get(option)
        if not value or value in (limits.DEFAULT_ICON, limits.FROM_PROGRAM) or limits.is_absolute_windows_path(value):
            continue
        missing = list(_located(launch, option, option, folders))
        yield from missing
        if missing:
            continue
        try:
            read(Path(launch[option]).read_bytes())
        except (OSError, ValueError) as error:
            yield f"{option}: {error}"


def _is_of_the_controller(source: str) -> bool:
    try:
        return sources.origin(source) == "controller"
    except ValueError:
        return False


def _is_of_the_controller_and_missing(application: Mapping[str, Any]) -> bool:
    named = [str(holder[key]) for holder, key, _path in _files_of(application)]
    return any(_is_of_the_controller(source) and not is_there(Path(source)) for source in named)


def _located(holder: dict[str, Any], key: str, path: str, folders: Sequence[Path]) -> Iterator[str]:
    """Put the absolute path into ``holder``; a sentence when there is no such file."""
    try:
        holder[key] = str(find_file(str(holder[key]), folders))
    except ValueError as error:
        yield f"{path}: {error}"


_PARTS: dict[str, Part] = {
    "(?:display_name|description)": _texts,
    "tags": _tags,
    "base_image": _base_image,
    "builder": _builder,
    "vars": _vars,
    "roles": _roles,
    "windows": _windows,
    "sessions": _sessions,
    "seal": _seal,
    "applications": _applications,
}
