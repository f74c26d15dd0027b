# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Symbolic links and junctions of a disk, those that Windows ships among them, and what follows them."""

from __future__ import annotations

from typing import Any

import pytest
from appstream_simulator.windows.machine.disk_entries import Link
from simulated_machine import World

LISTED = "(Get-ChildItem -LiteralPath $Folder -Recurse -Force -ErrorAction SilentlyContinue).FullName"


def script(world: World, text: str, **parameters: Any) -> dict[str, Any]:
    names = ", ".join(f"[string[]]${name}" for name in parameters)
    arguments = {"script": f"param({names})\n{text}", "parameters": parameters}
    result: dict[str, Any] = world.module("win_powershell", arguments)
    assert not result.get("failed"), result
    return result


def listed(world: World, *folders: str) -> list[str]:
    output: list[str] = script(world, LISTED, Folder=list(folders))["output"]
    return output


def test_windows_powershell_goes_through_a_symbolic_link(world: World) -> None:
    world.write("C:\\ProgramData\\Vendor\\settings.ini", b"x")

    found = listed(world, "C:\\Users", "C:\\ProgramData")

    assert found.count("C:\\ProgramData\\Vendor\\settings.ini") == 1
    assert found.count("C:\\Users\\All Users\\Vendor\\settings.ini") == 1


def test_the_junctions_of_windows_cannot_be_listed(world: World) -> None:
    result = script(world, "Get-ChildItem -LiteralPath $Folder -Recurse -Force", Folder=["C:\\Users\\Default"])

    refused = [error["exception"]["message"] for error in result["error"]]
    assert "Access to the path 'C:\\Users\\Default\\My Documents' is denied." in refused
    assert world.machine.disk.is_directory("C:\\Documents and Settings\\Default\\AppData")
    with pytest.raises(PermissionError, match="denied"):
        world.machine.disk.list("C:\\Documents and Settings")


def test_wildcards_go_on_behind_a_junction_that_cannot_be_listed(world: World) -> None:
    world.write("C:\\Users\\bob\\a.txt")
    text = "Get-Item -Path 'C:\\Users\\*\\*.txt' -Force -ErrorAction {}"

    assert script(world, f"({text.format('SilentlyContinue')}).FullName", Folder=[])["output"] == [
        "C:\\Users\\bob\\a.txt"
    ]
    (refused,) = script(world, f"$null = {text.format('Continue')}", Folder=[])["error"]
    assert refused["exception"]["message"] == "Access to the path 'C:\\Users\\Default User' is denied."


def test_a_profile_has_its_own_junctions(world: World) -> None:
    world.module("win_ping", {}, user="bob")

    assert world.machine.disk.stat("C:\\Users\\bob\\Application Data").link == Link(
        "C:\\Users\\bob\\AppData\\Roaming", is_junction=True, is_listable=False
    )


def test_what_is_written_behind_a_link_is_where_it_leads(world: World) -> None:
    world.machine.disk.make_link("C:\\Link", Link("C:\\Windows\\Temp"))

    world.machine.disk.write("C:\\Link\\a.txt", b"a")

    assert world.machine.disk.read("C:\\Windows\\Temp\\a.txt") == b"a"
    assert world.machine.disk.stat("C:\\Link\\a.txt").path == "C:\\Link\\a.txt"
    world.machine.disk.remove("C:\\Link")
    assert world.machine.disk.is_file("C:\\Windows\\Temp\\a.txt")


def test_links_in_a_circle_lead_nowhere(world: World) -> None:
    world.machine.disk.make_link("C:\\One", Link("C:\\Two"))
    world.machine.disk.make_link("C:\\Two", Link("C:\\One"))

    assert not world.machine.disk.is_file("C:\\One\\a.txt")
    with pytest.raises(FileNotFoundError):
        world.machine.disk.list("C:\\One")
    assert [item.name for item in world.machine.disk.walk("C:\\") if item.name in ("One", "Two")] == ["One", "Two"]


def test_modules_tell_links(world: World) -> None:
    stat = world.module("win_stat", {"path": "C:\\Users\\All Users"})["stat"]
    assert (stat["islnk"], stat["isjunction"], stat["lnk_target"]) == (True, False, "C:\\ProgramData")
    assert "ReparsePoint" in stat["attributes"]
    found = world.module(
        "win_find", {"paths": ["C:\\Users"], "file_type": "directory", "recurse": True, "hidden": True}
    )
    links = {
        item["path"]: (item["islnk"], item["isjunction"])
        for item in found["files"]
        if item["islnk"] or item["isjunction"]
    }
    assert links["C:\\Users\\All Users"] == (True, False)
    assert links["C:\\Users\\Default User"] == (False, True)
    assert not [item for item in found["files"] if item["path"].startswith("C:\\Users\\All Users\\")]
