# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be done to a fleet in which state, and what of it can be changed while it is running.

Sources: the service model (the documentation of UpdateFleet, and the errors each operation lists; it lists no
OperationNotPermittedException for StopFleet and DeleteFleet); the acceptance tests of Terraform's AWS provider, which
run against the real service, for MaxSessionsPerInstance of a RUNNING multi-session fleet (developer guide: "You can
also adjust the maximum sessions per instance for a fleet after it is provisioned"); issue 1017 of AWS CloudFormation's
coverage roadmap for how the service refuses what a RUNNING fleet has fixed. Unproven [stop_starting_fleet,
stop_stopped_fleet]: StopFleet on a fleet that is STARTING, which is the only way out for one that has FleetErrors and
stays so, and on one that is STOPPED, which Terraform's provider does before it deletes one; both are accepted here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from appstream_simulator.aws.exceptions import ResourceInUseException
from appstream_simulator.aws.unproven import is_accepted, refusal, require_accepted

if TYPE_CHECKING:
    from appstream_simulator.aws.fleet import Fleet

MOVING = frozenset({"STARTING", "STOPPING"})

LEGAL_STATES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "StartFleet": frozenset({"STOPPED"}),
        "StopFleet": frozenset({"RUNNING", "STARTING", "STOPPED"}),
        "DeleteFleet": frozenset({"STOPPED"}),
        "UpdateFleet": frozenset({"STOPPED", "RUNNING"}),
    }
)

# Assumptions about the states in which StopFleet is accepted though it is not RUNNING.
_STOPPABLE: Mapping[str, str] = MappingProxyType({"STARTING": "stop_starting_fleet", "STOPPED": "stop_stopped_fleet"})

_ALWAYS_ON = frozenset(
    {
        "DisplayName",
        "ComputeCapacity",
        "ImageArn",
        "ImageName",
        "IdleDisconnectTimeoutInSeconds",
        "DisconnectTimeoutInSeconds",
    }
)
UPDATABLE_WHILE_RUNNING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ALWAYS_ON": _ALWAYS_ON,
        "ON_DEMAND": _ALWAYS_ON,
        "ELASTIC": frozenset(
            {
                "DisplayName",
                "IdleDisconnectTimeoutInSeconds",
                "DisconnectTimeoutInSeconds",
                "MaxConcurrentSessions",
                "SessionScriptS3Location",
                "UsbDeviceFilterStrings",
            }
        ),
    }
)


def check_state(operation: str, fleet: Fleet) -> None:
    """Raise the service's error unless the operation is allowed in the fleet's state."""
    message = f"{operation} is not permitted: the fleet {fleet.name} is in state {fleet.state}."
    if operation == "StopFleet" and fleet.state in _STOPPABLE:
        require_accepted(_STOPPABLE[fleet.state], message)
    if fleet.state in LEGAL_STATES[operation]:
        return
    situation = f"{operation} while moving" if fleet.state in MOVING else f"{operation} in an idle state"
    if not is_accepted(situation):
        raise refusal(situation, message)


def check_update(fleet: Fleet, given: Collection[str], deleted: Collection[str]) -> None:
    """Raise the service's error unless these members can be set and those deleted in the fleet's state."""
    check_state("UpdateFleet", fleet)
    free = UPDATABLE_WHILE_RUNNING[fleet.type]
    adjustable = free | {"MaxSessionsPerInstance"} if fleet.is_multi_session else free
    if fleet.state == "RUNNING" and (set(given) - adjustable or set(deleted) - free):
        raise ResourceInUseException(must_be_stopped(fleet.name))


def must_be_stopped(name: str) -> str:
    """What the service says of a RUNNING fleet that has to be stopped for an update; the text is the real one's."""
    return (
        f"Cannot update the attribute for fleet {name} when it is ACTIVE. "
        "The fleet must be stopped to complete this action."
    )
