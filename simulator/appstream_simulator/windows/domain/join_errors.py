# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a domain join fails."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Windows' names of its error codes that AppStream has codes for, with Windows' text (winerror.h, lmerr.h).
TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "ERROR_ACCESS_DENIED": "Access is denied.",
        "ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED": (
            "Your computer could not be joined to the domain. You have exceeded the maximum number of computer "
            "accounts you are allowed to create in this domain."
        ),
        "ERROR_FILE_NOT_FOUND": "The system cannot find the file specified.",
        "ERROR_LOGON_FAILURE": "The user name or password is incorrect.",
        "ERROR_NO_SUCH_DOMAIN": "The specified domain either does not exist or could not be contacted.",
        "NERR_PASSWORD_EXPIRED": "The password of this user has expired.",
    }
)


class JoinError(Exception):
    """A computer cannot be joined to a domain, or is no member any more.

    Attributes:
        name: a key of `TEXTS`, or INTERNAL_SERVICE_ERROR for everything else.
        detail: what was seen; holds no secrets.

    Args:
        text: instead of Windows' text.
    """

    def __init__(self, name: str, detail: str, text: str | None = None) -> None:
        super().__init__(text or TEXTS.get(name, detail))
        self.name = name
        self.detail = detail
