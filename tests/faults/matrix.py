# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All cells, and the batches in which they run."""

from __future__ import annotations

import functools

import aws_cells
import builder_cells
import controller_cells
import killed_cells
import windows_cells
from cell import Cell


@functools.cache
def cells() -> tuple[Cell, ...]:
    """Every cell; no two have the same name."""
    found = (
        *controller_cells.cells(),
        *aws_cells.cells(),
        *windows_cells.cells(),
        *killed_cells.cells(),
        *builder_cells.cells(),
    )
    assert len({cell.name for cell in found}) == len(found)
    return found


def batches() -> list[str]:
    """Names of the batches, in the order in which they run."""
    return list(dict.fromkeys(cell.batch for cell in cells()))


def of_batch(batch: str) -> list[Cell]:
    """The cells of a batch."""
    return [cell for cell in cells() if cell.batch == batch]
