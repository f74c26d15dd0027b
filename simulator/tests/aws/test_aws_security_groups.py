# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What security groups let in and out, and which DNS servers a subnet has."""

from __future__ import annotations

from typing import Any

import pytest
from appstream_simulator.aws import network as aws_network
from appstream_simulator.aws import security_groups
from appstream_simulator.aws.simulation import Simulation
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings, load
from appstream_simulator.windows.domain import join
from simulated_aws import REGION, Network, Simulator, create_builder
from stand_in_site import StandInSite

ACCOUNT = "123456789012"


def _admits(group: str, address: str = "10.1.2.3", port: int = 5985) -> bool:
    return security_groups.admits(ACCOUNT, REGION, [group], address, port)


def _lets_out(group: str, address: str = "10.1.2.3", protocol: str = "tcp", port: int = 389) -> bool:
    return security_groups.lets_out(ACCOUNT, REGION, [group], address, protocol, port)


@pytest.mark.parametrize(
    ("rule", "admitted"),
    [
        ({"IpProtocol": "tcp", "FromPort": 5985, "ToPort": 5986, "IpRanges": [{"CidrIp": "10.1.0.0/16"}]}, True),
        ({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, True),
        ({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.1.2.3/32"}]}, True),
        ({"IpProtocol": "tcp", "FromPort": 5986, "ToPort": 5986, "IpRanges": [{"CidrIp": "10.1.0.0/16"}]}, False),
        ({"IpProtocol": "udp", "FromPort": 5985, "ToPort": 5985, "IpRanges": [{"CidrIp": "10.1.0.0/16"}]}, False),
        ({"IpProtocol": "tcp", "FromPort": 5985, "ToPort": 5985, "IpRanges": [{"CidrIp": "10.1.2.4/32"}]}, False),
        ({"IpProtocol": "tcp", "FromPort": 5985, "ToPort": 5985, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}, False),
    ],
)
def test_inbound(rule: dict[str, Any], admitted: bool, simulator: Simulator, network: Network) -> None:
    assert not _admits(network.group)
    simulator.client("ec2").authorize_security_group_ingress(GroupId=network.group, IpPermissions=[rule])
    assert _admits(network.group) is admitted


def test_inbound_from_another_group(simulator: Simulator, network: Network) -> None:
    ec2 = simulator.client("ec2")
    source = ec2.create_security_group(GroupName="controllers", Description="d", VpcId=network.vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 5985, "ToPort": 5985, "UserIdGroupPairs": [{"GroupId": source}]}
    ec2.authorize_security_group_ingress(GroupId=network.group, IpPermissions=[rule])
    address = "127.77.1.200"
    assert not _admits(network.group, address)
    ec2.create_network_interface(SubnetId=network.subnet, PrivateIpAddress=address, Groups=[source])
    assert _admits(network.group, address)
    assert not _admits(network.group, "127.77.1.201")


def test_inbound_from_a_prefix_list(simulator: Simulator, network: Network) -> None:
    ec2 = simulator.client("ec2")
    prefixes = ec2.create_managed_prefix_list(
        PrefixListName="controllers", AddressFamily="IPv4", MaxEntries=2, Entries=[{"Cidr": "10.1.2.0/24"}]
    )["PrefixList"]["PrefixListId"]
    rule = {"IpProtocol": "tcp", "FromPort": 5985, "ToPort": 5985, "PrefixListIds": [{"PrefixListId": prefixes}]}
    ec2.authorize_security_group_ingress(GroupId=network.group, IpPermissions=[rule])
    assert _admits(network.group)
    assert not _admits(network.group, "10.1.3.1")


def test_outbound(simulator: Simulator, network: Network) -> None:
    ec2 = simulator.client("ec2")
    assert _lets_out(network.group)
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=network.group, IpPermissions=everything)
    assert not _lets_out(network.group)
    rule = {"IpProtocol": "udp", "FromPort": 389, "ToPort": 389, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_egress(GroupId=network.group, IpPermissions=[rule])
    assert _lets_out(network.group, protocol="udp")
    assert not _lets_out(network.group)


def test_groups_of_an_interface(simulator: Simulator, network: Network, appstream: Any) -> None:
    create_builder(appstream, "with", VpcConfig=network.config)
    create_builder(appstream, "without", VpcConfig={"SubnetIds": [network.subnet]})
    simulator.advance(600)
    groups = simulator.client("ec2").describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"]
    found = {}
    for name in ("with", "without"):
        interface = appstream.describe_image_builders(Names=[name])["ImageBuilders"][0]["NetworkAccessConfiguration"]
        moto = aws_network.ec2_backends[ACCOUNT][REGION].enis[interface["EniId"]]
        found[name] = security_groups.of_interface(ACCOUNT, REGION, moto)
    assert found == {"with": [network.group], "without": [groups[0]["GroupId"]]}


@pytest.mark.parametrize(
    ("given", "servers"),
    [
        (None, []),
        ([], []),
        (["AmazonProvidedDNS"], []),
        (["10.0.0.10", "10.0.0.11"], ["10.0.0.10", "10.0.0.11"]),
    ],
)
def test_name_servers(given: list[str] | None, servers: list[str], simulator: Simulator, network: Network) -> None:
    ec2 = simulator.client("ec2")
    if given is not None:
        configuration = [{"Key": "domain-name", "Values": ["example.com"]}]
        configuration += [{"Key": "domain-name-servers", "Values": given}] if given else []
        options = ec2.create_dhcp_options(DhcpConfigurations=configuration)["DhcpOptions"]["DhcpOptionsId"]
        ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=network.vpc)
    assert aws_network.name_servers(ACCOUNT, REGION, network.subnet) == servers


def test_without_the_setting_groups_do_not_filter(simulator: Simulator, network: Network, appstream: Any) -> None:
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    request = simulator.machine("builder").request
    assert request.admits("10.1.2.3", 5985)
    assert not request.closed


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("false", False), ("", False)])
def test_setting(text: str, value: bool) -> None:
    assert load(environment={"APPSTREAM_SIMULATOR_ACTIVE_DIRECTORY": text}).active_directory is value


def test_setting_without_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join, "missing_requirements", lambda: ["the command adcli"])
    with pytest.raises(RuntimeError, match="the command adcli"):
        Simulation(Clock(), Settings(active_directory=True), Journal(), StandInSite())
