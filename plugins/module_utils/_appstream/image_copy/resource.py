# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``image_copy`` has to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core import tags, validation
from ..core.calls import LIMIT_EXCEEDED
from ..core.errors import AppStreamError
from ..core.waits import Reconciler, Resource, untouched, wait_options
from ..image import api as images
from ..image import derived as made_images
from ..image.derived import Wish
from ..image.tagging import Tagging
from . import api as image_copies

# The options that say what to bring about, and in what time: read by the module and by its action plugin.
GOAL_OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "destination_region": {"type": "str"},
    "destination_name": {"type": "str"},
    "retry_failed": {"type": "bool", "default": False},
    **wait_options(timeout=7200),
}
AGAIN = "copied anew"

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+\Z")


@dataclass(frozen=True)
class Place:
    """A Region and a client for it."""

    region: str
    client: Any


def destination_name(options: Mapping[str, Any]) -> str:
    """Return the name of the copy."""
    return str(options.get("destination_name") or options["name"])


def problems(options: Mapping[str, Any], region: str) -> list[str]:
    """Check the options of module ``image_copy``; ``region`` is the one the source is in."""
    name, wanted = destination_name(options), options["destination_region"]
    found = [
        *validation.existing_image_name_problems(options["name"]),
        *validation.image_name_problems(name),
        *validation.length_problems(
            "destination_description", options["destination_description"], validation.DESCRIPTION_LENGTH
        ),
        *validation.pattern_problems("destination_region", wanted, _REGION, "eu-central-1"),
        *validation.tag_problems(options["tags"]),
    ]
    if (wanted or region) == region and name == options["name"]:
        found.append(f"image {name} cannot be copied to itself: set another destination_name or destination_region")
    return found


def require_same_partition(source: Place, destination: Place) -> None:
    """Raise AppStreamError when the two Regions are not of one partition, which images never leave."""
    partitions = [place.client.meta.partition for place in (source, destination)]
    if partitions[0] != partitions[1]:
        regions = f"{source.region} ({partitions[0]}) to {destination.region} ({partitions[1]})"
        raise AppStreamError(f"Images cannot be copied from {regions}, to another AWS partition")


def about(name: str, region: str | None) -> str:
    """Return how messages name the copy; the Region is told when the task names it."""
    return f"Image {name} in {region}" if region else f"Image {name}"


def wish_of(options: Mapping[str, Any], copied: Mapping[str, str] | None) -> Wish:
    """Return what the options of module ``image_copy`` ask for.

    ``copied`` are the tags to copy from the source, None when these are not known. Tags that may have been copied are
    not removed then.
    """
    name, description = destination_name(options), options["destination_description"]
    is_set = options["tags"] is not None
    return Wish(
        name=name,
        about=about(name, options["destination_region"]),
        again=AGAIN,
        texts={} if description is None else {"description": description},
        tags={**(copied or {}), **(options["tags"] or {})} if copied or is_set else None,
        purge_tags=options["purge_tags"] and is_set and copied is not None,
        retry_failed=options["retry_failed"],
    )


def needs_source(options: Mapping[str, Any], before: Resource) -> bool:
    """Say whether the source has to be looked at: for its tags, or to be copied."""
    return bool(options["copy_tags"]) or made_images.is_made(before, wish_of(options, None))


def tags_to_copy(client: Any, options: Mapping[str, Any], source: Resource) -> dict[str, str] | None:
    """Return the source's tags without AWS's own, none with ``copy_tags: false``; None when there is no source."""
    if not options["copy_tags"]:
        return {}
    if source is None or not images.is_own(source):
        return None
    return {key: value for key, value in tags.read_tags(client, source["arn"]).items() if not _is_reserved(key)}


def _is_reserved(key: str) -> bool:
    return key.lower().startswith("aws:")


def require_few_tags(wish: Wish, before: Resource) -> None:
    """Raise AppStreamError when there are too many tags once those of the source are counted in."""
    found = validation.tag_problems(wish.tags)
    if found:
        raise AppStreamError("; ".join(found), result=untouched(made_images.RESULT_KEY, before))


def goal(source: Place, destination: Place, options: Mapping[str, Any], wish: Wish, tagging: Tagging) -> Reconciler:
    """Return how to get the copy AVAILABLE."""

    def make() -> Resource:
        _begin(source, destination, options, wish.name)
        return images.describe_image(destination.client, wish.name)

    return made_images.goal(destination.client, wish, tagging, make)


def _begin(source: Place, destination: Place, options: Mapping[str, Any], new_name: str) -> None:
    name, description = options["name"], options["destination_description"]
    try:
        image_copies.copy_image(source.client, name, destination.region, new_name, description)
        return
    except AppStreamError as error:
        _check_limit(error, name, destination)
    # A copy under way may have ended just before they were counted.
    try:
        image_copies.copy_image(source.client, name, destination.region, new_name, description)
    except AppStreamError as error:
        _check_limit(error, name, destination)
        error.remedy = (
            f"The quota of images in {destination.region} is used up (by default 10): delete some there, or ask for "
            "more in Service Quotas."
        )
        raise


def _check_limit(error: AppStreamError, name: str, destination: Place) -> None:
    """Raise the error unless it may mean the quota of images; NoFreeSlot when it means the copies under way."""
    if error.code != LIMIT_EXCEEDED:
        raise error
    under_way = images.names_in_state(destination.client, "COPYING")
    if len(under_way) >= image_copies.MOST_COPIES:
        raise image_copies.no_free_slot(error, name, destination.region, under_way) from error
