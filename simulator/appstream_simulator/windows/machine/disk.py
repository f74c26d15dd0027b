# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A bootable Windows disk: its files, and what Windows keeps in files of its own.

The latter are the registry, the services, the accounts and Image Assistant's application catalog.

An image is a copy of such a disk, and an image builder starts from one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from appstream_simulator.windows.protocol.certificates import SelfSigned

from . import shares, windows_paths
from .accounts import Accounts
from .disk_entries import Entry, FileInformation, Link, Space, child_of, made_children, space_below
from .permissions import SecurityDescriptor
from .registry import Registry
from .scheduled_tasks import ScheduledTask
from .services import Service
from .shares import ShareReader, Shares
from .windows_updates import UpdateState

MOST_LINKS = 63  # Windows follows no more on one path


class DiskFullError(OSError):
    """Windows' error 112 (ERROR_DISK_FULL)."""


class Disk:
    """Drive C: and what lives on it. Thread-safe; paths are case-insensitive, 8.3 names and either slash resolve.

    Args:
        now: the time given to new files, seconds since the epoch.
        share_reader: reads network shares (`\\\\server\\share\\…`), which cannot be written to; None: there are none.

    Attributes:
        registry: the registry hives.
        services: installed services by lower-case name.
        accounts: local users and groups.
        certificates: the computer's own certificates with their keys (`Cert:\\LocalMachine\\My`), by thumbprint.
        provided_accounts: accounts of a domain and their passwords that may log on and are administrators without being
            listed in the groups.
        other_certificates: the other certificate stores; see `certificate_stores`.
        scheduled_tasks: tasks of the Task Scheduler by lower-case path.
        updates: how far Windows updates have got, by their ids.
        traits: what its base image brought; see `stock_traits`.
        policy_values: key and name, lower case, of the registry values that group policy has set.
        attached: files of the disk images that are mounted, by drive (`d:`).
        application_catalog: what Image Assistant has registered, in the order of registration; entries as
            `list-applications` prints them.
    """

    def __init__(self, now: Callable[[], float], share_reader: ShareReader | None = None) -> None:
        self.registry = Registry()
        self.services: dict[str, Service] = {}
        self.accounts = Accounts()
        self.certificates: dict[str, SelfSigned] = {}
        self.provided_accounts: dict[str, str] = {}
        self.other_certificates: dict[str, dict[str, SelfSigned]] = {}
        self.scheduled_tasks: dict[str, ScheduledTask] = {}
        self.updates: dict[str, UpdateState] = {}
        self.policy_values: set[tuple[str, str]] = set()
        self.traits: set[str] = set()
        self.application_catalog: list[dict[str, Any]] = []
        self._now = now
        self.share_reader: ShareReader = share_reader or Shares({})
        self.space = Space()
        self._lock = threading.RLock()
        self.logons = threading.RLock()
        """Held while a user's profile is made, loaded or unloaded: shells of one user begin and end side by side."""
        self.attached: dict[str, str] = {}
        self._drives: dict[str, Entry] = {"c:": self._new_entry("C:")}
        # Bytes that the files of drive C: take.
        self._used = 0

    def copy(self) -> Disk:
        """An independent copy of everything on the disk."""
        with self._lock:
            twin = Disk(self._now, self.share_reader)
            twin.registry, hives = self.registry.copy(), self.registry.unsaved()
            twin.services = {name: replace(service) for name, service in list(self.services.items())}
            twin.accounts = self.accounts.copy()
            twin.certificates = dict(self.certificates)
            twin.other_certificates = {name: dict(store) for name, store in list(self.other_certificates.items())}
            twin.provided_accounts = dict(self.provided_accounts)
            twin.scheduled_tasks = {path: task.copy() for path, task in list(self.scheduled_tasks.items())}
            twin.updates = dict(self.updates)
            twin.policy_values, twin.traits = set(self.policy_values), set(self.traits)
            twin.application_catalog = [dict(entry) for entry in self.application_catalog]
            twin.space = replace(self.space, taken=dict(self.space.taken))
            twin._drives = {"c:": self._drives["c:"].copy()}
            twin._used = self._used
            for path, data in hives.items():
                twin.save_hive(path, data)
            return twin

    def read(self, path: str) -> bytes:
        """The content of a file.

        Raises:
            FileNotFoundError: no such file.
            IsADirectoryError: the path is a directory.
            PermissionError: the file is a registry hive that is loaded.
        """
        if windows_paths.is_unc(path):
            content = self.share_reader.read(windows_paths.normalise(path))
            if content is None:
                raise FileNotFoundError(f"Could not find file '{path}'.")
            return content
        with self._lock:
            entry = self._find(path)
            if entry is None:
                raise FileNotFoundError(f"Could not find file '{path}'.")
            if entry.content is None:
                raise IsADirectoryError(f"Access to the path '{path}' is denied.")
            self._refuse_loaded_hives(path)
            return entry.content

    def write(self, path: str, data: bytes) -> None:
        """Create a file or replace its content.

        Raises:
            FileNotFoundError: the directory does not exist.
            IsADirectoryError: the path is a directory.
            PermissionError: the path is on a share or a mounted image, or the file is a registry hive that is loaded.
            DiskFullError: there is not enough space.
        """
        self._refuse_read_only(path)
        self._refuse_loaded_hives(path)
        with self._lock:
            directory, name = self._directory_of(path)
            entry = child_of(directory, name)
            size = self.space.size_of(data)
            more = size - (entry.space if entry else 0)
            self._require_space(more)
            if entry is None:
                directory.children[name.lower()] = self._new_entry(name, data)
                self._used += more
                return
            if entry.content is None:
                raise IsADirectoryError(f"Access to the path '{path}' is denied.")
            entry.content, entry.space = bytes(data), size
            self._used += more
            entry.written = entry.accessed = self._now()

    def add_files(self, folder: str, contents: Mapping[str, bytes]) -> None:
        """Put files that are not there yet into a directory, by their names: what a whole system brings, at once."""
        self.make_directories(folder)
        with self._lock:
            directory = self._existing(folder)
            for name, data in contents.items():
                directory.children[name.lower()] = self._new_entry(name, data)
                self._used += directory.children[name.lower()].space

    def make_directories(self, path: str) -> bool:
        """Create a directory and those above it.

        Returns:
            whether anything had to be created.

        Raises:
            FileExistsError: a file is in the way.
            FileNotFoundError: no such drive.
            PermissionError: the path is on a share.
        """
        self._refuse_read_only(path)
        drive, names = windows_paths.components(windows_paths.normalise(path))
        with self._lock:
            entry = self._drives.get(drive.lower())
            if entry is None:
                raise FileNotFoundError(f"Cannot find drive. A drive with the name '{drive[:1]}' does not exist.")
            created = False
            for name in names:
                child = child_of(entry, name)
                if child is None:
                    child = entry.children[name.lower()] = self._new_entry(name)
                    created = True
                if child.content is not None:
                    raise FileExistsError(f"An item with the specified name {path} already exists.")
                entry = self._followed(child)
            return created

    def make_link(self, path: str, link: Link) -> None:
        """Make a directory that leads to another one, which need not be there."""
        with self._lock:
            directory, name = self._directory_of(path)
            directory.children[name.lower()] = replace(self._new_entry(name), link=link)

    def fill_late(self, path: str, children: dict[str, Entry]) -> None:
        """Give a directory that exists these entries, by their names in lower case, in the place of its own."""
        with self._lock:
            self._existing(path).children = children

    def remove(self, path: str) -> None:
        """Remove a file, or a directory with everything in it.

        Raises:
            FileNotFoundError: there is nothing.
            PermissionError: the path is on a share, or it is or holds a registry hive that is loaded.
        """
        self._refuse_read_only(path)
        with self._lock:
            directory, name = self._directory_of(path)
            entry = child_of(directory, name)
            if entry is None:
                raise FileNotFoundError(f"Cannot find path '{path}' because it does not exist.")
            self._refuse_loaded_hives(self.stat(path).path, below=True)
            del directory.children[entry.name.lower()]
            self._used -= space_below(entry)

    def copy_tree(self, source: str, target: str) -> None:
        """Copy a directory's content into another directory, which is made when missing; files there are replaced.

        Raises:
            FileNotFoundError: there is no source.
            PermissionError: a file is a registry hive that is loaded.
        """
        root = self.stat(source).path
        self.make_directories(target)
        for information in list(self.walk(root)):
            copy = target + information.path[len(root) :]
            if information.link is not None:
                self.make_link(copy, information.link.moved(root, target))
            elif information.is_directory:
                self.make_directories(copy)
            else:
                self.write(copy, self.read(information.path))
            if information.hidden:
                self.set_hidden(copy)

    def save_hive(self, path: str, data: bytes) -> None:
        """Write a registry hive that has been unloaded; nothing happens when its directory is gone."""
        with self._lock:
            directory = self._find(windows_paths.normalise(path).rpartition("\\")[0] + "\\")
            entry = self._find(path)
            if directory is None or directory.content is not None:
                return
            if entry is None:
                self.write(path, data)
            elif entry.content != data:
                entry.content, entry.written = data, self._now()

    def exists(self, path: str) -> bool:
        """Whether there is a file or a directory.

        Raises:
            ShareError: on a share, access is denied or the server is not there (`Test-Path` fails with the same text).
        """
        return self.is_file(path) or self.is_directory(path)

    def is_file(self, path: str) -> bool:
        """Whether there is a file; a malformed path is none."""
        try:
            if windows_paths.is_unc(path):
                return shares.found(self.share_reader.read, path) is not None
            with self._lock:
                entry = self._find(path)
        except ValueError:
            return False
        return entry is not None and entry.content is not None

    def is_directory(self, path: str) -> bool:
        """Whether there is a directory; a malformed path is none."""
        try:
            if windows_paths.is_unc(path):
                return shares.found(self.share_reader.list, path) is not None
            with self._lock:
                entry = self._find(path)
        except ValueError:
            return False
        return entry is not None and entry.content is None

    def list(self, path: str) -> list[str]:
        """Names in a directory, sorted as NTFS does.

        Raises:
            FileNotFoundError: no such directory.
            PermissionError: a link that may not be listed.
            ShareError: the share cannot be read.
        """
        if windows_paths.is_unc(path):
            names = self.share_reader.list(windows_paths.normalise(path))
            if names is None:
                raise FileNotFoundError(f"Could not find a part of the path '{path}'.")
            return names
        with self._lock:
            entry = self._find(path)
            if entry is not None and entry.link is not None and not entry.link.is_listable:
                raise PermissionError(f"Access to the path '{path}' is denied.")
            entry = self._followed(entry) if entry else None
            if entry is None or entry.content is not None or entry.link is not None:
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
                size=entry.space,
                created=entry.created,
                written=entry.written,
                accessed=entry.accessed,
                hidden=entry.hidden,
                read_only=entry.read_only,
                link=entry.link,
            )

    def attach(self, drive: str, image: str, files: Mapping[str, bytes]) -> None:
        """Make a further drive (`D:`) of the files of a disk image, by path with slashes; it is read-only."""
        with self._lock:
            root = self._drives[drive.lower()] = self._new_entry(drive)
            for path, data in files.items():
                *folders, name = path.split("/")
                entry = root
                for folder in folders:
                    entry = entry.children.setdefault(folder.lower(), self._new_entry(folder))
                entry.children[name.lower()] = self._new_entry(name, data)
            self.attached[drive.lower()] = image

    def detach(self, drive: str) -> None:
        """Take a drive that was attached away."""
        with self._lock:
            del self._drives[drive.lower()], self.attached[drive.lower()]

    def _stat_on_share(self, path: str) -> FileInformation:
        normal = windows_paths.normalise(path)
        is_directory = self.share_reader.list(normal) is not None
        content = b"" if is_directory else self.read(path)
        return FileInformation(
            path=normal,
            name=normal.rpartition("\\")[2],
            is_directory=is_directory,
            size=len(content),
            created=0.0,
            written=0.0,
            accessed=0.0,
            hidden=False,
            read_only=True,
        )

    def walk(self, path: str) -> Iterator[FileInformation]:
        """Everything below a directory, parents before their content; no link is followed."""
        for name in self.list(path):
            information = self.stat(f"{path}\\{name}")
            yield information
            if information.is_directory and information.link is None:
                yield from self.walk(information.path)

    def set_times(self, path: str, *, written: float | None = None, accessed: float | None = None) -> None:
        """Change the times of a file or directory.

        Raises:
            FileNotFoundError: there is nothing.
        """
        with self._lock:
            entry = self._existing(path)
            entry.written = entry.written if written is None else written
            entry.accessed = entry.accessed if accessed is None else accessed

    def set_hidden(self, path: str) -> None:
        """Give a file or directory the Hidden attribute."""
        with self._lock:
            self._existing(path).hidden = True

    def set_attribute(self, path: str, name: str, value: bool) -> None:
        """Give a file or directory the attribute `hidden` or `read_only`, or take it away."""
        with self._lock:
            setattr(self._existing(path), name, value)

    def security(self, path: str) -> SecurityDescriptor | None:
        """The security descriptor of a file or directory, None when it has none of its own."""
        with self._lock:
            entry = self._find(path)
            return entry.security if entry else None

    def set_security(self, path: str, descriptor: SecurityDescriptor) -> None:
        """Give a file or directory a security descriptor of its own.

        Raises:
            FileNotFoundError: there is nothing.
        """
        with self._lock:
            self._existing(path).security = descriptor

    def change_security(self, change: Callable[[SecurityDescriptor], SecurityDescriptor]) -> None:
        """Replace the security descriptors of all files and directories."""
        with self._lock:
            entries = list(self._drives.values())
            while entries:
                entry = entries.pop()
                entry.security = change(entry.security) if entry.security else None
                entries += made_children(entry)

    def _new_entry(self, name: str, content: bytes | None = None) -> Entry:
        now = self._now()
        if content is None:
            return Entry(name, now, now, now)
        return Entry(name, now, now, now, bytes(content), space=self.space.size_of(content))

    def take_space(self, what: str, size: int) -> None:
        """Let something take this many bytes besides the files that are shown; 0 gives them back.

        Raises:
            DiskFullError: there is not so much.
        """
        with self._lock:
            self._require_space(size - self.space.taken.get(what, 0))
            self.space.taken[what] = size

    def free_space(self) -> int:
        """Free bytes on drive C:."""
        with self._lock:
            return self.space.capacity - sum(self.space.taken.values()) - self._used

    def _require_space(self, size: int) -> None:
        if size > 0 and self.free_space() < size:
            raise DiskFullError("There is not enough space on the disk.")

    def _resolve(self, path: str) -> tuple[str, Sequence[Entry]]:
        drive, names = windows_paths.components(windows_paths.normalise(path))
        root = self._drives.get(drive.lower())
        if root is None:
            return drive, []
        entries = [root]
        for name in names:
            child = child_of(self._followed(entries[-1]), name)
            if child is None:
                return drive.upper(), []
            entries.append(child)
        return drive.upper(), entries

    def _followed(self, entry: Entry) -> Entry:
        """What a link leads to, or the link itself when that is nowhere; anything else as it is."""
        for _step in range(MOST_LINKS):
            target = self._find(entry.link.target) if entry.link is not None else None
            if target is None:
                return entry
            entry = target
        return entry

    def _find(self, path: str) -> Entry | None:
        _drive, entries = self._resolve(path)
        return entries[-1] if entries else None

    def _existing(self, path: str) -> Entry:
        entry = self._find(path)
        if entry is None:
            raise FileNotFoundError(f"Could not find item {path}.")
        return entry

    def _directory_of(self, path: str) -> tuple[Entry, str]:
        parent, _slash, name = windows_paths.normalise(path).rpartition("\\")
        directory = self._find(parent + "\\") if name else None
        directory = self._followed(directory) if directory else None
        if directory is None or directory.content is not None or directory.link is not None:
            raise FileNotFoundError(f"Could not find a part of the path '{path}'.")
        return directory, name

    def _refuse_loaded_hives(self, path: str, *, below: bool = False) -> None:
        wanted = windows_paths.normalise(path).lower()
        for used in self.registry.files_in_use():
            if used == wanted or (below and used.startswith(f"{wanted}\\")):
                reason = "because it is being used by another process."
                raise PermissionError(f"The process cannot access the file '{path}' {reason}")

    def _refuse_read_only(self, path: str) -> None:
        if windows_paths.is_unc(path):
            raise PermissionError(f"Access to the path '{path}' is denied.")
        if self.attached:
            normal = windows_paths.normalise(path).lower()
            if normal[:2] in self.attached:
                raise PermissionError("The media is write protected.")
            if normal in (image.lower() for image in self.attached.values()):
                reason = "because it is being used by another process."
                raise PermissionError(f"The process cannot access the file '{path}' {reason}")
