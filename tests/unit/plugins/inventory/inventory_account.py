# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What tests of the inventory plug-in have in the simulated AWS, and how they look at an inventory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.inventory.data import InventoryData
from simulated_account import Simulated

PLUGIN = "euc.appstream.image_builders"
REGION, OTHER_REGION = "eu-west-1", "eu-central-1"
IMAGE = "AppStream-WinServer2022-09-09-2026"
SECRET = "not-a-secret-but-nobody-may-see-it"
Read = Callable[..., InventoryData]


def create(simulated: Simulated, name: str, region: str = REGION, in_vpc: bool = True, **options: Any) -> None:
    """Create an image builder; it is RUNNING after `simulated.advance(900)`."""
    vpc = {"VpcConfig": {"SubnetIds": [subnet(simulated, region)]}} if in_vpc else {}
    request = {"InstanceType": "stream.standard.medium", "ImageName": IMAGE, **vpc, **options}
    simulated.client("appstream", region=region).create_image_builder(Name=name, **request)


def subnet(simulated: Simulated, region: str) -> str:
    ec2 = simulated.client("ec2", region=region)
    found = [one for one in ec2.describe_subnets()["Subnets"] if one["CidrBlock"] == "127.77.1.0/24"]
    if not found:
        vpc = ec2.create_vpc(CidrBlock="127.77.0.0/16")["Vpc"]["VpcId"]
        found = [ec2.create_subnet(VpcId=vpc, CidrBlock="127.77.1.0/24")["Subnet"]]
    return str(found[0]["SubnetId"])


def running(simulated: Simulated, *names: str, **options: Any) -> None:
    for name in names:
        create(simulated, name, **options)
    simulated.advance(900)
    simulated.server.calls.clear()


def calls(simulated: Simulated) -> list[str]:
    return [str(call["operation"]) for call in simulated.server.calls.entries()]


def groups(inventory: InventoryData, host: str) -> set[str]:
    return {group.name for group in inventory.get_host(host).get_groups()} - {"all"}
