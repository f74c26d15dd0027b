# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The one exception the collection's Active Directory code raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ActiveDirectoryError(Exception):
    """Something could not be done in the directory, told so that a person can act on it.

    ``message`` says what could not be done to which object, ``cause`` why, in the words of the domain controller or
    library, ``remedy`` what to do about it, ``result`` further return values for ``fail_json``. ``kind`` tells callers
    what happened without reading texts: one of the constants below.
    """

    OTHER = "other"
    NOT_FOUND = "not found"
    EXISTS = "exists"
    DENIED = "denied"
    CREDENTIALS = "credentials"
    UNREACHABLE = "unreachable"
    REFUSED_VALUE = "refused value"
    CHANGED = "changed meanwhile"

    def __init__(
        self,
        message: str,
        *,
        cause: str | None = None,
        remedy: str | None = None,
        kind: str = OTHER,
        result: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause
        self.remedy = remedy
        self.kind = kind
        self.result: dict[str, Any] = dict(result or {})

    def __str__(self) -> str:
        told = f"{self.message}: {self.cause}" if self.cause else self.message
        return f"{told.rstrip('.')}. {self.remedy}" if self.remedy else told
