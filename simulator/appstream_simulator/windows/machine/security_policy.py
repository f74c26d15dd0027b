# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The local security policy: what secedit.exe exports and configures, section by section.

Settings of [System Access] and [Event Audit] are kept with the accounts, those of [Registry Values] are the registry's.
Names, types and defaults of a member server: Microsoft's "Security policy settings reference" and MS-GPSB 2.2. Password
and audit policies are kept and exported; nothing enforces them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import security_identifiers, user_rights
from .registry import RegistryData

if TYPE_CHECKING:
    from .accounts import Accounts
    from .disk import Disk

SYSTEM_ACCESS, EVENT_AUDIT = "System Access", "Event Audit"
REGISTRY_VALUES, PRIVILEGE_RIGHTS = "Registry Values", "Privilege Rights"
SECTIONS = (SYSTEM_ACCESS, EVENT_AUDIT, REGISTRY_VALUES, PRIVILEGE_RIGHTS)

_ADMINISTRATOR_NAME, _GUEST_NAME = "NewAdministratorName", "NewGuestName"
_ENABLED = {"EnableAdminAccount": _ADMINISTRATOR_NAME, "EnableGuestAccount": _GUEST_NAME}
# Numbers by default; None: exported only when LockoutBadCount is not 0.
_NUMBERS: dict[str, str | None] = {
    "MinimumPasswordAge": "0",
    "MaximumPasswordAge": "42",
    "MinimumPasswordLength": "0",
    "PasswordComplexity": "1",
    "PasswordHistorySize": "0",
    "LockoutBadCount": "0",
    "ResetLockoutCount": None,
    "LockoutDuration": None,
    "AllowAdministratorLockout": None,
    "RequireLogonToChangePassword": "0",
    "ForceLogoffWhenHourExpire": "0",
    "ClearTextPassword": "0",
    "LSAAnonymousNameLookup": "0",
}
_AUDITED = (
    "AuditSystemEvents",
    "AuditLogonEvents",
    "AuditObjectAccess",
    "AuditPrivilegeUse",
    "AuditPolicyChange",
    "AuditAccountManage",
    "AuditProcessTracking",
    "AuditDSAccess",
    "AuditAccountLogon",
)
_WINLOGON = "MACHINE\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon"
_CONSOLE = "MACHINE\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Setup\\RecoveryConsole"
_SYSTEM = "MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
_LSA = "MACHINE\\System\\CurrentControlSet\\Control\\Lsa"
_MANAGER = "MACHINE\\System\\CurrentControlSet\\Control\\Session Manager"
_SERVICES = "MACHINE\\System\\CurrentControlSet\\Services"
_SERVER, _WORKSTATION = f"{_SERVICES}\\LanManServer\\Parameters", f"{_SERVICES}\\LanmanWorkstation\\Parameters"
_NETLOGON = f"{_SERVICES}\\Netlogon\\Parameters"
# The security options of sceregvl.inf, which are exported and no others; None: not there unless somebody sets it.
_OPTIONS: dict[str, str | None] = {
    f"{_CONSOLE}\\SecurityLevel": "4,0",
    f"{_CONSOLE}\\SetCommand": "4,0",
    f"{_WINLOGON}\\CachedLogonsCount": '1,"10"',
    f"{_WINLOGON}\\ForceUnlockLogon": "4,0",
    f"{_WINLOGON}\\PasswordExpiryWarning": "4,5",
    f"{_WINLOGON}\\ScRemoveOption": '1,"0"',
    f"{_SYSTEM}\\ConsentPromptBehaviorAdmin": "4,5",
    f"{_SYSTEM}\\ConsentPromptBehaviorUser": "4,3",
    f"{_SYSTEM}\\DisableCAD": "4,0",
    f"{_SYSTEM}\\DontDisplayLastUserName": "4,0",
    f"{_SYSTEM}\\DontDisplayUserName": None,
    f"{_SYSTEM}\\EnableInstallerDetection": "4,1",
    f"{_SYSTEM}\\EnableLUA": "4,1",
    f"{_SYSTEM}\\EnableSecureUIAPaths": "4,1",
    f"{_SYSTEM}\\EnableUIADesktopToggle": "4,0",
    f"{_SYSTEM}\\EnableVirtualization": "4,1",
    f"{_SYSTEM}\\FilterAdministratorToken": "4,0",
    f"{_SYSTEM}\\InactivityTimeoutSecs": None,
    f"{_SYSTEM}\\LegalNoticeCaption": '1,""',
    f"{_SYSTEM}\\LegalNoticeText": "7,",
    f"{_SYSTEM}\\MaxDevicePasswordFailedAttempts": None,
    f"{_SYSTEM}\\NoConnectedUser": None,
    f"{_SYSTEM}\\PromptOnSecureDesktop": "4,1",
    f"{_SYSTEM}\\ScForceOption": "4,0",
    f"{_SYSTEM}\\ShutdownWithoutLogon": "4,0",
    f"{_SYSTEM}\\UndockWithoutLogon": "4,1",
    f"{_SYSTEM}\\ValidateAdminCodeSignatures": "4,0",
    f"{_SYSTEM}\\Kerberos\\Parameters\\SupportedEncryptionTypes": None,
    "MACHINE\\Software\\Policies\\Microsoft\\Windows\\Safer\\CodeIdentifiers\\AuthenticodeEnabled": "4,0",
    f"{_LSA}\\AuditBaseObjects": "4,0",
    f"{_LSA}\\CrashOnAuditFail": "4,0",
    f"{_LSA}\\DisableDomainCreds": "4,0",
    f"{_LSA}\\EveryoneIncludesAnonymous": "4,0",
    f"{_LSA}\\FIPSAlgorithmPolicy\\Enabled": "4,0",
    f"{_LSA}\\ForceGuest": "4,0",
    f"{_LSA}\\FullPrivilegeAuditing": "3,0",
    f"{_LSA}\\LimitBlankPasswordUse": "4,1",
    f"{_LSA}\\LmCompatibilityLevel": None,
    f"{_LSA}\\MSV1_0\\allownullsessionfallback": None,
    f"{_LSA}\\MSV1_0\\AuditReceivingNTLMTraffic": None,
    f"{_LSA}\\MSV1_0\\NTLMMinClientSec": "4,536870912",
    f"{_LSA}\\MSV1_0\\NTLMMinServerSec": "4,536870912",
    f"{_LSA}\\MSV1_0\\RestrictReceivingNTLMTraffic": None,
    f"{_LSA}\\MSV1_0\\RestrictSendingNTLMTraffic": None,
    f"{_LSA}\\NoLMHash": "4,1",
    f"{_LSA}\\pku2u\\AllowOnlineID": None,
    f"{_LSA}\\RestrictAnonymous": "4,0",
    f"{_LSA}\\RestrictAnonymousSAM": "4,1",
    f"{_LSA}\\RestrictRemoteSAM": None,
    f"{_LSA}\\SCENoApplyLegacyAuditPolicy": None,
    f"{_LSA}\\UseMachineId": None,
    f"{_MANAGER}\\Kernel\\ObCaseInsensitive": "4,1",
    f"{_MANAGER}\\Memory Management\\ClearPageFileAtShutdown": "4,0",
    f"{_MANAGER}\\ProtectionMode": "4,1",
    f"{_MANAGER}\\SubSystems\\optional": "7,",
    f"{_SERVER}\\AutoDisconnect": "4,15",
    f"{_SERVER}\\EnableForcedLogOff": "4,1",
    f"{_SERVER}\\EnableSecuritySignature": "4,0",
    f"{_SERVER}\\NullSessionPipes": "7,",
    f"{_SERVER}\\NullSessionShares": None,
    f"{_SERVER}\\RequireSecuritySignature": "4,0",
    f"{_SERVER}\\RestrictNullSessAccess": "4,1",
    f"{_SERVER}\\SmbServerNameHardeningLevel": None,
    f"{_WORKSTATION}\\EnablePlainTextPassword": "4,0",
    f"{_WORKSTATION}\\EnableSecuritySignature": "4,1",
    f"{_WORKSTATION}\\RequireSecuritySignature": "4,0",
    f"{_SERVICES}\\LDAP\\LDAPClientIntegrity": "4,1",
    f"{_NETLOGON}\\DisablePasswordChange": "4,0",
    f"{_NETLOGON}\\MaximumPasswordAge": "4,30",
    f"{_NETLOGON}\\RequireSignOrSeal": "4,1",
    f"{_NETLOGON}\\RequireStrongKey": "4,1",
    f"{_NETLOGON}\\SealSecureChannel": "4,1",
    f"{_NETLOGON}\\SignSecureChannel": "4,1",
}
_KINDS = {"1": "String", "2": "ExpandString", "3": "Binary", "4": "DWord", "7": "MultiString"}
_REGISTRY_VALUE = re.compile(r"1,.*|2,.*|3,[\d,]+|4,\d+|7,.*", re.DOTALL)
_ACCOUNT_NAME = re.compile(r'[^"/\\\[\]:;|=,+*?<>]+')


class UnknownSettingError(ValueError):
    """A setting, or a value of one, that is not simulated."""


class UnknownAccountError(ValueError):
    """A user right is given to somebody whom nobody knows."""


def spelling(section: str, name: str) -> str | None:
    """Windows' own spelling of a setting's name; None when there is no such setting, as far as is known here."""
    if section == PRIVILEGE_RIGHTS:
        return user_rights.spelling(name)
    names = {
        SYSTEM_ACCESS: (*_NUMBERS, _ADMINISTRATOR_NAME, _GUEST_NAME, *_ENABLED),
        EVENT_AUDIT: _AUDITED,
        REGISTRY_VALUES: tuple(_OPTIONS),
    }.get(section, ())
    return next((known for known in names if known.lower() == name.lower()), None)


def sections(disk: Disk) -> dict[str, dict[str, str]]:
    """The settings in force by section and name, with values as secedit writes them."""
    return {
        SYSTEM_ACCESS: _system_access(disk.accounts),
        EVENT_AUDIT: {name: disk.accounts.policy.get(name, "0") for name in _AUDITED},
        REGISTRY_VALUES: _registry_values(disk),
        PRIVILEGE_RIGHTS: {
            right: ",".join(_holder(disk.accounts, sid) for sid in sids)
            for right, sids in user_rights.holders(disk.accounts).items()
        },
    }


def _system_access(accounts: Accounts) -> dict[str, str]:
    numbers = {name: accounts.policy.get(name, default) for name, default in _NUMBERS.items()}
    locks_out = numbers["LockoutBadCount"] != "0"
    found = {name: value for name, value in numbers.items() if value and (locks_out or _NUMBERS[name])}
    built_in, guest = accounts.user(accounts.administrator), accounts.user(accounts.guest)
    return {
        **found,
        _ADMINISTRATOR_NAME: f'"{accounts.administrator}"',
        _GUEST_NAME: f'"{accounts.guest}"',
        "EnableAdminAccount": str(int(built_in is not None and not built_in.disabled)),
        "EnableGuestAccount": str(int(guest is not None and not guest.disabled)),
    }


def _registry_values(disk: Disk) -> dict[str, str]:
    found = {}
    for option, default in _OPTIONS.items():
        key, _backslash, name = f"HKLM{option.removeprefix('MACHINE')}".rpartition("\\")
        value = disk.registry.get(key, name)
        shown = default if value is None else _shown(value.kind, value.data)
        if shown is not None:
            found[option] = shown
    return found


def _shown(kind: str, data: RegistryData) -> str:
    number = next((number for number, name in _KINDS.items() if name == kind), "4")
    if isinstance(data, bytes):
        return f"{number},{','.join(str(byte) for byte in data)}"
    if isinstance(data, list):
        return f"{number},{','.join(data)}"
    return f'{number},"{data}"' if number in ("1", "2") else f"{number},{data}"


def _holder(accounts: Accounts, identifier: str) -> str:
    """Well-known accounts and those of a domain as `*SID`, users of the machine by name, as secedit writes them."""
    for user in accounts.users.values():
        if accounts.user_identifier(user.name) == identifier:
            return user.name
    return f"*{identifier}"


def configure(disk: Disk, computer_name: str, settings: Mapping[str, Mapping[str, str]]) -> None:
    """Put settings into force, all of them or none.

    Raises:
        UnknownSettingError: a setting or a value is not simulated.
        UnknownAccountError: a right is given to somebody whom nobody knows.
    """
    steps = []
    for section, values in settings.items():
        for given, value in values.items():
            name = spelling(section, given)
            if name is None:
                raise UnknownSettingError(f"[{section}] {given}")
            steps.append((section, name, _checked(disk, computer_name, section, name, value)))
    for section, name, value in steps:
        _set(disk, section, name, value)


def _checked(disk: Disk, computer_name: str, section: str, name: str, value: str) -> str:
    """The value as it is kept: without quotation marks, holders of rights by identifier."""
    if section == PRIVILEGE_RIGHTS:
        holders = [entry.strip().removeprefix("*") for entry in value.split(",") if entry.strip()]
        found = [security_identifiers.find(disk.accounts, computer_name, holder) for holder in holders]
        if None in found:
            raise UnknownAccountError(name)
        return ",".join(str(sid) for sid in found)
    plain = value.strip('"') if section == SYSTEM_ACCESS else value
    if not _is_value(section, name, plain):
        raise UnknownSettingError(f"[{section}] {name} = {value}")
    return plain


def _is_value(section: str, name: str, value: str) -> bool:
    if section == EVENT_AUDIT:
        return value in ("0", "1", "2", "3")
    if section == REGISTRY_VALUES:
        return _REGISTRY_VALUE.fullmatch(value) is not None
    if name in (_ADMINISTRATOR_NAME, _GUEST_NAME):
        return _ACCOUNT_NAME.fullmatch(value) is not None
    return value == "-1" or (value.isdecimal() and len(value) < 6)


def _set(disk: Disk, section: str, name: str, value: str) -> None:
    accounts = disk.accounts
    if section == PRIVILEGE_RIGHTS:
        accounts.rights[name] = value.split(",") if value else []
    elif section == REGISTRY_VALUES:
        key, _backslash, value_name = f"HKLM{name.removeprefix('MACHINE')}".rpartition("\\")
        number, _comma, text = value.partition(",")
        disk.registry.set(key, value_name, _data(number, text), _KINDS[number])
    elif name == _ADMINISTRATOR_NAME:
        if value != accounts.administrator:
            accounts.rename_administrator(value)
    elif name == _GUEST_NAME:
        accounts.rename_guest(value)
    elif name in _ENABLED:
        user = accounts.user(accounts.administrator if name == "EnableAdminAccount" else accounts.guest)
        if user:
            user.disabled = value == "0"
    else:
        accounts.policy[name] = value


def _data(number: str, text: str) -> RegistryData:
    if number == "3":
        return bytes(int(byte) % 256 for byte in text.split(","))
    if number == "4":
        return int(text)
    if number == "7":
        return text.split(",") if text else []
    return text.strip('"')
