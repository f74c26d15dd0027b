# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A copy of an image, in another Region or under another name, as a managed resource."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from ..core.calls import LIMIT_EXCEEDED
from ..core.errors import AppStreamError
from ..core.reconcile import Connect, Params
from ..core.settings import Setting, given
from ..core.tags import read_tags
from ..core.validation import tag_problems
from ..core.waits import Resource
from ..image import api as images
from ..image.derived import DerivedImage, DerivedPlan, require_source
from ..image.tagging import DesiredTags
from . import api
from .rules import destination_name, image_copy_problems


class ImageCopy(DerivedImage):
    """The copy that module ``image_copy`` describes."""

    table = (Setting("description", "DestinationImageDescription", lambda image: image.get("description") or ""),)
    again = "copied again"

    def __init__(self, params: Params, connect: Connect) -> None:
        super().__init__(params, connect)
        # The copies that are waited for, shown on lines of progress.
        self._under_way: Sequence[str] = ()

    @property
    def image_name(self) -> str:
        """The name of the copy."""
        return destination_name(self.params)

    @property
    def name(self) -> str:
        """What lines of progress and messages call the copy, with its Region when the task names one."""
        region = self.params["destination_region"]
        return f"{self.image_name} in {region}" if region else self.image_name

    @functools.cached_property
    def source(self) -> Any:
        """The client of the Region the image is in."""
        return self.connect("appstream")

    @property
    def source_region(self) -> str:
        """The Region the image is in."""
        return str(self.source.meta.region_name)

    @property
    def region(self) -> str:
        """The Region of the copy, which may be the same."""
        return str(self.params["destination_region"] or self.source_region)

    @functools.cached_property
    def client(self) -> Any:
        """The client of the Region of the copy."""
        return self.source if self.region == self.source_region else self.connect("appstream", region=self.region)

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters; images never leave their partition, for example."""
        found = image_copy_problems(self.params, self.source_region)
        if found:
            return found
        here, there = self.source.meta.partition, self.client.meta.partition
        if here == there:
            return []
        regions = f"{self.source_region} ({here}) to {self.region} ({there})"
        return [f"Images cannot be copied from {regions}, to another AWS partition"]

    def desired(self) -> dict[str, Any]:
        """Return the settings that are set."""
        return given({"description": self.params["destination_description"]})

    def desired_tags(self, copied: Mapping[str, str] | None) -> DesiredTags:
        """Return what the tags of the copy are to be.

        ``copied`` are the tags to copy from the source, None when these are not known. Tags that may have been copied
        are not removed then.
        """
        own = self.params["tags"]
        purge = self.params["purge_tags"] and own is not None and copied is not None
        is_set = bool(copied) or own is not None
        return DesiredTags({**(copied or {}), **(own or {})} if is_set else None, purge)

    def plan(self, before: Resource) -> DerivedPlan:
        """Return what is to become of the copy."""
        self.require_own(before)
        copied = self._tags_to_copy(before)
        tags = self.desired_tags(copied)
        problems = tag_problems(tags.tags)
        if problems:
            raise AppStreamError("; ".join(problems))
        plan = self.plan_with(before, tags)
        if copied is not None:
            return plan
        gone = (
            f"Image {self.params['name']} is gone from {self.source_region}, so its tags are neither copied nor purged"
        )
        return dataclasses.replace(plan, warnings=[gone, *plan.warnings])

    def _tags_to_copy(self, before: Resource) -> dict[str, str] | None:
        """Return the source's tags without AWS's own, none with ``copy_tags: false``; None when there is no source.

        Raises AppStreamError when it is to be copied and cannot be.
        """
        name, is_made = self.params["name"], self.has_to_be_made(before)
        if not is_made and not self.params["copy_tags"]:
            return {}
        source = images.describe_image(self.source, name)
        if is_made:
            require_source(source, name, "copied", f" in {self.source_region}")
        if not self.params["copy_tags"]:
            return {}
        if source is None or not images.is_own(source):
            return None
        tags = read_tags(self.source, source["arn"], is_known=True)
        return {key: value for key, value in tags.items() if not key.lower().startswith("aws:")}

    def make(self, history: Any) -> Resource:
        """Begin the copy; it has no tags by itself."""
        self._begin()
        self._under_way = ()
        try:
            image = images.describe_image(self.client, self.image_name)
        except AppStreamError:
            # It has begun; what keeps it from being read shows when it is read again.
            return None
        return image and {**image, "tags": {}}

    def _begin(self) -> None:
        try:
            self._copy()
            return
        except AppStreamError as error:
            self._check_limit(error)
        # A copy under way may have ended just before they were counted.
        try:
            self._copy()
        except AppStreamError as error:
            self._check_limit(error)
            error.remedy = (
                f"The quota of images in {self.region} is used up (by default 10): delete some there, or ask for more "
                "in Service Quotas."
            )
            raise

    def _copy(self) -> None:
        description = self.params["destination_description"]
        api.copy_image(self.source, self.params["name"], self.region, self.image_name, description)

    def _check_limit(self, error: AppStreamError) -> None:
        """Raise the error unless it may mean the quota of images; NoFreeSlot when it means the copies under way."""
        if error.code != LIMIT_EXCEEDED:
            raise error
        under_way = images.names_in_state(self.client, "COPYING")
        if len(under_way) >= api.MOST_COPIES:
            self._under_way = under_way
            raise api.no_free_slot(error, self.params["name"], self.region, under_way) from error

    def describe(self, resource: Resource) -> str:
        """Return the state, and what is waited for while there is no slot for the copy."""
        state = super().describe(resource)
        if resource is not None or not self._under_way:
            return state
        return f"{state}, waiting for the copies under way already ({', '.join(self._under_way)})"
