# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The search for secrets as the script's own C#, run by Mono: all tests of it, and what stands in where Mono is not."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from appstream_simulator.windows import mono
from appstream_simulator.windows.machine import secret_scan, secret_search
from appstream_simulator.windows.machine.disk import Disk
from appstream_simulator.windows.machine.disk_entries import Link
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_machine import World
from test_machine_secret_scan import *  # noqa: F403
from test_machine_secret_scan import SECRET, SOURCE, answer

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp437")


@pytest.fixture(autouse=True)
def engine() -> None:
    """What carries the search out: Mono."""
    assert mono.is_installed()


def test_c_sharp_with_an_error_is_not_compiled(world: World) -> None:
    result = answer(world, ("C:\\Temp",), source=f"{SOURCE} oops")

    assert result["output"] == []
    assert "Cannot add type. Compilation errors occurred." in result["error"][0]["exception"]["message"]


def test_the_language_is_that_of_windows_powershell() -> None:
    with pytest.raises(mono.CompilationError, match="5"):
        mono.compiled(['class A { string b = $"{1}"; }'])


SECRETS = st.text("abcABC12äÖпЖ€", min_size=6, max_size=12)
PIECES = st.tuples(st.integers(0, 5), st.sampled_from(["", "x", "yy"]), st.sampled_from(ENCODINGS), st.booleans())
NAMES = st.sampled_from(["a", "B", "c.log", "Ä"])


@settings(max_examples=25, deadline=None)
@given(
    secrets=st.lists(SECRETS, min_size=1, max_size=4, unique=True),
    files=st.lists(st.tuples(st.lists(NAMES, min_size=1, max_size=3), st.lists(PIECES, max_size=4)), max_size=8),
    places=st.lists(st.tuples(NAMES, NAMES, PIECES), max_size=6),
    seed=st.integers(0, 1 << 30),
)
def test_the_simulator_without_mono_finds_the_same(
    secrets: list[str], files: list[Any], places: list[Any], seed: int
) -> None:
    chance = random.Random(seed)
    disk = Disk(lambda: 0.0)
    for names, pieces in files:
        folder = "C:\\Data" + "".join(
            f"\\{name}{chance.choice(secrets) if chance.random() < 0.1 else ''}" for name in names[:-1]
        )
        if disk.is_file(folder):
            continue
        try:
            disk.make_directories(folder)
            disk.write(f"{folder}\\{names[-1]}", b"".join(encoded(piece, secrets) for piece in pieces))
        except OSError:
            continue  # there is a folder where a file is to be, or the other way round
    disk.make_directories("C:\\Data")
    disk.make_link("C:\\Data\\link", Link("C:\\Data"))
    for key, name, piece in places:
        text = (secrets[piece[0] % len(secrets)] if piece[3] else "") + piece[1]
        kind: Callable[[], Any] = chance.choice([lambda t=text: t, lambda t=text: [t, t], lambda t=text: t.encode()])
        data = kind()
        kinds = {str: "String", list: "MultiString", bytes: "Binary"}
        disk.registry.set(f"HKLM\\SOFTWARE\\{key}", name + piece[1], data, kinds[type(data)])
    groups = [chance.randrange(2) for _secret in secrets]
    wanted = secret_scan.Wanted(secrets, groups, ["C:\\Data"], ["HKEY_LOCAL_MACHINE\\SOFTWARE"], 60, 60)

    by_mono = json.loads(secret_scan.search(disk, SOURCE, wanted))
    by_python = json.loads(secret_search.search(disk, wanted))

    assert {**by_mono, "seconds": 0} == {**by_python, "seconds": 0}


def encoded(piece: tuple[int, str, str, bool], secrets: list[str]) -> bytes:
    number, filling, encoding, whole = piece
    text = secrets[number % len(secrets)]
    return (filling + (text if whole else text[:-1]) + filling).encode(encoding, "replace")


def test_the_same_text_is_compiled_once() -> None:
    text = "public class A { }"

    assert mono.compiled([text]) == mono.compiled([text])


def test_secrets_are_in_no_command_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    real = mono.subprocess.run
    monkeypatch.setattr(
        mono.subprocess, "run", lambda command, **options: commands.append(command) or real(command, **options)
    )

    answer(world, ("C:\\Temp",))

    assert commands
    assert not any(SECRET in argument for command in commands for argument in command)
