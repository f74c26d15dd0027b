# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A bootable Windows disk: its files, and what Windows keeps in files of its own.

The latter are the registry, the services, the accounts and Image Assistant's application catalog.

An image is a copy of such a disk, and an image builder starts from one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from appstream_simulator.windows.protocol.certificates import SelfSigned

from . import windows_paths
from .accounts import Accounts
from .registry import Registry
from .services import Service

# Reads a file of a share: its content, or None when there is no such file.
ShareReader = Callable[[str], "bytes | None"]


@dataclass
class _Entry:
    name: str
    created: float
    written: float
    accessed: float
    content: bytes | None = None
    hidden: bool = False
    read_only: bool = False
    children: dict[str, _Entry] = field(default_factory=dict)

    def copy(self) -> _Entry:
        return replace(self, children={key: child.copy() for key, child in self.children.items()})


@dataclass(frozen=True)
class FileInformation:
    """What Windows tells about a file or directory. Times are seconds since the epoch, sizes are bytes."""

    path: str
    name: str
    is_directory: bool
    size: int
    created: float
    written: float
    accessed: float
    hidden: bool
    read_only: bool

    @property
    def attributes(self) -> str:
        """The names of .NET's FileAttributes that are set, separated by comma and space."""
        flags = [("ReadOnly", self.read_only), ("Hidden", self.hidden), ("Directory", self.is_directory)]
        flags.append(("Archive", not self.is_directory))
        return ", ".join(name for name, is_set in flags if is_set)


def _no_shares(_path: str) -> bytes | None:
    return None


class Disk:
    """Drive C: and what lives on it. Thread-safe; paths are case-insensitive, 8.3 names and either slash resolve.

    Args:
        now: the time given to new files, seconds since the epoch.
        share_reader: reads files of network shares (`\\\\server\\share\\…`); writing to shares is refused.

    Attributes:
        registry: the registry hives.
        services: installed services by lower-case name.
        accounts: local users and groups.
        certificates: the computer's own certificates with their keys (`Cert:\\LocalMachine\\My`), by thumbprint.
        policy_values: key and name, lower case, of the registry values that group policy has set.
        application_catalog: what Image Assistant has registered, in the order of registration; entries as
            `list-applications` prints them.
    """

    def __init__(self, now: Callable[[], float], share_reader: ShareReader = _no_shares) -> None:
        self.registry = Registry()
        self.services: dict[str, Service] = {}
        self.accounts = Accounts()
        self.certificates: dict[str, SelfSigned] = {}
        self.policy_values: set[tuple[str, str]] = set()
        self.application_catalog: list[dict[str, Any]] = []
        self._now = now
        self.share_reader = share_reader
        self._lock = threading.RLock()
        self._drives: dict[str, _Entry] = {"c:": self._new_entry("C:")}

    def copy(self) -> Disk:
        """An independent copy of everything on the disk."""
        with self._lock:
            twin = Disk(self._now, self.share_reader)
            twin.registry = self.registry.copy()
            twin.services = {name: replace(service) for name, service in list(self.services.items())}
            twin.accounts = self.accounts.copy()
            twin.certificates = dict(self.certificates)
            twin.policy_values = set(self.policy_values)
            twin.application_catalog = [dict(entry) for entry in self.application_catalog]
            twin._drives = {drive: root.copy() for drive, root in self._drives.items()}
            return twin

    def read(self, path: str) -> bytes:
        """The content of a file.

        Raises:
            FileNotFoundError: no such file.
            IsADirectoryError: the path is a directory.
        """
        if windows_paths.is_unc(path):
            content = self.share_reader(windows_paths.normalise(path))
            if content is None:
                raise FileNotFoundError(f"Could not find file '{path}'.")
            return content
        with self._lock:
            entry = self._find(path)
            if entry is None:
                raise FileNotFoundError(f"Could not find file '{path}'.")
            if entry.content is None:
                raise IsADirectoryError(f"Access to the path '{path}' is denied.")
            return entry.content

    def write(self, path: str, data: bytes) -> None:
        """Create a file or replace its content.

        Raises:
            FileNotFoundError: the directory does not exist.
            IsADirectoryError: the path is a directory.
            PermissionError: the path is on a share.
        """
        self._refuse_shares(path)
        with self._lock:
            directory, name = self._directory_of(path)
            entry = _child(directory, name)
            if entry is None:
                directory.children[name.lower()] = self._new_entry(name, data)
                return
            if entry.content is None:
                raise IsADirectoryError(f"Access to the path '{path}' is denied.")
            entry.content = bytes(data)
            entry.written = entry.accessed = self._now()

    def make_directories(self, path: str) -> bool:
        """Create a directory and those above it.

        Returns:
            whether anything had to be created.

        Raises:
            FileExistsError: a file is in the way.
            FileNotFoundError: no such drive.
            PermissionError: the path is on a share.
        """
        self._refuse_shares(path)
        drive, names = windows_paths.components(windows_paths.normalise(path))
        with self._lock:
            entry = self._drives.get(drive.lower())
            if entry is None:
                raise FileNotFoundError(f"Cannot find drive. A drive with the name '{drive[:1]}' does not exist.")
            created = False
            for name in names:
                child = _child(entry, name)
                if child is None:
                    child = entry.children[name.lower()] = self._new_entry(name)
                    created = True
                if child.content is not None:
                    raise FileExistsError(f"An item with the specified name {path} already exists.")
                entry = child
            return created

    def remove(self, path: str) -> None:
        """Remove a file, or a directory with everything in it.

        Raises:
            FileNotFoundError: there is nothing.
            PermissionError: the path is on a share.
        """
        self._refuse_shares(path)
        with self._lock:
            directory, name = self._directory_of(path)
            entry = _child(directory, name)
            if entry is None:
                raise FileNotFoundError(f"Cannot find path '{path}' because it does not exist.")
            del directory.children[entry.name.lower()]

    def exists(self, path: str) -> bool:
        """Whether there is a file or a directory."""
        return self.is_file(path) or self.is_directory(path)

    def is_file(self, path: str) -> bool:
        """Whether there is a file; a malformed path is none."""
        try:
            if windows_paths.is_unc(path):
                return self.share_reader(windows_paths.normalise(path)) is not None
            with self._lock:
                entry = self._find(path)
        except ValueError:
            return False
        return entry is not None and entry.content is not None

    def is_directory(self, path: str) -> bool:
        """Whether there is a directory; a malformed path is none."""
        try:
            with self._lock:
                entry = self._find(path)
        except ValueError:
            return False
        return entry is not None and entry.content is None

    def list(self, path: str) -> list[str]:
        """Names in a directory, sorted as NTFS does.

        Raises:
            FileNotFoundError: no such directory.
        """
        with self._lock:
            entry = self._find(path)
            if entry is None or entry.content is not None:
                raise FileNotFoundError(f"Could not find a part of the path '{path}'.")
            return [entry.children[key].name for key in sorted(entry.children)]

    def stat(self, path: str) -> FileInformation:
        """What is known about a file or directory, with its full long path.

        Raises:
            FileNotFoundError: there is nothing.
        """
        if windows_paths.is_unc(path):
            return self._stat_on_share(path)
        with self._lock:
            drive, entries = self._resolve(path)
            if not entries:
                raise FileNotFoundError(f"Could not find item {path}.")
            entry = entries[-1]
            full_path = "\\".join([drive, *(item.name for item in entries[1:])]) if len(entries) > 1 else drive + "\\"
            return FileInformation(
                path=full_path,
                name=entry.name if len(entries) > 1 else full_path,
                is_directory=entry.content is None,
                size=len(entry.content or b""),
                created=entry.created,
                written=entry.written,
                accessed=entry.accessed,
                hidden=entry.hidden,
                read_only=entry.read_only,
            )

    def _stat_on_share(self, path: str) -> FileInformation:
        content = self.read(path)
        normal = windows_paths.normalise(path)
        return FileInformation(
            path=normal,
            name=normal.rpartition("\\")[2],
            is_directory=False,
            size=len(content),
            created=0.0,
            written=0.0,
            accessed=0.0,
            hidden=False,
            read_only=True,
        )

    def walk(self, path: str) -> Iterator[FileInformation]:
        """Everything below a directory, parents before their content."""
        for name in self.list(path):
            information = self.stat(f"{path}\\{name}")
            yield information
            if information.is_directory:
                yield from self.walk(information.path)

    def set_times(self, path: str, *, written: float | None = None, accessed: float | None = None) -> None:
        """Change the times of a file or directory.

        Raises:
            FileNotFoundError: there is nothing.
        """
        with self._lock:
            entry = self._find(path)
            if entry is None:
                raise FileNotFoundError(f"Could not find item {path}.")
            entry.written = entry.written if written is None else written
            entry.accessed = entry.accessed if accessed is None else accessed

    def set_hidden(self, path: str) -> None:
        """Give a file or directory the Hidden attribute."""
        with self._lock:
            entry = self._find(path)
            if entry is None:
                raise FileNotFoundError(f"Could not find item {path}.")
            entry.hidden = True

    def _new_entry(self, name: str, content: bytes | None = None) -> _Entry:
        now = self._now()
        return _Entry(name, now, now, now, None if content is None else bytes(content))

    def _resolve(self, path: str) -> tuple[str, Sequence[_Entry]]:
        drive, names = windows_paths.components(windows_paths.normalise(path))
        root = self._drives.get(drive.lower())
        if root is None:
            return drive, []
        entries = [root]
        for name in names:
            child = _child(entries[-1], name)
            if child is None:
                return drive.upper(), []
            entries.append(child)
        return drive.upper(), entries

    def _find(self, path: str) -> _Entry | None:
        _drive, entries = self._resolve(path)
        return entries[-1] if entries else None

    def _directory_of(self, path: str) -> tuple[_Entry, str]:
        parent, _slash, name = windows_paths.normalise(path).rpartition("\\")
        directory = self._find(parent + "\\") if name else None
        if directory is None or directory.content is not None:
            raise FileNotFoundError(f"Could not find a part of the path '{path}'.")
        return directory, name

    def _refuse_shares(self, path: str) -> None:
        if windows_paths.is_unc(path):
            raise PermissionError(f"Access to the path '{path}' is denied.")


def _child(directory: _Entry, name: str) -> _Entry | None:
    entry = directory.children.get(name.lower())
    if entry is not None or "~" not in name:
        return entry
    long_name = windows_paths.short_names(child.name for child in directory.children.values()).get(name.upper())
    return directory.children[long_name.lower()] if long_name else None
