# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Streaming instances of fleets: provisioned, used, replaced, terminated. An elastic fleet has none of its own.

Sources: developer guide, "Update a Fleet" (a changed image: unused instances are replaced periodically, others once
their sessions have ended), "Create a Fleet" (other sessions per instance: "the existing user sessions and instances
will not be impacted, but the fleet will become consistent with the new value"), "Manage Multi-Session Fleet Instances"
and "Fleet Usage Metrics"; the service model for the members of ComputeCapacityStatus; the acceptance tests of
Terraform's AWS provider, which run against the real service, for DesiredUserSessions: it is what was asked for, though
the model calls it the slots that are running or pending. Unproven [instances_from_start_on,
on_demand_running_counts_in_use]: that instances are provisioned from StartFleet on, one some seconds after the other;
that the Running of an On-Demand fleet counts the instances in use, the others being stopped.
All functions are called with the simulation's lock held.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from appstream_simulator.aws import machines, network
from appstream_simulator.aws.fleet_instance import FleetInstance

if TYPE_CHECKING:
    from appstream_simulator.aws.fleet import Fleet
    from appstream_simulator.aws.models import AppStreamBackend


def reconcile(backend: AppStreamBackend, fleet: Fleet) -> None:
    """Provision instances that are missing and terminate unused ones that are too many; busy ones go when they end."""
    if fleet.state not in ("STARTING", "RUNNING") or fleet.is_elastic:
        return
    missing = fleet.desired_instances - len(fleet.instances)
    for position in range(missing):
        _provision(backend, fleet, position)
    # The youngest first: they may not even be ready.
    unused = [instance for instance in reversed(fleet.instances) if not instance.sessions]
    for instance in unused[: max(-missing, 0)]:
        terminate(fleet, instance)


def terminate(fleet: Fleet, instance: FleetInstance) -> None:
    """An instance is gone, with its network interface."""
    fleet.instances.remove(instance)
    if instance.network_interface is not None:
        instance.network_interface.delete()
        instance.network_interface = None


def replace_outdated(backend: AppStreamBackend, fleet: Fleet) -> None:
    """Instances of before an update that have no users are replaced after a while."""
    due = backend.simulation.clock.now() + backend.simulation.duration("idle_instance_replacement")
    for instance in list(fleet.instances):
        if _is_outdated(fleet, instance):
            _replace_later(backend, fleet, instance, due)


def session_ended(backend: AppStreamBackend, fleet: Fleet, instance: FleetInstance) -> None:
    """An instance of a single-session fleet is never used twice, one of a multi-session fleet while up to date."""
    if instance not in fleet.instances or instance.sessions:
        return
    if fleet.is_multi_session and not instance.is_draining and not _is_outdated(fleet, instance):
        return
    terminate(fleet, instance)
    reconcile(backend, fleet)


def free_instance(fleet: Fleet) -> FleetInstance | None:
    """An instance that can take a user, None when there is none."""
    return next((instance for instance in fleet.instances if _free_slots(instance)), None)


def status(fleet: Fleet) -> dict[str, int]:
    """The API's ComputeCapacityStatus."""
    ready = [instance for instance in fleet.instances if instance.is_ready]
    in_use = [instance for instance in ready if instance.sessions]
    counts = {
        "Desired": fleet.desired_instances,
        "Running": len(in_use if fleet.type == "ON_DEMAND" else ready),
        "InUse": len(in_use),
        "Available": len([instance for instance in ready if _free_slots(instance)]),
    }
    return {**counts, **_session_counts(fleet, ready)} if fleet.is_multi_session else counts


def _session_counts(fleet: Fleet, ready: list[FleetInstance]) -> dict[str, int]:
    draining = [instance for instance in ready if instance.is_draining]
    serving = [instance for instance in ready if not instance.is_draining]
    actual = sum(instance.slots for instance in serving)
    active = sum(len(instance.sessions) for instance in serving)
    drained = sum(len(instance.sessions) for instance in draining)
    return {
        "DesiredUserSessions": fleet.settings["ComputeCapacity"]["DesiredSessions"],
        "ActualUserSessions": actual,
        "ActiveUserSessions": active,
        "AvailableUserSessions": actual - active,
        "Draining": len(draining),
        "DrainModeActiveUserSessions": drained,
        "DrainModeUnusedUserSessions": sum(instance.slots for instance in draining) - drained,
    }


def _free_slots(instance: FleetInstance) -> int:
    if not instance.is_ready or instance.is_draining:
        return 0
    return instance.slots - len(instance.sessions)


def _is_outdated(fleet: Fleet, instance: FleetInstance) -> bool:
    return instance.image is not fleet.image or instance.slots != fleet.slots_per_instance


def _provision(backend: AppStreamBackend, fleet: Fleet, position: int) -> None:
    instance = FleetInstance(id=f"i-{secrets.token_hex(9)[:17]}", image=fleet.image, slots=fleet.slots_per_instance)
    fleet.instances.append(instance)
    duration = backend.simulation.duration
    due = duration("instance_provisioning") + position * duration("between_instances")
    backend.timetable.at(backend.simulation.clock.now() + due, lambda _: _provisioned(backend, fleet, instance))


def _provisioned(backend: AppStreamBackend, fleet: Fleet, instance: FleetInstance) -> None:
    # Terminated in the meantime, or the fleet has a problem of its own.
    if instance not in fleet.instances or fleet.state not in ("STARTING", "RUNNING"):
        return
    if machines.never_starts(instance.image):
        return
    try:
        connect(backend, fleet, instance)
    except network.NetworkError as error:
        fleet.fail(error.code, str(error))
        terminate(fleet, instance)
        return
    instance.is_ready = True


def connect(backend: AppStreamBackend, fleet: Fleet, instance: FleetInstance) -> None:
    """Give an instance a network interface in the fleet's subnets, in turn.

    Raises:
        NetworkError: none can be made.
    """
    config = fleet.settings.get("VpcConfig")
    if not config:
        return
    subnets = config["SubnetIds"]
    one = {**config, "SubnetIds": [subnets[sum(other.is_ready for other in fleet.instances) % len(subnets)]]}
    description = f"AppStream fleet {fleet.name}"
    account, region = backend.account_id, backend.region_name
    instance.network_interface = network.create_interface(account, region, one, description, None)


def _replace_later(backend: AppStreamBackend, fleet: Fleet, instance: FleetInstance, due: float) -> None:
    def replace(_: float) -> None:
        if instance in fleet.instances and not instance.sessions and _is_outdated(fleet, instance):
            terminate(fleet, instance)
            reconcile(backend, fleet)

    backend.timetable.at(due, replace)
