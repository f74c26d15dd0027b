# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The API operations on image permissions. Each takes the back end and the validated request and returns the response.

Sources: the service model, and the developer guide ("Share an Image That You Own With Another AWS Account") for what
taking a permission away does to the fleets of the other account.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from appstream_simulator.aws import image_access
from appstream_simulator.aws.exceptions import LimitExceededException, SimulatorNotImplemented
from appstream_simulator.aws.image import Image
from appstream_simulator.aws.pages import page
from appstream_simulator.aws.unproven import refusal, require_accepted

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]
Response = dict[str, Any]

# Developer guide, "Service quotas": accounts one image can be shared with.
_MOST_ACCOUNTS = 100
_ACCOUNT_ID = re.compile(r"\d{12}")


@dataclass(frozen=True)
class SharedImagePermissions:
    """What one account may do with an image. Listings are in the order of the accounts' ids (unproven
    [permissions_order])."""

    account_id: str
    permissions: dict[str, bool]

    @property
    def serial(self) -> int:
        """Position in listings."""
        return int(self.account_id)

    def describe(self) -> dict[str, Any]:
        """The API's SharedImagePermissions."""
        return {"sharedAccountId": self.account_id, "imagePermissions": dict(self.permissions)}


def update_image_permissions(backend: AppStreamBackend, request: Request) -> Response:
    """UpdateImagePermissions."""
    image = _changeable(backend, request["Name"])
    account = request["SharedAccountId"]
    _check_account(backend, account)
    permissions = _whole(request["ImagePermissions"])
    if account not in image.shared_with and len(image.shared_with) >= _MOST_ACCOUNTS:
        raise LimitExceededException()
    image.shared_with[account] = permissions
    if not permissions["allowFleet"]:
        _empty_fleets(backend, image, account)
    return {}


def delete_image_permissions(backend: AppStreamBackend, request: Request) -> Response:
    """DeleteImagePermissions."""
    image = _changeable(backend, request["Name"])
    account = request["SharedAccountId"]
    if account not in image.shared_with:
        message = f"The image {image.name} is not shared with the account {account}."
        raise refusal("deleting permissions that are not there", message)
    _empty_fleets(backend, image, account)
    del image.shared_with[account]
    return {}


def describe_image_permissions(backend: AppStreamBackend, request: Request) -> Response:
    """DescribeImagePermissions. Accounts asked for that have no permissions are left out (unproven
    [permissions_of_nobody])."""
    image = backend.own_image(request["Name"])
    asked = request.get("SharedAwsAccountIds")
    nobody = set(asked or []) - set(image.shared_with)
    if nobody:
        message = f"The image {image.name} is not shared with {', '.join(sorted(nobody))}."
        require_accepted("permissions_of_nobody", message)
    shared = [
        SharedImagePermissions(account, permissions)
        for account, permissions in image.shared_with.items()
        if asked is None or account in asked
    ]
    return {"Name": image.name, **page("SharedImagePermissionsList", shared, request)}


def _changeable(backend: AppStreamBackend, name: str) -> Image:
    image = backend.own_image(name)
    image_access.require_available(image)
    return image


def _check_account(backend: AppStreamBackend, account: str) -> None:
    # Whether the service knows that an account does not exist is unproven [unknown_account_is_shared_with]; here every
    # 12 digits are an account.
    if not _ACCOUNT_ID.fullmatch(account):
        raise refusal("sharing with a malformed account id", f"The account {account} does not exist.")
    if account == backend.account_id:
        message = "An image cannot be shared with the account that owns it."
        raise refusal("sharing with the own account", message)


def _whole(permissions: dict[str, bool]) -> dict[str, bool]:
    """Both members. What leaving one out does to a permission given before, or allowing nothing, is not documented."""
    whole = {member: permissions.get(member) for member in image_access.PERMISSIONS.values()}
    if None in whole.values() or not any(whole.values()):
        message = "The simulator does not know what leaving out an image permission, or allowing nothing, does."
        raise SimulatorNotImplemented(message)
    return {member: bool(value) for member, value in whole.items()}


def _empty_fleets(backend: AppStreamBackend, image: Image, account: str) -> None:
    """Set the desired capacity of the account's fleets that use the image to 0; sessions go on until they end."""
    for consumer in image_access.consumers(backend, image):
        if consumer.account_id != account:
            continue
        consumer.tick()
        for fleet in consumer.fleets.values():
            if fleet.image is image:
                fleet.image_withdrawn(consumer)
