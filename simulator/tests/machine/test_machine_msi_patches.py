# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Transforms and patches: msiexec with TRANSFORMS, PATCH, /p, /update and /uninstall PATCH, and win_package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine import msiexec_command_line
from appstream_simulator.windows.machine.msiexec_command_line import InvalidCommandLineError
from appstream_simulator.windows.machine.shelf import Shelf, ShelfError
from appstream_simulator.windows.machine.shelf_items import MSI_MAGIC
from simulated_machine import World

PATCH_CODE = "{D0000000-0000-4000-8000-000000000009}"
SHELF = rf"""
installers:
  - name: cad
    kind: msi
    product_code: "{{C0000000-0000-4000-8000-000000000001}}"
    display_version: 1.0.0
    files: [{{path: 'C:\CAD\server.txt', text: '{{argument:SERVER=none}} {{argument:LANGUAGE=none}}'}}]
  - {{name: other, kind: msi, product_code: "{{C0000000-0000-4000-8000-000000000002}}"}}
  - {{name: servers, kind: mst, applies_to: cad, properties: {{Server: lab, Language: de}}}}
  - {{name: language, kind: mst, applies_to: cad, properties: {{LANGUAGE: fr}}}}
  - {{name: foreign, kind: mst, applies_to: other}}
  - name: update
    kind: msp
    applies_to: cad
    patch_code: "{PATCH_CODE}"
    patched_version: 1.0.1
    files: [{{path: 'C:\CAD\fix.dll'}}]
  - {{name: drivers, kind: msp, applies_to: cad, patch_code: "{{D0000000-0000-4000-8000-000000000008}}",
     reboot_required: true}}
"""
INSTALL = "msiexec /i C:\\Media\\cad.msi /qn"


@pytest.fixture
def shelf_world(world: World, tmp_path: Path) -> World:
    file = tmp_path / "shelf.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    for name in ("cad", "other", "servers", "language", "foreign", "update", "drivers"):
        installer = world.machine.shelf.installers[name]
        world.write(f"C:\\Media\\{name}.{installer.kind}", installer.content)
    world.write("C:\\Media\\text.mst", b"no transform")
    world.write("C:\\Media\\real.mst", MSI_MAGIC + b"of somebody else")
    return world


def exit_code(world: World, line: str) -> int:
    return world.process(line).exit_code


def version(world: World) -> Any:
    key = world.machine.shelf.installers["cad"].uninstall_key
    return world.machine.disk.registry.texts(key)["DisplayVersion"]


@pytest.mark.parametrize(
    ("properties", "written"),
    [
        ("", "none none"),
        ("TRANSFORMS=C:\\Media\\servers.mst", "lab de"),
        ("TRANSFORMS=servers.mst", "lab de"),
        ("TRANSFORMS=@servers.mst;language.mst", "lab fr"),
        ('TRANSFORMS="C:\\Media\\language.mst;C:\\Media\\servers.mst"', "lab de"),
        ("TRANSFORMS=servers.mst SERVER=mine", "mine de"),
    ],
)
def test_transforms_set_properties(shelf_world: World, properties: str, written: str) -> None:
    assert exit_code(shelf_world, f"{INSTALL} {properties}") == 0
    assert shelf_world.machine.disk.read("C:\\CAD\\server.txt").decode() == written


@pytest.mark.parametrize("name", ["gone.mst", "C:\\gone\\servers.mst", "text.mst", "foreign.mst", "cad.msi"])
def test_transforms_that_cannot_be_applied(shelf_world: World, name: str) -> None:
    result = shelf_world.process(f"{INSTALL} TRANSFORMS={name}")
    assert result.exit_code == 1624
    assert "applying transforms" in result.stdout.decode("utf-16-le")
    assert not shelf_world.machine.disk.exists("C:\\CAD")


@pytest.mark.parametrize("name", [":embedded.mst", "real.mst"])
def test_transforms_that_are_not_simulated(shelf_world: World, name: str) -> None:
    assert exit_code(shelf_world, f"{INSTALL} TRANSFORMS={name}") == 1
    assert [entry["what"] for entry in shelf_world.journal.entries("unhandled")] == ["msiexec"]


def test_a_transform_in_the_working_directory(shelf_world: World) -> None:
    content = shelf_world.machine.shelf.installers["servers"].content
    shelf_world.write("C:\\Work\\elsewhere.mst", content)
    line = f"{INSTALL} TRANSFORMS=elsewhere.mst"
    assert exit_code(shelf_world, line) == 1624
    assert shelf_world.module("win_command", {"cmd": line, "chdir": "C:\\Work"})["rc"] == 0


@pytest.mark.parametrize("option", ["/p", "/update"])
def test_a_patch_is_applied_and_taken_off(shelf_world: World, option: str) -> None:
    line = f"msiexec {option} C:\\Media\\update.msp /qn"
    assert exit_code(shelf_world, line) == 1642
    assert exit_code(shelf_world, INSTALL) == 0
    assert exit_code(shelf_world, line) == 0
    assert (version(shelf_world), shelf_world.machine.disk.is_file("C:\\CAD\\fix.dll")) == ("1.0.1", True)
    product_code = shelf_world.machine.shelf.installers["cad"].product_code
    assert exit_code(shelf_world, f"msiexec /package {product_code} /uninstall {PATCH_CODE} /qn") == 0
    assert (version(shelf_world), shelf_world.machine.disk.is_file("C:\\CAD\\fix.dll")) == ("1.0.0", False)
    assert exit_code(shelf_world, f"msiexec /uninstall {PATCH_CODE} /package {product_code} /qn") == 1647


def test_patches_along_with_the_installation(shelf_world: World) -> None:
    assert exit_code(shelf_world, f"{INSTALL} PATCH=C:\\Media\\update.msp;C:\\Media\\drivers.msp") == 3010
    assert version(shelf_world) == "1.0.1"
    assert exit_code(shelf_world, "msiexec /x C:\\Media\\cad.msi /qn") == 0
    assert exit_code(shelf_world, "msiexec /p C:\\Media\\update.msp /qn") == 1642


@pytest.mark.parametrize(("name", "code"), [("gone.msp", 1635), ("text.mst", 1636), ("cad.msi", 1636)])
def test_what_is_no_patch(shelf_world: World, name: str, code: int) -> None:
    assert exit_code(shelf_world, INSTALL) == 0
    assert exit_code(shelf_world, f"msiexec /p C:\\Media\\{name} /qn") == code


def test_a_patch_is_no_package(shelf_world: World) -> None:
    assert exit_code(shelf_world, "msiexec /i C:\\Media\\update.msp /qn") == 1620


def test_win_package_applies_a_patch_once_and_takes_it_off(shelf_world: World) -> None:
    path = "C:\\Media\\update.msp"
    refused = shelf_world.module("win_package", {"path": path})
    assert refused["failed"]
    assert "does not apply to any installed MSI packages" in refused["msg"]
    assert exit_code(shelf_world, INSTALL) == 0
    assert shelf_world.module("win_package", {"path": path}, check_mode=True)["changed"]
    changes = [shelf_world.module("win_package", {"path": path})["changed"] for _time in range(2)]
    assert (changes, version(shelf_world)) == ([True, False], "1.0.1")
    removal = {"product_id": PATCH_CODE, "state": "absent"}
    changes = [shelf_world.module("win_package", removal)["changed"] for _time in range(2)]
    assert (changes, version(shelf_world)) == ([True, False], "1.0.0")


def test_win_package_says_that_a_restart_is_needed(shelf_world: World) -> None:
    assert exit_code(shelf_world, INSTALL) == 0
    result = shelf_world.module("win_package", {"path": "C:\\Media\\drivers.msp", "provider": "msp"})
    assert (result["rc"], result["reboot_required"]) == (3010, True)


@pytest.mark.parametrize("text", ["/i a.msi /p b.msp", "/p a.msp /p b.msp", "/p", "/x a /x b", "/i a /uninstall"])
def test_actions_that_exclude_each_other(text: str) -> None:
    with pytest.raises(InvalidCommandLineError):
        msiexec_command_line.parse(text)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{name: a, kind: mst}", "needs applies_to"),
        ("{name: a, kind: msp, applies_to: putty}", "needs a patch_code"),
        ("{name: a, kind: mst, applies_to: gone}", "no installer gone"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, entry: str, problem: str) -> None:
    file = tmp_path / "shelf.yml"
    file.write_text(f"installers: [{entry}]")
    with pytest.raises(ShelfError, match=problem):
        Shelf([file])
