# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The public base images every account and Region has.

The names are built as AWS's are; dates and the unusable images are the simulator's own. What is worth stumbling over is
in here on purpose: names that do not sort by date, images newer than the newest usable one, images no builder can be
started from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone

from appstream_simulator.aws.image import Image, timestamp

_GENERAL = ("General Purpose", "Compute Optimized", "Memory Optimized")


@dataclass(frozen=True)
class BaseImage:
    """A public base image; its name is the prefix and the release date."""

    prefix: str
    platform: str
    released: date
    agent_version: str
    state: str = "AVAILABLE"
    families: tuple[str, ...] = _GENERAL
    image_builder_supported: bool = True

    @property
    def name(self) -> str:
        return f"{self.prefix}-{self.released:%m-%d-%Y}"


BASE_IMAGES = (
    BaseImage("AppStream-WinServer2022", "WINDOWS_SERVER_2022", date(2026, 3, 17), "03-10-2026"),
    BaseImage("AppStream-WinServer2022", "WINDOWS_SERVER_2022", date(2026, 9, 9), "09-02-2026"),
    BaseImage("AppStream-WinServer2022", "WINDOWS_SERVER_2022", date(2024, 12, 11), "09-09-2024"),
    # Withdrawn after its release. DEPRECATED is not in the model's enumeration but is reported of the real service.
    BaseImage("AppStream-WinServer2022", "WINDOWS_SERVER_2022", date(2026, 10, 14), "09-02-2026", state="DEPRECATED"),
    BaseImage("AppStream-WinServer2019", "WINDOWS_SERVER_2019", date(2023, 7, 12), "06-20-2023"),
    BaseImage("AppStream-WinServer2019", "WINDOWS_SERVER_2019", date(2026, 9, 9), "09-02-2026"),
    BaseImage("AppStream-WinServer2019", "WINDOWS_SERVER_2019", date(2025, 11, 12), "09-09-2024"),
    # Announced, not there yet.
    BaseImage("AppStream-WinServer2019", "WINDOWS_SERVER_2019", date(2026, 11, 11), "09-02-2026", state="PENDING"),
    BaseImage("AppStream-WinServer2025", "WINDOWS_SERVER_2025", date(2026, 3, 17), "03-10-2026"),
    BaseImage("AppStream-WinServer2025", "WINDOWS_SERVER_2025", date(2026, 9, 9), "09-02-2026"),
    # For fleets alone.
    BaseImage(
        "AppStream-SampleApps-WinServer2022",
        "WINDOWS_SERVER_2022",
        date(2026, 10, 20),
        "09-02-2026",
        image_builder_supported=False,
    ),
    BaseImage(
        "AppStream-Graphics-G5-WinServer2022",
        "WINDOWS_SERVER_2022",
        date(2026, 9, 2),
        "09-02-2026",
        families=("Graphics G5",),
    ),
    BaseImage("AppStream-RHEL8", "RHEL8", date(2026, 8, 19), "03-10-2026"),
)


def newest_release(platform: str, families: Sequence[str]) -> datetime | None:
    """When the newest AVAILABLE base image of a series came out, None when there is none.

    A series is told by what its images have in common: the platform and the instance families.
    """
    released = [
        base.released
        for base in BASE_IMAGES
        if (base.platform, list(base.families)) == (platform, list(families))
        and base.state == "AVAILABLE"
        and base.image_builder_supported
    ]
    return _midnight(max(released)) if released else None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc)


def public_images(partition: str, region: str) -> Iterator[Image]:
    """The base images as a Region shows them; their ARNs have an empty account field."""
    for serial, base in enumerate(BASE_IMAGES):
        released = _midnight(base.released).timestamp()
        yield Image(
            name=base.name,
            arn=f"arn:{partition}:appstream:{region}::image/{base.name}",
            serial=serial,
            state=base.state,
            visibility="PUBLIC",
            created=released,
            agent_version=base.agent_version,
            latest_agent=False,
            families=list(base.families),
            platform=base.platform,
            attributes={
                "DisplayName": base.name,
                "Description": f"Amazon AppStream base image for {base.platform}",
                "ImageBuilderSupported": base.image_builder_supported,
                "PublicBaseImageReleasedDate": timestamp(released),
                "Applications": [],
                "DynamicAppProvidersEnabled": "DISABLED",
                "ManagedSoftwareIncluded": False,
            },
        )
