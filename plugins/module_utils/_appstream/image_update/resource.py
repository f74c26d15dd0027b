# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The image a managed image update makes, as a managed resource."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..core.calls import LIMIT_EXCEEDED
from ..core.errors import AppStreamError
from ..core.settings import Setting, creation_request, given
from ..core.tags import as_request
from ..core.validation import (
    DESCRIPTION_LENGTH,
    DISPLAY_NAME_LENGTH,
    existing_image_name_problems,
    image_name_problems,
    length_problems,
    tag_problems,
)
from ..core.waits import Resource
from ..image import api as images
from ..image.derived import DerivedImage, DerivedPlan, require_source
from ..image.tagging import DesiredTags
from . import api


class ImageUpdate(DerivedImage):
    """The new image that module ``image_update`` describes."""

    table = (
        Setting("description", "newImageDescription", lambda image: image.get("description") or ""),
        Setting("display_name", "newImageDisplayName", lambda image: image.get("display_name") or ""),
    )
    again = "the update is begun again"

    @property
    def image_name(self) -> str:
        """The name of the new image."""
        return str(self.params["new_name"])

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        name, new_name = self.params["name"], self.params["new_name"]
        return [
            *existing_image_name_problems(name),
            *image_name_problems(new_name),
            *length_problems("new_description", self.params["new_description"], DESCRIPTION_LENGTH),
            *length_problems("new_display_name", self.params["new_display_name"], DISPLAY_NAME_LENGTH),
            *tag_problems(self.params["tags"]),
            *([f"new_name must not be {name}, an update makes a new image"] if name == new_name else []),
        ]

    def desired(self) -> dict[str, Any]:
        """Return the settings that are set."""
        return given({option: self.params[f"new_{option}"] for option in ("description", "display_name")})

    def request(self) -> dict[str, Any]:
        """Return the parameters of CreateUpdatedImage."""
        tags = as_request(self.params["tags"])
        return {
            "existingImageName": self.params["name"],
            "newImageName": self.image_name,
            **creation_request(self.table, self.desired()),
            **({"newImageTags": tags} if tags else {}),
        }

    def plan(self, before: Resource) -> DerivedPlan:
        """Return what is to become of the new image, which check mode does not return before it exists."""
        self.require_own(before)
        tags = DesiredTags(self.params["tags"], self.params["purge_tags"])
        is_up_to_date = self.has_to_be_made(before) and not self._is_update_available(before)
        plan = self.plan_with(before, tags, nothing_to_make=is_up_to_date)
        return dataclasses.replace(plan, predicted=None) if before is None else plan

    def _is_update_available(self, before: Resource) -> bool:
        """Have the service say whether there is an update. Raises AppStreamError when there can be none."""
        name = self.params["name"]
        require_source(images.describe_image(self.client, name), name, "updated")
        # A name that is taken, by a failed image, says nothing of the image to be updated.
        new_name = self.image_name if before is None else f"{self.image_name[:90]}-dry-run"
        return api.can_update_image(self.client, name, new_name)

    def make(self, history: Any) -> Resource:
        """Begin the update."""
        request = self.request()
        try:
            image = api.create_updated_image(self.client, request)
        except AppStreamError as error:
            if error.code == LIMIT_EXCEEDED:
                error.remedy = self._remedy()
            raise
        # Somebody may have had it updated in between; then this is not the first such image.
        history.made_nothing = image is None
        return image and {**image, "tags": request.get("newImageTags", {})}

    def _remedy(self) -> str:
        """Return what to do when a quota is used up; the service does not say which."""
        under_way = images.names_in_state(self.client, "CREATING")
        if len(under_way) >= api.MOST_UPDATES:
            return (
                f"{len(under_way)} managed updates are under way already ({', '.join(under_way)}), and by default "
                f"{api.MOST_UPDATES} may be: run again when one of them has ended."
            )
        return (
            "An update takes one of the quota of images and, while it lasts, one of the quota of image builders (by "
            "default 10 each): delete what is no longer needed, or ask for more in Service Quotas."
        )

    def result(self, values: dict[str, Any], plan: Any, history: Any) -> dict[str, Any]:
        """Return the module's return values, with ``update_available`` when the run has succeeded."""
        if plan is None:
            return values
        return {**values, "update_available": not (plan.nothing_to_make or history.made_nothing)}
