# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`dir`, as it looks in English (United States)."""

from __future__ import annotations

import datetime
import ntpath
import re
from collections.abc import Callable
from typing import Any

from ..machine.disk_entries import FileInformation
from . import wildcards
from .directories import fail
from .session import Session
from .syntax import UnsupportedError
from .words import plain

# The serial number is made up.
VOLUME = " Volume in drive C has no label.\n Volume Serial Number is 5A1C-0DE5\n"
_KNOWN = "b s a p q w c -c n l o x t 4 r d"
_OPTION = re.compile(r"(?P<name>[ao]):?(?P<letters>[a-z-]*+)")
_ATTRIBUTES: dict[str, Callable[[FileInformation], bool]] = {
    "d": lambda item: item.is_directory,
    "h": lambda item: item.hidden,
    "r": lambda item: item.read_only,
    "a": lambda item: not item.is_directory,
}
_ORDERS: dict[str, Callable[[FileInformation], Any]] = {
    "n": lambda item: item.name.lower(),
    "e": lambda item: ntpath.splitext(item.name)[1].lower(),
    "s": lambda item: item.size,
    "d": lambda item: item.written,
    "g": lambda item: not item.is_directory,
}


def show(session: Session, rest: str) -> None:
    """`dir [NAME…] [/b] [/s] [/a:…] [/o:…]`."""
    bare = below = False
    chosen: Callable[[FileInformation], bool] = _is_shown
    orders = ""
    words, names = _parted(rest)
    for word in words:
        option = _OPTION.fullmatch(word)
        if word in ("b", "s"):
            bare, below = bare or word == "b", below or word == "s"
        elif option and option["name"] == "a":
            chosen = _by_attributes(option["letters"])
        elif option:
            orders = option["letters"] or "gn"
        else:
            raise UnsupportedError(f"dir /{word}")
    found = False
    for name in names or ["."]:
        found |= _list(session, name, bare=bare, below=below, chosen=chosen, orders=orders)
    if not found:
        fail(session, "File Not Found\n")


def _parted(rest: str) -> tuple[list[str], list[str]]:
    options, names = [], []
    for word in re.findall(r'/[^\s/"]++|(?:"[^"]*+"?|[^\s,;=/"]++)++', rest):
        if word.startswith("/"):
            options.append(word[1:].lower())
        else:
            names.append(plain(word))
    return options, names


def _is_shown(item: FileInformation) -> bool:
    return not item.hidden


def _by_attributes(letters: str) -> Callable[[FileInformation], bool]:
    wanted = re.findall(r"-?[a-z]", letters)
    if any(letter.lstrip("-") not in _ATTRIBUTES for letter in wanted):
        raise UnsupportedError(f"dir /a:{letters}")
    return lambda item: all(_ATTRIBUTES[one.lstrip("-")](item) != one.startswith("-") for one in wanted)


def _sorted(items: list[FileInformation], orders: str) -> list[FileInformation]:
    for letter in reversed(re.findall(r"-?[a-z]", orders)):
        if letter.lstrip("-") not in _ORDERS:
            raise UnsupportedError(f"dir /o:{orders}")
        items = sorted(items, key=_ORDERS[letter.lstrip("-")], reverse=letter.startswith("-"))
    return items


def _list(
    session: Session,
    name: str,
    *,
    bare: bool,
    below: bool,
    chosen: Callable[[FileInformation], bool],
    orders: str,
) -> bool:
    """Whether there was anything to show."""
    path = session.path(name)
    folder, pattern = (path, "*") if session.disk.is_directory(path) else ntpath.split(path)
    if wildcards.has_wildcard(folder) or path[:2].lower() != "c:":
        raise UnsupportedError(f"dir {name}")
    if not bare:
        session.write(VOLUME)
    if not session.disk.is_directory(folder):
        return False
    folder = session.disk.stat(folder).path
    places = [folder, *(item.path for item in session.disk.walk(folder) if item.is_directory)] if below else [folder]
    files, size, shown = 0, 0, False
    for place in places:
        items = _sorted(
            [item for item in wildcards.found(session, ntpath.join(place, pattern)) if chosen(item)], orders
        )
        if items or (pattern == "*" and not below):
            shown = shown or bool(items) or pattern == "*"
            files += sum(not item.is_directory for item in items)
            size += sum(item.size for item in items if not item.is_directory)
            _show_directory(session, place, items, bare=bare, below=below, whole=pattern == "*")
    if shown and not bare:
        free = f"{session.disk.free_space():,}"
        if below:
            session.write(f"\n     Total Files Listed:\n{files:16} File(s) {size:14,} bytes\n")
        folders = (
            sum(1 for item in session.disk.walk(folder) if item.is_directory)
            if below
            else _folders(session, folder, pattern, chosen)
        )
        session.write(f"{folders:16} Dir(s) {free:>15} bytes free\n")
    return shown


def _folders(session: Session, folder: str, pattern: str, chosen: Callable[[FileInformation], bool]) -> int:
    items = wildcards.found(session, ntpath.join(folder, pattern))
    dots = 2 if pattern == "*" and len(folder) > 3 else 0
    return dots + sum(item.is_directory and chosen(item) for item in items)


def _show_directory(
    session: Session, folder: str, items: list[FileInformation], *, bare: bool, below: bool, whole: bool
) -> None:
    if bare:
        session.write("".join(f"{item.path if below else item.name}\n" for item in items))
        return
    session.write(f"\n Directory of {folder}\n\n")
    if whole and len(folder) > 3:
        moment = session.disk.stat(folder).written
        session.write("".join(f"{_moment(moment)}    <DIR>          {dots}\n" for dots in (".", "..")))
    for item in items:
        size = "   <DIR>         " if item.is_directory else f"{item.size:17,}"
        session.write(f"{_moment(item.written)} {size} {item.name}\n")
    files = [item.size for item in items if not item.is_directory]
    session.write(f"{len(files):16} File(s) {sum(files):14,} bytes\n")


def _moment(seconds: float) -> str:
    return f"{datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc):%m/%d/%Y  %I:%M %p}"
