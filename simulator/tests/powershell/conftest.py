# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A machine that is on, and a way to run scripts on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "machine"))

from simulated_machine import World, make_world


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One machine for all scripts of a file that leave nothing behind."""
    world = make_world(tmp_path_factory.mktemp("machine"))
    world.machine.power_on("127.0.78.1")
    assert world.winrm.running.wait(10)
    yield world
    world.machine.power_off()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A machine for one test."""
    world = make_world(tmp_path)
    world.machine.power_on("127.0.78.2")
    assert world.winrm.running.wait(10)
    yield world
    world.machine.power_off()
