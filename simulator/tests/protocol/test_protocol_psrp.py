# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""PowerShell remoting: asked by pypsrp."""

from __future__ import annotations

from collections.abc import Iterator

import pypsrp.exceptions
import pytest
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.listener import Listener
from fake_host import PASSWORD, FakeHost
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan


@pytest.fixture(params=["http", "https"])
def pool(
    request: pytest.FixtureRequest, listener: Listener, host: FakeHost, authority: Authority
) -> Iterator[RunspacePool]:
    connection = WSMan(
        host.address,
        ssl=request.param == "https",
        auth="negotiate",
        username="Administrator",
        password=PASSWORD,
        cert_validation=str(authority.ca_path),
    )
    with connection, RunspacePool(connection) as pool:
        yield pool


def invoke(pool: RunspacePool, script: str) -> PowerShell:
    shell = PowerShell(pool)
    shell.add_script(script)
    shell.invoke()
    return shell


def test_output_is_lines(pool: RunspacePool, host: FakeHost) -> None:
    host.disk.write("C:\\Users\\lines.txt", b"one\r\n\xc3\xa4\r\n")

    assert invoke(pool, "hostname").output == ["BUILDER"]
    assert invoke(pool, "Get-Content C:\\Users\\lines.txt").output == ["one", "ä"]


def test_unknown_text_fails_and_is_journalled(pool: RunspacePool, host: FakeHost) -> None:
    shell = invoke(pool, "Get-Something | Where-Object { $_ }")

    assert shell.output == []
    assert host.journal.entries("unhandled", text="Get-Something | Where-Object { $_ }")


def test_wrong_password(listener: Listener, host: FakeHost) -> None:
    connection = WSMan(host.address, ssl=False, auth="ntlm", username="Administrator", password="wrong")

    with connection, pytest.raises(pypsrp.exceptions.AuthenticationError), RunspacePool(connection):
        pass
