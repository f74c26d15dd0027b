# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CreateUpdatedImage: managed image updates, with the image builder the service makes for the time of one.

Sources: the service model, and the developer guide, "Update an Image by Using Managed AppStream 2.0 Image Updates" and
"Service Quotas" ("Concurrent image updates"). Updates of Windows are not simulated: what is on the disk stays as it is.
A graphics image becomes a unified one, see `graphics_drivers`.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from appstream_simulator.assumptions import answer
from appstream_simulator.aws import agent_versions, base_images, graphics_drivers, lifecycle, quotas
from appstream_simulator.aws.exceptions import LimitExceededException
from appstream_simulator.aws.image import Image, without_none
from appstream_simulator.aws.image_builder import ImageBuilder
from appstream_simulator.aws.instance_types import NOT_GRAPHICS, SMALLEST_TYPES
from appstream_simulator.aws.unproven import exception_named, refusal, temporary_image_builder_name

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]
Response = dict[str, Any]

_CONCURRENT_UPDATES = 5
# "Supported images must be created from a base image released on 2017-07-24T00:00:00Z or later"
_BASE_IMAGES_SINCE = datetime(2017, 7, 24, tzinfo=timezone.utc)
_PLATFORMS = ("WINDOWS", "RHEL", "ROCKY")
# "The image name can't begin with ..."
_RESERVED = ("amazon", "aws", "appstream")


def create_updated_image(backend: AppStreamBackend, request: Request) -> Response:
    """CreateUpdatedImage. The order of the checks, and that a dry run makes those on images alone, are unproven
    [update_checks_order, update_dry_run_checks, update_of_current_image].

    So is the answer about an image that is up to date; of the console the guide says that "a message notifies you".
    """
    image = _existing(backend, request["existingImageName"])
    _check_new_name(backend, request["newImageName"])
    can_update = is_outdated(image)
    if not can_update and (seen := answer("update_of_current_image")) != "canUpdateImage is false":
        raise exception_named(seen)(f"The image {image.name} is up to date.")
    if request.get("dryRun") or not can_update:
        return {"image": image.describe(), "canUpdateImage": can_update}
    _check_quotas(backend, _smallest_type(image))
    updated = _updated(backend, image, request)
    backend.images[updated.name] = updated
    backend.tags[updated.arn] = dict(request.get("newImageTags", {}))
    _update(backend, updated, _temporary_image_builder(backend, image, updated.name))
    return {"image": updated.describe(), "canUpdateImage": True}


def is_outdated(image: Image) -> bool:
    """Whether there is a newer agent, or a newer base image for the same platform, for graphics or not."""
    if image.agent_version != agent_versions.VERSIONS[-1]:
        return True
    released: datetime = image.attributes["PublicBaseImageReleasedDate"]
    return _newest_release(image) > released


def _newest_release(image: Image) -> datetime:
    newest = base_images.newest_release(image.platform, image.graphics_driver is not None)
    released: datetime = image.attributes["PublicBaseImageReleasedDate"]
    return released if newest is None else max(released, newest)


def _existing(backend: AppStreamBackend, name: str) -> Image:
    """The own image to update. Those of other accounts have no names here: they are not found."""
    if name in backend.public:
        raise refusal("updating a public image", f"The image {name} is public and cannot be updated.")
    image = backend.own_image(name)
    if image.state != "AVAILABLE":
        raise refusal("updating an image that is not AVAILABLE", f"The image {name} is {image.state}.")
    released = image.attributes.get("PublicBaseImageReleasedDate")
    # An imported image has no base image.
    if not image.platform.startswith(_PLATFORMS) or released is None or released < _BASE_IMAGES_SINCE:
        message = f"The image {name} can't be updated because it's not compatible for updates."
        raise refusal("updating an image that managed updates do not support", message)
    return image


def _check_new_name(backend: AppStreamBackend, name: str) -> None:
    if name.lower().startswith(_RESERVED):
        raise refusal("reserved name of an updated image", f"The image name {name} is reserved.")
    backend.require_new_image_name(name)


def _check_quotas(backend: AppStreamBackend, instance_type: str) -> None:
    updating = [image for image in backend.images.values() if image.state == "CREATING"]
    if len(updating) >= _CONCURRENT_UPDATES:
        raise LimitExceededException()
    quotas.check_images(backend)
    quotas.check_image_builders(backend, instance_type)


def _updated(backend: AppStreamBackend, image: Image, request: Request) -> Image:
    """The image to be. Whether it keeps the texts of the existing one when it is given none is unproven
    [updated_image_keeps_texts]: here, not."""
    name = request["newImageName"]
    shown = {"DisplayName": request.get("newImageDisplayName"), "Description": request.get("newImageDescription")}
    driver = graphics_drivers.LATEST[image.platform] if image.graphics_driver else None
    replaced = {
        "ImageBuilderName": None,
        "PublicBaseImageReleasedDate": _newest_release(image),
        "ImageSoftwareMetadata": graphics_drivers.metadata(driver),
        **shown,
    }
    return Image(
        name=name,
        arn=backend.arn(f"image/{name}"),
        serial=next(backend.serials),
        state="CREATING",
        visibility="PRIVATE",
        created=backend.simulation.clock.now(),
        agent_version=agent_versions.VERSIONS[-1],
        latest_agent=image.latest_agent,
        families=graphics_drivers.families_of_image_from(image, driver),
        platform=image.platform,
        attributes=without_none({**image.attributes, **{key: value or None for key, value in replaced.items()}}),
        root_volume_gb=image.root_volume_gb,
        software=list(image.software),
        disk=image.disk,
    )


def _smallest_type(image: Image) -> str:
    return SMALLEST_TYPES[(*image.families, *NOT_GRAPHICS)[0]]


def _temporary_image_builder(backend: AppStreamBackend, image: Image, new_name: str) -> ImageBuilder:
    """As the guide has it: "a random 10-digit suffix", "the smallest size in the instance family", "No subnet"."""
    name = temporary_image_builder_name(new_name[:90], f"{secrets.randbelow(10**10):010}")
    builder = ImageBuilder(
        name=name,
        arn=backend.arn(f"image-builder/{name}"),
        serial=next(backend.serials),
        request={"InstanceType": _smallest_type(image)},
        image=image,
        created=backend.simulation.clock.now(),
        agent_version=agent_versions.VERSIONS[-1],
        latest_agent=True,
    )
    backend.image_builders[name] = builder
    backend.tags[builder.arn] = {}
    return builder


def _update(backend: AppStreamBackend, image: Image, builder: ImageBuilder) -> None:
    """UPDATING, PENDING_QUALIFICATION; then the image is final and the image builder "is deleted automatically"."""
    duration = backend.simulation.duration
    builder.enter("UPDATING")
    qualified = backend.simulation.clock.now() + duration("UPDATING")
    backend.timetable.at(qualified, lambda _: builder.enter("PENDING_QUALIFICATION"))

    def finish(due: float) -> None:
        lifecycle.finish_image(backend, image, "IMAGE_UPDATE_FAILURE", due)
        lifecycle.delete(backend, builder)

    backend.timetable.at(qualified + duration("PENDING_QUALIFICATION"), finish)
