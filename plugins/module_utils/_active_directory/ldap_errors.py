# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the LDAP result codes of a domain controller mean for the person who runs a module."""

from __future__ import annotations

import re
from typing import Any

from .errors import ActiveDirectoryError

try:
    import ldap
except ImportError:
    ldap = None

# "data 52e" of a refused simple bind: a Win32 error in hexadecimal (MS-ERREF 2.2).
_LOGON_CAUSES = {
    "525": "the domain does not know the account",
    "52e": "the user name or password is wrong",
    "530": "the account may not log on at this time",
    "531": "the account may not log on from this machine",
    "532": "the password has expired",
    "533": "the account is disabled",
    "701": "the account has expired",
    "773": "the password must be changed first",
    "775": "the account is locked out",
}
# Errors of GSSAPI as Cyrus SASL passes them on: only the text tells them apart.
_SASL_CAUSES = (
    (
        "Server not found in Kerberos database",
        ActiveDirectoryError.UNREACHABLE,
        "Name the domain controller by its full DNS name, not by an alias or address.",
    ),
    (
        "Clock skew too great",
        ActiveDirectoryError.CREDENTIALS,
        "Kerberos tolerates 5 minutes: let this machine and the domain controller synchronise their time.",
    ),
    (
        "No Kerberos credentials available",
        ActiveDirectoryError.CREDENTIALS,
        "Give domain_password, or run kinit before.",
    ),
    ("Ticket expired", ActiveDirectoryError.CREDENTIALS, "Run kinit again, or give domain_password."),
    (
        "No worthy mechs found",
        ActiveDirectoryError.OTHER,
        "Install Cyrus SASL's GSSAPI plug-in on the controller: package libsasl2-modules-gssapi-mit (Debian, Ubuntu) "
        "or cyrus-sasl-gssapi (Red Hat).",
    ),
    (
        "Cannot contact any KDC",
        ActiveDirectoryError.UNREACHABLE,
        "See that TCP and UDP port 88 of the domain controllers are open.",
    ),
)


def diagnosis(error: Any) -> str:
    """Return the domain controller's own words about a failed operation."""
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    info = re.sub(r"\x00", "", str(told.get("info") or "")).strip()
    return ": ".join(part for part in (str(told.get("desc") or type(error).__name__), info) if part)


def bind_failure(error: Any, server: str, username: str, tls: bool) -> ActiveDirectoryError:
    """Return what a failed logon means."""
    cause, kind, remedy = diagnosis(error), ActiveDirectoryError.OTHER, None
    code = re.search(r"data ([0-9a-f]+)", cause)
    if isinstance(error, ldap.INVALID_CREDENTIALS) and code and code[1] in _LOGON_CAUSES:
        cause, kind = _LOGON_CAUSES[code[1]], ActiveDirectoryError.CREDENTIALS
    elif isinstance(error, ldap.INVALID_CREDENTIALS):
        kind, remedy = ActiveDirectoryError.CREDENTIALS, "Check user name and password."
    elif isinstance(error, (ldap.SERVER_DOWN, ldap.CONNECT_ERROR, ldap.TIMEOUT)):
        return connection_failure(error, server, tls)
    for text, its_kind, its_remedy in _SASL_CAUSES:
        if text in cause:
            kind, remedy = its_kind, its_remedy
    return ActiveDirectoryError(f"{username} could not log on to {server}", cause=cause, remedy=remedy, kind=kind)


def connection_failure(error: Any, server: str, tls: bool = False) -> ActiveDirectoryError:
    """Return what a connection that could not be made, or was lost, means."""
    remedy = f"See that its DNS name resolves here, that it runs, and that TCP port {636 if tls else 389} is open."
    if tls:
        # OpenLDAP does not tell a certificate that is not trusted from a port that is closed.
        remedy += " Its certificate must be for this name and from an authority of domain_ca_path."
    return ActiveDirectoryError(
        f"Domain controller {server} does not answer over {'LDAPS' if tls else 'LDAP'}",
        cause=diagnosis(error),
        remedy=remedy,
        kind=ActiveDirectoryError.UNREACHABLE,
    )


def operation_failure(error: Any, what: str, username: str, needs: str) -> ActiveDirectoryError:
    """Return what a refused operation means.

    ``what`` says what was to be done to which object ("add group CN=…"), ``needs`` which right on which object that
    takes.
    """
    cause = diagnosis(error)
    if isinstance(error, (ldap.INSUFFICIENT_ACCESS, ldap.STRONG_AUTH_REQUIRED)):
        return ActiveDirectoryError(
            f"{username} is not allowed to {what}",
            cause=cause,
            remedy=f"It needs {needs}.",
            kind=ActiveDirectoryError.DENIED,
        )
    kind, remedy = _kind_of(error, cause)
    return ActiveDirectoryError(f"Could not {what}", cause=cause, remedy=remedy, kind=kind)


def _kind_of(error: Any, cause: str) -> tuple[str, str | None]:
    if isinstance(error, ldap.NO_SUCH_OBJECT):
        return ActiveDirectoryError.NOT_FOUND, None
    if isinstance(error, ldap.ALREADY_EXISTS):
        return ActiveDirectoryError.EXISTS, None
    if isinstance(error, ldap.NOT_ALLOWED_ON_NONLEAF):
        return ActiveDirectoryError.REFUSED_VALUE, "Delete or move what lies below it first."
    # 0000052D is ERROR_PASSWORD_RESTRICTION (MS-ERREF 2.2); Samba says it in words.
    if "0000052D" in cause or "password" in cause.lower():
        return (
            ActiveDirectoryError.REFUSED_VALUE,
            "The password does not meet the domain's password policy: length, complexity, history, minimum age.",
        )
    if isinstance(error, (ldap.SERVER_DOWN, ldap.CONNECT_ERROR, ldap.TIMEOUT, ldap.BUSY, ldap.UNAVAILABLE)):
        return (
            ActiveDirectoryError.UNREACHABLE,
            "The connection to the domain controller was lost: run the same again, which goes on where this stopped.",
        )
    if isinstance(error, (ldap.CONSTRAINT_VIOLATION, ldap.INVALID_SYNTAX, ldap.UNWILLING_TO_PERFORM)):
        return ActiveDirectoryError.REFUSED_VALUE, None
    return ActiveDirectoryError.OTHER, None
