# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Names of accounts, scheduled tasks and paths: which of them go before an image is taken, and where they are.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_PATH = re.compile(r"[A-Za-z]:\\[^\\*?\[\]]+(\\[^\\]|$)")
"""A drive, a folder without wildcards, and perhaps something in it."""
_PROTECTED = re.compile(
    r"\\\.\.?(\\|$)"
    r"|^[a-z]:\\(windows|program files( \(x86\))?|programdata|users|appstream)(\\[^\\]*[*?\[][^\\]*)?\\?$"
    r"|^[a-z]:\\windows\\(system32|syswow64|winsxs)(\\[^\\]*)?$",
    re.IGNORECASE,
)
"""The way up, Windows' own folders and wildcards right below them, and folders without which there is no Windows."""


@dataclass(frozen=True)
class Accounts:
    """Accounts by when they go.

    ``local``: whether the connection's account is one of the computer's own. ``unused`` and ``used``: the local
    accounts that go at once and the one of the connection. ``profiles``: the profile folders that can go.
    ``own_profile``: that of the connection.
    """

    local: bool
    used: list[str]
    unused: list[str]
    profiles: list[str]
    own_profile: str


def accounts_to_seal(accounts: Sequence[str], *, user: str, computer: str, profiles: Sequence[str] = ()) -> Accounts:
    r"""Divide local accounts; the connection's user is local as ``name``, ``.\name`` or ``COMPUTER\name``."""
    domain, _backslash, name = user.rpartition("\\")
    local = "@" not in user and domain.lower() in ("", ".", computer.lower())
    own_profile = name.partition("@")[0]
    used = [account for account in accounts if local and account.lower() == name.lower()]
    unused = [account for account in accounts if account not in used]
    folders = list(dict.fromkeys([*unused, *profiles]))
    return Accounts(
        local, used, unused, [folder for folder in folders if folder.lower() != own_profile.lower()], own_profile
    )


@dataclass(frozen=True)
class TaskPath:
    r"""Scheduled tasks: ``folder``, the same with a backslash at its end, and a regular expression for names in it."""

    folder: str
    prefix: str
    pattern: str


def scheduled_task_path(path: str) -> TaskPath:
    """Take the path of scheduled tasks apart, whose last part may have wildcards; without a folder it is the root."""
    folder, _backslash, name = path.rpartition("\\")
    folder = "\\" + folder.strip("\\")
    return TaskPath(folder, folder if folder == "\\" else folder + "\\", fnmatch.translate(name))


def refused_paths(paths: Iterable[str]) -> list[str]:
    """Those that are not absolute or would take Windows' own folders away."""
    return [path for path in paths if not _PATH.match(path) or _PROTECTED.search(path)]
