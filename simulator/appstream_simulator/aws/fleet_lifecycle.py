# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How fleets get from state to state.

Sources: the states of the service model; reports that a fleet which cannot be provisioned stays STARTING for ever with
FleetErrors, or is STOPPED again without any (a quota of 0). Unproven [fleet_running_after_fixed_time,
fleet_errors_cleared_by_start]: that a fleet is RUNNING after a time of its own, however many of its instances are ready
by then, and that an error is reported at that time; that the errors of one start are gone with the next one. All
functions are called with the simulation's lock held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appstream_simulator.aws import domain_join, fleet_capacity, image_access, machines, network, placement, sessions
from appstream_simulator.aws.exceptions import AppStreamError
from appstream_simulator.aws.fleet import Fleet

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

_INTERNET = "No internet gateway is attached to the VPC of the subnet."


def start(backend: AppStreamBackend, fleet: Fleet) -> None:
    """STARTING to RUNNING, or to where a problem leads."""
    fleet.errors = []
    fleet.enter("STARTING")
    visit = fleet.visit

    def arrive(_: float) -> None:
        if fleet.visit == visit:
            _arrive(backend, fleet)

    backend.timetable.at(backend.simulation.clock.now() + backend.simulation.duration("fleet_starting"), arrive)
    fleet_capacity.reconcile(backend, fleet)


def stop(backend: AppStreamBackend, fleet: Fleet) -> None:
    """STOPPING to STOPPED; sessions end at once. A fleet that is STOPPED stays so."""
    if fleet.state == "STOPPED":
        return
    fleet.enter("STOPPING")
    fleet.errors = []
    _empty(backend, fleet)
    visit = fleet.visit

    def arrive(_: float) -> None:
        if fleet.visit == visit:
            fleet.enter("STOPPED")

    backend.timetable.at(backend.simulation.clock.now() + backend.simulation.duration("fleet_stopping"), arrive)


def delete(backend: AppStreamBackend, fleet: Fleet) -> None:
    """Gone at once: there is no state for it."""
    fleet.enter("GONE")
    del backend.fleets[fleet.name]
    backend.tags.pop(fleet.arn, None)


def _arrive(backend: AppStreamBackend, fleet: Fleet) -> None:
    if machines.never_starts(fleet.image):
        return  # it stays STARTING: no instance ever comes
    outcome = backend.simulation.outcomes.take("fleet", fleet.name)
    error = (outcome.error_code, outcome.text) if outcome else _problem(backend, fleet)
    if error is None:
        fleet.enter("RUNNING")
        return
    code, message = error
    _empty(backend, fleet)
    if code:
        fleet.fail(code, message)
    if outcome is not None and outcome.state == "STOPPED":
        fleet.enter("STOPPED")


def _empty(backend: AppStreamBackend, fleet: Fleet) -> None:
    """End all sessions and terminate all instances."""
    for session in list(fleet.sessions):
        sessions.end(backend, fleet, session)
    for instance in list(fleet.instances):
        fleet_capacity.terminate(fleet, instance)


def _problem(backend: AppStreamBackend, fleet: Fleet) -> tuple[str, str] | None:
    """Code and message of the first thing that keeps instances from being provisioned, None when nothing does."""
    if fleet.image is not None:
        usable = fleet.image.state == "AVAILABLE" and image_access.may_use(backend, fleet.image, "fleet")
        if not usable:
            return "IMAGE_NOT_FOUND", f"The image {fleet.image.name} is not available."
    try:
        placement.check_role(backend, fleet.settings.get("IamRoleArn"))
    except AppStreamError as error:
        return "MACHINE_ROLE_IS_MISSING", error.message
    return _network_problem(backend, fleet) or _domain_problem(backend, fleet)


def _network_problem(backend: AppStreamBackend, fleet: Fleet) -> tuple[str, str] | None:
    account, region = backend.account_id, backend.region_name
    config = fleet.settings.get("VpcConfig", {})
    for subnet in config.get("SubnetIds", []):
        if network.find_subnet(account, region, subnet) is None:
            return "SUBNET_NOT_FOUND", f"The subnet {subnet} does not exist."
        if fleet.settings.get("EnableDefaultInternetAccess") and not network.has_internet_gateway(
            account, region, subnet
        ):
            return "IGW_NOT_ATTACHED", _INTERNET
    for group in config.get("SecurityGroupIds", []):
        if network.find_security_group(account, region, group) is None:
            return "SECURITY_GROUPS_NOT_FOUND", f"The security group {group} does not exist."
    return None


def _domain_problem(backend: AppStreamBackend, fleet: Fleet) -> tuple[str, str] | None:
    """Instances of fleets are never really joined, also with the setting `active_directory`."""
    join = fleet.settings.get("DomainJoinInfo")
    if not join:
        return None
    config = backend.directory_configs[join["DirectoryName"]]
    try:
        in_vpc = "VpcConfig" in fleet.settings
        domain_join.check(config, join["OrganizationalUnitDistinguishedName"], in_vpc)
    except domain_join.DomainJoinError as error:
        return error.code, str(error)
    return None
