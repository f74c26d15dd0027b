# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Who holds a build lock, as tags say, and whether that run is still alive."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock import holders
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock.holders import Holder
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
RUN = Holder("20261130T110000Z-4711", NOW, "holding", "controller", "4711")
# What AWS allows in the value of a tag (shape TagValue of the service model).
VALUE = re.compile(r"[\w\s_.:/=+\-@]{0,256}\Z")


def ago(minutes: float, holder: Holder = RUN) -> Holder:
    return holder.at(NOW - timedelta(minutes=minutes), holder.phase)


@given(st.builds(Holder, run=st.text(min_size=1, max_size=20), renewed=st.just(NOW), host=st.text(), job=st.text()))
def test_every_run_has_a_value_that_aws_takes(holder: Holder) -> None:
    ((key, value),) = holder.tag.items()
    assert key == holders.LOCK_TAG + holder.run
    assert VALUE.match(value)
    (found,) = holders.holders(holder.tag)
    assert (found.run, found.renewed, found.phase) == (holder.run, holder.renewed, holder.phase)


@pytest.mark.parametrize("phase", ["asking", "holding"])
def test_a_run_survives_its_tag_and_its_item(phase: str) -> None:
    run = holders.this_run("20261130T110000Z-1", "17", os.getpid()).at(NOW, phase)
    assert holders.holders(run.tag) == [run]
    assert holders.from_values(run.item) == run


@pytest.mark.parametrize("value", ["", "yesterday holding", "2026-11-30T12:00:00Z sleeping", "2026-11-30T12:00:00Z"])
def test_a_tag_of_another_form_is_no_run(value: str) -> None:
    assert holders.holders({holders.LOCK_TAG + "x": value, "Name": "2026-11-30T12:00:00Z holding"}) == []


@pytest.mark.parametrize(("minutes", "alive"), [(0, True), (29.9, True), (30, False), (600, False), (-14, True)])
def test_time_tells_of_another_controllers_run(minutes: float, alive: bool) -> None:
    assert ago(minutes).is_alive(NOW, 30) is alive


def test_a_run_of_this_system_is_as_alive_as_its_process() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        run = holders.this_run("r", process=process.pid).at(NOW, "holding")
        assert run.machine and run.process.startswith(f"{process.pid}.")
        assert run.is_alive(NOW)
        # The same number, but another process; and one of another system, of which nothing is known here.
        assert not dataclasses.replace(run, process=f"{process.pid}.1").is_alive(NOW)
        assert dataclasses.replace(run, process=f"{process.pid}.1", machine="other").is_alive(NOW)
        process.kill()
        process.wait()
        assert not run.is_alive(NOW)


def test_a_process_that_nobody_has_waited_for_is_dead() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    run = holders.this_run("r", process=process.pid).at(NOW, "holding")
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not run.is_alive(NOW)
    process.wait()


def test_without_a_process_only_time_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    run = holders.this_run("r")
    assert (run.machine, run.process) == ("", "")
    # No /proc, as on macOS.
    monkeypatch.setattr(holders, "Path", lambda path: _Missing())
    assert holders.this_machine() == ""
    assert holders.this_run("r", process=os.getpid()).process == ""


class _Missing:
    def read_text(self, **_how: str) -> str:
        raise FileNotFoundError

    def readlink(self) -> str:
        raise FileNotFoundError


@pytest.mark.parametrize(
    ("others", "live"),
    [
        ([], None),
        ([ago(45)], None),
        ([ago(5)], "20261130T110000Z-4711"),
        ([ago(5, dataclasses.replace(RUN, run="mine"))], None),
        # A holder goes before one that asks, even if that one is first.
        ([ago(5), ago(0, dataclasses.replace(RUN, run="0", phase="asking"))], "20261130T110000Z-4711"),
        ([ago(45), ago(0, dataclasses.replace(RUN, run="z", phase="asking"))], "z"),
    ],
)
def test_live_holder(others: list[Holder], live: str | None) -> None:
    tags = {key: value for holder in others for key, value in holder.tag.items()}
    found = holders.live_holder(tags, NOW, 30, but="mine")
    assert (found.run if found else None) == live


@pytest.mark.parametrize(
    ("holder", "text"),
    [
        (ago(0.2), "run 20261130T110000Z-4711 (AWX job 4711) on controller, last sign of life less than a minute ago"),
        (ago(1), "run 20261130T110000Z-4711 (AWX job 4711) on controller, last sign of life 1 minute ago"),
        (Holder("r", NOW - timedelta(minutes=12)), "run r, last sign of life 12 minutes ago"),
    ],
)
def test_describe(holder: Holder, text: str) -> None:
    assert holder.describe(NOW) == text
