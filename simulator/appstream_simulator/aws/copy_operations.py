# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CopyImage: an image copied within its Region or to another one of the same account.

Sources: the service model, and the developer guide, "Copy an Image That You Own to Another AWS Region" and "Service
Quotas" ("Concurrent image copies per destination Region"). That some newer Regions want images with a newer agent is
not simulated.
"""

from __future__ import annotations

from typing import Any

from moto.utilities.utils import get_partition

from appstream_simulator.aws import image_access, lifecycle, quotas
from appstream_simulator.aws.exceptions import LimitExceededException
from appstream_simulator.aws.image import Image
from appstream_simulator.aws.models import AppStreamBackend, appstream_backends
from appstream_simulator.aws.unproven import copies_keep_description, refusal

Request = dict[str, Any]
Response = dict[str, Any]

_CONCURRENT_COPIES = 2
# Of the Region the source is in.
_NOT_COPIED = ("ImageBuilderName",)


def copy_image(backend: AppStreamBackend, request: Request) -> Response:
    """CopyImage, asked for in the Region of the source. The order of the checks is unproven [copy_checks_order]."""
    source = _source(backend, request["SourceImageName"])
    destination = _destination(backend, request["DestinationRegion"])
    name = request["DestinationImageName"]
    destination.require_new_image_name(name)
    copying = [image for image in destination.images.values() if image.state == "COPYING"]
    if len(copying) >= _CONCURRENT_COPIES:
        raise LimitExceededException()
    quotas.check_images(destination)
    image = _copy(destination, source, name, request.get("DestinationImageDescription"))
    destination.images[name] = image
    # "Note that any tags you added to the image will not be copied."
    destination.tags[image.arn] = {}
    done = backend.simulation.clock.now() + backend.simulation.duration("COPYING")
    destination.timetable.at(done, lambda due: lifecycle.finish_image(destination, image, "IMAGE_COPY_FAILURE", due))
    return {"DestinationImageName": name}


def _source(backend: AppStreamBackend, name: str) -> Image:
    """The account's own AVAILABLE image. Those of other accounts have no names here: they are not found."""
    if name in backend.public:
        raise refusal("copying a public image", f"The image {name} is public and cannot be copied.")
    image = backend.own_image(name)
    image_access.require_available(image)
    return image


def _destination(backend: AppStreamBackend, region: str) -> AppStreamBackend:
    """The account's back end of another Region of the same partition, or of this one."""
    # moto knows in which Regions the service is.
    regions = appstream_backends[backend.account_id]
    if region not in regions.regions or get_partition(region) != backend.partition:
        raise refusal("no such destination Region", f"The destination Region {region} is not valid.")
    destination: AppStreamBackend = regions[region]
    return destination


def _copy(destination: AppStreamBackend, source: Image, name: str, description: str | None) -> Image:
    """The image to be: what is on the disk and in the catalog comes along, permissions don't."""
    attributes = {member: value for member, value in source.attributes.items() if member not in _NOT_COPIED}
    if description or not copies_keep_description():
        attributes.pop("Description", None)
    return Image(
        name=name,
        arn=destination.arn(f"image/{name}"),
        serial=next(destination.serials),
        state="COPYING",
        visibility="PRIVATE",
        created=destination.simulation.clock.now(),
        agent_version=source.agent_version,
        latest_agent=source.latest_agent,
        families=list(source.families),
        platform=source.platform,
        attributes={**attributes, **({"Description": description} if description else {})},
        root_volume_gb=source.root_volume_gb,
        software=list(source.software),
        disk=source.disk,
    )
