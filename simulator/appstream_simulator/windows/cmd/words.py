# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a command begins with, and its parts."""

from __future__ import annotations

import re

from .syntax import UnsupportedError

_NAMES = """
assoc break call cd chdir cls color copy date del dir dpath echo endlocal erase exit ftype goto keys md mkdir mklink
move path pause popd prompt pushd rd rem ren rename rmdir set setlocal shift start time title type ver verify vol
"""
NAMES = frozenset(_NAMES.split())
_BEGIN = re.compile(r"[A-Za-z]+")
_PROGRAM = re.compile(r"\.(?:exe|com|bat|cmd|vbs|vbe|js|jse|wsf|wsh|msc)\Z", re.IGNORECASE)
_FIRST = re.compile(r'(?:"[^"]*+"?|[^\s,;="]++)++')
_WORD = re.compile(r'(?:"[^"]*+"?|[^\s,;="]++)++')
_SWITCH = re.compile(r"/[^\s/\"]*+")


def built_in_name(text: str) -> str | None:
    """The name of the built-in command that a text begins with, in lower case; None when it is a program's."""
    found = _BEGIN.match(text)
    if found is None or found[0].lower() not in NAMES:
        return None
    behind = text[found.end() : found.end() + 1]
    if behind and behind not in ' \t,;=/\\.:"+()[]<>':
        return None
    # `start.bat` and `cd\tools\a.exe` are no commands of cmd.exe's own.
    return None if _PROGRAM.search(first(text)) and behind in (".", "\\", ":") else found[0].lower()


def first(text: str) -> str:
    """The first word, quotes kept."""
    found = _FIRST.match(text.lstrip(" \t,;="))
    return found[0] if found else ""


def words(text: str) -> list[str]:
    """The arguments of a batch file or a command, quotes kept; blanks and any of `,;=` part them."""
    return _WORD.findall(text)


def switches(text: str, known: str) -> tuple[set[str], list[str]]:
    """Switches of one letter, such as `/s/q` or `/S /Q`, in lower case, and the other words, quotes kept.

    Args:
        known: the letters, and `-` for those that may have it in front.

    Raises:
        UnsupportedError: another switch.
    """
    given: set[str] = set()
    rest = []
    for word in words(text):
        plain = word
        while plain and not plain.startswith('"') and (slash := plain.find("/")) >= 0:
            switch = _SWITCH.match(plain, slash)
            assert switch is not None
            given.add(_switch(switch[0], known))
            plain = plain[:slash] + plain[switch.end() :]
        if plain:
            rest.append(plain)
    return given, rest


def _switch(text: str, known: str) -> str:
    name = text[1:].lower()
    if name.lstrip("-") not in known.split():
        raise UnsupportedError(f"the switch {text}")
    return name


def plain(word: str) -> str:
    """A word without its quotes."""
    return word.replace('"', "")
