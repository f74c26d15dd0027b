# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Reads an account and Region for what runs may have left behind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..core import states, tags
from ..core.calls import call, call_pages, time_of
from ..core.reconcile import Connect
from ..fleet import api as fleets
from ..image import api as images
from ..image.tagging import known_tags
from ..image_builder import api as image_builders
from ..stack import api as stacks
from .rules import FLEET, IMAGE, STACK, TRANSFER_FILE, VERIFY_NAME, Place

Buckets = Sequence[Mapping[str, Any]]


def read_place(connect: Connect, kinds: Collection[str], buckets: Buckets = (), but: str = "") -> Place:
    """Read what there is of these kinds; image builders in any case, since their tags say who is at work.

    ``buckets`` have ``bucket`` and ``prefix``. Raises AppStreamError.
    """
    client = connect("appstream")
    now = aws_time(client)
    builders = [tags.with_tags(client, one) for one in image_builders.describe_image_builders(client)]
    own = [one for one in images.describe_images(client, visibility="PRIVATE") if _is_unfinished(one)]
    # An image in the making keeps its image builder, so that their names are needed without tags, too.
    tagged = [{**one, "tags": known_tags(client, one)} if IMAGE in kinds else one for one in own]
    return Place(
        now=now,
        image_builders={one["name"]: one for one in builders},
        images={one["name"]: one for one in tagged},
        stacks=_of_checks(client, stacks.describe_stacks(client)) if STACK in kinds else [],
        fleets=_of_checks(client, fleets.describe_fleets(client)) if FLEET in kinds else [],
        transfer_files=_transfer_files(connect, buckets) if TRANSFER_FILE in kinds else [],
        but=but,
    )


def aws_time(client: Any) -> datetime:
    """The time by AWS's clock, as an answer of AppStream says; this machine's where it does not. Raises AppStreamError.

    Locks of builds are renewed by that clock, and the controller's may be wrong.
    """
    return time_of(call(client, "describe_image_builders", "the time", MaxResults=1))


def _is_unfinished(image: Mapping[str, Any]) -> bool:
    """FAILED, in the making, or by its name what a check of the service has made."""
    unfinished = any(states.image_is(kind, image.get("state")) for kind in (states.FAILED, states.MOVING))
    return unfinished or _is_of_check(image)


def _is_of_check(thing: Mapping[str, Any]) -> bool:
    return str(thing["name"]).startswith(VERIFY_NAME)


def _of_checks(client: Any, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that a check of the service may have made; of all others, which may be many, no tags are read."""
    return [tags.with_tags(client, one) for one in found if _is_of_check(one)]


def _transfer_files(connect: Connect, buckets: Buckets) -> list[dict[str, Any]]:
    client = connect("s3") if buckets else None
    return [_transfer_file(client, one["bucket"], found) for one in buckets for found in _objects(client, one)]


def _objects(client: Any, place: Mapping[str, Any]) -> list[dict[str, Any]]:
    bucket, prefix = place["bucket"], place["prefix"]
    return call_pages(client, "list_objects_v2", f"s3://{bucket}/{prefix}", "Contents", Bucket=bucket, Prefix=prefix)


def _transfer_file(client: Any, bucket: str, found: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{bucket}/{found['Key']}"
    answer = call(client, "get_object_tagging", f"s3://{name}", Bucket=bucket, Key=found["Key"])
    return {
        "name": name,
        "arn": f"arn:aws:s3:::{name}",
        "created_time": found["LastModified"].isoformat(),
        "tags": {one["Key"]: one["Value"] for one in answer.get("TagSet") or []},
    }
