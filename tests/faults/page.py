# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The page of the documentation that has the fault matrix. Run this file to write it from the cells.

Usage: python tests/faults/page.py (with tests/end_to_end and tests/policies in PYTHONPATH)
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cell import STEPS, Cell, Expected
from matrix import cells

PAGE = Path(__file__).parents[2] / "docs" / "docsite" / "rst" / "guide_faults.rst"

_HEAD = """.. Copyright: (c) 2026, The euc.appstream team
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

.. Made by tests/faults/page.py from the cells beside it.

.. _ansible_collections.euc.appstream.docsite.guide_faults:

What happens when something fails
=================================

Each row is a fault at a step of ``euc.appstream.build_images``, tried on the simulator by ``make faults``. It says what
is there when the run has ended, with ``on_error: delete``, and what the message at the end names. What holds for all
{count} rows is tested with each of them, too:

* The same command, once the fault is gone, goes on from there: it ends with exit code 0, the image is AVAILABLE, and
  the image builder is gone. What was begun is not begun again.
* An image that is AVAILABLE or in the making is never lost.
* No process, no temporary file (but those of a run ended by SIGKILL or SIGTERM) and no secret is left behind.

A run has exit code 2 when one of its images failed, whatever became of the others. States are those of AppStream;
ABSENT: there is none.

.. contents::
   :local:
   :depth: 1
"""
_TABLE = """
{title}
{line}

.. list-table::
   :header-rows: 1
   :widths: 20 24 8 14 14 20

   * - What it strikes
     - Fault
     - Exit code
     - Image
     - Image builder
     - The message names
"""


def page() -> str:
    """The whole page."""
    ordered = sorted(cells(), key=lambda cell: STEPS.index(cell.step))
    tables = [_table(step, rows) for step, rows in itertools.groupby(ordered, key=lambda cell: cell.step)]
    return _HEAD.replace("{count}", str(len(ordered))) + "".join(tables)


def _table(step: str, rows: Iterable[Cell]) -> str:
    lines = _TABLE.format(title=step.capitalize(), line="-" * len(step))
    return lines + "".join(
        f"   * - {first}\n" + "".join(f"     - {one}\n" for one in rest) for first, *rest in map(_row, rows)
    )


def _row(cell: Cell) -> list[str]:
    expected = cell.expected
    states = [one.replace("|", " or ") for one in (expected.image, expected.builder)]
    fault = cell.signal or cell.fault
    return [cell.strikes, fault, str(expected.exit_code), *states, _named(cell)]


def _named(cell: Cell) -> str:
    """What the message has to have, in words: the patterns without their signs."""
    if cell.signal:
        return "nothing: the run can't say anything any more"
    return ", ".join(_words(cell.expected)) or "nothing: all is well"


def _words(expected: Expected) -> Iterator[str]:
    for pattern in (expected.cause, expected.remedy, expected.left_to_do):
        if pattern.startswith("\\."):
            yield "what to do about it"
            continue
        text = re.sub(r"\(\?i\)|[?()^$]", "", pattern).replace(".*", " … ").replace("|", " or ")
        if text:
            yield text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE} is written")
