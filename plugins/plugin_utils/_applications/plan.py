# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Turns descriptions of applications into what has to be done on the host, in which order.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._applications import arguments as args
from ansible_collections.euc.appstream.plugins.plugin_utils._applications import checks, sources
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.kinds import KIND_BY_EXTENSION, KINDS, NONE
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.order import order, order_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.specification import (
    APPLICATION,
    with_defaults,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.conversion import convert_options

RECORDS = "HKLM:\\SOFTWARE\\euc.appstream\\Applications"
# Where Windows keeps what is installed: 64-bit and 32-bit programs.
UNINSTALL = (
    "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
    "HKLM:\\SOFTWARE\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
)
PUBLIC_DESKTOP = "C:\\Users\\Public\\Desktop"
FONTS = "C:\\Windows\\Fonts"
DIRECTORY = "C:\\Windows\\Temp\\euc.appstream"
AROUND = ("files", "registry", "path_entries", "shortcuts", "services", "scheduled_tasks", "after_install")
"""Keys of an application for what is set around its installation."""

# What decides whether an application is the same one as before. Conditions are read again each time; how it is
# reached, how often it is tried and when Windows is restarted changes nothing of what comes out.
_IDENTITY = (
    "arguments",
    "destination",
    "environment",
    "features",
    "file",
    "package",
    "package_source",
    "package_version",
    "package_params",
    "package_prerelease",
    "package_pinned",
    "role",
    "run_as",
    "shortcuts",
    "transforms",
    "unattended",
    "vars",
)
_TEXTS = ("credential", "run_as", "log_path", "package", "package_version", "package_source", "s3_access")


@dataclass(frozen=True)
class Circumstances:
    """What the plan depends on beside the applications.

    Attributes:
        credentials: user's secrets by name; only read for what they lack.
        directory: folder on the host for what is fetched.
        search_path: ``ansible_search_path`` of the task.
        checksums: whether to read files of the controller for their checksums; without, fingerprints of applications
            whose files are on the controller are empty.
    """

    credentials: Mapping[str, Any] = field(default_factory=dict)
    directory: str = DIRECTORY
    search_path: Sequence[str] = ()
    checksums: bool = True


def typed(applications: Sequence[Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Applications with values of the right types and defaults, and what is wrong with them."""
    values, problems = [], []
    for position, application in enumerate(applications, 1):
        if not isinstance(application, Mapping):
            problems.append(f"Application {position} of the list must be a dictionary.")
            continue
        converted = convert_options(application, APPLICATION)
        name = application.get("name")
        missing = "name is missing" in converted.problems
        label = f"Application {position} of the list" if missing else f"Application {name}"
        problems += [
            f"{label} has no name: give it one." if problem == "name is missing" else f"{label}: {problem}."
            for problem in converted.problems
        ]
        values.append(with_defaults(converted.value))
    return values, problems


def plan(applications: Sequence[Any], circumstances: Circumstances) -> dict[str, Any]:
    """``applications``: what to do for each, dependencies first; ``problems``: all that is wrong with the list.

    With problems ``applications`` is empty.
    """
    values, problems = typed(applications)
    problems += checks.name_problems(values) if not problems else []
    if problems:
        return {"applications": [], "problems": problems}
    planned = []
    for application in values:
        found, wrong = plan_one(application, circumstances)
        problems += [f"Application {application['name']}: {problem}." for problem in wrong]
        planned.append(found)
    problems += order_problems(values)
    if problems:
        return {"applications": [], "problems": problems}
    by_name = {entry["name"]: entry for entry in planned}
    return {"applications": [by_name[name] for name in order(values)], "problems": []}


def plan_one(application: Mapping[str, Any], circumstances: Circumstances) -> tuple[dict[str, Any], list[str]]:
    """What to do for one application with typed values and defaults, and what is wrong with it."""
    problems = [
        *checks.verify_problems(application.get("verify") or []),
        *checks.around_problems(application),
        *checks.reference_problems(application, circumstances.credentials),
    ]
    install: dict[str, Any] = dict(application.get("install") or {})
    if not any(checks.is_set(option, value) for option, value in install.items()):
        problems += checks.collection_problems(checks.needed_collections(NONE, application))
        if application.get("state") == "absent":
            problems.append("nothing tells what is to be absent: give install.product_id, package, or destination")
        return ({}, problems) if problems else (_entry(application, {}, NONE, "none", None, circumstances), [])
    source = str(install.get("source") or "")
    try:
        where = sources.origin(source)
        kind = _kind(install, where, str(application.get("state")))
        if where == "s3":
            sources.bucket_and_key(source)
    except ValueError as error:
        return {}, [*problems, str(error)]
    problems += checks.install_problems(kind, install, str(application.get("state") or "present"))
    problems += checks.credential_problems(install, where, circumstances.credentials)
    problems += checks.collection_problems(checks.needed_collections(kind, application))
    problems += checks.further_source_problems(install, sources.origin)
    path = None
    if where == "controller":
        try:
            path = _on_controller(source, install, circumstances)
        except ValueError as error:
            return {}, [*problems, str(error)]
    if source and KINDS[kind].extensions:
        problems += checks.source_problems(kind, install, where, path is not None and path.is_dir())
    if problems:
        return {}, problems
    return _entry(application, install, kind, where, path, circumstances), []


def _kind(install: Mapping[str, Any], where: str, state: str) -> str:
    """The kind as given, or what the other options tell; raises ValueError when they don't."""
    if checks.is_given(install.get("kind")):
        return str(install["kind"])
    for name, kind in KINDS.items():
        if kind.inferred_from and checks.is_given(install.get(kind.inferred_from)):
            return name
    name = str(install.get("file") or "") or sources.file_name(str(install.get("source") or ""), where)
    found = KIND_BY_EXTENSION.get(sources.extension(name))
    if found is None and state == "absent":
        found = "archive" if install.get("destination") else "exe" if install.get("product_id") else None
    if found is None:
        raise ValueError(
            "it is not clear how it is installed: give install.kind, or a source or file that ends with "
            + ", ".join(KIND_BY_EXTENSION)
            + ". Anything else is started by kind script, or by after_install with its file among sources"
        )
    return found


def _on_controller(source: str, install: Mapping[str, Any], circumstances: Circumstances) -> Path:
    """The file or folder of the controller; raises ValueError when it or the file in it is not there or another one."""
    path = sources.find_on_controller(source, circumstances.search_path)
    inner = str(install.get("file") or "").replace("\\", "/")
    run = path / inner if inner and path.is_dir() else path
    if not run.exists():
        raise ValueError(f"the folder {source} of the controller has no {inner}")
    wanted = str(install.get("checksum") or "none").lower()
    if circumstances.checksums and run.is_file() and wanted not in ("none", f"sha256:{sources.sha256(run)}"):
        raise ValueError(
            f"the SHA-256 of {source} is {sources.sha256(run)}, not that of its checksum: see which one is right"
        )
    return path


def _entry(
    application: Mapping[str, Any],
    install: Mapping[str, Any],
    kind: str,
    where: str,
    path: Path | None,
    circumstances: Circumstances,
) -> dict[str, Any]:
    name = str(application["name"])
    folder = f"{circumstances.directory}\\{sources.folder_name(name)}"
    source = str(install.get("source") or "")
    checksum = str(install.get("checksum") or "").lower()
    expected = "" if checksum == "none" else checksum.partition(":")[2]
    local = _local(install, kind, where, path, folder)
    if path is not None and circumstances.checksums and not expected:
        expected = sources.sha256(path / str(install["file"]).replace("\\", "/") if path.is_dir() else path)
    content = f"{folder}\\content" if "\\content\\" in local["local"] else folder
    version = str(application.get("version") or "")
    around = {key: application[key] for key in AROUND if application.get(key)}
    entry: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "state": str(application.get("state") or "present"),
        "required": application.get("required") is not False,
        "version": version,
        # For reports, where Windows tells none.
        "described_version": version or str(install.get("package_version") or ""),
        "origin": where if path is None else f"controller_{'folder' if path.is_dir() else 'file'}",
        "shown_source": sources.shown(source),
        "secret_source": sources.is_secret(source),
        "source": str(path) if path is not None else "" if sources.is_secret(source) else source,
        "folder": folder,
        # What placeholders call the application's folder: that of the files as they were where they come from.
        "content": content,
        # A folder with a separator at its end stands for what is in it.
        "copied_from": _copied_from(source, path, local["copied_to"]) if where in ("share", "controller") else "",
        **local,
        "sha256": expected,
        "checksum": f"sha256:{expected}" if expected else checksum or None,
        "record_key": f"{RECORDS}\\{sources.folder_name(name)}",
        "fingerprint": _fingerprint(application, install, kind, path, expected, circumstances),
        "settings": _settings_fingerprint(around, circumstances),
        "around": around,
        "product_id": str(install.get("product_id") or ""),
        "creates": str(install.get("creates") or ""),
        "verify": [dict(condition) for condition in application.get("verify") or []],
        "signer": str(install.get("signer") or ""),
        "signer_pattern": fnmatch.translate(str(install.get("signer") or "")),
        "expected_return_codes": [int(code) for code in install.get("expected_return_codes") or [0, 3010]],
        "destination": str(install.get("destination") or ""),
        "environment": {str(key): str(value) for key, value in (install.get("environment") or {}).items()},
        "features": list(install.get("features") or []),
        "reboot": install.get("reboot", "if_needed"),
        "unattended": [str(line) for line in install.get("unattended") or []],
        "sources": [_further(one, content) for one in install.get("sources") or []],
    }
    if where == "s3":
        entry["bucket"], entry["key"] = sources.bucket_and_key(source)
    for option in _TEXTS:
        entry[option] = str(install.get(option) or "")
    for option, default in (("timeout", 3600), ("retries", 0), ("retry_delay", 10)):
        entry[option] = int(install.get(option, default))
    entry["shortcuts"] = [shortcut(one, entry["destination"]) for one in install.get("shortcuts") or []]
    entry |= _commands(entry, install)
    logs = dict.fromkeys(path for path in (entry["install_log"], entry["log_path"]) if path)
    entry["logs"] = [
        {"path": path, "name": f"{sources.folder_name(name)}-{sources.file_name(path, '')}"} for path in logs
    ]
    return {**entry, "look": look(entry)}


def _local(install: Mapping[str, Any], kind: str, where: str, path: Path | None, folder: str) -> dict[str, str]:
    """Where on the host the source is put, what is unpacked, and which file there is run."""
    source = str(install.get("source") or "")
    if kind == "font" and not source:
        return {"local": f"{folder}\\{install.get('file') or ''}", "copied_to": "", "unpacked": ""}
    if not source or kind == NONE or not KINDS[kind].extensions:
        return {"local": "", "copied_to": "", "unpacked": ""}
    inner = str(install.get("file") or "").replace("/", "\\")
    if checks.is_packed(kind, install, where):
        packed = f"{folder}\\{sources.file_name(source, where)}"
        return {"local": f"{folder}\\content\\{inner}", "copied_to": packed, "unpacked": packed}
    is_folder = path.is_dir() if path is not None else where == "share"
    if inner and is_folder:
        return {"local": f"{folder}\\content\\{inner}", "copied_to": f"{folder}\\content", "unpacked": ""}
    name = inner or sources.file_name(source, where)
    if kind == "script":
        # cmd.exe takes the line it is given apart a second time: no characters that it knows.
        name = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return {"local": f"{folder}\\{name}", "copied_to": f"{folder}\\{name}", "unpacked": ""}


def _further(one: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """A further file of the folder: where it comes from and goes to."""
    source = str(one.get("source") or "")
    where = sources.origin(source) if source else "content"
    checksum = str(one.get("checksum") or "").lower()
    found = {
        **{key: one.get(key) for key in ("content", "template", "s3_access")},
        "credential": str(one.get("credential") or ""),
        "origin": where,
        "source": source,
        "local": f"{folder}\\{one.get('name') or sources.file_name(source, where)}",
        "sha256": "" if checksum == "none" else checksum.partition(":")[2],
    }
    if where == "s3":
        found["bucket"], found["key"] = sources.bucket_and_key(source)
    return found


def _copied_from(source: str, path: Path | None, copied_to: str) -> str:
    if path is not None:
        return f"{path}/" if path.is_dir() else str(path)
    return source.rstrip("\\") + "\\" if copied_to.endswith("\\content") else source


def shortcut(given: Mapping[str, Any], destination: str) -> dict[str, str]:
    """A shortcut with absolute paths: on the desktop of all users, what it starts within the destination."""
    name = str(given["name"])
    if not checks.is_absolute(name):
        name = f"{PUBLIC_DESKTOP}\\{name}"
    if sources.extension(name) != ".lnk":
        name += ".lnk"
    paths = {}
    for option in ("target", "icon", "working_directory"):
        value = str(given.get(option) or "")
        paths[option] = value if not value or checks.is_absolute(value) else f"{destination}\\{value}"
    arguments = args.joined(given.get("arguments") or "")
    return {"path": name, "arguments": arguments, **paths, "state": str(given.get("state") or "present")}


def _commands(entry: Mapping[str, Any], install: Mapping[str, Any]) -> dict[str, Any]:
    """The process to start and its arguments, as far as it is one of a native program."""
    arguments = install.get("arguments") or []
    given = arguments if args.is_text(arguments) else [str(one) for one in arguments]
    kind, local = entry["kind"], entry["local"]
    commands: dict[str, Any] = {
        "arguments": given,
        "argv": [],
        "chdir": entry["content"] if local else "",
        "install_log": "",
    }
    if kind in ("msi", "msp"):
        commands["arguments"] = args.msi_arguments(given, install.get("transforms") or [])
        commands["install_log"] = entry["log_path"] or f"{entry['folder']}\\msiexec.log"
    elif kind == "chocolatey":
        commands["install_arguments"] = args.joined(given)
    elif kind in ("winget", "script", "msix", "msu", "reg", "driver") and entry["state"] == "present":
        commands["argv"] = args.process(kind, local, install)
        if kind == "script":
            # cmd.exe is given the name alone.
            commands["chdir"] = local.rpartition("\\")[0]
            commands["command"] = args.command(commands["argv"], given)
            commands["argv"] = commands["command"].get("argv", commands["argv"])
    return commands


def _fingerprint(
    application: Mapping[str, Any],
    install: Mapping[str, Any],
    kind: str,
    path: Path | None,
    sha256: str,
    circumstances: Circumstances,
) -> str:
    """Digest of what the application is: secrets are no part of it, nor is where equal files come from."""
    if kind == NONE or (path is not None and not circumstances.checksums):
        return ""
    identity = {option: install[option] for option in _IDENTITY if checks.is_set(option, install.get(option))}
    identity |= {"kind": kind, "version": str(application.get("version") or "")}
    if path is not None:
        identity["content"] = sources.content_sha256(path)
    elif sha256:
        identity["content"] = sha256
    else:
        identity["source"] = sources.shown(str(install.get("source") or ""))
    if install.get("sources"):
        identity["sources"] = [_identity_of(one, circumstances) for one in install["sources"]]
    return _digest(identity)


def _identity_of(one: Mapping[str, Any], circumstances: Circumstances) -> dict[str, Any]:
    """What a further file is: its content where that is known, else its checksum or place."""
    source = str(one.get("source") or "")
    kept = {"name": one.get("name"), "content": one.get("content"), "checksum": one.get("checksum")}
    if source and sources.origin(source) == "controller":
        kept["content"] = _content(source, circumstances)
    return {**kept, "source": None if one.get("checksum") else sources.shown(source)}


def _settings_fingerprint(around: Mapping[str, Any], circumstances: Circumstances) -> str:
    """Digest of what is set around the installation; empty when nothing is."""
    if not around:
        return ""
    contents = [_content(str(file["src"]), circumstances) for file in around.get("files") or [] if file.get("src")]
    return _digest({**around, "contents": contents})


def _content(source: str, circumstances: Circumstances) -> str:
    """Digest of a file of the controller, empty where that can't be told."""
    if not circumstances.checksums:
        return ""
    try:
        return sources.content_sha256(sources.find_on_controller(source, circumstances.search_path))
    except (ValueError, OSError):
        return ""  # whoever fetches it says so


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def look(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What must be read from the host to tell whether the application is there.

    ``keys`` are registry keys whose values are read, ``files`` paths, ``versions`` files whose version is read,
    ``services`` names, ``commands`` lists of arguments, ``packages`` whether provisioned packages are listed.
    """
    conditions = entry["verify"]
    product = entry["product_id"] if entry["kind"] not in ("msix", NONE) else ""
    recorded = entry["kind"] != NONE or entry["settings"]
    absent = {"archive": entry["destination"], "font": f"{FONTS}\\{entry['local'].rpartition(chr(92))[2]}"}
    gone = absent.get(entry["kind"], "") if entry["state"] == "absent" else ""
    return {
        "keys": [
            *([entry["record_key"]] if recorded else []),
            *(f"{root}\\{product}" for root in UNINSTALL if product),
            *_strings(*(one.get("registry") for one in conditions)),
        ],
        "files": list(_strings(entry["creates"], gone, *(one.get("file") for one in conditions))),
        "versions": [one["file"] for one in conditions if one.get("file") and one.get("version")],
        "services": list(_strings(*(one.get("service") for one in conditions))),
        "commands": [[str(part) for part in one["command"]] for one in conditions if one.get("command")],
        "packages": entry["kind"] == "msix",
    }


def _strings(*values: Any) -> Iterator[str]:
    yield from (str(value) for value in values if value)
