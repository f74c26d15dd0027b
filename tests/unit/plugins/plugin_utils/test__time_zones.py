# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Names of time zones, as Windows has them."""

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._time_zones import TIME_ZONES, time_zone_problem

FURTHER = ["w. europe standard time", "UTC_dstoff", "Tokyo Standard Time_dstoff", "Mars Base Standard Time"]


@pytest.mark.parametrize("name", [*sorted(TIME_ZONES)[::20], *FURTHER])
def test_names_that_are_taken(name: str) -> None:
    assert time_zone_problem(name) == ""


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("CET", "such as W. Europe Standard Time"),
        ("Europe/Berlin", "such as W. Europe Standard Time"),
        ("W Europe Standard Time", "did you mean W. Europe Standard Time?"),
        ("Tokio Standard Time", "did you mean Tokyo Standard Time?"),
        ("", "such as"),
    ],
)
def test_names_that_are_refused(name: str, hint: str) -> None:
    assert hint in time_zone_problem(name)
