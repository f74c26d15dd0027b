# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Chocolatey's sources, config, features and facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine import chocolatey
from appstream_simulator.windows.machine.shelf import Shelf
from simulated_machine import World

NAME = "chocolatey.chocolatey.win_chocolatey"
FEED = "https://feed.example.net/nuget"
SHELF = f"""
installers: []
chocolatey:
  - {{name: internal, version: "1.0", source: "{FEED}"}}
  - {{name: internal, version: "2.0", source: "{FEED}"}}
  - {{name: tool, version: "1.0"}}
"""


@pytest.fixture
def choco(world: World, tmp_path: Path) -> World:
    """A machine with Chocolatey."""
    file = tmp_path / "choco.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    chocolatey.bootstrap(world.machine.disk, chocolatey.VERSION)
    return world


def facts(world: World, *subset: str) -> Any:
    return world.module(f"{NAME}_facts", {"filter": list(subset)})["ansible_facts"]["ansible_chocolatey"]


def test_a_source_is_where_packages_come_from(choco: World) -> None:
    install = {"name": ["internal"], "version": "1.0"}
    assert "not found with the source(s) listed" in choco.module(NAME, install)["stdout"]
    source = {"name": "internal", "source": FEED, "priority": 1, "source_username": "u", "source_password": "secret"}
    checked = choco.module(f"{NAME}_source", source, check_mode=True)
    assert (checked["changed"], len(facts(choco, "sources")["sources"])) == (True, 1)
    added = choco.module(f"{NAME}_source", source, diff=True)
    assert (added["diff"]["before"], added["diff"]["after"]["source"]) == ({}, FEED)
    assert not choco.machine.places_of("secret")
    assert choco.module(NAME, install)["changed"]
    outdated = {"package": "internal", "current_version": "1.0", "available_version": "2.0", "pinned": False}
    assert facts(choco, "outdated")["outdated"] == [outdated]
    assert choco.module(f"{NAME}_source", {"name": "internal", "state": "disabled"})["changed"]
    assert facts(choco, "outdated")["outdated"] == []
    assert choco.module(NAME, {"name": ["internal"], "source": "internal", "state": "latest"})["changed"]
    assert {"package": "internal", "version": "2.0"} in facts(choco, "packages")["packages"]


def test_sources_are_changed_once_but_passwords_always(choco: World) -> None:
    source = {"name": "internal", "source": FEED, "source_username": "u", "source_password": "secret"}
    assert choco.module(f"{NAME}_source", source)["changed"]
    assert choco.module(f"{NAME}_source", source)["changed"]
    assert not choco.module(f"{NAME}_source", {**source, "update_password": "on_create"})["changed"]
    assert choco.module(f"{NAME}_source", {**source, "update_password": "on_create", "priority": 3})["changed"]
    assert choco.module(f"{NAME}_source", {"name": "INTERNAL", "state": "absent"})["changed"]
    assert not choco.module(f"{NAME}_source", {"name": "internal", "state": "absent"})["changed"]
    assert choco.module(f"{NAME}_source", {"name": "chocolatey", "state": "disabled"})["changed"]
    assert chocolatey.feeds(choco.machine.snapshot(), None) == []


def test_a_change_without_the_location_loses_the_source(choco: World) -> None:
    choco.module(f"{NAME}_source", {"name": "internal", "source": FEED})
    result = choco.module(f"{NAME}_source", {"name": "internal", "priority": 5})
    assert "Cannot bind argument to parameter 'Source'" in result["msg"]
    assert [source["name"] for source in facts(choco, "sources")["sources"]] == ["chocolatey"]


def test_config_and_features(choco: World) -> None:
    config = {"name": "cachelocation", "value": "C:\\Temp"}
    assert choco.module(f"{NAME}_config", config, check_mode=True)["changed"]
    assert choco.module(f"{NAME}_config", config, diff=True)["diff"] == {"before": "", "after": "C:\\Temp"}
    assert not choco.module(f"{NAME}_config", config)["changed"]
    assert choco.module(f"{NAME}_config", {"name": "cacheLocation", "state": "absent"})["changed"]
    assert not choco.module(f"{NAME}_config", {"name": "cacheLocation", "state": "absent"})["changed"]
    assert not choco.module(f"{NAME}_config", {"name": "proxyBypassOnLocal", "value": "True"})["changed"]
    feature = {"name": "allowglobalconfirmation"}
    assert choco.module(f"{NAME}_feature", feature)["changed"]
    assert not choco.module(f"{NAME}_feature", feature)["changed"]
    assert facts(choco, "feature")["feature"]["allowGlobalConfirmation"] is True
    assert facts(choco, "config") == {"config": facts(choco, "all")["config"], "filter": ["config"]}


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        ("source", {"name": "new"}, "The source option must be set when creating a new source"),
        (
            "config",
            {"name": "nonsense", "value": "1"},
            "'nonsense' is not an existing config value",
        ),
        ("config", {"name": "proxy", "value": ""}, "Cannot set Chocolatey config as an empty string"),
        (
            "feature",
            {"name": "nonsense"},
            "Invalid feature name 'nonsense' specified, valid features are: allow",
        ),
    ],
)
def test_failures(choco: World, module: str, options: dict[str, Any], message: str) -> None:
    assert message in choco.module(f"{NAME}_{module}", options)["msg"]


@pytest.mark.parametrize("module", ["source", "config", "feature", "facts"])
def test_without_chocolatey_there_are_no_settings(world: World, module: str) -> None:
    result = world.module(f"{NAME}_{module}", {"name": "proxy", "value": "1"})
    assert result["msg"] == "Failed to find Chocolatey installation, make sure choco.exe is in the PATH env value"


def test_a_file_that_is_no_xml(choco: World) -> None:
    choco.write(chocolatey.CONFIG, b"<chocolatey>")
    assert "Failed to parse Chocolatey config file" in choco.module(f"{NAME}_feature", {"name": "a"})["msg"]
