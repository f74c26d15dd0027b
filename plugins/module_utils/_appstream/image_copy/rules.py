# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on copies of images, checked before anything is called.

Source: botocore's service model (patterns and lengths of CopyImage).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..core.validation import (
    DESCRIPTION_LENGTH,
    existing_image_name_problems,
    image_name_problems,
    length_problems,
    pattern_problems,
    tag_problems,
)

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+\Z")


def destination_name(options: Mapping[str, Any]) -> str:
    """Return the name of the copy."""
    return str(options["destination_name"] or options["name"])


def image_copy_problems(options: Mapping[str, Any], region: str) -> list[str]:
    """Check the options of module ``image_copy``; ``region`` is the one the source is in."""
    name, destination = destination_name(options), options["destination_region"]
    found = [
        *existing_image_name_problems(options["name"]),
        *image_name_problems(name),
        *length_problems("destination_description", options["destination_description"], DESCRIPTION_LENGTH),
        *pattern_problems("destination_region", destination, _REGION, "eu-central-1"),
        *tag_problems(options["tags"]),
    ]
    if (destination or region) == region and name == options["name"]:
        found.append(f"image {name} cannot be copied to itself: set another destination_name or destination_region")
    return found
