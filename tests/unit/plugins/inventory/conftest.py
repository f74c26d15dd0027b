# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The inventory plug-in image_builders against the simulated AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader
from ansible.utils.display import Display
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import retries
from inventory_account import PLUGIN, REGION, SECRET, Read
from simulated_account import Simulated


@pytest.fixture
def simulated(simulator: Simulated, monkeypatch: pytest.MonkeyPatch) -> Simulated:
    """The simulated AWS, which the environment leads to; botocore itself tries nothing twice."""
    simulator.server.reset()
    environment = {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "AKIASIMULATEDACCESS1",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": simulator.server.endpoint,
        "AWS_MAX_ATTEMPTS": "1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(retries, "pause_before", lambda attempt: 0)
    return simulator


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """read(flush=False, **options): the inventory after the plug-in has read such a file; flush as --flush-cache."""

    def read_file(flush: bool = False, **options: Any) -> InventoryData:
        path = tmp_path / "test.appstream.yml"
        path.write_text(yaml.safe_dump({"plugin": PLUGIN, **options}))
        plugin, inventory = inventory_loader.get(PLUGIN), InventoryData()
        assert plugin.verify_file(str(path))
        plugin.parse(inventory, DataLoader(), str(path), cache=not flush)
        if options.get("cache"):
            plugin.update_cache_if_changed()
        inventory.reconcile_inventory()
        return inventory

    return read_file


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings shown."""
    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda self, message, *_args, **_more: shown.append(message))
    return shown
