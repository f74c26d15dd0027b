# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How AppStream words the errors of image builders, images and fleets.

Source: developer guide, "Troubleshooting Notification Codes", which has texts for these codes. The others of the
service model's FleetErrorCode are not to be found there, and INTERNAL_SERVICE_ERROR has several; their texts are the
simulator's own.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from moto.core.utils import get_service_model

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "DOMAIN_JOIN_ERROR_ACCESS_DENIED": "Access is denied.",
        "DOMAIN_JOIN_ERROR_LOGON_FAILURE": "The username or password is incorrect.",
        "DOMAIN_JOIN_NERR_PASSWORD_EXPIRED": "The password of this user has expired.",
        "DOMAIN_JOIN_ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED": (
            "Your computer could not be joined to the domain. You have exceeded the maximum number of computer "
            "accounts you are allowed to create in this domain. Contact your system administrator to have this limit "
            "reset or increased."
        ),
        "DOMAIN_JOIN_ERROR_INVALID_PARAMETER": (
            "A parameter is incorrect. This error is returned if the LpName parameter is NULL or the NameType "
            "parameter is specified as NetSetupUnknown or an unknown nametype."
        ),
        "DOMAIN_JOIN_ERROR_MORE_DATA": "More data is available.",
        "DOMAIN_JOIN_ERROR_NO_SUCH_DOMAIN": ("The specified domain either does not exist or could not be contacted."),
        "DOMAIN_JOIN_NERR_WORKSTATION_NOT_STARTED": "The Workstation service has not been started.",
        "DOMAIN_JOIN_ERROR_NOT_SUPPORTED": (
            "The request is not supported. This error is returned if a remote computer was specified in the lpServer "
            "parameter and this call is not supported on the remote computer."
        ),
        "DOMAIN_JOIN_ERROR_FILE_NOT_FOUND": "The system cannot find the file specified.",
        "DOMAIN_JOIN_INTERNAL_SERVICE_ERROR": "The account already exists.",
    }
)
# Of a managed image update. What has failed stands in the middle of the sentence.
_UPDATE_FAILED = (
    "AppStream 2.0 could not update image {name}. Failed to install {software}. Check your source image and try again. "
    "If this problem persists, contact AWS Support."
)
_UPDATED_SOFTWARE = "SSM Agent"


@functools.cache
def codes() -> frozenset[str]:
    """The codes there are (service model: FleetErrorCode)."""
    return frozenset(get_service_model("appstream").shape_for("FleetErrorCode").enum)


def update_failed(image: str) -> str:
    """What the service says of a managed update that failed."""
    return _UPDATE_FAILED.format(name=image, software=_UPDATED_SOFTWARE)
