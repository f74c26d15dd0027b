# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Logging on with a certificate: which account one stands for (`winrm enumerate winrm/config/service/certmapping`).

A mapping names the issuer by its certificate, the subject by the user principal name in the certificate's subject
alternative name, and a local account with its password. Certificates are held to come from the issuer itself, or to be
it when they are self-signed; chains over further authorities are not followed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

# The Authorization header of clients that log on with a certificate (DSP0226, security profile https/mutual).
MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
_USER_PRINCIPAL_NAME = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
_UTF8_STRING = 0x0C


@dataclass(frozen=True)
class CertificateMapping:
    """One mapping.

    Attributes:
        issuer: certificate of the authority.
        subject: user principal name, or a pattern with `*`.
        account: local account that the certificate stands for.
        password: of the account when the mapping was made. Windows logs on with it, so a later one breaks the mapping.
    """

    issuer: x509.Certificate
    subject: str
    account: str
    password: str = field(repr=False)


class CertificateRefusedError(ValueError):
    """The certificate stands for nobody here; the message says why."""


def mapped(
    mappings: Sequence[CertificateMapping],
    certificate: bytes | None,
    now: float,
    check_password: Callable[[str, str], bool],
) -> str:
    """The account that a client's certificate (DER) stands for at a moment in seconds since the epoch.

    Raises CertificateRefusedError when it stands for none.
    """
    if certificate is None:
        raise CertificateRefusedError("no certificate")
    presented = x509.load_der_x509_certificate(certificate)
    moment = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
    if not presented.not_valid_before_utc <= moment <= presented.not_valid_after_utc:
        raise CertificateRefusedError("the certificate has expired or is not valid yet")
    if not _for_clients(presented):
        raise CertificateRefusedError("the certificate is not for client authentication")
    issued = [mapping for mapping in mappings if _comes_from(presented, mapping.issuer)]
    if not issued:
        raise CertificateRefusedError("no mapping for the certificate's issuer")
    names = user_principal_names(presented)
    mapping = next((one for one in issued if any(_matches(one.subject, name) for name in names)), None)
    if mapping is None:
        raise CertificateRefusedError("no mapping for the certificate's subject")
    if not check_password(mapping.account, mapping.password):
        raise CertificateRefusedError("the account's password is no longer that of the mapping")
    return mapping.account


def _matches(subject: str, name: str) -> bool:
    """Whether a name is one of a mapping's, in which asterisks stand for any text."""
    first, *others = subject.lower().split("*")
    rest = name.lower()
    if not others:
        return rest == first
    if not rest.startswith(first):
        return False
    rest = rest.removeprefix(first)
    for part in others[:-1]:
        position = rest.find(part)
        if position < 0:
            return False
        rest = rest[position + len(part) :]
    return rest.endswith(others[-1])


def _comes_from(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if certificate == issuer:
        return True
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _for_clients(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE).value
    except x509.ExtensionNotFound:
        return True
    return isinstance(usage, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.CLIENT_AUTH in usage


def user_principal_names(certificate: x509.Certificate) -> list[str]:
    """The names of type UPN in the subject alternative name."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [
        text
        for name in names.get_values_for_type(x509.OtherName)
        if name.type_id == _USER_PRINCIPAL_NAME and (text := _utf8_string(name.value))
    ]


def _utf8_string(der: bytes) -> str:
    """An ASN.1 UTF8String of up to 127 bytes; longer ones and other types are no names of ours."""
    if len(der) < 2 or der[0] != _UTF8_STRING or der[1] != len(der) - 2:
        return ""
    return der[2:].decode("utf-8", "replace")
