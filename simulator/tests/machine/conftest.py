# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures: machines of `simulated_machine`, switched on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from simulated_machine import World, make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A stock Windows Server 2022 that is on."""
    world = make_world(tmp_path)
    world.machine.power_on("127.0.77.1")
    assert world.winrm.running.wait(10)
    yield world
    world.machine.power_off()


@pytest.fixture
def domain_world(tmp_path: Path) -> Iterator[World]:
    """The same, joined to a domain."""
    world = make_world(tmp_path, domain="corp.example.com")
    world.machine.power_on("127.0.77.2")
    assert world.winrm.running.wait(10)
    yield world
    world.machine.power_off()


@pytest.fixture
def new_world(tmp_path: Path) -> Callable[..., World]:
    """Makes further machines, which are off."""

    def make(**options: Any) -> World:
        return make_world(tmp_path, **options)

    return make
