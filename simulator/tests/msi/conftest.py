# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures: a machine that is on, and MSI files built with wixl (Debian's package of that name)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "machine"))

from simulated_machine import World, make_world

BuildMsi = Callable[..., bytes]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A stock Windows Server 2022 that is on."""
    world = make_world(tmp_path)
    world.machine.power_on("127.0.77.9")
    assert world.winrm.running.wait(10)
    yield world
    world.machine.power_off()


@pytest.fixture
def build_msi(tmp_path: Path) -> BuildMsi:
    """Builds an MSI of a WiX source, beside which there are files."""

    def build(source: str, files: dict[str, bytes], architecture: str = "x64") -> bytes:
        folder = tmp_path / "wix"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        (folder / "source.wxs").write_text(source)
        command = ["wixl", "--arch", architecture, "--output", "product.msi", "source.wxs"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
        return (folder / "product.msi").read_bytes()

    return build
