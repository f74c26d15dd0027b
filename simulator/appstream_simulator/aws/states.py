# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""In which state of an image builder each operation is allowed.

Source: developer guide, "Actions" of image builders (an action is only offered in the states below and never while the
builder is moving), and the errors each operation lists in the service model.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from appstream_simulator.aws.exceptions import AppStreamError
from appstream_simulator.aws.unproven import is_accepted, refusal, require_accepted

# The builder is on its way to another state.
MOVING = frozenset(
    {
        "PENDING",
        "UPDATING_AGENT",
        "STOPPING",
        "REBOOTING",
        "SNAPSHOTTING",
        "DELETING",
        "UPDATING",
        "PENDING_QUALIFICATION",
        "PENDING_SYNCING_APPS",
        "SYNCING_APPS",
        "PENDING_IMAGE_IMPORT",
    }
)

LEGAL_STATES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "StartImageBuilder": frozenset({"STOPPED"}),
        "StopImageBuilder": frozenset({"RUNNING"}),
        # The guide names STOPPED alone. The acceptance tests of Terraform's AWS provider, which run against the real
        # service, delete RUNNING ones; other tools delete FAILED ones, and their users would have no other way out.
        "DeleteImageBuilder": frozenset({"RUNNING", "STOPPED", "FAILED"}),
        "UpdateImageBuilder": frozenset({"STOPPED"}),
        "CreateImageBuilderStreamingURL": frozenset({"RUNNING"}),
        # The guide does not say in which state applications can be managed; the agent in the guest has to be there.
        "AssociateSoftwareToImageBuilder": frozenset({"RUNNING"}),
        "DisassociateSoftwareFromImageBuilder": frozenset({"RUNNING"}),
        "StartSoftwareDeploymentToImageBuilder": frozenset({"RUNNING"}),
    }
)

# The guest is up, or on its way back, at the address of its network interface. While licence-included software is
# deployed to a builder that was RUNNING the guest goes on running, but its address is not told (unproven
# [software_deployment_hides_address]).
REACHABLE = frozenset({"RUNNING", "REBOOTING"})


def check_state(operation: str, name: str, state: str) -> None:
    """Raise the service's error unless the operation is allowed on an image builder in this state."""
    if operation == "DeleteImageBuilder" and state == "RUNNING":
        require_accepted("delete_running_image_builder", f"The image builder {name} is RUNNING and has to be stopped.")
    if state in LEGAL_STATES[operation]:
        return
    situation = f"{operation} while moving" if state in MOVING else f"{operation} in an idle state"
    if is_accepted(situation):
        return
    raise _error(operation, situation, name, state)


def _error(operation: str, situation: str, name: str, state: str) -> AppStreamError:
    if "moving" in situation and operation != "CreateImageBuilderStreamingURL":
        return refusal(situation, f"The image builder {name} is in state {state}. Wait a few minutes and try again.")
    allowed = " or ".join(sorted(LEGAL_STATES[operation]))
    return refusal(situation, f"{operation} is not permitted: image builder {name} is {state}, it must be {allowed}.")
