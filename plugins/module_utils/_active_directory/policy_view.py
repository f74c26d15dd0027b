# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How a policy is shown to people: diff, return value, and what differs in words. Pure: nothing is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import policy_content
from .policy_goal import Situation, State, Wish


def diff(situation: Situation) -> dict[str, Any]:
    """Return a module's ``diff``: before and after as structures, files by what is in them."""
    before, after = _view(situation.before), _view(situation.after)
    if situation.before and situation.after:
        for path, content in situation.after.files.items():
            present = situation.before.files.get(path)
            # Of the same meaning, but not the same bytes.
            if None not in (present, content) and present != content and before["files"][path] == after["files"][path]:
                before["files"][path] = {"content": before["files"][path], "bytes": _fingerprint(present)}
                after["files"][path] = {"content": after["files"][path], "bytes": _fingerprint(content)}
    return {"before": before, "after": after}


def _fingerprint(content: bytes | None) -> str:
    return policy_content.fingerprint(content or b"")


def _view(state: State | None) -> dict[str, Any]:
    if state is None:
        return {}
    return {
        "attributes": dict(state.attributes),
        "version": state.version,
        "version_in_sysvol": state.file_version,
        "containers": list(state.containers),
        "folder": {True: "present", False: "missing"}[state.folder],
        "folder_permissions": {True: "as the object's", False: "not as the object's"}[state.access],
        "files": {path: policy_content.shown(path, content) for path, content in sorted(state.files.items())},
        "linked_to": dict(state.links),
    }


def differences(situation: Situation) -> list[str]:
    """Say what is not as it should be, one sentence each; none when all is fine."""
    shown = diff(situation)
    before, after = shown["before"], shown["after"]
    if not situation.changed:
        return []
    if not before:
        return ["There is no such group policy object"]
    if not after:
        return [f"Group policy object {situation.guid} exists"]
    found = []
    for path, (now, wanted) in _leaves("", before, after):
        # The version follows from the rest.
        if path.startswith("version"):
            continue
        if wanted is None:
            found.append(f"{path} is {now!r} and should not be there")
        else:
            found.append(f"{path} is {'missing' if now is None else repr(now)} and should be {wanted!r}")
    return found or ["Its versions in the directory and in SYSVOL differ, or its last change was interrupted"]


def _leaves(path: str, one: Any, other: Any) -> Iterator[tuple[str, tuple[Any, Any]]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in {**one, **other}:
            yield from _leaves(f"{path}: {key}" if path else str(key), one.get(key), other.get(key))
    elif one != other:
        yield path, (one, other)


def result(situation: Situation, wish: Wish) -> dict[str, Any] | None:
    """Return the module's return value ``policy``: as it is to be, None when it is to be gone.

    GUID, name and path are None while they are not known, in check mode before there is a policy.
    """
    after = situation.after
    if after is None or wish.settings is None:
        return None
    known = "GUID" not in situation.guid
    return {
        "name": wish.name,
        "guid": situation.guid if known else None,
        "distinguished_name": situation.distinguished_name if known else None,
        "path": after.attributes["gPCFileSysPath"] if known else None,
        "version": after.version & 0xFFFF,
        "linked_to": [{"place": place, "state": state} for place, state in sorted(after.links.items())],
        "settings": policy_content.summary(wish.settings),
    }
