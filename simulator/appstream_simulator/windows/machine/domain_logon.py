# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Logons of accounts of the domain: which local groups they bring into their token."""

from __future__ import annotations

from dataclasses import dataclass

from appstream_simulator.windows.protocol.pac import LogonInformation

from .accounts import Accounts

DOMAIN_ADMINISTRATORS = "Domain Admins"
DOMAIN_USERS = "Domain Users"
# MS-DTYP 2.4.2.4, relative to the domain.
_RELATIVE_IDENTIFIERS = {DOMAIN_ADMINISTRATORS: 512, DOMAIN_USERS: 513}


@dataclass(frozen=True)
class Token:
    """What Windows keeps of a logon for as long as it lasts."""

    local_groups: frozenset[str]


def token(accounts: Accounts, information: LogonInformation) -> Token:
    """The token of a logon. The machine learns the identifiers of accounts it knew by name only."""
    accounts.identifiers[information.account.lower()] = information.user_identifier
    for name, relative in _RELATIVE_IDENTIFIERS.items():
        group = f"{information.domain}\\{name}".lower()
        accounts.identifiers[group] = f"{information.domain_identifier}-{relative}"
    return Token(frozenset(accounts.groups_with(information.identifiers)))
