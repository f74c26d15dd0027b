# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Chocolatey: prereleases, package parameters, arguments, checksums, dependencies, pins, sources and features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine import chocolatey
from appstream_simulator.windows.machine.chocolatey import Source
from appstream_simulator.windows.machine.shelf import Shelf
from hypothesis import given
from hypothesis import strategies as st
from simulated_machine import World

MODULE = "chocolatey.chocolatey.win_chocolatey"
FEED = "https://feed.example.net/nuget"
SHELF = rf"""
installers:
  - name: git
    kind: exe
    registry_key: Git
    silent_arguments: [/VERYSILENT]
    files: [{{path: 'C:\Git\mode.txt', text: '{{argument:/PATH=none}} {{argument:/DIR=none}}'}}]
  - {{name: tool, kind: msi, product_code: "{{E0000000-0000-4000-8000-000000000001}}",
     files: [{{path: 'C:\Tool\mode.txt', text: '{{argument:MODE=plain}}'}}]}}
chocolatey:
  - {{name: git, version: "2.1", installs: git, parameters: {{GitOnlyOnPath: /PATH=git, Dir: '"/DIR={{value}}"'}}}}
  - {{name: tool, version: "1.0", installs: tool}}
  - {{name: tool, version: "1.1", installs: tool}}
  - {{name: tool, version: "1.2-beta", installs: tool}}
  - {{name: tool, version: "9.0", installs: tool, source: "{FEED}"}}
  - {{name: stale, version: "1.0", installs: tool, checksum_differs: true}}
  - {{name: suite, version: "1.0", dependencies: [tool, git]}}
  - {{name: broken-suite, version: "1.0", dependencies: [gone]}}
"""


@pytest.fixture
def stocked(world: World, tmp_path: Path) -> World:
    file = tmp_path / "shelf.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    chocolatey.bootstrap(world.machine.disk, chocolatey.VERSION)
    return world


def run(world: World, name: str, **options: Any) -> dict[str, Any]:
    return world.module(MODULE, {"name": [name], **options})


def version(world: World, name: str = "tool") -> str | None:
    return chocolatey.installed(world.machine.disk).get(name)


@pytest.mark.parametrize(
    ("parameters", "written"),
    [
        (None, "none none"),
        ("/GitOnlyOnPath", "git none"),
        ("/gitonlyonpath /Dir:C:\\g", "git C:\\g"),
        ('/Dir:"C:\\a b" /Unknown=x', "none C:\\a b"),
        ("/Dir='C:\\a b'", "none C:\\a b"),
    ],
)
def test_package_parameters(stocked: World, parameters: str | None, written: str) -> None:
    result = run(stocked, "git", package_params=parameters)
    assert (result["changed"], result["rc"]) == (True, 0)
    assert stocked.machine.disk.read("C:\\Git\\mode.txt").decode() == written


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, "1.1"),
        ({"allow_prerelease": True}, "1.2-beta"),
        ({"version": "1.0"}, "1.0"),
        ({"version": "1.2-beta"}, None),
        ({"version": "1.2-beta", "allow_prerelease": True}, "1.2-beta"),
        ({"source": FEED}, "9.0"),
        ({"source": "https://elsewhere.example.net/"}, None),
        ({"source": f"https://elsewhere.example.net/;{FEED}"}, "9.0"),
    ],
)
def test_which_version_is_installed(stocked: World, options: dict[str, Any], found: str | None) -> None:
    assert bool(run(stocked, "tool", **options).get("failed")) == (found is None)
    assert version(stocked) == found


def test_arguments_come_behind_the_package_s_own(stocked: World) -> None:
    assert run(stocked, "tool", install_args='MODE="a b"')["rc"] == 0
    assert stocked.machine.disk.read("C:\\Tool\\mode.txt") == b"a b"


def test_arguments_instead_of_the_package_s_own(stocked: World) -> None:
    assert run(stocked, "tool", install_args="/quiet MODE=own", override_args=True)["rc"] == 0
    assert stocked.machine.disk.read("C:\\Tool\\mode.txt") == b"own"


def test_quoted_properties_are_refused_as_by_msiexec(stocked: World) -> None:
    result = run(stocked, "tool", install_args='"MODE=a b"')
    assert (result["failed"], result["rc"]) == (True, 1639)


def test_checksums(stocked: World) -> None:
    refused = run(stocked, "stale")
    assert refused["rc"] == 1
    assert "did not meet" in refused["stdout"]
    assert run(stocked, "stale", ignore_checksums=True)["rc"] == 0
    run(stocked, "stale", state="absent")
    assert chocolatey.set_feature(stocked.machine.disk, "ChecksumFiles", enabled=False)
    assert run(stocked, "stale")["rc"] == 0


def test_dependencies(stocked: World) -> None:
    assert run(stocked, "suite", ignore_dependencies=True)["rc"] == 0
    assert version(stocked) is None
    run(stocked, "suite", state="absent")
    assert run(stocked, "suite")["rc"] == 0
    assert (version(stocked), version(stocked, "git")) == ("1.1", "2.1")
    assert "Unable to resolve dependency 'gone'" in run(stocked, "broken-suite")["stdout"]


def test_skipped_scripts_install_nothing_but_the_package(stocked: World) -> None:
    assert run(stocked, "tool", skip_scripts=True)["rc"] == 0
    assert version(stocked) == "1.1"
    assert not stocked.machine.disk.exists("C:\\Tool")


def test_a_pinned_package_is_not_upgraded(stocked: World) -> None:
    pinned = {"version": "1.0", "pinned": True}
    assert [run(stocked, "tool", **pinned)["changed"] for _time in range(2)] == [True, False]
    assert chocolatey.pins(stocked.machine.disk) == {"tool": "1.0"}
    assert not run(stocked, "tool", state="latest")["changed"]
    assert version(stocked) == "1.0"
    assert run(stocked, "tool", state="latest", ignore_pinned=True)["changed"]
    assert (version(stocked), chocolatey.pins(stocked.machine.disk)) == ("1.1", {"tool": "1.1"})
    assert [run(stocked, "tool", pinned=False)["changed"] for _time in range(2)] == [True, False]
    assert chocolatey.pins(stocked.machine.disk) == {}


def test_pins_in_check_mode(stocked: World) -> None:
    run(stocked, "tool")
    assert stocked.module(MODULE, {"name": ["tool"], "pinned": True}, check_mode=True)["changed"]
    assert chocolatey.pins(stocked.machine.disk) == {}


def test_an_upgrade_and_a_downgrade(stocked: World) -> None:
    run(stocked, "tool", version="1.0")
    assert run(stocked, "tool", state="upgrade")["changed"]
    assert version(stocked) == "1.1"
    assert run(stocked, "tool", state="downgrade", version="1.0")["changed"]
    assert version(stocked) == "1.0"
    assert not run(stocked, "tool", state="downgrade", version="1.0")["changed"]


def test_removal(stocked: World) -> None:
    run(stocked, "tool", pinned=True)
    assert not run(stocked, "tool", state="absent", version="1.0")["changed"]
    assert [run(stocked, "tool", state="absent")["changed"] for _time in range(2)] == [True, False]
    assert not stocked.machine.disk.exists("C:\\Tool\\mode.txt")


def test_sources_are_asked_by_their_priority(stocked: World) -> None:
    disk = stocked.machine.disk
    chocolatey.set_source(disk, Source("internal", FEED, priority=1, user="reader", password="open-sesame"))
    assert chocolatey.feeds(disk, None) == [FEED, chocolatey.COMMUNITY_FEED]
    assert chocolatey.feeds(disk, "Internal") == [FEED]
    assert run(stocked, "tool")["changed"]
    assert version(stocked) == "9.0"
    assert b"open-sesame" not in disk.read(chocolatey.CONFIG)
    chocolatey.set_source(disk, Source("internal", FEED, disabled=True))
    assert chocolatey.feeds(disk, None) == [chocolatey.COMMUNITY_FEED]
    assert [chocolatey.remove_source(disk, "INTERNAL") for _time in range(2)] == [True, False]


def test_without_the_community_nothing_is_found(stocked: World) -> None:
    assert chocolatey.remove_source(stocked.machine.disk, "chocolatey")
    assert run(stocked, "tool")["rc"] == 1


def test_settings_and_features(stocked: World) -> None:
    disk = stocked.machine.disk
    chocolatey.set_setting(disk, "cachelocation", "C:\\Cache")
    chocolatey.set_setting(disk, "own", "x")
    found = chocolatey.settings(disk)
    assert (found["cacheLocation"], found["own"]) == ("C:\\Cache", "x")
    assert not chocolatey.set_feature(disk, "gone", enabled=True)
    assert chocolatey.set_feature(disk, "virusCheck", enabled=True)
    assert chocolatey.features(disk)["virusCheck"]


def test_a_damaged_configuration_is_made_again(stocked: World) -> None:
    stocked.machine.disk.write(chocolatey.CONFIG, b"<chocolatey")
    assert [source.name for source in chocolatey.sources(stocked.machine.disk)] == ["chocolatey"]


VERSIONS = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){0,3}(-[a-z]{1,4})?", fullmatch=True)


@given(VERSIONS, VERSIONS)
def test_versions_are_ordered(one: str, other: str) -> None:
    first, second = chocolatey.order(one), chocolatey.order(other)
    assert (first < second) + (second < first) + (first == second) == 1
    if not chocolatey.is_prerelease(one):
        assert chocolatey.order(f"{one}-beta") < first
