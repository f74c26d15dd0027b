# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The search for secrets that the builder compiles, compiled and run by Mono on real files and on a registry."""

from __future__ import annotations

import base64
import os
import random
import resource
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from appstream_simulator.windows import mono
from hypothesis import given, settings
from hypothesis import strategies as st
from linux_search import ENCODINGS, SOURCES, Search, forms, program, run, written

SECRET = "Corr3ct-hörse"
BUFFER = 1 << 18


def hits(found: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(item["secret"], item["kind"], item["place"]) for item in found["findings"]]


def left_out(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(item["kind"], item["place"], item["reason"]) for item in found["not_searched"]]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_secret_across_the_border_of_what_is_read_at_once(tmp_path: Path, encoding: str) -> None:
    form = SECRET.encode(encoding)
    places = {BUFFER * times + shift for times in (1, 2) for shift in range(-2 * len(form), 2 * len(form))}
    for number, start in enumerate(sorted(places)):
        (tmp_path / str(number)).write_bytes(b"x" * start + form + b"y" * (number % 3))
    (tmp_path / "none").write_bytes(b"x" * BUFFER + form[:-1])

    found = run(tmp_path, Search([SECRET]))

    assert sorted(place for _secret, _kind, place in hits(found)) == sorted(
        f"C:\\{number}" for number in range(len(places))
    )
    assert (found["files"], found["not_searched"]) == (len(places) + 1, [])


PIECES = st.tuples(st.integers(0, 5), st.sampled_from(["", "x", "yy"]), st.sampled_from(ENCODINGS), st.booleans())


@settings(max_examples=15, deadline=None)
@given(
    secrets=st.lists(st.text("abcABC12äÖпЖ€", min_size=6, max_size=300), min_size=1, max_size=5, unique=True),
    files=st.lists(st.lists(PIECES, max_size=5), min_size=1, max_size=12),
    seed=st.integers(0, 1 << 30),
)
def test_what_is_found_is_what_a_plain_search_finds(
    tmp_path_factory: pytest.TempPathFactory, secrets: list[str], files: list[Any], seed: int
) -> None:
    chance, folder = random.Random(seed), tmp_path_factory.mktemp("drive")
    contents = {}
    for number, pieces in enumerate(files):
        data = b"".join(_bytes(piece, secrets) for piece in pieces)
        contents[f"C:\\{number}"] = b"z" * chance.choice([0, 0, BUFFER - 7]) + data
        (folder / str(number)).write_bytes(contents[f"C:\\{number}"])

    found = run(folder, Search(secrets))

    expected = [
        (number, "file_content", path)
        for path, content in contents.items()
        for number, secret in enumerate(secrets)
        if any(form in content for form in forms(secret))
    ]
    assert sorted(hits(found)) == sorted(expected)


def _bytes(piece: tuple[int, str, str, bool], secrets: list[str]) -> bytes:
    number, filling, encoding, whole = piece
    text = secrets[number % len(secrets)]
    return (filling + (text if whole else text[:-1]) + filling).encode(encoding, "replace")


def test_many_patterns_that_begin_and_end_alike(tmp_path: Path) -> None:
    secrets = [f"aaaaaa{number:02}aaaaaa" for number in range(100)] + ["a" * 400]
    (tmp_path / "a").write_bytes(b"a" * BUFFER + b"aaaaaa42aaaaaa" + b"a" * 300)

    assert hits(run(tmp_path, Search(secrets))) == [(42, "file_content", "C:\\a"), (100, "file_content", "C:\\a")]


def test_links_and_circles_are_not_followed(tmp_path: Path) -> None:
    drive, outside = tmp_path / "drive", tmp_path / "outside"
    (drive / "a" / "b").mkdir(parents=True)
    outside.mkdir()
    (outside / "c.log").write_text(SECRET)
    (drive / "a" / "b" / "d.log").write_text(SECRET)
    (drive / "a" / "b" / "circle").symlink_to(drive)
    (drive / "a" / "outside").symlink_to(outside)
    (drive / "a" / "e.log").symlink_to(outside / "c.log")
    (drive / "a" / "nowhere").symlink_to(tmp_path / "missing")

    found = run(drive, Search([SECRET]))

    assert hits(found) == [(0, "file_content", "C:\\a\\b\\d.log")]
    assert (found["links"], found["not_searched"]) == (4, [])


def test_a_path_as_long_as_they_get(tmp_path: Path) -> None:
    names = ["x" * 200] * 18
    folder = tmp_path
    for name in names:
        folder /= name
    folder.mkdir(parents=True)
    (folder / "a.log").write_text(SECRET)

    assert hits(run(tmp_path, Search([SECRET]))) == [(0, "file_content", "\\".join(["C:", *names, "a.log"]))]


def test_what_cannot_be_read_is_told_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "drive"
    (folder / "closed").mkdir(parents=True)
    (folder / "a.log").write_text(SECRET)
    (folder / "a.log").chmod(0)
    (folder / "b.log").write_text(SECRET)
    (folder / "closed").chmod(0)

    found = run(_for_anybody(folder), Search([SECRET]), as_nobody=os.getuid() == 0)

    assert hits(found) == [(0, "file_content", "C:\\b.log")]
    assert [(kind, place, "denied" in reason) for kind, place, reason in left_out(found)] == [
        ("unreadable", "C:\\a.log", True),
        ("unreadable", "C:\\closed", True),
    ]
    assert found["unreadable"] == 2


def _for_anybody(folder: Path) -> Path:
    """A folder, made reachable for everybody."""
    for above in folder.parents:
        if str(above) not in ("/", "/tmp") and above.owner() == Path.home().owner():
            above.chmod(above.stat().st_mode | 0o111)
    return folder


def test_a_huge_file_takes_no_memory(tmp_path: Path) -> None:
    size = 1 << 29
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(size)
        huge.seek(size)
        huge.write(SECRET.encode("utf-16-le"))

    found = run(tmp_path, Search([SECRET]))

    assert hits(found) == [(0, "file_content", "C:\\huge")]
    assert found["bytes"] == size + 2 * len(SECRET)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 200 * 1024  # KiB


def test_a_file_over_the_limit_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100)
    (tmp_path / "b").write_bytes(b"x" * 101)

    found = run(tmp_path, Search([SECRET], maximum_file_size=100))

    assert left_out(found) == [("too_large", "C:\\b", "101 bytes")]
    assert (found["files"], found["too_large"]) == (1, 1)


def test_the_time_limit_ends_the_search_and_says_what_is_left(tmp_path: Path) -> None:
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
        for number in range(10):
            (tmp_path / folder / str(number)).write_text(SECRET)

    found = run(tmp_path, Search([SECRET], folders=["C:\\a", "C:\\b", "C:\\c"], seconds=15, seconds_each_time=1))

    assert found["time_is_up"]
    assert [place for kind, place, _reason in left_out(found) if kind == "not_reached"] == ["C:\\b", "C:\\c"]
    assert found["files"] == len(hits(found)) == 12


def test_only_so_many_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    for number in range(1200):
        (tmp_path / f"{number}").write_text(SECRET)
        (tmp_path / f"big{number}").write_bytes(b"x" * 30)

    found = run(tmp_path, Search([SECRET], maximum_file_size=20))

    assert (len(found["findings"]), found["findings_count"]) == (1000, 1200)
    assert (len(found["not_searched"]), found["too_large"]) == (1000, 1200)


def test_no_secret_is_shown(tmp_path: Path) -> None:
    longer = f"{SECRET}-and-more"
    (tmp_path / f"x{longer.upper()}y").mkdir()
    (tmp_path / f"x{longer.upper()}y" / "a").write_text(longer)

    found = run(tmp_path, Search([SECRET, longer], groups=[0, 1]))

    assert hits(found) == [
        (0, "file_name", "C:\\x***y"),
        (1, "file_name", "C:\\x***y"),
        (0, "file_content", "C:\\x***y\\a"),
        (1, "file_content", "C:\\x***y\\a"),
    ]
    assert SECRET.encode("utf-16-le") in written(
        tmp_path, Search([SECRET])
    )  # by the standard input, not as an argument


def test_spellings_of_one_secret_are_one_finding(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("p&ssword p%26ssword")

    assert hits(run(tmp_path, Search(["p&ssword", "p%26ssword"], groups=[0, 0]))) == [(0, "file_content", "C:\\a")]


# The registry, as Mono keeps it: a folder for each key, its values in a file.


def write_key(registry: Path, key: str, values: str = "") -> None:
    folder = registry.joinpath("LocalMachine", *key.lower().split("\\"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "values.xml").write_text(f"<values>{values}</values>")


def value(name: str, kind: str, body: str) -> str:
    return f"<value name={quoteattr(name)} type={quoteattr(kind)}>{body}</value>"


def test_the_registry(tmp_path: Path) -> None:
    binary = base64.b64encode(b"\x00" + SECRET.encode("utf-16-le")).decode()
    write_key(tmp_path, "SOFTWARE")
    write_key(
        tmp_path,
        "SOFTWARE\\Vendor\\two words",
        value("Text", "string", f"x{escape(SECRET)}")
        + value("Expanded", "expand", f"%TEMP%{SECRET}")
        + value("List", "string-array", f"<string>a</string><string>{SECRET}</string>")
        + value("Bytes", "bytearray", binary)
        + value("Number", "int", "-1")
        + value(f"my {SECRET.upper()}", "qword", "-1")
        + value("", "string", SECRET),
    )
    write_key(tmp_path, f"SOFTWARE\\{SECRET}")

    found = run(tmp_path / "drive", Search([SECRET], folders=[], keys=["HKEY_LOCAL_MACHINE\\SOFTWARE"]), tmp_path)

    place = "HKEY_LOCAL_MACHINE\\SOFTWARE\\vendor\\two words"
    assert sorted(hits(found)) == [
        (0, "registry_key", "HKEY_LOCAL_MACHINE\\SOFTWARE\\***"),
        (0, "registry_value", f"{place}: (default)"),
        (0, "registry_value", f"{place}: Bytes"),
        (0, "registry_value", f"{place}: Expanded"),
        (0, "registry_value", f"{place}: List"),
        (0, "registry_value", f"{place}: Text"),
        (0, "registry_value_name", f"{place}: my ***"),
    ]
    assert (found["registry_keys"], found["registry_values"]) == (4, 7)


def test_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    search = Search([SECRET], folders=["C:\\missing"], keys=["HKEY_LOCAL_MACHINE\\SOFTWARE\\Missing"])

    found = run(tmp_path, search, tmp_path)

    assert (found["folders"], found["registry_keys"], found["not_searched"]) == (0, 0, [])


def test_a_folder_that_can_be_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(SECRET)

    found = run(tmp_path, Search([SECRET], folders=["C:\\*", "C:\\"]))

    assert hits(found) == [(0, "file_content", "C:\\a.log")]
    assert left_out(found) == [("unreadable", "C:\\*", "Illegal characters in path.")]


def test_the_layout_of_what_windows_fills_in() -> None:
    """Offsets of WIN32_FIND_DATAW, as minwinbase.h has them."""
    host = """
    using System; using System.Runtime.InteropServices; using Euc.AppStream;
    static class Layout {
        static void Main() {
            foreach (string name in new string[] { "Attributes", "CreationLow", "AccessLow", "WriteLow", "SizeHigh",
                "SizeLow", "ReparseTag", "Reserved", "FileName", "ShortName" })
                Console.Write(Marshal.OffsetOf(typeof(FindData), name) + " ");
            Console.Write(Marshal.SizeOf(typeof(FindData)));
        }
    }"""
    sources = [path.read_text(encoding="utf-8") for path in SOURCES]

    offsets = mono.run(mono.compiled([host, *sources], main="Layout"), b"")

    assert offsets == "0 4 12 20 28 32 36 40 44 564 592"


def test_it_compiles_without_a_warning_and_as_one_text() -> None:
    assert program().is_file()
    assert mono.compiled(["\n".join(path.read_text(encoding="utf-8") for path in SOURCES)]).is_file()
