# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Text files as .NET reads and writes them: encodings with their byte order marks, and what Regex.Replace puts in.

Sources: Microsoft's reference of System.Text.Encoding and "Substitutions in Regular Expressions".
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import regex


@dataclass(frozen=True)
class Encoding:
    """An encoding of .NET.

    Attributes:
        web_name: its WebName.
        codec: Python's name for it.
        preamble: the byte order mark that it writes; empty for none.
    """

    web_name: str
    codec: str
    preamble: bytes = b""


UTF8 = Encoding("utf-8", "utf-8")
_WITH_PREAMBLE = (
    Encoding("utf-32BE", "utf-32-be", codecs.BOM_UTF32_BE),
    Encoding("utf-32", "utf-32-le", codecs.BOM_UTF32_LE),
    Encoding("utf-8", "utf-8", codecs.BOM_UTF8),
    Encoding("utf-16BE", "utf-16-be", codecs.BOM_UTF16_BE),
    Encoding("utf-16", "utf-16-le", codecs.BOM_UTF16_LE),
)
_OTHERS = (
    Encoding("us-ascii", "ascii"),
    Encoding("iso-8859-1", "iso-8859-1"),
    Encoding("iso-8859-15", "iso-8859-15"),
    Encoding("Windows-1252", "cp1252"),
    Encoding("ibm437", "cp437"),
    Encoding("ibm850", "cp850"),
)
_BY_NAME = {encoding.web_name.lower(): encoding for encoding in (*_WITH_PREAMBLE, *_OTHERS)}
_BY_NAME |= {
    "unicode": _BY_NAME["utf-16"],
    "utf-16le": _BY_NAME["utf-16"],
    "unicodefffe": _BY_NAME["utf-16be"],
    "ascii": _BY_NAME["us-ascii"],
    "latin1": _BY_NAME["iso-8859-1"],
}
_SUBSTITUTION = re.compile(r"\$(?:(\$)|(&)|(\d+)|\{(\w+)\}|([`'+_]))")


def encoding(name: str) -> Encoding | None:
    """What Encoding.GetEncoding answers; None for a name that is not known here."""
    return _BY_NAME.get(name.lower())


def by_preamble(data: bytes) -> Encoding | None:
    """The encoding whose byte order mark the data begins with; of several the longest counts."""
    return next((item for item in _WITH_PREAMBLE if data.startswith(item.preamble)), None)


def decode(data: bytes, given: Encoding) -> str:
    """The text that a StreamReader reads: a byte order mark goes before what it was given."""
    found = by_preamble(data) or given
    return data.removeprefix(found.preamble).decode(found.codec, errors="replace")


def encode(text: str, given: Encoding) -> bytes:
    """What File.WriteAllText writes."""
    return given.preamble + text.encode(given.codec, errors="replace")


def lines(text: str) -> list[str]:
    """The lines that File.ReadAllLines finds; behind the last line break there is none."""
    found = re.split(r"\r\n|\r|\n", text)
    return found[:-1] if found[-1] == "" else found


def substituted(replacement: str, match: regex.Match[str]) -> str:
    """What Regex.Replace puts in the place of a match; what names no group stays as it stands."""

    def value(found: re.Match[str]) -> str:
        dollar, whole, number, name, other = found.groups()
        if dollar or whole:
            return "$" if dollar else str(match.group())
        try:
            if other == "+":
                return str(match.groups()[-1] or "")
            if other:
                before, behind = match.string[: match.start()], match.string[match.end() :]
                return str({"`": before, "'": behind, "_": match.string}[other])
            group = number or name
            return str(match.group(int(group) if group.isdecimal() else group) or "")
        except IndexError:
            return found.group()

    return _SUBSTITUTION.sub(value, replacement)
