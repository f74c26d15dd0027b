# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The certificate stores of a machine and its users.

`LocalMachine\\My` are the disk's `certificates`; all others are kept by location and name, those of a user with his
identifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from appstream_simulator.windows.protocol.certificates import SelfSigned

if TYPE_CHECKING:
    from .disk import Disk

# Stores that Windows has from the beginning, by the names of the API.
NAMES = (
    "My",
    "Root",
    "CA",
    "AuthRoot",
    "Trust",
    "Disallowed",
    "TrustedPeople",
    "TrustedPublisher",
    "ClientAuthIssuer",
    "SmartCardRoot",
    "Remote Desktop",
    "WebHosting",
)
_SYNONYMS = {"certificateauthority": "CA", "addressbook": "AddressBook"}
WRONG_PASSWORD = "The specified network password is not correct."
NO_CERTIFICATE = "Cannot find the requested object."


class CertificateFileError(Exception):
    """A file holds no certificate, or its password is wrong: Windows' text."""


def name_of(name: str) -> str | None:
    """A store's own spelling; None when there is no such store."""
    wanted = _SYNONYMS.get(name.lower(), name).lower()
    return next((known for known in NAMES if known.lower() == wanted), None)


def store(disk: Disk, location: str, name: str, user: str) -> dict[str, SelfSigned]:
    """The certificates of a store by thumbprint, to read and to change.

    Args:
        location: LocalMachine or CurrentUser.
        user: security identifier of whoever asks.
    """
    if location.lower() == "localmachine" and name.lower() == "my":
        return disk.certificates
    key = f"{location}\\{name}".lower() if location.lower() == "localmachine" else f"{user}\\{name}".lower()
    return disk.other_certificates.setdefault(key, {})


def parse(data: bytes, password: str | None) -> list[SelfSigned]:
    """The certificates in a file: DER, PEM or PKCS #12.

    Raises:
        CertificateFileError: none of these, or the password does not open it.
    """
    if b"-----BEGIN CERTIFICATE-----" in data:
        try:
            return [_stored(item, b"") for item in x509.load_pem_x509_certificates(data)]
        except ValueError as error:
            raise CertificateFileError(NO_CERTIFICATE) from error
    try:
        return [_stored(x509.load_der_x509_certificate(data), b"")]
    except ValueError:
        return _parse_pkcs12(data, password)


def _parse_pkcs12(data: bytes, password: str | None) -> list[SelfSigned]:
    if not data.startswith(b"\x30"):
        raise CertificateFileError(NO_CERTIFICATE)
    try:
        content = pkcs12.load_pkcs12(data, password.encode() if password else None)
    except ValueError as error:
        raise CertificateFileError(WRONG_PASSWORD) from error
    key = b""
    if content.key is not None:
        key = content.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    own = [_stored(content.cert.certificate, key)] if content.cert else []
    return own + [_stored(item.certificate, b"") for item in content.additional_certs]


def _stored(certificate: x509.Certificate, key: bytes) -> SelfSigned:
    return SelfSigned(
        subject=distinguished_name(certificate.subject),
        thumbprint=certificate.fingerprint(hashes.SHA1()).hex().upper(),
        not_after=certificate.not_valid_after_utc.timestamp(),
        certificate_pem=certificate.public_bytes(serialization.Encoding.PEM),
        key_pem=key,
    )


def distinguished_name(name: x509.Name) -> str:
    """A name as Windows shows it: the most specific part first, separated by comma and space."""
    return ", ".join(
        f"{'S' if part.rfc4514_attribute_name == 'ST' else part.rfc4514_attribute_name}={part.value!s}"
        for relative in reversed(name.rdns)
        for part in relative
    )


def exported(certificate: SelfSigned, file_type: str, password: str | None) -> bytes:
    """A certificate as a file of the type der, pem or pkcs12 (that with its key)."""
    parsed = x509.load_pem_x509_certificate(certificate.certificate_pem)
    der = parsed.public_bytes(serialization.Encoding.DER)
    if file_type == "der":
        return der
    if file_type == "pem":
        return certificate.certificate_pem.replace(b"\n", b"\r\n").rstrip()
    key = serialization.load_pem_private_key(certificate.key_pem, None) if certificate.key_pem else None
    encryption = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return pkcs12.serialize_key_and_certificates(None, key, parsed, None, encryption)  # type: ignore[arg-type]  # any private key that such a file can hold


def type_of(data: bytes, password: str | None) -> str:
    """der, pem, pkcs12, or unknown."""
    if data.startswith(b"-----BEGIN CERTIFICATE-----"):
        return "pem"
    try:
        x509.load_der_x509_certificate(data)
    except ValueError:
        try:
            _parse_pkcs12(data, password)
        except CertificateFileError as error:
            return "pkcs12" if str(error) == WRONG_PASSWORD else "unknown"
        return "pkcs12"
    return "der"
