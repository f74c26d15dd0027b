# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What an image builder was like when it was first reached: what its base image brought is not this build's doing.

It is kept in the builder's own registry, where every controller finds it, and goes once the making of the image has
begun. Builders of an image that has it all the same are other computers, for whom it does not count.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

KEY = r"HKLM:\SOFTWARE\euc.appstream\Baseline"
VALUE = "Found"
REMOVAL = ("reg", "delete", r"HKLM\SOFTWARE\euc.appstream\Baseline", "/f")
"""The command that takes it away; what is noted beside it of applications stays in the image."""

_OF_THE_BASE_IMAGE = "the base image came with this, so it stops nothing"


@dataclass(frozen=True)
class Baseline:
    """What was found. ``computer``: whose it is; ``problems``: sentences; ``pending``: what had a reboot pending.

    ``node``: what the builder was registered as with Systems Manager, empty when it was not.
    """

    computer: str
    problems: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    node: str = ""

    @property
    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))


def computer_of(facts: Mapping[str, Any], environment: Mapping[str, Any]) -> str:
    """What tells a builder from one of an image taken of it: its own identifier, and the image that it was made from.

    ``facts``: of ``setup``, without their prefix. ``environment``: the machine's environment variables.
    """
    variables = {name.lower(): value for name, value in environment.items()}
    return f"{facts.get('machine_id') or ''} {variables.get('appstream_image_arn') or ''}".strip()


def parsed(text: Any, computer: str) -> Baseline | None:
    """The baseline in a registry value; None when there is none, or when it is another computer's."""
    try:
        kept = json.loads(str(text or ""))
        found = Baseline(
            str(kept["computer"]),
            tuple(str(problem) for problem in kept["problems"]),
            tuple(str(cause) for cause in kept["pending"]),
            str(kept["node"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if computer and found.computer == computer else None


def divided(problems: Iterable[str], baseline: Baseline | None) -> tuple[list[str], list[str]]:
    """Problems that came since the baseline, and warnings of those that it has already."""
    known = baseline.problems if baseline else ()
    listed = list(problems)
    return (
        [problem for problem in listed if problem not in known],
        [f"{problem} ({_OF_THE_BASE_IMAGE})" for problem in listed if problem in known],
    )
