# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""System.Security.Principal: the security identifier of an account's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..machine import security_identifiers
from .errors import NetError, UnknownError
from .values import NetObject, TypeValue, to_text

if TYPE_CHECKING:
    from .session import Session

ACCOUNT = "System.Security.Principal.NTAccount"
IDENTIFIER = "System.Security.Principal.SecurityIdentifier"


def account(session: Session, *arguments: Any) -> NetObject:
    """An NTAccount of a name, or of a domain and a name."""
    name = "\\".join(to_text(argument) for argument in arguments)

    def translate(target: Any) -> NetObject:
        if not isinstance(target, TypeValue) or target.name != IDENTIFIER:
            raise UnknownError("NTAccount.Translate to something else than a SecurityIdentifier")
        machine = session.machine
        identifier = security_identifiers.find(machine.disk.accounts, machine.computer_name, name)
        if identifier is None:
            kind = "System.Security.Principal.IdentityNotMappedException"
            raise NetError(kind, "Some or all identity references could not be translated.")
        return NetObject(IDENTIFIER, {"Value": identifier}, text=identifier)

    return NetObject(ACCOUNT, {"Value": name}, {"translate": translate}, text=name)
