# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Kerberos at the accepting end: security contexts with a machine's own keys, and who is at the other end.

Needs python-gssapi (MIT Kerberos), which pyspnego has as its extra `kerberos`. Only machines that are members of a
domain come here.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import gssapi
import gssapi.raw
import spnego
from spnego._context import GSSMech
from spnego._gss import GSSAPIProxy
from spnego._negotiate import NegotiateProxy
from spnego._spnego import NegTokenInit, unpack_token

from appstream_simulator.windows.protocol.pac import LogonInformation, PacError, parse

# Otherwise a refused ticket, for which there is an error token, is no error, and pyspnego fails over its context.
gssapi.SecurityContext.__DEFER_STEP_ERRORS__ = False

_LOGON_INFORMATION = b"urn:mspac:logon-info"
_NTLM = b"NTLMSSP\0"
# Microsoft's and a draft's spelling of Kerberos' identifier; Windows clients offer the former first.
_KERBEROS = frozenset({GSSMech.kerberos.value, GSSMech._ms_kerberos.value, GSSMech._kerberos_draft.value})


def mechanism(token: bytes, *, kerberos: bool) -> str | None:
    """`kerberos` or `ntlm`, whichever allowed one a first token prefers; None when it offers neither.

    Args:
        token: SPNEGO, or a bare token of either.
        kerberos: whether Kerberos is allowed.
    """
    if token.startswith(_NTLM):
        return "ntlm"
    try:
        unpacked = unpack_token(token)
    except (ValueError, IndexError, struct.error):  # whatever ASN.1 of a stranger's making leads to
        return None
    if not isinstance(unpacked, NegTokenInit):
        return "kerberos" if kerberos else None
    for offered in unpacked.mech_types:
        if offered in _KERBEROS and kerberos:
            return "kerberos"
        if offered == GSSMech.ntlm.value:
            return "ntlm"
    return None


def acceptor(chosen: str, keytab: Path) -> Any:
    """A security context (of pyspnego) that accepts tokens of the chosen mechanism, in SPNEGO or bare.

    pyspnego's own way to an acceptor takes the keys from the process' environment, which all machines share. So this
    relies on two of its internals (as of 0.12): `_gssapi_credential`, the credential a GSSAPIProxy is to use, and
    `_negotiate_contexts`, the inner contexts a NegotiateProxy may choose from - here exactly one, because it does not
    compare what it is given with what the client offers.
    """
    if chosen == "ntlm":
        inner: Any = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        inner._is_wrapped = True
        return NegotiateProxy(usage="accept", _negotiate_contexts={GSSMech.ntlm: inner})
    keys = gssapi.raw.acquire_cred_from({b"keytab": str(keytab).encode()}, usage="accept").creds
    inner = GSSAPIProxy(usage="accept", _gssapi_credential=gssapi.Credentials(base=keys))
    inner._is_wrapped = True
    return NegotiateProxy(usage="accept", _negotiate_contexts={GSSMech.kerberos: inner})


def delegated(context: Any) -> bool:
    """Whether the client of a complete `acceptor` context has handed over a ticket for the way on."""
    return bool(context.context_attr & spnego.ContextReq.delegate)


def logon_information(context: Any) -> LogonInformation:
    """Who is at the other end of a complete `acceptor` context of Kerberos.

    The GSS-API context is in an internal of pyspnego's (as of 0.12).

    Raises:
        PacError: the ticket says nothing that can be relied on.
    """
    name = context._context._context.initiator_name
    try:
        attribute = gssapi.raw.get_name_attribute(name, _LOGON_INFORMATION)
    except gssapi.raw.GSSError as error:
        raise PacError("the ticket has no authorization data of Active Directory") from error
    if not attribute.authenticated or not attribute.values:
        raise PacError("the ticket's authorization data is not authenticated")
    return parse(attribute.values[0])
