# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An image: what the service keeps of it and what DescribeImages shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any


@dataclass
class Image:
    """One image. Times are seconds since the epoch, virtual.

    Attributes:
        serial: position in listings.
        visible: shown by DescribeImages; an image is not for some seconds after create-image was accepted.
        families: the instance families the service lists for it; none when it lists none, which means not graphics.
        root_volume_gb: size of the root volume it was taken from; a builder started from it has at least as much.
        shared_with: the API's ImagePermissions by the id of the account they are given to.
        software: the names of the licence-included applications on it.
        disk: what a builder started from it finds; None for the stock disk of the platform.
        problem: what AppStream tripped over when it was begun, so that it fails; empty when nothing.
        never_appears: an outcome that was asked for: it is gone, unseen, when it should be final.
        attributes: the members of the API's Image that never change (Description, Platform, …).
    """

    name: str
    arn: str
    serial: int
    state: str
    visibility: str
    created: float
    agent_version: str
    latest_agent: bool
    families: list[str]
    platform: str
    attributes: dict[str, Any] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    state_change_reason: dict[str, str] | None = None
    visible: bool = True
    root_volume_gb: int = 200
    shared_with: dict[str, dict[str, bool]] = field(default_factory=dict)
    software: list[str] = field(default_factory=list)
    disk: Any = None
    never_appears: bool = False
    problem: str = ""

    def fail(self, reason_code: str, error_code: str, message: str, when: float) -> None:
        """End FAILED with an entry in ImageErrors."""
        self.state = "FAILED"
        self.state_change_reason = {"Code": reason_code, "Message": message}
        self.errors = [{"ErrorCode": error_code, "ErrorMessage": message, "ErrorTimestamp": timestamp(when)}]

    @property
    def graphics_driver(self) -> str | None:
        """The version of the NVIDIA GRID driver on it, None when there is none."""
        version: str | None = self.attributes.get("ImageSoftwareMetadata", {}).get("nvidiaGridDriverVersion")
        return version

    def describe(self) -> dict[str, Any]:
        """The API's Image."""
        return without_none(
            {
                **self.attributes,
                "Name": self.name,
                "Arn": self.arn,
                "State": self.state,
                "Visibility": self.visibility,
                "Platform": self.platform,
                "CreatedTime": timestamp(self.created),
                "AppstreamAgentVersion": self.agent_version,
                "LatestAppstreamAgentVersion": "TRUE" if self.latest_agent else "FALSE",
                "SupportedInstanceFamilies": self.families or None,
                "StateChangeReason": self.state_change_reason,
                "ImageErrors": self.errors,
                "ImageSharedWithOthers": "TRUE" if self.shared_with else "FALSE",
                "ImageType": self.attributes.get("ImageType", "NATIVE"),
            }
        )


def timestamp(seconds: float) -> datetime:
    """A point in virtual time as the serialiser wants it."""
    return datetime.fromtimestamp(seconds, tz=timezone.utc)


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    """The members that have a value: AWS leaves the others out."""
    return {name: value for name, value in values.items() if value is not None}
