# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows path names: normal form, splitting, and the 8.3 names NTFS gives to long ones.

Rules from Microsoft's "Naming Files, Paths, and Namespaces".
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Iterable

_RESERVED = re.compile(r'[<>"|?*\x00-\x1f]')
_NOT_IN_SHORT_NAMES = re.compile(r"[^A-Za-z0-9!#$%&'()@^_`{}~-]")
_SHORT_NAME = re.compile(r"[A-Z0-9!#$%&'()@^_`{}~-]{1,8}(\.[A-Z0-9!#$%&'()@^_`{}~-]{1,3})?", re.IGNORECASE)


def normalise(path: str, current_directory: str = "C:\\") -> str:
    """The absolute form of a path: back slashes, no `.`, `..` or `\\\\?\\` prefix, no trailing slash.

    Args:
        path: absolute, relative to the drive (`\\Windows`) or to `current_directory`; UNC paths stay UNC paths.
        current_directory: where relative paths start.

    Raises:
        ValueError: empty, or a character Windows does not allow in a path.
    """
    text = path.strip().replace("/", "\\")
    if text.startswith("\\\\?\\UNC\\"):
        text = "\\\\" + text[8:]
    text = text.removeprefix("\\\\?\\")
    if not text:
        raise ValueError("The path is not of a legal form.")
    if _RESERVED.search(text):
        raise ValueError(f"Illegal characters in path '{path}'.")
    normal = ntpath.normpath(ntpath.join(current_directory, text))
    return normal if is_drive_root(normal) else normal.rstrip("\\")


def is_drive_root(path: str) -> bool:
    """Whether this is `C:\\` or the like."""
    return re.fullmatch(r"[A-Za-z]:\\", path) is not None


def is_unc(path: str) -> bool:
    """Whether the path names a share (`\\\\server\\share\\…`), with either slash."""
    text = path.strip().replace("/", "\\")
    return text.startswith("\\\\") and not text.startswith("\\\\?\\")


def components(normal_path: str) -> tuple[str, list[str]]:
    """Drive (`C:`) or share (`\\\\server\\share`) of a normalised path, and the names below it."""
    drive, rest = ntpath.splitdrive(normal_path)
    return drive, [name for name in rest.split("\\") if name]


def short_names(names: Iterable[str]) -> dict[str, str]:
    """The 8.3 names of one directory's entries, as NTFS gives them in order of creation.

    Args:
        names: long names, oldest first.

    Returns:
        upper-case short name to long name, for those names that need one. NTFS turns to hashed names after the fourth
        collision; here the number just goes on.
    """
    found: dict[str, str] = {}
    for name in names:
        if _SHORT_NAME.fullmatch(name):
            continue
        stem, _dot, extension = name.rpartition(".") if "." in name.lstrip(".") else (name, "", "")
        base = _NOT_IN_SHORT_NAMES.sub("", stem.replace(".", ""))[:6].upper()
        suffix = "." + _NOT_IN_SHORT_NAMES.sub("", extension)[:3].upper() if extension else ""
        number = 1
        while f"{base[: 7 - len(str(number))]}~{number}{suffix}" in found:
            number += 1
        found[f"{base[: 7 - len(str(number))]}~{number}{suffix}"] = name
    return found
