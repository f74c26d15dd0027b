# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every cell of the fault matrix: what is true after the fault, and after the same command without it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from cell import Cell
from matrix import batches, cells, of_batch
from run import Observed

Observe = Callable[[str], Observed]


def group(batch: str) -> pytest.MarkDecorator:
    """Tests of a batch run in one process, so that the batch runs once."""
    return pytest.mark.xdist_group(batch)


BATCHES = [pytest.param(batch, marks=group(batch)) for batch in batches()]
CELLS = [pytest.param(cell, id=cell.name, marks=group(cell.batch)) for cell in cells()]


@pytest.mark.parametrize("cell", CELLS)
def test_cell(cell: Cell, observed: Observe) -> None:
    both = observed(cell.batch)
    first, expected = both.first, cell.expected
    states = (state_of(first.builders, cell.name), state_of(first.images, f"{cell.name}-1"))
    report = (first.reported or {}).get(cell.name, {})
    # What the plan refuses is in no report.
    last = " ".join(first.run.output.rpartition("TASK [")[2].split())
    message = " ".join(str(report.get("message", "" if report else last)).split())
    context = f"{states}, {report.get('failed_step')}: {message} // {report.get('builder_outcome')}"
    assert cell.name in first.struck, f"the fault did not strike; {context}"
    if cell.signal or not report:
        assert first.run.exit_code == expected.exit_code, first.run.output[-3000:]
    else:
        assert report.get("failed") is (expected.exit_code != 0), context
    assert (report.get("failed_step") or "") == expected.failed_step, context
    assert re.fullmatch(expected.builder, states[0]), context
    assert re.fullmatch(expected.image, states[1]), context
    for wanted in filter(None, (expected.cause, expected.remedy)):
        assert re.search(wanted, message), context
    left_to_do = " ".join(" ".join(report.get("left_to_do") or []).split())
    assert re.search(expected.left_to_do, left_to_do), f"{left_to_do}; {context}"
    if expected.failed_step:
        assert f"{cell.name} failed at {expected.failed_step}: " in last, last
    assert_converged(cell, both)


def assert_converged(cell: Cell, both: Observed) -> None:
    """The same command, without the fault, has made the image or left the one that was there; nothing else is left."""
    image = both.again.images.get(f"{cell.name}-1")
    reported = (both.again.reported or {}).get(cell.name)
    assert image is not None and image["State"] == "AVAILABLE", f"{image}; {reported}"
    assert cell.name not in both.again.builders, f"{both.again.builders.get(cell.name)}; {reported}"
    before = both.first.images.get(f"{cell.name}-1")
    if before is not None and before["State"] in ("AVAILABLE", "PENDING"):
        assert before["CreatedTime"] == image["CreatedTime"], "an image was lost"


@pytest.mark.parametrize("batch", BATCHES)
def test_nothing_is_left(batch: str, observed: Observe) -> None:
    both = observed(batch)
    cells_of_batch = of_batch(batch)
    if both.first.reported is not None:
        failed = any(one["failed"] for one in both.first.reported.values())
        assert both.first.run.exit_code == (2 if failed else 0)
    assert both.again.run.exit_code == 0, both.again.run.output[-5000:]
    assert both.unhandled == []
    for after in (both.first, both.again):
        assert after.exposed == []
    if cells_of_batch[0].signal:
        assert both.creations == len(cells_of_batch), "what an ended run has begun is not begun again"
    # Nobody can take away what a killed run had in its temporary folder; Ansible does nothing about SIGTERM, either.
    left = [] if cells_of_batch[0].signal in ("SIGKILL", "SIGTERM") else both.first.left
    assert [*left, *(one for one in both.again.left if one not in both.first.left)] == []


def state_of(found: dict[str, dict[str, object]], name: str) -> str:
    """The state of a builder or an image, ABSENT when there is none."""
    return str(found[name]["State"]) if name in found else "ABSENT"
