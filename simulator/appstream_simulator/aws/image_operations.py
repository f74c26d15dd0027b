# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The API operations on images. Each takes the back end and the validated request and returns the response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from appstream_simulator.assumptions import answer
from appstream_simulator.aws import image_access, lifecycle
from appstream_simulator.aws.exceptions import (
    ResourceInUseException,
    ResourceNotFoundException,
)
from appstream_simulator.aws.image import Image
from appstream_simulator.aws.pages import page
from appstream_simulator.aws.unproven import exception_named, found_or_missing, refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]
Response = dict[str, Any]

_Listed = Image | image_access.SharedImage

_DELETABLE = ("AVAILABLE", "FAILED")


def describe_images(backend: AppStreamBackend, request: Request) -> Response:
    """DescribeImages. Names, Arns and Type exclude each other."""
    selectors = [name for name in ("Names", "Arns", "Type") if request.get(name)]
    if len(selectors) > 1:
        message = f"The parameters {' and '.join(selectors)} cannot be specified together."
        raise exception_named(answer("two_selectors"))(message)
    return page("Images", _selected(backend, request), request)


def delete_image(backend: AppStreamBackend, request: Request) -> Response:
    """DeleteImage."""
    name = request["Name"]
    if name in backend.public:
        raise refusal("deleting a public image", f"The image {name} is public and cannot be deleted.")
    image = backend.own_image(name)
    if image.state not in _DELETABLE:
        situation = "deleting an image on its way"
        raise refusal(situation, f"The image {name} is in state {image.state}. Wait a few minutes and try again.")
    _check_unused(backend, image)
    lifecycle.delete_image(backend, image)
    return {"Image": image.describe()}


def _check_unused(backend: AppStreamBackend, image: Image) -> None:
    """Raise the service's error while the account's fleets, in whatever state, or other accounts need the image."""
    fleets = [name for name, fleet in backend.fleets.items() if fleet.image is image]
    if fleets:
        raise ResourceInUseException(f"The image {image.name} is in use by the fleet {', '.join(fleets)}.")
    if image.shared_with:
        raise ResourceInUseException(f"The image {image.name} is shared with other accounts.")


def _selected(backend: AppStreamBackend, request: Request) -> Sequence[_Listed]:
    """The images a request selects: names are those of own and public images, all else covers shared ones, too.

    That a listing without any selector has the shared ones is unproven [listing_without_selector_has_shared_images].
    """
    own_and_public = backend.visible_images()
    if request.get("Names"):
        return found_or_missing("missing_image", request["Names"], lambda name: _find(own_and_public, "name", name))
    images: list[_Listed] = [*own_and_public, *image_access.shared_images(backend)]
    if request.get("Arns"):
        return [_find(images, "arn", arn) for arn in request["Arns"]]
    visibility = request.get("Type")
    return [image for image in images if visibility in (None, image.visibility)]


def _find(images: Sequence[_Listed], attribute: str, value: str) -> _Listed:
    for image in images:
        if getattr(image, attribute) == value:
            return image
    raise ResourceNotFoundException(f"The image {value} does not exist.")
