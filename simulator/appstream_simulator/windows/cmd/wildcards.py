# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`*` and `?` in the names of files."""

from __future__ import annotations

import ntpath

from ..machine.disk_entries import FileInformation
from .session import Session


def has_wildcard(name: str) -> bool:
    """Whether a name stands for several files."""
    return "*" in name or "?" in name


def found(session: Session, name: str) -> list[FileInformation]:
    """The files and directories that a name stands for, in the order of their names; none when nothing is there."""
    path = session.path(name)
    if not has_wildcard(path):
        return [session.disk.stat(path)] if session.disk.exists(path) else []
    folder, pattern = ntpath.split(path)
    if has_wildcard(folder) or not session.disk.is_directory(folder):
        return []
    names = session.disk.list(folder)
    return [session.disk.stat(ntpath.join(folder, item)) for item in names if fits(item, pattern)]


def fits(name: str, pattern: str) -> bool:
    """Whether a name fits a pattern of Windows: `*.*` fits all, `?` also nothing at the end of a part."""
    name, pattern = name.lower(), pattern.lower()
    if pattern in ("*", "*.*"):
        return True
    if "." not in name and pattern.endswith("."):
        pattern = pattern[:-1]
    elif "." not in name and pattern.endswith(".*"):
        pattern = pattern[:-2]
    # Where in the name the pattern may have come to: no text takes longer than the product of both lengths.
    reachable = {0}
    for character in pattern:
        if character == "*":
            reachable = set(range(min(reachable), len(name) + 1)) if reachable else set()
        elif character == "?":
            moved = {place + 1 for place in reachable if place < len(name) and name[place] != "."}
            reachable = moved | {place for place in reachable if place == len(name) or name[place] == "."}
        else:
            reachable = {place + 1 for place in reachable if name[place : place + 1] == character}
    return len(name) in reachable
