# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One simulator for all tests in a domain, reset before each, and the domain's administrator.

They run beside a domain controller: `python -m appstream_simulator.domain_controller.run FOLDER pytest …`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import simulated_domain
from appstream_simulator.server import Server
from appstream_simulator.settings import Settings
from joining_simulator import JoiningSimulator
from simulated_domain import Account, Domain
from winrm_members import member_of, memberships, people, ticket

__all__ = ["member_of", "memberships", "people", "ticket"]  # fixtures


@pytest.fixture(scope="session")
def domain() -> Domain:
    return simulated_domain.of_environment()


@pytest.fixture(scope="session")
def unit(domain: Domain) -> str:
    """An organizational unit in which `account` may join computers."""
    return domain.create_unit()


@pytest.fixture(scope="session")
def account(domain: Domain, unit: str) -> Account:
    """A service account with the least rights."""
    account = domain.create_account()
    domain.may_join(account, unit)
    return account


@pytest.fixture(scope="session")
def running_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JoiningSimulator]:
    folder: Path = tmp_path_factory.mktemp("simulator")
    server = Server(Settings(speed=0, state_directory=folder, active_directory=True)).start()
    yield JoiningSimulator(server)
    server.stop()


@pytest.fixture
def simulator(running_simulator: JoiningSimulator) -> Iterator[JoiningSimulator]:
    running_simulator.control("POST", "reset")
    yield running_simulator
    # A failure of the simulator itself must not pass unseen, whatever the test looked at.
    assert running_simulator.control("GET", "health")["errors"] == []
