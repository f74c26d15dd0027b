# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Downloads by a program of Windows, and the checksum of what was downloaded."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from appstream_simulator.windows.machine.shelf import Shelf
from simulated_machine import World, make_world

URL = "https://downloads.example.com/7-zip/7z2409-x64.exe"
GONE = "https://downloads.example.com/gone.exe"
FILE = "C:\\Windows\\Temp\\7z.exe"


@pytest.mark.parametrize(
    "line",
    [
        f"curl.exe -fsSL -o {FILE} {URL}",
        f"curl -sSfLo {FILE} {URL}",
        f'curl --fail --silent --show-error --location --output "{FILE}" {URL}',
        f"curl {URL} -o {FILE}",
        f"cmd /c curl.exe -f -o {FILE} {URL} && echo done",
    ],
)
def test_curl_writes_the_file(world: World, line: str) -> None:
    assert world.process(line).exit_code == 0
    assert world.machine.disk.read(FILE) == world.machine.shelf.installers["7zip-exe"].content


@pytest.mark.parametrize(
    ("line", "exit_code", "text"),
    [
        (f"curl -fsSL -o {FILE} {GONE}", 22, "curl: (22) The requested URL returned error: 404\r\n"),
        (f"curl -fsL -o {FILE} {GONE}", 22, ""),
        (f"curl -sSo {FILE} https://nowhere.invalid/x", 6, "curl: (6) Could not resolve host: nowhere.invalid\r\n"),
        (f"curl -fo C:\\no\\such\\folder.exe {URL}", 23, "curl: (23) Failure writing output to destination\r\n"),
    ],
)
def test_curl_fails_as_curl_does(world: World, line: str, exit_code: int, text: str) -> None:
    result = world.process(line)
    assert (result.exit_code, result.stderr.decode()) == (exit_code, text)
    assert not world.machine.disk.exists(FILE)
    assert world.journal.entries("unhandled") == []


def test_curl_sends_no_account(world: World, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf.yml"
    shelf.write_text(
        "installers: [{name: login, kind: file, text: x, urls: ['https://a.example.net/x'],"
        " basic_auth: {username: reader, password: secret}}]"
    )
    world.machine.shelf = Shelf([shelf])
    result = world.process(f"curl -fsSo {FILE} https://a.example.net/x")
    assert (result.exit_code, result.stderr) == (22, b"curl: (22) The requested URL returned error: 401\r\n")


@pytest.mark.parametrize(
    "line",
    [
        f"curl {URL}",
        f"curl -O {URL}",
        f"curl -so {FILE} {GONE}",
        f"curl -H X:y -o {FILE} {URL}",
        f"curl -o {FILE} ftp://a.example.net/x",
        f"curl -o {FILE} {URL} {URL}",
    ],
)
def test_other_uses_of_curl_are_unhandled(world: World, line: str) -> None:
    assert world.process(line).exit_code == 1
    assert [entry["text"] for entry in world.journal.entries("unhandled")] == [line]


def test_windows_server_2016_has_no_curl(tmp_path: Path) -> None:
    world = make_world(tmp_path, platform="WINDOWS_SERVER_2016")
    assert not world.machine.disk.exists("C:\\Windows\\System32\\curl.exe")


@pytest.mark.parametrize(("arguments", "algorithm"), [("", "sha1"), (" SHA256", "sha256"), (" sha512", "sha512")])
def test_certutil_tells_a_checksum(world: World, arguments: str, algorithm: str) -> None:
    world.write(FILE, b"content")
    result = world.process(f"certutil -hashfile {FILE}{arguments}")
    head, digest, end = result.stdout.decode().splitlines()
    assert (result.exit_code, head) == (0, f"{algorithm.upper()} hash of {FILE}:")
    assert digest == hashlib.new(algorithm, b"content").hexdigest()
    assert end == "CertUtil: -hashfile command completed successfully."


def test_certutil_finds_no_file_or_does_not_know_the_algorithm(world: World) -> None:
    result = world.process(f"certutil -hashfile {FILE} SHA256")
    assert result.exit_code == 0x80070002
    assert b"-hashfile command FAILED: 0x80070002 (WIN32: 2 ERROR_FILE_NOT_FOUND)\r\n" in result.stdout
    world.write(FILE)
    assert world.process(f"certutil -hashfile {FILE} CRC32").exit_code == 1
    assert len(world.journal.entries("unhandled")) == 1
