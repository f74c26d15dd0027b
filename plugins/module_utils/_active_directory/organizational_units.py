# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Organizational units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import names
from .access_control_lists import read_access_control_list, write_access_control_list
from .connection import Directory
from .errors import ActiveDirectoryError
from .plans import Plan
from .security_descriptors import DELETE, DELETE_CHILD, DELETE_TREE, DENIED, EVERYONE, AccessControlEntry

# "Protect object from accidental deletion" of Active Directory Users and Computers: both entries are needed, as the
# right to delete comes from the object or from its container (MS-ADTS 3.1.1.5.5.6).
_KEEP = AccessControlEntry(DENIED, 0, DELETE | DELETE_TREE, EVERYONE)
_KEEP_CHILDREN = AccessControlEntry(DENIED, 0, DELETE_CHILD, EVERYONE)
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Wish:
    """What an organizational unit is to be like; None leaves alone."""

    name: str
    present: bool
    description: str | None = None
    protect_from_deletion: bool | None = None
    create_parents: bool = False


def problems_of(distinguished_name: str) -> list[str]:
    """Check the distinguished name of an organizational unit. Returns problems."""
    problems = names.distinguished_name_problems("distinguished_name", distinguished_name)
    if not problems and not distinguished_name.lstrip().upper().startswith("OU="):
        problems = [f"distinguished_name {distinguished_name!r} does not start with OU=, so is no organizational unit"]
    return problems


def warnings_of(distinguished_name: str) -> list[str]:
    """Tell what AppStream may not do with an organizational unit of this name."""
    if " " not in distinguished_name:
        return []
    return [
        f"Organizational unit {distinguished_name!r} has spaces in its name. AppStream's documentation forbids them: "
        "image builders may fail to join the domain there."
    ]


def read_organizational_unit(directory: Directory, name: str, *, fully: bool = True) -> dict[str, Any] | None:
    """Return an organizational unit as the module returns it, None when there is none.

    It is protected from deletion if its own entry says so and, with ``fully``, its container's.

    Raises ActiveDirectoryError.
    """
    entry = directory.read(name, ["description", "ou"])
    if entry is None:
        return None
    places = [(entry.distinguished_name, _KEEP)]
    if fully:
        places.append((names.parent(entry.distinguished_name), _KEEP_CHILDREN))
    return {
        "distinguished_name": entry.distinguished_name,
        "name": entry.text("ou"),
        "description": entry.text("description"),
        "protect_from_deletion": all(
            any(present.covers(wanted) for present in read_access_control_list(directory, place).entries)
            for place, wanted in places
        ),
    }


def plan(directory: Directory, wish: Wish) -> Plan:
    """Return what is to be done. Raises ActiveDirectoryError when it cannot be."""
    if not names.is_below(wish.name, directory.base):
        raise ActiveDirectoryError(
            f"{wish.name} is not in domain {names.domain_of(directory.base)}", kind=ActiveDirectoryError.REFUSED_VALUE
        )
    # Half a protection is none to somebody who wants it, and one to somebody who does not.
    fully = wish.present and wish.protect_from_deletion is not False
    before = read_organizational_unit(directory, wish.name, fully=fully)
    if not wish.present:
        return _removal(directory, before, wish)
    return _creation(directory, wish) if before is None else _change(directory, before, wish)


def _creation(directory: Directory, wish: Wish) -> Plan:
    missing = _missing_parents(directory, wish.name)
    if missing and not wish.create_parents:
        raise ActiveDirectoryError(
            f"Organizational unit {wish.name} cannot be made: there is no {missing[-1]}",
            remedy="Make it first, or set create_parents.",
            kind=ActiveDirectoryError.NOT_FOUND,
        )
    wrong = next((name for name in missing if not name.upper().startswith("OU=")), None)
    if wrong:
        raise ActiveDirectoryError(
            f"There is no {wrong}, and only organizational units are made as parents",
            kind=ActiveDirectoryError.NOT_FOUND,
        )
    after = {
        "distinguished_name": wish.name,
        "name": names.unescape_value(names.parts(wish.name)[0].partition("=")[2]),
        "description": wish.description or None,
        "protect_from_deletion": bool(wish.protect_from_deletion),
    }
    values = {"description": [wish.description.encode()]} if wish.description else {}
    steps: list[Callable[[], None]] = [_addition(directory, name, {}) for name in missing]
    steps.append(_addition(directory, wish.name, values))
    if wish.protect_from_deletion:
        steps.append(lambda: _protect(directory, wish.name))
    return Plan({}, {**after, **({"parents": missing} if missing else {})}, steps)


def _missing_parents(directory: Directory, name: str) -> list[str]:
    missing: list[str] = []
    parent = names.parent(name)
    while names.is_below(parent, directory.base) and directory.read(parent, ["objectClass"]) is None:
        missing.insert(0, parent)
        parent = names.parent(parent)
    return missing


def _addition(directory: Directory, name: str, values: dict[str, list[bytes]]) -> Callable[[], None]:
    needs = f"Create Organizational Unit objects on {names.parent(name)}"
    return lambda: directory.add(name, {"objectClass": [b"organizationalUnit"], **values}, needs=needs)


def _change(directory: Directory, before: dict[str, Any], wish: Wish) -> Plan:
    after, steps = dict(before), []
    name = before["distinguished_name"]
    if wish.description is not None and (wish.description or None) != before["description"]:
        after["description"] = wish.description or None
        values = [wish.description.encode()] if wish.description else []
        steps.append(lambda: directory.replace(name, [("description", values)], needs=f"Write Description on {name}"))
    if wish.protect_from_deletion is not None and wish.protect_from_deletion != before["protect_from_deletion"]:
        after["protect_from_deletion"] = wish.protect_from_deletion
        steps.append(lambda: (_protect if wish.protect_from_deletion else _unprotect)(directory, name))
    return Plan(before, after, steps)


def _protect(directory: Directory, name: str) -> None:
    write_access_control_list(directory, names.parent(name), wanted=[_KEEP_CHILDREN])
    write_access_control_list(directory, name, wanted=[_KEEP])


def _unprotect(directory: Directory, name: str) -> None:
    # The parent's entry may protect its other children too; without this one it protects no more.
    write_access_control_list(directory, name, unwanted=[_KEEP])


def _removal(directory: Directory, before: dict[str, Any] | None, wish: Wish) -> Plan:
    if before is None:
        return Plan({}, {})
    name = before["distinguished_name"]
    inside = directory.search(name, "(objectClass=*)", ["objectClass"], below="children")
    if inside:
        shown = "; ".join(sorted(entry.distinguished_name for entry in inside)[:_MOST_SHOWN])
        more = f"; and {len(inside) - _MOST_SHOWN} more" if len(inside) > _MOST_SHOWN else ""
        raise ActiveDirectoryError(
            f"Organizational unit {name} is not deleted, because it is not empty",
            cause=f"it holds {shown}{more}",
            remedy="Delete or move these first; this module deletes no trees.",
            kind=ActiveDirectoryError.REFUSED_VALUE,
            result={"organizational_unit": before},
        )
    if before["protect_from_deletion"] and wish.protect_from_deletion is not False:
        raise ActiveDirectoryError(
            f"Organizational unit {name} is not deleted, because it is protected from accidental deletion",
            remedy="Set protect_from_deletion to false along with state absent, if it really is to go.",
            kind=ActiveDirectoryError.REFUSED_VALUE,
            result={"organizational_unit": before},
        )
    needs = f"Delete on {name}, or Delete Organizational Unit objects on {names.parent(name)}"
    steps: list[Callable[[], None]] = [lambda: directory.delete(name, needs=needs)]
    if before["protect_from_deletion"]:
        steps.insert(0, lambda: _unprotect(directory, name))
    return Plan(before, {}, steps)
