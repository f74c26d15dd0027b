# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who gets in, over which transport: asked by pywinrm."""

from __future__ import annotations

import base64
import hashlib
import http.client
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import spnego
import winrm.exceptions
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.listener import Listener
from fake_host import PASSWORD, FakeHost
from requests_credssp.exceptions import AuthenticationException, NTStatusException
from spnego.channel_bindings import GssChannelBindings
from winrm_client import protocol, run


def trusting(authority: Authority, scheme: str) -> dict[str, Any]:
    return {"ca_trust_path": str(authority.ca_path)} if scheme == "https" else {}


@pytest.mark.parametrize(
    ("transport", "scheme"),
    [("ntlm", "http"), ("ntlm", "https"), ("credssp", "http"), ("credssp", "https"), ("basic", "https")],
)
def test_right_password(listener: Listener, host: FakeHost, authority: Authority, transport: str, scheme: str) -> None:
    client = protocol(host, scheme, transport=transport, **trusting(authority, scheme))

    assert run(client, "hostname") == (b"BUILDER\r\n", b"", 0)
    assert host.journal.entries("auth", outcome="accepted", transport=scheme)


@pytest.mark.parametrize(
    ("transport", "scheme"), [("ntlm", "http"), ("ntlm", "https"), ("credssp", "http"), ("basic", "https")]
)
@pytest.mark.parametrize("login", [{"password": "wrong"}, {"username": "Nobody"}])
def test_wrong_password_or_user(
    listener: Listener, host: FakeHost, authority: Authority, transport: str, scheme: str, login: dict[str, str]
) -> None:
    client = protocol(host, scheme, transport=transport, **trusting(authority, scheme), **login)

    with pytest.raises((winrm.exceptions.WinRMError, AuthenticationException, NTStatusException)):
        client.open_shell()

    assert not host.journal.entries("auth", outcome="accepted")


def test_basic_is_refused_without_tls(listener: Listener, host: FakeHost) -> None:
    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        protocol(host, transport="basic").open_shell()


def test_unencrypted_bodies_are_refused_without_tls(listener: Listener, host: FakeHost) -> None:
    with pytest.raises(winrm.exceptions.WinRMTransportError) as error:
        protocol(host, message_encryption="never").open_shell()

    assert error.value.code == 500
    assert host.journal.entries("auth", outcome="unencrypted")


def test_certificate_of_another_authority_is_not_trusted(listener: Listener, host: FakeHost, tmp_path: Path) -> None:
    other = Authority(tmp_path)

    with pytest.raises(requests.exceptions.SSLError):
        protocol(host, "https", transport="basic", ca_trust_path=str(other.ca_path)).open_shell()


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("administrator", PASSWORD),
        ("BUILDER\\Administrator", PASSWORD),
        (".\\Administrator", PASSWORD),
        ("svc@corp.example.com", "Svc-1"),
        ("CORP\\svc", "Svc-1"),
        ("corp.example.com\\SVC", "Svc-1"),
        ("CORP\\other", "Other-1"),
    ],
)
def test_forms_of_user_names(listener: Listener, host: FakeHost, username: str, password: str) -> None:
    assert run(protocol(host, username=username, password=password), "hostname")[2] == 0


def test_a_local_account_of_another_computer_is_unknown(listener: Listener, host: FakeHost) -> None:
    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        protocol(host, username="OTHERPC\\Administrator").open_shell()


def test_each_machine_has_its_own_accounts(
    listener: Listener, host: FakeHost, addresses: Iterator[str], authority: Authority, faults: WindowsFaults
) -> None:
    other = FakeHost("other", next(addresses))
    other.users = {"Administrator": "Other-password"}
    assert other.address
    other_listener = Listener(other, other.address, authority, faults)
    other_listener.start()
    try:
        assert run(protocol(other, password="Other-password"), "hostname")[0] == b"OTHER\r\n"
        with pytest.raises(winrm.exceptions.InvalidCredentialsError):
            protocol(other).open_shell()
        assert run(protocol(host), "hostname")[0] == b"BUILDER\r\n"
    finally:
        other_listener.stop()


def test_a_changed_password_counts_at_once(listener: Listener, host: FakeHost) -> None:
    run(protocol(host), "hostname")
    host.users["Administrator"] = "New-password"

    assert run(protocol(host, password="New-password"), "hostname")[2] == 0
    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        protocol(host).open_shell()


def test_channel_bindings_may_be_missing_but_not_wrong(
    listener: Listener, host: FakeHost, authority: Authority
) -> None:
    without = protocol(host, "https", send_cbt=False, **trusting(authority, "https"))
    assert run(without, "hostname")[2] == 0

    bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + hashlib.sha256(b"another").digest())
    assert host.address
    assert _ntlm_status(host.address, authority, bindings) == 401
    assert host.journal.entries("auth", outcome="refused", reason="BadBindingsError")


def _ntlm_status(address: str, authority: Authority, bindings: GssChannelBindings) -> int:
    """Status of the last answer of an NTLM handshake over TLS with these channel bindings."""
    context = ssl.create_default_context(cafile=str(authority.ca_path))
    connection = http.client.HTTPSConnection(address, 5986, context=context, timeout=10)
    client = spnego.client("Administrator", PASSWORD, protocol="ntlm", channel_bindings=bindings)
    token, status = client.step(), 0
    while token:
        header = f"Negotiate {base64.b64encode(token).decode()}"
        connection.request("POST", "/wsman", headers={"Authorization": header, "Content-Length": "0"})
        answer = connection.getresponse()
        answer.read()
        status = answer.status
        challenge = (answer.getheader("WWW-Authenticate") or "").removeprefix("Negotiate").strip()
        token = client.step(base64.b64decode(challenge)) if challenge and not client.complete else None
    connection.close()
    return status


def test_passwords_are_neither_on_disk_nor_in_the_journal(
    listener: Listener, host: FakeHost, authority: Authority
) -> None:
    run(protocol(host), "hostname")
    run(protocol(host, "https", transport="basic", **trusting(authority, "https")), "hostname")

    files = [path for path in authority.state_directory.rglob("*") if path.is_file()]
    assert not [path for path in files if PASSWORD.encode() in path.read_bytes()]
    assert PASSWORD not in str(host.journal.entries())
    private = [path for path in files if path.suffix == ".key" or path.parent.name == "ntlm"]
    assert private
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
