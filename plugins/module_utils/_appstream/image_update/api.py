# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Managed image updates: one function per use of the API operation, taking a client and plain values."""

from __future__ import annotations

from typing import Any

from ..core.aws import to_ansible_dict
from ..core.calls import call_known

# Default quota of "concurrent image updates" (administration guide, "Service Quotas").
MOST_UPDATES = 5


def can_update_image(client: Any, name: str, new_name: str) -> bool:
    """Ask the service (``dryRun``) whether there is anything newer for an image that has just been read.

    Raises AppStreamError.
    """
    answer = call_known(
        client,
        "create_updated_image",
        f"image {name} (dry run)",
        existingImageName=name,
        newImageName=new_name,
        dryRun=True,
    )
    return bool(answer.get("canUpdateImage"))


def create_updated_image(client: Any, request: dict[str, Any]) -> dict[str, Any] | None:
    """Begin an updated image, of one that has just been read, from CreateUpdatedImage parameters.

    None when there is nothing newer after all. Raises AppStreamError.
    """
    about = f"image {request['existingImageName']} as {request['newImageName']}"
    answer = call_known(client, "create_updated_image", about, **request)
    # Unproven [update_of_current_image]: how the service answers about an image that is up to date.
    if answer.get("canUpdateImage") is False or not answer.get("image"):
        return None
    return to_ansible_dict(answer["image"])
