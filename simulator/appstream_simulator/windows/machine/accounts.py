# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Local users and groups of a machine."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, field

ADMINISTRATORS = "Administrators"

# Built-in groups with their well-known security identifiers.
BUILTIN_GROUPS = {
    "Administrators": "S-1-5-32-544",
    "Users": "S-1-5-32-545",
    "Guests": "S-1-5-32-546",
    "Power Users": "S-1-5-32-547",
    "Remote Desktop Users": "S-1-5-32-555",
    "Remote Management Users": "S-1-5-32-580",
}


@dataclass
class LocalUser:
    """A local account. The password never leaves the object."""

    name: str
    password: str = field(default="", repr=False)
    full_name: str = ""
    description: str = ""
    disabled: bool = False
    password_expired: bool = False
    password_never_expires: bool = False
    cannot_change_password: bool = False
    home_directory: str = ""
    login_script: str = ""
    profile: str = ""
    account_expires: str = "never"


@dataclass
class Accounts:
    """Local users and groups.

    Attributes:
        users: by lower-case name.
        groups: members by group name, as they were given (`name`, `DOMAIN\\name`).
    """

    users: dict[str, LocalUser] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in BUILTIN_GROUPS})

    def copy(self) -> Accounts:
        """An independent copy."""
        return copy.deepcopy(self)

    def user(self, name: str) -> LocalUser | None:
        """A local user by plain name, `.\\name` or `COMPUTER\\name`."""
        return self.users.get(plain_name(name).lower())

    def group_name(self, name: str) -> str | None:
        """The group's own spelling of a name, also given as `BUILTIN\\name` or as identifier; None when unknown."""
        wanted = plain_name(name).lower()
        for group in self.groups:
            if wanted in (group.lower(), BUILTIN_GROUPS.get(group, "").lower()):
                return group
        return None

    def groups_of(self, user: str) -> list[str]:
        """The groups a user is a direct member of."""
        wanted = plain_name(user).lower()
        return [
            group
            for group, members in self.groups.items()
            if wanted in (plain_name(member).lower() for member in members)
        ]

    def delete_user(self, name: str) -> None:
        """Delete a local user and its memberships."""
        plain = plain_name(name).lower()
        del self.users[plain]
        for members in self.groups.values():
            members[:] = [member for member in members if member.lower() != plain]


def plain_name(account: str) -> str:
    """`name` of `DOMAIN\\name`, `.\\name` or `name@domain`."""
    return account.rpartition("\\")[2].partition("@")[0]


def security_identifier(computer_name: str, account: str) -> str:
    """A stable identifier made up for an account; well-known ones for built-in groups and Administrator."""
    if account in BUILTIN_GROUPS:
        return BUILTIN_GROUPS[account]
    machine = "-".join(str(_number(f"{computer_name}/{part}")) for part in range(3))
    relative = 500 if account.lower() == "administrator" else 1000 + _number(account.lower()) % 9000
    return f"S-1-5-21-{machine}-{relative}"


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
