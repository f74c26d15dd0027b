# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files and directories of a drive as a tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import windows_paths
from .permissions import SecurityDescriptor


@dataclass
class Entry:
    """A file, or a directory when it has no content; `space` is what it takes, in bytes."""

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

    def copy(self) -> Entry:
        """An independent copy with everything below it."""
        twin = object.__new__(Entry)  # as `replace`, in a tenth of the time
        twin.__dict__.update(self.__dict__)
        twin.children = {key: child.copy() for key, child in self.children.items()}
        return twin


def child_of(directory: Entry, name: str) -> Entry | None:
    """The entry of a directory by its long or short name."""
    entry = directory.children.get(name.lower())
    if entry is not None or "~" not in name:
        return entry
    long_name = windows_paths.short_names(child.name for child in directory.children.values()).get(name.upper())
    return directory.children[long_name.lower()] if long_name else None


def space_below(entry: Entry) -> int:
    """Bytes that an entry and everything below it take."""
    return entry.space + sum(space_below(child) for child in entry.children.values())
