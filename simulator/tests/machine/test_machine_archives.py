# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Archives with installers in them: tar.exe and win_unzip, and ISO images that are mounted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from appstream_simulator.windows.machine import archives, disk_images
from appstream_simulator.windows.machine.shelf import Shelf, ShelfError
from hypothesis import given
from hypothesis import strategies as st
from simulated_machine import World

SHELF = r"""
installers:
  - name: setup
    kind: exe
    registry_key: Setup
    silent_arguments: [/S]
    needs: [{path: data.cab}]
    files: [{path: 'C:\Program Files\Setup\app.exe'}]
  - name: package
    kind: zip
    contents: &contents
      - {path: 'Build\setup.exe', installer: setup}
      - {path: 'Build\data.cab', text: cab}
  - {name: ball, kind: tar.gz, contents: *contents}
  - {name: seven, kind: 7z, contents: *contents}
  - {name: disc, kind: iso, contents: *contents}
  - {name: outer, kind: zip, contents: [{path: inner.zip, installer: package}]}
"""
INSIDE = {"Build/setup.exe", "Build/data.cab"}


def with_shelf(world: World, tmp_path: Path) -> World:
    file = tmp_path / "shelf.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    for name, installer in world.machine.shelf.installers.items():
        world.write(f"C:\\Media\\{name}.{installer.kind}", installer.content)
    return world


@pytest.fixture
def shelf_world(world: World, tmp_path: Path) -> World:
    return with_shelf(world, tmp_path)


def installs(world: World, folder: str) -> bool:
    """Whether the installer that was unpacked is recognised, and finds the file that lies beside it."""
    line = f"{folder}\\Build\\setup.exe /S"
    result = world.module("win_command", {"cmd": line, "chdir": f"{folder}\\Build"})
    return result.get("rc") == 0 and world.machine.disk.is_file("C:\\Program Files\\Setup\\app.exe")


@pytest.mark.parametrize("archive", ["package.zip", "ball.tar.gz", "disc.iso"])
def test_tar_unpacks_what_an_installer_needs(shelf_world: World, archive: str) -> None:
    shelf_world.machine.disk.make_directories("C:\\Out")
    listed = shelf_world.process(f"tar -tf C:\\Media\\{archive}")
    assert set(listed.stdout.decode().split()) == INSIDE
    assert shelf_world.process(f"tar.exe -xf C:\\Media\\{archive} -C C:\\Out").exit_code == 0
    assert installs(shelf_world, "C:\\Out")


def test_tar_strips_folders_and_unpacks_into_the_working_directory(shelf_world: World) -> None:
    shelf_world.machine.disk.make_directories("C:\\Out")
    line = "tar xvf C:\\Media\\package.zip --strip-components 1"
    assert shelf_world.module("win_command", {"cmd": line, "chdir": "C:\\Out"})["rc"] == 0
    assert shelf_world.machine.disk.list("C:\\Out") == ["data.cab", "setup.exe"]


def test_archives_in_archives(shelf_world: World) -> None:
    shelf_world.machine.disk.make_directories("C:\\Out")
    assert shelf_world.process("tar -x -f C:\\Media\\outer.zip --directory=C:\\Out").exit_code == 0
    assert shelf_world.process("tar -xf C:\\Out\\inner.zip -C C:\\Out").exit_code == 0
    assert installs(shelf_world, "C:\\Out")


@pytest.mark.parametrize(
    ("platform", "exit_code", "text"),
    [
        ("WINDOWS_SERVER_2019", 1, "LZMA codec is unsupported"),
        ("WINDOWS_SERVER_2022", 1, "LZMA codec is unsupported"),
        ("WINDOWS_SERVER_2025", 0, ""),
        ("WINDOWS_11", 0, ""),
    ],
)
def test_7z_is_for_newer_windows(
    new_world: Callable[..., World], tmp_path: Path, platform: str, exit_code: int, text: str
) -> None:
    world = with_shelf(new_world(platform=platform), tmp_path)
    world.machine.disk.make_directories("C:\\Out")
    result = world.process("tar -xf C:\\Media\\seven.7z -C C:\\Out")
    assert result.exit_code == exit_code
    assert text in result.stderr.decode()
    assert world.machine.disk.is_file("C:\\Out\\Build\\setup.exe") == (exit_code == 0)


def test_windows_server_2016_has_no_tar(new_world: Callable[..., World]) -> None:
    world = new_world(platform="WINDOWS_SERVER_2016")
    with pytest.raises(FileNotFoundError):
        world.process("tar -tf C:\\a.zip")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("-xf C:\\gone.zip", "Failed to open 'C:\\gone.zip'"),
        ("-xf C:\\Media\\text.zip", "Unrecognized archive format"),
        ("-xf C:\\Media\\damaged.zip", "Unrecognized archive format"),
        ("-xf C:\\Media\\package.zip -C C:\\gone", "could not chdir to 'C:\\gone'"),
        ("-f C:\\Media\\package.zip", "Must specify one of"),
    ],
)
def test_what_tar_refuses(shelf_world: World, arguments: str, text: str) -> None:
    shelf_world.write("C:\\Media\\text.zip", b"not an archive")
    shelf_world.write("C:\\Media\\damaged.zip", shelf_world.machine.shelf.installers["package"].content[:60])
    result = shelf_world.process(f"tar {arguments}")
    assert (result.exit_code, result.stdout) == (1, b"")
    assert text in result.stderr.decode()
    assert shelf_world.journal.entries("unhandled") == []


@pytest.mark.parametrize("arguments", ["-cf a.zip b", "-xf a.zip member", "-xf", "--exclude=a -xf a.zip", "-xqf a.zip"])
def test_what_tar_is_not_simulated_for(shelf_world: World, arguments: str) -> None:
    assert shelf_world.process(f"tar {arguments}").exit_code == 1
    assert len(shelf_world.journal.entries("unhandled")) == 1


def test_a_foreign_7z_is_not_simulated(new_world: Callable[..., World]) -> None:
    world = new_world(platform="WINDOWS_11")
    world.write("C:\\a.7z", archives.SEVEN_ZIP_MAGIC + b"...")
    assert world.process("tar -tf C:\\a.7z").exit_code == 1
    assert [entry["what"] for entry in world.journal.entries("unhandled")] == ["archive"]


def test_win_unzip_unpacks_what_an_installer_needs(shelf_world: World) -> None:
    arguments = {"src": "C:\\Media\\package.zip", "dest": "C:\\Out"}
    assert shelf_world.module("community.windows.win_unzip", arguments)["changed"]
    assert installs(shelf_world, "C:\\Out")


def test_an_image_is_mounted_until_it_is_taken_off(shelf_world: World) -> None:
    machine, path = shelf_world.machine, "C:\\Media\\disc.iso"
    assert not disk_images.find(machine, path).attached
    assert disk_images.mount(machine, path).letter == "D"
    assert disk_images.mount(machine, path).letter == "D"
    assert [volume.letter for volume in disk_images.volumes(machine)] == ["C", "D"]
    assert installs(shelf_world, "D:")
    with pytest.raises(PermissionError, match="write protected"):
        machine.disk.write("D:\\new.txt", b"")
    with pytest.raises(PermissionError, match="used by another process"):
        machine.disk.remove(path)
    assert not machine.disk.copy().exists("D:\\Build")
    assert disk_images.dismount(machine, path)
    assert not disk_images.dismount(machine, path)
    assert not machine.disk.exists("D:\\Build\\setup.exe")


def test_win_disk_image(shelf_world: World) -> None:
    def run(state: str, *, check_mode: bool = False) -> tuple[bool, list[str] | None]:
        arguments = {"image_path": "C:\\Media\\disc.iso", "state": state}
        result = shelf_world.module("community.windows.win_disk_image", arguments, check_mode=check_mode)
        return result["changed"], result.get("mount_paths")

    assert run("present", check_mode=True) == (True, None)
    assert [run("present"), run("present")] == [(True, ["D:\\"]), (False, ["D:\\"])]
    assert [run("absent"), run("absent")] == [(True, None), (False, None)]


@pytest.mark.parametrize(("name", "text"), [("gone.iso", "cannot find the file"), ("package.zip", "corrupted")])
def test_what_cannot_be_mounted(shelf_world: World, name: str, text: str) -> None:
    with pytest.raises(disk_images.DiskImageError, match=text):
        disk_images.mount(shelf_world.machine, f"C:\\Media\\{name}")


def test_a_foreign_image_is_not_simulated(shelf_world: World) -> None:
    shelf_world.write("C:\\other.iso", archives.ISO_MAGIC + b"...")
    result = shelf_world.module("community.windows.win_disk_image", {"image_path": "C:\\other.iso"})
    assert "is not simulated" in result["msg"]
    assert [entry["what"] for entry in shelf_world.journal.entries("unhandled")] == ["disk image"]


NAMES = st.lists(st.text(alphabet="abc", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join)


@given(st.sampled_from(["zip", "tar.gz"]), st.dictionaries(NAMES, st.binary(max_size=50), max_size=4))
def test_archives_give_back_what_was_put_in(kind: str, files: dict[str, bytes]) -> None:
    content = archives.build(kind, files)
    assert content == archives.build(kind, files)
    if files:
        assert archives.contents(content, None) == files


@given(st.binary(max_size=200))
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises((archives.ArchiveError, archives.NotReadableError)):
        archives.contents(b"x" + content, None)


@pytest.mark.parametrize(
    ("contents", "problem"),
    [
        ("[{path: a, installer: gone}]", "no installer gone"),
        ("[{path: a, installer: me}]", "cannot be in itself"),
        ("[{text: a}]", "path"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, contents: str, problem: str) -> None:
    file = tmp_path / "shelf.yml"
    file.write_text(f"installers: [{{name: me, kind: zip, contents: {contents}}}]")
    with pytest.raises(ShelfError, match=problem):
        Shelf([file])
