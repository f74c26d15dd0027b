# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The API operations on licence-included software. Each takes the back end and the request and returns the response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appstream_simulator.aws import image_access, licensed_software, software_deployment
from appstream_simulator.aws import software_association as associations
from appstream_simulator.aws.exceptions import ResourceNotFoundException
from appstream_simulator.aws.image_builder import ImageBuilder
from appstream_simulator.aws.pages import page
from appstream_simulator.aws.software_association import SoftwareAssociation
from appstream_simulator.aws.states import check_state
from appstream_simulator.aws.unproven import refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]
Response = dict[str, Any]


def associate_software_to_image_builder(backend: AppStreamBackend, request: Request) -> Response:
    """AssociateSoftwareToImageBuilder: stages software for installation. Nothing is installed yet."""
    names = _known_names(request)
    builder = _allowed(backend, "AssociateSoftwareToImageBuilder", request)
    licensed_software.check_agent(builder.agent_version)
    licensed_software.check_set([*associations.staying(builder.software), *names], builder.image.platform)
    for name in names:
        known = builder.software.get(name)
        status = known.status if known else None
        if status in associations.AFTER_ASSOCIATION:
            software_deployment.set_status(backend, builder, name, associations.AFTER_ASSOCIATION[status])
    return {}


def disassociate_software_from_image_builder(backend: AppStreamBackend, request: Request) -> Response:
    """DisassociateSoftwareFromImageBuilder: stages software for removal, or takes back what is only staged."""
    names = _known_names(request)
    builder = _allowed(backend, "DisassociateSoftwareFromImageBuilder", request)
    missing = [name for name in names if name not in builder.software]
    if missing:
        message = f"{', '.join(missing)} is not associated with the image builder {builder.name}."
        raise refusal("disassociating what is not associated", message)
    for name in names:
        known = builder.software.get(name)
        if known and known.status in associations.AFTER_DISASSOCIATION:
            software_deployment.set_status(backend, builder, name, associations.AFTER_DISASSOCIATION[known.status])
    return {}


def start_software_deployment_to_image_builder(backend: AppStreamBackend, request: Request) -> Response:
    """StartSoftwareDeploymentToImageBuilder."""
    builder = _allowed(backend, "StartSoftwareDeploymentToImageBuilder", request)
    if builder.next_image is not None:
        message = f"An image is being created from the image builder {builder.name}."
        raise refusal("deploying software while an image is begun", message)
    if not software_deployment.begin(backend, builder, request.get("RetryFailedDeployments", False)):
        message = f"There is nothing to deploy on the image builder {builder.name}."
        raise refusal("nothing to deploy", message)
    return {}


def describe_software_associations(backend: AppStreamBackend, request: Request) -> Response:
    """DescribeSoftwareAssociations of an image builder or an image."""
    arn = request["AssociatedResource"]
    return {**page("SoftwareAssociations", _associations(backend, arn), request), "AssociatedResource": arn}


def _associations(backend: AppStreamBackend, arn: str) -> list[SoftwareAssociation]:
    kind = arn.split(":", 5)[-1].split("/")[0]
    if kind not in ("image", "image-builder"):
        raise refusal("software of another kind of resource", f"{arn} is not an image or an image builder.")
    for builder in backend.image_builders.values():
        if builder.arn == arn:
            return list(builder.software.values())
    image = image_access.seen(backend, arn)
    if image is None:
        raise ResourceNotFoundException(f"The resource {arn} does not exist.")
    return [SoftwareAssociation(name, serial, associations.INSTALLED) for serial, name in enumerate(image.software)]


def _known_names(request: Request) -> list[str]:
    names = list(dict.fromkeys(request["SoftwareNames"]))
    if not names:
        raise refusal("no software named", "SoftwareNames must not be empty.")
    licensed_software.check_names(names)
    return names


def _allowed(backend: AppStreamBackend, operation: str, request: Request) -> ImageBuilder:
    builder = backend.image_builder(request["ImageBuilderName"])
    check_state(operation, builder.name, builder.state)
    return builder
