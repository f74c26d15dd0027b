# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Makes `appstream_simulator` importable from the tree, installed or not; and addresses for machines of tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis_profiles
import pytest

hypothesis_profiles.load()
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


@pytest.fixture(scope="session")
def addresses() -> Iterator[Iterator[str]]:
    """Addresses of this computer, each for one use; no other simulator or test has them."""
    from appstream_simulator import networks

    claim = networks.claim()
    yield (str(address) for address in claim.network.hosts())
    claim.close()
