# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Basic and unencrypted messages on a machine without a domain, as its registry says, reached by pywinrm."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import winrm
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine.machine import Machine
from appstream_simulator.windows.machine.site import Site
from appstream_simulator.windows.machine.winrm_configuration import POLICY_KEY, SERVICE_KEY
from simulated_machine import ADMINISTRATOR, PASSWORD, make_world

BASIC, UNENCRYPTED = (SERVICE_KEY, "auth_basic"), (SERVICE_KEY, "allow_unencrypted")
POLICY_BASIC, POLICY_UNENCRYPTED = (POLICY_KEY, "AllowBasic"), (POLICY_KEY, "AllowUnencryptedTraffic")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    clock = Clock(200)
    settings = Settings(accounts={ADMINISTRATOR: PASSWORD}, state_directory=tmp_path / "state")
    site = Site(clock, Journal(clock.now), settings)
    yield site.create(make_world(tmp_path).machine.request)
    site.close()


def boot(machine: Machine, address: str) -> None:
    machine.power_on(address)
    deadline = time.monotonic() + 30
    while machine.describe()["power"] != "on":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def lets_in(address: str, transport: str, port: int, encryption: str) -> bool:
    """Whether a command can be run."""
    scheme = "https" if port == 5986 else "http"
    session = winrm.Session(
        f"{scheme}://{address}:{port}/wsman",
        auth=(ADMINISTRATOR, PASSWORD),
        transport=transport,
        message_encryption=encryption,
        server_cert_validation="ignore",
    )
    try:
        return bool(session.run_cmd("hostname").status_code == 0)
    except winrm.exceptions.InvalidCredentialsError:
        return False


@pytest.mark.parametrize(
    ("values", "over_http", "over_https"),
    [
        ({}, False, True),
        ({UNENCRYPTED: 1}, True, True),
        ({BASIC: 0, UNENCRYPTED: 1}, False, False),
        ({POLICY_UNENCRYPTED: 1}, True, True),
        ({POLICY_BASIC: 0}, False, False),
        ({BASIC: 0, POLICY_BASIC: 1}, False, True),
        ({UNENCRYPTED: 1, POLICY_UNENCRYPTED: 0}, False, True),
    ],
)
def test_the_registry_decides_about_basic(
    machine: Machine,
    addresses: Iterator[str],
    values: dict[tuple[str, str], int],
    over_http: bool,
    over_https: bool,
) -> None:
    address = next(addresses)
    for (key, name), data in values.items():
        machine.disk.registry.set(key, name, data, "DWord")
    boot(machine, address)

    assert lets_in(address, "basic", 5985, "never") is over_http
    assert lets_in(address, "basic", 5986, "auto") is over_https
    assert lets_in(address, "ntlm", 5985, "always")
