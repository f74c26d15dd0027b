# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Fleets in the simulated AWS, whose time passes while module fleet waits."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import reconcile, waits
from simulated_account import Simulated

Run = Callable[..., dict[str, Any]]

IMAGE, OTHER_IMAGE = "AppStream-WinServer2022-09-09-2026", "AppStream-WinServer2022-03-17-2026"
OTHER_SYSTEM = "AppStream-WinServer2019-09-09-2026"
CREATION: dict[str, Any] = {
    "name": "design",
    "image_name": IMAGE,
    "instance_type": "stream.standard.medium",
    "compute_capacity": {"desired_instances": 2},
}


def let_time_pass(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """A virtual minute passes between two readings, and time-outs count virtual seconds."""
    clock = SimpleNamespace(monotonic=simulated.server.clock.now, sleep=lambda _seconds: simulated.advance(60))
    monkeypatch.setattr(waits, "time", clock)
    monkeypatch.setattr(reconcile, "time", clock)


def network_options(simulated: Simulated) -> dict[str, list[str]]:
    """The options on the network, with two subnets of the default VPC."""
    ec2 = simulated.client("ec2")
    subnets = ec2.describe_subnets()["Subnets"]
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [subnets[0]["VpcId"]]}])
    ids = sorted(subnet["SubnetId"] for subnet in subnets)[:2]
    return {"subnet_ids": ids, "security_group_ids": [groups["SecurityGroups"][0]["GroupId"]]}


def describe(simulated: Simulated, name: str = "design") -> dict[str, Any]:
    """The fleet as AWS reports it."""
    (found,) = simulated.client("appstream").describe_fleets(Names=[name])["Fleets"]
    return dict(found)


def called(simulated: Simulated) -> list[str]:
    """All operations called, in order."""
    return [str(call["operation"]) for call in simulated.server.calls.entries()]


def states_of(result: dict[str, Any]) -> list[str]:
    """The states a run has seen."""
    return [change["state"] for change in result["state_changes"]]


def associate(simulated: Simulated) -> None:
    """Give the fleet to a stack."""
    client = simulated.client("appstream")
    client.create_stack(Name="office")
    client.associate_fleet(FleetName="design", StackName="office")
