# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The API operations on fleets. Each takes the back end and the validated request and returns the response."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from appstream_simulator.aws import fleet_capacity, fleet_lifecycle, fleet_placement, image_access, placement, quotas
from appstream_simulator.aws.exceptions import (
    ResourceAlreadyExistsException,
    ResourceInUseException,
    ResourceNotAvailableException,
)
from appstream_simulator.aws.fleet import Fleet
from appstream_simulator.aws.fleet_states import check_state, check_update
from appstream_simulator.aws.pages import page
from appstream_simulator.aws.stack_operations import stacks_of
from appstream_simulator.aws.unproven import found_or_missing, refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]
Response = dict[str, Any]


def create_fleet(backend: AppStreamBackend, request: Request) -> Response:
    """CreateFleet. The fleet is STOPPED."""
    name = request["Name"]
    if name in backend.fleets:
        raise ResourceAlreadyExistsException(f"A fleet with the name {name} already exists.")
    settings, image = fleet_placement.created(backend, request)
    quotas.check_count("fleet", len(backend.fleets), backend.simulation.settings.fleet_quota)
    fleet = Fleet(
        name=name,
        arn=backend.arn(f"fleet/{name}"),
        serial=next(backend.serials),
        settings=settings,
        image=image,
        created=backend.simulation.clock.now(),
    )
    quotas.check_capacity(backend, fleet)
    backend.fleets[name] = fleet
    backend.tags[fleet.arn] = dict(request.get("Tags", {}))
    return {"Fleet": fleet.describe()}


def describe_fleets(backend: AppStreamBackend, request: Request) -> Response:
    """DescribeFleets."""
    names = request.get("Names")
    found = found_or_missing("missing_fleet", names, backend.fleet) if names else list(backend.fleets.values())
    return page("Fleets", found, request)


def update_fleet(backend: AppStreamBackend, request: Request) -> Response:
    """UpdateFleet. The model does not require the name; there is nothing to update without one."""
    if "Name" not in request:
        raise refusal("no fleet named", "The name of the fleet is missing.")
    fleet = backend.fleet(request["Name"])
    deleted = {fleet_placement.ATTRIBUTES[attribute] for attribute in request.get("AttributesToDelete", [])}
    legacy = {"VpcConfig"} if request.get("DeleteVpcConfig") else set()
    check_update(fleet, set(request) - {"Name", "AttributesToDelete", "DeleteVpcConfig"}, deleted | legacy)
    settings, image = fleet_placement.updated(backend, fleet, request)
    quotas.check_capacity(backend, dataclasses.replace(fleet, settings=settings))
    fleet.settings, fleet.image = settings, image
    fleet_capacity.replace_outdated(backend, fleet)
    fleet_capacity.reconcile(backend, fleet)
    return {"Fleet": fleet.describe()}


def start_fleet(backend: AppStreamBackend, request: Request) -> Response:
    """StartFleet."""
    fleet = _allowed(backend, "StartFleet", request)
    image = fleet.image
    if image is not None:
        image_access.require_available(image)
        if not image_access.may_use(backend, image, "fleet"):
            raise ResourceNotAvailableException(f"The image {image.name} is not shared with this account any more.")
    placement.check_role(backend, fleet.settings.get("IamRoleArn"))
    fleet_lifecycle.start(backend, fleet)
    return {}


def stop_fleet(backend: AppStreamBackend, request: Request) -> Response:
    """StopFleet."""
    fleet_lifecycle.stop(backend, _allowed(backend, "StopFleet", request))
    return {}


def delete_fleet(backend: AppStreamBackend, request: Request) -> Response:
    """DeleteFleet."""
    fleet = backend.fleet(request["Name"])
    stacks = stacks_of(backend, fleet.name)
    if stacks:
        message = f"The fleet {fleet.name} is associated with the stack {', '.join(stacks)}."
        raise ResourceInUseException(message)
    check_state("DeleteFleet", fleet)
    fleet_lifecycle.delete(backend, fleet)
    return {}


def _allowed(backend: AppStreamBackend, operation: str, request: Request) -> Fleet:
    fleet = backend.fleet(request["Name"])
    check_state(operation, fleet)
    return fleet
