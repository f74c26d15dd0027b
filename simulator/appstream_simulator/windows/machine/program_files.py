# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Stand-ins for program files: content that carries a version, as the version resource of a real one does."""

from __future__ import annotations

import re

_VERSION = re.compile(rb"\nFileVersion: (\d+)\.(\d+)\.(\d+)\.(\d+)\n")


def content(name: str, version: str = "") -> bytes:
    """Bytes of a pretend program file; the same for the same name and version.

    Args:
        name: what the file is, e.g. its path.
        version: up to four numbers with dots; missing ones are 0.
    """
    numbers = (version or "0").split(".")
    full_version = ".".join((numbers + ["0"] * 4)[:4])
    return f"MZ appstream-simulator\nFile: {name}\nFileVersion: {full_version}\n".encode()


def has_version(data: bytes) -> bool:
    """Whether a program file's content carries a version."""
    return _VERSION.search(data) is not None


def version(data: bytes) -> tuple[int, int, int, int]:
    """The file version in a program file's content; zeros when there is none, as FileVersionInfo says."""
    found = _VERSION.search(data)
    if found is None:
        return 0, 0, 0, 0
    major, minor, build, private = (int(number) for number in found.groups())
    return major, minor, build, private
