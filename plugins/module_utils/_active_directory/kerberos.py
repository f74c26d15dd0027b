# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Kerberos tickets for this process, from a user name and password or from the controller's own ticket cache."""

from __future__ import annotations

import os

from .errors import ActiveDirectoryError

try:
    import krb5

    KRB5_IMPORT_ERROR = None
except ImportError as error:
    krb5 = None
    KRB5_IMPORT_ERROR = str(error)

_CREDENTIALS = ActiveDirectoryError.CREDENTIALS
_UNREACHABLE = ActiveDirectoryError.UNREACHABLE
# Error numbers of MIT krb5 (krb5_err.et: base -1765328384 plus the protocol's number, RFC 4120 7.5.9).
_CAUSES = {
    -1765328378: (
        _CREDENTIALS,
        "The domain does not know the account {principal}",
        "Check the user name, and its realm.",
    ),
    -1765328360: (_CREDENTIALS, "The password of {principal} is wrong", "Give the right password."),
    -1765328353: (_CREDENTIALS, "The password of {principal} is wrong", "Give the right password."),
    -1765328361: (
        _CREDENTIALS,
        "The password of {principal} has expired or must be changed",
        "Set a new password, or let it never expire for an account that only automation uses.",
    ),
    -1765328366: (
        _CREDENTIALS,
        "The account {principal} is disabled, locked out, expired or outside its logon hours",
        "Enable or unlock the account.",
    ),
    -1765328372: (
        _CREDENTIALS,
        "A policy of the domain does not let {principal} log on",
        "Look at its logon restrictions.",
    ),
    -1765328347: (
        _CREDENTIALS,
        "The clocks of this machine and of the domain controller differ too much",
        "Kerberos tolerates 5 minutes: let both synchronise their time.",
    ),
    -1765328228: (
        _UNREACHABLE,
        "No domain controller of {realm} answers",
        "See that its DNS names resolve here and that TCP and UDP port 88 are open, or name the KDC in krb5.conf.",
    ),
    -1765328230: (
        _UNREACHABLE,
        "No domain controller of {realm} is known",
        "See that the domain's DNS servers are asked, or name the KDC in krb5.conf. A realm is written in upper case.",
    ),
    -1765328164: (
        _UNREACHABLE,
        "The name of the domain controller of {realm} cannot be resolved",
        "See that the domain's DNS servers are asked, or name the KDC in krb5.conf.",
    ),
}


def get_ticket(principal: str, password: str) -> None:
    """Log on and make the ticket this process's default; it lives in memory and ends with the process.

    The password goes to the domain controller encrypted and nowhere else: not through ``kinit``, whose arguments others
    could see, and into no file.

    Raises ActiveDirectoryError.
    """
    realm = principal.rpartition("@")[2]
    try:
        context = krb5.init_context()
        client = krb5.parse_name_flags(context, principal.encode())
        options = krb5.get_init_creds_opt_alloc(context)
        krb5.get_init_creds_opt_set_canonicalize(options, True)
        credentials = krb5.get_init_creds_password(context, client, options, password=password.encode())
        cache = krb5.cc_new_unique(context, b"MEMORY")
        krb5.cc_initialize(context, cache, credentials.client)
        krb5.cc_store_cred(context, cache, credentials)
    except krb5.Krb5Error as error:
        raise _failure(error.err_code, str(error), principal, realm) from None
    os.environ["KRB5CCNAME"] = f"MEMORY:{cache.name.decode()}"


def _failure(number: int, text: str, principal: str, realm: str) -> ActiveDirectoryError:
    kind, cause, remedy = _CAUSES.get(number, (ActiveDirectoryError.OTHER, text, ""))
    return ActiveDirectoryError(
        f"Kerberos gave no ticket for {principal}",
        cause=cause.format(principal=principal, realm=realm),
        remedy=remedy or None,
        kind=kind,
    )
