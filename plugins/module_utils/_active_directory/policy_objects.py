# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Group policy objects in the directory: the groupPolicyContainer and its attributes (MS-GPOL 2.2.2)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from .connection import DACL, GROUP, OWNER, Directory, Entry, escape
from .errors import ActiveDirectoryError
from .names import domain_of
from .security_descriptors import SecurityDescriptor, parse

# Kept as texts; "" stands for an attribute that is not set.
ATTRIBUTES = (
    "displayName",
    "flags",
    "gPCFileSysPath",
    "gPCFunctionalityVersion",
    "gPCMachineExtensionNames",
    "gPCUserExtensionNames",
    "gPCWQLFilter",
    "versionNumber",
)
CONTAINERS = ("Machine", "User")
USER_HALF_DISABLED = "1"
_CREATORS = "Group Policy Creator Owners"


@dataclass(frozen=True)
class PolicyObject:
    """A groupPolicyContainer as it was read."""

    distinguished_name: str
    guid: str
    attributes: Mapping[str, str]
    containers: tuple[str, ...]
    security: SecurityDescriptor
    may_write: bool

    @property
    def version(self) -> int:
        """The version of both halves: the machine's in the lower 16 bits, the user's in the upper ones."""
        text = self.attributes["versionNumber"]
        # A signed number in the directory.
        return int(text) & 0xFFFFFFFF if re.match(r"-?\d+\Z", text) else 0


def policies(directory: Directory) -> str:
    """Return the distinguished name of the container of all group policy objects."""
    return f"CN=Policies,CN=System,{directory.base}"


def name_of(directory: Directory, guid: str) -> str:
    """Return the distinguished name of a group policy object."""
    return f"CN={guid},{policies(directory)}"


def path_of(directory: Directory, guid: str) -> str:
    """Return where clients look for the policy's files: through the domain's name, at any domain controller."""
    domain = domain_of(directory.base)
    return f"\\\\{domain}\\SysVol\\{domain}\\Policies\\{guid}"


def find(directory: Directory, name: str, guid: str | None) -> PolicyObject | None:
    """Return the group policy object of a display name, None when there is none.

    Display names are not unique. Raises ActiveDirectoryError when ``guid`` does not say which of several it is, or says
    one of another name.
    """
    expression = f"(&(objectClass=groupPolicyContainer)(displayName={escape(name)}))"
    found = directory.search(policies(directory), expression, ["cn", "displayName"], below="children")
    # The directory also finds names that differ in accents only.
    guids = [entry.text("cn") or "" for entry in found if (entry.text("displayName") or "").lower() == name.lower()]
    if guid:
        if guid.upper() not in [one.upper() for one in guids]:
            raise ActiveDirectoryError(
                f"There is no group policy object {guid.upper()} named {name!r}",
                remedy=f"Those of this name are {', '.join(guids)}." if guids else "There is none of this name at all.",
                kind=ActiveDirectoryError.NOT_FOUND,
            )
        guids = [guid]
    if len(guids) > 1:
        raise ActiveDirectoryError(
            f"There are {len(guids)} group policy objects named {name!r}: {', '.join(sorted(guids))}",
            remedy="Say which one is meant by option guid, or delete or rename the others.",
            kind=ActiveDirectoryError.REFUSED_VALUE,
        )
    return read(directory, guids[0]) if guids else None


def read(directory: Directory, guid: str) -> PolicyObject:
    """Return a group policy object by GUID. Raises ActiveDirectoryError, also when it is gone or may not be read."""
    name = name_of(directory, guid)
    wanted = [*ATTRIBUTES, "cn", "allowedAttributesEffective", "nTSecurityDescriptor"]
    entry = directory.read(name, wanted, security=OWNER | GROUP | DACL)
    security = entry.first("nTSecurityDescriptor") if entry else None
    if entry is None or security is None:
        raise ActiveDirectoryError(
            f"Group policy object {guid} cannot be read",
            remedy=f"{directory.username} needs the right to read it and its permissions.",
            kind=ActiveDirectoryError.DENIED if entry else ActiveDirectoryError.NOT_FOUND,
        )
    below = directory.search(entry.distinguished_name, "(objectClass=container)", ["cn"], below="children")
    names = {(child.text("cn") or "").lower() for child in below}
    return PolicyObject(
        distinguished_name=entry.distinguished_name,
        guid=(entry.text("cn") or guid).upper(),
        attributes={attribute: entry.text(attribute) or "" for attribute in ATTRIBUTES},
        containers=tuple(name for name in CONTAINERS if name.lower() in names),
        security=parse(security),
        may_write="versionnumber" in _names(entry, "allowedAttributesEffective"),
    )


def _names(entry: Entry, attribute: str) -> set[str]:
    return {name.lower() for name in entry.texts(attribute)}


def signed(version: int) -> str:
    """Return a version as attribute versionNumber holds it: a signed number of 32 bits."""
    return str(version - 0x100000000 if version & 0x80000000 else version)


def new_guid() -> str:
    """Return a GUID for a new policy."""
    return f"{{{str(uuid.uuid4()).upper()}}}"


def require_right_to_create(directory: Directory) -> None:
    """Raise ActiveDirectoryError when this account may not create group policy objects."""
    entry = directory.read(policies(directory), ["allowedChildClassesEffective"])
    if entry is None or "grouppolicycontainer" not in _names(entry, "allowedChildClassesEffective"):
        raise ActiveDirectoryError(
            f"{directory.username} is not allowed to create group policy objects; nothing was changed",
            remedy=f"It needs {_right_to_create(directory)}.",
            kind=ActiveDirectoryError.DENIED,
        )


def require_right_to_change(directory: Directory, policy: PolicyObject) -> None:
    """Raise ActiveDirectoryError when this account may not change the policy."""
    if not policy.may_write:
        raise ActiveDirectoryError(
            f"{directory.username} is not allowed to change group policy object {policy.guid}; nothing was changed",
            remedy=f"It needs {_right_to_change(policy.distinguished_name)}.",
            kind=ActiveDirectoryError.DENIED,
        )


def _right_to_create(directory: Directory) -> str:
    return (
        f"membership of {_CREATORS}, or the right 'Create groupPolicyContainer objects' on {policies(directory)} "
        "(which that group lacks in a Samba domain until an administrator grants it)"
    )


def _right_to_change(name: str) -> str:
    return f"'Edit settings, delete, modify security' on {name}, which its creator and Domain Admins have"


def create(directory: Directory, guid: str, name: str) -> None:
    """Create a group policy object that does nothing yet: clients skip version 0. Raises ActiveDirectoryError."""
    attributes = {
        "objectClass": "groupPolicyContainer",
        "displayName": name,
        "flags": USER_HALF_DISABLED,
        "gPCFileSysPath": path_of(directory, guid),
        "gPCFunctionalityVersion": "2",
        "versionNumber": "0",
        "showInAdvancedViewOnly": "TRUE",
    }
    directory.add(
        name_of(directory, guid),
        {key: [value.encode()] for key, value in attributes.items()},
        needs=_right_to_create(directory),
    )


def create_container(directory: Directory, policy: str, container: str) -> None:
    """Create one of the two containers below a policy, by distinguished name. Raises ActiveDirectoryError."""
    attributes = {"objectClass": [b"container"], "showInAdvancedViewOnly": [b"TRUE"]}
    directory.add(f"CN={container},{policy}", attributes, needs=f"the right 'Create container objects' on {policy}")


def change(directory: Directory, policy: PolicyObject, wanted: Mapping[str, str]) -> None:
    """Make attributes of a policy what is wanted, if they still are what was read. Raises ActiveDirectoryError."""
    changes = [
        (key, policy.attributes[key].encode() or None, value.encode() or None)
        for key, value in wanted.items()
        if value != policy.attributes[key].strip()
    ]
    if changes:
        directory.swap(policy.distinguished_name, changes, needs=_right_to_change(policy.distinguished_name))


def delete(directory: Directory, policy: PolicyObject) -> None:
    """Delete a policy's object with what lies below it. Raises ActiveDirectoryError."""
    name = policy.distinguished_name
    below = directory.search(name, "(objectClass=*)", ["cn"])
    deepest_first = sorted((entry.distinguished_name for entry in below), key=len, reverse=True)
    for one in [*(one for one in deepest_first if one.lower() != name.lower()), name]:
        directory.delete(one, needs=_right_to_change(name))
