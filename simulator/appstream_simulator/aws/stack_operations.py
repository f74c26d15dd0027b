# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The API operations on stacks and on the fleets they offer. Each takes the back end and the validated request and
returns the response.

Sources: developer guide, "Stacks and Fleets" (a stack that has a fleet can be given no other one, and cannot be
deleted); the service model. A fleet may be that of several stacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appstream_simulator.aws import quotas, stack_settings
from appstream_simulator.aws.exceptions import (
    ResourceAlreadyExistsException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from appstream_simulator.aws.pages import page
from appstream_simulator.aws.stack import Stack
from appstream_simulator.aws.unproven import found_or_missing, refusal, require_accepted

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]
Response = dict[str, Any]


def stacks_of(backend: AppStreamBackend, fleet_name: str) -> list[str]:
    """The names of the stacks a fleet is associated with."""
    return sorted(stack for fleet, stack in backend.associations if fleet == fleet_name)


def fleets_of(backend: AppStreamBackend, stack_name: str) -> list[str]:
    """The names of the fleets associated with a stack, at most one."""
    return sorted(fleet for fleet, stack in backend.associations if stack == stack_name)


def create_stack(backend: AppStreamBackend, request: Request) -> Response:
    """CreateStack."""
    name = request["Name"]
    if name in backend.stacks:
        raise ResourceAlreadyExistsException(f"A stack with the name {name} already exists.")
    settings = stack_settings.created(backend, request)
    quotas.check_count("stack", len(backend.stacks), backend.simulation.settings.stack_quota)
    stack = Stack(
        name=name,
        arn=backend.arn(f"stack/{name}"),
        serial=next(backend.serials),
        created=backend.simulation.clock.now(),
        settings=settings,
    )
    backend.stacks[name] = stack
    backend.tags[stack.arn] = dict(request.get("Tags", {}))
    return {"Stack": stack.describe()}


def describe_stacks(backend: AppStreamBackend, request: Request) -> Response:
    """DescribeStacks."""
    names = request.get("Names")
    found = (
        found_or_missing("missing_stack", names, lambda name: _stack(backend, name))
        if names
        else list(backend.stacks.values())
    )
    return page("Stacks", found, request)


def update_stack(backend: AppStreamBackend, request: Request) -> Response:
    """UpdateStack. It is allowed in the middle of users' sessions: the guide speaks of no state of a stack."""
    stack = _stack(backend, request["Name"])
    stack.settings = stack_settings.updated(backend, stack.settings, request)
    return {"Stack": stack.describe()}


def delete_stack(backend: AppStreamBackend, request: Request) -> Response:
    """DeleteStack."""
    stack = _stack(backend, request["Name"])
    if fleets_of(backend, stack.name):
        # The text is the real service's.
        message = f"Cannot delete stack {stack.name}. This stack has fleets associated with it."
        raise ResourceInUseException(f"{message} Only stacks with no fleets associated with it can be deleted.")
    del backend.stacks[stack.name]
    backend.tags.pop(stack.arn, None)
    return {}


def associate_fleet(backend: AppStreamBackend, request: Request) -> Response:
    """AssociateFleet. The fleet's state does not matter."""
    fleet, stack = backend.fleet(request["FleetName"]), _stack(backend, request["StackName"])
    present = fleets_of(backend, stack.name)
    if fleet.name in present:
        message = f"The fleet {fleet.name} is already associated with the stack {stack.name}."
        raise refusal("associating an associated fleet", message)
    if present:
        message = f"The stack {stack.name} already has an associated fleet."
        raise refusal("associating a second fleet", message)
    backend.associations.add((fleet.name, stack.name))
    return {}


def disassociate_fleet(backend: AppStreamBackend, request: Request) -> Response:
    """DisassociateFleet."""
    fleet, stack = backend.fleet(request["FleetName"]), _stack(backend, request["StackName"])
    if fleet.name not in fleets_of(backend, stack.name):
        message = f"The fleet {fleet.name} is not associated with the stack {stack.name}."
        raise refusal("disassociating a fleet that is not associated", message)
    if any(session.stack == stack.name and session.state != "EXPIRED" for session in fleet.sessions):
        message = f"The fleet {fleet.name} has active sessions of the stack {stack.name}."
        raise refusal("disassociating a fleet with active sessions", message)
    backend.associations.discard((fleet.name, stack.name))
    return {}


def list_associated_fleets(backend: AppStreamBackend, request: Request) -> Response:
    """ListAssociatedFleets. The model lists no error, so a stack that does not exist has no fleets (unproven
    [fleets_of_no_stack])."""
    if request["StackName"] not in backend.stacks:
        require_accepted("fleets_of_no_stack", f"The stack {request['StackName']} does not exist.")
    fleets = [backend.fleets[name] for name in fleets_of(backend, request["StackName"])]
    return _names(page("Names", fleets, request))


def list_associated_stacks(backend: AppStreamBackend, request: Request) -> Response:
    """ListAssociatedStacks. The model lists no error, so a fleet that does not exist has no stacks (unproven
    [stacks_of_no_fleet])."""
    if request["FleetName"] not in backend.fleets:
        require_accepted("stacks_of_no_fleet", f"The fleet {request['FleetName']} does not exist.")
    stacks = [backend.stacks[name] for name in stacks_of(backend, request["FleetName"])]
    return _names(page("Names", stacks, request))


def _names(response: Response) -> Response:
    return {**response, "Names": [record["Name"] for record in response["Names"]]}


def _stack(backend: AppStreamBackend, name: str) -> Stack:
    try:
        return backend.stacks[name]
    except KeyError:
        raise ResourceNotFoundException(f"The stack {name} does not exist.") from None
