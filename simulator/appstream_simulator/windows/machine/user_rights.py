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
_ALL_SERVICES, _WINDOW_MANAGER_GROUP = "S-1-5-80-0", "S-1-5-90-0"
_WDI_SERVICE_HOST = "S-1-5-80-3139157870-2983391045-3678747466-658725712-1809340420"

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
    "SeAssignPrimaryTokenPrivilege": (_LOCAL_SERVICE, _NETWORK_SERVICE),
    "SeAuditPrivilege": (_LOCAL_SERVICE, _NETWORK_SERVICE),
    "SeIncreaseQuotaPrivilege": (_LOCAL_SERVICE, _NETWORK_SERVICE, _ADMINISTRATORS),
    "SeCreateGlobalPrivilege": (_LOCAL_SERVICE, _NETWORK_SERVICE, _ADMINISTRATORS, _SERVICE),
    "SeCreatePagefilePrivilege": (_ADMINISTRATORS,),
    "SeCreateSymbolicLinkPrivilege": (_ADMINISTRATORS,),
    "SeDelegateSessionUserImpersonatePrivilege": (_ADMINISTRATORS,),
    "SeIncreaseBasePriorityPrivilege": (_ADMINISTRATORS, _WINDOW_MANAGER_GROUP),
    "SeIncreaseWorkingSetPrivilege": (_USERS,),
    "SeManageVolumePrivilege": (_ADMINISTRATORS,),
    "SeProfileSingleProcessPrivilege": (_ADMINISTRATORS,),
    "SeSystemEnvironmentPrivilege": (_ADMINISTRATORS,),
    "SeSystemProfilePrivilege": (_ADMINISTRATORS, _WDI_SERVICE_HOST),
    "SeUndockPrivilege": (_ADMINISTRATORS,),
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
    "SeCreateTokenPrivilege",
    "SeCreatePermanentPrivilege",
    "SeEnableDelegationPrivilege",
    "SeLockMemoryPrivilege",
    "SeMachineAccountPrivilege",
    "SeRelabelPrivilege",
    "SeSyncAgentPrivilege",
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
