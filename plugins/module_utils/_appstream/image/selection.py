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

# A graphics image says so in its name: AppStream-Graphics-G5-WinServer2022-09-09-2026. NV stands for all families with
# a generation at once (G4dn, G5, G6, Gr6, G6f, Gr6f, G7), not for those before: design, desktop, pro.
_GRAPHICS_NAME = re.compile(r".*-Graphics-(?P<kind>[A-Za-z0-9]+)-")
_ALL_GRAPHICS = "NV"
_WITH_GENERATION = re.compile(r"graphicsg\d")

# Instance type prefixes and what Image.SupportedInstanceFamilies calls them (service model, documentation of that
# member). The spelling real images carry is unproven [families_spelling], so it is compared without regard to case and
# separators, and families of generations the documentation doesn't list yet follow the pattern of those it does.
_FAMILIES = (
    (re.compile(r"stream\.standard\."), "generalpurpose"),
    (re.compile(r"stream\.compute\."), "computeoptimized"),
    (re.compile(r"stream\.memory\."), "memoryoptimized"),
    (re.compile(r"stream\.graphics\.gr?(?P<generation>\d+)"), "graphicsg{generation}"),
    (re.compile(r"stream\.graphics-(?P<former>\w+)\."), "graphics{former}"),
    (re.compile(r"(?P<custom>GeneralPurpose|ComputeOptimized|MemoryOptimized|Accelerated)\."), "{custom}"),
)
_KNOWN_FAMILY = re.compile(r"(generalpurpose|computeoptimized|memoryoptimized|accelerated|graphics)")


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


def is_for_graphics(image: Image) -> bool:
    """Say whether an image is one of AWS's for graphics instances, which its name says."""
    return image.get("visibility") == "PUBLIC" and bool(_GRAPHICS_NAME.match(image["name"]))


def _families_of(image: Image) -> list[str]:
    """Return the instance families of an image in comparable form: those it lists, or the one its name has."""
    listed = [re.sub(r"[^a-z0-9]", "", one.lower()) for one in image.get("supported_instance_families") or []]
    named = _GRAPHICS_NAME.match(image["name"]) if is_for_graphics(image) else None
    if listed or named is None or named["kind"] == _ALL_GRAPHICS:
        return listed
    return [f"graphics{named['kind'].lower()}"]


def _is_of_family(image: Image, family: str) -> bool | None:
    """Say whether an image is for an instance family; None when the families it lists have unknown names."""
    families = _families_of(image)
    if not families:
        # The service refuses a graphics type for an image whose "image instance family null is not supported".
        return bool(_WITH_GENERATION.match(family)) if is_for_graphics(image) else not family.startswith("graphics")
    # "Graphics G4" stands for G4dn, and may be spelt either way.
    if any(one.startswith(family) for one in families):
        return True
    return False if all(_KNOWN_FAMILY.match(one) for one in families) else None


def refused_because(image: Image, instance_type: str) -> str | None:
    """Say why an image cannot run on an instance type; None when it can, or too little is known to say."""
    kind, is_stream = image.get("image_type"), instance_type.startswith("stream.")
    if kind == "NATIVE" and not is_stream:
        return f"does not support {instance_type}, which is for imported images only"
    if kind in ("CUSTOM", "BYOL") and is_stream:
        return f"is imported and does not support {instance_type}, only types such as GeneralPurpose.large"
    family = family_of(instance_type)
    if family is None or _is_of_family(image, family) is not False:
        return None
    listed = image.get("supported_instance_families")
    if listed:
        return f"does not support {instance_type}, only {', '.join(listed)}"
    return f"lists no instance families and does not support {instance_type}"


def support_warnings(image: Image, instance_type: str) -> list[str]:
    """Tell when it is not known whether an image can run on an instance type."""
    family = family_of(instance_type)
    if family is None or refused_because(image, instance_type) or _is_of_family(image, family) is not None:
        return []
    listed = ", ".join(image.get("supported_instance_families") or [])
    return [
        f"image {image['name']} may not support {instance_type}: the instance families it lists are {listed}; choose "
        "an instance type of these, or another image"
    ]


def choose(
    images: Iterable[Image],
    *,
    platform: str | None = None,
    name_prefix: str | None = None,
    instance_type: str | None = None,
    with_graphics: bool = False,
) -> dict[str, Any] | None:
    """Return the newest image an image builder can be started from, of a platform, name or for an instance type.

    Images for graphics count only ``with_graphics``, or if the instance type or the prefix of the name asks for them.
    """
    with_graphics = with_graphics or instance_type is not None or "-Graphics-" in f"{name_prefix or ''}-"
    fitting = (
        image
        for image in images
        if unusable_because(image) is None
        and (with_graphics or not is_for_graphics(image))
        and (platform is None or image.get("platform") == platform)
        and (name_prefix is None or image["name"].startswith(name_prefix))
        and (instance_type is None or refused_because(image, instance_type) is None)
    )
    return next(iter(newest_first(fitting)), None)


def choice_warnings(image: Image, public_images: Iterable[Image]) -> list[str]:
    """Tell when an image chosen by name is deprecated or not the newest of its series."""
    name = image["name"]
    found = [f"image {name} is DEPRECATED: choose a newer one"] if image.get("state") == "DEPRECATED" else []
    own_series = series(name)
    if own_series is None or image.get("visibility") != "PUBLIC":
        return found
    newest = choose((one for one in public_images if series(one["name"]) == own_series), with_graphics=True)
    if newest and newest["name"] != name and release_time(newest) > release_time(image):
        found.append(f"image {name} is not the newest of its series, {newest['name']} is: choose that one")
    return found
