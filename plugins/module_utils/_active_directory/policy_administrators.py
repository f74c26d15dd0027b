# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The group that a policy makes local administrator: found in the directory, and checked."""

from __future__ import annotations

from .connection import Directory
from .errors import ActiveDirectoryError
from .policy_content import Group
from .principals import find_principal, netbios_name

# GROUP_TYPE_SECURITY_ENABLED (MS-ADTS 2.2.12), and the domain's groups that everybody or every computer is in.
_SECURITY = 0x80000000
_TOO_WIDE = {"513": "every user", "514": "every guest", "515": "every computer"}


def find_administrators(directory: Directory, who: str) -> Group:
    """Return the security group somebody names. Raises ActiveDirectoryError when it is none, or everybody's."""
    principal = find_principal(directory, who)
    name = principal.distinguished_name
    entry = directory.read(name, ["objectClass", "groupType"]) if name else None
    if entry is None or "group" not in entry.texts("objectClass"):
        raise _refusal(
            f"administrators_group {who} is not a group of this domain",
            "Put the accounts into a group: they can then come and go without a change of the policy.",
        )
    if not int(entry.text("groupType") or "0") & _SECURITY:
        raise _refusal(f"administrators_group {who} is a distribution group, which gives no rights", "Name another.")
    domain, _dash, number = principal.sid.rpartition("-")
    if domain == "S-1-5-32" or number in _TOO_WIDE:
        has = _TOO_WIDE.get(number, "whoever is in it on each domain controller")
        raise _refusal(
            f"administrators_group {who} would make {has} administrator of image builders",
            "Name a group that holds only the accounts that Ansible logs on with.",
        )
    return Group(principal.sid, f"{netbios_name(directory)}\\{principal.name}")


def _refusal(message: str, remedy: str) -> ActiveDirectoryError:
    return ActiveDirectoryError(message, remedy=remedy, kind=ActiveDirectoryError.REFUSED_VALUE)
