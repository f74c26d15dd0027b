# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Puts computer policy into force on a machine's disk, as the client-side extensions of Windows do at its start.

Registry values below Software\\Policies are managed: those of an earlier policy go when the present one has them no
more. Everything else stays behind ("tattoos"): other registry values, services' start modes, members of local groups.
The extensions run in the order of their GUIDs, the registry's first (which is how Windows orders them as far as is
known): registry, preferences for local groups, security settings. Unproven
[policy_in_image_without_domain]: what of it is in force on a machine that has left the domain by way of an image.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from appstream_simulator.windows.machine import security_identifiers, user_rights
from appstream_simulator.windows.machine.accounts import (
    ADMINISTRATORS,
    BUILTIN_GROUPS,
    Accounts,
    is_identifier,
    plain_name,
)
from appstream_simulator.windows.machine.disk import Disk
from appstream_simulator.windows.machine.registry import KINDS_BY_TYPE

from .policy import ComputerPolicy, LocalGroup, RegistryValue, RestrictedGroup

# Told of what cannot be carried out: kind of journal entry (`unhandled` or `error`), what it was about, why not.
Report = Callable[[str, str, str], None]

# Where values are managed (Group Policy: Registry Extension Encoding; the second is of old templates).
_MANAGED = ("software\\policies\\", "software\\microsoft\\windows\\currentversion\\policies\\")
_START_MODES = {2: "auto", 3: "manual", 4: "disabled"}
_BUILT_IN_SUFFIX = " (built-in)"


def apply(disk: Disk, policy: ComputerPolicy, report: Report) -> None:
    """Change the disk to what the policy says."""
    _apply_registry(disk, policy, report)
    for item in policy.objects:
        for group in item.local_groups:
            _apply_local_group(disk.accounts, group, report)
    _apply_services(disk, policy, report)
    _apply_accounts(disk.accounts, policy, report)
    for restricted in _effective_restricted_groups(policy):
        _apply_restricted_group(disk.accounts, restricted, report)


# Registry


def _apply_registry(disk: Disk, policy: ComputerPolicy, report: Report) -> None:
    values: dict[tuple[str, str], RegistryValue] = {}
    for item in policy.objects:
        for value in item.registry:
            if value.kind in KINDS_BY_TYPE:
                values[value.key.lower(), value.name.lower()] = value
            else:
                report("unhandled", f"{value.key}\\{value.name}", f"a value of type {value.kind} is not simulated")
    for key, name in disk.policy_values - set(values):
        if f"{key}\\".startswith(_MANAGED):
            disk.registry.delete(f"HKLM\\{key}", name)
    for value in values.values():
        disk.registry.set(f"HKLM\\{value.key}", value.name, value.data, KINDS_BY_TYPE[value.kind])
    disk.policy_values = set(values)


# Security settings


def _apply_services(disk: Disk, policy: ComputerPolicy, report: Report) -> None:
    for item in policy.objects:
        for name, mode in item.services.items():
            service = disk.services.get(name.lower())
            if service is None or mode not in _START_MODES:
                report("error", f"service {name}", f"there is no such service, or no start mode {mode}")
                continue
            service.start_mode = _START_MODES[mode]


def _apply_accounts(accounts: Accounts, policy: ComputerPolicy, report: Report) -> None:
    """The Administrator's name and the user rights; what the last object says counts, and stays without it."""
    for item in policy.objects:
        if item.administrator_name and item.administrator_name != accounts.administrator:
            accounts.rename_administrator(item.administrator_name)
        for right, members in item.privilege_rights.items():
            name = user_rights.spelling(right)
            if name is None:
                report("unhandled", f"user right {right}", "this user right is not known here")
                continue
            found = {member: security_identifiers.find(accounts, "", member) for member in members}
            for member in (member for member, identifier in found.items() if identifier is None):
                report("error", f"user right {name}", f"no mapping between account names and security IDs: {member}")
            accounts.rights[name] = [identifier for identifier in found.values() if identifier is not None]


def _effective_restricted_groups(policy: ComputerPolicy) -> list[RestrictedGroup]:
    """One entry for each group; each half of it comes from the last object that has it."""
    groups: dict[str, RestrictedGroup] = {}
    for item in policy.objects:
        for group in item.restricted_groups:
            earlier = groups.get(group.group.lower(), RestrictedGroup(group.group, None, None))
            groups[group.group.lower()] = RestrictedGroup(
                group.group,
                earlier.member_of if group.member_of is None else group.member_of,
                earlier.members if group.members is None else group.members,
            )
    return list(groups.values())


def _apply_restricted_group(accounts: Accounts, restricted: RestrictedGroup, report: Report) -> None:
    for target in restricted.member_of or []:
        group = accounts.group_name(target)
        if group is None:
            report("error", f"restricted group {target}", "there is no such local group")
        else:
            _add(accounts, group, restricted.group, "", report)
    if restricted.members is None:
        return
    group = accounts.group_name(restricted.group)
    if group is None:
        report("error", f"restricted group {restricted.group}", "there is no such local group")
        return
    _empty(accounts, group)
    for member in restricted.members:
        _add(accounts, group, member, "", report)


# Preferences: local groups (MS-GPPREF 2.2.1.11)


def _apply_local_group(accounts: Accounts, preference: LocalGroup, report: Report) -> None:
    group = _local_group(accounts, preference)
    what = f"local group {preference.name}"
    if preference.action not in ("C", "U", "R", "D"):
        report("error", what, f"there is no action {preference.action}")
    elif preference.action == "D":
        _delete_group(accounts, group, what, report)
    elif group is None and preference.sid:
        report("error", what, f"there is no local group {preference.sid}")
    elif group is None:
        accounts.groups[preference.name] = []
        _change_members(accounts, preference.name, preference, report)
    elif preference.action == "R":
        _empty(accounts, group)
        _change_members(accounts, group, preference, report)
    elif preference.action == "U":
        _remove_all(accounts, group, users=preference.delete_all_users, groups=preference.delete_all_groups)
        _change_members(accounts, group, preference, report)


def _local_group(accounts: Accounts, preference: LocalGroup) -> str | None:
    """The group's own spelling; its identifier wins over its name."""
    if preference.sid:
        return accounts.group_name(preference.sid)
    return accounts.group_name(preference.name.removesuffix(_BUILT_IN_SUFFIX))


def _delete_group(accounts: Accounts, group: str | None, what: str, report: Report) -> None:
    if group in BUILTIN_GROUPS:
        report("error", what, "a built-in group cannot be deleted")
    elif group is not None:
        del accounts.groups[group]


def _change_members(accounts: Accounts, group: str, preference: LocalGroup, report: Report) -> None:
    for member in preference.members:
        if member.action == "REMOVE":
            accounts.remove_member(group, _local_name(accounts, member.name) or member.name, member.sid)
        elif member.action == "ADD":
            _add(accounts, group, member.name, member.sid, report)
        else:
            report("error", f"member {member.name} of {group}", f"there is no action {member.action}")


# Members


@dataclass(frozen=True)
class _Member:
    name: str
    identifier: str


def _add(accounts: Accounts, group: str, name: str, identifier: str, report: Report) -> None:
    member = _member(accounts, name, identifier)
    if member is None:
        report(
            "unhandled", f"member {name} of {group}", "a name without a security identifier cannot be looked up here"
        )
        return
    accounts.add_member(group, member.name, member.identifier)


def _member(accounts: Accounts, name: str, identifier: str) -> _Member | None:
    if is_identifier(name):
        return _Member("", name.upper())
    if identifier:
        return _Member(name, identifier.upper())
    local = _local_name(accounts, name)
    if local:
        return _Member(local, "")
    known = accounts.identifiers.get(name.lower())
    return _Member(name, known) if known else None


def _local_name(accounts: Accounts, name: str) -> str | None:
    """The plain name of a local user, None for any other account."""
    domain, _backslash, _plain = name.rpartition("\\")
    user = accounts.user(name) if domain in ("", ".") else None
    return user.name if user else None


def _empty(accounts: Accounts, group: str) -> None:
    _remove_all(accounts, group, users=True, groups=True)


def _remove_all(accounts: Accounts, group: str, *, users: bool, groups: bool) -> None:
    """Remove members that are users, and members that are groups; the built-in Administrator stays an administrator.

    Whether an account of the domain is a user or a group cannot be told here: it is taken for a group, which is what
    members from a domain ought to be.
    """
    kept = []
    for member in accounts.groups[group]:
        is_user = plain_name(member) == member and member.lower() in accounts.users
        protected = group == ADMINISTRATORS and member.lower() == accounts.administrator.lower()
        if protected or not (users if is_user else groups):
            kept.append(member)
    accounts.groups[group] = kept
