# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""System.IO.FileInfo, System.IO.DirectoryInfo and System.Diagnostics.FileVersionInfo."""

from __future__ import annotations

import ntpath
from typing import Any

from ..machine import program_files
from ..machine.disk_entries import FileInformation
from .conversion import ENUMERATIONS
from .errors import UnknownError
from .session import Session, on_disk
from .values import DateTime, EnumValue, NetObject, Version

_PROVIDER = "Microsoft.PowerShell.Core\\FileSystem::"


def item(session: Session, information: FileInformation, *, listed: bool = False) -> NetObject:
    """What Get-Item gives for a file or folder; `listed`: Get-ChildItem gives it."""
    path, parent = information.path, ntpath.dirname(information.path)
    times = {
        f"{name}{suffix}": DateTime(seconds, kind)
        for name, seconds in (
            ("CreationTime", information.created),
            ("LastWriteTime", information.written),
            ("LastAccessTime", information.accessed),
        )
        for suffix, kind in (("", "Local"), ("Utc", "Utc"))
    }
    properties: dict[str, Any] = {
        "Name": information.name,
        "FullName": path,
        "Exists": lambda: session.disk.exists(path),
        "Extension": "" if information.is_directory else ntpath.splitext(information.name)[1],
        "Attributes": _attributes(information),
        "PSIsContainer": information.is_directory,
        "PSPath": f"{_PROVIDER}{path}",
        "PSParentPath": f"{_PROVIDER}{parent}",
        "PSChildName": information.name,
        "BaseName": information.name if information.is_directory else ntpath.splitext(information.name)[0],
        **times,
    }
    if information.is_directory:
        properties["Parent"] = lambda: _directory(session, parent) if parent != path else None
    else:
        properties |= {
            "Length": information.size,
            "DirectoryName": parent,
            "Directory": lambda: _directory(session, parent),
            "IsReadOnly": information.read_only,
            "VersionInfo": lambda: version_info(session, path),
        }

    def text() -> str:
        if listed:
            # Windows PowerShell gives the name or the path, as the item has been found.
            raise UnknownError("what Get-ChildItem gives as a text; its FullName or Name is clear")
        return path

    kind = "System.IO.DirectoryInfo" if information.is_directory else "System.IO.FileInfo"
    methods = {"delete": lambda: on_disk(session.disk.remove, path), "refresh": lambda: None}
    return NetObject(kind, properties, methods, text=text, bases=("System.IO.FileSystemInfo",), data=information)


def _directory(session: Session, path: str) -> NetObject:
    return item(session, session.disk.stat(path))


def _attributes(information: FileInformation) -> EnumValue:
    numbers = ENUMERATIONS["System.IO.FileAttributes"]
    names = information.attributes.split(", ")
    return EnumValue("System.IO.FileAttributes", ", ".join(names), sum(numbers[name] for name in names))


def version_info(session: Session, path: str) -> NetObject:
    """FileVersionInfo.GetVersionInfo of a file that exists; one without a version has zeros and no texts."""
    content = on_disk(session.disk.read, path)
    numbers = program_files.version(content)
    text = ".".join(map(str, numbers)) if program_files.has_version(content) else None
    properties: dict[str, Any] = {"FileName": path, "FileVersion": text, "ProductVersion": text}
    for kind in ("File", "Product"):
        properties |= {
            f"{kind}{part}Part": number
            for part, number in zip(("Major", "Minor", "Build", "Private"), numbers, strict=True)
        }
        properties[f"{kind}VersionRaw"] = Version(numbers)
    return NetObject("System.Diagnostics.FileVersionInfo", properties)
