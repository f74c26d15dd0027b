# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The registry: keys and typed values, case-insensitive, the 32-bit view under WOW6432Node kept apart."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

# Long and short names of the root keys.
HIVES = {
    "HKEY_LOCAL_MACHINE": "HKLM",
    "HKEY_CURRENT_USER": "HKCU",
    "HKEY_CLASSES_ROOT": "HKCR",
    "HKEY_USERS": "HKU",
    "HKEY_CURRENT_CONFIG": "HKCC",
}

RegistryData = str | int | bytes | list[str]


@dataclass(frozen=True)
class RegistryValue:
    """One value.

    Attributes:
        kind: a name of .NET's RegistryValueKind: String, ExpandString, MultiString, DWord, QWord, Binary, None.
        data: text, list of texts, unsigned number or bytes, as the kind asks for.
    """

    kind: str
    data: RegistryData


@dataclass
class _Key:
    name: str
    values: dict[str, tuple[str, RegistryValue]] = field(default_factory=dict)
    keys: dict[str, _Key] = field(default_factory=dict)

    def copy(self) -> _Key:
        return _Key(self.name, dict(self.values), {name: key.copy() for name, key in self.keys.items()})


def split_path(path: str) -> tuple[str, list[str]]:
    """The short name of the hive and the key names of `HKLM:\\A\\B`, `HKLM\\A\\B` or `HKEY_LOCAL_MACHINE\\A\\B`.

    HKEY_CLASSES_ROOT is the machine's Software\\Classes, as far as the simulator goes.

    Raises:
        ValueError: no such hive.
    """
    text = re.sub(r"^(Microsoft\.PowerShell\.Core\\)?Registry::", "", path.strip().replace("/", "\\"), flags=re.I)
    hive, *names = [name for name in text.split("\\") if name]
    hive = hive.rstrip(":").upper()
    hive = HIVES.get(hive, hive)
    if hive not in HIVES.values():
        raise ValueError(f"no such registry hive: {path}")
    if hive == "HKCR":
        return "HKLM", ["SOFTWARE", "Classes", *names]
    return hive, names


class Registry:
    """All hives of a machine. Thread-safe. HKCU is one hive, whoever asks."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._hives = {hive: _Key(hive) for hive in HIVES.values()}

    def copy(self) -> Registry:
        """An independent copy."""
        with self._lock:
            twin = Registry()
            twin._hives = {name: hive.copy() for name, hive in self._hives.items()}
            return twin

    def has_key(self, path: str) -> bool:
        """Whether the key exists."""
        return self._find(path) is not None

    def create_key(self, path: str) -> bool:
        """Create a key and those above it; says whether anything had to be created."""
        hive, names = split_path(path)
        with self._lock:
            key, created = self._hives[hive], False
            for name in names:
                created = created or name.lower() not in key.keys
                key = key.keys.setdefault(name.lower(), _Key(name))
            return created

    def delete_key(self, path: str) -> bool:
        """Delete a key with everything below it; says whether there was one."""
        parent, _slash, name = path.rstrip("\\").rpartition("\\")
        with self._lock:
            key = self._find(parent)
            return key is not None and key.keys.pop(name.lower(), None) is not None

    def key_names(self, path: str) -> list[str]:
        """Names of the keys below a key; none when it does not exist."""
        with self._lock:
            key = self._find(path)
            return [child.name for child in key.keys.values()] if key else []

    def values(self, path: str) -> dict[str, RegistryValue]:
        """Values of a key by name, the default value as ``""``; empty when the key does not exist."""
        with self._lock:
            key = self._find(path)
            return dict(key.values.values()) if key else {}

    def get(self, path: str, name: str) -> RegistryValue | None:
        """A value, or None."""
        with self._lock:
            key = self._find(path)
            found = key.values.get(name.lower()) if key else None
            return found[1] if found else None

    def set(self, path: str, name: str, data: RegistryData, kind: str = "String") -> None:
        """Set a value, creating its key when missing. A name keeps the spelling it was first written with."""
        with self._lock:
            self.create_key(path)
            key = self._find(path)
            assert key is not None
            spelling = key.values[name.lower()][0] if name.lower() in key.values else name
            key.values[name.lower()] = (spelling, RegistryValue(kind, data))

    def delete(self, path: str, name: str) -> bool:
        """Delete a value; says whether there was one."""
        with self._lock:
            key = self._find(path)
            return key is not None and key.values.pop(name.lower(), None) is not None

    def texts(self, path: str) -> dict[str, str]:
        """The values of a key that are texts, by name: how environment variables are kept."""
        return {name: value.data for name, value in self.values(path).items() if isinstance(value.data, str)}

    def _find(self, path: str) -> _Key | None:
        hive, names = split_path(path)
        return _descend(self._hives[hive], names)


def _descend(key: _Key, names: Sequence[str]) -> _Key | None:
    for name in names:
        child = key.keys.get(name.lower())
        if child is None:
            return None
        key = child
    return key
