# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Reads what ``secedit.exe /export`` writes: the local security policy as a security template, an INI file.

Source: Microsoft, "secedit export" and [MS-GPSB] 2.2 (sections, quoting, UTF-16).

Private to the euc.appstream collection.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping

Template = dict[str, dict[str, str]]
"""Values by section and name, both in lower case."""


def decoded(content: bytes) -> str:
    """The text of a template: UTF-16 with its mark, or what an editor made of it (UTF-8). Raises ValueError."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def parsed(text: str) -> Template:
    """Sections of a template. Lines that are neither a section, a value nor a comment are left out; never raises.

    Text values stand in double quotes, which are taken off.
    """
    template: Template = {}
    section: dict[str, str] = {}
    for line in (raw.strip() for raw in text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = template.setdefault(line[1:-1].strip().lower(), {})
        elif "=" in line and not line.startswith(";"):
            name, _equals, value = line.partition("=")
            section[name.strip().lower()] = _unquoted(value.strip())
    return template


def accounts_with(template: Mapping[str, Mapping[str, str]], user_right: str) -> list[str] | None:
    """Who has a user right, each a security identifier (upper case) or a name; None when the template doesn't say."""
    value = template.get("privilege rights", {}).get(user_right.lower())
    if value is None:
        return None
    return [_account(item) for item in value.split(",") if item.strip()]


def _account(item: str) -> str:
    """Identifiers are marked by an asterisk; names are as they are."""
    text = _unquoted(item.strip())
    return text[1:].upper() if text.startswith("*") else text


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) >= 2 and value.startswith('"') and value.endswith('"') else value
