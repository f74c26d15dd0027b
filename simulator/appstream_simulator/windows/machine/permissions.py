# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Owners and access control lists of files, directories and registry keys.

Only kept, never enforced: an administrator gets everywhere here. Names and numbers of rights and flags are those of
.NET's System.Security.AccessControl. Inheritance is worked out when somebody looks, not stored with the child.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .security_identifiers import SYSTEM

if TYPE_CHECKING:
    from .disk import Disk

ADMINISTRATORS = "S-1-5-32-544"
USERS = "S-1-5-32-545"

CONTAINER_INHERIT, OBJECT_INHERIT = 1, 2
NO_PROPAGATE_INHERIT, INHERIT_ONLY = 1, 2
INHERITANCE = {"None": 0, "ContainerInherit": CONTAINER_INHERIT, "ObjectInherit": OBJECT_INHERIT}
PROPAGATION = {"None": 0, "NoPropagateInherit": NO_PROPAGATE_INHERIT, "InheritOnly": INHERIT_ONLY}
SYNCHRONIZE = 0x100000
FILE_RIGHTS = {
    "ReadData": 0x1,
    "ListDirectory": 0x1,
    "WriteData": 0x2,
    "CreateFiles": 0x2,
    "AppendData": 0x4,
    "CreateDirectories": 0x4,
    "ReadExtendedAttributes": 0x8,
    "WriteExtendedAttributes": 0x10,
    "ExecuteFile": 0x20,
    "Traverse": 0x20,
    "DeleteSubdirectoriesAndFiles": 0x40,
    "ReadAttributes": 0x80,
    "WriteAttributes": 0x100,
    "Write": 0x116,
    "Delete": 0x10000,
    "ReadPermissions": 0x20000,
    "Read": 0x20089,
    "ReadAndExecute": 0x200A9,
    "Modify": 0x301BF,
    "ChangePermissions": 0x40000,
    "TakeOwnership": 0x80000,
    "Synchronize": SYNCHRONIZE,
    "FullControl": 0x1F01FF,
}
REGISTRY_RIGHTS = {
    "QueryValues": 0x1,
    "SetValue": 0x2,
    "CreateSubKey": 0x4,
    "EnumerateSubKeys": 0x8,
    "Notify": 0x10,
    "CreateLink": 0x20,
    "Delete": 0x10000,
    "ReadPermissions": 0x20000,
    "WriteKey": 0x20006,
    "ExecuteKey": 0x20019,
    "ReadKey": 0x20019,
    "ChangePermissions": 0x40000,
    "TakeOwnership": 0x80000,
    "FullControl": 0xF003F,
}


@dataclass(frozen=True)
class AccessRule:
    """One entry of an access control list.

    Attributes:
        identifier: whose it is.
        rights: access mask.
        allow: False: it denies.
        inheritance: sum of flags of `INHERITANCE`.
        propagation: sum of flags of `PROPAGATION`.
    """

    identifier: str
    rights: int
    allow: bool = True
    inheritance: int = 0
    propagation: int = 0

    def same_subject(self, other: AccessRule) -> bool:
        """Whether the two differ in their rights only."""
        return replace(self, rights=0) == replace(other, rights=0)


@dataclass(frozen=True)
class SecurityDescriptor:
    """Owner and explicit rules of an object.

    Attributes:
        protected: nothing is inherited from the parent.
    """

    owner: str = ADMINISTRATORS
    protected: bool = False
    rules: tuple[AccessRule, ...] = ()


_FULL_FILE, _FULL_KEY = FILE_RIGHTS["FullControl"], REGISTRY_RIGHTS["FullControl"]
_BOTH = CONTAINER_INHERIT | OBJECT_INHERIT
_READ_AND_EXECUTE = FILE_RIGHTS["ReadAndExecute"] | SYNCHRONIZE
# What the root of the system drive and a machine hive begin with, simplified.
DRIVE = SecurityDescriptor(
    rules=(
        AccessRule(SYSTEM, _FULL_FILE, inheritance=_BOTH),
        AccessRule(ADMINISTRATORS, _FULL_FILE, inheritance=_BOTH),
        AccessRule(USERS, _READ_AND_EXECUTE, inheritance=_BOTH),
    )
)
HIVE = SecurityDescriptor(
    rules=(
        AccessRule(SYSTEM, _FULL_KEY, inheritance=CONTAINER_INHERIT),
        AccessRule(ADMINISTRATORS, _FULL_KEY, inheritance=CONTAINER_INHERIT),
        AccessRule(USERS, REGISTRY_RIGHTS["ReadKey"], inheritance=CONTAINER_INHERIT),
    )
)


def of_profile(identifier: str) -> SecurityDescriptor:
    """A user's profile: his own, SYSTEM's and the administrators'."""
    rules = [AccessRule(sid, _FULL_FILE, inheritance=_BOTH) for sid in (SYSTEM, ADMINISTRATORS, identifier)]
    return SecurityDescriptor(SYSTEM, protected=True, rules=tuple(rules))


def numbers(text: str, names: Mapping[str, int]) -> int:
    """The sum of flags that a text names, as a cast to a .NET enumeration reads it: separated by commas, any case.

    Raises:
        ValueError: one of them is not known.
    """
    known = {name.lower(): number for name, number in names.items()}
    total = 0
    for part in (part.strip() for part in text.split(",")):
        if part.lower() not in known:
            raise ValueError(part)
        total |= known[part.lower()]
    return total


def is_registry(path: str) -> bool:
    """Whether a path is on a registry drive."""
    return re.match(r"(HK(LM|CU|U|CR|CC)|Registry:)", path, re.IGNORECASE) is not None


def exists(disk: Disk, path: str) -> bool:
    """Whether there is such a file, directory or registry key."""
    return disk.registry.has_key(path) if is_registry(path) else disk.exists(path)


def get(disk: Disk, path: str) -> SecurityDescriptor:
    """The object's own security descriptor."""
    if is_registry(path):
        return disk.registry.security(path) or SecurityDescriptor()
    return disk.security(path) or SecurityDescriptor()


def put(disk: Disk, path: str, descriptor: SecurityDescriptor) -> None:
    """Replace the object's own security descriptor."""
    if is_registry(path):
        disk.registry.set_security(path, descriptor)
    else:
        disk.set_security(path, descriptor)


def inherited(disk: Disk, path: str) -> list[AccessRule]:
    """The rules an object has from those above it, nearest first, in the form they have on it."""
    container = is_registry(path) or disk.is_directory(path)
    rules: list[AccessRule] = []
    child, depth = path, 0
    while not get(disk, child).protected:
        parent = _parent(child)
        if parent is None:
            rules += _passed_on(_root(path).rules, container, depth)
            break
        rules += _passed_on(get(disk, parent).rules, container, depth)
        child, depth = parent, depth + 1
    return rules


def _passed_on(rules: Iterable[AccessRule], container: bool, depth: int) -> list[AccessRule]:
    flag = CONTAINER_INHERIT if container else OBJECT_INHERIT
    passed = [rule for rule in rules if rule.inheritance & flag]
    passed = [rule for rule in passed if not (rule.propagation & NO_PROPAGATE_INHERIT and depth)]
    if not container:
        return [replace(rule, inheritance=0, propagation=0) for rule in passed]
    return [replace(rule, propagation=rule.propagation & ~INHERIT_ONLY) for rule in passed]


def _parent(path: str) -> str | None:
    """The path above, None above the root of a drive or a hive."""
    if is_registry(path):
        above = path.rstrip("\\").rpartition("\\")[0]
        return above if "\\" in above else None
    above = ntpath.dirname(path.rstrip("\\"))
    return None if above.rstrip("\\") == path.rstrip("\\") or above.endswith("\\") else above


def _root(path: str) -> SecurityDescriptor:
    return HIVE if is_registry(path) else DRIVE


def all_rules(disk: Disk, path: str) -> list[tuple[AccessRule, bool]]:
    """Every rule of an object, and whether it is inherited; explicit ones first."""
    own = [(rule, False) for rule in get(disk, path).rules]
    return own + [(rule, True) for rule in inherited(disk, path)]


def add(disk: Disk, path: str, rule: AccessRule) -> None:
    """AddAccessRule: the rights join those of a rule that is otherwise the same."""
    descriptor = get(disk, path)
    same = next((item for item in descriptor.rules if item.same_subject(rule)), None)
    others = tuple(item for item in descriptor.rules if item is not same)
    joined = replace(rule, rights=rule.rights | same.rights) if same else rule
    put(disk, path, replace(descriptor, rules=(*others, joined)))


def remove(disk: Disk, path: str, rule: AccessRule) -> bool:
    """RemoveAccessRule: take the rights away from a rule that is otherwise the same; says whether there was one."""
    descriptor = get(disk, path)
    same = next((item for item in descriptor.rules if item.same_subject(rule)), None)
    if same is None:
        return False
    left = replace(same, rights=same.rights & ~rule.rights & ~SYNCHRONIZE)
    others = tuple(item for item in descriptor.rules if item is not same)
    put(disk, path, replace(descriptor, rules=(*others, left) if left.rights else others))
    return True


def file_mask(rights: int, *, allow: bool) -> int:
    """The access mask FileSystemAccessRule makes of rights: whoever is allowed something may wait for it, too."""
    if allow:
        return rights | SYNCHRONIZE
    return rights if rights == _FULL_FILE else rights & ~SYNCHRONIZE


def renamed(descriptor: SecurityDescriptor, before: str, after: str) -> SecurityDescriptor:
    """The descriptor with another machine's identifier in the accounts it names."""

    def changed(identifier: str) -> str:
        return after + identifier.removeprefix(before) if identifier.startswith(f"{before}-") else identifier

    rules = tuple(replace(rule, identifier=changed(rule.identifier)) for rule in descriptor.rules)
    return replace(descriptor, owner=changed(descriptor.owner), rules=rules)
