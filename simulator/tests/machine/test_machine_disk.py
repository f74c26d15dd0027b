# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Paths, the disk and the registry."""

from __future__ import annotations

import pytest
from appstream_simulator.windows.machine import windows_paths
from appstream_simulator.windows.machine.disk import Disk
from appstream_simulator.windows.machine.registry import Registry, RegistryValue
from appstream_simulator.windows.machine.shares import Shares
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def disk() -> Disk:
    disk = Disk(lambda: 1000.0, Shares({"\\\\server\\share\\a.msi": b"shared"}))
    disk.make_directories("C:\\Program Files\\Notepad++")
    disk.make_directories("C:\\Program Files (x86)")
    disk.write("C:\\Program Files\\Notepad++\\notepad++.exe", b"MZ")
    return disk


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("C:/Windows//Temp/", "C:\\Windows\\Temp"),
        ("C:\\a\\.\\b\\..\\c", "C:\\a\\c"),
        ("c:\\", "c:\\"),
        ("\\Windows", "C:\\Windows"),
        ("\\\\?\\C:\\a", "C:\\a"),
        ("\\\\?\\UNC\\server\\share\\a", "\\\\server\\share\\a"),
        ("//server/share/a", "\\\\server\\share\\a"),
    ],
)
def test_normalise(path: str, expected: str) -> None:
    assert windows_paths.normalise(path) == expected


@pytest.mark.parametrize("path", ["", "C:\\a?b", "C:\\a|b", 'C:\\a"b', "C:\\a*"])
def test_illegal_paths_are_refused_and_do_not_exist(disk: Disk, path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        windows_paths.normalise(path)
    assert not disk.exists(path)


def test_short_names_are_numbered_in_order_of_creation() -> None:
    names = ["Program Files", "Program Files (x86)", "ProgramData", "Users", "a.b.c.text", ".profile", "x.html"]
    assert windows_paths.short_names(names) == {
        "PROGRA~1": "Program Files",
        "PROGRA~2": "Program Files (x86)",
        "PROGRA~3": "ProgramData",
        "ABC~1.TEX": "a.b.c.text",
        "PROFIL~1": ".profile",
        "X~1.HTM": "x.html",
    }


@pytest.mark.parametrize(
    "path",
    [
        "C:\\Program Files\\Notepad++\\notepad++.exe",
        "c:\\PROGRAM FILES\\notepad++\\NOTEPAD++.EXE",
        "C:/Program Files/Notepad++/notepad++.exe",
        "C:\\PROGRA~1\\NOTEPA~1\\NOTEPA~1.EXE",
        "C:/progra~1/Notepad++/../Notepad++/notepad++.exe",
    ],
)
def test_all_spellings_reach_a_file(disk: Disk, path: str) -> None:
    assert disk.is_file(path)
    assert disk.read(path) == b"MZ"
    assert disk.stat(path).path == "C:\\Program Files\\Notepad++\\notepad++.exe"


def test_short_name_of_nothing_does_not_resolve(disk: Disk) -> None:
    assert not disk.exists("C:\\PROGRA~9")


def test_writing_keeps_the_name_and_the_creation_time(disk: Disk) -> None:
    disk.set_times("C:\\Program Files\\Notepad++\\notepad++.exe", written=1.0, accessed=2.0)
    disk.write("c:\\program files\\notepad++\\NOTEPAD++.exe", b"MZ 2")
    information = disk.stat("C:\\PROGRA~1\\Notepad++\\notepad++.exe")
    assert (information.name, information.size, information.written) == ("notepad++.exe", 4, 1000.0)


def test_what_is_in_the_way_or_missing(disk: Disk) -> None:
    with pytest.raises(FileNotFoundError, match="part of the path"):
        disk.write("C:\\nowhere\\a.txt", b"")
    with pytest.raises(IsADirectoryError):
        disk.write("C:\\Program Files", b"")
    with pytest.raises(FileExistsError):
        disk.make_directories("C:\\Program Files\\Notepad++\\notepad++.exe\\sub")
    with pytest.raises(FileNotFoundError, match="drive"):
        disk.make_directories("E:\\a")
    for missing in ("C:\\nothing", "E:\\nothing"):
        with pytest.raises(FileNotFoundError):
            disk.read(missing)
        with pytest.raises(FileNotFoundError):
            disk.remove(missing)
        with pytest.raises(FileNotFoundError):
            disk.stat(missing)


def test_shares_can_be_read_only(disk: Disk) -> None:
    assert disk.read("//server/share/a.msi") == b"shared"
    assert disk.stat("\\\\server\\share\\a.msi").size == 6
    assert not disk.is_file("\\\\server\\share\\b.msi")
    with pytest.raises(PermissionError):
        disk.write("\\\\server\\share\\c", b"")
    with pytest.raises(PermissionError):
        disk.remove("\\\\server\\share\\a.msi")


def test_walk_and_list(disk: Disk) -> None:
    disk.write("C:\\Program Files\\a.txt", b"1")
    assert disk.list("C:\\Program Files") == ["a.txt", "Notepad++"]
    assert [item.path for item in disk.walk("C:\\Program Files")] == [
        "C:\\Program Files\\a.txt",
        "C:\\Program Files\\Notepad++",
        "C:\\Program Files\\Notepad++\\notepad++.exe",
    ]


def test_a_copy_is_independent(disk: Disk) -> None:
    disk.registry.set("HKLM\\SOFTWARE\\A", "x", "1")
    disk.application_catalog.append({"Name": "a"})
    copy = disk.copy()
    disk.write("C:\\Program Files\\Notepad++\\notepad++.exe", b"changed")
    disk.remove("C:\\Program Files (x86)")
    disk.registry.set("HKLM\\SOFTWARE\\A", "x", "2")
    disk.application_catalog.clear()
    assert copy.read("C:\\Program Files\\Notepad++\\notepad++.exe") == b"MZ"
    assert copy.is_directory("C:\\Program Files (x86)")
    assert copy.registry.get("HKLM\\SOFTWARE\\A", "x") == RegistryValue("String", "1")
    assert copy.application_catalog == [{"Name": "a"}]


_NAMES = st.text(alphabet="abcXYZ 019._-+", min_size=1, max_size=12).filter(lambda name: name.strip(" .") == name)


@given(st.lists(_NAMES, min_size=1, max_size=8))
def test_every_short_name_leads_to_its_file(names: list[str]) -> None:
    disk = Disk(lambda: 0.0)
    for name in names:
        disk.write(f"C:\\{name}", name.lower().encode())
    for short, long in windows_paths.short_names(dict.fromkeys(disk.list("C:\\"))).items():
        assert len(short.partition(".")[0]) <= 8
        assert disk.read(f"C:\\{long}") == long.lower().encode()
    for name in names:
        assert disk.read(f"c:/{name.upper()}") == name.lower().encode()


@pytest.mark.parametrize(
    "path",
    [
        "HKLM:\\SOFTWARE\\Example",
        "HKLM\\software\\EXAMPLE",
        "HKEY_LOCAL_MACHINE\\SOFTWARE\\Example\\",
        "Registry::HKEY_LOCAL_MACHINE\\SOFTWARE\\Example",
    ],
)
def test_registry_paths(path: str) -> None:
    registry = Registry()
    registry.set("HKLM\\SOFTWARE\\Example", "Name", 7, "DWord")
    assert registry.get(path, "NAME") == RegistryValue("DWord", 7)
    assert registry.has_key(path)


def test_registry_views_hives_and_deletion() -> None:
    registry = Registry()
    registry.set("HKLM\\SOFTWARE\\WOW6432Node\\A", "", "32 bit")
    assert not registry.has_key("HKLM\\SOFTWARE\\A")
    registry.set("HKCR\\.txt", "", "text")
    assert registry.get("HKLM\\SOFTWARE\\Classes\\.txt", "") == RegistryValue("String", "text")
    assert registry.key_names("HKLM\\SOFTWARE") == ["WOW6432Node", "Classes"]
    assert registry.delete("HKCR\\.txt", "")
    assert not registry.delete("HKCR\\.txt", "")
    assert registry.delete_key("HKLM\\SOFTWARE\\Wow6432Node")
    assert not registry.delete_key("HKLM\\SOFTWARE\\Wow6432Node")
    with pytest.raises(ValueError, match="hive"):
        registry.has_key("HKXX\\A")
