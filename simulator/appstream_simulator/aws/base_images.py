# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The public base images every account and Region has.

Sources: developer guide, "Base Image and Managed Image Update Release Notes" (the latest releases, and that Windows
images of before 30 May 2025 are deprecated) and "Unified graphics images" (since 29 September 2026). The releases of
2026 for Windows are the simulator's own but for those for G7 and the unified ones, and so are their agents and the
unusable images. What is worth stumbling over is in here on purpose: names that do not sort by date, images newer than
the newest usable one, images no builder can be started from, a graphics image that is the newest of its platform,
images that list no instance families (a report of the real service shows that there are such ones; which they are is
unproven [base_images_without_families]).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from types import MappingProxyType

from appstream_simulator.aws import graphics_drivers
from appstream_simulator.aws.image import Image, timestamp, without_none
from appstream_simulator.aws.instance_types import is_graphics

_GENERAL = ("General Purpose", "Compute Optimized", "Memory Optimized")
# As names of base images have them.
_PLATFORMS: Mapping[str, str] = MappingProxyType(
    {
        "WinServer2016": "WINDOWS_SERVER_2016",
        "WinServer2019": "WINDOWS_SERVER_2019",
        "WinServer2022": "WINDOWS_SERVER_2022",
        "WinServer2025": "WINDOWS_SERVER_2025",
        "RHEL8": "RHEL8",
        "RockyLinux8": "ROCKY_LINUX8",
    }
)


@dataclass(frozen=True)
class BaseImage:
    """A public base image; its name is the prefix and the release date.

    Attributes:
        families: none when the service lists none.
        driver: version of the NVIDIA GRID driver on it.
    """

    prefix: str
    platform: str
    released: date
    agent_version: str
    state: str = "AVAILABLE"
    families: tuple[str, ...] = _GENERAL
    driver: str | None = None
    image_builder_supported: bool = True

    @property
    def name(self) -> str:
        return f"{self.prefix}-{self.released:%m-%d-%Y}"

    @property
    def is_graphics(self) -> bool:
        return any(is_graphics(family) for family in self.families)


def _plain(system: str, released: date, agent: str, state: str = "AVAILABLE", lists_families: bool = True) -> BaseImage:
    families = _GENERAL if lists_families else ()
    return BaseImage(f"AppStream-{system}", _PLATFORMS[system], released, agent, state, families)


def _graphics(kind: str, families: tuple[str, ...], system: str, released: date, agent: str, driver: str) -> BaseImage:
    prefix = f"AppStream-Graphics-{kind}-{system}"
    return BaseImage(prefix, _PLATFORMS[system], released, agent, families=families, driver=driver)


_WINDOWS, _WINDOWS_2025, _LINUX = date(2025, 11, 10), date(2025, 12, 18), date(2026, 8, 31)
_PLAIN = (
    _plain("WinServer2022", date(2026, 3, 17), "03-10-2026"),
    _plain("WinServer2022", date(2026, 9, 9), "09-02-2026"),
    _plain("WinServer2022", date(2024, 10, 22), "09-09-2024", "DEPRECATED", lists_families=False),
    _plain("WinServer2022", date(2025, 5, 30), "09-09-2024", lists_families=False),
    _plain("WinServer2022", _WINDOWS, "10-02-2025", lists_families=False),
    # Withdrawn after its release. DEPRECATED is not in the model's enumeration but is reported of the real service.
    _plain("WinServer2022", date(2026, 10, 14), "09-02-2026", "DEPRECATED"),
    _plain("WinServer2019", date(2023, 6, 12), "06-20-2023", "DEPRECATED", lists_families=False),
    _plain("WinServer2019", date(2026, 9, 9), "09-02-2026"),
    _plain("WinServer2019", date(2025, 5, 30), "09-09-2024", lists_families=False),
    _plain("WinServer2019", _WINDOWS, "10-02-2025", lists_families=False),
    # Announced, not there yet.
    _plain("WinServer2019", date(2026, 11, 11), "09-02-2026", "PENDING"),
    _plain("WinServer2016", _WINDOWS, "10-02-2025", lists_families=False),
    _plain("WinServer2025", date(2026, 3, 17), "03-10-2026"),
    _plain("WinServer2025", date(2026, 9, 9), "09-02-2026"),
    _plain("WinServer2025", _WINDOWS_2025, "10-02-2025", lists_families=False),
    _plain("RHEL8", _LINUX, "03-10-2026"),
    _plain("RockyLinux8", _LINUX, "03-10-2026", lists_families=False),
)
# For fleets alone, which is unproven [sample_images_for_fleets_only]. The platforms, and the second one as a whole, are
# the simulator's own.
_SAMPLES = tuple(
    BaseImage("Amazon-AppStream2-Sample-Image", platform, released, agent, families=(), image_builder_supported=False)
    for platform, released, agent in (
        ("WINDOWS_SERVER_2019", date(2024, 6, 17), "06-20-2023"),
        ("WINDOWS_SERVER_2022", date(2026, 10, 20), "09-02-2026"),
    )
)
# What there is for graphics: kind, families, and the systems with their releases.
_G4DN_AND_G5 = (
    ("WinServer2025", _WINDOWS_2025, "10-02-2025"),
    ("WinServer2022", _WINDOWS, "10-02-2025"),
    ("WinServer2019", _WINDOWS, "10-02-2025"),
    ("WinServer2016", _WINDOWS, "10-02-2025"),
    ("RHEL8", _LINUX, "03-10-2026"),
    ("RockyLinux8", _LINUX, "03-10-2026"),
)
_G6 = tuple(row for row in _G4DN_AND_G5 if row[0] not in ("WinServer2019", "WinServer2016"))
_ONE_FAMILY = tuple(
    _graphics(kind, (family,), system, released, agent, graphics_drivers.OF_BASE_IMAGES[_PLATFORMS[system]])
    for kind, family, systems in (
        ("G4dn", "Graphics G4", _G4DN_AND_G5),
        ("G5", "Graphics G5", _G4DN_AND_G5),
        ("G6", "Graphics G6", _G6),
    )
    for system, released, agent in systems
)
_G7 = tuple(
    _graphics("G7", ("Graphics G7",), system, _LINUX, "03-10-2026", graphics_drivers.LATEST[_PLATFORMS[system]])
    for system, _, _ in _G6
)
_UNIFIED = tuple(
    _graphics("NV", graphics_drivers.FAMILIES[driver], system, date(2026, 9, 29), "09-02-2026", driver)
    for system, driver in ((row[0], graphics_drivers.LATEST[_PLATFORMS[row[0]]]) for row in _G6)
)

BASE_IMAGES = (*_PLAIN, *_SAMPLES, *_ONE_FAMILY, *_G7, *_UNIFIED)


def newest_release(platform: str, graphics: bool) -> datetime | None:
    """When the newest AVAILABLE base image of a platform, for graphics or not, came out; None when there is none."""
    released = [
        base.released
        for base in BASE_IMAGES
        if (base.platform, base.is_graphics) == (platform, graphics)
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
            attributes=without_none(
                {
                    "DisplayName": base.name,
                    "Description": f"Amazon AppStream base image for {base.platform}",
                    "ImageBuilderSupported": base.image_builder_supported,
                    "PublicBaseImageReleasedDate": timestamp(released),
                    "Applications": [],
                    "DynamicAppProvidersEnabled": "DISABLED",
                    "ManagedSoftwareIncluded": False,
                    "ImageSoftwareMetadata": graphics_drivers.metadata(base.driver),
                }
            ),
        )
