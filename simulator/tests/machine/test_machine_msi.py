# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Conditions and names of Windows Installer; real MSI files are in simulator/tests/msi."""

from __future__ import annotations

import pytest
from appstream_simulator.windows.machine import msi_conditions
from appstream_simulator.windows.machine.msi_installation import packed
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("", True),
        ("NOT NEWER", True),
        ("VersionNT >= 600", True),
        ("VersionNT < 600 OR Installed", False),
        ('(A = "x" AND NOT B) OR C', True),
        ('A ~= "X"', True),
        ('A <> "x"', False),
    ],
)
def test_conditions(condition: str, expected: bool) -> None:
    assert msi_conditions.holds(condition, {"VersionNT": "603", "A": "x"}) == expected


@given(st.text(max_size=40))
def test_any_condition_holds_or_does_not_or_is_refused(text: str) -> None:
    try:
        msi_conditions.holds(text, {})
    except msi_conditions.ConditionError:
        return


def test_product_codes_as_names_of_keys() -> None:
    assert packed("{0F8D5A66-9E14-4C0F-8A26-6E1F5B7C86A9}") == "66A5D8F041E9F0C4A862E6F1B5C7689A"
