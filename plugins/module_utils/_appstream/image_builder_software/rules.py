# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on the options of module ``image_builder_software``, checked before anything is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.validation import image_builder_name_problems, software_problems


def image_builder_software_problems(options: Mapping[str, Any]) -> list[str]:
    """Check the options the argument spec cannot check; returns what is wrong with them."""
    together = options["softwares"] if options["state"] == "present" else []
    return [
        *image_builder_name_problems(options["name"]),
        *software_problems("softwares", dict.fromkeys(together)),
        *(["softwares has an empty name"] if "" in options["softwares"] and not together else []),
    ]
