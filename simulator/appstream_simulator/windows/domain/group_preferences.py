# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reader of Groups.xml (MS-GPPREF 2.2.1.11): local groups of the group policy preferences."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

from appstream_simulator.windows.domain.policy import GroupMember, LocalGroup
from appstream_simulator.windows.domain.policy_files import PolicyFileError

_GROUPS = "{3125E937-EB16-4B4C-9934-544FC6D24D26}"
_GROUP = "{6D4A79E4-529C-4481-ABD0-F5BD7EA93BA7}"
_SID = re.compile(r"S-1(-\d+)+")
_FLAGS = {"0": False, "1": True}


@dataclass(frozen=True)
class GroupPreferences:
    """What the file says; `ignored` lists what it holds that is not simulated."""

    groups: list[LocalGroup] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def parse(data: bytes) -> GroupPreferences:
    """Read the file.

    Raises:
        PolicyFileError: it is malformed, or a group depends on what is not simulated: item-level targeting, renaming,
            removal when the policy does not apply any more.
    """
    if b"<!" in data:
        # A document type or an entity; comments are not written either.
        raise PolicyFileError("Groups.xml holds a declaration")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise PolicyFileError(f"Groups.xml is not XML: {error}") from None
    if root.tag != "Groups" or root.get("clsid", "").upper() != _GROUPS:
        raise PolicyFileError("Groups.xml: the outermost element is not that of local users and groups")
    if root.get("disabled", "0") != "0":
        return GroupPreferences(ignored=["Groups.xml, which is disabled"])
    groups, ignored = [], []
    for element in root:
        what = f"{element.tag} {element.get('name', '')!r}"
        if element.get("disabled", "0") != "0":
            ignored.append(f"{what}, which is disabled")
        elif element.tag == "User":
            ignored.append(what)
        elif element.tag == "Group" and element.get("clsid", "").upper() == _GROUP:
            groups.append(_group(element, what))
        else:
            raise PolicyFileError(f"Groups.xml: unknown element {what}")
    return GroupPreferences(groups, ignored)


def _group(element: ElementTree.Element, what: str) -> LocalGroup:
    for attribute in ("removePolicy", "userContext"):
        if element.get(attribute, "0") != "0":
            raise PolicyFileError(f"Groups.xml: {attribute} of {what} is not simulated")
    parts = [child.tag for child in element]
    if parts != ["Properties"]:
        raise PolicyFileError(f"Groups.xml: {what} has {', '.join(parts) or 'nothing'}; Properties alone is simulated")
    properties = element[0]
    action = properties.get("action", "")
    if action not in ("C", "R", "U", "D"):
        raise PolicyFileError(f"Groups.xml: {what} has the action {action!r}")
    if properties.get("newName"):
        raise PolicyFileError(f"Groups.xml: the new name of {what} is not simulated")
    sid, name = _sid(properties.get("groupSid", ""), what), properties.get("groupName", "")
    if not sid and not name:
        raise PolicyFileError(f"Groups.xml: {what} has neither groupSid nor groupName")
    return LocalGroup(
        name=name,
        sid=sid,
        action=action,
        delete_all_users=_flag(properties, "deleteAllUsers", what),
        delete_all_groups=_flag(properties, "deleteAllGroups", what),
        members=_members(properties, what),
    )


def _members(properties: ElementTree.Element, what: str) -> list[GroupMember]:
    if [child.tag for child in properties] not in ([], ["Members"]):
        raise PolicyFileError(f"Groups.xml: the Properties of {what} have other parts than Members")
    members = []
    for element in properties.iterfind("Members/*"):
        name, action = element.get("name", ""), element.get("action", "")
        sid = _sid(element.get("sid", ""), what)
        if element.tag != "Member" or action not in ("ADD", "REMOVE") or not (name or sid):
            raise PolicyFileError(f"Groups.xml: {what} has the member {element.tag} {name!r}, action {action!r}")
        members.append(GroupMember(name, sid, action))
    return members


def _flag(properties: ElementTree.Element, name: str, what: str) -> bool:
    value = properties.get(name, "0")
    if value not in _FLAGS:
        raise PolicyFileError(f"Groups.xml: {name} of {what} is {value!r}")
    return _FLAGS[value]


def _sid(text: str, what: str) -> str:
    if text and not _SID.fullmatch(text):
        raise PolicyFileError(f"Groups.xml: {what} has the SID {text!r}")
    return text
