# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CreateImportedImage: an image made of an EC2 AMI.

Sources: developer guide, "Import Image" and "Applications Details", and the service model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appstream_simulator.aws import agent_versions, lifecycle, placement, quotas, source_ami
from appstream_simulator.aws.exceptions import (
    DryRunOperationException,
    SimulatorNotImplemented,
)
from appstream_simulator.aws.image import Image, without_none
from appstream_simulator.aws.instance_types import CUSTOM_FAMILIES, instance_family
from appstream_simulator.aws.unproven import default_agent_of_imported_images, refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]
Response = dict[str, Any]


def create_imported_image(backend: AppStreamBackend, request: Request) -> Response:
    """CreateImportedImage. The order of the checks, and that a dry run makes them all, are unproven
    [import_checks_order, import_dry_run_checks]."""
    _check_source(request)
    name = request["Name"]
    backend.require_new_image_name(name)
    quotas.check_images(backend)
    placement.check_role(backend, request["IamRoleArn"])
    _check_catalog(request.get("AppCatalogConfig", []))
    _check_validation(request.get("RuntimeValidationConfig", {}))
    ami = source_ami.find(backend, request["SourceAmiId"])
    if request.get("DryRun"):
        raise DryRunOperationException("Request would have succeeded, but DryRun flag is set.")
    image = _image(backend, request, ami)
    backend.images[name] = image
    backend.tags[image.arn] = dict(request.get("Tags", {}))
    _import(backend, image, "RuntimeValidationConfig" in request)
    return {"Image": image.describe()}


def _check_source(request: Request) -> None:
    if ("SourceAmiId" in request) == ("WorkspaceImageId" in request):
        message = "Exactly one of SourceAmiId and WorkspaceImageId must be specified."
        raise refusal("not exactly one of SourceAmiId and WorkspaceImageId", message)
    if "WorkspaceImageId" in request:
        raise SimulatorNotImplemented("The simulator has no Amazon WorkSpaces whose images could be imported.")
    if "IamRoleArn" not in request:
        # "Required for EC2 AMI import"
        raise refusal("importing an AMI without a role", "The IamRoleArn must be specified to import an AMI.")


def _check_catalog(applications: list[dict[str, Any]]) -> None:
    """Names "must be unique in a given AppCatalogConfig". Whether the paths are checked is unproven
    [import_checks_paths]: here, not."""
    names = [application["Name"] for application in applications]
    if len(set(names)) < len(names):
        raise refusal("application named twice", "The names in AppCatalogConfig must be unique.")


def _check_validation(validation: dict[str, str]) -> None:
    instance_type = validation.get("IntendedInstanceType")
    if instance_type is not None and instance_family(instance_type) not in CUSTOM_FAMILIES:
        raise placement.unsupported_combination(instance_type, CUSTOM_FAMILIES)


def _image(backend: AppStreamBackend, request: Request, ami: Any) -> Image:
    # An AMI that was exported from an image has what that image had on its disk.
    exported = next((task.image for task in backend.export_tasks.values() if task.ami_id == ami.id), None)
    agent = request.get("AgentSoftwareVersion", default_agent_of_imported_images())
    return Image(
        name=request["Name"],
        arn=backend.arn(f"image/{request['Name']}"),
        serial=next(backend.serials),
        state="IMPORTING",
        visibility="PRIVATE",
        created=backend.simulation.clock.now(),
        agent_version=agent_versions.VERSIONS[-1],
        latest_agent=agent == "ALWAYS_LATEST",
        families=list(CUSTOM_FAMILIES),
        platform=exported.platform if exported else source_ami.platform(ami),
        root_volume_gb=source_ami.root_volume_gb(ami),
        disk=exported.disk if exported else None,
        attributes=without_none(
            {
                "DisplayName": request.get("DisplayName") or None,
                "Description": request.get("Description") or None,
                # "Optionally, use Image Builder for additional image customization"
                "ImageBuilderSupported": True,
                "Applications": [_application(entry) for entry in request.get("AppCatalogConfig", [])],
                "DynamicAppProvidersEnabled": "DISABLED",
                "ManagedSoftwareIncluded": False,
                "ImageType": "CUSTOM",
            }
        ),
    )


def _application(entry: dict[str, str]) -> dict[str, Any]:
    return without_none(
        {
            "Name": entry["Name"],
            "DisplayName": entry.get("DisplayName") or entry["Name"],
            "LaunchPath": entry["AbsoluteAppPath"],
            "LaunchParameters": entry.get("LaunchParameters") or None,
            "WorkingDirectory": entry.get("WorkingDirectory") or None,
            "Enabled": True,
        }
    )


def _import(backend: AppStreamBackend, image: Image, validates: bool) -> None:
    """IMPORTING, with runtime validation VALIDATING, to AVAILABLE or FAILED. When it is to fail, it does at the end."""
    duration = backend.simulation.duration
    imported = backend.simulation.clock.now() + duration("IMPORTING")

    def finish(due: float) -> None:
        lifecycle.finish_image(backend, image, "IMAGE_IMPORT_FAILURE", due)

    if not validates:
        backend.timetable.at(imported, finish)
        return
    backend.timetable.at(imported, lambda _: setattr(image, "state", "VALIDATING"))
    backend.timetable.at(imported + duration("VALIDATING"), finish)
