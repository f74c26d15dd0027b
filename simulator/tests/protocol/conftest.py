# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A fake machine that listens on its WinRM ports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.listener import Listener
from fake_host import FakeHost


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("state"))


@pytest.fixture
def faults() -> WindowsFaults:
    return WindowsFaults()


@pytest.fixture
def address(addresses: Iterator[str]) -> str:
    """The ports are fixed, so every machine needs one of its own."""
    return next(addresses)


@pytest.fixture
def host(address: str) -> FakeHost:
    return FakeHost(address=address)


@pytest.fixture
def listener(host: FakeHost, address: str, authority: Authority, faults: WindowsFaults) -> Iterator[Listener]:
    """The running listener of `host`."""
    listener = Listener(host, address, authority, faults)
    listener.start()
    yield listener
    listener.stop()
    assert host.journal.entries("error") == []
