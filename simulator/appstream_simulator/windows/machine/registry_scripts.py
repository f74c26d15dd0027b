# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Registry scripts (.reg), as `reg.exe import` and `regedit.exe /s` take them.

The format is that of Microsoft's "How to add, modify, or delete registry subkeys and values by using a .reg file": two
headers, keys in brackets, `-` to delete, `@` for the default value, lines that go on after a back slash. Version 5.00
is UTF-16 or, without a byte order mark, ANSI; hex(2) and hex(7) hold UTF-16 there, and ANSI in a REGEDIT4 file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .registry import Registry, RegistryData, split_path

_HEADERS = {"Windows Registry Editor Version 5.00": "utf-16-le", "REGEDIT4": "cp1252"}
_KEY = re.compile(r"\[(?P<minus>-?)(?P<key>.+)\]")
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_VALUE = re.compile(rf"(?P<name>@|{_QUOTED})\s*+=\s*+(?P<data>.*+)")
_HEX = re.compile(r"hex(?:\((?P<type>[0-9a-f]++)\))?:(?P<bytes>[0-9a-f,\s]*+)", re.IGNORECASE)
_DWORD = re.compile(r"dword:(?P<number>[0-9a-f]{1,8})", re.IGNORECASE)
_TEXT = re.compile(_QUOTED)
_CONTINUED = re.compile(r"\\[ \t]*\r?\n[ \t]*")


class NotAScriptError(ValueError):
    """The file is no registry script."""


@dataclass(frozen=True)
class Change:
    """One line of a script that changes something.

    Attributes:
        name: of the value; None when the line is about the key.
        data: None to delete.
    """

    key: str
    name: str | None = None
    data: RegistryData | None = None
    kind: str = ""
    deletes: bool = False


def text_of(content: bytes) -> str:
    """A script's text: UTF-16 or UTF-8 with a byte order mark, else ANSI."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if content.startswith(b"\xef\xbb\xbf"):
        return content.decode("utf-8-sig", errors="replace")
    return content.decode("cp1252", errors="replace")


def read(content: bytes) -> Iterator[Change | str]:
    """What a script changes, in order; a line that cannot be understood comes as its text.

    Raises:
        NotAScriptError: it does not begin as a script does.
    """
    text = text_of(content)
    header, _newline, body = text.lstrip().partition("\n")
    encoding = _HEADERS.get(header.strip())
    if encoding is None:
        raise NotAScriptError
    return _changes(body, encoding)


def _changes(body: str, encoding: str) -> Iterator[Change | str]:
    key = ""
    for line in _CONTINUED.sub("", body).splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith(";"):
            continue
        if found := _KEY.fullmatch(stripped):
            # A deleted key takes no values.
            key = "" if found["minus"] else found["key"]
            yield Change(found["key"], deletes=bool(found["minus"])) if _is_key(found["key"]) else line
        elif (found := _VALUE.fullmatch(stripped)) and key:
            yield _value(key, found["name"], found["data"].strip(), encoding) or line
        else:
            yield line


def _is_key(path: str) -> bool:
    try:
        split_path(path)
    except ValueError:
        return False
    return path.upper().startswith("HKEY_")


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _value(key: str, quoted_name: str, text: str, encoding: str) -> Change | None:
    name = "" if quoted_name == "@" else _unquoted(quoted_name)
    if text == "-":
        return Change(key, name, deletes=True)
    if _TEXT.fullmatch(text):
        return Change(key, name, _unquoted(text), "String")
    if found := _DWORD.fullmatch(text):
        return Change(key, name, int(found["number"], 16), "DWord")
    if found := _HEX.fullmatch(text):
        try:
            data = bytes.fromhex("".join(part.strip().zfill(2) for part in found["bytes"].split(",") if part.strip()))
        except ValueError:
            return None
        return _binary(key, name, int(found["type"] or "3", 16), data, encoding)
    return None


def _binary(key: str, name: str, number: int, data: bytes, encoding: str) -> Change | None:
    text = data.decode(encoding, errors="replace")
    if number in (1, 2):
        return Change(key, name, text.rstrip("\0"), "String" if number == 1 else "ExpandString")
    if number == 7:
        return Change(key, name, [part for part in text.split("\0") if part], "MultiString")
    if number in (4, 11):
        return Change(key, name, int.from_bytes(data, "little"), "DWord" if number == 4 else "QWord")
    return Change(key, name, data, "Binary") if number in (0, 3) else None


def apply(registry: Registry, change: Change) -> None:
    """Carry out one change.

    Raises:
        OSError: a key where none can be.
    """
    if change.name is None and change.deletes:
        registry.delete_key(change.key)
    elif change.name is None:
        registry.create_key(change.key)
    elif change.deletes:
        registry.delete(change.key, change.name)
    else:
        assert change.data is not None
        registry.set(change.key, change.name, change.data, change.kind)
