# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is wrong with the description of an application, before anything of it is acted upon.

Types and choices have been checked by then; these are the ways in which values that are right by themselves don't fit
together. Every check says what to do instead.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._applications.arguments import placeholder_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.kinds import (
    ARCHIVES,
    KINDS,
    REMOVABLE,
    REQUIRED_FOR_REMOVAL,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.sources import (
    NETWORK_ORIGINS,
    credential_problem,
    extension,
    file_name,
    safe_file_name,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.specification import APPLICATION

INSTALL: dict[str, Any] = APPLICATION["install"]["options"]
LEAST = {"timeout": 1, "retries": 0, "retry_delay": 0}
ACCOUNTS_OF_WINDOWS = ("system", "localservice", "networkservice")
"""Accounts that an administrator runs something as without a password, in lower case."""

VERIFICATIONS: dict[str, tuple[str, ...]] = {
    "file": ("version",),
    "registry": ("name", "value"),
    "service": ("state", "start_mode"),
    "command": ("output", "return_code"),
}
_ABSOLUTE = re.compile(r"(?:[A-Za-z]:[\\/]|\\\\[^\\]).*", re.DOTALL)
_ON_A_DRIVE = re.compile(r"[A-Za-z]:[\\/].*", re.DOTALL)
_REGISTRY = re.compile(r"(?i)(?:HKLM|HKCU|HKCR|HKU|HKCC):\\.+", re.DOTALL)
_SET_REGISTRY = re.compile(r"(?i)(?:HKLM|HKCU):\\.+", re.DOTALL)
_SUPPLIED = "install_applications_credentials"


def is_given(value: Any) -> bool:
    """Whether an option has a value: false and 0 are values, nothing and emptiness are not."""
    return value is not None and (isinstance(value, (bool, int)) or bool(value))


def is_set(option: str, value: Any) -> bool:
    """Whether an option of ``install`` has a value that is not its default."""
    return is_given(value) and value != INSTALL.get(option, {}).get("default")


def is_absolute(path: Any) -> bool:
    """Whether a text is an absolute path of Windows, on a drive or a share."""
    return bool(_ABSOLUTE.fullmatch(str(path)))


def collection_is_installed(name: str) -> bool:
    """Whether the controller has a collection."""
    try:
        return importlib.util.find_spec(f"ansible_collections.{name}") is not None
    except ModuleNotFoundError:
        return False


def name_problems(applications: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Entries without a name, and names that are there twice."""
    seen: dict[str, str] = {}
    for position, application in enumerate(applications, 1):
        name = application.get("name")
        if not name:
            yield f"Application {position} of the list has no name: give it one."
            continue
        if name.lower() in seen:
            yield f"Application {name}: the name is there twice, as {seen[name.lower()]}: give each a name of its own."
        seen.setdefault(name.lower(), name)


def install_problems(kind: str, install: Mapping[str, Any], state: str) -> Iterator[str]:
    """Options that mean nothing to the kind, are missing, or have values that can't be."""
    for option, value in install.items():
        if not is_set(option, value):
            continue
        if option not in KINDS[kind].options:
            yield f"{option} means nothing to kind {kind}: leave it out"
        else:
            yield from _value_problems(option, value)
    if state == "absent" and kind not in REMOVABLE:
        removable = ", ".join(REMOVABLE)
        yield f"kind {kind} can't be removed; those that can are {removable}. Use a script or a role of yours"
    required = KINDS[kind].required if state == "present" else REQUIRED_FOR_REMOVAL.get(kind, KINDS[kind].required)
    for option in required:
        if not is_given(install.get(option)):
            yield f"kind {kind} needs {option}" + (" to be removed" if state == "absent" else "")


def _value_problems(option: str, value: Any) -> Iterator[str]:
    if option in LEAST and int(value) < LEAST[option]:
        yield f"{option} must be a whole number of at least {LEAST[option]}"
    elif option == "checksum":
        yield from _checksum_problems(value)
    elif option in ("creates", "log_path", "destination") and not is_absolute(value):
        yield f"{option} must be an absolute path of Windows, but is {value}"
    elif option == "arguments" and not isinstance(value, (str, list, tuple)):
        yield "arguments must be a list with one argument per item, or the command line as one text"
    elif option == "role" and not isinstance(value, str) and not is_given(value.get("name")):
        yield "role must be a name, or a dictionary with name and optionally tasks_from"
    elif option == "shortcuts":
        yield from shortcut_problems(value, needs_target=True)


def _checksum_problems(value: Any) -> Iterator[str]:
    if value != "none" and not re.fullmatch(r"(?i)sha256:[0-9a-f]{64}", str(value)):
        yield "checksum must read sha256:<64 hexadecimal digits>, or none"


def source_problems(kind: str, install: Mapping[str, Any], where: str, is_folder: bool) -> Iterator[str]:
    """What is wrong with where the application's file comes from."""
    source, inner = str(install.get("source") or ""), str(install.get("file") or "")
    packed = is_packed(kind, install, where)
    name = inner or file_name(source, where)
    yield from _network_problems(source, str(install.get("checksum") or ""), where)
    if is_folder and not inner:
        yield "the source is a folder: say with file which of its files is run"
    if where in ("url", "s3") and not packed and ("/" in inner or "\\" in inner):
        yield "file of a download must be a name without a folder"
    if not safe_file_name(name):
        yield f"no file of Windows can be named {name or '(nothing)'}: say with file how the download is named"
    elif extension(name) not in KINDS[kind].extensions:
        wanted = " or ".join(KINDS[kind].extensions)
        yield f"kind {kind} needs a file that ends with {wanted}, not {name}: correct source, file or kind"
    if (is_given(install.get("signer")) and not KINDS[kind].signed) or _cannot_be_signed(install, name):
        yield f"signer can't be checked, for {name} is no file that carries an Authenticode signature: leave it out"
    if is_set("s3_access", install.get("s3_access")) and where != "s3":
        yield "s3_access means something to a source s3://bucket/key only: leave it out"
    if is_given(install.get("s3_region")) and where != "s3":
        yield "s3_region means something to a source s3://bucket/key only: leave it out"
    if is_given(install.get("credential")) and where not in ("url", "share"):
        yield "credential means something to a URL or a share only: leave it out"
    if kind == "script" and extension(name) in (".cmd", ".bat") and " " in name:
        yield f"cmd.exe can't be given the name {name} reliably: rename the file without blanks"
    for transform in install.get("transforms") or []:
        if extension(str(transform)) != ".mst":
            yield f"transforms: {transform} is no .mst file"


def _cannot_be_signed(install: Mapping[str, Any], name: str) -> bool:
    return is_given(install.get("signer")) and extension(name) in (".cmd", ".bat")


def _network_problems(source: str, checksum: str, where: str) -> Iterator[str]:
    if where in NETWORK_ORIGINS and not checksum:
        yield "a source on the network needs a checksum: give sha256:<64 hexadecimal digits>, or none to go without"
    if source.lower().startswith("http://") and checksum.lower() == "none":
        yield (
            "a source over plain HTTP needs a sha256 checksum, for anybody on the way can change it: give it, or use "
            "https://"
        )


def is_packed(kind: str, install: Mapping[str, Any], where: str) -> bool:
    """Whether the file that is run is within an archive that has to be unpacked first."""
    inner = str(install.get("file") or "")
    outer = extension(file_name(str(install.get("source") or ""), where))
    return kind != "archive" and bool(inner) and outer in ARCHIVES and extension(inner) != outer


def further_source_problems(install: Mapping[str, Any], origin_of: Any) -> Iterator[str]:
    """What is wrong with the further files of the folder; ``origin_of`` raises ValueError for what is no source."""
    for position, one in enumerate(install.get("sources") or [], 1):
        where = f"sources[{position}]"
        if is_given(one.get("source")) == (one.get("content") is not None):
            yield f"{where} needs exactly one of source and content"
            continue
        if one.get("content") is not None:
            if not safe_file_name(str(one.get("name") or "")):
                yield f"{where}: content needs name, the name of a file"
            continue
        try:
            origin = origin_of(str(one["source"]))
        except ValueError as error:
            yield f"{where}: {error}"
            continue
        if one.get("template") and origin != "controller":
            yield f"{where}: a template is a file of the controller"
        if not safe_file_name(str(one.get("name") or file_name(str(one["source"]), origin))):
            yield f"{where}: no file of Windows can have its name: give it one with name"
        yield from (f"{where}: {problem}" for problem in _checksum_problems(one.get("checksum") or "none"))
        problems = _network_problems(str(one["source"]), str(one.get("checksum") or ""), origin)
        yield from (f"{where}: {problem}" for problem in problems)


def around_problems(application: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with what is set around the installation."""
    for file in application.get("files") or []:
        if is_given(file.get("src")) == (file.get("content") is not None):
            yield f"files: {file.get('dest')} needs exactly one of src and content"
        if not _ON_A_DRIVE.fullmatch(str(file.get("dest"))):
            yield f"files: dest must be an absolute path of Windows, but is {file.get('dest')}"
    for value in application.get("registry") or []:
        path = str(value.get("path"))
        if not _SET_REGISTRY.fullmatch(path):
            yield (
                f"registry: {path} must begin with HKLM:\\ or, for new users, with HKCU:\\; other hives take a script"
            )
        if value.get("state") != "absent" and not is_given(value.get("name")) and value.get("data") is not None:
            yield f"registry: data of {path} needs the name of the value"
    for entry in application.get("path_entries") or []:
        if not is_absolute(entry) or ";" in entry:
            yield f"path_entries: {entry} must be the absolute path of one folder"
    yield from shortcut_problems(application.get("shortcuts") or [], needs_target=False)
    for task in application.get("scheduled_tasks") or []:
        if not str(task.get("name")).startswith("\\"):
            yield f"scheduled_tasks: {task.get('name')} must begin with its folder, such as \\Vendor\\Update"
    for service in application.get("services") or []:
        if service.get("state") == "absent" and service.get("start_mode"):
            yield f"services: {service.get('name')} is to be absent: leave out start_mode"
    for one in application.get("after_install") or []:
        if is_given(one.get("command")) == is_given(one.get("script")):
            yield "after_install: each needs exactly one of command and script"
        elif is_given(one.get("command")) and not isinstance(one["command"], (str, list, tuple)):
            yield "after_install: command must be a list or one text"


def shortcut_problems(shortcuts: Iterable[Mapping[str, Any]], *, needs_target: bool) -> Iterator[str]:
    """What is wrong with shortcuts; those within an archive always have a target."""
    for shortcut in shortcuts:
        absent = shortcut.get("state") == "absent"
        if not shortcut.get("name") or (not shortcut.get("target") and (needs_target or not absent)):
            yield "each of shortcuts needs name and target"
        elif not is_absolute(shortcut["name"]) and not safe_file_name(str(shortcut["name"])):
            yield f'no file can have the name of the shortcut {shortcut["name"]}: leave out < > : " / \\ | ? *'


def credential_problems(install: Mapping[str, Any], where: str, credentials: Mapping[str, Any]) -> Iterator[str]:
    """Credentials that the description names and the dictionary lacks, or that lack something."""
    account = str(install.get("run_as") or "")
    named = [("credential", where, install.get("credential"))]
    named.append(("run_as", "run_as", "" if account.lower() in ACCOUNTS_OF_WINDOWS else account))
    named += [("package_sources", "share", one.get("credential")) for one in install.get("package_sources") or []]
    for one in install.get("sources") or []:
        use = "share" if str(one.get("source") or "").startswith("\\\\") else "url"
        named.append(("sources", use, one.get("credential")))
    for option, use, key in named:
        if not is_given(key):
            continue
        if str(key) not in credentials:
            yield f"{option} names {key}, which {_SUPPLIED} doesn't have: add it"
            continue
        lacking = credential_problem(credentials[str(key)], use)
        if lacking:
            yield f"{option}: the entry {key} of {_SUPPLIED} {lacking}"


def reference_problems(application: Mapping[str, Any], credentials: Mapping[str, Any]) -> Iterator[str]:
    """Placeholders of secrets that the dictionary of credentials has no value for."""
    install = application.get("install") or {}
    texts = [
        install.get("arguments"),
        install.get("package_params"),
        install.get("environment"),
        [one.get("content") for one in install.get("sources") or []],
        [one.get("content") for one in application.get("files") or []],
        [one.get("data") for one in application.get("registry") or []],
        [(one.get("command"), one.get("script")) for one in application.get("after_install") or []],
    ]
    yield from placeholder_problems(texts, credentials)


def collection_problems(needed: Iterable[str]) -> Iterator[str]:
    """Collections that the controller would need and doesn't have."""
    for name in sorted(set(needed)):
        if not collection_is_installed(name):
            yield f"the controller lacks the collection {name}: run `ansible-galaxy collection install {name}`"


def needed_collections(kind: str, application: Mapping[str, Any]) -> Iterator[str]:
    """Collections beyond ansible.windows that the application makes use of."""
    install = application.get("install") or {}
    if kind in KINDS and KINDS[kind].collection:
        yield KINDS[kind].collection
    source = str(install.get("source") or "").partition("?")[0]
    zipped = extension(source) == ".zip" and (kind == "archive" or extension(str(install.get("file") or "x")) != ".zip")
    if zipped or install.get("shortcuts") or application.get("shortcuts") or application.get("scheduled_tasks"):
        yield "community.windows"


def verify_problems(conditions: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with the list of conditions."""
    for condition in conditions:
        kinds = [kind for kind in VERIFICATIONS if is_given(condition.get(kind))]
        if len(kinds) != 1:
            yield f"each of verify needs exactly one of {', '.join(VERIFICATIONS)}"
            continue
        yield from _condition_problems(kinds[0], condition)


def _condition_problems(kind: str, condition: Mapping[str, Any]) -> Iterator[str]:
    given = {key for key, value in condition.items() if is_given(value) and (key, value) != ("return_code", 0)}
    unknown = sorted(given - {kind, *VERIFICATIONS[kind]})
    if unknown:
        yield f"verify: {kind} has no option {', '.join(unknown)}"
    subject = condition[kind]
    if kind == "file" and not is_absolute(subject):
        yield f"verify: file must be an absolute path of Windows, but is {subject}"
    elif kind == "file" and is_given(condition.get("version")) and extension(str(subject)) not in (".exe", ".dll"):
        yield f"verify: only .exe and .dll files have a version that can be read, not {subject}"
    elif kind == "registry" and not _REGISTRY.fullmatch(str(subject)):
        yield f"verify: registry must read like HKLM:\\SOFTWARE\\Vendor\\Product, but is {subject}"
    elif kind == "registry" and condition.get("value") is not None and not is_given(condition.get("name")):
        yield f"verify: value of {subject} needs the name of the registry value"
    if kind == "command" and is_given(condition.get("output")):
        try:
            re.compile(str(condition["output"]))
        except re.error as error:
            yield f"verify: output of the command is no regular expression ({error})"
