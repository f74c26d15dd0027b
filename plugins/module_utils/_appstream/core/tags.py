# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tags of AppStream resources: plain maps in this API, read and written by ARN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .aws import compare_aws_tags
from .calls import ACCESS_DENIED_CODES, NOT_FOUND, call, call_known
from .errors import AppStreamError

# What the collection itself writes on everything it creates.
RECIPE_TAG = "euc.appstream:recipe"
IMAGE_TAG = "euc.appstream:image"
RUN_TAG = "euc.appstream:run"
# Until when an image builder is needed at the most, in UTC.
EXPIRES_TAG = "euc.appstream:expires"


def read_tags(client: Any, arn: str, *, is_known: bool = False) -> dict[str, str]:
    """Return the tags of a resource. ``is_known``: that it is not found passes. Raises AppStreamError."""
    read = call_known if is_known else call
    return dict(read(client, "list_tags_for_resource", arn, ResourceArn=arn).get("Tags") or {})


def with_tags(client: Any, resource: dict[str, Any], warn: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Return a resource in snake_case form with its tags under ``tags``; none when it vanished in between.

    With ``warn`` they are None, and it is called, where the credentials may not look. Raises AppStreamError.
    """

    def read() -> dict[str, str]:
        try:
            return read_tags(client, resource["arn"])
        except AppStreamError as error:
            if error.code != NOT_FOUND:
                raise
            return {}

    return {**resource, "tags": if_allowed(read, str(resource["arn"]), warn) if warn else read()}


def if_allowed(read: Callable[[], dict[str, str]], about: str, warn: Callable[[str], None]) -> dict[str, str] | None:
    """Return what ``read`` returns, the tags of ``about``; None, with a warning, where the credentials may not look.

    For whom nothing depends on them. Raises AppStreamError.
    """
    try:
        return read()
    except AppStreamError as error:
        if error.code not in ACCESS_DENIED_CODES:
            raise
        warn(f"The tags of {about} can't be read, and are null: {error}")
        return None


def tags_after(current: Mapping[str, str], wanted: Mapping[str, Any] | None, purge: bool) -> dict[str, str]:
    """Return the tags a resource will have; ``wanted`` None leaves them alone, AWS's own ``aws:`` tags always stay."""
    if wanted is None:
        return dict(current)
    to_set, to_remove = compare_aws_tags(current, wanted, purge)
    return {key: str(value) for key, value in {**current, **to_set}.items() if key not in to_remove}


def tag_stages(current: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the tags after each call that makes ``current`` into ``after``: some are removed first, others set then.

    A step for each of them lets a failure of the second call say that the first has changed something.
    """
    kept = {key: value for key, value in current.items() if key in after}
    return [dict(stage) for before, stage in ((current, kept), (kept, after)) if stage != before]


def as_request(tags: Mapping[str, Any] | None) -> dict[str, str]:
    """Return an option's tags as the API wants them: values are text."""
    return {key: str(value) for key, value in (tags or {}).items()}


def write_tags(
    client: Any, arn: str, current: Mapping[str, str], after: Mapping[str, str], *, is_known: bool = True
) -> None:
    """Make ``current`` into ``after``. ``is_known``: that the resource is not found passes, see ``calls.call_known``.

    Raises AppStreamError.
    """
    write = call_known if is_known else call
    to_set = {key: value for key, value in after.items() if current.get(key) != value}
    to_remove = [key for key in current if key not in after]
    if to_remove:
        write(client, "untag_resource", arn, ResourceArn=arn, TagKeys=to_remove)
    if to_set:
        write(client, "tag_resource", arn, ResourceArn=arn, Tags=to_set)
