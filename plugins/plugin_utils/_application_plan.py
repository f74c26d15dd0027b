# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Turns the descriptions of applications into what has to be done on the builder, in which order.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils import _application_plan_checks as checks
from ansible_collections.euc.appstream.plugins.plugin_utils import _application_plan_sources as sources

RECORDS = "HKLM:\\SOFTWARE\\euc.appstream\\Applications"
# Where Windows keeps what is installed: 64-bit and 32-bit programs.
UNINSTALL = (
    "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
    "HKLM:\\SOFTWARE\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
)
PUBLIC_DESKTOP = "C:\\Users\\Public\\Desktop"
DEFAULTS: dict[str, Any] = {
    "arguments": [],
    "expected_return_codes": [0, 3010],
    "timeout": 3600,
    "retries": 0,
    "retry_delay": 10,
    "reboot": "if_needed",
    "environment": {},
    "s3_access": "presigned",
    "features": [],
    "vars": {},
}
# What decides whether an application is the same one as before. Conditions are looked at anew each time; how it is
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
    "role",
    "run_as",
    "shortcuts",
    "vars",
)
# win_package gives msiexec these itself; a second time they only add noise to the command line.
_MSI_OWN_ARGUMENT = re.compile(r"(?i)/(q|qn|quiet|passive|norestart)")
_POWERSHELL = ("powershell.exe", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File")


@dataclass(frozen=True)
class Circumstances:
    """What the plan depends on beside the applications.

    Attributes:
        credentials: user's secrets by name; only looked at for what they lack.
        directory: folder on the builder for what is downloaded.
        search_path: ``ansible_search_path`` of the task.
        checksums: whether to read files of the controller for their checksums; without, fingerprints of applications
            whose files are on the controller are empty.
    """

    credentials: Mapping[str, Any] = field(default_factory=dict)
    directory: str = "C:\\Windows\\Temp\\euc.appstream"
    search_path: Sequence[str] = ()
    checksums: bool = True


def plan(applications: Sequence[Any], circumstances: Circumstances) -> dict[str, Any]:
    """``applications``: what to do for each, dependencies first; ``problems``: all that is wrong with the list.

    Without problems every entry of ``applications`` has the keys that the documentation of the filter names. With
    problems ``applications`` is empty.
    """
    problems = list(checks.list_problems(applications))
    if problems:
        return {"applications": [], "problems": problems}
    planned = []
    for application in applications:
        found, wrong = _planned(application, circumstances)
        problems += [f"Application {application['name']}: {problem}." for problem in wrong]
        planned.append(found)
    problems += order_problems(applications)
    if problems:
        return {"applications": [], "problems": problems}
    by_name = {entry["name"]: entry for entry in planned}
    return {"applications": [by_name[name] for name in order(applications)], "problems": []}


def _dependencies(application: Mapping[str, Any]) -> list[str]:
    return [str(name) for name in application.get("depends_on") or []]


def order_problems(applications: Iterable[Mapping[str, Any]]) -> list[str]:
    """Dependencies on what is not in the list, and circles of them."""
    applications = list(applications)
    names = {application["name"] for application in applications}
    problems = []
    for application in applications:
        if not isinstance(application.get("depends_on") or [], (list, tuple)):
            return [f"Application {application['name']}: depends_on must be a list."]
        unknown = [name for name in _dependencies(application) if name not in names]
        problems += [
            f"Application {application['name']}: it depends on {name}, which is not in the list: add or correct it."
            for name in unknown
        ]
    if problems:
        return problems
    circle = _circle({application["name"]: _dependencies(application) for application in applications})
    return [f"Applications depend on each other in a circle: {' -> '.join(circle)}."] if circle else []


def _circle(dependencies: Mapping[str, Sequence[str]]) -> list[str]:
    """Names along a circle, the first one also at its end; empty when there is none."""
    remaining = dict(dependencies)
    while True:
        free = [name for name, needed in remaining.items() if not any(one in remaining for one in needed)]
        if not free:
            break
        for name in free:
            del remaining[name]
    if not remaining:
        return []
    path = [next(iter(remaining))]
    while path[-1] not in path[:-1]:
        path.append(next(name for name in remaining[path[-1]] if name in remaining))
    return path[path.index(path[-1]) :]


def order(applications: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names, each after those it depends on, otherwise in the order of the list; there must be no circles."""
    waiting = {application["name"]: _dependencies(application) for application in applications}
    done: list[str] = []
    while waiting:
        name = next(name for name, needed in waiting.items() if not any(one in waiting for one in needed))
        done.append(name)
        del waiting[name]
    return done


def _planned(application: Mapping[str, Any], circumstances: Circumstances) -> tuple[dict[str, Any], list[str]]:
    """What to do for one application, and what is wrong with it."""
    problems = list(checks.verify_problems(application.get("verify")))
    verify = [] if problems else list(application.get("verify") or [])
    install: dict[str, Any] = dict(application.get("install") or {})
    if not install:
        problems += checks.collection_problems(checks.needed_collections("none", verify))
        return _entry(application, {}, "none", "none", None, circumstances, verify), problems
    install = {option: value for option, value in install.items() if checks.is_given(value)}
    source = str(install.get("source") or "")
    try:
        where = sources.origin(source)
        kind = _kind(install, where)
        if where == "s3":
            sources.bucket_and_key(source)
    except ValueError as error:
        return {}, [*problems, str(error)]
    problems += checks.option_problems(kind, install)
    problems += checks.credential_problems(install, where, circumstances.credentials)
    problems += checks.collection_problems(checks.needed_collections(kind, verify))
    path = None
    if where == "controller":
        try:
            path = _on_controller(source, install, circumstances)
        except ValueError as error:
            return {}, [*problems, str(error)]
    if source and kind in checks.EXTENSIONS:
        problems += checks.source_problems(kind, install, where, path is not None and path.is_dir())
    if problems:
        return {}, problems
    return _entry(application, {**DEFAULTS, **install}, kind, where, path, circumstances, verify), []


def _kind(install: Mapping[str, Any], where: str) -> str:
    """The kind as given, or what the other options tell; raises ValueError when they don't."""
    if checks.is_given(install.get("kind")):
        kind = str(install["kind"])
        if kind not in checks.KINDS:
            raise ValueError(f"kind is {kind!r}, but must be one of {', '.join(checks.KINDS)}")
        return kind
    for option, kind in (("package", "chocolatey"), ("features", "windows_feature"), ("role", "role")):
        if option in install:
            return kind
    name = str(install.get("file") or "") or sources.file_name(str(install.get("source") or ""), where)
    found = sources.KINDS_BY_EXTENSION.get(sources.extension(name))
    if found is None:
        raise ValueError(
            "it can't be told how it is installed: give install.kind, or a source or file that ends with "
            + ", ".join(sources.KINDS_BY_EXTENSION)
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
    verify: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    name = str(application["name"])
    folder = f"{circumstances.directory}\\{sources.folder_name(name)}"
    source = str(install.get("source") or "")
    checksum = str(install.get("checksum") or "").lower()
    expected = "" if checksum == "none" else checksum.partition(":")[2]
    local = _local(install, kind, where, path, folder)
    if path is not None and circumstances.checksums and not expected:
        expected = sources.sha256(path / str(install["file"]).replace("\\", "/") if path.is_dir() else path)
    entry: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "required": application.get("required") is not False,
        "depends_on": _dependencies(application),
        "version": str(application.get("version") or ""),
        # For reports, where Windows tells none.
        "told_version": str(application.get("version") or install.get("package_version") or ""),
        "origin": where if path is None else f"controller_{'folder' if path.is_dir() else 'file'}",
        "shown_source": sources.shown(source),
        "secret_source": sources.is_secret(source),
        "source": str(path) if path is not None else "" if sources.is_secret(source) else source,
        "folder": folder,
        # A folder with a separator at its end stands for what is in it.
        "copied_from": _copied_from(source, path, local["copied_to"]) if where in ("share", "controller") else "",
        **local,
        "sha256": expected,
        "checksum": f"sha256:{expected}" if expected else checksum or None,
        "record_key": f"{RECORDS}\\{sources.folder_name(name)}",
        "fingerprint": _fingerprint(application, install, kind, path, expected, circumstances),
        "product_id": str(install.get("product_id") or ""),
        "creates": str(install.get("creates") or ""),
        "verify": [dict(condition) for condition in verify],
    }
    if where == "s3":
        entry["bucket"], entry["key"] = sources.bucket_and_key(source)
    for option in ("credential", "run_as", "log_path", "package", "package_version", "package_source", "s3_access"):
        entry[option] = str(install.get(option) or "")
    for option in ("features", "environment", "reboot", "vars"):
        entry[option] = install.get(option, DEFAULTS[option])
    for option in ("timeout", "retries", "retry_delay"):
        entry[option] = int(install.get(option, DEFAULTS[option]))
    entry["expected_return_codes"] = [int(code) for code in install.get("expected_return_codes", [0, 3010])]
    entry["signer"] = str(install.get("signer") or "")
    entry["signer_pattern"] = fnmatch.translate(entry["signer"])
    entry |= {"role": _role(install.get("role")), "destination": str(install.get("destination") or "")}
    entry["shortcuts"] = [_shortcut(one, entry["destination"]) for one in install.get("shortcuts") or []]
    entry |= _commands(entry, [str(argument) for argument in install.get("arguments") or []])
    logs = dict.fromkeys(path for path in (entry["install_log"], entry["log_path"]) if path)
    entry["logs"] = [
        {"path": path, "name": f"{sources.folder_name(name)}-{sources.file_name(path, '')}"} for path in logs
    ]
    return {**entry, "look": look(entry)}


def _local(install: Mapping[str, Any], kind: str, where: str, path: Path | None, folder: str) -> dict[str, str]:
    """Where on the builder the source is put, and which file there is run."""
    source = str(install.get("source") or "")
    if not source or kind not in checks.EXTENSIONS:
        return {"local": "", "copied_to": ""}
    inner = str(install.get("file") or "").replace("/", "\\")
    if inner and (where == "share" or (path is not None and path.is_dir())):
        return {"local": f"{folder}\\content\\{inner}", "copied_to": f"{folder}\\content"}
    name = inner or sources.file_name(source, where)
    if kind == "script":
        # cmd.exe takes the line it is given apart anew: no characters that it knows.
        name = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return {"local": f"{folder}\\{name}", "copied_to": f"{folder}\\{name}"}


def _copied_from(source: str, path: Path | None, copied_to: str) -> str:
    if path is not None:
        return f"{path}/" if path.is_dir() else str(path)
    return source.rstrip("\\") + "\\" if copied_to.endswith("\\content") else source


def _role(role: Any) -> dict[str, str]:
    if isinstance(role, Mapping):
        return {str(key): str(value) for key, value in role.items() if value is not None}
    return {"name": str(role)} if role else {}


def _shortcut(shortcut: Mapping[str, Any], destination: str) -> dict[str, str]:
    name = str(shortcut["name"])
    if not checks.is_absolute(name):
        name = f"{PUBLIC_DESKTOP}\\{name}"
    if sources.extension(name) != ".lnk":
        name += ".lnk"
    paths = {}
    for option in ("target", "icon", "working_directory"):
        value = str(shortcut.get(option) or "")
        paths[option] = value if not value or checks.is_absolute(value) else f"{destination}\\{value}"
    arguments = shortcut.get("arguments") or ""
    if isinstance(arguments, (list, tuple)):
        arguments = subprocess.list2cmdline([str(argument) for argument in arguments])
    return {"path": name, "arguments": str(arguments), **paths}


def _commands(entry: Mapping[str, Any], arguments: list[str]) -> dict[str, Any]:
    """The process to start and its arguments, as far as it is one of a native program."""
    local = entry["local"]
    commands: dict[str, Any] = {"arguments": arguments, "argv": [], "chdir": "", "install_log": ""}
    if entry["kind"] == "msi":
        commands["arguments"] = [argument for argument in arguments if not _MSI_OWN_ARGUMENT.fullmatch(argument)]
        commands["install_log"] = entry["log_path"] or f"{entry['folder']}\\msiexec.log"
    elif entry["kind"] == "msix":
        commands["argv"] = [
            "dism.exe",
            "/Online",
            "/Add-ProvisionedAppxPackage",
            f"/PackagePath:{local}",
            "/SkipLicense",
        ]
    elif entry["kind"] == "chocolatey":
        commands["install_arguments"] = subprocess.list2cmdline(arguments)
    elif entry["kind"] == "script":
        folder, _backslash, name = local.rpartition("\\")
        start = [*_POWERSHELL, local] if sources.extension(local) == ".ps1" else ["cmd.exe", "/c", name]
        commands |= {"argv": [*start, *arguments], "chdir": folder}
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
    if kind == "none" or (path is not None and not circumstances.checksums):
        return ""
    identity = {option: install[option] for option in _IDENTITY if checks.is_given(install.get(option))}
    identity |= {"kind": kind, "version": str(application.get("version") or "")}
    if path is not None:
        identity["content"] = sources.content_sha256(path)
    elif sha256:
        identity["content"] = sha256
    else:
        identity["source"] = sources.shown(str(install.get("source") or ""))
    return hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()


def look(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What must be read from the builder to tell whether the application is there.

    ``records`` and ``keys`` are registry keys; ``further`` says whether there is anything beside them.
    """
    conditions = entry["verify"]
    product = entry["product_id"] if entry["kind"] not in ("msix", "none") else ""
    keys = {
        "records": [entry["record_key"]] if entry["kind"] != "none" else [],
        "keys": [f"{root}\\{product}" for root in UNINSTALL if product],
    }
    further: dict[str, list[Any]] = {
        "files": list(_strings(entry["creates"], *(one.get("file") for one in conditions))),
        "versions": [one["file"] for one in conditions if one.get("file") and one.get("version")],
        "values": [
            {"path": one["registry"], "name": str(one.get("name") or "")} for one in conditions if one.get("registry")
        ],
        "services": list(_strings(*(one.get("service") for one in conditions))),
        "commands": [{"argv": [str(part) for part in one["command"]]} for one in conditions if one.get("command")],
        "packages": [entry["product_id"]] if entry["kind"] == "msix" else [],
    }
    return {**keys, **further, "further": any(further.values())}


def _strings(*values: Any) -> Iterator[str]:
    yield from (str(value) for value in values if value)
