# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files and directories of a drive as a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from . import windows_paths
from .permissions import SecurityDescriptor


@dataclass
class Space:
    """How large drive C: is, and what takes space on it besides the files that are shown.

    Attributes:
        capacity: bytes; practically without an end unless it is set.
        size_of: bytes that a file with this content takes, which may be more than the content has.
        taken: bytes by what takes them, e.g. Windows itself.
    """

    capacity: int = 1 << 62
    size_of: Callable[[bytes], int] = len
    taken: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """Where a directory leads: a symbolic link or a junction.

    Windows' own junctions for older programs (`C:\\Documents and Settings`) deny everybody to list what is behind them.
    """

    target: str
    is_junction: bool = False
    is_listable: bool = True

    def moved(self, source: str, target: str) -> Link:
        """The link in a copy of a directory: one that leads to a place in it leads to the same place in the copy."""
        inside = self.target.lower() == source.lower() or self.target.lower().startswith(f"{source.lower()}\\")
        return replace(self, target=target + self.target[len(source) :]) if inside else self


@dataclass(frozen=True)
class FileInformation:
    """What Windows tells about a file or directory. Times are seconds since the epoch, sizes are bytes.

    A link has its own times and attributes, not those of what it leads to.
    """

    path: str
    name: str
    is_directory: bool
    size: int
    created: float
    written: float
    accessed: float
    hidden: bool
    read_only: bool
    link: Link | None = None

    @property
    def attributes(self) -> str:
        """The names of .NET's FileAttributes that are set, separated by comma and space."""
        flags = [("ReadOnly", self.read_only), ("Hidden", self.hidden), ("Directory", self.is_directory)]
        flags += [("Archive", not self.is_directory), ("ReparsePoint", self.link is not None)]
        return ", ".join(name for name, is_set in flags if is_set)


@dataclass
class Entry:
    """A file, or a directory when it has no content; `space` is what it takes, in bytes.

    One with a `link` leads elsewhere and has nothing in it.
    """

    name: str
    created: float
    written: float
    accessed: float
    content: bytes | None = None
    hidden: bool = False
    read_only: bool = False
    security: SecurityDescriptor | None = None
    children: dict[str, Entry] = field(default_factory=dict)
    space: int = 0
    link: Link | None = None

    def copy(self) -> Entry:
        """An independent copy with everything below it."""
        twin = object.__new__(Entry)  # as `replace`, in a tenth of the time
        twin.__dict__.update(self.__dict__)
        children = self.children
        if isinstance(children, LateChildren):
            twin.children = children.copied()
        else:
            twin.children = {key: child.copy() for key, child in children.items()}
        return twin


class LateChildren(dict[str, Entry]):
    """What is in a folder, made at the first look."""

    def __init__(self, make: Callable[[], dict[str, Entry]]) -> None:
        super().__init__()
        self._make: Callable[[], dict[str, Entry]] | None = make

    @property
    def is_made(self) -> bool:
        """Whether anybody has looked."""
        return self._make is None

    def copied(self) -> dict[str, Entry]:
        """An independent copy, which is made as late."""
        if self._make is not None:
            return LateChildren(self._make)
        return {key: child.copy() for key, child in super().items()}

    def _fill(self) -> None:
        make, self._make = self._make, None
        if make is not None:
            super().update(make())

    def __getitem__(self, key: str) -> Entry:
        self._fill()
        return super().__getitem__(key)

    def __setitem__(self, key: str, value: Entry) -> None:
        self._fill()
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self._fill()
        super().__delitem__(key)

    def __contains__(self, key: object) -> bool:
        self._fill()
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self._fill()
        return super().__iter__()

    def __len__(self) -> int:
        self._fill()
        return super().__len__()

    def get(self, key: str, default: Any = None) -> Any:
        self._fill()
        return super().get(key, default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        self._fill()
        return super().setdefault(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        self._fill()
        return super().pop(key, *default)

    def keys(self) -> Any:
        self._fill()
        return super().keys()

    def items(self) -> Any:
        self._fill()
        return super().items()

    def values(self) -> Any:
        self._fill()
        return super().values()


def made_children(entry: Entry) -> list[Entry]:
    """The entries of a directory that are there already; those of `LateChildren` are not before the first look."""
    children = entry.children
    return [] if isinstance(children, LateChildren) and not children.is_made else list(children.values())


def child_of(directory: Entry, name: str) -> Entry | None:
    """The entry of a directory by its long or short name."""
    entry = directory.children.get(name.lower())
    if entry is not None or "~" not in name:
        return entry
    long_name = windows_paths.short_names(child.name for child in directory.children.values()).get(name.upper())
    return directory.children[long_name.lower()] if long_name else None


def space_below(entry: Entry) -> int:
    """Bytes that an entry and everything below it take; what is only made at the first look takes none."""
    return entry.space + sum(space_below(child) for child in made_children(entry))
