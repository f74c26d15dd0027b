# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Computer policy as a member finds it: the group policy objects that apply, in the order they are applied."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class RegistryValue:
    """One value of a Registry.pol (MS-GPREG), below HKEY_LOCAL_MACHINE; `data` is text, number or bytes by `kind`.

    Attributes:
        kind: REG_SZ, REG_EXPAND_SZ, REG_DWORD, REG_QWORD, REG_MULTI_SZ or REG_BINARY.
    """

    key: str
    name: str
    kind: str
    data: str | int | bytes | list[str]


@dataclass(frozen=True)
class GroupMember:
    """A member to be added to or removed from a local group; `action` is ADD or REMOVE."""

    name: str
    sid: str
    action: str


@dataclass(frozen=True)
class LocalGroup:
    """A local group of Groups.xml (MS-GPPREF 2.2.1.11).

    Attributes:
        sid: wins over `name` when there is one.
        action: C(reate), U(pdate), R(eplace) or D(elete).
    """

    name: str
    sid: str
    action: str
    delete_all_users: bool
    delete_all_groups: bool
    members: list[GroupMember]


@dataclass(frozen=True)
class RestrictedGroup:
    """A line of `[Group Membership]` in GptTmpl.inf (MS-GPSB 2.2.5).

    Attributes:
        group: SID or name.
        member_of: groups it is added to (`__Memberof`), None when the template does not say.
        members: what its members are replaced by (`__Members`), None when the template does not say.
    """

    group: str
    member_of: list[str] | None
    members: list[str] | None


@dataclass(frozen=True)
class StartupScript:
    """A start-up script of psscripts.ini or scripts.ini (MS-GPSCR) with its content."""

    name: str
    parameters: str
    powershell: bool
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class PolicyObject:
    """One group policy object, as far as its client-side extensions are listed in gPCMachineExtensionNames.

    Attributes:
        guid: upper case in braces.
        version: of the computer half (low 16 bits of versionNumber).
        services: start type by service name: 2 automatic, 3 manual, 4 disabled.
        administrator_name: what the built-in Administrator is to be called; empty when the object does not say.
        privilege_rights: who is to have a user right, identifiers or names by the right's name.
        errors: why an extension's files could not be read; nothing of that extension is in here.
        ignored: what the object holds that is not simulated.
    """

    guid: str
    name: str
    version: int
    registry: list[RegistryValue] = field(default_factory=list)
    services: dict[str, int] = field(default_factory=dict)
    restricted_groups: list[RestrictedGroup] = field(default_factory=list)
    local_groups: list[LocalGroup] = field(default_factory=list)
    startup_scripts: list[StartupScript] = field(default_factory=list)
    administrator_name: str = ""
    privilege_rights: dict[str, list[str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ComputerPolicy:
    """What applies to one computer; of two objects that set the same thing the later in the list wins.

    Attributes:
        errors: why linked objects are not in the list although they might apply.
        skipped: linked objects that do not apply, and why.
    """

    objects: list[PolicyObject]
    errors: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
