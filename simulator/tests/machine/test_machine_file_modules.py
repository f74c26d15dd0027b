# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Stand-ins for ansible.windows modules about files, downloads and the environment."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile

import pytest
from simulated_machine import World

NPP_URL = "https://downloads.example.com/notepad-plus-plus/npp.8.6.9.Installer.x64.msi"


def sha1(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


def test_ping(world: World) -> None:
    assert world.module("win_ping") == {"changed": False, "ping": "pong"}
    assert world.module("win_ping", {"data": "x"})["ping"] == "x"
    assert world.module("win_ping", {"data": "crash"})["failed"]


def test_a_module_without_stand_in_fails_loudly(world: World) -> None:
    result = world.module("win_hostname", {"name": "other"})
    assert result["failed"]
    assert "ansible.windows.win_hostname" in result["msg"]
    assert world.journal.entries("unhandled")[0]["text"] == "ansible.windows.win_hostname"


def test_wrong_types_are_refused(world: World) -> None:
    result = world.module("win_stat", {"path": "C:\\", "get_checksum": "perhaps"})
    assert result["failed"]
    assert "convert to bool" in result["msg"]


def test_stat(world: World) -> None:
    world.write("C:\\data\\a.txt", b"abc")
    stat = world.module("win_stat", {"path": "c:/DATA/a.txt", "checksum_algorithm": "sha256"})["stat"]
    assert stat["exists"]
    assert (stat["path"], stat["filename"], stat["extension"], stat["size"]) == ("C:\\data\\a.txt", "a.txt", ".txt", 3)
    assert stat["checksum"] == hashlib.sha256(b"abc").hexdigest()
    assert world.module("win_stat", {"path": "%SystemDrive%\\data"})["stat"]["size"] == 3
    assert world.module("win_stat", {"path": "C:\\PROGRA~1"})["stat"]["path"] == "C:\\Program Files"
    assert world.module("win_stat", {"path": "C:\\none"}) == {"changed": False, "stat": {"exists": False}}


def test_slurp(world: World) -> None:
    world.write("C:\\a.bin", bytes(range(256)))
    result = world.module("slurp", {"src": "C:\\a.bin"})
    assert base64.b64decode(result["content"]) == bytes(range(256))
    assert world.module("slurp", {"path": "C:\\Windows"})["msg"] == "Path C:\\Windows is a directory"
    assert world.module("slurp", {"src": "C:\\none"})["msg"] == "Path C:\\none is not found"


def test_file_directory(world: World) -> None:
    arguments = {"path": "C:\\new\\deep", "state": "directory"}
    assert world.module("win_file", arguments, check_mode=True)["changed"]
    assert not world.machine.disk.exists("C:\\new")
    assert world.module("win_file", arguments)["changed"]
    assert not world.module("win_file", arguments)["changed"]
    world.write("C:\\file")
    assert (
        world.module("win_file", {"path": "C:\\file", "state": "directory"})["msg"]
        == "path C:\\file is not a directory"
    )
    assert world.module("win_file", {"path": "C:\\new", "state": "file"})["msg"] == "path C:\\new is not a file"
    assert world.module("win_file", {"path": "C:\\none", "state": "file"})["msg"] == "path C:\\none will not be created"


def test_file_absent_and_touch(world: World) -> None:
    world.write("C:\\tree\\a\\b.txt")
    absent = {"path": "C:\\tree", "state": "absent"}
    assert world.module("win_file", absent, check_mode=True)["changed"]
    assert world.machine.disk.exists("C:\\tree\\a\\b.txt")
    assert world.module("win_file", absent)["changed"]
    assert not world.module("win_file", absent)["changed"]
    times = {"modification_time": "2020-02-03 04:05:06", "access_time": "preserve"}
    assert world.module("win_file", {"path": "C:\\touched", "state": "touch", **times})["changed"]
    assert world.machine.disk.stat("C:\\touched").written == 1580702706
    assert (
        world.module("win_file", {"path": "C:\\t", "state": "touch", "access_time": "x"})["msg"]
        == "Invalid access_time 'x'"
    )


def test_copy_single(world: World) -> None:
    source = world.write("C:\\Temp\\source", b"content")
    arguments = {"_copy_mode": "single", "src": source, "_original_basename": "a.txt"}
    assert world.module("win_copy", {**arguments, "dest": "C:\\Windows\\Temp"})["changed"]
    assert world.machine.disk.read("C:\\Windows\\Temp\\a.txt") == b"content"
    world.module("win_copy", {**arguments, "dest": "C:\\fresh\\"})
    assert world.machine.disk.read("C:\\fresh\\a.txt") == b"content"
    failed = world.module("win_copy", {**arguments, "dest": "C:\\missing\\b.txt"})
    assert failed["msg"] == "Destination directory 'C:\\missing' does not exist"
    backed_up = world.module("win_copy", {**arguments, "dest": "C:\\fresh\\a.txt", "backup": True})
    assert world.machine.disk.read(backed_up["backup_file"]) == b"content"


def test_copy_query(world: World) -> None:
    world.write("C:\\dest\\same.txt", b"same")
    world.write("C:\\dest\\other.txt", b"old")
    files = [
        {"src": "/x/same.txt", "dest": "same.txt", "checksum": sha1(b"same")},
        {"src": "/x/other.txt", "dest": "other.txt", "checksum": sha1(b"new")},
        {"src": "/x/new.txt", "dest": "sub/new.txt", "checksum": sha1(b"")},
    ]
    directories = [{"src": "/x/sub", "dest": "sub"}, {"src": "/x", "dest": ""}]
    arguments = {"_copy_mode": "query", "dest": "C:\\dest", "files": files, "directories": directories, "symlinks": []}
    result = world.module("win_copy", arguments)
    assert [file["dest"] for file in result["files"]] == ["other.txt", "sub/new.txt"]
    assert result["directories"] == directories[:1]
    unforced = world.module("win_copy", {**arguments, "force": False})
    assert [file["dest"] for file in unforced["files"]] == ["sub/new.txt"]


def test_copy_explode(world: World) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("tree/ü.txt", "tree/a/b.txt", "???/?"):
            archive.writestr(base64.b64encode(name.replace("?", "x").encode()).decode(), name)
        archive.writestr(base64.b64encode(b"tree/empty").decode() + "/", "")
    source = world.write("C:\\Temp\\source.zip", packed.getvalue())
    assert world.module("win_copy", {"_copy_mode": "explode", "src": source, "dest": "C:\\out"})["changed"]
    assert world.machine.disk.read("C:\\out\\tree\\ü.txt").decode() == "tree/ü.txt"
    assert world.machine.disk.is_file("C:\\out\\tree\\a\\b.txt")
    assert world.machine.disk.is_directory("C:\\out\\tree\\empty")


def test_copy_remote_file(world: World) -> None:
    source = world.write("C:\\Temp\\a.txt", b"content")
    arguments = {"_copy_mode": "remote", "src": source, "dest": "C:\\Windows\\Temp\\"}
    checked = world.module("win_copy", arguments, check_mode=True, diff=True)
    assert (checked["changed"], checked["size"]) == (True, None)
    assert checked["diff"]["prepared"] == "+C:\\Windows\\Temp\\a.txt\n"
    result = world.module("win_copy", arguments)
    assert result["dest"] == "C:\\Windows\\Temp\\a.txt"
    assert (result["operation"], result["checksum"], result["size"]) == ("file_copy", sha1(b"content"), 7)
    assert not world.module("win_copy", arguments)["changed"]
    missing = world.module("win_copy", {**arguments, "src": "C:\\none"})
    assert missing["msg"] == "Cannot copy src file: 'C:\\none' as it does not exist"


def test_copy_remote_folder_and_share(world: World) -> None:
    world.write("C:\\tree\\a\\b.txt", b"12")
    world.write("C:\\tree\\c.txt", b"3")
    result = world.module("win_copy", {"_copy_mode": "remote", "src": "C:\\tree", "dest": "C:\\target"})
    assert (result["dest"], result["operation"], result["size"]) == ("C:\\target\\tree", "folder_copy", 3)
    assert world.module("win_copy", {"_copy_mode": "remote", "src": "C:\\tree\\", "dest": "C:\\flat"})["changed"]
    assert world.machine.disk.list("C:\\flat") == ["a", "c.txt"]
    share = world.machine.shelf.installers["putty"].unc_paths[0]
    world.module("win_copy", {"_copy_mode": "remote", "src": share, "dest": "C:\\putty.msi"})
    assert world.machine.disk.read("C:\\putty.msi") == world.machine.shelf.installers["putty"].content


def test_find(world: World) -> None:
    world.write("C:\\logs\\a.log", b"x" * 2048)
    world.write("C:\\logs\\sub\\b.LOG", b"1")
    world.write("C:\\logs\\sub\\c.txt", b"1")
    world.machine.disk.set_times("C:\\logs\\a.log", written=0)

    def found(**options: object) -> list[str]:
        files = world.module("win_find", {"paths": ["C:\\logs"], **options})["files"]
        return [file["path"] for file in files]

    assert found() == ["C:\\logs\\a.log"]
    assert found(recurse=True, patterns=["*.log"]) == ["C:\\logs\\a.log", "C:\\logs\\sub\\b.LOG"]
    assert found(recurse=True, patterns=["^c"], use_regex=True) == ["C:\\logs\\sub\\c.txt"]
    assert found(file_type="directory") == ["C:\\logs\\sub"]
    assert found(recurse=True, size="1k") == ["C:\\logs\\a.log"]
    assert found(recurse=True, size="-1k", patterns=["*.txt"]) == ["C:\\logs\\sub\\c.txt"]
    assert found(recurse=True, age="2d") == ["C:\\logs\\a.log"]
    assert found(recurse=True, depth=1) == ["C:\\logs\\a.log"]
    result = world.module("win_find", {"paths": ["C:\\none"]})
    assert "does not exist" in result["warnings"][0]
    assert world.module("win_find", {"paths": ["C:\\logs"], "age": "old"})["msg"] == "Invalid age pattern specified"


def test_tempfile(world: World) -> None:
    first = world.module("win_tempfile", {"suffix": ".msi"})
    second = world.module("win_tempfile", {"state": "directory", "path": "C:\\Windows\\Temp", "prefix": "x."})
    assert world.machine.disk.is_file(first["path"])
    assert first["path"].startswith("C:\\Users\\installer\\AppData\\Local\\Temp\\ansible.")
    assert first["path"].endswith(".msi")
    assert world.machine.disk.is_directory(second["path"])
    checked = world.module("win_tempfile", check_mode=True)
    assert not world.machine.disk.exists(checked["path"])
    assert world.module("win_tempfile", {"path": "C:\\none"})["failed"]


def test_get_url(world: World) -> None:
    content = world.machine.shelf.installers["notepadpp"].content
    arguments = {"url": NPP_URL, "dest": "C:\\Windows\\Temp"}
    checked = world.module("win_get_url", arguments, check_mode=True)
    assert checked["changed"]
    assert not world.machine.disk.exists(checked["dest"])
    result = world.module("win_get_url", arguments)
    assert result["dest"] == "C:\\Windows\\Temp\\npp.8.6.9.Installer.x64.msi"
    assert (result["status_code"], result["size"], result["checksum_src"]) == (200, len(content), sha1(content))
    assert result["checksum_dest"] == sha1(content)
    assert not world.module("win_get_url", arguments)["changed"]


def test_get_url_checksums(world: World) -> None:
    digest = world.machine.shelf.installers["notepadpp"].digest
    arguments = {"url": NPP_URL, "dest": "C:\\npp.msi", "checksum_algorithm": "sha256", "checksum": digest.upper()}
    assert world.module("win_get_url", arguments)["changed"]
    assert not world.module("win_get_url", {**arguments, "force": False})["changed"]
    wrong = world.module("win_get_url", {**arguments, "checksum": "0" * 64, "dest": "C:\\other.msi"})
    assert wrong["msg"] == f"The checksum for {NPP_URL} did not match '{'0' * 64}', it was '{digest}'"
    assert not world.machine.disk.exists("C:\\other.msi")
    world.write("C:\\npp.msi", b"tampered")
    assert world.module("win_get_url", {**arguments, "force": False})["changed"]


def test_get_url_with_checksum_url(world: World) -> None:
    digest = world.machine.shelf.installers["notepadpp"].digest
    world.write("C:\\sums\\sha256.txt", f"{'1' * 64}  x.msi\r\n{digest}  npp.8.6.9.Installer.x64.msi\r\n".encode())
    arguments = {"url": NPP_URL, "dest": "C:\\npp.msi", "checksum_algorithm": "sha256"}
    assert world.module("win_get_url", {**arguments, "checksum_url": "file:///C:/sums/sha256.txt"})["changed"]
    other = world.module("win_get_url", {**arguments, "checksum_url": "file:///C:/none.txt"})
    assert other["msg"].startswith("Error when getting the remote checksum from 'file:///C:/none.txt'.")


@pytest.mark.parametrize(
    ("url", "status_code", "text"),
    [
        ("https://downloads.example.com/none.msi", 404, "(404) Not Found."),
        ("https://elsewhere.example.org/none.msi", None, "could not be resolved: 'elsewhere.example.org'"),
        ("file:///C:/none.msi", None, "Could not find file"),
        ("gopher://downloads.example.com/x", None, "prefix is not recognized"),
    ],
)
def test_get_url_failures(world: World, url: str, status_code: int | None, text: str) -> None:
    result = world.module("win_get_url", {"url": url, "dest": "C:\\a.msi"})
    assert result["failed"]
    assert result["msg"].startswith(f"Error downloading '{url}' to 'C:\\a.msi': ")
    assert text in result["msg"]
    assert result.get("status_code") == status_code


def test_get_url_needs_the_folder(world: World) -> None:
    result = world.module("win_get_url", {"url": NPP_URL, "dest": "C:\\none\\a.msi"})
    assert result["msg"].startswith("The path 'C:\\none' does not exist for destination 'C:\\none\\a.msi'")
    result = world.module("win_get_url", {"url": NPP_URL, "dest": "C:\\none\\"})
    assert result["msg"].startswith("The destination path 'C:\\none\\' does not exist")


def test_path(world: World) -> None:
    arguments = {"elements": ["C:\\Tools", "%JAVA_HOME%\\bin"]}
    assert world.module("win_path", arguments, check_mode=True)["changed"]
    assert world.module("win_path", arguments)["path_value"].endswith(";C:\\Tools;%JAVA_HOME%\\bin")
    assert not world.module("win_path", {"elements": ["c:\\tools\\"]})["changed"]
    world.write("C:\\Tools\\own.exe", b"MZ")
    assert world.process("own").exit_code == 1
    assert world.module("win_path", {"elements": ["C:\\Tools"], "state": "absent"})["changed"]
    with pytest.raises(FileNotFoundError):
        world.process("own")


def test_environment(world: World) -> None:
    arguments = {"level": "machine", "variables": {"A": "1", "B": "%A%2"}}
    checked = world.module("win_environment", arguments, check_mode=True, diff=True)
    assert checked["diff"] == {"before": {"machine": {}}, "after": {"machine": {"A": "1", "B": "%A%2"}}}
    assert world.module("win_environment", arguments)["changed"]
    assert not world.module("win_environment", arguments)["changed"]
    assert world.machine.environment("x")["B"] == "12"
    removed = world.module("win_environment", {"level": "machine", "name": "A", "state": "absent"})
    assert (removed["changed"], removed["before_value"]) == (True, "1")
    assert world.module("win_environment", {"level": "user", "name": "A", "state": "present"})["failed"]


def test_wait_for(world: World) -> None:
    world.write("C:\\ready.txt", b"state=ready")
    found = world.module("win_wait_for", {"path": "C:\\ready.txt", "regex": "READY$"})
    assert found["wait_attempts"] == 1
    missing = world.module("win_wait_for", {"path": "C:\\none", "timeout": 20})
    assert missing["msg"] == "timeout while waiting for file C:\\none to be present"
    assert missing["elapsed"] >= 20
    assert "failed" not in world.module("win_wait_for", {"port": 5986})
    assert world.module("win_wait_for", {"port": 80, "timeout": 5})["failed"]
    assert world.module("win_wait_for", {"port": 80, "host": "elsewhere"})["failed"]
    assert world.journal.entries("unhandled")
