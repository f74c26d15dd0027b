# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""An image imported from an AMI as a managed resource."""

from __future__ import annotations

from typing import Any

from ..core.calls import ALREADY_EXISTS, require_support
from ..core.errors import AppStreamError
from ..core.settings import Changes, creation_request, desired_settings
from ..core.tags import as_request
from ..core.waits import Resource
from ..image.derived import DerivedImage, DerivedPlan
from . import api
from .rules import image_import_problems
from .settings import SETTINGS, differences_in_words

IMPORTED_TYPES = ("CUSTOM", "BYOL")


class ImageImport(DerivedImage):
    """The image that module ``image_import`` describes."""

    table = SETTINGS
    again = "imported again"

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return image_import_problems(self.params)

    def desired(self) -> dict[str, Any]:
        """Return the settings that are set."""
        return desired_settings(SETTINGS, self.params)

    def request(self) -> dict[str, Any]:
        """Return the parameters of CreateImportedImage."""
        tags = as_request(self.params["tags"])
        request = {"Name": self.image_name, **creation_request(SETTINGS, self.desired())}
        return {**request, "Tags": tags} if tags else request

    def plan(self, before: Resource) -> DerivedPlan:
        """Return what is to become of the image."""
        plan = super().plan(before)
        if plan.is_made:
            require_support(self.client, api.OPERATION, self.request())
        return plan

    def predict(self, plan: DerivedPlan) -> Resource:
        """Return the image as it would be, after the service has checked an import that is to come."""
        if plan.is_made:
            self._check(is_taken=bool(plan.before))
        return super().predict(plan)

    def _check(self, is_taken: bool) -> None:
        """Have the service check the import. Raises AppStreamError as the import would.

        The name of an image that is to be deleted before ``is_taken``, which says nothing of the import.
        """
        require_support(self.client, api.OPERATION, {"DryRun": True})
        try:
            api.check_imported_image(self.client, self.request())
        except AppStreamError as error:
            if not is_taken or error.code != ALREADY_EXISTS:
                raise

    def warnings(self, image: dict[str, Any]) -> list[str]:
        """Tell what differs on an image that is kept, and whether it was imported at all."""
        kind = image.get("image_type")
        is_imported = not kind or kind in IMPORTED_TYPES
        found = [] if is_imported else [f"{self.about} was not imported, its type is {kind}"]
        return [*found, *super().warnings(image)]

    def in_words(self, found: Changes) -> str:
        """Return differences as text for a warning."""
        return differences_in_words(found)

    def make(self, history: Any) -> Resource:
        """Begin the import."""
        request = self.request()
        return {**api.create_imported_image(self.client, request), "tags": request.get("Tags", {})}
