# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The results as a table: as text, and as reStructuredText for the documentation."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from collections.abc import Iterable
from pathlib import Path

from benchmarks.contest import Result
from benchmarks.measure import REPOSITORY

PAGE = REPOSITORY / "docs" / "docsite" / "rst" / "benchmark.rst"
_BEGIN, _END = ".. The figures begin: make benchmark RECORD=yes\n", ".. The figures end.\n"
_HEADINGS = (
    "Images x applications",
    "Built by",
    "CPU s per image",
    "Peak MiB per image",
    "Processes per image",
    "Wall s beyond the waits",
    "Polls per image",
    "AWS calls per image",
    "Runs on Windows per image",
    "Task results per image",
)
_NAMES = {
    ("playbook", "build"): "playbook",
    ("playbook", "again"): "playbook, again",
    ("script", "build"): "script",
    ("script", "again"): "script, again",
}


def machine() -> str:
    """The machine and the software the figures come from."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("ansible-core", "boto3", "pywinrm"))
    today = datetime.datetime.now(datetime.timezone.utc).date()
    hardware = f"{model}, {len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.release()}"
    return f"{hardware}; Python {platform.python_version()}, {versions}; {today}"


def cells(result: Result) -> tuple[str, ...]:
    """One row."""
    images, usage = result.case.images, result.usage

    def per_image(value: float | None, digits: int = 0) -> str:
        return "-" if value is None else f"{value / images:.{digits}f}"

    return (
        str(result.case),
        _NAMES[result.contestant, result.run],
        per_image(usage.cpu, 2),
        per_image(usage.memory / 2**20),
        per_image(usage.processes),
        f"{result.beyond:.0f}",
        per_image(result.polls),
        per_image(result.calls),
        per_image(result.windows_runs),
        per_image(result.tasks),
    )


def as_text(results: Iterable[Result]) -> str:
    """The table for a terminal, with headings of two lines."""
    rows = [cells(result) for result in results]
    heads = [_halves(heading) for heading in _HEADINGS]
    lines = [tuple(head[0] for head in heads), tuple(head[1] for head in heads), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]

    def line(row: tuple[str, ...]) -> str:
        left = [cell.ljust(width) for cell, width in zip(row[:2], widths)]
        return "  ".join([*left, *(cell.rjust(width) for cell, width in zip(row[2:], widths[2:]))]).rstrip()

    return "\n".join([*map(line, lines[:2]), "  ".join("-" * width for width in widths), *map(line, rows)])


def _halves(heading: str) -> tuple[str, str]:
    words = heading.split()
    cut = (len(words) + 1) // 2
    return " ".join(words[:cut]), " ".join(words[cut:])


def as_rst(results: Iterable[Result], where: str) -> str:
    """The table for the documentation."""
    rows = [_HEADINGS, *map(cells, results)]
    body = "".join(f"   * - {row[0]}\n" + "".join(f"     - {cell}\n" for cell in row[1:]) for row in rows)
    return f"Measured on: {where}.\n\n.. list-table::\n   :header-rows: 1\n\n{body}"


def record(table: str, page: Path = PAGE) -> None:
    """Put the table between its marks on the page."""
    before, _begin, rest = page.read_text().partition(_BEGIN)
    _former, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"{page} has no marks for the figures")
    page.write_text(f"{before}{_BEGIN}\n{table}\n{_END}{after}")
