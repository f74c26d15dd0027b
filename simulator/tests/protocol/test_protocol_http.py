# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The HTTP side seen by plain sockets, and message encryption."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterator

import pytest
import spnego
from appstream_simulator.windows.protocol import message_encryption
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.listener import Listener
from appstream_simulator.windows.protocol.ntlm_credentials import NtlmCredentials
from hypothesis import given
from hypothesis import strategies as st

PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"


@pytest.fixture
def plain(listener: Listener, address: str) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(address, 5985, timeout=10)
    yield connection
    connection.close()


def test_the_challenge_without_tls_offers_no_basic(plain: http.client.HTTPConnection) -> None:
    plain.request("POST", "/wsman", body=b"")
    answer = plain.getresponse()

    assert answer.status == 401
    assert answer.headers.get_all("WWW-Authenticate") == ["Negotiate", "CredSSP"]


def test_the_challenge_over_tls_offers_basic(listener: Listener, address: str, authority: Authority) -> None:
    context = ssl.create_default_context(cafile=str(authority.ca_path))
    connection = http.client.HTTPSConnection(address, 5986, context=context, timeout=10)
    connection.request("POST", "/wsman", body=b"")
    answer = connection.getresponse()

    assert answer.status == 401
    assert 'Basic realm="WSMAN"' in (answer.headers.get_all("WWW-Authenticate") or [])
    connection.close()


def test_a_connection_serves_many_requests(plain: http.client.HTTPConnection) -> None:
    for _ in range(3):
        plain.request("POST", "/wsman", body=b"x" * 1000)
        answer = plain.getresponse()
        answer.read()
        assert answer.status == 401
        assert plain.sock is not None


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/wsman", {}, 501),
        ("POST", "/other", {}, 404),
        ("POST", "/wsman?PSVersion=5.1", {}, 401),
        ("POST", "/wsman", {"Content-Length": "99999999999"}, 413),
        ("POST", "/wsman", {"Content-Length": "-1"}, 400),
        ("POST", "/wsman", {"Authorization": "Negotiate !!!"}, 401),
        ("POST", "/wsman", {"Authorization": "Negotiate AAAA"}, 401),
        ("POST", "/wsman", {"Authorization": "Kerberos AAAA"}, 401),
        ("POST", "/wsman", {"Authorization": "Basic"}, 401),
    ],
)
def test_odd_requests(
    plain: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    plain.request(method, path, headers={"Content-Length": "0", **headers})

    assert plain.getresponse().status == status


def test_garbage_does_not_disturb_the_listener(listener: Listener, address: str) -> None:
    for port in (5985, 5986):
        with socket.create_connection((address, port), timeout=10) as sock:
            sock.sendall(b"\x16\x03\x01garbage\r\n\r\n")
            sock.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                while sock.recv(4096):
                    pass
    with socket.create_connection((address, 5985), timeout=10) as sock:
        sock.sendall(b"POST /wsman HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        assert sock.recv(12) == b"HTTP/1.1 401"


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[spnego.ContextProxy, spnego.ContextProxy]:
    """An established NTLM context: client and server."""
    credentials = NtlmCredentials(tmp_path_factory.mktemp("ntlm") / "accounts")
    client = spnego.client("user", "password", protocol="ntlm")
    with credentials.in_force({"user": "password"}, "PC"):
        server = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        server.step(client.step(server.step(client.step())))
    assert server.complete
    return client, server


@given(body=st.binary(max_size=3000))
def test_what_is_sealed_can_be_opened(contexts: tuple[spnego.ContextProxy, spnego.ContextProxy], body: bytes) -> None:
    client, server = contexts
    content_type, sealed = message_encryption.encrypt(server, PROTOCOL, body)

    assert message_encryption.protocol_of(content_type) == PROTOCOL
    assert message_encryption.decrypt(client, PROTOCOL, sealed) == body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no boundary",
        b"--Encrypted Boundary\r\nLength=5\r\n",
        b"--Encrypted Boundary\r\nnothing\r\n--Encrypted Boundary\r\nxx--Encrypted Boundary--\r\n",
    ],
)
def test_malformed_encrypted_bodies(contexts: tuple[spnego.ContextProxy, spnego.ContextProxy], body: bytes) -> None:
    with pytest.raises(message_encryption.EncryptionError):
        message_encryption.decrypt(contexts[0], PROTOCOL, body)
