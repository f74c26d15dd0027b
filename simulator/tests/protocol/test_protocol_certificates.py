# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Logging on with a certificate: asked by pywinrm, pypsrp and OpenSSL."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypsrp.exceptions
import pytest
import requests
import winrm.exceptions
from appstream_simulator.windows.protocol import client_certificates, tls
from appstream_simulator.windows.protocol.access import Access
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.client_certificates import MUTUAL, CertificateMapping
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.listener import Listener
from client_authority import DAY, ClientAuthority
from cryptography.x509.oid import ExtendedKeyUsageOID
from fake_host import PASSWORD, FakeHost
from hypothesis import given
from hypothesis import strategies as st
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan
from winrm_client import protocol, run

Start = Callable[..., None]


@pytest.fixture(scope="module")
def clients() -> ClientAuthority:
    return ClientAuthority()


@pytest.fixture
def start(
    host: FakeHost, address: str, authority: Authority, faults: WindowsFaults, clients: ClientAuthority
) -> Iterator[Start]:
    """Starts a listener that takes certificates of `clients` for the Administrator, unless told otherwise."""
    mapping = CertificateMapping(clients.certificate, "installer@localhost", "Administrator", PASSWORD)
    listeners = []

    def start(**settings: Any) -> None:
        access = Access(**{"client_certificates": True, "mappings": (mapping,), **settings})
        listeners.append(Listener(host, address, authority, faults, access))
        listeners[-1].start()

    yield start
    for listener in listeners:
        listener.stop()
    assert host.journal.entries("error") == []


def pywinrm(host: FakeHost, authority: Authority, certificate: dict[str, str]) -> bytes:
    options = {"username": None, "password": None, "ca_trust_path": str(authority.ca_path), **certificate}
    return run(protocol(host, "https", transport="certificate", **options), "hostname")[0]


@pytest.mark.parametrize("tls13", [False, True], ids=["TLS 1.2", "TLS 1.3"])
def test_both_clients_get_in(
    start: Start, host: FakeHost, authority: Authority, clients: ClientAuthority, tmp_path: Path, tls13: bool
) -> None:
    start(tls13=tls13)
    certificate = clients.issue(tmp_path)

    assert pywinrm(host, authority, certificate) == b"BUILDER\r\n"
    connection = WSMan(
        host.address,
        auth="certificate",
        certificate_pem=certificate["cert_pem"],
        certificate_key_pem=certificate["cert_key_pem"],
        cert_validation=str(authority.ca_path),
    )
    with connection, RunspacePool(connection) as pool:
        shell = PowerShell(pool)
        shell.add_script("hostname")
        shell.invoke()
        assert shell.output == ["BUILDER"]

    accepted = host.journal.entries("auth", outcome="accepted")
    assert {(entry["scheme"], entry["user"]) for entry in accepted} == {("Certificate", "Administrator")}


def test_a_self_signed_certificate_is_its_own_issuer(
    start: Start, host: FakeHost, authority: Authority, clients: ClientAuthority, tmp_path: Path
) -> None:
    certificate, paths = clients.issue_self_signed(tmp_path)
    start(mappings=(CertificateMapping(certificate, "*@localhost", "Administrator", PASSWORD),))

    assert pywinrm(host, authority, paths) == b"BUILDER\r\n"


@pytest.mark.parametrize("tls13", [False, True], ids=["TLS 1.2", "TLS 1.3"])
@pytest.mark.parametrize(
    ("settings", "issued", "reason"),
    [
        ({"client_certificates": False}, {}, "scheme not allowed"),
        ({"mappings": ()}, {}, "no mapping for the certificate's issuer"),
        ({}, {"upn": "somebody@localhost"}, "no mapping for the certificate's subject"),
        ({}, {"valid_for": -DAY}, "the certificate has expired or is not valid yet"),
    ],
    ids=["off", "not mapped", "another subject", "expired"],
)
def test_refusals(
    start: Start,
    host: FakeHost,
    authority: Authority,
    clients: ClientAuthority,
    tmp_path: Path,
    tls13: bool,
    settings: dict[str, Any],
    issued: dict[str, Any],
    reason: str,
) -> None:
    start(tls13=tls13, **settings)

    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        pywinrm(host, authority, clients.issue(tmp_path, **issued))

    assert [entry["reason"] for entry in host.journal.entries("auth")] == [reason]


def test_another_authority_of_the_same_name(start: Start, host: FakeHost, authority: Authority, tmp_path: Path) -> None:
    start()
    certificate = ClientAuthority().issue(tmp_path)

    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        pywinrm(host, authority, certificate)
    connection = WSMan(
        host.address,
        auth="certificate",
        certificate_pem=certificate["cert_pem"],
        certificate_key_pem=certificate["cert_key_pem"],
        cert_validation=str(authority.ca_path),
    )
    with connection, pytest.raises(pypsrp.exceptions.AuthenticationError), RunspacePool(connection):
        pass

    assert {entry["reason"] for entry in host.journal.entries("auth")} == {"no mapping for the certificate's issuer"}


def test_a_new_password_of_the_account_breaks_the_mapping(
    start: Start, host: FakeHost, authority: Authority, clients: ClientAuthority, tmp_path: Path
) -> None:
    start()
    host.users["Administrator"] = "another"

    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        pywinrm(host, authority, clients.issue(tmp_path))


def test_a_certificate_for_servers_ends_the_handshake(
    start: Start, host: FakeHost, authority: Authority, clients: ClientAuthority, tmp_path: Path
) -> None:
    start(tls13=False)
    certificate = clients.issue(tmp_path, usage=ExtendedKeyUsageOID.SERVER_AUTH)

    with pytest.raises((requests.exceptions.SSLError, requests.exceptions.ConnectionError)):
        pywinrm(host, authority, certificate)

    assert not host.journal.entries("auth", outcome="accepted")


@pytest.mark.parametrize("tls13", [False, True], ids=["TLS 1.2", "TLS 1.3"])
def test_passwords_still_do(start: Start, host: FakeHost, authority: Authority, tls13: bool) -> None:
    start(tls13=tls13)

    client = protocol(host, "https", ca_trust_path=str(authority.ca_path))

    assert run(client, "hostname")[0] == b"BUILDER\r\n"


@pytest.mark.parametrize(("tls13", "offers", "status"), [(False, False, 401), (True, True, 401), (True, False, None)])
def test_who_has_no_certificate(
    start: Start, authority: Authority, address: str, tls13: bool, offers: bool, status: int | None
) -> None:
    start(tls13=tls13)
    context = ssl.create_default_context(cafile=str(authority.ca_path))
    context.post_handshake_auth = offers
    connection = http.client.HTTPSConnection(address, 5986, context=context, timeout=10)
    connection.request("POST", "/wsman", headers={"Authorization": MUTUAL, "Content-Length": "0"})

    if status is None:
        with pytest.raises((ConnectionError, ssl.SSLError)):
            connection.getresponse()
    else:
        assert connection.getresponse().status == status
    connection.close()


def test_without_tls_there_are_no_certificates(start: Start, address: str) -> None:
    start()

    answer = requests.post(f"http://{address}:5985/wsman", headers={"Authorization": MUTUAL}, timeout=5)

    assert answer.status_code == 401


@given(message=st.binary(max_size=80), tls13=st.booleans())
def test_any_bytes_are_read_as_a_certificate_message(message: bytes, tls13: bool) -> None:
    assert tls.leaf(message, tls13=tls13) in message


@given(certificate=st.binary(min_size=1, max_size=20))
def test_the_first_certificate_of_a_message(certificate: bytes) -> None:
    entry = len(certificate).to_bytes(3) + certificate
    tls12 = b"\x0b\0\0\0" + len(entry).to_bytes(3) + entry
    tls13 = b"\x0b\0\0\0" + b"\x02xy" + len(entry).to_bytes(3) + entry + b"\0\0"

    assert tls.leaf(tls12, tls13=False) == certificate
    assert tls.leaf(tls13, tls13=True) == certificate


def test_a_certificate_for_servers_only(clients: ClientAuthority, tmp_path: Path) -> None:
    pem = Path(clients.issue(tmp_path, usage=ExtendedKeyUsageOID.SERVER_AUTH)["cert_pem"]).read_text()
    mapping = CertificateMapping(clients.certificate, "*", "Administrator", PASSWORD)

    with pytest.raises(client_certificates.CertificateRefusedError, match="not for client authentication"):
        client_certificates.mapped([mapping], ssl.PEM_cert_to_DER_cert(pem), time.time(), lambda *_: True)
