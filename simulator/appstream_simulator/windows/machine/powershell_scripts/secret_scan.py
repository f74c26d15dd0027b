# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A search of all files and registry keys for secrets, byte by byte.

What the statements are documented to do: Latin-1 (code page 28591) makes one character of each byte, so text of a file
contains the characters that the bytes of a secret make exactly where the file contains those bytes; `GetBytes` puts no
byte order mark before them; `Default` of Windows PowerShell is the ANSI code page, 1252 here, which writes `?` for what
it does not have, so that the way back does not give the same text. A file that is open without sharing, as loaded
registry hives are, cannot be opened. `-LiteralPath` of what does not exist is an error, which is silenced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from appstream_simulator.windows.powershell.values import Secret

from ..disk import Disk
from ..registry import Registry, RegistryData, split_path
from . import ScriptRun

_TEXT = r"""
$latin = [Text.Encoding]::GetEncoding(28591)
$encodings = @(
    [Text.Encoding]::UTF8, [Text.Encoding]::Unicode, [Text.Encoding]::BigEndianUnicode, [Text.Encoding]::Default
)
$number = 0
$wanted = foreach ($secret in @(<secrets>)) {
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
_SECRETS = r"(?P<secrets>\$\w+(?:, \$\w+)*)"
PATTERN = re.compile(re.escape(" ".join(_TEXT.split())).replace("<secrets>", _SECRETS))
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")
_LONG_NAMES = {"HKLM": "HKEY_LOCAL_MACHINE", "HKU": "HKEY_USERS", "HKCC": "HKEY_CURRENT_CONFIG"}


@dataclass(frozen=True)
class _Wanted:
    number: int
    text: str
    forms: tuple[bytes, ...]

    @property
    def name(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.text), re.IGNORECASE)


def search(run: ScriptRun) -> list[Any]:
    """The objects that the script outputs, as dictionaries."""
    names = [name.strip().lstrip("$").lower() for name in run.found["secrets"].split(",")]
    wanted = []
    for number, name in enumerate(names):
        secret = run.parameters.get(name)
        text = secret.text if isinstance(secret, Secret) else ""
        wanted.append(_Wanted(number, text, tuple(_forms(text))))
    limit = int(run.parameters.get("limit") or 0)
    disk = run.task.disk
    files = (item for folder in run.parameters.get("folder") or [] for item in _in_files(disk, folder, limit, wanted))
    keys = (item for key in run.parameters.get("key") or [] for item in _in_registry(disk.registry, key, wanted))
    return [*files, *keys]


def places(disk: Disk, text: str) -> list[str]:
    """Where on a disk a text stands, in no matter which file or registry key."""
    wanted = [_Wanted(0, text, tuple(_forms(text)))]
    found = list(_in_files(disk, "C:\\", 1 << 62, wanted))
    for hive in _LONG_NAMES.values():
        found += _in_registry(disk.registry, hive, wanted)
    return sorted({f"{item['Kind']}: {item['Place']}" for item in found if item["Secret"] is not None})


def _forms(text: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS:
        data = text.encode(encoding, "replace")
        if data.decode(encoding, "replace") == text:
            yield data


def _found(secret: int | None, kind: str, place: str) -> dict[str, Any]:
    return {"Secret": secret, "Kind": kind, "Place": place}


def _masked(text: str, wanted: Sequence[_Wanted]) -> str:
    for one in wanted:
        text = one.name.sub("***", text)
    return text


def _in_files(disk: Disk, folder: str, limit: int, wanted: Sequence[_Wanted]) -> Iterator[dict[str, Any]]:
    if disk.is_directory(folder):
        items = list(disk.walk(folder))
    else:
        items = [disk.stat(folder)] if disk.is_file(folder) else []
    for item in items:
        place = _masked(item.path, wanted)
        yield from (_found(one.number, "file_name", place) for one in wanted if one.name.search(item.name))
        if item.is_directory:
            continue
        if item.size > limit:
            yield _found(None, "too_large", place)
            continue
        try:
            content = disk.read(item.path)
        except OSError:
            yield _found(None, "unreadable", place)
            continue
        for one in wanted:
            if any(form in content for form in one.forms):
                yield _found(one.number, "file_content", place)


def _in_registry(registry: Registry, path: str, wanted: Sequence[_Wanted]) -> Iterator[dict[str, Any]]:
    if not registry.has_key(path):
        return
    hive, names = split_path(path)
    shown = "\\".join([_LONG_NAMES[hive], *names])
    yield from _in_key(registry, shown, wanted)
    yield from _below(registry, shown, wanted)


def _below(registry: Registry, path: str, wanted: Sequence[_Wanted]) -> Iterator[dict[str, Any]]:
    for name in registry.key_names(path):
        yield from _in_key(registry, f"{path}\\{name}", wanted)
        yield from _below(registry, f"{path}\\{name}", wanted)


def _in_key(registry: Registry, path: str, wanted: Sequence[_Wanted]) -> Iterator[dict[str, Any]]:
    place, own_name = _masked(path, wanted), path.rpartition("\\")[2]
    yield from (_found(one.number, "registry_key", place) for one in wanted if one.name.search(own_name))
    for name, value in registry.values(path).items():
        content = _content(value.data)
        where = f"{place}: {_masked(name, wanted)}"
        for one in wanted:
            if one.name.search(name):
                yield _found(one.number, "registry_value_name", where)
            if any(form in content for form in (one.text, *(form.decode("latin-1") for form in one.forms))):
                yield _found(one.number, "registry_value", where)


def _content(data: RegistryData) -> str:
    if isinstance(data, bytes):
        return data.decode("latin-1")
    return "\0".join(data) if isinstance(data, list) else str(data)
