# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""With which credentials what a session runs goes on to other computers."""

from __future__ import annotations

from typing import Any

import pytest
from appstream_simulator.windows.protocol import network_credentials
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.host import ProcessResult
from appstream_simulator.windows.protocol.listener import Listener
from appstream_simulator.windows.protocol.network_credentials import NetworkCredentials
from fake_host import PASSWORD, FakeHost
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan
from winrm_client import protocol, run


@pytest.fixture
def seen(host: FakeHost) -> list[NetworkCredentials | None]:
    """What the program `hostname` would go on with, run by run."""
    runs: list[NetworkCredentials | None] = []

    def program(_line: str, _stdin: bytes) -> ProcessResult:
        runs.append(network_credentials.current())
        return ProcessResult(0)

    host.programs["hostname"] = program
    return runs


@pytest.mark.parametrize(
    ("scheme", "options", "expected"),
    [
        ("http", {"transport": "credssp"}, NetworkCredentials("Administrator", PASSWORD)),
        ("https", {"transport": "credssp"}, NetworkCredentials("Administrator", PASSWORD)),
        (
            "http",
            {"transport": "credssp", "username": "CORP\\other", "password": "Other-1"},
            NetworkCredentials("CORP\\other", "Other-1"),
        ),
        ("http", {"transport": "ntlm"}, None),
        ("https", {"transport": "basic"}, None),
    ],
)
def test_only_credssp_hands_the_password_over(
    listener: Listener,
    host: FakeHost,
    authority: Authority,
    seen: list[NetworkCredentials | None],
    scheme: str,
    options: dict[str, Any],
    expected: NetworkCredentials | None,
) -> None:
    run(protocol(host, scheme, ca_trust_path=str(authority.ca_path), **options), "hostname")

    assert seen == [expected]
    assert PASSWORD not in repr(seen)


@pytest.mark.parametrize(
    ("auth", "expected"), [("credssp", NetworkCredentials("Administrator", PASSWORD)), ("ntlm", None)]
)
def test_the_same_over_psrp(
    listener: Listener,
    host: FakeHost,
    seen: list[NetworkCredentials | None],
    auth: str,
    expected: NetworkCredentials | None,
) -> None:
    connection = WSMan(host.address, ssl=False, auth=auth, username="Administrator", password=PASSWORD)
    with connection, RunspacePool(connection) as pool:
        shell = PowerShell(pool)
        shell.add_script("hostname")
        shell.invoke()

    assert seen == [expected]
