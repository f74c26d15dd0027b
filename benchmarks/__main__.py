# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Measures what building images costs; see docs/docsite/rst/benchmark.rst.

Settings come from the environment, where `make benchmark NAME=value` puts them:

    CASES        images x applications (default: 1x5 10x5 30x1)
    CONTESTANTS  who builds them (default: playbook script)
    DELAY        whole real seconds between two polls of AWS, which stand for 15 (default: 1)
    RECORD       yes: put the table on the page of the documentation, too
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
from pathlib import Path

from benchmarks import schedule, table
from benchmarks.contest import CONTESTANTS, ContestError, Result, contest
from benchmarks.images import parse_cases
from benchmarks.measure import REPOSITORY

_FOLDER = REPOSITORY / ".build" / "benchmark"


def main() -> int:
    """Run all cases and print the table; returns the exit code."""
    try:
        cases = parse_cases(os.environ.get("CASES") or "1x5 10x5 30x1")
        delay = int(os.environ.get("DELAY") or 1)
        wanted = (os.environ.get("CONTESTANTS") or "playbook script").split()
        if delay < 1 or not set(wanted) <= set(CONTESTANTS):
            raise ValueError(f"DELAY is 1 or more, and CONTESTANTS are among {', '.join(CONTESTANTS)}")
    except ValueError as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 2
    # So that simulator and contestant are ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    where = table.machine()
    print(f"{where}\n{schedule.POLLS:.0f} polls per image, {schedule.speed(delay):g} virtual seconds to the real one\n")
    results: list[Result] = []
    for case in cases:
        for contestant in (name for name in CONTESTANTS if name in wanted):
            try:
                for result in contest(case, contestant, delay, _FOLDER / f"{case}-{contestant}"):
                    results.append(result)
                    print("  ".join(table.cells(result)), flush=True)
                    _write(results, where)
            except ContestError as error:
                print(f"benchmark: {case} {contestant}: {error}", file=sys.stderr)
                return 1
    print(f"\n{table.as_text(results)}")
    if os.environ.get("RECORD") == "yes":
        table.record(table.as_rst(results, where))
    return 0


def _write(results: list[Result], where: str) -> None:
    """What there is so far, so that an interrupted benchmark leaves something behind."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    values = {"machine": where, "results": [dataclasses.asdict(result) for result in results]}
    (_FOLDER / "results.json").write_text(json.dumps(values, indent=2))
    _file("table.txt").write_text(f"{where}\n\n{table.as_text(results)}\n")
    _file("table.rst").write_text(table.as_rst(results, where))


def _file(name: str) -> Path:
    return _FOLDER / name


if __name__ == "__main__":
    sys.exit(main())
