"""The certificate authority of the simulated machines.

Python 3.13 verifies with VERIFY_X509_STRICT: the CA must carry keyUsage and a subject key identifier, the server
certificate an authority key identifier, or `CERTIFICATE_VERIFY_FAILED` follows.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_FOR = datetime.timedelta(days=365)
CLOCK_SKEW = datetime.timedelta(days=1)


@dataclass(frozen=True)
class SelfSigned:
    """A certificate with its key as a machine keeps them; it vouches for itself unless the authority has issued it.

    Attributes:
        thumbprint: SHA-1 of the certificate, as Windows names it.
        not_after: seconds since the epoch.
        issued: it comes from the simulator's authority.
    """

    subject: str
    thumbprint: str
    not_after: float
    certificate_pem: bytes
    key_pem: bytes = field(repr=False)
    issued: bool = False


@dataclass(frozen=True)
class ServerCertificate:
    """A certificate and its key as PEM files, and the certificate's DER bytes (channel bindings hash them)."""

    certificate_path: Path
    key_path: Path
    der: bytes


class Authority:
    """Issues server certificates; keeps its own certificate and key, and theirs, in `state_directory`.

    An existing authority in the directory is used again, so that clients need to trust only one `ca.pem` per directory.
    """

    def __init__(self, state_directory: Path) -> None:
        self.state_directory = state_directory
        self.ca_path = state_directory / "ca.pem"
        self._key_path = state_directory / "ca.key"
        self._lock = threading.Lock()
        state_directory.mkdir(parents=True, exist_ok=True)
        if not (self.ca_path.exists() and self._key_path.exists()):
            self._create()
        self._certificate = x509.load_pem_x509_certificate(self.ca_path.read_bytes())
        self._key = _load_key(self._key_path)

    def _create(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "AppStream simulator CA")])
        certificate = (
            _builder(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write_key(self._key_path, _pem(key))
        self.ca_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def server_certificate(self, address: str, *dns_names: str) -> ServerCertificate:
        """Issue a certificate for an IP address and the given DNS names, replacing an earlier one for the address."""
        return self.files_of(address, self.issue(address, *dns_names))

    def issue(self, address: str, *dns_names: str) -> SelfSigned:
        """A certificate for an IP address and the given DNS names."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, dns_names[0] if dns_names else address)])
        names: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address(address))]
        names += [x509.DNSName(name) for name in dict.fromkeys(dns_names)]
        certificate = (
            _builder(subject, self._certificate.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return _kept(certificate, f"CN={dns_names[0] if dns_names else address}", _pem(key), issued=True)

    def files_of(self, address: str, certificate: SelfSigned) -> ServerCertificate:
        """Files with a machine's own certificate, replacing an earlier one for the address."""
        return self._write(address, x509.load_pem_x509_certificate(certificate.certificate_pem), certificate.key_pem)

    def _write(self, address: str, certificate: x509.Certificate, key: bytes) -> ServerCertificate:
        directory = self.state_directory / "certificates"
        written = ServerCertificate(
            directory / f"{address}.pem",
            directory / f"{address}.key",
            certificate.public_bytes(serialization.Encoding.DER),
        )
        with self._lock:
            directory.mkdir(exist_ok=True)
            _write_key(written.key_path, key)
            written.certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return written


def self_signed(dns_name: str) -> SelfSigned:
    """What `New-SelfSignedCertificate -DnsName` makes: RSA, 2048 bits, for a year, for client and server."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, dns_name)])
    usages = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
    certificate = (
        _builder(name, name, key.public_key())
        .add_extension(_key_usage(signs_certificates=False, enciphers_keys=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(dns_name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _kept(certificate, f"CN={dns_name}", _pem(key))


def _kept(certificate: x509.Certificate, subject: str, key: bytes, *, issued: bool = False) -> SelfSigned:
    return SelfSigned(
        subject=subject,
        thumbprint=certificate.fingerprint(hashes.SHA1()).hex().upper(),
        not_after=certificate.not_valid_after_utc.timestamp(),
        certificate_pem=certificate.public_bytes(serialization.Encoding.PEM),
        key_pem=key,
        issued=issued,
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, signs_certificates: bool, enciphers_keys: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=enciphers_keys,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_key(path: Path, pem: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} holds no elliptic curve key; delete it to have a new authority made")
    return key
