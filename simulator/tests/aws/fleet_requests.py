# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What most tests of fleets begin with."""

from __future__ import annotations

from typing import Any

from simulated_aws import BASE_IMAGE, Network, Simulator

ELASTIC = {"FleetType": "ELASTIC", "Platform": "WINDOWS_SERVER_2019", "MaxConcurrentSessions": 2}


def create_fleet(appstream: Any, name: str = "fleet", **options: Any) -> dict[str, Any]:
    """CreateFleet with what it needs at least."""
    request: dict[str, Any] = {"InstanceType": "stream.standard.medium", **options}
    if options.get("FleetType") != "ELASTIC":
        request.setdefault("ComputeCapacity", {"DesiredInstances": 2})
        if "ImageArn" not in options:
            request.setdefault("ImageName", BASE_IMAGE)
    fleet: dict[str, Any] = appstream.create_fleet(Name=name, **request)["Fleet"]
    return fleet


def describe_fleet(appstream: Any, name: str = "fleet") -> dict[str, Any]:
    """The one fleet of this name."""
    (fleet,) = appstream.describe_fleets(Names=[name])["Fleets"]
    return dict(fleet)


def run_fleet(simulator: Simulator, name: str = "fleet", **options: Any) -> None:
    """A fleet that is RUNNING with all its instances, associated with the stack `stack`."""
    appstream = simulator.client()
    create_fleet(appstream, name, **options)
    if not simulator.control("GET", "state")["fleets"][1:]:
        appstream.create_stack(Name="stack")
    appstream.associate_fleet(FleetName=name, StackName="stack")
    appstream.start_fleet(Name=name)
    simulator.advance(1000)


def begin_session(simulator: Simulator, fleet: str = "fleet", user: str = "anna", **body: Any) -> dict[str, Any]:
    """A user comes."""
    session: dict[str, Any] = simulator.control(
        "POST", "sessions", {"fleet": fleet, "stack": "stack", "user": user, **body}
    )
    return session


def images_of_instances(simulator: Simulator) -> list[str]:
    """What the instances of the only fleet were provisioned with."""
    (fleet,) = simulator.control("GET", "state")["fleets"]
    return [instance["ImageName"] for instance in fleet["Instances"]]


def elastic_network(simulator: Simulator, network: Network) -> dict[str, list[str]]:
    """VpcConfig with subnets in two Availability Zones."""
    ec2 = simulator.client("ec2")
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]
    (taken,) = ec2.describe_subnets(SubnetIds=[network.subnet])["Subnets"]
    other = next(zone for zone in zones if zone != taken["AvailabilityZone"])
    second = ec2.create_subnet(VpcId=network.vpc, CidrBlock="127.77.2.0/24", AvailabilityZone=other)["Subnet"]
    return {"SubnetIds": [network.subnet, second["SubnetId"]]}
