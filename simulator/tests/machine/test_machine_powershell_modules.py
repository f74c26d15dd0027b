# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""win_psmodule, with the shelf as the PowerShell Gallery."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine import powershell_modules
from appstream_simulator.windows.machine.shelf import Shelf
from hypothesis import given
from hypothesis import strategies as st
from simulated_machine import World

MODULE = "community.windows.win_psmodule"
SHELF = """
installers: []
powershell_modules:
  - {name: Example.Tools, version: 1.9}
  - {name: Example.Tools, version: 1.10.0}
  - {name: Example.Tools, version: 2.0.0-beta}
"""
NAME = "Example.Tools"


@pytest.fixture
def gallery(world: World, tmp_path: Path) -> World:
    """A machine in a world with modules in the gallery."""
    file = tmp_path / "gallery.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    return world


def versions(world: World, name: str = NAME) -> list[str]:
    return powershell_modules.installed(world.machine.snapshot(), name)


def test_a_module_is_installed_once_and_removed(gallery: World) -> None:
    checked = gallery.module(MODULE, {"name": NAME}, check_mode=True)
    assert (checked["changed"], checked["nuget_changed"], versions(gallery)) == (True, True, [])
    first = gallery.module(MODULE, {"name": "example.tools"})
    assert (first["changed"], first["nuget_changed"]) == (True, True)
    assert first["output"] == "Module example.tools installed"
    assert gallery.machine.disk.is_file(f"{powershell_modules.ROOT}\\{NAME}\\1.10.0\\{NAME}.psd1")
    again = gallery.module(MODULE, {"name": NAME})
    assert (again["changed"], again["output"]) == (False, f"Module {NAME} already present")
    assert not gallery.module(MODULE, {"name": NAME, "state": "latest"})["changed"]
    assert gallery.module(MODULE, {"name": NAME, "state": "absent"}, check_mode=True)["changed"]
    assert gallery.module(MODULE, {"name": NAME, "state": "absent"})["changed"]
    assert versions(gallery) == []
    assert not gallery.module(MODULE, {"name": NAME, "state": "absent"})["changed"]


def test_versions_want_newer_tools_first(gallery: World) -> None:
    options = {"name": NAME, "required_version": "1.9"}
    checked = gallery.module(MODULE, options, check_mode=True)
    assert checked["output"] == "Skipped check mode run on win_psmodule as the pre-reqs need upgrading"
    assert gallery.module(MODULE, options)["nuget_changed"] is False
    assert (versions(gallery), versions(gallery, "PowerShellGet")) == (["1.9"], ["2.2.5", "1.0.0.1"])
    assert gallery.module(MODULE, options, check_mode=True)["output"] == f"Module {NAME} already present"
    assert gallery.module(MODULE, {"name": NAME, "state": "latest"})["changed"]
    assert gallery.module(MODULE, {"name": NAME, "state": "latest", "allow_prerelease": True})["changed"]
    assert versions(gallery) == ["2.0.0-beta", "1.10.0", "1.9"]
    assert gallery.module(MODULE, {"name": NAME, "state": "absent", "required_version": "1.9"})["changed"]
    assert versions(gallery) == ["2.0.0-beta", "1.10.0"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"name": "Nothing"},
            "Problems installing Nothing module: No match was found for the",
        ),
        ({"name": NAME, "required_version": "3.0"}, "No match was found for the specified search criteria"),
        ({"name": NAME, "minimum_version": "3.0"}, "No match was found for the specified search criteria"),
        ({"name": "Nothing", "state": "latest"}, "Cant find the module Nothing: No match was found"),
        ({"name": NAME, "repository": "Ours"}, "The repository Ours doesn't exist."),
        ({"name": NAME, "required_version": "1", "minimum_version": "1"}, "are mutually exclusive."),
        ({"name": NAME, "allow_prerelease": True, "minimum_version": "1"}, "can't be used with the parameter"),
        ({"name": NAME, "allow_prerelease": True, "state": "absent"}, "can't be used with state set to 'absent'."),
        ({"name": NAME, "state": "latest", "maximum_version": "1"}, "you can't use any of required_version"),
        ({"name": "Pester", "state": "absent"}, "Problems uninstalling Pester module: No match was found"),
    ],
)
def test_failures(gallery: World, options: dict[str, Any], message: str) -> None:
    result = gallery.module(MODULE, options)
    assert result["failed"]
    assert message in result["msg"]


def test_what_windows_brings_is_already_there(gallery: World) -> None:
    assert not gallery.module(MODULE, {"name": "Pester", "repository": "PSGallery"})["changed"]


_VERSION = st.lists(st.integers(0, 99), min_size=2, max_size=4)


@given(_VERSION, _VERSION)
def test_versions_compare_by_their_numbers(one: list[int], other: list[int]) -> None:
    texts = [".".join(map(str, numbers)) for numbers in (one, other)]
    assert (powershell_modules.order(texts[0]) < powershell_modules.order(texts[1])) == (one < other)
    assert powershell_modules.order(f"{texts[0]}-beta") < powershell_modules.order(texts[0])
