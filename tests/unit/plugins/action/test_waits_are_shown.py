# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How a resource gets on while a module waits for it is seen: each of its states, with what is known of it."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import waits
from both_ways import Case, run
from module_samples import SAMPLES, Account, Sample

WAITING = {sample.module: sample for sample in SAMPLES if "wait" in sample.options}


@pytest.fixture(autouse=True)
def _time_passes(simulator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits.time, "sleep", lambda seconds: simulator.advance(60))


def waited(simulator: Any, sample: Sample) -> tuple[dict[str, Any], list[str]]:
    """The result of a task that waits, and the lines shown."""
    result = run(Account(simulator.server.endpoint), Case(sample, "waiting", {"wait": True}))
    return result, result.pop("printed")


@pytest.mark.parametrize("module", WAITING)
def test_every_state_is_shown_once(simulator: Any, module: str) -> None:
    result, lines = waited(simulator, WAITING[module])
    shown = [re.fullmatch(r"(.+): ([A-Z_a-z]+)(.*) \(0:\d\d\)", line) for line in lines]
    assert not result["failed"], result
    assert len({line and line[1] for line in shown}) == 1
    states = [change["state"] for change in result["state_changes"]]
    assert [line and line[2] for line in shown] == states
    assert len(states) > 1


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("image_builder", r"design: RUNNING at 1\d+\.\d+\.\d+\.\d+ \(0:00\)"),
        ("image_builder_software", r"design: SYNCING_APPS, waiting for Microsoft_Office_.* \(0:00\)"),
        ("image_copy", r"design-1 in us-east-1: COPYING \(0:00\)"),
        ("image_export", r"design to design/1: EXPORTING \(0:00\)"),
    ],
)
def test_what_else_is_known_is_shown_too(simulator: Any, module: str, line: str) -> None:
    _result, lines = waited(simulator, WAITING[module])
    assert [shown for shown in lines if re.fullmatch(line, shown)], lines


def test_where_nothing_is_done_nothing_is_shown(simulator: Any) -> None:
    sample = WAITING["image_builder"]

    def given(account: Account) -> None:
        sample.given(account)
        assert not run(account, Case(sample, "before", {"wait": True}), reset=False)["failed"]

    result, lines = waited(simulator, dataclasses.replace(sample, given=given))
    assert (result["changed"], lines) == (False, [])
