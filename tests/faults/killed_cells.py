# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs that are ended from outside at every step: nobody can clean up, and the next run goes on from there."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from typing import Any

import windows_cells
from cell import Cell, Expected

# ansible-playbook's own exit code for Ctrl-C is 99; what a signal ends has its number, negative.
EXIT_CODES: Mapping[str, int] = {"SIGKILL": -signal.SIGKILL, "SIGTERM": -signal.SIGTERM, "SIGINT": 99}

_NEVER: dict[str, Any] = {"code": "InternalFailure", "message": "", "status": 500, "builder": "{name}"}
_NAMED = r'\["{name}"\]'
_HELD_BY_AWS: Mapping[str, tuple[Mapping[str, Any], str, str]] = {
    "provision": (
        {"match": "appstream:DescribeImageBuilders", "request": _NAMED, "state": "PENDING|RUNNING"},
        "PENDING|RUNNING",
        "ABSENT",
    ),
    "wait": (
        {"match": "appstream:DescribeImages", "request": r'\["{name}-1"\]', "state": "SNAPSHOTTING|STOPPED"},
        "SNAPSHOTTING|STOPPED",
        "PENDING|AVAILABLE",
    ),
    "remove": (
        {"match": "appstream:DeleteImageBuilder", "request": '"Name": ?"{name}"', "state": "STOPPED"},
        "STOPPED",
        "AVAILABLE",
    ),
}


def cells() -> Iterator[Cell]:
    """Each signal at each step, which is held there until all images have come to theirs."""
    for name, code in EXIT_CODES.items():
        for step in windows_cells.STEPS:
            rule = {"kind": "hang", "host": "^{name}$", "match": step.match}
            expected = Expected("RUNNING", "ABSENT", code)
            yield Cell(step.name, "run", name, f"ended by {name}", expected, step.recipe, windows=(rule,), signal=name)
        for held, (rule, builder, image) in _HELD_BY_AWS.items():
            expected = Expected(builder, image, code)
            yield Cell(held, "run", name, f"ended by {name}", expected, aws=({**rule, **_NEVER},), signal=name)
