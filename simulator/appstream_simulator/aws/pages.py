# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Pages of a listing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Protocol

from appstream_simulator.aws.simulation import running
from appstream_simulator.aws.unproven import refusal


class Record(Protocol):
    """Anything a listing shows."""

    @property
    def serial(self) -> int:
        """Its position in the listing."""

    def describe(self) -> dict[str, Any]:
        """Its API structure."""


def page(member: str, records: Sequence[Record], request: dict[str, Any]) -> dict[str, Any]:
    """One page of a listing.

    Args:
        member: the name of the list in the response.
        records: all that the request selects.
        request: its MaxResults and NextToken are used; without the former (or 0) it is the setting `page_size`.

    Returns:
        The response: the list, and NextToken when there is more.

    Raises:
        AppStreamError: the token is not one of this listing's.
    """
    after = _serial(member, request["NextToken"]) if request.get("NextToken") else -1
    rest = sorted((record for record in records if record.serial > after), key=lambda record: record.serial)
    size = max(request.get("MaxResults") or running().settings.page_size, 1)
    response: dict[str, Any] = {member: [record.describe() for record in rest[:size]]}
    if len(rest) > size:
        response["NextToken"] = _token(member, rest[size - 1].serial)
    return response


# A token says after which record to go on, not at which position: records may go between two pages.
def _token(member: str, serial: int) -> str:
    return base64.urlsafe_b64encode(f"{member}:{serial}".encode()).decode()


def _serial(member: str, token: str) -> int:
    try:
        owner, serial = base64.urlsafe_b64decode(token.encode()).decode().rsplit(":", 1)
        if owner == member:
            return int(serial)
    except (binascii.Error, UnicodeError, ValueError):
        pass
    raise refusal("token of another listing", "The value of NextToken is not valid.")
