# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The one exception the collection's AWS code raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .retries import MUTATION_CODES, is_retryable


class AppStreamError(Exception):
    """Something could not be done, in words that a person can act on.

    ``message`` says what could not be done to which resource, ``cause`` is botocore's own exception if there was
    one, ``remedy`` what to do about it, ``result`` further return values for ``fail_json`` (the last-seen resource,
    elapsed seconds and so on).
    """

    def __init__(
        self,
        message: str,
        *,
        cause: Exception | None = None,
        remedy: str | None = None,
        result: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause
        self.remedy = remedy
        self.result: dict[str, Any] = dict(result or {})

    @property
    def aws_error(self) -> dict[str, str]:
        """AWS's error as ``{"code": …, "message": …}``; empty when no answer came from AWS."""
        # A lost connection's exception has a response too, which is None.
        error = (getattr(self.cause, "response", None) or {}).get("Error", {})
        return {"code": error.get("Code", ""), "message": error.get("Message", "")} if error else {}

    @property
    def code(self) -> str:
        """AWS's error code, for example ``ResourceNotFoundException``; empty when no answer came from AWS."""
        return self.aws_error.get("code", "")

    @property
    def is_retryable(self) -> bool:
        """Whether the same may succeed later: AWS said so, or the connection was lost."""
        return self.cause is not None and is_retryable(self.cause, MUTATION_CODES)

    def __str__(self) -> str:
        text = f"{self.message}: {self.cause}" if self.cause is not None else self.message
        return f"{text.rstrip('.')}. {self.remedy}" if self.remedy else text
