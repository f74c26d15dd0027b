# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is wrong with the description of an application, before anything of it is acted upon.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._application_plan_sources import (
    NETWORK_ORIGINS,
    credential_problem,
    extension,
    file_name,
    safe_file_name,
)

KINDS = ("msi", "exe", "msix", "chocolatey", "archive", "script", "windows_feature", "role")
_FILE = ("source", "file", "checksum", "credential", "s3_access")
_PROCESS = ("arguments", "expected_return_codes", "run_as", "log_path")
_ALL = ("kind", "product_id", "creates", "reboot", "environment")
_TIMED = ("timeout", "retries", "retry_delay")
# Which options of `install` mean something to which kind.
OPTIONS = {
    "msi": (*_ALL, *_TIMED, *_FILE, *_PROCESS, "signer"),
    "exe": (*_ALL, *_TIMED, *_FILE, *_PROCESS, "signer"),
    "script": (*_ALL, *_TIMED, *_FILE, *_PROCESS, "signer"),
    "msix": (*_ALL, *_TIMED, *_FILE, "expected_return_codes", "signer"),
    "archive": (*_ALL, *_TIMED, *_FILE, "destination", "shortcuts"),
    "chocolatey": (*_ALL, *_TIMED, "package", "package_version", "package_source", "credential", "arguments"),
    "windows_feature": (*_ALL, *_TIMED, "features"),
    "role": (*_ALL, "role", "vars"),
}
# What a kind cannot do without.
REQUIRED = {
    **dict.fromkeys(("msi", "exe", "script"), ("source",)),
    "msix": ("source", "product_id"),
    "archive": ("source", "destination"),
    "chocolatey": ("package",),
    "windows_feature": ("features",),
    "role": ("role",),
}
EXTENSIONS = {
    "msi": (".msi",),
    "exe": (".exe",),
    "msix": (".msix", ".msixbundle", ".appx", ".appxbundle"),
    "archive": (".zip",),
    "script": (".ps1", ".cmd", ".bat"),
}
SIGNED_EXTENSIONS = (".msi", ".exe", ".msix", ".msixbundle", ".appx", ".appxbundle", ".ps1")
CHOICES = {"kind": KINDS, "reboot": ("never", "if_needed", "always"), "s3_access": ("presigned", "builder_role")}
TYPES: dict[str, tuple[type[Any], ...]] = {
    **dict.fromkeys(("arguments", "expected_return_codes", "features", "shortcuts"), (list, tuple)),
    **dict.fromkeys(("environment", "vars"), (Mapping,)),
    "role": (str, Mapping),
}
TYPE_NAMES = {"arguments": "list", "expected_return_codes": "list", "features": "list", "shortcuts": "list"}
NUMBERS = {"timeout": 1, "retries": 0, "retry_delay": 0}
COLLECTIONS = {"chocolatey": "chocolatey.chocolatey", "archive": "community.windows"}
VERIFICATIONS: dict[str, tuple[str, ...]] = {
    "file": ("version",),
    "registry": ("name", "value"),
    "service": ("state", "start_mode"),
    "command": ("output", "return_code"),
}
SERVICE_CHOICES = {
    "state": ("started", "stopped", "paused"),
    "start_mode": ("auto", "delayed", "manual", "disabled"),
}
_ABSOLUTE = re.compile(r"(?:[A-Za-z]:[\\/]|\\\\[^\\]).*", re.DOTALL)
_REGISTRY = re.compile(r"(?i)(?:HKLM|HKCU|HKCR|HKU|HKCC):\\.+", re.DOTALL)


def is_given(value: Any) -> bool:
    """Whether an option has a value: false and 0 are values, nothing and emptiness are not."""
    return value is not None and (isinstance(value, (bool, int)) or bool(value))


def is_absolute(path: Any) -> bool:
    """Whether a text is an absolute path of Windows, on a drive or a share."""
    return bool(_ABSOLUTE.fullmatch(str(path)))


def collection_is_installed(name: str) -> bool:
    """Whether the controller has a collection."""
    try:
        return importlib.util.find_spec(f"ansible_collections.{name}") is not None
    except ModuleNotFoundError:
        return False


def list_problems(applications: Iterable[Any]) -> Iterator[str]:
    """What is wrong with the list as a whole: entries without a name, and names that are there twice."""
    seen: dict[str, str] = {}
    for position, application in enumerate(applications, 1):
        if not isinstance(application, Mapping):
            yield f"Application {position} of the list must be a dictionary."
            continue
        name = application.get("name")
        if not isinstance(name, str) or not name:
            yield f"Application {position} of the list has no name: give it one."
            continue
        if name.lower() in seen:
            yield f"Application {name}: the name is there twice, as {seen[name.lower()]}: give each a name of its own."
        seen[name.lower()] = name
        install = application.get("install")
        if install is not None and not isinstance(install, Mapping):
            yield f"Application {name}: install must be a dictionary."


def option_problems(kind: str, install: Mapping[str, Any]) -> Iterator[str]:
    """Options that are unknown, meaningless for the kind, missing, or of the wrong type."""
    known = {option for options in OPTIONS.values() for option in options}
    for option, value in install.items():
        if option not in known:
            yield f"install has no option {option}: see the documentation of the role install_applications"
        elif is_given(value) and option not in OPTIONS[kind]:
            yield f"{option} means nothing to kind {kind}: leave it out"
        elif is_given(value):
            yield from value_problems(option, value)
    for option in REQUIRED[kind]:
        if not is_given(install.get(option)):
            yield f"kind {kind} needs {option}"


def value_problems(option: str, value: Any) -> Iterator[str]:
    """What is wrong with the value of one option."""
    if option in TYPES and not isinstance(value, TYPES[option]):
        yield f"{option} must be a {TYPE_NAMES.get(option, 'dictionary')}"
    elif option in CHOICES and value not in CHOICES[option]:
        yield f"{option} is {value!r}, but must be one of {', '.join(CHOICES[option])}"
    elif option in NUMBERS and not _is_number(value, NUMBERS[option]):
        yield f"{option} must be a whole number of at least {NUMBERS[option]}"
    elif option == "expected_return_codes" and not all(_is_number(code) for code in value):
        yield "expected_return_codes must be whole numbers"
    elif option == "checksum" and value != "none" and not re.fullmatch(r"(?i)sha256:[0-9a-f]{64}", str(value)):
        yield "checksum must read sha256:<64 hexadecimal digits>, or none"
    elif option in ("creates", "log_path", "destination") and not is_absolute(value):
        yield f"{option} must be an absolute path of Windows, but is {value}"
    elif option == "role" and not isinstance(value, str) and not is_given(value.get("name")):
        yield "role must be a name, or a dictionary with name and optionally tasks_from"
    elif option == "shortcuts":
        for shortcut in value:
            if not isinstance(shortcut, Mapping) or not is_given(shortcut.get("name")) or not shortcut.get("target"):
                yield "each of shortcuts needs name and target"
            elif not is_absolute(shortcut["name"]) and not safe_file_name(str(shortcut["name"])):
                yield f'no file can have the name of the shortcut {shortcut["name"]}: leave out < > : " / \\ | ? *'


def _is_number(value: Any, least: int | None = None) -> bool:
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]+", str(value)):
        return False
    return least is None or int(value) >= least


def source_problems(kind: str, install: Mapping[str, Any], where: str, is_folder: bool) -> Iterator[str]:
    """What is wrong with where the application's file comes from."""
    source = str(install.get("source") or "")
    inner = str(install.get("file") or "")
    name = inner or file_name(source, where)
    checksum = str(install.get("checksum") or "")
    if where in NETWORK_ORIGINS and not checksum:
        yield "a source on the network needs a checksum: give sha256:<64 hexadecimal digits>, or none to go without"
    if source.lower().startswith("http://") and checksum.lower() == "none":
        yield "a source over plain HTTP needs a sha256 checksum, for anybody on the way can change it: give it, or use https://"
    if is_folder and not inner:
        yield "the source is a folder: say with file which of its files is run"
    if where in ("url", "s3") and ("/" in inner or "\\" in inner):
        yield "file of a download must be a name without a folder"
    if not safe_file_name(name):
        yield f"no file of Windows can be named {name or '(nothing)'}: say with file how the download is named"
    elif extension(name) not in EXTENSIONS[kind]:
        wanted = " or ".join(EXTENSIONS[kind])
        yield f"kind {kind} needs a file that ends with {wanted}, not {name}: correct source, file or kind"
    if is_given(install.get("signer")) and extension(name) not in SIGNED_EXTENSIONS:
        yield f"signer can't be checked, for {name} is no file that carries an Authenticode signature: leave it out"
    if is_given(install.get("s3_access")) and where != "s3":
        yield "s3_access means something to a source s3://bucket/key only: leave it out"
    if is_given(install.get("credential")) and where not in ("url", "share"):
        yield "credential means something to a URL or a share only: leave it out"
    if kind == "script" and extension(name) in (".cmd", ".bat") and " " in name:
        yield f"cmd.exe can't be given the name {name} reliably: rename the file without blanks"


def credential_problems(install: Mapping[str, Any], where: str, credentials: Mapping[str, Any]) -> Iterator[str]:
    """Credentials that the description names and the dictionary lacks, or that lack something."""
    for option, use in (("credential", where), ("run_as", "run_as")):
        key = install.get(option)
        if not is_given(key):
            continue
        if str(key) not in credentials:
            yield f"{option} names {key}, which install_applications_credentials doesn't have: add it"
            continue
        lacking = credential_problem(credentials[str(key)], use)
        if lacking:
            yield f"{option}: the entry {key} of install_applications_credentials {lacking}"


def collection_problems(needed: Iterable[str]) -> Iterator[str]:
    """Collections that the controller would need and doesn't have."""
    for name in sorted(set(needed)):
        if not collection_is_installed(name):
            yield f"the controller lacks the collection {name}: run `ansible-galaxy collection install {name}`"


def needed_collections(kind: str, verify: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Collections beyond ansible.windows that the application makes use of."""
    if kind in COLLECTIONS:
        yield COLLECTIONS[kind]
    if any("file" in condition and is_given(condition.get("version")) for condition in verify):
        yield "community.windows"


def verify_problems(verify: Any) -> Iterator[str]:
    """What is wrong with the list of conditions."""
    if not is_given(verify):
        return
    if not isinstance(verify, (list, tuple)):
        yield "verify must be a list"
        return
    for condition in verify:
        kinds = [kind for kind in VERIFICATIONS if isinstance(condition, Mapping) and is_given(condition.get(kind))]
        if len(kinds) != 1:
            yield f"each of verify needs exactly one of {', '.join(VERIFICATIONS)}"
            continue
        yield from _condition_problems(kinds[0], condition)


def _condition_problems(kind: str, condition: Mapping[str, Any]) -> Iterator[str]:
    unknown = sorted(set(condition) - {kind, *VERIFICATIONS[kind]})
    if unknown:
        yield f"verify: {kind} has no option {', '.join(unknown)}"
    subject = condition[kind]
    if kind == "file" and not is_absolute(subject):
        yield f"verify: file must be an absolute path of Windows, but is {subject}"
    elif kind == "file" and is_given(condition.get("version")) and extension(str(subject)) not in (".exe", ".dll"):
        yield f"verify: only .exe and .dll files have a version that can be read, not {subject}"
    elif kind == "registry" and not _REGISTRY.fullmatch(str(subject)):
        yield f"verify: registry must read like HKLM:\\SOFTWARE\\Vendor\\Product, but is {subject}"
    elif kind == "registry" and "value" in condition and not is_given(condition.get("name")):
        yield f"verify: value of {subject} needs the name of the registry value"
    elif kind == "command" and not isinstance(subject, (list, tuple)):
        yield "verify: command must be a list, the program first"
    for option, choices in SERVICE_CHOICES.items():
        if kind == "service" and is_given(condition.get(option)) and condition[option] not in choices:
            yield f"verify: {option} of service {subject} must be one of {', '.join(choices)}"
    if kind == "command" and is_given(condition.get("output")):
        try:
            re.compile(str(condition["output"]))
        except re.error as error:
            yield f"verify: output of the command is no regular expression ({error})"
