# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How every AWS call is made: retried while that helps, and told as an AppStreamError when it doesn't."""

from __future__ import annotations

from typing import Any

from .errors import AppStreamError
from .retries import ONCE_ONLY, codes_to_retry, retrying
from .troubleshooting import remedy_for

try:
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:
    pass  # AnsibleAWSModule reports a missing botocore

NOT_FOUND = "ResourceNotFoundException"
ACCESS_DENIED_CODES = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Client.UnauthorizedOperation"}
)


def _failure(operation: str, about: str, cause: Exception) -> AppStreamError:
    error = AppStreamError(f"{operation} failed for {about}", cause=cause)
    error.remedy = remedy_for(error.code)
    return error


def call(client: Any, operation: str, about: str, **parameters: Any) -> dict[str, Any]:
    """Call one API operation.

    ``operation`` is the client's method (``create_image_builder``), ``about`` names the resource for error messages
    (``image builder design``). Returns the API's answer. Raises AppStreamError.
    """
    try:
        answer: dict[str, Any] = retrying(
            lambda: getattr(client, operation)(**parameters),
            also=codes_to_retry(operation),
            once_only=operation in ONCE_ONLY,
        )
    except (BotoCoreError, ClientError) as error:
        raise _failure(operation, about, error) from error
    return answer


def call_pages(client: Any, operation: str, about: str, member: str, **parameters: Any) -> list[dict[str, Any]]:
    """Read all pages of a describe operation and return the list in its answer's ``member``. Raises AppStreamError.

    The whole reading is retried, not the single page: botocore's paginators cannot be resumed after a failure.
    """

    def read() -> list[dict[str, Any]]:
        pages = client.get_paginator(operation).paginate(**parameters)
        return list(pages.build_full_result().get(member) or [])

    try:
        return retrying(read)
    except (BotoCoreError, ClientError) as error:
        raise _failure(operation, about, error) from error
