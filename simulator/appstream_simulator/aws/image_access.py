# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which images an account sees and may use: its own, the public ones, and those that other accounts share with it.

Sources: developer guide, "Share an Image That You Own With Another AWS Account" (an image can be shared with accounts
of its own Region, for fleets, for image builders or for both) and "Administer Your Images". That a shared image can be
named by its ARN alone is what the service model says of DescribeImages and what users report of the other operations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from appstream_simulator.aws.exceptions import ResourceNotAvailableException, ResourceNotFoundException
from appstream_simulator.aws.image import Image
from appstream_simulator.aws.models import all_backends
from appstream_simulator.aws.unproven import refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

# The member of the API's ImagePermissions that allows each purpose.
PERMISSIONS = {"fleet": "allowFleet", "image builder": "allowImageBuilder"}


@dataclass(frozen=True)
class SharedImage:
    """An image as an account sees it that does not own it.

    Attributes:
        serial: position in the listings of that account; the image's own is that in its owner's.
    """

    serial: int
    image: Image
    account_id: str

    @property
    def name(self) -> str:
        return self.image.name

    @property
    def arn(self) -> str:
        return self.image.arn

    @property
    def visibility(self) -> str:
        return "SHARED"

    def describe(self) -> dict[str, Any]:
        """The API's Image. Which image builder made it is not told to others; nor with whom else it is shared
        (unproven [shared_image_hides_members])."""
        hidden = ("ImageBuilderName", "ImageSharedWithOthers")
        shown = {member: value for member, value in self.image.describe().items() if member not in hidden}
        permissions = dict(self.image.shared_with[self.account_id])
        return {**shown, "Visibility": self.visibility, "ImagePermissions": permissions}


def find(backend: AppStreamBackend, name: str | None, arn: str | None, purpose: str) -> Image:
    """The AVAILABLE image to use for something.

    Args:
        name: of an own or a public image.
        arn: of any image; exactly one of the two must be given.
        purpose: "fleet" or "image builder".

    Raises:
        ResourceNotFoundException: there is none, or it is another account's and not shared with this one.
        ResourceNotAvailableException: it is not AVAILABLE.
        AppStreamError: neither or both are given, or the image is shared for another purpose alone.
    """
    if (name is None) == (arn is None):
        situation = "not exactly one of ImageName and ImageArn"
        raise refusal(situation, "Exactly one of ImageName and ImageArn must be specified.")
    image = _named(backend, name, arn)
    if image is None:
        raise ResourceNotFoundException(f"The image {name or arn} does not exist.")
    if not may_use(backend, image, purpose):
        message = f"The image {image.name} is not shared with this account for use with a {purpose}."
        raise refusal("image shared for another purpose", message)
    require_available(image)
    return image


def require_available(image: Image) -> None:
    """Check that an image can be used.

    Raises:
        ResourceNotAvailableException: it is not AVAILABLE.
    """
    if image.state != "AVAILABLE":
        # The text is the real service's.
        message = (
            f"The image {image.name} is {image.state}. "
            "The image must be in an AVAILABLE state for this action to succeed."
        )
        raise ResourceNotAvailableException(message)


def seen(backend: AppStreamBackend, arn: str) -> Image | None:
    """The image of this ARN, in whatever state, when the account sees it: its own, a public or a shared one."""
    return _named(backend, None, arn)


def may_use(backend: AppStreamBackend, image: Image, purpose: str) -> bool:
    """Whether an image is the account's own, public, or (still) shared with the account for this purpose."""
    if backend.public.get(image.name) is image or backend.images.get(image.name) is image:
        return True
    return image.shared_with.get(backend.account_id, {}).get(PERMISSIONS[purpose], False)


def shared_images(backend: AppStreamBackend) -> list[SharedImage]:
    """The images other accounts share with this one; those of another Region are never among them."""
    return [
        SharedImage(backend.serials_of_shared[image.arn], image, backend.account_id)
        for image in _images_of_others(backend)
        if backend.account_id in image.shared_with
    ]


def consumers(backend: AppStreamBackend, image: Image) -> Iterator[AppStreamBackend]:
    """The same Region's back ends of the accounts an own image is shared with, as far as those have done anything."""
    return (other for other in _others(backend) if other.account_id in image.shared_with)


def _named(backend: AppStreamBackend, name: str | None, arn: str | None) -> Image | None:
    for image in backend.visible_images():
        if name == image.name or arn == image.arn:
            return image
    return next((shared.image for shared in shared_images(backend) if shared.arn == arn), None)


def _images_of_others(backend: AppStreamBackend) -> Iterator[Image]:
    return (image for other in _others(backend) for image in other.images.values())


def _others(backend: AppStreamBackend) -> Iterator[AppStreamBackend]:
    for other in all_backends():
        if other.region_name == backend.region_name and other.account_id != backend.account_id:
            yield other
