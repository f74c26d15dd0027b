# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Security identifiers of accounts and back, as LookupAccountName and LookupAccountSid translate them.

Well-known ones: Microsoft's "Well-known SIDs". Those of local users and groups are the machine's with a relative
identifier made up from the name; an account that is deleted and made again gets another one, as on Windows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .accounts import Accounts

SYSTEM = "S-1-5-18"
LOCAL_SERVICE = "S-1-5-19"
NETWORK_SERVICE = "S-1-5-20"
SERVICE_ACCOUNTS = frozenset({SYSTEM, LOCAL_SERVICE, NETWORK_SERVICE})
ADMINISTRATOR_RID = 500

# Full names by identifier.
WELL_KNOWN = {
    "S-1-1-0": "Everyone",
    "S-1-2-0": "LOCAL",
    "S-1-3-0": "CREATOR OWNER",
    "S-1-3-1": "CREATOR GROUP",
    "S-1-3-4": "OWNER RIGHTS",
    "S-1-5-2": "NT AUTHORITY\\NETWORK",
    "S-1-5-4": "NT AUTHORITY\\INTERACTIVE",
    "S-1-5-6": "NT AUTHORITY\\SERVICE",
    "S-1-5-7": "NT AUTHORITY\\ANONYMOUS LOGON",
    "S-1-5-11": "NT AUTHORITY\\Authenticated Users",
    "S-1-5-13": "NT AUTHORITY\\TERMINAL SERVER USER",
    SYSTEM: "NT AUTHORITY\\SYSTEM",
    LOCAL_SERVICE: "NT AUTHORITY\\LOCAL SERVICE",
    NETWORK_SERVICE: "NT AUTHORITY\\NETWORK SERVICE",
    "S-1-5-113": "NT AUTHORITY\\Local account",
    "S-1-5-114": "NT AUTHORITY\\Local account and member of Administrators group",
    "S-1-15-2-1": "APPLICATION PACKAGE AUTHORITY\\ALL APPLICATION PACKAGES",
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464": "NT SERVICE\\TrustedInstaller",
}
_BY_NAME = {form.lower(): sid for sid, name in WELL_KNOWN.items() for form in (name, name.rpartition("\\")[2])}
# As Ansible's become names them, too.
_BY_NAME |= {
    f"{domain}{name}": identifier
    for domain in ("", "nt authority\\")
    for name, identifier in (
        ("localsystem", SYSTEM),
        ("localservice", LOCAL_SERVICE),
        ("networkservice", NETWORK_SERVICE),
    )
}


def is_identifier(text: str) -> bool:
    """Whether this is a security identifier and not a name."""
    return re.fullmatch(r"S-1(-\d+)+", text, re.IGNORECASE) is not None


def find(accounts: Accounts, computer_name: str, account: str) -> str | None:
    """The identifier of an account given by name (`name`, `DOMAIN\\name`, `.\\name`, UPN) or identifier.

    Returns:
        None when no such account is known. A domain's accounts are known once they have logged on or a policy has
        named them with their identifier.
    """
    if is_identifier(account):
        return account.upper()
    well_known = _BY_NAME.get(account.lower())
    if well_known:
        return well_known
    if account.lower() in accounts.identifiers:
        return accounts.identifiers[account.lower()]
    domain, _backslash, name = account.rpartition("\\")
    if domain.lower() == "builtin" or not domain:
        group = accounts.group_name(name)
        if group:
            return accounts.group_identifier(group)
    if domain.lower() in ("", ".", computer_name.lower()) and "@" not in name:
        user = accounts.users.get(name.lower())
        if user:
            return accounts.user_identifier(user.name)
        group = accounts.group_name(name)
        return accounts.group_identifier(group) if group else None
    return None


def of_logon(accounts: Accounts, computer_name: str, user: str) -> str:
    """The identifier of an account that has logged on, which is one even if the accounts do not list it.

    Those of the settings are not listed: `name` counts as one of the machine's, `DOMAIN\\name` and `name@domain` as one
    of a domain of which nothing else is known.
    """
    found = find(accounts, computer_name, user)
    if found:
        return found
    domain, _backslash, name = user.rpartition("\\")
    if "@" in name:
        name, _at, domain = name.partition("@")
    if domain.lower() in ("", ".", computer_name.lower()):
        return accounts.user_identifier(name)
    return accounts.foreign_identifier(domain, name)


def name_of(accounts: Accounts, computer_name: str, identifier: str) -> str | None:
    """The full name of an account (`BUILTIN\\Users`, `COMPUTER\\bob`), None when the identifier is nobody's."""
    sid = identifier.upper()
    if sid in WELL_KNOWN:
        return WELL_KNOWN[sid]
    for group in accounts.groups:
        if accounts.group_identifier(group) == sid:
            return f"BUILTIN\\{group}" if sid.startswith("S-1-5-32-") else f"{computer_name}\\{group}"
    for user in accounts.users.values():
        if accounts.user_identifier(user.name) == sid:
            return f"{computer_name}\\{user.name}"
    return next((name for name, known in accounts.identifiers.items() if known == sid), None)
