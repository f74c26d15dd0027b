# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation has the matrix as it is tested."""

from __future__ import annotations

from cell import STEPS
from matrix import cells
from page import PAGE, page


def test_the_page_is_made_from_the_cells() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/faults/page.py"


def test_the_matrix_is_as_large_as_it_should_be() -> None:
    assert len(cells()) >= 150
    assert {cell.step for cell in cells()} == set(STEPS)
