# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An export task: what the service keeps of it and what GetExportImageTask shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from appstream_simulator.aws.image import Image, timestamp, without_none


@dataclass
class ExportTask:
    """One export of an image to an AMI. Times are seconds since the epoch, virtual.

    Attributes:
        serial: position in listings.
        image: the image as it was when the task began; it may be deleted in the meantime.
    """

    task_id: str
    serial: int
    image: Image
    ami_name: str
    created: float
    ami_description: str | None = None
    tags: dict[str, str] | None = None
    state: str = "EXPORTING"
    ami_id: str | None = None
    errors: list[dict[str, str]] = field(default_factory=list)

    def fail(self, state: str, code: str, message: str) -> None:
        """End FAILED or TIMED_OUT."""
        self.state = state
        self.errors = [{"ErrorCode": code, "ErrorMessage": message}]

    def describe(self) -> dict[str, Any]:
        """The API's ExportImageTask."""
        return without_none(
            {
                "TaskId": self.task_id,
                "ImageArn": self.image.arn,
                "AmiName": self.ami_name,
                "CreatedDate": timestamp(self.created),
                "AmiDescription": self.ami_description,
                "State": self.state,
                "AmiId": self.ami_id,
                "TagSpecifications": self.tags,
                "ErrorDetails": self.errors or None,
            }
        )
