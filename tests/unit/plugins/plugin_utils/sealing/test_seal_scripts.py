# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The scripts of sealing, as the simulator's interpreter understands them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.files import REMOVE_ITEMS

sys.path.insert(0, str(Path(__file__).resolve().parents[5] / "simulator" / "tests" / "machine"))

from simulated_machine import ADMINISTRATOR, make_world

PROFILE = f"C:\\Users\\{ADMINISTRATOR}"
# The registry of whoever is logged on is in use.
IN_USE = f"{PROFILE}\\NTUSER.DAT"


@pytest.fixture
def world(tmp_path):
    world = make_world(tmp_path)
    world.machine.power_on("127.0.79.1")
    assert world.winrm.running.wait(10)
    world.process("hostname")
    yield world
    world.machine.power_off()


def remove(world, *paths, **options):
    arguments = {"script": REMOVE_ITEMS, "parameters": {"Path": list(paths)}, "error_action": "stop"}
    result = world.module("win_powershell", arguments, **options)
    assert not result.get("failed"), result
    return {item["Path"]: item["Reason"] for item in result["output"]}


def test_what_can_be_removed_goes_whole(world):
    world.write("C:\\Install\\a\\b\\1.txt")
    assert remove(world, "C:\\Install", "C:\\Missing") == {"C:\\Install": None}
    assert not world.machine.disk.exists("C:\\Install")


def test_one_file_in_use_keeps_no_other_and_is_named(world):
    for name in ("a\\1.txt", "NTUSER.INI", "z\\9.txt"):
        world.write(f"{PROFILE}\\{name}")
    (kept,) = remove(world, PROFILE).items()
    assert kept[0] == IN_USE and "used by another process" in kept[1]
    assert world.machine.disk.is_file(IN_USE)
    assert not any(world.machine.disk.exists(f"{PROFILE}\\{name}") for name in ("a", "NTUSER.INI", "z"))


def test_check_mode_removes_nothing(world):
    world.write("C:\\Install\\1.txt")
    assert remove(world, "C:\\Install", check_mode=True) == {"C:\\Install": None}
    assert world.machine.disk.is_file("C:\\Install\\1.txt")
