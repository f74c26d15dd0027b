# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be done to a fleet in which state, and what of it can be changed while it is running.

Source: the service model (the documentation of UpdateFleet, and the errors each operation lists). It lists no
OperationNotPermittedException for StopFleet and DeleteFleet. Unproven: StopFleet on a fleet that is STARTING, which is
the only way out for one that has FleetErrors and stays so, and on one that is STOPPED, which Terraform's provider does
before it deletes one; both are accepted here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from appstream_simulator.aws.unproven import refusal

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
    if fleet.state in LEGAL_STATES[operation]:
        return
    situation = f"{operation} while moving" if fleet.state in MOVING else f"{operation} in an idle state"
    raise refusal(situation, f"{operation} is not permitted: the fleet {fleet.name} is in state {fleet.state}.")


def check_update(fleet: Fleet, members: Collection[str]) -> None:
    """Raise the service's error unless these members can be changed in the fleet's state."""
    check_state("UpdateFleet", fleet)
    fixed = sorted(set(members) - UPDATABLE_WHILE_RUNNING[fleet.type])
    if fleet.state == "RUNNING" and fixed:
        message = f"The fleet {fleet.name} is RUNNING: stop it to update {', '.join(fixed)}."
        raise refusal("updating what a running fleet has fixed", message)
