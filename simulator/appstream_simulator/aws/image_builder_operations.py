# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The API operations on image builders. Each takes the back end and the validated request and returns the response."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from appstream_simulator.aws import agent_access, lifecycle, machines, placement, quotas, software_deployment
from appstream_simulator.aws.exceptions import ResourceAlreadyExistsException
from appstream_simulator.aws.image import timestamp
from appstream_simulator.aws.image_builder import ImageBuilder
from appstream_simulator.aws.machine_request import machine_request
from appstream_simulator.aws.pages import page
from appstream_simulator.aws.states import check_state
from appstream_simulator.aws.unproven import found_or_missing, refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]
Response = dict[str, Any]

# CreateImageBuilderStreamingURL.Validity in the service model: the documentation gives range and default.
_VALIDITY_SECONDS = range(1, 604801)
_DEFAULT_VALIDITY = 3600


def create_image_builder(backend: AppStreamBackend, request: Request) -> Response:
    """CreateImageBuilder."""
    name = request["Name"]
    if name in backend.image_builders:
        raise ResourceAlreadyExistsException(f"An image builder with the name {name} already exists.")
    image = placement.find_image(backend, request)
    placement.check(backend, request, image)
    if "AgentAccessConfig" in request:
        agent_access.check(request["AgentAccessConfig"])
    quotas.check_image_builders(backend, request["InstanceType"])
    builder = ImageBuilder(
        name=name,
        arn=backend.arn(f"image-builder/{name}"),
        serial=next(backend.serials),
        request=request,
        image=image,
        created=backend.simulation.clock.now(),
        agent_version=image.agent_version,
        display_name=request.get("DisplayName"),
        description=request.get("Description"),
        agent_access=request.get("AgentAccessConfig"),
    )
    backend.image_builders[name] = builder
    backend.tags[builder.arn] = dict(request.get("Tags", {}))
    software_deployment.prepare(backend, builder)
    machines.create(backend, builder, lambda: machine_request(backend, builder))
    version = placement.agent_version(request.get("AppstreamAgentVersion"), image.agent_version)
    lifecycle.start(backend, builder, version)
    return {"ImageBuilder": builder.describe()}


def describe_image_builders(backend: AppStreamBackend, request: Request) -> Response:
    """DescribeImageBuilders."""
    names = request.get("Names")
    found = (
        found_or_missing("missing_image_builder", names, backend.image_builder)
        if names
        else list(backend.image_builders.values())
    )
    return page("ImageBuilders", found, request)


def start_image_builder(backend: AppStreamBackend, request: Request) -> Response:
    """StartImageBuilder."""
    builder = _allowed(backend, "StartImageBuilder", request)
    version = placement.agent_version(request.get("AppstreamAgentVersion"), builder.agent_version)
    lifecycle.start(backend, builder, version)
    return {"ImageBuilder": builder.describe()}


def stop_image_builder(backend: AppStreamBackend, request: Request) -> Response:
    """StopImageBuilder."""
    builder = _allowed(backend, "StopImageBuilder", request)
    lifecycle.stop(backend, builder)
    return {"ImageBuilder": builder.describe()}


def delete_image_builder(backend: AppStreamBackend, request: Request) -> Response:
    """DeleteImageBuilder."""
    builder = _allowed(backend, "DeleteImageBuilder", request)
    lifecycle.delete(backend, builder)
    return {"ImageBuilder": builder.describe()}


def update_image_builder(backend: AppStreamBackend, request: Request) -> Response:
    """UpdateImageBuilder."""
    builder = _allowed(backend, "UpdateImageBuilder", request)
    builder.agent_access = agent_access.updated(builder.agent_access, request)
    builder.display_name = request.get("DisplayName", builder.display_name)
    builder.description = request.get("Description", builder.description)
    return {"ImageBuilder": builder.describe()}


def create_image_builder_streaming_url(backend: AppStreamBackend, request: Request) -> Response:
    """CreateImageBuilderStreamingURL. The URL has the real one's form and leads nowhere."""
    validity = request.get("Validity", _DEFAULT_VALIDITY)
    if validity not in _VALIDITY_SECONDS:
        message = f"Validity must be between 1 and 604800 seconds, not {validity}."
        raise refusal("streaming URL validity out of range", message)
    _allowed(backend, "CreateImageBuilderStreamingURL", request)
    token = secrets.token_urlsafe(48)
    return {
        "StreamingURL": f"https://appstream2.{backend.region_name}.aws.amazon.com/authenticate?parameters={token}",
        "Expires": timestamp(backend.simulation.clock.now() + validity),
    }


def _allowed(backend: AppStreamBackend, operation: str, request: Request) -> ImageBuilder:
    builder = backend.image_builder(request["Name"])
    check_state(operation, builder.name, builder.state)
    return builder
