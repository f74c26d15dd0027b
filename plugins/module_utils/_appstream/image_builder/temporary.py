# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The image builders that the service makes for itself during a managed image update, and deletes by itself.

Source: administration guide, "Update an Image by Using Managed AppStream 2.0 Image Updates": "a new image builder
appears in the Updating state. The name of the image builder includes a random 10-digit suffix", "No subnet is
specified because the image builder is not attached to your virtual private cloud (VPC)", later it is in the state
Pending Qualification, and in the end it "is deleted automatically".

Unproven [temporary_image_builder_name]: what stands before the suffix, and that the service's image builders are in no
other state for long. Other states don't count here, because people's own image builders may have such names, too
(seconds since 1970 have ten digits), and may be outside a VPC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..core.errors import AppStreamError
from ..core.states import state_of

_SUFFIX = re.compile(r"[0-9]{10}\Z")
_STATES = frozenset({"UPDATING", "PENDING_QUALIFICATION"})


def is_temporary(image_builder: Mapping[str, Any]) -> bool:
    """Say whether an image builder in snake_case form is the service's own, at work on a managed image update."""
    return (
        state_of(image_builder) in _STATES
        and not (image_builder.get("vpc_config") or {}).get("subnet_ids")
        and _SUFFIX.search(str(image_builder.get("name") or "")) is not None
    )


def refuse_temporary(image_builder: Mapping[str, Any] | None) -> None:
    """Raise AppStreamError when an image builder is the service's own: it is nobody else's to change or delete."""
    if image_builder is None or not is_temporary(image_builder):
        return
    raise AppStreamError(
        f"Image builder {image_builder['name']} is {state_of(image_builder)}: AppStream has made it for a managed "
        "image update and deletes it when the update is over",
        remedy="Leave it alone, and use another name for an image builder of your own.",
    )
