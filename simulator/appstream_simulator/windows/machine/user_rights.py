# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""User rights: who has which, by Windows' defaults for a member server and what policy has changed.

Microsoft, "User Rights Assignment" (one page for each right, with its default).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .accounts import Accounts

_EVERYONE = "S-1-1-0"
_ADMINISTRATORS, _USERS = "S-1-5-32-544", "S-1-5-32-545"
_BACKUP_OPERATORS, _REMOTE_DESKTOP_USERS = "S-1-5-32-551", "S-1-5-32-555"
_LOCAL_SERVICE, _NETWORK_SERVICE, _SERVICE = "S-1-5-19", "S-1-5-20", "S-1-5-6"
_PERFORMANCE_LOG_USERS = "S-1-5-32-559"
_ALL_SERVICES = "S-1-5-80-0"

DEFAULTS: dict[str, tuple[str, ...]] = {
    "SeNetworkLogonRight": (_EVERYONE, _ADMINISTRATORS, _USERS, _BACKUP_OPERATORS),
    "SeInteractiveLogonRight": (_ADMINISTRATORS, _USERS, _BACKUP_OPERATORS),
    "SeRemoteInteractiveLogonRight": (_ADMINISTRATORS, _REMOTE_DESKTOP_USERS),
    "SeBatchLogonRight": (_ADMINISTRATORS, _BACKUP_OPERATORS, _PERFORMANCE_LOG_USERS),
    "SeServiceLogonRight": (_ALL_SERVICES,),
    "SeBackupPrivilege": (_ADMINISTRATORS, _BACKUP_OPERATORS),
    "SeRestorePrivilege": (_ADMINISTRATORS, _BACKUP_OPERATORS),
    "SeChangeNotifyPrivilege": (
        _EVERYONE,
        _LOCAL_SERVICE,
        _NETWORK_SERVICE,
        _ADMINISTRATORS,
        _USERS,
        _BACKUP_OPERATORS,
    ),
    "SeSystemtimePrivilege": (_LOCAL_SERVICE, _ADMINISTRATORS),
    "SeTimeZonePrivilege": (_LOCAL_SERVICE, _ADMINISTRATORS),
    "SeShutdownPrivilege": (_ADMINISTRATORS, _BACKUP_OPERATORS),
    "SeRemoteShutdownPrivilege": (_ADMINISTRATORS,),
    "SeDebugPrivilege": (_ADMINISTRATORS,),
    "SeImpersonatePrivilege": (_LOCAL_SERVICE, _NETWORK_SERVICE, _ADMINISTRATORS, _SERVICE),
    "SeTakeOwnershipPrivilege": (_ADMINISTRATORS,),
    "SeSecurityPrivilege": (_ADMINISTRATORS,),
    "SeLoadDriverPrivilege": (_ADMINISTRATORS,),
}
# Rights that nobody has unless policy says so.
EMPTY = (
    "SeDenyNetworkLogonRight",
    "SeDenyInteractiveLogonRight",
    "SeDenyRemoteInteractiveLogonRight",
    "SeDenyBatchLogonRight",
    "SeDenyServiceLogonRight",
    "SeTcbPrivilege",
    "SeTrustedCredManAccessPrivilege",
)


def is_known(right: str) -> bool:
    """Whether Windows has a right or privilege of this name, as far as it is known here."""
    return spelling(right) is not None


def spelling(right: str) -> str | None:
    """Windows' own spelling of a right's name; None when it is not known here."""
    return next((name for name in (*DEFAULTS, *EMPTY) if name.lower() == right.lower()), None)


def holders(accounts: Accounts) -> dict[str, list[str]]:
    """Who has which right, by identifier; rights that nobody has are left out, as in an export of secedit."""
    assigned = {**{right: list(sids) for right, sids in DEFAULTS.items()}, **accounts.rights}
    return {right: sids for right, sids in assigned.items() if sids}
