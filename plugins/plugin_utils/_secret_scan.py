# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Secrets of a run, and the script that looks for them on a Windows host.

The search itself is C#, in the files beside this one; the script compiles it on the host. The secrets reach the script
as SecureString parameters, which neither the script block log nor the module log of PowerShell writes down in clear,
and become texts inside of the compiled code only.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

MINIMUM_LENGTH = 6
"""Shorter secrets are found everywhere, so finding them would say nothing."""

FOLDERS = (
    r"C:\Windows\Temp",
    r"C:\Users",
    r"C:\ProgramData",
    r"C:\AppStream",
    r"C:\Temp",
    r"C:\inetpub",
    r"C:\Windows\Panther",
    r"C:\Windows\System32\winevt\Logs",
)
REGISTRY_KEYS = (
    r"HKLM\SOFTWARE",
    r"HKLM\SYSTEM\CurrentControlSet\Services",
    r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment",
    "HKU",
)
MAXIMUM_FILE_SIZE = 256 * 1024 * 1024
"""Bytes."""

COUNTS = (
    "folders",
    "files",
    "bytes",
    "links",
    "registry_keys",
    "registry_values",
    "too_large",
    "unreadable",
    "not_reached",
)
"""What the search counts."""

MASK = "***"

_HIVES = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKU": "HKEY_USERS",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKCC": "HKEY_CURRENT_CONFIG",
}
_CONNECTION_SECRETS = re.compile(
    r"ansible_(\w+_)?(password|passwd|pass|secret|secret_key|secret_access_key|session_token|security_token)"
)
ENVIRONMENT_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECRET_KEY", "AWS_SECURITY_TOKEN")
_NO_SECRETS = frozenset({"username", "user", "user_name", "domain"})
"""Keys of a dictionary of credentials whose values are no secrets."""

_SOURCES = ("_secret_scan.cs", "_secret_scan_windows.cs")

# Add-Type of Windows PowerShell takes a warning of the compiler for an error unless it is to ignore it.
SCRIPT = r"""
[CmdletBinding()]
param (
    [string]$Source,
    [int[]]$Group,
    [string[]]$Folder,
    [string[]]$Key,
    [long]$Limit,
    [int]$Seconds,
{parameters}
)
Add-Type -TypeDefinition $Source -Language CSharp -IgnoreWarnings
[Euc.AppStream.SecretScan]::Run([SecureString[]]@({variables}), $Group, $Folder, $Key, $Limit, $Seconds)
"""


@dataclass(frozen=True)
class Secret:
    """A secret of the run under the name by which it is reported."""

    name: str
    text: str = field(repr=False)


def named_secrets(value: Any, name: str = "") -> Iterator[Secret]:
    """The texts in a value: itself, or those in its lists and dictionaries, named by the way to them (``a.b[0]``).

    What a dictionary calls a user name is left out.
    """
    if isinstance(value, Mapping):
        for key, item in value.items():
            if str(key).lower() not in _NO_SECRETS:
                yield from named_secrets(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from named_secrets(item, f"{name}[{index}]")
    elif value is not None and not isinstance(value, bool):
        yield Secret(name, str(value))


def connection_variables(names: Iterable[str]) -> list[str]:
    """Those of the names of variables that hold secrets of a connection or of becoming another user."""
    return sorted(name for name in names if _CONNECTION_SECRETS.fullmatch(name))


def environment_secrets(environment: Mapping[str, str]) -> list[Secret]:
    """The AWS credentials in the controller's environment; key identifiers are no secrets."""
    return [Secret(name, environment[name]) for name in ENVIRONMENT_SECRETS if environment.get(name)]


def searchable(secrets: Iterable[Secret]) -> tuple[list[Secret], list[str]]:
    """What is looked for, and the names of those that are too short to be.

    Each text comes once, under the first of its names. Of a text of several lines, such as a private key, the longest
    line is looked for, because files differ in how lines end.
    """
    wanted: dict[str, Secret] = {}
    too_short = []
    for secret in secrets:
        line = max((line.strip() for line in secret.text.splitlines()), key=len, default="")
        if len(line) >= MINIMUM_LENGTH:
            wanted.setdefault(line, Secret(secret.name, line))
        elif line:
            too_short.append(secret.name)
    return list(wanted.values()), sorted(set(too_short))


def spellings(secret: Secret) -> list[Secret]:
    """A secret as it stands, and as it is written in a URL, in XML and in JSON where that differs."""
    text = secret.text
    forms = (text, quote(text, safe=""), html.escape(text), html.escape(text, quote=False), json.dumps(text)[1:-1])
    return [Secret(secret.name, form) for form in dict.fromkeys(forms)]


def script(count: int) -> str:
    """The PowerShell text for this many secrets."""
    variables = [f"$Secret{index}" for index in range(count)]
    parameters = ",\n".join(f"    [SecureString]{variable}" for variable in variables)
    return SCRIPT.replace("{parameters}", parameters).replace("{variables}", ", ".join(variables)).strip() + "\n"


def source() -> str:
    """The search, as C#."""
    folder = Path(__file__).parent
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in _SOURCES)


@dataclass(frozen=True)
class Extent:
    """What is searched: folders and registry keys with all below, files up to a size in bytes; for how many seconds."""

    folders: Sequence[str]
    registry_keys: Sequence[str]
    maximum_file_size: int = MAXIMUM_FILE_SIZE
    seconds: int = 1800


def module_arguments(secrets: Sequence[Secret], extent: Extent) -> dict[str, Any]:
    """Arguments of ``ansible.windows.win_powershell`` that look for secrets (already spelled out).

    Raises ValueError for a registry key of an unknown hive.
    """
    numbers: dict[str, int] = {}
    for secret in secrets:
        numbers.setdefault(secret.name, len(numbers))
    return {
        "script": script(len(secrets)),
        "parameters": {
            "Source": source(),
            "Group": [numbers[secret.name] for secret in secrets],
            "Folder": list(extent.folders),
            "Key": [key_path(key) for key in extent.registry_keys],
            "Limit": extent.maximum_file_size,
            "Seconds": extent.seconds,
        },
        "sensitive_parameters": [
            {"name": f"Secret{index}", "value": secret.text} for index, secret in enumerate(secrets)
        ],
    }


def key_path(key: str) -> str:
    r"""The registry key ``HKLM\A``, ``HKLM:\A`` or ``HKEY_LOCAL_MACHINE\A`` by its full name.

    Raises ValueError for any other hive.
    """
    hive, _backslash, rest = key.partition("\\")
    name = hive.rstrip(":").upper()
    full_name = _HIVES.get(name, name)
    if full_name not in _HIVES.values():
        raise ValueError(f"{key} is in none of the registry hives {', '.join(_HIVES)}")
    return "\\".join(part for part in (full_name, rest.strip("\\")) if part)


@dataclass(frozen=True)
class Report:
    """What the search has come to.

    Attributes:
        findings: dictionaries with ``secret`` (its name), ``kind`` and ``place``, each once; the first thousand.
        findings_count: how many there are in all.
        not_searched: dictionaries with ``kind`` (``too_large``, ``unreadable`` or ``not_reached``), ``place`` and
            ``reason``; the first thousand of each kind.
        counts: ``folders``, ``files``, ``bytes``, ``links`` (which are not followed), ``registry_keys`` and
            ``registry_values`` that were searched, ``too_large``, ``unreadable`` and ``not_reached``.
        seconds: how long it took, without compiling it.
        time_is_up: whether the time limit ended it.
    """

    findings: list[dict[str, str]] = field(default_factory=list)
    findings_count: int = 0
    not_searched: list[dict[str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    seconds: float = 0.0
    time_is_up: bool = False


def report(output: str, secrets: Sequence[Secret]) -> Report:
    """The search's output, JSON, with the names of the secrets in place of their numbers.

    Raises ValueError when it is no such output.
    """
    try:
        found = json.loads(output)
        names = list(dict.fromkeys(secret.name for secret in secrets))
        findings = [
            {"secret": names[item["secret"]], "kind": item["kind"], "place": masked(item["place"], secrets)}
            for item in found["findings"]
        ]
        not_searched = [
            {"kind": item["kind"], "place": masked(item["place"], secrets), "reason": masked(item["reason"], secrets)}
            for item in found["not_searched"]
        ]
        return Report(
            findings,
            int(found["findings_count"]),
            not_searched,
            {name: int(found[name]) for name in COUNTS},
            float(found["seconds"]),
            bool(found["time_is_up"]),
        )
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        raise ValueError(f"no output of the search: {masked(repr(error), secrets)}") from error


def masked(text: str, secrets: Iterable[Secret]) -> str:
    """A text without the secrets in it."""
    for secret in sorted(secrets, key=lambda item: len(item.text), reverse=True):
        text = re.sub(re.escape(secret.text), MASK, text, flags=re.IGNORECASE)
    return text
