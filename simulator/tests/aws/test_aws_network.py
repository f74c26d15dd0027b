# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Network interfaces of image builders, as EC2 shows them."""

from __future__ import annotations

from typing import Any

from simulated_aws import Network, Simulator, create_builder, describe_builder


def interfaces(simulator: Simulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = simulator.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    return found


def test_interface_lives_as_long_as_the_instance(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config)
    assert interfaces(simulator) == []
    assert "NetworkAccessConfiguration" not in describe_builder(appstream)
    simulator.advance(600)
    access = describe_builder(appstream)["NetworkAccessConfiguration"]
    (interface,) = interfaces(simulator)
    assert interface["NetworkInterfaceId"] == access["EniId"]
    assert interface["PrivateIpAddress"] == access["EniPrivateIpAddress"] == simulator.machine("builder").address
    assert interface["SubnetId"] == network.subnet
    assert [group["GroupId"] for group in interface["Groups"]] == [network.group]
    assert interface["Status"] == "in-use"
    appstream.stop_image_builder(Name="builder")
    assert "NetworkAccessConfiguration" not in describe_builder(appstream)
    simulator.advance(120)
    assert interfaces(simulator) == []
    assert simulator.machine("builder").address is None


def test_address_is_another_one_after_a_restart(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config)
    addresses = []
    for _ in range(3):
        simulator.advance(600)
        addresses.append(describe_builder(appstream)["NetworkAccessConfiguration"]["EniPrivateIpAddress"])
        appstream.stop_image_builder(Name="builder")
        simulator.advance(120)
        appstream.start_image_builder(Name="builder")
    assert addresses[0] != addresses[1] != addresses[2]


def test_no_two_builders_share_an_address(simulator: Simulator, appstream: Any, network: Network) -> None:
    for number in range(5):
        create_builder(appstream, f"builder-{number}", VpcConfig=network.config)
    simulator.advance(600)
    addresses = {machine.address for machine in simulator.site.machines()}
    assert len(addresses) == 5
    assert addresses == {interface["PrivateIpAddress"] for interface in interfaces(simulator)}


def test_default_security_group(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig={"SubnetIds": [network.subnet]})
    simulator.advance(600)
    (interface,) = interfaces(simulator)
    assert [group["GroupName"] for group in interface["Groups"]] == ["default"]


def test_builder_without_vpc_is_reachable_by_no_one(simulator: Simulator, appstream: Any) -> None:
    create_builder(appstream)
    simulator.advance(600)
    builder = describe_builder(appstream)
    assert builder["State"] == "RUNNING"
    assert "NetworkAccessConfiguration" not in builder
    assert simulator.site.machines() == []
