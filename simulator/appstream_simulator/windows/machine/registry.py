# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The registry: keys and typed values, case-insensitive, the 32-bit view under WOW6432Node kept apart.

Hives of users are files that are loaded below HKEY_USERS while something of the user's runs; HKEY_CURRENT_USER is the
one of whoever asks (`acting_as`).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from . import hives, windows_paths
from .hives import CorruptHiveError, RegistryData, RegistryValue
from .hives import Key as _Key
from .permissions import SecurityDescriptor

__all__ = [
    "HIVES",
    "KINDS_BY_TYPE",
    "CorruptHiveError",
    "HiveError",
    "Registry",
    "RegistryData",
    "RegistryValue",
    "split_path",
]

# Long and short names of the root keys.
HIVES = {
    "HKEY_LOCAL_MACHINE": "HKLM",
    "HKEY_CURRENT_USER": "HKCU",
    "HKEY_CLASSES_ROOT": "HKCR",
    "HKEY_USERS": "HKU",
    "HKEY_CURRENT_CONFIG": "HKCC",
}

# The account SYSTEM, as which everything runs that runs as nobody in particular; `.DEFAULT` is the same hive.
SYSTEM_IDENTIFIER = "S-1-5-18"
_SYSTEM_ALIAS = ".DEFAULT"
_MACHINE_HIVES = ("BCD00000000", "HARDWARE", "SAM", "SECURITY", "SOFTWARE", "SYSTEM")

_current_user: ContextVar[str] = ContextVar("current_user", default=SYSTEM_IDENTIFIER)


class HiveError(Exception):
    """A hive cannot be loaded or unloaded: the number of the Windows error and its text."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


# Names of .NET's RegistryValueKind by those of the registry's own types.
KINDS_BY_TYPE = {
    "REG_SZ": "String",
    "REG_EXPAND_SZ": "ExpandString",
    "REG_DWORD": "DWord",
    "REG_QWORD": "QWord",
    "REG_MULTI_SZ": "MultiString",
    "REG_BINARY": "Binary",
}


@dataclass
class _Mount:
    """A loaded hive; the bytes it was loaded from tell whether its file has to be written."""

    path: str
    root: _Key
    loaded_from: bytes
    users: int = 0


def split_path(path: str) -> tuple[str, list[str]]:
    """The short name of the hive and the key names of `HKLM:\\A\\B`, `HKLM\\A\\B` or `HKEY_LOCAL_MACHINE\\A\\B`.

    HKEY_CLASSES_ROOT is the machine's Software\\Classes, as far as the simulator goes; HKEY_CURRENT_USER is the key of
    the user who asks below HKEY_USERS.

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
    if hive == "HKCU":
        return "HKU", [_current_user.get(), *names]
    return hive, names


@contextmanager
def acting_as(identifier: str) -> Iterator[None]:
    """While in this context HKEY_CURRENT_USER is that of the account with this security identifier."""
    token = _current_user.set(identifier)
    try:
        yield
    finally:
        _current_user.reset(token)


class Registry:
    """All hives of a machine. Thread-safe.

    Attributes:
        marked_for_deletion: keys by their long names, lower case, that somebody has deleted while others have them
            open: they are still listed, and nothing of them can be read.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._hives = {hive: _Key(hive) for hive in ("HKLM", "HKU", "HKCC")}
        self._hives["HKLM"].keys = {name.lower(): _Key(name) for name in _MACHINE_HIVES}
        self._mounts: dict[tuple[str, str], _Mount] = {}
        self.marked_for_deletion: set[str] = set()
        self._put_system_hive(_Key(SYSTEM_IDENTIFIER))

    def copy(self) -> Registry:
        """An independent copy without the hives that are loaded from files."""
        with self._lock:
            twin = Registry()
            loaded = set(self._mounts) | {("HKU", SYSTEM_IDENTIFIER.lower()), ("HKU", _SYSTEM_ALIAS.lower())}
            for hive, root in self._hives.items():
                kept = {name: key.copy() for name, key in root.keys.items() if (hive, name) not in loaded}
                twin._hives[hive].keys.update(kept)
            return twin

    # Hives in files

    def load(self, hive: str, name: str, path: str, data: bytes) -> None:
        """Load a hive file as a key directly below HKLM or HKU.

        Args:
            path: where the file is; it is in use from now on.
            data: its content.

        Raises:
            HiveError: it is loaded already or no hive, or there is a key of the name.
        """
        with self._lock:
            if self.in_use(path):
                reason = "The process cannot access the file because it is being used by another process"
                raise HiveError(32, reason)
            if name.lower() in self._hives[hive].keys and not self._is_blank_system_hive(hive, name):
                raise HiveError(5, "Access is denied")
            try:
                root = hives.parse(data, name)
            except CorruptHiveError as error:
                raise HiveError(1009, "The configuration registry database is corrupt") from error
            self._mounts[hive, name.lower()] = _Mount(_normal(path), root, data)
            if (hive, name) == ("HKU", SYSTEM_IDENTIFIER):
                self._put_system_hive(root)
            else:
                self._hives[hive].keys[name.lower()] = root

    def unload(self, hive: str, name: str) -> tuple[str, bytes | None]:
        """Unload a hive.

        Returns:
            the path of its file and what is to be written there, None when nothing has changed.

        Raises:
            HiveError: no such hive is loaded from a file.
        """
        with self._lock:
            mount = self._mounts.pop((hive, name.lower()), None)
            if mount is None:
                there = name.lower() in self._hives[hive].keys
                raise HiveError(5, "Access is denied") if there else HiveError(87, "The parameter is incorrect")
            del self._hives[hive].keys[name.lower()]
            if (hive, name) == ("HKU", SYSTEM_IDENTIFIER):
                self._put_system_hive(_Key(SYSTEM_IDENTIFIER))
            return mount.path, _changed(mount)

    def use(self, name: str, change: int) -> int:
        """Count one more or one less user of a hive below HKU; gives how many there are, 0 when it is not loaded."""
        with self._lock:
            mount = self._mounts.get(("HKU", name.lower()))
            if mount is None:
                return 0
            mount.users = max(0, mount.users + change)
            return mount.users

    def loaded(self) -> list[tuple[str, str]]:
        """Where hives are loaded from files: root key and name."""
        with self._lock:
            return [(hive, mount.root.name) for (hive, _name), mount in self._mounts.items()]

    def is_loaded(self, hive: str, name: str) -> bool:
        """Whether a hive is loaded from a file under this name."""
        with self._lock:
            return (hive, name.lower()) in self._mounts

    def in_use(self, path: str) -> bool:
        """Whether a file is a hive that is loaded."""
        with self._lock:
            return bool(self._mounts) and _normal(path) in {mount.path for mount in self._mounts.values()}

    def files_in_use(self) -> list[str]:
        """Paths, in lower case, of the files of all loaded hives."""
        with self._lock:
            return [mount.path for mount in self._mounts.values()]

    def unsaved(self) -> dict[str, bytes]:
        """What the files of the loaded hives would hold if these were unloaded now, by path."""
        with self._lock:
            return {mount.path: hives.content(mount.root) for mount in self._mounts.values()}

    # Keys and values

    def tree(self, path: str) -> _Key:
        """A copy of a key with everything below it, empty when it does not exist."""
        with self._lock:
            key = self._find(path)
            return key.copy() if key else _Key("")

    def copy_tree(self, source: str, target: str) -> None:
        """Copy a key's values and everything below it into another key; nothing happens when it does not exist."""
        with self._lock:
            if not self.has_key(source):
                return
            self.create_key(target)
            for name, value in self.values(source).items():
                self.set(target, name, value.data, value.kind)
            for name in self.key_names(source):
                self.copy_tree(f"{source}\\{name}", f"{target}\\{name}")

    def trouble(self, path: str) -> str | None:
        """Why nothing of a key can be read, None when it can be."""
        if path.lower() in self.marked_for_deletion:
            return "Illegal operation attempted on a registry key that has been marked for deletion."
        return None

    def has_key(self, path: str) -> bool:
        """Whether the key exists."""
        return self._find(path) is not None

    def create_key(self, path: str) -> bool:
        """Create a key and those above it; says whether anything had to be created.

        Raises:
            OSError: it would be directly below HKEY_USERS or HKEY_LOCAL_MACHINE, where only hives can be.
        """
        hive, names = split_path(path)
        with self._lock:
            key, created = self._hives[hive], False
            if hive in ("HKLM", "HKU") and names and names[0].lower() not in key.keys:
                raise OSError("The parameter is incorrect.")
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
        """Set a value, creating its key when missing. A name keeps the spelling it was first written with.

        Raises:
            OSError: as `create_key`.
        """
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

    def security(self, path: str) -> SecurityDescriptor | None:
        """The key's own security descriptor, None when it has none of its own."""
        key = self._find(path)
        return key.security if key else None

    def set_security(self, path: str, descriptor: SecurityDescriptor) -> None:
        """Give an existing key a security descriptor of its own."""
        with self._lock:
            key = self._find(path)
            if key is not None:
                key.security = descriptor

    def change_security(self, change: Callable[[SecurityDescriptor], SecurityDescriptor]) -> None:
        """Replace the security descriptors of all keys."""
        with self._lock:
            for root in self._hives.values():
                hives.change_security(root, change)

    def _find(self, path: str) -> _Key | None:
        hive, names = split_path(path)
        return _descend(self._hives[hive], names)

    def _put_system_hive(self, root: _Key) -> None:
        users = self._hives["HKU"].keys
        users[_SYSTEM_ALIAS.lower()] = _Key(_SYSTEM_ALIAS, root.values, root.keys)
        users[SYSTEM_IDENTIFIER.lower()] = root

    def _is_blank_system_hive(self, hive: str, name: str) -> bool:
        return (hive, name) == ("HKU", SYSTEM_IDENTIFIER) and (hive, name.lower()) not in self._mounts


def _descend(key: _Key, names: Sequence[str]) -> _Key | None:
    for name in names:
        child = key.keys.get(name.lower())
        if child is None:
            return None
        key = child
    return key


def _changed(mount: _Mount) -> bytes | None:
    data = hives.content(mount.root)
    return None if data == mount.loaded_from else data


def _normal(path: str) -> str:
    return windows_paths.normalise(path).lower()
