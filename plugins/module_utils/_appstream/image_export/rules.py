# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on what images are exported to, checked before anything is called.

Sources: botocore's service model (patterns and lengths of CreateExportImageTask), developer guide, "Export Image".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..core.validation import (
    DESCRIPTION_LENGTH,
    ROLE_ARN,
    existing_image_name_problems,
    length_problems,
    pattern_problems,
    tag_problems,
)

AMI_NAME = re.compile(r"[a-zA-Z0-9().\-/_]{3,128}\Z")
# What an exported AMI can be made of: "only Microsoft Windows Server 2022 and 2025 images can be exported".
EXPORTED_PLATFORMS = ("WINDOWS_SERVER_2022", "WINDOWS_SERVER_2025")


def image_export_problems(options: Mapping[str, Any]) -> list[str]:
    """Check the options of module ``image_export`` that the argument spec cannot check; [] when nothing is wrong."""
    problems = existing_image_name_problems(options["name"])
    if not AMI_NAME.match(options["ami_name"]):
        problems.append(
            f"ami_name {options['ami_name']!r} is not legal: 3 to 128 letters, digits and ().-/_ of ASCII, no spaces"
        )
    return [
        *problems,
        *length_problems("ami_description", options.get("ami_description"), DESCRIPTION_LENGTH),
        *pattern_problems("iam_role_arn", options["iam_role_arn"] or " ", ROLE_ARN, "arn:aws:iam::ACCOUNT:role/NAME"),
        *tag_problems(options.get("tags")),
    ]
