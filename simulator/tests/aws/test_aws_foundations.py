# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Clock, journal, settings, timetable: what both halves stand on."""

from __future__ import annotations

import json
import math
import threading
from pathlib import Path

import pytest
from appstream_simulator import settings
from appstream_simulator.aws.instance_types import instance_family
from appstream_simulator.aws.timetable import Timetable
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import DEFAULT_DURATIONS, Settings, SettingsError
from hypothesis import given
from hypothesis import strategies as st


def test_frozen_clock_moves_by_advance_alone() -> None:
    clock = Clock(0)
    before = clock.now()
    clock.advance(5)
    assert clock.now() == before + 5


def test_sleepers_wake_when_the_clock_jumps() -> None:
    clock = Clock(0)
    awake = threading.Event()
    sleeping = threading.Event()

    def sleep() -> None:
        sleeping.set()
        assert clock.sleep(100)
        awake.set()

    threading.Thread(target=sleep).start()
    assert sleeping.wait(10)
    while not awake.wait(0.01):
        clock.advance(50)


def test_sleepers_wake_when_cancelled() -> None:
    clock, cancelled = Clock(0), threading.Event()
    threading.Timer(0.01, cancelled.set).start()
    assert not clock.sleep(100, cancelled)


def test_sleepers_follow_a_change_of_speed() -> None:
    clock = Clock(0)
    threading.Timer(0.01, lambda: clock.set_speed(1e6)).start()
    assert clock.sleep(1000)


def test_a_jump_is_exact_and_never_back() -> None:
    clock = Clock(0)
    moment = clock.now() + 0.1
    clock.jump_to(moment)
    assert clock.now() == moment
    clock.jump_to(moment - 1)
    assert clock.now() == moment
    clock.set_speed(1000)
    clock.jump_to(moment + 1e6)
    assert clock.now() >= moment + 1e6


def test_who_works_and_who_sleeps() -> None:
    clock, ready, ended = Clock(0), threading.Event(), []
    begun = clock.now()

    def work() -> None:
        ready.wait()
        clock.sleep(10)
        ended.append(clock.now() - begun)
        clock.sleep(10)
        ended.append(clock.now() - begun)

    assert (clock.is_quiet(), clock.next_wake()) == (True, math.inf)
    clock.start(work, name="work")
    assert not clock.is_quiet()
    ready.set()
    while clock.wait_until_quiet(10) and clock.next_wake() < math.inf:
        clock.jump_to(clock.next_wake())
    assert ended == [10, 20]


def test_patience_ends() -> None:
    clock, released = Clock(0), threading.Event()
    clock.start(released.wait, name="waits")
    assert not clock.wait_until_quiet(0.01)
    assert clock.wait_until_quiet(0)
    released.set()


def test_sleeping_for_ever() -> None:
    clock, cancelled = Clock(1e6), threading.Event()
    threading.Timer(0.1, cancelled.set).start()
    assert not clock.sleep(math.inf, cancelled)


def test_sleeping_no_time_at_all() -> None:
    assert Clock(0).sleep(0)
    assert Clock(0).sleep(-1)


@pytest.mark.parametrize("mistake", [lambda: Clock(-1), lambda: Clock().set_speed(-1), lambda: Clock().advance(-1)])
def test_clock_does_not_go_back(mistake: object) -> None:
    assert callable(mistake)
    with pytest.raises(ValueError, match="back"):
        mistake()


def test_journal(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "journal.jsonl"
    journal = Journal(lambda: 7.0, path)
    journal.record("module", host="a", path=Path("x"))
    journal.record("module", host="b")
    journal.record("power", host="a", state="on")
    assert journal.entries("module", host="a") == [{"kind": "module", "time": 7.0, "host": "a", "path": "x"}]
    assert len(journal.entries(host="a")) == 2
    journal.entries()[0]["host"] = "changed"
    assert journal.entries()[0]["host"] == "a"
    journal.clear()
    assert journal.entries() == []
    assert [json.loads(line)["kind"] for line in path.read_text().splitlines()] == ["module", "module", "power"]


@given(st.lists(st.floats(min_value=0, max_value=100)), st.floats(min_value=0, max_value=100))
def test_timetable_does_what_is_due_in_order(times: list[float], now: float) -> None:
    timetable, done = Timetable(), list[float]()
    for due in times:
        timetable.at(due, done.append)
    timetable.run(now)
    assert done == sorted(due for due in times if due <= now)
    timetable.run(100)
    assert done == sorted(times)


def test_timetable_does_what_was_added_on_the_way() -> None:
    timetable, done = Timetable(), list[float]()
    timetable.at(1, lambda due: timetable.at(due + 1, done.append))
    timetable.run(2)
    assert done == [2]


def test_later_settings_win(tmp_path: Path) -> None:
    path = tmp_path / "settings.yml"
    path.write_text("speed: 2\nstate_directory: state\nshelf_files: [shelf.yml]\ndurations: {boot: 5}\n")
    environment = {"APPSTREAM_SIMULATOR_SPEED": "3", "APPSTREAM_SIMULATOR_ACCOUNTS": '{"a": "b"}'}
    assert settings.load(path, {}).speed == 2
    assert settings.load(path, environment).speed == 3
    loaded = settings.load(path, environment, {"speed": 4.0, "state_directory": None})
    assert loaded.speed == 4
    assert loaded.state_directory == tmp_path / "state"
    assert loaded.shelf_files == [tmp_path / "shelf.yml"]
    assert loaded.accounts == {"a": "b"}
    assert loaded.durations == {**DEFAULT_DURATIONS, "boot": 5}


def test_settings_do_not_show_passwords() -> None:
    assert "hidden" not in repr(Settings(accounts={"a": "hidden"}))
    with pytest.raises(SettingsError) as raised:
        settings.load(None, {"APPSTREAM_SIMULATOR_ACCOUNTS": "a=hidden"})
    assert "hidden" not in str(raised.value)


def test_quotas_of_instance_types() -> None:
    quotas = "APPSTREAM_SIMULATOR_INSTANCE_QUOTAS"
    assert settings.load(None, {quotas: '{"stream.standard.medium": "2"}'}).instance_quotas == {
        "stream.standard.medium": 2
    }
    with pytest.raises(SettingsError):
        settings.load(None, {quotas: '{"stream.standard.medium": "many"}'})


def test_paths_in_the_environment_are_separated_as_in_path() -> None:
    environment = {"APPSTREAM_SIMULATOR_SHELF_FILES": "/a:/b", "APPSTREAM_SIMULATOR_OLDER_AGENT_OUTPUT": "1"}
    loaded = settings.load(None, environment)
    assert (loaded.shelf_files, loaded.older_agent_output) == ([Path("/a"), Path("/b")], True)


@pytest.mark.parametrize(
    ("instance_type", "family"),
    [
        ("stream.standard.large", "General Purpose"),
        ("stream.compute.8xlarge", "Compute Optimized"),
        ("stream.memory.z1d.large", "Memory Optimized"),
        ("stream.graphics.g4dn.xlarge", "Graphics G4"),
        ("stream.graphics.g6f.large", "Graphics G6"),
        ("GeneralPurpose.m7i-flex.xlarge", "GeneralPurpose"),
        ("GeneralPurpose.xlarge", None),
        ("t3.large", None),
        ("stream.standard", None),
    ],
)
def test_instance_families(instance_type: str, family: str | None) -> None:
    assert instance_family(instance_type) == family
