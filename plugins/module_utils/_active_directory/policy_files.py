# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Text files of a group policy object: gpt.ini, security templates, lists of scripts, Groups.xml.

Pure: bytes in, structures out, and back. Names and sections of ini files are told apart without regard to case.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

# Sections of an ini file with their lines, in their order.
Sections = Mapping[str, Sequence[str]]

# Class identifiers of the elements (MS-GPPREF 2.2.1.11).
_GROUPS_CLASS = "{3125E937-EB16-4b4c-9934-544FC6D24D26}"
_GROUP_CLASS = "{6D4A79E4-529C-4481-ABD0-F5BD7EA93BA7}"
# "changed" is shown to people only; a time of writing would make every run a change.
_CHANGED = "2026-01-01 00:00:00"


class UnreadableFile(ValueError):
    """A file is not what its name says; the text says why."""


@dataclass(frozen=True)
class Member:
    """A member to be added to (``ADD``) or removed from (``REMOVE``) a local group. The SID wins over the name."""

    name: str
    sid: str
    action: str = "ADD"


@dataclass(frozen=True)
class LocalGroup:
    """A local group of Groups.xml. ``identifier`` is the item's own, ``action`` C, R, U or D (MS-GPPREF 2.2.1.11.1).

    ``replaces`` says whether members that are not listed are taken out.
    """

    identifier: str
    sid: str
    name: str
    action: str
    members: tuple[Member, ...]
    replaces: bool = False


def decode(data: bytes) -> str:
    """Return a policy file's text: UTF-16 or UTF-8 with a byte order mark, else ASCII or UTF-8.

    Raises UnreadableFile.
    """
    encoding = "utf-8"
    for mark, name in (
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (codecs.BOM_UTF8, "utf-8-sig"),
    ):
        if data.startswith(mark):
            encoding = name
            break
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile("its text is in no known encoding") from None


def parse_ini(data: bytes) -> dict[str, list[str]]:
    """Return the sections and their lines, without comments and empty lines. Raises UnreadableFile."""
    sections: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for raw in decode(data).split("\n"):
        line = raw.strip("\r\t \x00")
        heading = re.match(r"\[([^\]]*)\]\Z", line)
        if heading:
            lines = sections.setdefault(heading[1].strip(), [])
        elif line and not line.startswith(";"):
            if lines is None:
                raise UnreadableFile(f"{line[:40]!r} stands before the first section")
            lines.append(line)
    return sections


def build_ini(sections: Sections) -> bytes:
    """Return an ini file as Windows' own tools write those of a policy: UTF-16 with a byte order mark, CRLF."""
    lines = [line for section, content in sections.items() for line in (f"[{section}]", *content)]
    return codecs.BOM_UTF16_LE + "".join(f"{line}\r\n" for line in lines).encode("utf-16-le")


def build_scripts(sections: Sections) -> bytes:
    """Return a list of scripts (psscripts.ini, scripts.ini), which begins with an empty line (MS-GPSCR 2.2)."""
    return codecs.BOM_UTF16_LE + "\r\n".encode("utf-16-le") + build_ini(sections)[2:]


def key_of(line: str) -> str:
    """Return what stands before ``=`` of a line of an ini file, the whole line without one."""
    return line.partition("=")[0].strip()


def value_of(sections: Sections, section: str, key: str) -> str | None:
    """Return a key's value, None when there is none."""
    for name, lines in sections.items():
        if name.lower() == section.lower():
            for line in lines:
                if key_of(line).lower() == key.lower() and "=" in line:
                    return line.partition("=")[2].strip()
    return None


def build_gpt_ini(version: int, *, pending: bool = False) -> bytes:
    """Return gpt.ini (MS-GPOL 2.2.4). ``pending`` marks a policy whose files are being written; Windows ignores that.

    The display name is what Windows' own tools write for every policy.
    """
    lines = ["[General]", f"Version={version}", "displayName=New Group Policy Object"]
    return "".join(f"{line}\r\n" for line in [*lines, *(["Pending=1"] if pending else [])]).encode("ascii")


def gpt_version(data: bytes | None) -> int | None:
    """Return the version of a gpt.ini; None when there is no such file, it says none, or marks unfinished work."""
    if data is None:
        return None
    try:
        sections = parse_ini(data)
    except UnreadableFile:
        return None
    version = value_of(sections, "General", "Version")
    pending = value_of(sections, "General", "Pending") is not None
    return int(version) if version and re.match(r"\d{1,10}\Z", version, re.ASCII) and not pending else None


def build_groups(groups: Sequence[LocalGroup]) -> bytes:
    """Return Groups.xml, in the form Windows' own tools write it: UTF-8, one line for each group."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<Groups clsid="{_GROUPS_CLASS}">' + "\r\n".join(_group(group) for group in groups),
        "</Groups>",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def _group(group: LocalGroup) -> str:
    name, replaces = quoteattr(group.name), "1" if group.replaces else "0"
    members = "".join(
        f"<Member name={quoteattr(member.name)} action={quoteattr(member.action)} sid={quoteattr(member.sid)}/>"
        for member in group.members
    )
    return (
        f'<Group clsid="{_GROUP_CLASS}" name={name} image="2" changed="{_CHANGED}" uid={quoteattr(group.identifier)}>'
        f'<Properties action={quoteattr(group.action)} newName="" description="" deleteAllUsers="{replaces}" '
        f'deleteAllGroups="{replaces}" removeAccounts="0" groupSid={quoteattr(group.sid)} groupName={name}>'
        f"<Members>{members}</Members></Properties></Group>"
    )


def parse_groups(data: bytes) -> list[LocalGroup]:
    """Return the local groups of a Groups.xml; a local user, which it may hold too, is a group without SID and members.

    Raises UnreadableFile.
    """
    content = decode(data)
    if "<!" in content:
        raise UnreadableFile("it has a document type or comment, which Windows' own tools never write")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # the latter two: its encoding is not known
        raise UnreadableFile(f"it is not well-formed XML: {error}") from None
    if root.tag != "Groups":
        raise UnreadableFile(f"its outermost element is {root.tag}")
    return [_parse_group(element) for element in root]


def _parse_group(element: ElementTree.Element) -> LocalGroup:
    properties = element.find("Properties")
    if properties is None:
        raise UnreadableFile(f"its element {element.tag} has no properties")
    if element.tag != "Group":
        return LocalGroup(element.get("uid", ""), "", f"{element.tag} {element.get('name', '')}", "", ())
    members = tuple(
        Member(member.get("name", ""), member.get("sid", ""), member.get("action", ""))
        for member in properties.iterfind("Members/Member")
    )
    replaces = any(properties.get(name, "0") != "0" for name in ("deleteAllUsers", "deleteAllGroups"))
    name = properties.get("groupName", "")
    return LocalGroup(
        element.get("uid", ""), properties.get("groupSid", ""), name, properties.get("action", ""), members, replaces
    )
