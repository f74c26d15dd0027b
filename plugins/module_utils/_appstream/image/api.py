# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Images: one function per API operation, taking a client and plain values, giving snake_case dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..core import tags
from ..core.aws import to_ansible_dict
from ..core.calls import IN_USE, NOT_FOUND, call, call_pages
from ..core.errors import AppStreamError
from .usage import Usage, usage_of_image


def describe_images(
    client: Any,
    *,
    names: Sequence[str] | None = None,
    arns: Sequence[str] | None = None,
    visibility: str | None = None,
) -> list[dict[str, Any]]:
    """Return images by name, by ARN or by visibility (PUBLIC, PRIVATE, SHARED), all of them without any of these.

    The service refuses combinations. Names and ARNs that don't exist are left out. Raises AppStreamError.
    """
    for member, wanted in (("Names", names), ("Arns", arns)):
        if wanted is not None:
            return _describe_each(client, member, list(wanted)) if wanted else []
    return _describe(client, f"all {visibility or 'visible'} images", **({"Type": visibility} if visibility else {}))


def _describe(client: Any, about: str, **parameters: Any) -> list[dict[str, Any]]:
    return [to_ansible_dict(image) for image in call_pages(client, "describe_images", about, "Images", **parameters)]


def _describe_each(client: Any, member: str, wanted: list[str]) -> list[dict[str, Any]]:
    try:
        return _describe(client, f"image {', '.join(wanted)}", **{member: wanted})
    except AppStreamError as error:
        if error.code != NOT_FOUND:
            raise
    # One unknown name fails the whole call.
    return [] if len(wanted) == 1 else [image for one in wanted for image in _describe_each(client, member, [one])]


def describe_image(client: Any, name: str) -> dict[str, Any] | None:
    """Return one image, None when there is none of that name. Raises AppStreamError."""
    return next((image for image in describe_images(client, names=[name]) if image["name"] == name), None)


def names_in_state(client: Any, state: str) -> list[str]:
    """Return the names of the own images in a state. Raises AppStreamError."""
    found = describe_images(client, visibility="PRIVATE")
    return sorted(str(image["name"]) for image in found if image.get("state") == state)


def is_own(image: Mapping[str, Any]) -> bool:
    """Say whether an image belongs to this account: only then can it be tagged and deleted."""
    return image.get("visibility") == "PRIVATE"


def with_tags(client: Any, image: dict[str, Any], warn: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Return an image with its tags under ``tags``; {} for images of others, whose tags nobody else can read.

    ``warn``: see ``tags.with_tags``.
    """
    return tags.with_tags(client, image, warn) if is_own(image) else {**image, "tags": {}}


def delete_image(client: Any, name: str) -> dict[str, Any]:
    """Delete an image. Raises AppStreamError, which says what still uses the image when that is the reason."""
    try:
        return to_ansible_dict(call(client, "delete_image", f"image {name}", Name=name)["Image"])
    except AppStreamError as error:
        if error.code != IN_USE:
            raise
        raise _in_use(name, _users(client, name), error) from error


def _users(client: Any, name: str) -> Usage:
    image = describe_image(client, name) or {"name": name}
    # It only makes the error clearer; what can't be read is missing in it.
    return usage_of_image(client, image, warn=lambda _message: None)


def _in_use(name: str, users: Usage, error: AppStreamError) -> AppStreamError:
    # Image builders don't keep an image from being deleted.
    named = [f"{kind} {', '.join(users[kind] or [])}" for kind in ("fleets", "accounts") if users[kind]]
    message = f"Image {name} cannot be deleted, it is still used by {' and by '.join(named) or 'a fleet or an account'}"
    remedy = "Give the fleets another image and stop sharing the image with the accounts, then delete it."
    return AppStreamError(message, cause=error.cause, remedy=remedy, result={"used_by": users})
