# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_whoami.

What of a token follows from the account: its groups on the machine, the rights of these, its integrity. Assumed
[logon_token]:
everybody comes by NTLM, or by Kerberos with an account of the domain; which privileges are switched on; the groups that
Windows adds to every logon over the network.
"""

from __future__ import annotations

import datetime
import zlib
from typing import Any

from appstream_simulator.windows.protocol import remote_logon

from .. import security_identifiers, user_rights
from ..accounts import ADMINISTRATORS, plain_name
from .task import Option, Task

OPTIONS: dict[str, Option] = {}

_ATTRIBUTES = ["Mandatory", "Enabled by default", "Enabled"]
_HIGH = {"account_name": "High Mandatory Level", "sid": "S-1-16-12288"}
_MEDIUM = {"account_name": "Medium Mandatory Level", "sid": "S-1-16-8192"}
_SYSTEM = {"account_name": "System Mandatory Level", "sid": "S-1-16-16384"}
_ALWAYS = ("S-1-1-0", "S-1-5-2", "S-1-5-11")


def run(task: Task) -> dict[str, Any]:
    """Tell who a task runs as."""
    user, machine = task.call.user, task.machine
    identifier = machine.identifier(user)
    is_service = identifier in security_identifiers.SERVICE_ACCOUNTS
    administrator = machine.is_administrator(user)
    domain, name = _names(task, identifier)
    groups = _groups(task, identifier)
    held = _rights(task, {identifier, *(group["sid"] for group in groups)})
    level = _SYSTEM if is_service else _HIGH if administrator else _MEDIUM
    is_local = is_service or domain.lower() == machine.computer_name.lower()
    network = remote_logon.current()
    result = {
        "account": {"account_name": name, "domain_name": domain, "sid": identifier, "type": "User"},
        "authentication_package": "Negotiate" if is_service else "NTLM" if is_local else "Kerberos",
        "dns_domain_name": "" if is_local else str(machine.domain or ""),
        "groups": groups,
        "impersonation_level": "SecurityAnonymous",
        "label": {**level, "domain_name": "Mandatory Label", "type": "Label"},
        "login_domain": domain,
        "login_time": datetime.datetime.fromtimestamp(machine.clock.now(), datetime.timezone.utc).isoformat(),
        "logon_id": zlib.crc32(f"{machine.boot_time}/{user}".encode()),
        "logon_server": "" if is_service else machine.computer_name if is_local else "",
        "logon_type": "Service" if is_service else "Network" if network else "Interactive",
        "privileges": {
            right: "enabled-by-default" if administrator or right == "SeChangeNotifyPrivilege" else "disabled"
            for right in sorted(held)
            if right.endswith("Privilege")
        },
        "token_type": "TokenPrimary",
        "upn": "",
        "user_flags": [],
    }
    rights = sorted(right for right in held if "Logon" in right) if administrator else []
    return {**result, "rights": rights}


def _names(task: Task, identifier: str) -> tuple[str, str]:
    """Domain and name of the account."""
    known = security_identifiers.WELL_KNOWN.get(identifier)
    if known:
        domain, _backslash, name = known.partition("\\")
        return domain, name
    domain, _backslash, name = task.call.user.rpartition("\\")
    return (domain if domain not in ("", ".") else task.machine.computer_name), plain_name(name)


def _groups(task: Task, identifier: str) -> list[dict[str, Any]]:
    accounts = task.disk.accounts
    names = set(accounts.groups_of(task.call.user)) | set(accounts.groups_with({identifier, *_ALWAYS}))
    if task.machine.is_administrator(task.call.user):
        names.add(ADMINISTRATORS)
    local = [_local(task, name) for name in sorted(names)]
    well_known = [(sid, security_identifiers.WELL_KNOWN[sid].rpartition("\\")) for sid in _ALWAYS]
    return local + [
        {"account_name": name, "domain_name": domain, "sid": sid, "type": "WellKnownGroup", "attributes": _ATTRIBUTES}
        for sid, (domain, _backslash, name) in well_known
    ]


def _local(task: Task, name: str) -> dict[str, Any]:
    identifier = task.disk.accounts.group_identifier(name)
    return {
        "account_name": name,
        "domain_name": "BUILTIN" if identifier.startswith("S-1-5-32-") else task.machine.computer_name,
        "sid": identifier,
        "type": "Alias",
        "attributes": [*_ATTRIBUTES, *(["Owner"] if name == ADMINISTRATORS else [])],
    }


def _rights(task: Task, identifiers: set[str]) -> set[str]:
    return {right for right, sids in user_rights.holders(task.disk.accounts).items() if identifiers & set(sids)}
