# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who may be become with Ansible's become method runas."""

from __future__ import annotations

import pytest
from appstream_simulator.windows.protocol import become, network_credentials
from appstream_simulator.windows.protocol.payload import Become
from fake_host import PASSWORD, FakeHost

SERVICE_ACCOUNTS = [
    "SYSTEM",
    "NT AUTHORITY\\SYSTEM",
    "LocalSystem",
    "NetworkService",
    "NT AUTHORITY\\LocalService",
    "nt authority\\network service",
]


@pytest.mark.parametrize("user", SERVICE_ACCOUNTS)
def test_an_administrator_becomes_a_service_account_without_a_password(user: str) -> None:
    assert become.denial(FakeHost(), Become(user), "Administrator") is None
    session = network_credentials.NetworkCredentials("Administrator", PASSWORD)
    assert become.network_credentials(Become(user), session) is None


@pytest.mark.parametrize("user", SERVICE_ACCOUNTS)
def test_others_do_not(user: str) -> None:
    host = FakeHost()
    host.limited_users.add("CORP\\other")
    denied = become.denial(host, Become(user), "CORP\\other")
    assert denied is not None
    assert "Failed to get token for NT AUTHORITY\\SYSTEM" in denied


def test_nobody_is_become_without_asking() -> None:
    host = FakeHost()
    host.limited_users.add("CORP\\other")
    assert become.denial(host, None, "CORP\\other") is None
