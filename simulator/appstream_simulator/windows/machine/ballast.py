# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files and registry keys that make a disk as large as that of a real image builder, whatever is in them.

Folders are filled when somebody looks into them, so a disk that has half a million files costs nothing until then.
"""

from __future__ import annotations

import random

from .disk import Disk
from .disk_entries import Entry, LateChildren

FOLDER = "C:\\ProgramData\\Package Cache"
KEY = "HKLM\\SOFTWARE\\Classes\\CLSID"
FILES_IN_A_FOLDER = 100
_SIZES = (0, 200, 1500, 4000, 9000, 40000)


def add_files(disk: Disk, count: int) -> None:
    """So many files below FOLDER, in folders of FILES_IN_A_FOLDER; they take no space that counts."""
    disk.make_directories(FOLDER)
    created = disk.stat(FOLDER).created
    pool = random.Random(count).randbytes(max(_SIZES))
    contents = [pool[:size] for size in _SIZES]

    def folders() -> dict[str, Entry]:
        made = {}
        for first in range(0, count, FILES_IN_A_FOLDER):
            name = f"{{{first // FILES_IN_A_FOLDER:08X}}}"
            numbers = range(first, min(count, first + FILES_IN_A_FOLDER))
            children = LateChildren(lambda numbers=numbers: files(numbers))  # type: ignore[misc]
            made[name.lower()] = Entry(name, created, created, created, children=children)
        return made

    def files(numbers: range) -> dict[str, Entry]:
        made = {}
        for number in numbers:
            name, content = f"package-{number:06}.cab", contents[number % len(contents)]
            made[name] = Entry(name, created, created, created, content)
        return made

    disk.fill_late(FOLDER, LateChildren(folders))


def add_keys(disk: Disk, count: int) -> None:
    """So many registry keys below KEY, each with a text and a file's path."""
    for number in range(count):
        key = f"{KEY}\\{{{number:08X}-0000-0000-C000-000000000046}}"
        disk.registry.set(key, "", f"Class {number}")
        disk.registry.set(key, "InprocServer32", f"%SystemRoot%\\System32\\class{number}.dll", "ExpandString")
