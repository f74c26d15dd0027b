# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the service does when the Image Assistant asks it for an image (the API itself has no such operation)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appstream_simulator.aws import agent_versions, graphics_drivers, lifecycle, software_association
from appstream_simulator.aws.image import Image, without_none
from appstream_simulator.aws.image_builder import ImageBuilder
from appstream_simulator.windows.machine.requests import CreateImage, ImageAssistantError

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend


def accept(backend: AppStreamBackend, builder: ImageBuilder, request: CreateImage) -> None:
    """Begin an image, or refuse it.

    Raises:
        ImageAssistantError: the builder is not running or about to be copied already, the name is taken or the quota
            used up. The texts are unproven [refused_create_image_texts].
    """
    if backend.image_builders.get(builder.name) is not builder or builder.state != "RUNNING":
        raise ImageAssistantError(f"The image builder {builder.name} is not in the RUNNING state")
    if builder.next_image is not None:
        raise ImageAssistantError(f"An image is already being created from the image builder {builder.name}")
    if backend.image_name_exists(request.name):
        raise ImageAssistantError("An image with the given name already exists")
    if len(backend.images) >= backend.simulation.settings.image_quota:
        raise ImageAssistantError("The requested limit exceeds the permitted limit for an account")
    image = _image(backend, builder, request)
    backend.tags[image.arn] = dict(request.tags)
    lifecycle.take_image(backend, builder, image)


def _image(backend: AppStreamBackend, builder: ImageBuilder, request: CreateImage) -> Image:
    base = builder.image
    latest = request.use_latest_agent_version
    software = software_association.present(builder.software)
    return Image(
        name=request.name,
        arn=backend.arn(f"image/{request.name}"),
        serial=next(backend.serials),
        state="PENDING",
        visibility="PRIVATE",
        created=backend.simulation.clock.now(),
        agent_version=agent_versions.VERSIONS[-1] if latest else builder.agent_version,
        latest_agent=latest,
        families=graphics_drivers.families_of_image_from(base, base.graphics_driver),
        platform=base.platform,
        root_volume_gb=builder.root_volume["VolumeSizeInGb"],
        software=software,
        problem=request.problem,
        attributes=without_none(
            {
                "BaseImageArn": base.arn,
                "DisplayName": request.display_name or None,
                "Description": request.description or None,
                "ImageBuilderSupported": True,
                "ImageBuilderName": builder.name,
                "Applications": [_application(entry) for entry in request.applications],
                "PublicBaseImageReleasedDate": base.attributes.get("PublicBaseImageReleasedDate"),
                # A custom image's builder makes custom images (unproven [image_type_of_custom_builder]).
                "ImageType": base.attributes.get("ImageType"),
                "DynamicAppProvidersEnabled": "ENABLED" if request.dynamic_app_catalog else "DISABLED",
                "ManagedSoftwareIncluded": bool(software),
                "ImageSoftwareMetadata": graphics_drivers.metadata(base.graphics_driver),
            }
        ),
    )


def _application(entry: dict[str, Any]) -> dict[str, Any]:
    """The API's Application for an entry of the builder's application catalog."""
    return without_none(
        {
            "Name": entry.get("Name"),
            "DisplayName": entry.get("DisplayName"),
            "LaunchPath": entry.get("AbsoluteAppPath"),
            "LaunchParameters": entry.get("LaunchParameters"),
            "WorkingDirectory": entry.get("WorkingDirectory"),
            "Enabled": True,
        }
    )
