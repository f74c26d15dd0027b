# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures: a machine that is on. Mono is there: `tools/test secret_scan` installs it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "machine"))

from simulated_machine import World, make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A stock Windows Server 2022 that is on."""
    world = make_world(tmp_path)
    world.machine.power_on("127.0.77.8")
    assert world.winrm.running.wait(10)
    yield world
    world.machine.power_off()
