# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A WinRM service that is not simply open: what its settings, its certificate and its firewall let through."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import winrm.exceptions
from appstream_simulator.windows.protocol.access import Access
from appstream_simulator.windows.protocol.certificates import Authority, self_signed
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.listener import Listener
from fake_host import FakeHost
from requests_credssp.exceptions import AuthenticationException
from winrm_client import protocol, run

Start = Callable[..., Listener]


@pytest.fixture
def start(host: FakeHost, address: str, authority: Authority, faults: WindowsFaults) -> Iterator[Start]:
    """Starts the listener of `host` with the given settings."""
    listeners = []

    def start(**settings: Any) -> Listener:
        listener = Listener(host, address, authority, faults, Access(**settings))
        listener.start()
        listeners.append(listener)
        return listener

    yield start
    for listener in listeners:
        listener.stop()


def answers(address: str, port: int) -> bool:
    with socket.socket() as sock:
        sock.settimeout(5)
        return sock.connect_ex((address, port)) == 0


def challenges(address: str) -> str:
    return requests.post(f"http://{address}:5985/wsman", timeout=5).headers.get("WWW-Authenticate", "")


@pytest.mark.parametrize(("http", "https"), [(True, False), (False, True), (False, False)])
def test_only_the_ports_of_listeners_are_open(start: Start, address: str, http: bool, https: bool) -> None:
    start(http=http, https=https)

    assert (answers(address, 5985), answers(address, 5986)) == (http, https)


@pytest.mark.parametrize(
    ("settings", "offered"),
    [
        ({}, ["Negotiate", "CredSSP"]),
        ({"basic": True, "unencrypted": True}, ["Negotiate", "CredSSP", 'Basic realm="WSMAN"']),
        ({"credssp": False}, ["Negotiate"]),
        ({"negotiate": False}, ["CredSSP"]),
        ({"negotiate": False, "credssp": False}, []),
    ],
)
def test_challenges(start: Start, address: str, settings: dict[str, bool], offered: list[str]) -> None:
    start(**settings)

    assert [text for text in challenges(address).split(", ") if text] == offered


def test_basic_over_http_needs_both_settings(start: Start, host: FakeHost) -> None:
    start(basic=True, unencrypted=True)

    assert run(protocol(host, transport="basic"), "hostname")[2] == 0


@pytest.mark.parametrize(
    ("settings", "transport"), [({"negotiate": False}, "ntlm"), ({"credssp": False}, "credssp"), ({}, "basic")]
)
def test_a_scheme_that_is_not_allowed(start: Start, host: FakeHost, settings: dict[str, bool], transport: str) -> None:
    start(**settings)

    with pytest.raises((winrm.exceptions.WinRMError, AuthenticationException)):
        protocol(host, transport=transport).open_shell()

    assert not host.journal.entries("auth", outcome="accepted")


def test_a_scheme_that_was_not_offered_is_refused(start: Start, host: FakeHost, address: str) -> None:
    start(negotiate=False)

    answer = requests.post(f"http://{address}:5985/wsman", headers={"Authorization": "Negotiate AAAA"}, timeout=5)

    assert answer.status_code == 401
    assert [entry["reason"] for entry in host.journal.entries("auth")] == ["scheme not allowed"]


def test_shells_can_be_forbidden(start: Start, host: FakeHost) -> None:
    start(shells=False)

    with pytest.raises(winrm.exceptions.WinRMError, match="Access is denied"):
        protocol(host).open_shell()


def test_a_certificate_of_the_machine_s_own(start: Start, host: FakeHost, address: str, authority: Authority) -> None:
    own = self_signed("builder.corp.example.com")
    start(certificate=authority.files_of(address, own))

    served = ssl.get_server_certificate((address, 5986))

    assert ssl.PEM_cert_to_DER_cert(served) == ssl.PEM_cert_to_DER_cert(own.certificate_pem.decode())
    with pytest.raises(requests.exceptions.SSLError):
        protocol(host, "https", ca_trust_path=str(authority.ca_path)).open_shell()
    client = protocol(host, "https", server_cert_validation="ignore")
    assert run(client, "hostname")[2] == 0


def test_who_is_kept_out_waits_and_others_do_not(start: Start, host: FakeHost, address: str) -> None:
    start(keeps_out=lambda source, port: "firewall" if (source, port) == (address, 5985) else None)
    with socket.create_connection((address, 5985), 5, source_address=(address, 0)) as waiting:
        waiting.sendall(b"POST /wsman HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        waiting.settimeout(0.5)

        assert run(protocol(host), "hostname")[2] == 0
        with pytest.raises(TimeoutError):
            waiting.recv(1)
        with socket.create_connection((address, 5985), 5, source_address=(address, 0)):
            pass

    assert host.journal.entries("firewall") == [
        {**host.journal.entries("firewall")[0], "source": address, "port": 5985, "reason": "firewall"}
    ]


def test_power_off_ends_the_waiting(start: Start, host: FakeHost, address: str) -> None:
    listener = start(keeps_out=lambda _source, _port: "firewall")
    with socket.create_connection((address, 5985), 5) as waiting:
        waiting.sendall(b"x")
        waiting.settimeout(5)
        deadline = time.monotonic() + 5
        while not host.journal.entries("firewall") and time.monotonic() < deadline:
            time.sleep(0.01)
        listener.stop()

        with contextlib.suppress(ConnectionResetError):
            assert waiting.recv(1) == b""


def test_a_defect_of_the_firewall_lets_nobody_in_and_is_told(start: Start, host: FakeHost, address: str) -> None:
    def broken(_source: str, _port: int) -> str | None:
        raise KeyError("group")

    start(keeps_out=broken)
    for _attempt in range(2):
        with pytest.raises(requests.exceptions.Timeout):
            requests.get(f"http://{address}:5985/wsman", timeout=0.5)

    assert len(host.journal.entries("error")) == 2
