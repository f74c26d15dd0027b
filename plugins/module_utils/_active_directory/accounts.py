# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""User accounts and security groups: what they are like, and what is legal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import names
from .connection import Directory, Entry, escape
from .errors import ActiveDirectoryError
from .security_descriptors import parse_sid

# Bits of userAccountControl (MS-ADTS 2.2.16).
DISABLED, NORMAL_ACCOUNT, PASSWORD_NEVER_EXPIRES = 0x2, 0x200, 0x10000
# Bits of groupType (MS-ADTS 2.2.12), a signed number.
SECURITY_GROUP = -0x80000000
SCOPES = {"global": 2, "domain_local": 4, "universal": 8}
# GUID_USERS_CONTAINER_W (MS-ADTS 6.1.1.4): where accounts go by default, CN=Users unless somebody redirected it.
_USERS_CONTAINER = "A9D1CA15768811D1ADED00C04FD8D5CD"

_ATTRIBUTES = (
    *("objectClass", "objectSid", "sAMAccountName", "description", "userPrincipalName", "userAccountControl"),
    *("pwdLastSet", "memberOf", "primaryGroupID", "groupType", "adminCount", "isCriticalSystemObject"),
)
# MS-SAMR 3.1.1.6, and "@", with which a name could not be told from a user principal name.
_FORBIDDEN = re.compile(r'["/\\\[\]:;|=,+*?<>@\x00-\x1f]')
_USER_NAME_LENGTH, _GROUP_NAME_LENGTH = 20, 256
_ONLY_FOR = {
    "user": (*("password", "password_never_expires", "enabled", "groups", "user_principal_name"),),
    "group": ("scope", "members"),
}


@dataclass(frozen=True)
class Account:
    """An account as it is. ``view`` is what the module returns of it."""

    entry: Entry
    type: str
    sid: str
    view: Mapping[str, Any]

    @property
    def distinguished_name(self) -> str:
        """Its distinguished name."""
        return self.entry.distinguished_name

    @property
    def control(self) -> int:
        """A user's userAccountControl."""
        return int(self.entry.text("userAccountControl") or 0)

    @property
    def is_unfinished(self) -> bool:
        """Whether it is a user that is disabled and never had a password, as left by a run that was interrupted."""
        return self.type == "user" and bool(self.control & DISABLED) and self.entry.text("pwdLastSet") in (None, "0")

    @property
    def is_protected(self) -> bool:
        """Whether it is one of those the domain itself needs, or an administrator's (MS-ADTS 3.1.1.6.1)."""
        return self.entry.text("adminCount") == "1" or self.entry.text("isCriticalSystemObject") == "TRUE"


def problems_of(options: Mapping[str, Any]) -> list[str]:
    """Check the options of module ``ad_account`` that its argument spec cannot check. Returns problems."""
    name, kind = options["name"], options["type"]
    longest = _USER_NAME_LENGTH if kind == "user" else _GROUP_NAME_LENGTH
    problems = names.distinguished_name_problems("path", options["path"])
    if not 0 < len(name) <= longest:
        problems.append(f"name {name!r} has {len(name)} characters; a {kind}'s sAMAccountName has 1 to {longest}")
    if _FORBIDDEN.search(name):
        problems.append(f'name {name!r} has one of the characters "/\\[]:;|=,+*?<>@, or a control character')
    if name != name.strip() or name.endswith("."):
        problems.append(f"name {name!r} begins or ends with a space, or ends with a dot")
    if options["password"] == "":
        problems.append("password is empty")
    other = "group" if kind == "user" else "user"
    given = [option for option in _ONLY_FOR[other] if options[option] is not None]
    if given:
        problems.append(f"{', '.join(given)} cannot be set for type {kind}, only for type {other}")
    if options["purge_members"] and options["members"] is None:
        problems.append("purge_members needs members")
    return problems


def find_account(directory: Directory, name: str) -> Account | None:
    """Return the user or group of this sAMAccountName, wherever in the domain it is, None when there is none.

    Raises ActiveDirectoryError when the name belongs to something else, such as a computer.
    """
    found = directory.search(directory.base, f"(sAMAccountName={escape(name)})", _ATTRIBUTES)
    if not found:
        return None
    entry = found[0]
    classes = [value.lower() for value in entry.texts("objectClass")]
    kind = next((kind for kind in ("computer", "group", "user") if kind in classes), classes[-1])
    sid = parse_sid(entry.first("objectSid") or b"")
    common = {
        "name": entry.text("sAMAccountName"),
        "type": kind,
        "distinguished_name": entry.distinguished_name,
        "sid": sid,
        "description": entry.text("description"),
    }
    if kind == "user":
        return Account(entry, kind, sid, {**common, **_user_view(directory, entry, sid)})
    if kind == "group":
        return Account(entry, kind, sid, {**common, **_group_view(directory, entry)})
    raise ActiveDirectoryError(
        f"{name} is the name of {entry.distinguished_name}, which is a {kind}", kind=ActiveDirectoryError.REFUSED_VALUE
    )


def _user_view(directory: Directory, entry: Entry, sid: str) -> dict[str, Any]:
    control = int(entry.text("userAccountControl") or 0)
    # memberOf lacks the primary group, as a rule Domain Users (MS-ADTS 3.1.1.4.5.36).
    primary = f"(objectSid={sid.rpartition('-')[0]}-{entry.text('primaryGroupID')})"
    primary_groups = [found.distinguished_name for found in directory.search(directory.base, primary, ["cn"])]
    return {
        "user_principal_name": entry.text("userPrincipalName"),
        "enabled": not control & DISABLED,
        "password_never_expires": bool(control & PASSWORD_NEVER_EXPIRES),
        "groups": sorted([*entry.texts("memberOf"), *primary_groups]),
    }


def _group_view(directory: Directory, entry: Entry) -> dict[str, Any]:
    bits = int(entry.text("groupType") or 0)
    # Not the attribute member: a domain controller returns only the first 1500 of its values (MS-ADTS 3.1.1.3.1.3.3).
    members = directory.search(directory.base, f"(memberOf={escape(entry.distinguished_name)})", ["cn"])
    return {
        "scope": next((scope for scope, bit in SCOPES.items() if bits & bit), None),
        "security_group": bits < 0,
        "members": sorted(member.distinguished_name for member in members),
    }


def users_container(directory: Directory) -> str:
    """Return the container accounts go to when none is named. Raises ActiveDirectoryError."""
    found = directory.read(f"<WKGUID={_USERS_CONTAINER},{directory.base}>", ["cn"])
    return found.distinguished_name if found else f"CN=Users,{directory.base}"


def encoded_password(password: str) -> bytes:
    """Return a password as unicodePwd takes it (MS-ADTS 3.1.1.3.1.5.1)."""
    return f'"{password}"'.encode("utf-16-le")
