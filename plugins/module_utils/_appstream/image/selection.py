# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Choosing an image to start from: the newest, and one that fits the instance type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Image = Mapping[str, Any]

# Public base images are named AppStream-WinServer2022-09-09-2026, month first.
_DATED_NAME = re.compile(r"(?P<series>.+)-\d{2}-\d{2}-\d{4}\Z")

# Instance type prefixes and what Image.SupportedInstanceFamilies calls them (service model, documentation of that
# member). The spelling real images carry is unproven, so it is compared without regard to case and separators, and
# families of generations the documentation doesn't list yet follow the pattern of those it does.
_FAMILIES = (
    (re.compile(r"stream\.standard\."), "generalpurpose"),
    (re.compile(r"stream\.compute\."), "computeoptimized"),
    (re.compile(r"stream\.memory\."), "memoryoptimized"),
    (re.compile(r"stream\.graphics\.gr?(?P<generation>\d+)"), "graphicsg{generation}"),
    (re.compile(r"(?P<custom>GeneralPurpose|ComputeOptimized|MemoryOptimized|Accelerated)\."), "{custom}"),
)


def series(name: str) -> str | None:
    """Return what the names of all releases of a public base image have in common, None for other names."""
    match = _DATED_NAME.match(name)
    return match["series"] if match else None


def release_time(image: Image) -> str:
    """Return when an image came out, as ISO 8601 text.

    An image made by somebody carries the release date of the base image it was made from, so that counts for public
    images only.
    """
    released = image.get("public_base_image_released_date") if image.get("visibility") == "PUBLIC" else None
    return str(released or image.get("created_time") or "")


def newest_first(images: Iterable[Image]) -> list[dict[str, Any]]:
    """Return images by the time they came out, the newest first."""
    return [
        dict(image) for image in sorted(images, key=lambda image: (release_time(image), image["name"]), reverse=True)
    ]


def unusable_because(image: Image) -> str | None:
    """Say why no image builder can be started from an image, None when one can."""
    permissions = image.get("image_permissions") or {}
    if image.get("state") != "AVAILABLE":
        return f"it is {image.get('state')}"
    if not image.get("image_builder_supported"):
        return "image builders are not supported by it"
    if image.get("visibility") == "SHARED" and permissions.get("allow_image_builder") is False:
        return "the account that shares it does not allow image builders"
    return None


def family_of(instance_type: str) -> str | None:
    """Return the instance family of an instance type in comparable form, None when the type is of no known family."""
    for pattern, family in _FAMILIES:
        match = pattern.match(instance_type)
        if match:
            return family.format(**match.groupdict()).lower()
    return None


def supports_instance_type(image: Image, instance_type: str) -> bool:
    """Say whether an image can run on an instance type; true when image or type tell too little to know."""
    family = family_of(instance_type)
    families = [re.sub(r"[^a-z0-9]", "", one.lower()) for one in image.get("supported_instance_families") or []]
    if family is None or not families:
        return True
    # "Graphics G4" stands for G4dn, and may be spelt either way.
    return any(one.startswith(family) for one in families)


def choose(
    images: Iterable[Image],
    *,
    platform: str | None = None,
    name_prefix: str | None = None,
    instance_type: str | None = None,
) -> dict[str, Any] | None:
    """Return the newest image an image builder can be started from, of a platform, name or for an instance type."""
    usable = (image for image in images if unusable_because(image) is None)
    fitting = (
        image
        for image in usable
        if (platform is None or image.get("platform") == platform)
        and (name_prefix is None or image["name"].startswith(name_prefix))
        and (instance_type is None or supports_instance_type(image, instance_type))
    )
    return next(iter(newest_first(fitting)), None)


def choice_warnings(image: Image, public_images: Iterable[Image]) -> list[str]:
    """Tell when an image chosen by name is deprecated or not the newest of its series."""
    name = image["name"]
    found = [f"image {name} is DEPRECATED"] if image.get("state") == "DEPRECATED" else []
    own_series = series(name)
    if own_series is None or image.get("visibility") != "PUBLIC":
        return found
    newest = choose(one for one in public_images if series(one["name"]) == own_series)
    if newest and newest["name"] != name and release_time(newest) > release_time(image):
        found.append(f"image {name} is not the newest of its series, {newest['name']} is")
    return found
