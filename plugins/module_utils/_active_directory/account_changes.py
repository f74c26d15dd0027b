# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is to be done so that a user account or group is as wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from . import accounts, names
from .accounts import Account
from .connection import Directory
from .errors import ActiveDirectoryError
from .plans import Plan
from .principals import find_principal

_NOT_READABLE, _SET = "not readable", "to be set"
Steps = list[Callable[[], None]]


@dataclass(frozen=True)
class Wish:
    """What an account is to be like; None leaves alone."""

    name: str
    type: str
    present: bool
    path: str | None
    description: str | None
    password: str | None
    always_set_password: bool
    password_never_expires: bool | None
    enabled: bool | None
    user_principal_name: str | None
    groups: list[str] | None
    scope: str | None
    members: list[str] | None
    purge_members: bool


def plan(directory: Directory, wish: Wish) -> Plan:
    """Return what is to be done. Raises ActiveDirectoryError when it cannot be."""
    found = accounts.find_account(directory, wish.name)
    if found:
        _check_found(found, wish)
    if not wish.present:
        return _removal(directory, found)
    if found is None:
        return _creation(directory, wish)
    return (_user_change if wish.type == "user" else _group_change)(directory, found, wish)


def _check_found(found: Account, wish: Wish) -> None:
    refused = None
    if found.type != wish.type:
        refused = f"is a {found.type}, not a {wish.type}"
    elif wish.path and not names.same(names.parent(found.distinguished_name), wish.path):
        refused = f"is not in {wish.path}; accounts are not moved"
    elif wish.present and wish.type == "group" and not found.view["security_group"]:
        refused = "is a distribution group, which cannot be given rights"
    if refused:
        raise ActiveDirectoryError(
            f"{wish.name} exists as {found.distinguished_name} and {refused}",
            remedy="Choose another name or path, or leave path out.",
            kind=ActiveDirectoryError.REFUSED_VALUE,
            result={"account": dict(found.view)},
        )


def _removal(directory: Directory, found: Account | None) -> Plan:
    if found is None:
        return Plan({}, {})
    name = found.distinguished_name
    if found.is_protected:
        raise ActiveDirectoryError(
            f"{name} is not deleted, because it is one of the domain's own accounts, or is or was an administrator's",
            cause="adminCount or isCriticalSystemObject is set",
            kind=ActiveDirectoryError.REFUSED_VALUE,
            result={"account": dict(found.view)},
        )
    needs = f"Delete on {name}, or Delete {found.type.title()} objects on {names.parent(name)}"
    return Plan(dict(found.view), {}, [lambda: directory.delete(name, needs=needs)])


def _creation(directory: Directory, wish: Wish) -> Plan:
    path = wish.path or accounts.users_container(directory)
    if not names.is_below(path, directory.base) or directory.read(path, ["objectClass"]) is None:
        raise ActiveDirectoryError(
            f"{wish.type.title()} {wish.name} cannot be made: domain {names.domain_of(directory.base)} has no {path}",
            kind=ActiveDirectoryError.NOT_FOUND,
        )
    name = f"CN={names.escape_value(wish.name)},{path}"
    taken = directory.read(name, ["sAMAccountName"])
    if taken is not None:
        raise ActiveDirectoryError(
            f"{wish.type.title()} {wish.name} cannot be made: {name} exists, and is {taken.text('sAMAccountName')}",
            remedy="Choose another name or path.",
            kind=ActiveDirectoryError.EXISTS,
        )
    return (_user_creation if wish.type == "user" else _group_creation)(directory, name, wish)


def _user_creation(directory: Directory, name: str, wish: Wish) -> Plan:
    if wish.password is None and wish.enabled is not False:
        raise ActiveDirectoryError(
            f"User {wish.name} cannot be made without a password",
            remedy="Give password, or set enabled to false.",
            kind=ActiveDirectoryError.REFUSED_VALUE,
        )
    principal_name = wish.user_principal_name or f"{wish.name}@{names.domain_of(directory.base)}"
    groups = _distinguished_names(directory, wish.groups)
    control = _control(accounts.NORMAL_ACCOUNT | accounts.DISABLED, wish, enable=True)
    values = {
        "objectClass": [b"user"],
        "sAMAccountName": [wish.name.encode()],
        "userPrincipalName": [principal_name.encode()],
        # Disabled until it has a password: unicodePwd cannot be set by the same operation (Microsoft KB 269190).
        "userAccountControl": [b"%d" % (accounts.NORMAL_ACCOUNT | accounts.DISABLED)],
        **({"description": [wish.description.encode()]} if wish.description else {}),
    }
    needs = f"Create User objects on {names.parent(name)}"
    steps: Steps = [lambda: directory.add(name, values, needs=needs)]
    steps += _password_and_control(directory, name, wish.password, control)
    steps += [_joining(directory, group, name) for group in groups]
    after = {
        "name": wish.name,
        "type": "user",
        "distinguished_name": name,
        "description": wish.description or None,
        "user_principal_name": principal_name,
        **_control_view(control),
        "groups": sorted(groups),
    }
    return Plan({}, {**after, **({} if wish.password is None else {"password": _SET})}, steps)


def _user_change(directory: Directory, found: Account, wish: Wish) -> Plan:
    name, before, after = found.distinguished_name, dict(found.view), dict(found.view)
    password = wish.password if wish.always_set_password or found.is_unfinished else None
    if password is not None:
        before["password"], after["password"] = _NOT_READABLE, _SET
    if wish.enabled and password is None and found.is_unfinished:
        raise ActiveDirectoryError(
            f"User {wish.name} cannot be enabled, because it never had a password",
            remedy="Give password.",
            kind=ActiveDirectoryError.REFUSED_VALUE,
        )
    steps = _text_changes(directory, found, wish, after)
    control = _control(found.control, wish, enable=password is not None and found.is_unfinished)
    after.update(_control_view(control))
    if password is not None or control != found.control:
        steps += _password_and_control(directory, name, password, control)
    wanted = _distinguished_names(directory, wish.groups)
    joined = [group for group in wanted if not _contains(before["groups"], group)]
    after["groups"] = sorted([*before["groups"], *joined])
    return Plan(before, after, [*steps, *(_joining(directory, group, name) for group in joined)])


def _control(control: int, wish: Wish, *, enable: bool) -> int:
    """userAccountControl as wanted; ``enable`` is what an unset ``enabled`` means."""
    enabled = enable or None if wish.enabled is None else wish.enabled
    for bit, on in (
        (accounts.DISABLED, None if enabled is None else not enabled),
        (accounts.PASSWORD_NEVER_EXPIRES, wish.password_never_expires),
    ):
        if on is not None:
            control = control | bit if on else control & ~bit
    return control


def _control_view(control: int) -> dict[str, bool]:
    return {
        "enabled": not control & accounts.DISABLED,
        "password_never_expires": bool(control & accounts.PASSWORD_NEVER_EXPIRES),
    }


def _password_and_control(directory: Directory, name: str, password: str | None, control: int) -> Steps:
    """One write for both: a run that is interrupted leaves an account either unfinished or done."""
    changes = [("userAccountControl", [b"%d" % control])]
    if password is not None:
        changes.insert(0, ("unicodePwd", [accounts.encoded_password(password)]))
    rights = "Reset Password and Write Account Restrictions" if password is not None else "Write Account Restrictions"
    return [lambda: directory.replace(name, changes, needs=f"{rights} on {name}")]


def _text_changes(directory: Directory, found: Account, wish: Wish, after: dict[str, Any]) -> Steps:
    """The write of description and user principal name; ``after`` is brought up to date."""
    name, changes = found.distinguished_name, []
    texts = [("description", "description", wish.description)]
    if found.type == "user":
        texts.append(("user_principal_name", "userPrincipalName", wish.user_principal_name))
    for key, attribute, text in texts:
        if text is not None and (text or None) != after[key]:
            after[key] = text or None
            changes.append((attribute, [text.encode()] if text else []))
    if not changes:
        return []
    needs = f"Write {' and '.join(attribute for attribute, _values in changes)} on {name}"
    return [lambda: directory.replace(name, changes, needs=needs)]


def _group_creation(directory: Directory, name: str, wish: Wish) -> Plan:
    scope = wish.scope or "global"
    members = _distinguished_names(directory, wish.members)
    values = {
        "objectClass": [b"group"],
        "sAMAccountName": [wish.name.encode()],
        "groupType": [b"%d" % (accounts.SECURITY_GROUP | accounts.SCOPES[scope])],
        **({"description": [wish.description.encode()]} if wish.description else {}),
        **({"member": [member.encode() for member in members]} if members else {}),
    }
    needs = f"Create Group objects on {names.parent(name)}"
    after = {
        "name": wish.name,
        "type": "group",
        "distinguished_name": name,
        "description": wish.description or None,
        "scope": scope,
        "security_group": True,
        "members": sorted(members),
    }
    return Plan({}, after, [lambda: directory.add(name, values, needs=needs)])


def _group_change(directory: Directory, found: Account, wish: Wish) -> Plan:
    name, before, after = found.distinguished_name, dict(found.view), dict(found.view)
    steps = _text_changes(directory, found, wish, after)
    if wish.scope and wish.scope != before["scope"]:
        after["scope"] = wish.scope
        kind = b"%d" % (accounts.SECURITY_GROUP | accounts.SCOPES[wish.scope])
        steps.append(lambda: directory.replace(name, [("groupType", [kind])], needs=f"Write groupType on {name}"))
    wanted = _distinguished_names(directory, wish.members)
    added = [member for member in wanted if not _contains(before["members"], member)]
    purged = [member for member in before["members"] if wish.purge_members and not _contains(wanted, member)]
    after["members"] = sorted([*(member for member in before["members"] if member not in purged), *added])
    needs = f"Write Members on {name}"
    if added:
        values = [member.encode() for member in added]
        steps.append(lambda: directory.add_values(name, [("member", values)], needs=needs))
    if purged:
        old_values = [member.encode() for member in purged]
        steps.append(lambda: directory.remove_values(name, [("member", old_values)], needs=needs))
    return Plan(before, after, steps)


def _joining(directory: Directory, group: str, member: str) -> Callable[[], None]:
    return lambda: directory.add_values(group, [("member", [member.encode()])], needs=f"Write Members on {group}")


def _distinguished_names(directory: Directory, whom: Sequence[str] | None) -> list[str]:
    found: list[str] = []
    for who in whom or []:
        name = find_principal(directory, who).distinguished_name
        if name is None:
            raise ActiveDirectoryError(
                f"{who} is not of domain {names.domain_of(directory.base)}", kind=ActiveDirectoryError.REFUSED_VALUE
            )
        if not _contains(found, name):
            found.append(name)
    return found


def _contains(distinguished_names: Sequence[str], wanted: str) -> bool:
    return any(names.same(name, wanted) for name in distinguished_names)
