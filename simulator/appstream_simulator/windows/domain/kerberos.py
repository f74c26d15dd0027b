# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Kerberos of a simulated member: its configuration, and tickets in a cache of its own."""

from __future__ import annotations

import os
from pathlib import Path

import krb5

from appstream_simulator.windows.domain.join_errors import JoinError

# krb5 error codes (RFC 4120 7.5.9 from MIT's error table base -1765328384, and MIT's own) and what Windows calls them.
_CODES = {
    -1765328378: "ERROR_LOGON_FAILURE",  # KDC_ERR_C_PRINCIPAL_UNKNOWN
    -1765328366: "ERROR_LOGON_FAILURE",  # KDC_ERR_CLIENT_REVOKED: disabled, locked out or expired
    -1765328361: "NERR_PASSWORD_EXPIRED",  # KDC_ERR_KEY_EXPIRED: also one that must be changed at the next logon
    -1765328360: "ERROR_LOGON_FAILURE",  # KDC_ERR_PREAUTH_FAILED
    -1765328353: "ERROR_LOGON_FAILURE",  # KRB_AP_ERR_BAD_INTEGRITY: the same of older KDCs
    -1765328230: "ERROR_NO_SUCH_DOMAIN",  # KRB5_REALM_UNKNOWN
    -1765328228: "ERROR_NO_SUCH_DOMAIN",  # KRB5_KDC_UNREACH
}


def use_configuration(configuration: Path, cache: str) -> None:
    """Make this process's Kerberos that of a simulated machine."""
    os.environ.update(KRB5_CONFIG=str(configuration), KRB5CCNAME=cache, KRB5_KTNAME="FILE:/dev/null")


def ticket_by_password(user: str, realm: str, password: str) -> None:
    """Put a ticket of a user into the cache.

    Args:
        user: a name of the realm, or a user principal name.

    Raises:
        JoinError: the domain does not give it.
    """
    context = krb5.init_context()
    flags, name = krb5.PrincipalParseFlags.none, f"{user}@{realm}"
    if "@" in user:
        # An enterprise name: the domain knows which account it is.
        flags, name = krb5.PrincipalParseFlags.enterprise, user
        krb5.set_default_realm(context, realm.encode())
    principal = krb5.parse_name_flags(context, name.encode(), flags)
    options = krb5.get_init_creds_opt_alloc(context)
    krb5.get_init_creds_opt_set_canonicalize(options, "@" in user)
    try:
        credentials = krb5.get_init_creds_password(context, principal, options, password=password.encode())
    except krb5.Krb5Error as error:
        raise _join_error(error) from None
    _store(context, credentials)


def ticket_by_keytab(principal: str, keytab: Path) -> None:
    """Put a ticket of a computer account into the cache.

    Raises:
        JoinError: the domain does not give it.
    """
    context = krb5.init_context()
    name = krb5.parse_name_flags(context, principal.encode())
    options = krb5.get_init_creds_opt_alloc(context)
    try:
        keys = krb5.kt_resolve(context, f"FILE:{keytab}".encode())
        credentials = krb5.get_init_creds_keytab(context, name, options, keys)
    except krb5.Krb5Error as error:
        raise _join_error(error) from None
    _store(context, credentials)


def _store(context: krb5.Context, credentials: krb5.Creds) -> None:
    cache = krb5.cc_default(context)
    krb5.cc_initialize(context, cache, credentials.client)
    krb5.cc_store_cred(context, cache, credentials)


def _join_error(error: krb5.Krb5Error) -> JoinError:
    return JoinError(_CODES.get(error.err_code, "INTERNAL_SERVICE_ERROR"), f"Kerberos: {error}")
