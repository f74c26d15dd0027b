# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Secrets of a run, and the script that looks for them on a Windows host.

The secrets reach the script as SecureString parameters, which neither the script block log nor the module log of
PowerShell writes down in clear. Inside they go to methods of .NET only: what is handed to a cmdlet, such as the pattern
of Select-String, is what the module log shows.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
MAXIMUM_FILE_SIZE = 16 * 1024 * 1024
"""Bytes."""

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

SCRIPT = r"""
[CmdletBinding()]
param (
    [string[]]$Folder,
    [string[]]$Key,
    [long]$Limit,
{parameters}
)
$latin = [Text.Encoding]::GetEncoding(28591)
$encodings = @(
    [Text.Encoding]::UTF8, [Text.Encoding]::Unicode, [Text.Encoding]::BigEndianUnicode, [Text.Encoding]::Default
)
$number = 0
$wanted = foreach ($secret in @({variables})) {
    $text = [Net.NetworkCredential]::new('', $secret).Password
    [pscustomobject]@{
        Number = $number
        Text = $text
        Name = [regex]::Escape($text)
        Forms = @(foreach ($encoding in $encodings) {
            $bytes = $encoding.GetBytes($text)
            if ($encoding.GetString($bytes).Equals($text)) { $latin.GetString($bytes) }
        })
    }
    $number += 1
}
Get-ChildItem -LiteralPath $Folder -Recurse -Force -ErrorAction SilentlyContinue | ForEach-Object {
    $place = $_.FullName
    foreach ($one in $wanted) { $place = [regex]::Replace($place, $one.Name, '***', 'IgnoreCase') }
    foreach ($one in $wanted) {
        if ([regex]::IsMatch($_.Name, $one.Name, 'IgnoreCase')) {
            [pscustomobject]@{ Secret = $one.Number; Kind = 'file_name'; Place = $place }
        }
    }
    if ($_.PSIsContainer) { return }
    if ($_.Length -gt $Limit) { return [pscustomobject]@{ Secret = $null; Kind = 'too_large'; Place = $place } }
    try {
        $file = [IO.File]::Open($_.FullName, 'Open', 'Read', 'ReadWrite, Delete')
        $reader = [IO.StreamReader]::new($file, $latin, $false)
        $content = $reader.ReadToEnd()
        $reader.Dispose()
    } catch {
        return [pscustomobject]@{ Secret = $null; Kind = 'unreadable'; Place = $place }
    }
    foreach ($one in $wanted) {
        foreach ($form in $one.Forms) {
            if ($content.IndexOf($form, [StringComparison]::Ordinal) -ge 0) {
                [pscustomobject]@{ Secret = $one.Number; Kind = 'file_content'; Place = $place }
                break
            }
        }
    }
}
& {
    Get-Item -LiteralPath $Key -ErrorAction SilentlyContinue
    Get-ChildItem -LiteralPath $Key -Recurse -ErrorAction SilentlyContinue
} | ForEach-Object {
    $place = $_.Name
    foreach ($one in $wanted) { $place = [regex]::Replace($place, $one.Name, '***', 'IgnoreCase') }
    foreach ($one in $wanted) {
        if ([regex]::IsMatch($_.PSChildName, $one.Name, 'IgnoreCase')) {
            [pscustomobject]@{ Secret = $one.Number; Kind = 'registry_key'; Place = $place }
        }
    }
    foreach ($name in $_.GetValueNames()) {
        $data = $_.GetValue($name, $null, 'DoNotExpandEnvironmentNames')
        $content = if ($data -is [byte[]]) { $latin.GetString($data) } else { $data -join [char]0 }
        $shown = $name
        foreach ($one in $wanted) { $shown = [regex]::Replace($shown, $one.Name, '***', 'IgnoreCase') }
        foreach ($one in $wanted) {
            if ([regex]::IsMatch($name, $one.Name, 'IgnoreCase')) {
                [pscustomobject]@{ Secret = $one.Number; Kind = 'registry_value_name'; Place = "${place}: $shown" }
            }
            foreach ($form in @($one.Text) + $one.Forms) {
                if ($content.IndexOf($form, [StringComparison]::Ordinal) -ge 0) {
                    [pscustomobject]@{ Secret = $one.Number; Kind = 'registry_value'; Place = "${place}: $shown" }
                    break
                }
            }
        }
    }
}
"""
"""Every byte sequence that a form of a secret makes in a file is found, wherever it begins: the file is read as
Latin-1, in which each byte is one character. Hives of users who are not logged on are such files."""


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


def module_arguments(
    secrets: Sequence[Secret], folders: Sequence[str], registry_keys: Sequence[str], maximum_file_size: int
) -> dict[str, Any]:
    """Arguments of ``ansible.windows.win_powershell`` that look for secrets (already spelled out)."""
    return {
        "script": script(len(secrets)),
        "parameters": {
            "Folder": list(folders),
            "Key": [provider_path(key) for key in registry_keys],
            "Limit": maximum_file_size,
        },
        "sensitive_parameters": [
            {"name": f"Secret{index}", "value": secret.text} for index, secret in enumerate(secrets)
        ],
    }


def provider_path(key: str) -> str:
    r"""The registry key ``HKLM\A``, ``HKLM:\A`` or ``HKEY_LOCAL_MACHINE\A`` as the registry provider names it.

    Raises ValueError for any other hive.
    """
    hive, _backslash, rest = key.partition("\\")
    name = hive.rstrip(":").upper()
    full_name = _HIVES.get(name, name)
    if full_name not in _HIVES.values():
        raise ValueError(f"{key} is in none of the registry hives {', '.join(_HIVES)}")
    return "Registry::" + "\\".join(part for part in (full_name, rest.strip("\\")) if part)


@dataclass(frozen=True)
class Report:
    """What the script found.

    ``findings``: dictionaries with ``secret`` (its name), ``kind`` and ``place``, each once. ``not_searched``: places
    of the files that were too large or could not be read.
    """

    findings: list[dict[str, str]]
    not_searched: list[str]


def report(output: Iterable[Mapping[str, Any]], secrets: Sequence[Secret]) -> Report:
    """The script's output with the names of the secrets in place of their numbers."""
    findings: dict[tuple[str, str, str], dict[str, str]] = {}
    not_searched = []
    for item in output:
        number, kind, place = item["Secret"], str(item["Kind"]), masked(str(item["Place"]), secrets)
        if number is None:
            not_searched.append(place)
            continue
        name = secrets[int(number)].name
        findings[name, kind, place] = {"secret": name, "kind": kind, "place": place}
    return Report(list(findings.values()), not_searched)


def masked(text: str, secrets: Iterable[Secret]) -> str:
    """A text without the secrets in it."""
    for secret in sorted(secrets, key=lambda item: len(item.text), reverse=True):
        text = re.sub(re.escape(secret.text), MASK, text, flags=re.IGNORECASE)
    return text
