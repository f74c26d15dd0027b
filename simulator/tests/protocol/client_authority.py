# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates of clients that log on with them, as `openssl` makes them."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
DAY = datetime.timedelta(days=1)


class ClientAuthority:
    """An authority for clients."""

    def __init__(self, name: str = "Clients") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = (
            _builder(self._name, self._name, self._key, 365 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def issue(
        self,
        folder: Path,
        upn: str = "installer@localhost",
        valid_for: datetime.timedelta = DAY,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.CLIENT_AUTH,
    ) -> dict[str, str]:
        """Write a certificate and its key; their paths by pywinrm's names."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "installer")])
        utf8 = upn.encode()
        certificate = (
            _builder(name, self._name, key, valid_for)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([x509.OtherName(UPN, bytes([0x0C, len(utf8)]) + utf8)]), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        return write(folder, certificate, key)

    def issue_self_signed(self, folder: Path) -> tuple[x509.Certificate, dict[str, str]]:
        """The same, signed with its own key."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "installer")])
        names = x509.SubjectAlternativeName([x509.OtherName(UPN, b"\x0c\x13installer@localhost")])
        certificate = (
            _builder(name, name, self._key, DAY)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(names, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return certificate, write(folder, certificate, self._key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, valid_for: datetime.timedelta
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * DAY)
        .not_valid_after(now + valid_for)
    )


def write(folder: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    paths = {"cert_pem": folder / "client.pem", "cert_key_pem": folder / "client.key"}
    paths["cert_pem"].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths["cert_key_pem"].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return {name: str(path) for name, path in paths.items()}
