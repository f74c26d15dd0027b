# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""NVIDIA GRID drivers on images, and which graphics families an image supports because of its driver.

Sources: developer guide, "Base Image and Managed Image Update Release Notes" (which driver serves which families) and
"Unified graphics images": a managed update of a graphics image, and an image taken of a builder of one, support all
families that the driver does. Unproven [graphics_driver_of_newest_images, spelling_of_newer_families]: the driver of
the Windows base images for G7 and of the unified ones, which the guide does not name; how a family later than those of
the service model is spelt.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from appstream_simulator.aws.image import Image

_UP_TO_G5 = ("Graphics G4", "Graphics G5")
_UP_TO_G6 = (*_UP_TO_G5, "Graphics G6")
_UP_TO_G7 = (*_UP_TO_G6, "Graphics G7")
FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "512.78": _UP_TO_G5,
        "539.19": _UP_TO_G5,
        "581.42": _UP_TO_G6,
        "595.91.07": _UP_TO_G7,
        "596.36": _UP_TO_G7,
    }
)
# By platform: what base images of November and December 2025 have, and what managed updates install.
OF_BASE_IMAGES: Mapping[str, str] = MappingProxyType(
    {
        "WINDOWS_SERVER_2016": "512.78",
        "WINDOWS_SERVER_2019": "539.19",
        "WINDOWS_SERVER_2022": "581.42",
        "WINDOWS_SERVER_2025": "581.42",
        "RHEL8": "595.91.07",
        "ROCKY_LINUX8": "595.91.07",
    }
)
LATEST: Mapping[str, str] = MappingProxyType(
    {**OF_BASE_IMAGES, "WINDOWS_SERVER_2022": "596.36", "WINDOWS_SERVER_2025": "596.36"}
)


def families_of_image_from(source: Image, driver: str | None) -> list[str]:
    """The families of an image made of another one, with this driver on it; it is unified when there is one."""
    return list(FAMILIES[driver]) if driver else list(source.families)


def metadata(driver: str | None) -> dict[str, str] | None:
    """The API's ImageSoftwareMetadata."""
    return {"nvidiaGridDriverVersion": driver} if driver else None
