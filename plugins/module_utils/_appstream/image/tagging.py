# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tags of an image in the making: written as soon as the service lets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core import states, tags
from ..core.calls import CHANGED_STATE_CODES, NOT_FOUND
from ..core.errors import AppStreamError
from ..core.retries import MUTATION_CODES
from ..core.waits import History
from .api import is_own

# The step of writing tags; not among the ``actions`` that are returned.
TAG = "tag"

# Unproven [tags_of_pending_image, tagging_pending_image]: from when on an image in the making can be tagged, and with
# which of these the service refuses it before.
_NOT_YET_CODES = CHANGED_STATE_CODES | MUTATION_CODES


@dataclass(frozen=True)
class DesiredTags:
    """What an image's tags are to be. ``tags`` None leaves them alone, ``purge`` removes all others."""

    tags: Mapping[str, Any] | None = None
    purge: bool = False

    def after(self, current: Mapping[str, str]) -> dict[str, str]:
        """Return what becomes of the tags there are."""
        return tags.tags_after(current, self.tags, self.purge)

    @property
    def are_any(self) -> bool:
        """Whether the tags there are make a difference."""
        return self.tags is not None


def can_be_tagged(image: Mapping[str, Any]) -> bool:
    """Say whether it is worth trying: what has failed or is about to be gone is not worth tags."""
    state = image["state"]
    return state != "DELETING" and (states.image_is(states.READY, state) or states.image_is(states.MOVING, state))


def known_tags(client: Any, image: Mapping[str, Any]) -> dict[str, str]:
    """Return an image's tags as far as they can be read; those of others' images can't.

    Raises AppStreamError when they can't be read for a reason that does not pass while the image is made.
    """
    if not is_own(image):
        return {}
    try:
        return tags.read_tags(client, image["arn"])
    except AppStreamError as error:
        passing = {NOT_FOUND} if states.image_is(states.READY, image["state"]) else _NOT_YET_CODES
        if error.code not in passing:
            raise
        return {}


def write(
    client: Any, image: Mapping[str, Any], desired: DesiredTags, history: History
) -> tuple[dict[str, str], dict[str, str]]:
    """Give an own image its tags; returns those it had and those it has. Raises AppStreamError.

    Notes in the history what was written, also before a failure.
    """
    is_ready = states.image_is(states.READY, image["state"])
    before = current = tags.read_tags(client, image["arn"], is_known=is_ready)
    for stage in tags.tag_stages(before, desired.after(before)):
        tags.write_tags(client, image["arn"], current, stage, is_known=is_ready)
        history.has_written, current = True, stage
    return before, current


def write_if_possible(
    client: Any, image: Mapping[str, Any], desired: DesiredTags, history: History
) -> dict[str, str] | None:
    """As ``write``, but returns only the tags it has, and None while the service refuses that.

    Raises AppStreamError when they can't be written for a reason that does not pass while the image is made.
    """
    try:
        return write(client, image, desired, history)[1]
    except AppStreamError as error:
        if states.image_is(states.READY, image["state"]) or error.code not in _NOT_YET_CODES:
            raise
        return None
