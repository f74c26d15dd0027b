# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``image_update`` has to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core import validation
from ..core.calls import LIMIT_EXCEEDED
from ..core.errors import AppStreamError
from ..core.tags import as_request
from ..core.waits import Reconciler, Resource, untouched, wait_options
from ..image import api as images
from ..image import derived as made_images
from ..image.derived import Wish
from ..image.tagging import Tagging
from . import api as image_updates

# The options that say what to bring about, and in what time: read by the module and by its action plugin.
GOAL_OPTIONS: dict[str, Any] = {
    "new_name": {"type": "str", "required": True},
    "retry_failed": {"type": "bool", "default": False},
    # "It might take several hours" (administration guide).
    **wait_options(timeout=21600),
}
AGAIN = "the update is begun anew"


def problems(options: Mapping[str, Any]) -> list[str]:
    """Check the options of module ``image_update``."""
    found = [
        *validation.existing_image_name_problems(options["name"]),
        *validation.image_name_problems(options["new_name"]),
        *validation.length_problems("new_description", options["new_description"], validation.DESCRIPTION_LENGTH),
        *validation.length_problems("new_display_name", options["new_display_name"], validation.DISPLAY_NAME_LENGTH),
        *validation.tag_problems(options["tags"]),
    ]
    if options["new_name"] == options["name"]:
        found.append(f"new_name must not be {options['name']}, an update makes a new image")
    return found


def about(new_name: str) -> str:
    """Return how messages name the new image."""
    return f"Image {new_name}"


def wish_of(options: Mapping[str, Any]) -> Wish:
    """Return what the options of module ``image_update`` ask for."""
    texts = {"description": options["new_description"], "display_name": options["new_display_name"]}
    return Wish(
        name=options["new_name"],
        about=about(options["new_name"]),
        again=AGAIN,
        texts={option: text for option, text in texts.items() if text is not None},
        tags=options["tags"],
        purge_tags=options["purge_tags"],
        retry_failed=options["retry_failed"],
    )


def ask(client: Any, options: Mapping[str, Any], before: Resource) -> bool:
    """Ask the service whether there is anything newer. ``before`` is the new image so far. Raises AppStreamError."""
    # A name that is taken, by a failed image, says nothing of the image to be updated.
    new_name = options["new_name"] if before is None else f"{options['new_name'][:90]}-dry-run"
    try:
        return image_updates.can_update_image(client, options["name"], new_name)
    except AppStreamError as error:
        error.result.update(untouched(made_images.RESULT_KEY, before))
        raise


def creation_request(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of CreateUpdatedImage."""
    request = {
        "existingImageName": options["name"],
        "newImageName": options["new_name"],
        "newImageDescription": options["new_description"],
        "newImageDisplayName": options["new_display_name"],
        "newImageTags": as_request(options["tags"]),
    }
    return {parameter: value for parameter, value in request.items() if value}


def goal(client: Any, options: Mapping[str, Any], wish: Wish, tagging: Tagging) -> Reconciler:
    """Return how to get the updated image AVAILABLE."""

    def make() -> Resource:
        try:
            image = image_updates.create_updated_image(client, creation_request(options))
        except AppStreamError as error:
            if error.code == LIMIT_EXCEEDED:
                error.remedy = _remedy(client)
            raise
        # Somebody may have had it updated in between; then this is not the first such image.
        wish.nothing_to_make = image is None
        return image

    return made_images.goal(client, wish, tagging, make)


def _remedy(client: Any) -> str:
    """Return what to do when a quota is used up; the service does not say which."""
    under_way = images.names_in_state(client, "CREATING")
    if len(under_way) >= image_updates.MOST_UPDATES:
        return (
            f"{len(under_way)} managed updates are under way already ({', '.join(under_way)}), and by default "
            f"{image_updates.MOST_UPDATES} may be: run again when one of them has ended."
        )
    return (
        "An update takes one of the quota of images and, while it lasts, one of the quota of image builders (by "
        "default 10 each): delete what is no longer needed, or ask for more in Service Quotas."
    )
