# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a text stands on a disk: in files as UTF-8, UTF-16 or in the ANSI code page, in names, and in the registry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .disk import Disk
from .registry import Registry, RegistryData

_HIVES = ("HKEY_LOCAL_MACHINE", "HKEY_USERS", "HKEY_CURRENT_CONFIG")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")


def places(disk: Disk, text: str) -> list[str]:
    """The places, each with its kind; the text itself is masked in them."""
    name = re.compile(re.escape(text), re.IGNORECASE)
    forms = tuple(_forms(text))
    found = list(_in_files(disk, name, forms))
    for hive in _HIVES:
        found += _in_key(disk.registry, hive, name, text, forms)
    return sorted({f"{kind}: {name.sub('***', place)}" for kind, place in found})


def _forms(text: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS:
        data = text.encode(encoding, "replace")
        if data.decode(encoding, "replace") == text:
            yield data


def _in_files(disk: Disk, name: re.Pattern[str], forms: tuple[bytes, ...]) -> Iterator[tuple[str, str]]:
    for item in disk.walk("C:\\"):
        if name.search(item.name):
            yield "file_name", item.path
        if item.is_directory:
            continue
        try:
            content = disk.read(item.path)
        except OSError:
            continue
        if any(form in content for form in forms):
            yield "file_content", item.path


def _in_key(
    registry: Registry, path: str, name: re.Pattern[str], text: str, forms: tuple[bytes, ...]
) -> Iterator[tuple[str, str]]:
    if name.search(path.rpartition("\\")[2]):
        yield "registry_key", path
    for value_name, value in registry.values(path).items():
        if name.search(value_name):
            yield "registry_value_name", f"{path}: {value_name}"
        content = _content(value.data)
        if any(form in content for form in (text, *(data.decode("latin-1") for data in forms))):
            yield "registry_value", f"{path}: {value_name}"
    for child in registry.key_names(path):
        yield from _in_key(registry, f"{path}\\{child}", name, text, forms)


def _content(data: RegistryData) -> str:
    if isinstance(data, bytes):
        return data.decode("latin-1")
    return "\0".join(data) if isinstance(data, list) else str(data)
