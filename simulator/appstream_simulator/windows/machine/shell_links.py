# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Shortcut files (.lnk) in the Shell Link binary format, MS-SHLLINK: header, texts, and the target as a path."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_CLASS = bytes.fromhex("0114020000000000c000000000000046")
_HEADER = struct.Struct("<I16sII24xIII H10x")
_HAS_NAME, _HAS_WORKING_DIRECTORY, _HAS_ARGUMENTS, _HAS_ICON, _IS_UNICODE, _HAS_TARGET = (
    0x4,
    0x10,
    0x20,
    0x40,
    0x80,
    0x200,
)
_RUN_AS_USER = 0x2000
# EnvironmentVariableDataBlock: size, signature, the target in ANSI and in UTF-16.
_TARGET_BLOCK = struct.Struct("<II260s520s")
_TARGET_SIGNATURE = 0xA0000001


class ShellLinkError(ValueError):
    """The content is no shortcut."""


@dataclass
class ShellLink:
    """A shortcut; `show` is the window style (1 normal, 3 maximized, 7 minimized)."""

    target: str = ""
    arguments: str = ""
    directory: str = ""
    description: str = ""
    icon: str = ""
    icon_index: int = 0
    show: int = 1
    hotkey: str = ""
    run_as_admin: bool = False


_FUNCTION_KEYS = {f"F{number}": 0x6F + number for number in range(1, 25)}
_MODIFIERS = {"SHIFT": 1, "CTRL": 2, "ALT": 4}


def _hotkey_code(hotkey: str) -> int:
    *modifiers, key = hotkey.upper().split("+")
    code = _FUNCTION_KEYS.get(key) or (ord(key) if len(key) == 1 else 0)
    return sum(_MODIFIERS.get(modifier, 0) for modifier in modifiers) << 8 | code


def _hotkey_name(code: int) -> str:
    key = next((name for name, number in _FUNCTION_KEYS.items() if number == code & 0xFF), chr(code & 0xFF))
    held = [name for name in ("ALT", "CTRL", "SHIFT") if code >> 8 & _MODIFIERS[name]]
    return "+".join([*(name.capitalize() for name in held), key]) if code else ""


def build(link: ShellLink) -> bytes:
    """The content of a shortcut file."""
    texts = (
        (_HAS_NAME, link.description),
        (_HAS_WORKING_DIRECTORY, link.directory),
        (_HAS_ARGUMENTS, link.arguments),
        (_HAS_ICON, link.icon),
    )
    flags = _IS_UNICODE | sum(flag for flag, text in texts if text)
    flags |= (_HAS_TARGET if link.target else 0) | (_RUN_AS_USER if link.run_as_admin else 0)
    data = _HEADER.pack(
        _HEADER.size, _CLASS, flags, 0, 0, link.icon_index & 0xFFFFFFFF, link.show, _hotkey_code(link.hotkey)
    )
    for _flag, text in texts:
        if text:
            data += struct.pack("<H", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")
    if link.target:
        ansi, wide = link.target.encode("latin-1", "replace")[:259], link.target.encode("utf-16-le")[:518]
        data += _TARGET_BLOCK.pack(_TARGET_BLOCK.size, _TARGET_SIGNATURE, ansi, wide)
    return data + bytes(4)


def parse(data: bytes) -> ShellLink:
    """The shortcut in a file.

    Raises:
        ShellLinkError: it is none of the form `build` makes.
    """
    try:
        size, identifier, flags, _attributes, _size, icon_index, show, hotkey = _HEADER.unpack_from(data)
        if size != _HEADER.size or identifier != _CLASS:
            raise ShellLinkError("not a shortcut")
        position, texts = size, {}
        for flag in (_HAS_NAME, _HAS_WORKING_DIRECTORY, _HAS_ARGUMENTS, _HAS_ICON):
            if flags & flag:
                length = struct.unpack_from("<H", data, position)[0] * 2
                texts[flag] = data[position + 2 : position + 2 + length].decode("utf-16-le")
                position += 2 + length
        target = ""
        if flags & _HAS_TARGET:
            _size, _signature, _ansi, wide = _TARGET_BLOCK.unpack_from(data, position)
            target = wide.decode("utf-16-le").rstrip("\0")
    except (struct.error, UnicodeDecodeError) as error:
        raise ShellLinkError("not a shortcut") from error
    return ShellLink(
        target=target,
        arguments=texts.get(_HAS_ARGUMENTS, ""),
        directory=texts.get(_HAS_WORKING_DIRECTORY, ""),
        description=texts.get(_HAS_NAME, ""),
        icon=texts.get(_HAS_ICON, ""),
        icon_index=icon_index - (1 << 32) if icon_index >> 31 else icon_index,
        show=show,
        hotkey=_hotkey_name(hotkey),
        run_as_admin=bool(flags & _RUN_AS_USER),
    )
