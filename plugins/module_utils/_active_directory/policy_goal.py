# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``ad_winrm_policy`` has to do: computed once, then either shown (check mode) or carried out.

``look(directory, sysvol, wish)`` reads everything and writes nothing; ``require_possible`` raises when it must or may
not be changed; ``carry_out`` changes it. A module that only checks needs ``look`` and ``policy_view.differences``, and
an account that may read.

The order of writes is such that clients see nothing half-done and a rerun repairs whatever an interrupted run left: a
new policy has version 0, which clients skip, until it is complete; gpt.ini is marked while files are written, so that
an interrupted change always gets a version of its own; the link comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import policy_content, policy_links, policy_objects
from .connection import Directory
from .errors import ActiveDirectoryError
from .names import is_below
from .policy_administrators import find_administrators
from .policy_content import Settings
from .policy_files import build_gpt_ini, gpt_version
from .policy_links import Link
from .policy_objects import PolicyObject
from .policy_security import folder_security, handed_down, same_access
from .sysvol import Sysvol

_GPT_INI = "gpt.ini"
_FOLDERS = ("Machine", "User")
# Attributes without which the policy's version need not change, when only they do.
_NOT_CONTENT = ("displayName", "flags", "gPCFileSysPath", "gPCFunctionalityVersion")
_UNKNOWN_GUID = "{GUID}"


@dataclass(frozen=True)
class Wish:
    """What is asked for. ``settings`` is None when the policy is to be gone, ``unit`` when it is not to be linked.

    ``guid`` chooses one of several policies of the name, ``purge`` allows to remove what somebody else put into it.
    """

    name: str
    guid: str | None
    settings: Settings | None
    unit: str | None
    purge: bool


@dataclass(frozen=True)
class State:
    """A policy as it is, or is to be. Files that this module does not write have no content here.

    ``version`` is that of both halves in the directory, ``file_version`` that of gpt.ini, None when that is missing or
    marks unfinished work. ``links`` are states by place.
    """

    attributes: Mapping[str, str]
    version: int
    file_version: int | None
    containers: tuple[str, ...]
    folder: bool
    access: bool
    files: Mapping[str, bytes | None]
    links: Mapping[str, str]


@dataclass(frozen=True)
class Situation:
    """What was found, and what it is to become; ``before`` and ``after`` are None while or when it does not exist."""

    guid: str
    distinguished_name: str
    policy: PolicyObject | None
    before: State | None
    after: State | None
    link: Link | None = None
    links: tuple[Link, ...] = ()
    foreign: tuple[str, ...] = ()
    # Paths as they are spelt in SYSVOL, by path as written here; and gpt.ini as it was read.
    spelt: Mapping[str, str] = field(default_factory=dict)
    gpt_ini: bytes | None = None

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        return self.before != self.after

    @property
    def link_changes(self) -> bool:
        """Whether the link to the organizational unit has to be made or enabled."""
        if self.link is None or self.after is None:
            return False
        return self.link.options is None or bool(self.link.options & policy_links.DISABLED)

    @property
    def policy_changes(self) -> bool:
        """Whether more than links is to change."""
        if self.before is None or self.after is None:
            return self.changed
        return replace(self.before, links={}) != replace(self.after, links={})


def wish_of(options: Mapping[str, Any], directory: Directory) -> Wish:
    """Return what the module's options ask for. Raises ActiveDirectoryError when the group is not one to be taken."""
    settings = None
    if options["state"] == "present":
        administrators = find_administrators(directory, options["administrators_group"])
        settings = policy_content.settings_of(options, administrators)
    return Wish(
        name=options["name"],
        guid=options["guid"],
        settings=settings,
        unit=options["organizational_unit"] if settings and options["link"] else None,
        purge=options["purge"],
    )


def look(directory: Directory, sysvol: Sysvol, wish: Wish, new_guid: str = _UNKNOWN_GUID) -> Situation:
    """Return how the policy is and is to be. ``new_guid`` is for a policy that has to be created.

    Raises ActiveDirectoryError: several policies of the name, no such organizational unit, or no right to read.
    """
    policy = policy_objects.find(directory, wish.name, wish.guid)
    name = policy.distinguished_name if policy else None
    link = _unit_link(directory, wish.unit, name) if wish.unit else None
    if policy is None:
        new_name = policy_objects.name_of(directory, new_guid)
        situation = Situation(new_guid, new_name, None, None, None, link)
        return replace(situation, after=_after(directory, situation, wish))
    places = policy_links.find_links(directory, policy.guid)
    found = [policy_links.read_link(directory, place, name) for place in places]
    links = tuple(one for one in found if one.options is not None)
    present = sysvol.files(policy.guid)
    spelt = {policy_content.canonical_path(path): path for path in present or ()}
    gpt_name = next((path for path in spelt if path.lower() == _GPT_INI), _GPT_INI)
    gpt_ini = sysvol.read(f"{policy.guid}\\{gpt_name}")
    spelt.pop(gpt_name, None)
    before = State(
        attributes={key: value.strip() for key, value in policy.attributes.items() if key != "versionNumber"},
        version=policy.version,
        file_version=gpt_version(gpt_ini),
        containers=policy.containers,
        folder=present is not None,
        access=present is not None and _access_is_right(directory, sysvol, policy),
        files={path: _content(sysvol, policy, path, spelling) for path, spelling in spelt.items()},
        links={one.place: one.shown or "" for one in links},
    )
    foreign = tuple(_foreign(policy, before))
    spelt = {**spelt, _GPT_INI: gpt_name}
    situation = Situation(
        policy.guid, policy.distinguished_name, policy, before, None, link, links, foreign, spelt, gpt_ini
    )
    return replace(situation, after=_after(directory, situation, wish))


def _unit_link(directory: Directory, unit: str, policy: str | None) -> Link:
    if is_below(unit, f"OU=Domain Controllers,{directory.base}"):
        raise ActiveDirectoryError(
            f"{unit} holds the domain controllers, whose administrators this policy would change",
            remedy="Link it to an organizational unit that holds image builders only.",
            kind=ActiveDirectoryError.REFUSED_VALUE,
        )
    return policy_links.read_link(directory, unit, policy)


def _access_is_right(directory: Directory, sysvol: Sysvol, policy: PolicyObject) -> bool:
    return same_access(sysvol.security(policy.guid), folder_security(policy.security, directory.is_samba))


def _content(sysvol: Sysvol, policy: PolicyObject, path: str, spelling: str) -> bytes | None:
    return sysvol.read(f"{policy.guid}\\{spelling}") if policy_content.is_own(path) else None


def _foreign(policy: PolicyObject, state: State) -> list[str]:
    found = policy_content.foreign(state.files)
    names = policy_content.foreign_extensions(state.attributes["gPCMachineExtensionNames"])
    found += [f"client-side extension {name}" for name in names]
    for attribute in ("gPCUserExtensionNames", "gPCWQLFilter"):
        if state.attributes[attribute]:
            found.append(f"attribute {attribute}: {policy.attributes[attribute].strip()}")
    return found


def _after(directory: Directory, situation: Situation, wish: Wish) -> State | None:
    if wish.settings is None:
        return None
    before, files = situation.before, policy_content.files(wish.settings)
    attributes = {
        "displayName": wish.name,
        "flags": policy_objects.USER_HALF_DISABLED,
        "gPCFileSysPath": policy_objects.path_of(directory, situation.guid),
        "gPCFunctionalityVersion": "2",
        "gPCMachineExtensionNames": policy_content.extensions(files),
        "gPCUserExtensionNames": "",
        "gPCWQLFilter": "",
    }
    if before:
        # What differs in case only is left as it is.
        current = before.attributes
        attributes = {
            key: current[key] if current[key].lower() == value.lower() else value for key, value in attributes.items()
        }
    version = _version_after(before, files, attributes)
    links = dict(before.links) if before else {}
    if situation.link:
        options = situation.link.options
        enforced = options is not None and options & policy_links.ENFORCED
        links[situation.link.place] = "enabled, enforced" if enforced else "enabled"
    return State(attributes, version, version, policy_objects.CONTAINERS, True, True, files, links)


def _version_after(before: State | None, files: Mapping[str, bytes], attributes: Mapping[str, str]) -> int:
    """The version: one higher when clients have to read the policy again, from 65535 back to 1 (0 is skipped)."""
    if before is None:
        return 1
    content = [key for key in attributes if key not in _NOT_CONTENT and attributes[key] != before.attributes[key]]
    machine, user = before.version & 0xFFFF, before.version & 0xFFFF0000
    if machine and before.files == files and before.file_version == before.version and not content:
        return before.version
    highest = max(machine, (before.file_version or 0) & 0xFFFF)
    return user | (highest % 0xFFFF + 1)


def require_possible(directory: Directory, situation: Situation, wish: Wish) -> None:
    """Raise ActiveDirectoryError when the change would hit what is not ours, or this account lacks a right.

    The rights on SYSVOL show only when it is written to; they follow from those on the object.
    """
    if not situation.changed:
        return
    if situation.foreign and not wish.purge:
        raise ActiveDirectoryError(
            f"Group policy object {wish.name!r} {situation.guid} holds what this module did not write: "
            + "; ".join(situation.foreign),
            remedy="Move that into a policy of its own, choose another name, or say purge: true to have it removed.",
            kind=ActiveDirectoryError.REFUSED_VALUE,
        )
    if situation.after is None:
        remedy = ", or have somebody who may remove that link first."
        policy_links.require_rights(directory, situation.links, remedy)
    elif situation.link and situation.link_changes:
        remedy = ", or say link: false and have somebody who may link it there."
        policy_links.require_rights(directory, [situation.link], remedy)
    if situation.policy is None:
        policy_objects.require_right_to_create(directory)
    elif situation.policy_changes:
        policy_objects.require_right_to_change(directory, situation.policy)


def carry_out(directory: Directory, sysvol: Sysvol, situation: Situation) -> None:
    """Do what is to be done. Raises ActiveDirectoryError, of kind CHANGED when somebody else changed it meanwhile."""
    if not situation.changed:
        return
    _require_unchanged(directory, sysvol, situation)
    if situation.after is None:
        _remove(directory, sysvol, situation)
        return
    policy = situation.policy
    if policy is None:
        policy_objects.create(directory, situation.guid, situation.after.attributes["displayName"])
        policy = policy_objects.read(directory, situation.guid)
    for container in policy_objects.CONTAINERS:
        if container not in policy.containers:
            policy_objects.create_container(directory, policy.distinguished_name, container)
    _write_folder(directory, sysvol, situation, policy)
    _write_files(sysvol, situation)
    _write_attributes(directory, situation.after, policy)
    if situation.link and situation.link_changes:
        attribute = policy_links.with_link(situation.link.attribute, policy.distinguished_name)
        policy_links.write_link(directory, situation.link, attribute)


def _require_unchanged(directory: Directory, sysvol: Sysvol, situation: Situation) -> None:
    """Whoever edits the policy with Windows' tools raises its version; those who do it between are only just missed."""
    policy = situation.policy
    if policy is None:
        return
    now = policy_objects.read(directory, policy.guid)
    gpt_ini = sysvol.read(f"{policy.guid}\\{situation.spelt[_GPT_INI]}")
    if now.attributes != policy.attributes or gpt_ini != situation.gpt_ini:
        raise ActiveDirectoryError(
            f"Somebody else has changed group policy object {policy.guid} meanwhile; nothing was changed",
            remedy="Run the same again.",
            kind=ActiveDirectoryError.CHANGED,
        )


def _write_folder(directory: Directory, sysvol: Sysvol, situation: Situation, policy: PolicyObject) -> None:
    before = situation.before
    if before is None or not before.folder:
        sysvol.make_folder(policy.guid)
    if before is None or not before.access:
        # A new folder gets it before there is anything in it: files inherit it.
        wanted = folder_security(policy.security, directory.is_samba)
        for path, is_folder in sysvol.below(policy.guid):
            child = f"{policy.guid}\\{path}"
            sysvol.set_security(child, handed_down(wanted, sysvol.security(child), is_folder), with_owner=False)
        present = sysvol.security(policy.guid)
        # Who creates the folder owns it, and may lack the right to name another owner; then its owner stays, and the
        # access list is what counts.
        other_owner = (present.owner, present.group) != (wanted.owner, wanted.group)
        try:
            sysvol.set_security(policy.guid, wanted, with_owner=other_owner)
        except ActiveDirectoryError as error:
            if error.kind != ActiveDirectoryError.DENIED or not other_owner:
                raise
            sysvol.set_security(policy.guid, replace(wanted, owner=None, group=None), with_owner=False)
    if before is None or not before.folder:
        for name in _FOLDERS:
            sysvol.make_folder(f"{policy.guid}\\{name}")


def _write_files(sysvol: Sysvol, situation: Situation) -> None:
    before, after, guid = situation.before, situation.after, situation.guid
    present = before.files if before else {}
    if after is None or (before and before.files == after.files and before.file_version == after.file_version):
        return
    gpt_ini = f"{guid}\\{situation.spelt.get(_GPT_INI, _GPT_INI)}"
    if before and before.file_version is not None:
        sysvol.write(gpt_ini, build_gpt_ini(before.file_version, pending=True))
    for path, content in after.files.items():
        if content is not None and present.get(path) != content:
            full = f"{guid}\\{situation.spelt.get(path, path)}"
            sysvol.make_folder(full.rpartition("\\")[0])
            sysvol.write(full, content)
    for path in present:
        if path not in after.files:
            sysvol.remove(f"{guid}\\{situation.spelt[path]}")
    sysvol.write(gpt_ini, build_gpt_ini(after.version))


def _write_attributes(directory: Directory, after: State, policy: PolicyObject) -> None:
    policy_objects.change(
        directory, policy, {**after.attributes, "versionNumber": policy_objects.signed(after.version)}
    )


def _remove(directory: Directory, sysvol: Sysvol, situation: Situation) -> None:
    policy = situation.policy
    if policy is None:
        return
    for link in situation.links:
        attribute = policy_links.without_link(link.attribute, policy.distinguished_name)
        policy_links.write_link(directory, link, attribute)
    sysvol.remove_folder(policy.guid)
    policy_objects.delete(directory, policy)
