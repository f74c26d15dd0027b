# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Faults of the controller, and of what the plan asks: they strike the whole run, so each has a run of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cell import SURVIVED, Cell, Expected

_NOTHING = "ABSENT"


def cells() -> Iterator[Cell]:
    """What strikes before the first image is begun, and what strikes them all."""
    yield from _plan()
    yield from _reports()


def _plan() -> Iterator[Cell]:
    answers: tuple[tuple[str, str, dict[str, Any], str, str], ...] = (
        (
            "DescribeImages",
            "access denied",
            {"code": "AccessDeniedException", "message": "not authorized", "status": 400},
            "AccessDenied",
            "Allow this action",
        ),
        (
            "any operation",
            "credentials expired",
            {"code": "ExpiredTokenException", "message": "The security token is expired", "status": 400},
            "(?i)expired",
            "(?i)new ones",
        ),
        (
            "any operation",
            "credentials unknown",
            {"code": "UnrecognizedClientException", "message": "The security token is invalid.", "status": 400},
            "UnrecognizedClient",
            "(?i)credentials",
        ),
        (
            "any operation",
            "clock wrong",
            {
                "code": "InvalidSignatureException",
                "message": "Signature expired: 1 is now earlier than 2",
                "status": 400,
            },
            "Signature expired",
            "clock",
        ),
    )
    for strikes, fault, answer, cause, remedy in answers:
        match = "appstream:DescribeImages" if strikes == "DescribeImages" else ".*"
        expected = Expected(_NOTHING, _NOTHING, 2, "", cause, remedy)
        yield _alone("plan", strikes, fault, expected, aws=({"match": match, **answer},))


def _reports() -> Iterator[Cell]:
    refused = Expected(_NOTHING, _NOTHING, 2, "", "(?i)report", "(?i)appstream_report_directory")
    yield _alone("plan", "report folder", "cannot be written", refused, controller="report folder below a file")
    yield _alone("capture", "controller's disk", "full from here on", SURVIVED, controller="disk full")
    yield _alone("report", "report folder", "gone when it is written", SURVIVED, controller="report folder lost")


def _alone(step: str, strikes: str, fault: str, expected: Expected, **more: Any) -> Cell:
    return Cell(step, strikes, fault, f"{strikes}, {fault}", expected, **more)
