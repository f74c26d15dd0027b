# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One cell of the fault matrix: a fault at a step of the build, and what is to be true after it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

STEPS = (
    "plan",
    "provision",
    "connect",
    "windows",
    "roles",
    "install",
    "sessions",
    "catalog",
    "check",
    "seal",
    "capture",
    "wait",
    "remove",
    "report",
)

BUILT = "built"
FAILED = "failed"


@dataclasses.dataclass(frozen=True)
class Expected:
    """What is true when the run with the fault has ended.

    Attributes:
        builder, image: their states, ABSENT when there is none; of several (A|B) one.
        exit_code: of ansible-playbook.
        failed_step: where the image failed; empty when it did not.
        cause, remedy: regular expressions that the message of the image, and so the last message of the run, has.
        left_to_do: regular expression of what an image that was built has left to do.
    """

    builder: str = "ABSENT"
    image: str = "AVAILABLE"
    exit_code: int = 0
    failed_step: str = ""
    cause: str = ""
    remedy: str = ""
    left_to_do: str = ""


SURVIVED = Expected()


@dataclasses.dataclass(frozen=True)
class Cell:
    """A fault at a step; the image of a cell has a host of its own.

    Attributes:
        strikes: what the fault strikes, an operation of AWS or a task, for people.
        fault: what goes wrong, for people.
        batch: cells of a batch are images of the same run; all of them have the same exit code.
        recipe: keys of the recipe other than those of the lightest one.
        repaired: keys of the recipe that are otherwise when the command is run again.
        variables: further variables of the host.
        aws, windows, outcomes: rules of the simulator; '{name}' in a text is the name of recipe and builder.
        signal: what the run gets as soon as every image of the batch has come to its fault.
        controller: what is wrong where the run runs, as run.py knows it.
        builder_before: 'STOPPED': there is one of an earlier run.
    """

    step: str
    strikes: str
    fault: str
    batch: str
    expected: Expected
    recipe: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    variables: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    aws: tuple[Mapping[str, Any], ...] = ()
    windows: tuple[Mapping[str, Any], ...] = ()
    outcomes: tuple[Mapping[str, Any], ...] = ()
    builder_before: str = ""
    signal: str = ""
    repaired: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    controller: str = ""

    @property
    def name(self) -> str:
        """Name of the recipe, the builder and the host, made of step, target and fault."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.step} {self.strikes} {self.fault}".lower()).strip("-")

    def rules(self, kind: str) -> list[dict[str, Any]]:
        """The rules of a kind ('aws', 'windows', 'outcomes') for this very image."""
        return [
            {key: value.replace("{name}", self.name) if isinstance(value, str) else value for key, value in one.items()}
            for one in getattr(self, kind)
        ]
