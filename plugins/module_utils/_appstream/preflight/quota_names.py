# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What Service Quotas calls the quotas of image builders and images.

The service code, and the codes of the two totals, are those that the developer guide's page on quotas links to. Names
are as accounts list them: "Standard medium streaming instances for image builders", "Graphics G4DN xlarge …". How
newer families are spelt is unproven [quota_names]: they follow the pattern, and where a name or description has the
instance type itself, that counts. Quotas whose name begins with BYOL are for images with a license of one's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

SERVICE_CODE = "appstream2"
IMAGE_BUILDERS = "L-DE32F884"
IMAGES = "L-E1182CCA"
DEFAULT = 10
"""Of image builders and of images, in an account that never asked for more (developer guide, "Quotas")."""

_FOR_IMAGE_BUILDERS = " for image builders"
_OWN_LICENSE = "byol "
_FAMILIES = (
    (re.compile(r"stream\.standard\.(?P<size>\w+)"), "standard {size}"),
    (re.compile(r"stream\.compute\.(?P<size>\w+)"), "compute-optimized {size}"),
    (re.compile(r"stream\.memory\.(?P<size>\w+)"), "memory-optimized {size}"),
    (re.compile(r"stream\.memory\.(?P<kind>\w+)\.(?P<size>\w+)"), "memory-optimized {kind} {size}"),
    (re.compile(r"stream\.graphics\.(?P<kind>\w+)\.(?P<size>\w+)"), "graphics {kind} {size}"),
    (re.compile(r"stream\.graphics-(?P<kind>\w+)\.(?P<size>\w+)"), "graphics {kind} {size}"),
)


def quota_name(instance_type: str) -> str | None:
    """The name of an instance type's quota of image builders, in lower case; None when it follows no known pattern."""
    for pattern, name in _FAMILIES:
        found = pattern.fullmatch(instance_type)
        if found:
            return f"{name.format(**found.groupdict())} streaming instances{_FOR_IMAGE_BUILDERS}".lower()
    return None


def total(quotas: Iterable[Mapping[str, Any]], code: str) -> int | None:
    """The value of the quota with this code, None when it is not listed."""
    return next((int(one["Value"]) for one in quotas if one.get("QuotaCode") == code and "Value" in one), None)


def of_instance_type(quotas: Iterable[Mapping[str, Any]], instance_type: str) -> int | None:
    """How many image builders of an instance type there may be, None when no quota says so."""
    if not instance_type:
        return None
    wanted = quota_name(instance_type)
    literal = re.compile(rf"(?<![\w.]){re.escape(instance_type)}(?![\w.]*\w)", re.IGNORECASE)
    for quota in quotas:
        name = str(quota.get("QuotaName", ""))
        is_for_builders = name.lower().endswith(_FOR_IMAGE_BUILDERS) and not name.lower().startswith(_OWN_LICENSE)
        if not is_for_builders or "Value" not in quota:
            continue
        if name.lower() == wanted or literal.search(f"{name}\n{quota.get('Description', '')}"):
            return int(quota["Value"])
    return None
