# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""win_lineinfile, and text files as .NET reads and writes them."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from appstream_simulator.windows.machine import dotnet_text
from hypothesis import assume, given
from hypothesis import strategies as st
from simulated_machine import World

MODULE = "community.windows.win_lineinfile"
PATH = "C:\\Data\\test.txt"
LINES = b"This is line 1\nThis is line 2\nREF this is a line for backrefs REF\nThis is line 4\nThis is line 5\n"

# Steps of the module's own integration tests, which ran on Windows, with the SHA-1 they expect of the file.
STEPS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"line": "New line at the beginning", "insertbefore": "BOF", "backup": True},
        "line added",
        "c61233b0ee2038aab41b5f30683c57b2a013b376",
    ),
    ({"line": "New line at the end", "insertafter": "EOF"}, "line added", "a91260ad67b00609cc0737ff70ac5170c6a519a8"),
    (
        {"line": "New line after line 1", "insertafter": "^This is line 1$"},
        "line added",
        "6ffbabdaa21ecb3593d32144de535598cfd7c6ea",
    ),
    (
        {"line": "New line before line 5", "insertbefore": "^This is line 5$"},
        "line added",
        "49d988ad97fb4cce3ad795c8459f1cde231a891b",
    ),
    (
        {"line": "This is line 3", "backrefs": True, "regexp": "^(REF).*$"},
        "line replaced",
        "6f9c2128f4c886f3c40c1f1cf50241d74f160437",
    ),
    (
        {"state": "absent", "regexp": "^This is line 3$"},
        "1 line(s) removed",
        "4b7910c84bd1177b9013f277c85d5be55f384a36",
    ),
    (
        {"state": "absent", "regexp": "^This is line 5$"},
        "1 line(s) removed",
        "938afecdcde51fda42ddbea6f2e92876e710f289",
    ),
    (
        {"line": "This is a line\r\nwith newline character", "insertafter": "EOF"},
        "line added",
        "d10d70cb77a16fb54f143bccbf711f3177acd310",
    ),
    (
        {"line": "New $1 created with the backref", "backrefs": True, "regexp": "^This is (line 4)$"},
        "line replaced",
        "9c1a1451b50665e59be666c5d8c08fb99603d4f1",
    ),
]


def sha1(world: World, path: str = PATH) -> str:
    return hashlib.sha1(world.machine.disk.read(path)).hexdigest()


def test_the_integration_tests_of_the_module(world: World) -> None:
    world.write(PATH, LINES)
    for options, message, checksum in STEPS:
        result = world.module(MODULE, {"path": PATH, **options})
        assert (result["msg"], result["changed"], sha1(world)) == (message, True, checksum)
        if options.get("backup"):
            assert world.machine.disk.read(result["backup_file"]) == LINES


@pytest.mark.parametrize(
    ("encoding", "name", "first", "second"),
    [
        ("", "", "84faac1183841c57434693752fc3debc91b9195d", "6c6f51f98eb499852fbb7ef3b212c26752c25c31"),
        ("utf-8", "utf-8 ", "d45344b2b3bf1cf90eae851b40612f5f37a88bbb", "64c62066d06ea6c807a8fe98bc40c4903cf4c119"),
        ("utf-16", "utf-16 ", "785b0693cec13b60e2c232782adeda2f8a967434", "7f790f323e496b7138883a3634514cc2a3426919"),
        ("utf-32", "utf-32 ", "7a6e3f3604c0def431aaa813173a4ddaa10fd1fb", "d13e135c7d466cc2f985d72f12ffaa73567772e6"),
    ],
)
def test_new_files_in_encodings(world: World, encoding: str, name: str, first: str, second: str) -> None:
    world.machine.disk.make_directories("C:\\Data")
    new = {"path": PATH, "create": True, "insertbefore": "BOF", "line": f"This is a new {name}file"}
    result = world.module(MODULE, {**new, "encoding": encoding} if encoding else new)
    assert (result["changed"], result["encoding"], sha1(world)) == (True, encoding or "utf-8", first)
    result = world.module(MODULE, {"path": PATH, "insertbefore": "EOF", "line": "This is the last line"})
    assert (result["encoding"], sha1(world)) == (encoding or "utf-8", second)


def test_nothing_changes_twice_and_nothing_in_check_mode(world: World) -> None:
    world.write(PATH, b"a=1\r\nb=2")
    options = {"path": "C:/Data/test.txt", "regexp": "^A=", "line": "a=3", "insertafter": "^b"}
    result = world.module(MODULE, options, check_mode=True, diff=True)
    assert (result["msg"], result["diff"]) == ("line added", {"before": "a=1\r\nb=2", "after": "a=1\r\nb=2\r\na=3"})
    assert world.machine.disk.read(PATH) == b"a=1\r\nb=2"
    assert world.module(MODULE, options)["changed"]
    assert not world.module(MODULE, {**options, "regexp": "^a=3"})["changed"]
    assert not world.module(MODULE, {"path": PATH, "line": "b=2"})["changed"]
    removed = world.module(MODULE, {"path": PATH, "state": "absent", "line": "a=1"}, check_mode=True)
    assert (removed["changed"], removed["found"]) == (True, 1)
    assert world.machine.disk.read(PATH).startswith(b"a=1")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "C:\\Data\\gone.txt", "line": "a"}, "Path C:\\Data\\gone.txt does not exist !"),
        ({"path": "C:\\Data\\gone.txt", "line": "a", "state": "absent"}, "Path C:\\Data\\gone.txt does not exist !"),
        (
            {"path": "C:\\gone\\a.txt", "line": "a", "create": True},
            "Could not find a part of the path 'C:\\gone\\a.txt'",
        ),
        ({"path": "C:\\Data", "line": "a"}, "Path C:\\Data is a directory"),
        ({"path": PATH}, "line= is required with state=present"),
        ({"path": PATH, "line": "a", "backrefs": True}, "regexp= is required with backrefs=true"),
        ({"path": PATH, "state": "absent"}, "one of line= or regexp= is required with state=absent"),
        ({"path": PATH, "line": "a", "validate": "hostname.exe"}, "validate must contain %s: hostname.exe"),
        ({"path": PATH, "line": "a", "validate": "no.exe %s"}, "The system cannot find the file specified"),
        ({"path": PATH, "line": "a", "encoding": "x-unknown"}, "the encoding x-unknown is not simulated"),
        ({"path": PATH, "line": "a", "regexp": "("}, "the pattern is not simulated"),
    ],
)
def test_failures(world: World, options: dict[str, Any], message: str) -> None:
    world.write(PATH, b"x")
    result = world.module(MODULE, options)
    assert result["failed"]
    assert message in result["msg"]
    assert world.machine.disk.read(PATH) == b"x"


def test_validation_runs_the_command(world: World) -> None:
    world.write(PATH, b"x")
    failing = {"path": PATH, "line": "a", "validate": "reg.exe query %s"}
    assert "StandardOut has not been redirected" in world.module(MODULE, failing)["msg"]
    assert world.machine.disk.read(PATH) == b"x"
    assert world.module(MODULE, {**failing, "validate": "cmd.exe /c type %s"})["changed"]


def test_both_places_warn(world: World) -> None:
    world.write(PATH, b"x")
    result = world.module(MODULE, {"path": PATH, "line": "a", "insertafter": "EOF", "insertbefore": "BOF"})
    assert result["warnings"] == ['Both insertbefore and insertafter parameters found, ignoring "insertafter=EOF"']
    assert world.machine.disk.read(PATH) == b"a\r\nx"


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\ufeff")),
    st.sampled_from(["utf-8", "utf-16", "utf-16be", "utf-32", "utf-32be"]),
)
def test_texts_survive_their_encoding(text: str, name: str) -> None:
    # FF FE 00 00: a UTF-16 text that begins with a null character reads as UTF-32, for StreamReader, too.
    assume(not (name == "utf-16" and text.startswith("\0")))
    encoding = dotnet_text.encoding(name)
    assert encoding is not None
    assert dotnet_text.decode(dotnet_text.encode(text, encoding), dotnet_text.UTF8) == text
    assert not {"\r", "\n"} & set("".join(dotnet_text.lines(text)))


def test_utf_16_that_begins_with_null_reads_as_utf_32() -> None:
    encoding = dotnet_text.encoding("utf-16")
    assert encoding is not None
    assert dotnet_text.decode(dotnet_text.encode("\0\0", encoding), dotnet_text.UTF8) == "\ufffd"
