# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Paths of PowerShell: which provider a path belongs to, and what its wildcards stand for.

Of the providers there are the file system, the registry with its drives HKLM: and HKCU:, for Test-Path alone the
environment, and for Get-ChildItem and New-Item what `winrm_items` has of Cert: and WSMan:. Source: about_Providers,
about_Path_Syntax, about_Wildcards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import patterns
from .errors import NetError, UnknownError
from .registry_keys import long_path
from .session import Session, on_disk

_QUALIFIED = re.compile(r"(?:Microsoft\.PowerShell\.Core\\)?(FileSystem|Registry)::(.*)", re.IGNORECASE | re.DOTALL)
_DRIVE = re.compile(r"([A-Za-z][\w.]*):(.*)", re.DOTALL)
_HIVES = ("HKEY_LOCAL_MACHINE", "HKEY_CURRENT_USER", "HKEY_CLASSES_ROOT", "HKEY_USERS", "HKEY_CURRENT_CONFIG")
_OTHER_DRIVES = ("alias", "function", "variable")
CONFIGURATION = {"cert": "certificates", "wsman": "wsman"}
Refused = Callable[[NetError], None]


@dataclass(frozen=True)
class Place:
    """A path: its provider, and the provider's own absolute path.

    Attributes:
        provider: `file`, `registry`, `environment`, `certificates` or `wsman`.
    """

    provider: str
    path: str

    @property
    def name(self) -> str:
        """The last part."""
        return self.path.rstrip("\\").rpartition("\\")[2]

    def child(self, name: str) -> Place:
        """A path below."""
        return Place(self.provider, f"{self.path.rstrip(chr(92))}\\{name}")

    def parent(self) -> Place | None:
        """The path above, None for a root."""
        above = self.path.rstrip("\\").rpartition("\\")[0]
        if not above:
            return None
        return Place(self.provider, f"{above}\\" if above.endswith(":") else above)


def place(session: Session, path: str) -> Place:
    """The place a path names.

    Raises:
        NetError: there is no such drive.
        UnknownError: the provider is outside of the subset.
    """
    qualified = _QUALIFIED.fullmatch(path)
    if qualified and qualified[1].lower() == "registry":
        return _registry(qualified[2])
    text = (qualified[2] if qualified else path).replace("/", "\\")
    drive = _DRIVE.fullmatch(text)
    if drive and drive[1].upper() in ("HKLM", "HKCU"):
        return _registry(text)
    if drive and drive[1].lower() == "env":
        return Place("environment", drive[2].strip("\\"))
    if drive and drive[1].lower() in CONFIGURATION:
        return Place(CONFIGURATION[drive[1].lower()], drive[2].strip("\\"))
    if drive and drive[1].lower() in _OTHER_DRIVES:
        raise UnknownError(f"the drive {drive[1]}:")
    if drive and drive[1].lower() != "c":
        message = f"Cannot find drive. A drive with the name '{drive[1]}' does not exist."
        raise NetError("System.Management.Automation.DriveNotFoundException", message)
    return Place("file", session.absolute(text))


def _registry(path: str) -> Place:
    full = long_path(path)
    if not full or full.partition("\\")[0] not in _HIVES:
        raise NetError(
            "System.Management.Automation.ItemNotFoundException",
            f"Cannot find path '{path}' because it does not exist.",
        )
    return Place("registry", full)


def exists(session: Session, where: Place) -> bool:
    """Whether there is something. Raises UnknownError for what is in Cert: and WSMan:."""
    if where.provider in CONFIGURATION.values():
        raise UnknownError(f"items of {where.provider}")
    if where.provider == "registry":
        return session.disk.registry.has_key(where.path)
    if where.provider == "environment":
        return not where.path or where.path in session.variables
    return session.disk.exists(where.path)


def is_container(session: Session, where: Place) -> bool:
    """Whether it is a folder or a key."""
    if where.provider == "registry":
        return session.disk.registry.has_key(where.path)
    return where.provider == "file" and session.disk.is_directory(where.path)


def children(session: Session, where: Place, *, hidden: bool) -> list[Place]:
    """What is in a folder or key."""
    if where.provider == "registry":
        return [where.child(name) for name in sorted(session.disk.registry.key_names(where.path), key=str.lower)]
    if not session.disk.is_directory(where.path):
        return []
    found = [where.child(name) for name in session.disk.list(where.path)]
    return [item for item in found if hidden or not session.disk.stat(item.path).hidden]


def expanded(session: Session, path: str, *, hidden: bool, refused: Refused | None = None) -> Iterator[Place]:
    """What a path with wildcards in any of its parts stands for; hidden items with -Force only.

    Args:
        refused: called with the error of each folder that can't be listed, which then counts as empty.

    Raises:
        NetError: a folder can't be listed, and there is no `refused`.
    """
    where = place(session, path)
    if where.provider == "environment":
        raise UnknownError("wildcards in the drive Env:")
    first, *names = where.path.split("\\")
    if where.path.startswith("\\\\"):
        raise UnknownError("wildcards in the path of a share")
    root = Place(where.provider, f"{first}\\" if where.provider == "file" else first)
    yield from _below(session, root, [name for name in names if name], hidden, refused)


def _below(session: Session, where: Place, names: list[str], hidden: bool, refused: Refused | None) -> Iterator[Place]:
    if not names:
        yield where
        return
    name, *rest = names
    if patterns.has_wildcards(name):
        found = [item for item in _listed(session, where, hidden, refused) if patterns.like(item.name, name)]
    else:
        found = [where.child(name)] if exists(session, where.child(name)) else []
    for item in found:
        if not rest or is_container(session, item):
            yield from _below(session, item, rest, hidden, refused)


def _listed(session: Session, where: Place, hidden: bool, refused: Refused | None) -> list[Place]:
    try:
        found: list[Place] = on_disk(lambda: children(session, where, hidden=hidden))
    except NetError as error:
        if refused is None:
            raise
        refused(error)
        return []
    return found


def not_found(path: str) -> NetError:
    """The error that there is nothing."""
    kind = "System.Management.Automation.ItemNotFoundException"
    return NetError(kind, f"Cannot find path '{path}' because it does not exist.")


def shown(where: Place) -> str:
    """A place's path as errors have it: keys by their drive."""
    for long, short in (("HKEY_LOCAL_MACHINE", "HKLM:"), ("HKEY_CURRENT_USER", "HKCU:")):
        if where.provider == "registry" and (where.path == long or where.path.startswith(f"{long}\\")):
            return f"{short}{where.path[len(long) :] or chr(92)}"
    return where.path
