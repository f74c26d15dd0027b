# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A search for secrets that comes as C# with its script; `simulator/tests/mono` has these tests with Mono, too."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows import mono
from appstream_simulator.windows.machine import ballast
from appstream_simulator.windows.machine.disk_entries import Link
from simulated_machine import ADMINISTRATOR, World, make_world

SECRET = "Corr3ct-hörse"
OTHER = "пароль-1"
PLUGIN = Path(__file__).resolve().parents[3] / "plugins" / "plugin_utils" / "_secret_scan.py"
SOURCE = "\n".join(
    PLUGIN.with_name(name).read_text(encoding="utf-8") for name in ("_secret_scan.cs", "_secret_scan_windows.cs")
)
SOFTWARE = "HKEY_LOCAL_MACHINE\\SOFTWARE"


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What carries the search out: the simulator itself, as where there is no Mono."""
    monkeypatch.setattr(mono, "is_installed", lambda: False)


def script() -> str:
    """The plugin's own script, for two secrets."""
    found = re.search(r'^SCRIPT = r?"""(.*?)"""', PLUGIN.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    parameters = "[SecureString]$First, [SecureString]$Second"
    return found[1].replace("{parameters}", parameters).replace("{variables}", "$First, $Second")


def answer(
    world: World,
    folders: tuple[str, ...] = (),
    keys: tuple[str, ...] = (),
    limit: int = 1000,
    seconds: int = 60,
    source: str = SOURCE,
) -> dict[str, Any]:
    """What comes out of the script, errors too."""
    parameters = {
        "Source": source,
        "Group": [0, 1],
        "Folder": list(folders),
        "Key": list(keys),
        "Limit": limit,
        "Seconds": seconds,
    }
    result: dict[str, Any] = world.module(
        "win_powershell",
        {
            "script": script(),
            "parameters": parameters,
            "sensitive_parameters": [{"name": "First", "value": SECRET}, {"name": "Second", "value": OTHER}],
        },
    )
    return result


def search(world: World, *places: Any, **options: Any) -> dict[str, Any]:
    result = answer(world, *places, **options)
    assert not result.get("failed") and not result["error"], result
    found: dict[str, Any] = json.loads(result["output"][0])
    return found


def hits(found: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(item["secret"], item["kind"], item["place"]) for item in found["findings"]]


def left_out(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(item["kind"], item["place"], item["reason"]) for item in found["not_searched"]]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (SECRET.encode(), [0]),
        (b"\xef\xbb\xbfa=" + SECRET.encode() + b"\r\n", [0]),
        (SECRET.encode("utf-16"), [0]),
        (SECRET.encode("utf-16-le"), [0]),
        (b"\x00" + SECRET.encode("utf-16-le"), [0]),
        (SECRET.encode("utf-16-be"), [0]),
        (SECRET.encode("cp1252"), [0]),
        (SECRET.encode("cp437"), [0]),
        (b"\xff\xfe\x00" + SECRET.encode() + b"\x00\xff", [0]),
        ("a пароль-1".encode(), [1]),
        ("пароль-1".encode("cp1251"), []),
        (b"??????-1", []),
        (SECRET.upper().encode(), []),
        (SECRET.encode("utf-7"), []),
        (f"{OTHER} {SECRET}".encode(), [0, 1]),
    ],
)
def test_what_is_found_in_a_file(world: World, content: bytes, found: list[int]) -> None:
    world.write("C:\\Temp\\a\\b.bin", content)

    result = search(world, ("C:\\Temp", "C:\\Missing"))

    assert hits(result) == [(number, "file_content", "C:\\Temp\\a\\b.bin") for number in found]
    assert (result["folders"], result["files"], result["bytes"]) == (2, 1, len(content))


def test_names_are_found_and_not_shown(world: World) -> None:
    world.write(f"C:\\Temp\\{SECRET.upper()}\\x")

    assert hits(search(world, ("C:\\Temp",))) == [(0, "file_name", "C:\\Temp\\***")]


def test_a_file_that_is_too_large_is_told(world: World) -> None:
    world.write("C:\\Temp\\big", b"x" * 1001)

    found = search(world, ("C:\\Temp",))

    assert left_out(found) == [("too_large", "C:\\Temp\\big", "1001 bytes")]
    assert (found["too_large"], found["files"]) == (1, 0)


def test_what_is_behind_a_link_is_found_where_it_is_and_once(world: World) -> None:
    world.write("C:\\ProgramData\\Vendor\\a.log", SECRET.encode())
    world.machine.disk.make_link("C:\\ProgramData\\Vendor\\circle", Link("C:\\ProgramData"))

    found = search(world, ("C:\\Users", "C:\\ProgramData"))

    assert hits(found) == [(0, "file_content", "C:\\ProgramData\\Vendor\\a.log")]
    assert found["links"] > 2


def test_a_folder_that_is_named_twice_is_searched_once(world: World) -> None:
    world.write("C:\\Temp\\a\\b.log", SECRET.encode())

    for folders in (("C:\\Temp", "C:\\temp\\a"), ("C:\\Temp\\a\\", "C:\\TEMP\\a", "C:\\Temp")):
        assert len(hits(search(world, folders))) == 1


def test_a_folder_that_cannot_be_listed_is_told(world: World) -> None:
    found = search(world, ("C:\\Documents and Settings",))

    assert [item[:2] for item in left_out(found)] == [("unreadable", "C:\\Documents and Settings")]


def test_a_folder_that_can_be_none_is_told(world: World) -> None:
    world.write("C:\\Temp\\a.log", SECRET.encode())

    found = search(world, ("C:\\Users\\*", "C:\\Temp"))

    assert hits(found) == [(0, "file_content", "C:\\Temp\\a.log")]
    assert left_out(found) == [("unreadable", "C:\\Users\\*", "Illegal characters in path.")]


def test_the_registry(world: World) -> None:
    registry = world.machine.disk.registry
    key = "HKLM\\SOFTWARE\\Vendor"
    registry.set(key, "Password", f"x{SECRET}y")
    registry.set(key, "List", ["a", SECRET], "MultiString")
    registry.set(key, "Bytes", SECRET.encode("utf-16-le"), "Binary")
    registry.set(key, "Large", (1 << 64) - 1, "QWord")
    registry.set(key, SECRET, (1 << 32) - 1, "DWord")
    registry.set(key, "", SECRET)
    registry.create_key(f"{key}\\{SECRET}")

    assert sorted(hits(search(world, keys=(SOFTWARE,)))) == [
        (0, "registry_key", f"{SOFTWARE}\\Vendor\\***"),
        (0, "registry_value", f"{SOFTWARE}\\Vendor: (default)"),
        (0, "registry_value", f"{SOFTWARE}\\Vendor: Bytes"),
        (0, "registry_value", f"{SOFTWARE}\\Vendor: List"),
        (0, "registry_value", f"{SOFTWARE}\\Vendor: Password"),
        (0, "registry_value_name", f"{SOFTWARE}\\Vendor: ***"),
    ]


def test_a_key_that_somebody_deletes_meanwhile_is_told_and_nothing_else_is_lost(world: World) -> None:
    registry = world.machine.disk.registry
    registry.set("HKLM\\SOFTWARE\\Gone", "A", SECRET)
    registry.set("HKLM\\SOFTWARE\\Vendor", "A", SECRET)
    registry.marked_for_deletion.add(f"{SOFTWARE}\\gone".lower())

    found = search(world, keys=(SOFTWARE, "HKEY_LOCAL_MACHINE\\SOFTWARE\\Missing"))

    assert hits(found) == [(0, "registry_value", f"{SOFTWARE}\\Vendor: A")]
    ((kind, place, reason),) = left_out(found)
    assert (kind, place) == ("unreadable", f"{SOFTWARE}\\Gone")
    assert "marked for deletion" in reason


def test_the_registry_of_a_user_who_is_not_logged_on_is_a_file(world: World) -> None:
    world.module("win_regedit", {"path": "HKCU:\\Software\\Vendor", "name": "Key", "data": SECRET}, user="bob")

    found = search(world, ("C:\\Users",), ("HKEY_USERS",), limit=10**7)

    assert hits(found) == [(0, "file_content", "C:\\Users\\bob\\NTUSER.DAT")]
    own = f"C:\\Users\\{ADMINISTRATOR}\\NTUSER.DAT"
    assert [item[:2] for item in left_out(found)] == [("unreadable", own)]


def test_the_users_who_are_logged_on(world: World) -> None:
    world.module("win_regedit", {"path": "HKCU:\\Software\\Vendor", "name": "Key", "data": SECRET})

    (found,) = hits(search(world, keys=("HKEY_USERS",)))

    assert found[:2] == (0, "registry_value")
    assert found[2].startswith("HKEY_USERS\\S-1-5-21-")


def test_the_system_is_searched_once(world: World) -> None:
    world.machine.disk.registry.set("HKU\\S-1-5-18\\Software\\Vendor", "Key", SECRET)

    assert hits(search(world, keys=("HKEY_USERS",))) == [
        (0, "registry_value", "HKEY_USERS\\.DEFAULT\\SOFTWARE\\Vendor: Key")
    ]


def test_a_search_without_time_says_what_it_has_not_reached(world: World) -> None:
    world.write("C:\\Temp\\a.log", SECRET.encode())

    found = search(world, ("C:\\Temp",), (SOFTWARE,), seconds=0)

    assert hits(found) == []
    assert [item[:2] for item in left_out(found)] == [("not_reached", SOFTWARE), ("not_reached", "C:\\Temp")]
    assert (found["time_is_up"], found["not_reached"]) == (True, 2)


def test_other_c_sharp_is_not_simulated(world: World) -> None:
    result = answer(world, source="public class Other { }")

    assert result["failed"]
    assert "outside of the subset of PowerShell: Add-Type with C# other than a search for secrets" in result["msg"]
    assert [entry["kind"] for entry in world.journal.entries() if entry["kind"] == "unhandled"] == ["unhandled"]


def test_all_of_a_stock_machine(world: World) -> None:
    """Nothing of it is left out but what is in use."""
    found = search(world, ("C:\\",), ("HKEY_LOCAL_MACHINE", "HKEY_USERS"), limit=1 << 30)

    assert found["files"] + found["unreadable"] == sum(
        not item.is_directory for item in world.machine.disk.walk("C:\\")
    )
    assert {place.rpartition("\\")[2] for _kind, place, _reason in left_out(found)} == {"NTUSER.DAT", "DEFAULT"}


def test_a_disk_as_large_as_a_real_one(tmp_path: Path) -> None:
    world = make_world(tmp_path, settings={"disk_files": 10_000, "registry_keys": 2_000})
    disk = world.machine.disk
    unfilled = disk.copy()
    folder = f"{ballast.FOLDER}\\{{00000003}}"
    disk.write(f"{folder}\\settings.ini", SECRET.encode())
    disk.registry.set(f"{ballast.KEY}\\{{000000FF-0000-0000-C000-000000000046}}", "Key", SECRET)

    found = search(world, ("C:\\ProgramData",), (SOFTWARE,), limit=1 << 20)

    assert sorted(hits(found)) == [
        (0, "file_content", f"{folder}\\settings.ini"),
        (0, "registry_value", f"{SOFTWARE}\\Classes\\CLSID\\{{000000FF-0000-0000-C000-000000000046}}: Key"),
    ]
    assert found["files"] > 10_000 and found["registry_values"] > 4_000
    assert len(unfilled.list(ballast.FOLDER)) == 100
    assert not unfilled.is_file(f"{folder}\\settings.ini")
