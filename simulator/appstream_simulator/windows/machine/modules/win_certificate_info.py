# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_certificate_info; the texts of all extensions are those of ones that Windows does not know."""

from __future__ import annotations

import base64
import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appstream_simulator.windows.protocol.certificates import SelfSigned

from .. import certificate_stores
from .task import Option, Task

OPTIONS = {
    "thumbprint": Option(),
    "store_name": Option(default="My"),
    "store_location": Option(default="LocalMachine"),
}

_FIELDS = {
    "2.5.29.14": "Subject Key Identifier",
    "2.5.29.15": "Key Usage",
    "2.5.29.17": "Subject Alternative Name",
    "2.5.29.19": "Basic Constraints",
    "2.5.29.31": "CRL Distribution Points",
    "2.5.29.35": "Authority Key Identifier",
    "2.5.29.37": "Enhanced Key Usage",
}
_PURPOSES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "Server Authentication",
    ExtendedKeyUsageOID.CLIENT_AUTH: "Client Authentication",
    ExtendedKeyUsageOID.CODE_SIGNING: "Code Signing",
}
# Names of .NET's X509KeyUsageFlags in the order in which it prints them.
_KEY_USAGES = (
    ("CrlSign", "crl_sign"),
    ("KeyCertSign", "key_cert_sign"),
    ("KeyAgreement", "key_agreement"),
    ("DataEncipherment", "data_encipherment"),
    ("KeyEncipherment", "key_encipherment"),
    ("NonRepudiation", "content_commitment"),
    ("DigitalSignature", "digital_signature"),
)


def run(task: Task) -> dict[str, Any]:
    """The certificates of a store, or the one with a thumbprint."""
    options = task.options(OPTIONS)
    name = certificate_stores.name_of(options["store_name"])
    if name is None:
        shown = 'Exception calling "Open" with "1" argument(s): "The system cannot find the file specified.\r\n"'
        task.fail(f"Unhandled exception while executing module: {shown}")
    user = task.machine.identifier(task.call.user)
    store = certificate_stores.store(task.disk, options["store_location"], name, user)
    wanted = options["thumbprint"]
    found = [item for thumbprint, item in sorted(store.items()) if wanted is None or thumbprint == wanted.upper()]
    return {"exists": bool(found), "certificates": [_described(item) for item in found]}


def _described(stored: SelfSigned) -> dict[str, Any]:
    certificate = x509.load_pem_x509_certificate(stored.certificate_pem)
    subject = _simple_name(certificate.subject)
    public_key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "archived": False,
        "friendly_name": "",
        "thumbprint": stored.thumbprint,
        "subject": certificate_stores.distinguished_name(certificate.subject),
        "issuer": certificate_stores.distinguished_name(certificate.issuer),
        "valid_from": certificate.not_valid_before_utc.timestamp(),
        "valid_from_iso8601": _moment(certificate.not_valid_before_utc),
        "valid_to": certificate.not_valid_after_utc.timestamp(),
        "valid_to_iso8601": _moment(certificate.not_valid_after_utc),
        "serial_number": f"{certificate.serial_number:X}",
        "version": certificate.version.value + 1,
        "has_private_key": bool(stored.key_pem),
        "issued_by": _simple_name(certificate.issuer),
        "issued_to": subject,
        "signature_algorithm": _algorithm(certificate),
        "dns_names": [subject, *_dns_names(certificate)],
        "raw": base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode(),
        "public_key": base64.b64encode(public_key).decode(),
        "extensions": [_extension(item) for item in certificate.extensions],
        **_usages(certificate),
    }


def _moment(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _simple_name(name: x509.Name) -> str:
    attributes = name.get_attributes_for_oid(NameOID.COMMON_NAME) or list(name)
    return str(attributes[0].value) if attributes else ""


def _algorithm(certificate: x509.Certificate) -> str:
    digest = certificate.signature_hash_algorithm.name if certificate.signature_hash_algorithm else ""
    kind = "ECDSA" if "ecdsa" in str(certificate.signature_algorithm_oid._name).lower() else "RSA"
    return f"{digest}{kind}"


def _dns_names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.DNSName)


def _extension(extension: x509.Extension[x509.ExtensionType]) -> dict[str, Any]:
    identifier = extension.oid.dotted_string
    value = extension.value.public_bytes().hex(" ")
    return {"critical": extension.critical, "field": _FIELDS.get(identifier), "value": value}


def _usages(certificate: x509.Certificate) -> dict[str, Any]:
    """What the module adds for extensions it knows."""
    found: dict[str, Any] = {}
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints):
            found |= {"is_ca": value.ca, "path_length_constraint": value.path_length or 0}
        elif isinstance(value, x509.ExtendedKeyUsage):
            found["intended_purposes"] = [_PURPOSES.get(item, item.dotted_string) for item in value]
        elif isinstance(value, x509.KeyUsage):
            found["key_usages"] = [name for name, attribute in _KEY_USAGES if getattr(value, attribute)]
        elif isinstance(value, x509.SubjectKeyIdentifier):
            found["ski"] = value.digest.hex().upper()
    return found
