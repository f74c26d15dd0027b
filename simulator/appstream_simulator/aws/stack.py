# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A stack: what the service keeps of it and what DescribeStacks shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from appstream_simulator.aws.image import timestamp, without_none


@dataclass
class Stack:
    """One stack. Times are seconds since the epoch, virtual.

    Attributes:
        serial: position in listings.
        settings: the members of the API's Stack that can be changed; those it does not have are left out.
    """

    name: str
    arn: str
    serial: int
    created: float
    settings: dict[str, Any] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """The API's Stack. The guide names no cause of StackErrors that could be simulated."""
        return without_none(
            {
                **self.settings,
                "Name": self.name,
                "Arn": self.arn,
                "CreatedTime": timestamp(self.created),
                "StackErrors": [],
            }
        )
