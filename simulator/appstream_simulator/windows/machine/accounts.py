# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Local users and groups of a machine."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Set
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

ADMINISTRATOR = "Administrator"
GUEST = "Guest"

# Who may use WinRM's shells (the service's and the shells' default security descriptors).
WINRM_GROUPS = frozenset({ADMINISTRATORS, "Remote Management Users"})


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
        groups: members by group name: `name` of a local user, `DOMAIN\\name`, or the security identifier of an account
            whose name is not known here.
        identifiers: security identifiers of accounts of a domain, by their lower-case `domain\\name`.
        machine_identifier: of the machine itself; those of its accounts begin with it.
        administrator: the present name of the built-in Administrator (relative identifier 500).
        guest: the present name of the built-in guest, which stock disks do not list as a user.
        policy: password, lock-out and audit policy, by the setting's name; those left out are as Windows ships.
        group_descriptions: by group name; those that Windows brings are left out.
        rights: who has a user right (`SeInteractiveLogonRight` …), by identifier; those left out are as Windows ships.
    """

    users: dict[str, LocalUser] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in BUILTIN_GROUPS})
    identifiers: dict[str, str] = field(default_factory=dict)
    machine_identifier: str = "S-1-5-21-0-0-0"
    administrator: str = ADMINISTRATOR
    rights: dict[str, list[str]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    group_descriptions: dict[str, str] = field(default_factory=dict)
    guest: str = GUEST
    policy: dict[str, str] = field(default_factory=dict)

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

    def user_identifier(self, name: str) -> str:
        """The security identifier of one of the machine's own users; a user made again has another than before."""
        if name.lower() == self.administrator.lower():
            return f"{self.machine_identifier}-500"
        generation = self.deleted.count(name.lower())
        return f"{self.machine_identifier}-{1000 + _number(name.lower() + '/' * generation) % 9000}"

    def group_identifier(self, name: str) -> str:
        """The security identifier of a local group."""
        well_known = BUILTIN_GROUPS.get(name)
        return well_known or f"{self.machine_identifier}-{10000 + _number(name.lower()) % 9000}"

    def foreign_identifier(self, domain: str, name: str) -> str:
        """A stable identifier made up for an account of a domain of which nothing is known but its name."""
        label = domain.partition(".")[0].lower()
        return f"{machine_identifier(label)}-{1000 + _number(name.lower()) % 9000}"

    def is_built_in(self, name: str) -> bool:
        """Whether this is an account that nobody can delete."""
        return plain_name(name).lower() in (self.administrator.lower(), self.guest.lower())

    def rename_administrator(self, name: str) -> None:
        """Give the built-in Administrator another name; it keeps its identifier and its memberships."""
        before, user = self.administrator, self.users.pop(self.administrator.lower())
        user.name = self.administrator = name
        self.users[name.lower()] = user
        for members in self.groups.values():
            members[:] = [name if member.lower() == before.lower() else member for member in members]

    def rename_guest(self, name: str) -> None:
        """Give the built-in guest another name."""
        before, self.guest = self.guest, name
        user = self.users.pop(before.lower(), None)
        if user:
            user.name = name
            self.users[name.lower()] = user

    def groups_of(self, user: str) -> list[str]:
        """The groups a local user is a member of."""
        wanted = plain_name(user).lower()
        return [group for group, members in self.groups.items() if wanted in (member.lower() for member in members)]

    def groups_with(self, identifiers: Set[str]) -> list[str]:
        """The groups of which any of these accounts of a domain is a member."""
        return [
            group
            for group, members in self.groups.items()
            if not identifiers.isdisjoint(self.identifier(member) for member in members)
        ]

    def identifier(self, member: str) -> str:
        """The security identifier of a member from a domain; empty when it is not known."""
        return member.upper() if is_identifier(member) else self.identifiers.get(member.lower(), "")

    def find_member(self, group: str, name: str, identifier: str = "") -> str | None:
        """How a member is written down in a group, looked for by its identifier if that is known, or else its name."""
        wanted = identifier or self.identifier(name)
        for member in self.groups[group]:
            known = self.identifier(member)
            if (known == wanted) if known and wanted else member.lower() == name.lower():
                return member
        return None

    def add_member(self, group: str, name: str, identifier: str = "") -> bool:
        """Add an account to a group, by name or identifier or both; says whether it was none yet."""
        if self.find_member(group, name, identifier) is not None:
            return False
        if name and identifier:
            known = self.identifiers.setdefault(name.lower(), identifier)
            # A name that stands for somebody else already is of no use.
            name = name if known == identifier else ""
        self.groups[group].append(name or identifier)
        return True

    def remove_member(self, group: str, name: str, identifier: str = "") -> bool:
        """Take an account out of a group; says whether it was in."""
        member = self.find_member(group, name, identifier)
        if member is None:
            return False
        self.groups[group].remove(member)
        return True

    def forget_names(self) -> None:
        """What names of domain accounts stand for is no longer known: members are written by identifier from now on."""
        for members in self.groups.values():
            members[:] = [self.identifiers.get(member.lower(), member) for member in members]
        self.identifiers = {}

    def delete_user(self, name: str) -> None:
        """Delete a local user and its memberships."""
        plain = plain_name(name).lower()
        del self.users[plain]
        self.deleted.append(plain)
        for members in self.groups.values():
            members[:] = [member for member in members if member.lower() != plain]


def is_identifier(account: str) -> bool:
    """Whether this is a security identifier and not a name."""
    return account.upper().startswith("S-1-")


def plain_name(account: str) -> str:
    """`name` of `DOMAIN\\name`, `.\\name` or `name@domain`."""
    return account.rpartition("\\")[2].partition("@")[0]


def machine_identifier(key: str) -> str:
    """The identifier of a machine, or of a domain, made up from what is its own."""
    return "S-1-5-21-" + "-".join(str(_number(f"{key}/{part}")) for part in range(3))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
