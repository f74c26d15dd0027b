# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The image that a fleet is to get: can it be used?"""

from __future__ import annotations

from typing import Any

from ..core import states
from ..core.calls import ACCESS_DENIED_CODES
from ..core.errors import AppStreamError
from ..image.references import find_image


def usable_image(client: Any, about: str, name: str | None, arn: str | None) -> dict[str, Any] | None:
    """Return the image that ``about`` is to get, None when these credentials may not read it.

    Raises AppStreamError for one that can't be used.
    """
    try:
        image = find_image(client, name, arn)
    except AppStreamError as error:
        if error.code not in ACCESS_DENIED_CODES:
            raise
        return None
    if image is None:
        raise AppStreamError(
            f"{about} cannot be given image {arn or name}, which does not exist",
            remedy="An image that another account shares is named by image_arn.",
        )
    state = states.state_of(image)
    if not states.image_is(states.READY, state):
        raise AppStreamError(f"{about} cannot be given image {arn or name}, which is {state}")
    return image
