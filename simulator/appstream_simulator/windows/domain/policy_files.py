# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What all readers of a group policy object's files share."""

from __future__ import annotations

import codecs


class PolicyFileError(ValueError):
    """A file of a group policy object is not what its specification says; nothing of it is used."""


def text_of(data: bytes) -> str:
    """The text of a file that has to be UTF-16LE with a byte order mark (MS-GPSB 2.2, MS-GPSCR 2.2.2).

    Raises:
        PolicyFileError: it is not.
    """
    if not data.startswith(codecs.BOM_UTF16_LE):
        raise PolicyFileError("not UTF-16LE with a byte order mark")
    try:
        return data[len(codecs.BOM_UTF16_LE) :].decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise PolicyFileError(f"not UTF-16LE: {error.reason} at byte {error.start}") from None


def sections_of(text: str) -> dict[str, list[str]]:
    """The lines of an INI-like file by section, names in lower case, without empty lines and comments (`;`).

    Raises:
        PolicyFileError: a line comes before the first section, or a section comes twice.
    """
    sections: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for raw in text.split("\n"):
        line = raw.strip("\r\t ")
        if not line or line.startswith(";"):
            continue
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1].strip().lower()
            if name in sections:
                raise PolicyFileError(f"the section [{name}] comes twice")
            lines = sections[name] = []
        elif lines is None:
            raise PolicyFileError(f"a line before the first section: {line!r}")
        else:
            lines.append(line)
    return sections


def assignment(line: str) -> tuple[str, str]:
    """Name and value of a line `name = value`.

    Raises:
        PolicyFileError: it is none.
    """
    name, equals, value = line.partition("=")
    if not equals or not name.strip():
        raise PolicyFileError(f"not an assignment: {line!r}")
    return name.strip(), value.strip()


def assignments(lines: list[str]) -> dict[str, str]:
    """Values by name in lower case.

    Raises:
        PolicyFileError: a line is no assignment, or a name comes twice.
    """
    values: dict[str, str] = {}
    for line in lines:
        name, value = assignment(line)
        if name.lower() in values:
            raise PolicyFileError(f"{name} is set twice")
        values[name.lower()] = value
    return values


def version_of(data: bytes) -> int:
    """The version in a gpt.ini (MS-GPOL 2.2.4): user half in the high 16 bits, computer half in the low ones.

    Raises:
        PolicyFileError: there is none.
    """
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        raise PolicyFileError("gpt.ini is not ASCII") from None
    version = assignments(sections_of(text).get("general", [])).get("version", "")
    if not version.isdigit() or len(version) > 10 or int(version) >= 2**32:
        raise PolicyFileError(f"gpt.ini has no version: {version!r}")
    return int(version)
