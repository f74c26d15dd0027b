# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What must hold before ``update-default-profile`` may copy a user's profile over the default one, and is looked up.

Source: AppStream administration guide, "Image Assistant CLI Operations". That the user must have logged on once and be
logged off again is not spelt out there: a profile that is missing or in use can't be copied.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import RunModule, require_success

TEMPLATE_USER = r".\DefaultProfileUser"
"""The account the Image Assistant calls Template User, whose profile is taken when none is named."""
PROFILE_LIST = r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"
RECORD_KEY = r"HKLM:\SOFTWARE\euc.appstream\DefaultProfile"

_ACCOUNT = re.compile(r'(?P<domain>\.|[^\\/:*?"<>|@]+)\\(?P<user>[^\\/:*?"<>|@]+)')
_IDENTIFIER = re.compile(r"S-1-(?:5-21|12-1)-[\d-]+", re.IGNORECASE)
"""Security identifiers of people: accounts of a machine or an Active Directory domain, and of Entra ID."""


@dataclass(frozen=True)
class Source:
    """A user whose profile is to be copied: ``domain`` is ``.`` for an account of the builder itself."""

    domain: str
    user: str

    @property
    def is_local(self) -> bool:
        return self.domain == "."

    @property
    def name(self) -> str:
        return f"{self.domain}\\{self.user}"

    @property
    def account(self) -> str:
        """How modules of Windows take it: the plain name for an account of the builder."""
        return self.user if self.is_local else self.name


def source_of(profile: str | None) -> Source:
    r"""The user ``DOMAIN\name``, ``.\name`` or ``name`` means; None is the Template User. Raises ValueError."""
    text = profile or TEMPLATE_USER
    match = _ACCOUNT.fullmatch(text if "\\" in text else f".\\{text}")
    if match is None:
        raise ValueError(rf"{text} is no user: write DOMAIN\name, or .\name for an account of the builder itself")
    return Source(match["domain"], match["user"])


def profile_folder(source: Source, run_module: RunModule) -> str | None:
    """The folder of the user's profile, None when there is none. Raises AnsibleActionFail for an unknown account.

    ``win_user_profile`` looks profiles up by the account's security identifier; deleting is only predicted.
    """
    arguments = {"username": source.account, "state": "absent"}
    result = run_module("ansible.windows.win_user_profile", arguments, predict=True)
    return require_success(result, f"{source.name} is not known to the image builder").get("path") or None


def profile_identifier(folder: str, run_module: RunModule) -> str | None:
    """The security identifier whose profile lies in a folder, None when the registry knows none."""
    listed = require_success(_key(PROFILE_LIST, run_module), "cannot read the list of profiles")
    for identifier in listed.get("sub_keys") or []:
        if not _IDENTIFIER.fullmatch(identifier):
            continue
        entry = require_success(_key(f"{PROFILE_LIST}\\{identifier}", run_module), "cannot read the list of profiles")
        path = (entry.get("properties") or {}).get("ProfileImagePath", {}).get("value")
        if str(path or "").rstrip("\\").lower() == folder.rstrip("\\").lower():
            return str(identifier)
    return None


def precondition_problems(source: Source, folder: str | None, run_module: RunModule) -> list[str]:
    """Everything that keeps the profile from being copied, as sentences with their remedy."""
    problems = []
    if _is_administrator(source, run_module):
        problems.append(
            f"{source.name} is a local administrator, whose settings are no model for ordinary users; take another "
            "account, or take this one out of Administrators"
        )
    if folder is None:
        problems.append(
            f"{source.name} has no profile on the image builder; let the user log on once, for example by a task with "
            "become_method runas and become_flags logon_type=interactive logon_flags=with_profile"
        )
        return problems
    identifier = profile_identifier(folder, run_module)
    if identifier and _key(f"HKU:\\{identifier}", run_module).get("exists"):
        problems.append(
            f"{source.name} is logged on (or a process or service runs as this user), so that the profile is in use; "
            "log the user off or reboot the image builder"
        )
    return problems


def fingerprint(folder: str, run_module: RunModule) -> str:
    """Tells the states of a profile apart: each logon writes to its registry hive. Raises AnsibleActionFail."""
    hive = f"{folder}\\NTUSER.DAT"
    result = run_module("ansible.windows.win_stat", {"path": hive, "get_size": False}, read_only=True)
    stat = require_success(result, f"cannot look at {hive}")["stat"]
    return hashlib.sha256(f"{stat.get('checksum')} {stat.get('lastwritetime')}".encode()).hexdigest()


def recorded(run_module: RunModule) -> dict[str, str]:
    """``Source`` and ``Fingerprint`` of the profile that was copied last, as far as this collection copied one."""
    properties = _key(RECORD_KEY, run_module).get("properties") or {}
    return {name: str(entry.get("value")) for name, entry in properties.items()}


def record(values: Mapping[str, str], run_module: RunModule) -> None:
    """Write what :func:`recorded` returns next time. Raises AnsibleActionFail."""
    for name, value in values.items():
        arguments = {"path": RECORD_KEY, "name": name, "data": value, "type": "string"}
        require_success(run_module("ansible.windows.win_regedit", arguments), "cannot record the copied profile")


def _is_administrator(source: Source, run_module: RunModule) -> bool:
    """Whether the user is a member of the local Administrators; not through a group of a domain."""
    arguments = {"name": "Administrators", "members": [source.account], "state": "absent"}
    result = run_module("ansible.windows.win_group_membership", arguments, predict=True)
    return bool(require_success(result, "cannot read the members of Administrators")["changed"])


def _key(path: str, run_module: RunModule) -> Mapping[str, Any]:
    result: Mapping[str, Any] = run_module("ansible.windows.win_reg_stat", {"path": path}, read_only=True)
    return result
