# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules AppStream puts on the settings of an image builder, checked before anything is called.

Source: botocore's service model (patterns and lengths); the size of the root volume is in its documentation only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.validation import (
    ARN,
    DESCRIPTION_LENGTH,
    DISPLAY_NAME_LENGTH,
    ROLE_ARN,
    ROOT_VOLUME_SIZES,
    access_endpoint_problems,
    image_builder_name_problems,
    instance_type_problems,
    length_problems,
    network_problems,
    organizational_unit_problems,
    pattern_problems,
    software_problems,
    tag_problems,
)


def _root_volume_problems(size: int | None) -> list[str]:
    smallest, largest = ROOT_VOLUME_SIZES
    if size is None or smallest <= size <= largest:
        return []
    return [f"root_volume_size {size} is not between {smallest} and {largest} GB"]


def _agent_access_problems(access: Mapping[str, Any] | None) -> list[str]:
    if not access or not access.get("screenshots_upload_enabled") or access.get("s3_bucket_arn"):
        return []
    return ["agent_access_config with screenshots_upload_enabled needs s3_bucket_arn"]


def image_builder_problems(options: Mapping[str, Any]) -> list[str]:
    """Check the options of module ``image_builder`` that the argument spec cannot check, and that are not ignored."""
    if options.get("state") == "absent":
        return image_builder_name_problems(options["name"])
    domain = options.get("domain") or {}
    return [
        *image_builder_name_problems(options["name"]),
        *length_problems("display_name", options.get("display_name"), DISPLAY_NAME_LENGTH),
        *length_problems("description", options.get("description"), DESCRIPTION_LENGTH),
        *pattern_problems("image_arn", options.get("image_arn"), ARN, "arn:aws:appstream:REGION:ACCOUNT:image/NAME"),
        *pattern_problems("iam_role_arn", options.get("iam_role_arn"), ROLE_ARN, "arn:aws:iam::ACCOUNT:role/NAME"),
        *instance_type_problems(options.get("instance_type")),
        *network_problems(options.get("subnet_id"), options.get("security_group_ids")),
        *organizational_unit_problems(domain.get("organizational_unit")),
        *access_endpoint_problems(options.get("access_endpoints")),
        *_root_volume_problems(options.get("root_volume_size")),
        *software_problems("softwares_to_install", options.get("softwares_to_install") or []),
        *_agent_access_problems(options.get("agent_access_config")),
        *tag_problems(options.get("tags")),
    ]
