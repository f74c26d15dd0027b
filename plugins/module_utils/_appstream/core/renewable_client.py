# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A boto3 client that can be opened again with the credentials as they are by then: a wait may outlast them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class RenewableClient:
    """Has everything that ``client`` has. ``open_client`` opens another one, in a session of its own."""

    def __init__(self, client: Any, open_client: Callable[[], Any]) -> None:
        self._client = client
        self._open_client = open_client

    def renew(self) -> None:
        """Read the credentials again. Raises what opening a client raises."""
        self._client = self._open_client()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)
