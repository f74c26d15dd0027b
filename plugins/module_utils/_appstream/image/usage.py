# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What uses own images: this account's fleets and image builders, and the accounts they are shared with."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Optional, TypeVar

from ..core.calls import ACCESS_DENIED_CODES, NOT_FOUND
from ..core.errors import AppStreamError
from ..fleet.api import describe_fleets
from ..image_builder.api import describe_image_builders
from ..image_permission.api import describe_image_permissions

Image = Mapping[str, Any]
Warn = Callable[[str], None]
# What uses an image: names of ``fleets`` and ``image_builders``, ids of ``accounts``; None: may not be looked at.
Usage = dict[str, Optional[list[str]]]

Found = TypeVar("Found")


def usage_of_images(client: Any, images: Sequence[Image], warn: Warn) -> dict[str, Usage]:
    """Return what uses each of these own images, by the images' names.

    Fleets and image builders are read once for all images, permissions only of images not known to be unshared.
    ``warn`` is called once for each kind that the credentials may not read. Raises AppStreamError.
    """
    if not images:
        return {}
    denied: dict[str, str] = {}
    fleets = _if_allowed("fleets", lambda: describe_fleets(client), denied)
    builders = _if_allowed("image builders", lambda: describe_image_builders(client), denied)
    usage = {
        str(image["name"]): {
            "fleets": _names_of_users(fleets, image),
            "image_builders": _names_of_users(builders, image),
            "accounts": _if_allowed("image permissions", functools.partial(_accounts_with, client, image), denied),
        }
        for image in images
    }
    for kind, cause in denied.items():
        warn(f"Not all that uses the images is known, these credentials may not look at {kind}: {cause}")
    return usage


def usage_of_image(client: Any, image: Image, warn: Warn) -> Usage:
    """Return what uses one own image. Raises AppStreamError."""
    return usage_of_images(client, [image], warn)[str(image["name"])]


def uses(resource: Mapping[str, Any], image: Image) -> bool:
    """Say whether a fleet or image builder uses an image; another account's may have the same name."""
    if resource.get("image_arn") and image.get("arn"):
        return bool(resource["image_arn"] == image["arn"])
    return bool(resource.get("image_name") == image["name"])


def _names_of_users(resources: Sequence[Mapping[str, Any]] | None, image: Image) -> list[str] | None:
    if resources is None:
        return None
    return sorted(str(resource["name"]) for resource in resources if uses(resource, image))


def _accounts_with(client: Any, image: Image) -> list[str]:
    # Newer versions of botocore alone report it.
    if image.get("image_shared_with_others") == "FALSE":
        return []
    try:
        return list(describe_image_permissions(client, str(image["name"])))
    except AppStreamError as error:
        # Deleted in the meantime.
        if error.code != NOT_FOUND:
            raise
        return []


def _if_allowed(kind: str, read: Callable[[], Found], denied: dict[str, str]) -> Found | None:
    """Return what is read; None, and a note in ``denied``, when the credentials may not read it."""
    try:
        return read()
    except AppStreamError as error:
        if error.code not in ACCESS_DENIED_CODES:
            raise
        denied.setdefault(kind, str(error))
        return None
