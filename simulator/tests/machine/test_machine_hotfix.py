# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""win_hotfix with standalone updates of the shelf."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine import msu_packages
from appstream_simulator.windows.machine.shelf import Shelf
from appstream_simulator.windows.machine.windows_updates import UpdateState
from simulated_machine import World

SHELF = r"""
installers:
  - {name: small, kind: msu, kb: "5060001"}
  - {name: restarting, kind: msu, kb: "5060002", reboot_required: true}
  - {name: other, kind: msu, kb: "5060003", platforms: [WINDOWS_11]}
  - {name: failing, kind: msu, kb: "5060004", exit_code: 2147942487}
updates:
  - {id: 11111111-1111-1111-1111-111111111111, title: Offered, kb: "5060005"}
"""
SMALL, RESTARTING = "C:\\Media\\small.msu", "C:\\Media\\restarting.msu"


@pytest.fixture
def stocked(world: World, tmp_path: Path) -> World:
    """A machine with the files of updates."""
    file = tmp_path / "shelf.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    for name, installer in world.machine.shelf.installers.items():
        world.write(f"C:\\Media\\{name}.{installer.kind}", installer.content)
    return world


def test_an_update_is_installed_once_and_removed(stocked: World) -> None:
    options = {"source": SMALL, "hotfix_kb": "KB5060001"}
    assert stocked.module("win_hotfix", options, check_mode=True)["changed"]
    assert not msu_packages.is_installed(stocked.machine, "5060001")
    first = stocked.module("win_hotfix", options)
    assert (first["changed"], first["reboot_required"], first["kbs"]) == (True, False, ["KB5060001"])
    assert not stocked.module("win_hotfix", options)["changed"]
    absent = {"hotfix_identifier": first["identifier"], "state": "absent"}
    assert stocked.module("win_hotfix", absent, check_mode=True)["changed"]
    removed = stocked.module("win_hotfix", absent)
    assert (removed["changed"], removed["kb"]) == (True, "KB5060001")
    assert not stocked.module("win_hotfix", {"hotfix_kb": "KB5060001", "state": "absent"})["changed"]


def test_an_update_may_want_a_restart(stocked: World) -> None:
    assert stocked.module("win_hotfix", {"source": RESTARTING})["reboot_required"]
    assert stocked.machine.describe()["restart_pending"]
    assert stocked.module("win_hotfix", {"hotfix_kb": "KB5060002", "state": "absent"})["reboot_required"]


def test_what_windows_update_has_installed_stays(stocked: World) -> None:
    (offered,) = (update for update in stocked.machine.shelf.updates if update.kb == "5060005")
    stocked.machine.disk.updates[offered.id] = UpdateState(True, 0.0)
    result = stocked.module("win_hotfix", {"hotfix_kb": "KB5060005", "state": "absent"})
    assert "came by Windows Update" in result["msg"]
    assert stocked.journal.entries("unhandled")[-1]["what"] == "win_hotfix"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "source must be set when state=present"),
        ({"source": "C:\\gone.msu"}, "the path set for source C:\\gone.msu does not exist or is not a file"),
        ({"source": "C:\\Windows\\notepad.exe"}, "failed to get metadata xml inside MSU file"),
        ({"source": "C:\\Media\\other.msu"}, "hotfix package is not applicable for this server"),
        ({"source": "C:\\Media\\failing.msu"}, "Add-WindowsPackage failed. Error code = 0x80070057"),
        ({"source": SMALL, "hotfix_kb": "KB1"}, "the hotfix KB KB1 does not match with the source msu KB KB5060001"),
        ({"source": SMALL, "hotfix_identifier": "x"}, "the hotfix identifier x does not match"),
        ({"state": "absent"}, "either hotfix_identifier or hotfix_kb needs to be set when state=absent"),
    ],
)
def test_failures(stocked: World, options: dict[str, Any], message: str) -> None:
    result = stocked.module("win_hotfix", options)
    assert result["failed"]
    assert message in result["msg"]
