# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""With which accounts an image is shared: one function per API operation, taking a client and plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.calls import NOT_FOUND, call, call_tokens
from ..core.errors import AppStreamError

# What one account may do with an image: ``allow_fleet`` and ``allow_image_builder``.
Permission = dict[str, bool]


def describe_image_permissions(client: Any, name: str) -> dict[str, Permission]:
    """Return what an own image may be used for, by the ids of the accounts it is shared with, in their order.

    Raises AppStreamError, with the code NOT_FOUND when there is no own image of that name.
    """
    about = f"image {name}"
    shares = call_tokens(client, "describe_image_permissions", about, "SharedImagePermissionsList", Name=name)
    found = {share["sharedAccountId"]: _permission(share.get("imagePermissions") or {}) for share in shares}
    return dict(sorted(found.items()))


def _permission(members: Mapping[str, Any]) -> Permission:
    return {
        "allow_fleet": bool(members.get("allowFleet")),
        "allow_image_builder": bool(members.get("allowImageBuilder")),
    }


def as_list(permissions: Mapping[str, Permission]) -> list[dict[str, Any]]:
    """Return permissions as modules do: one dictionary per account, in the order of their ids."""
    return [{"account_id": account, **permission} for account, permission in sorted(permissions.items())]


def update_image_permissions(client: Any, name: str, account: str, permission: Permission) -> None:
    """Share an image with an account, or change for what. Raises AppStreamError.

    What is not found may be the account, which nobody can look up: that is no reason to try again for minutes.
    """
    members = {
        "allowFleet": permission["allow_fleet"],
        "allowImageBuilder": permission["allow_image_builder"],
    }
    about = f"image {name} and account {account}"
    call(client, "update_image_permissions", about, Name=name, SharedAccountId=account, ImagePermissions=members)


def delete_image_permissions(client: Any, name: str, account: str) -> None:
    """Stop sharing an image with an account; that it is not shared (any more) is no error. Raises AppStreamError."""
    try:
        call(
            client,
            "delete_image_permissions",
            f"image {name} and account {account}",
            Name=name,
            SharedAccountId=account,
        )
    except AppStreamError as error:
        if error.code != NOT_FOUND or account in describe_image_permissions(client, name):
            raise
