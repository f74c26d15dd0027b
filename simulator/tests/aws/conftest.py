# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One simulator for the tests of a file of the AWS half, with a frozen clock and stand-in machines, reset each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from appstream_simulator.server import Server
from appstream_simulator.settings import Settings
from simulated_aws import Network, Simulator, make_network
from stand_in_site import StandInSite


# Not longer: there can be one per process, and other tests have one of their own.
@pytest.fixture(scope="module")
def running_simulator() -> Iterator[Simulator]:
    site = StandInSite()
    server = Server(Settings(speed=0), site=site).start()
    yield Simulator(server, site)
    server.stop()
    assert site.closed


@pytest.fixture
def simulator(running_simulator: Simulator) -> Iterator[Simulator]:
    running_simulator.control("POST", "reset")
    yield running_simulator
    # A failure of the simulator itself must not pass unseen, whatever the test looked at.
    assert running_simulator.control("GET", "health")["errors"] == []


@pytest.fixture
def appstream(simulator: Simulator) -> Any:
    return simulator.client()


@pytest.fixture
def network(simulator: Simulator) -> Network:
    return make_network(simulator)
