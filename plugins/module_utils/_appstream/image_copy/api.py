# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Copying images: one function per API operation, taking a client and plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.calls import call_known
from ..core.errors import AppStreamError

# Default quota of "concurrent image copies per destination Region" (administration guide, "Service Quotas").
MOST_COPIES = 2


class NoFreeSlot(AppStreamError):
    """No more images may be copied to a Region at once; that passes."""

    @property
    def is_retryable(self) -> bool:
        """The same succeeds as soon as one of the copies under way has ended."""
        return True


def copy_image(client: Any, name: str, region: str, new_name: str, description: str | None) -> None:
    """Begin to copy an image that has just been read to a Region; ``client`` is of the Region it is in.

    Raises AppStreamError.
    """
    more = {"DestinationImageDescription": description} if description else {}
    about = f"image {name} to {new_name} in {region}"
    request = {"SourceImageName": name, "DestinationImageName": new_name, "DestinationRegion": region, **more}
    call_known(client, "copy_image", about, **request)


def no_free_slot(error: AppStreamError, name: str, region: str, under_way: Sequence[str]) -> NoFreeSlot:
    """Return the error to raise when LimitExceededException means the copies under way."""
    return NoFreeSlot(
        f"Image {name} cannot be copied to {region} yet, where {len(under_way)} copies are under way already "
        f"({', '.join(under_way)})",
        cause=error.cause,
        remedy="Copy it when one of them has ended, which is waited for with wait: true.",
        result={"copies_under_way": list(under_way)},
    )
