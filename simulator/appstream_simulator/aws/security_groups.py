# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What security groups let in and out, by the rules moto's EC2 has at the moment. IPv4 only.

Called with the simulation's lock held: moto has none of its own.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from moto.ec2.models import ec2_backends

_ALL_PROTOCOLS = "-1"


def admits(account: str, region: str, group_ids: Iterable[str], source_address: str, port: int) -> bool:
    """Whether any of the groups lets a source address connect to a TCP port."""
    backend = ec2_backends[account][region]
    rules = [rule for group in _groups(backend, group_ids) for rule in group.ingress_rules]
    return any(_covers(backend, rule, source_address, "tcp", port) for rule in rules)


def lets_out(
    account: str, region: str, group_ids: Iterable[str], destination_address: str, protocol: str, port: int
) -> bool:
    """Whether any of the groups lets traffic out to a port of an address; `protocol` is tcp or udp."""
    backend = ec2_backends[account][region]
    rules = [rule for group in _groups(backend, group_ids) for rule in group.egress_rules]
    return any(_covers(backend, rule, destination_address, protocol, port) for rule in rules)


def of_interface(account: str, region: str, interface: Any) -> list[str]:
    """The groups of a network interface; the default group of its VPC when it was given none."""
    groups = [group.id for group in interface.group_set]
    if groups:
        return groups
    default = ec2_backends[account][region].get_default_security_group(interface.subnet.vpc_id)
    return [default.id] if default else []


def _groups(backend: Any, group_ids: Iterable[str]) -> list[Any]:
    found = (backend.get_security_group_from_id(group_id) for group_id in group_ids)
    return [group for group in found if group is not None]


def _covers(backend: Any, rule: Any, address: str, protocol: str, port: int) -> bool:
    if rule.ip_protocol != _ALL_PROTOCOLS and (
        rule.ip_protocol != protocol or not rule.from_port <= port <= rule.to_port
    ):
        return False
    if rule.cidr_ipv4:
        return _contains(rule.cidr_ipv4, address)
    if rule.prefix_list_id:
        return any(_contains(cidr, address) for cidr in _prefixes(backend, rule.prefix_list_id))
    # A group stands for the addresses of the interfaces that are in it.
    group_id = rule.source_group.get("GroupId")
    return group_id is not None and any(
        interface.private_ip_address == address and group_id in {group.id for group in interface.group_set}
        for interface in backend.enis.values()
    )


def _prefixes(backend: Any, prefix_list_id: str) -> list[str]:
    prefixes = backend.managed_prefix_lists.get(prefix_list_id)
    entries = prefixes.entries.get(prefixes.version, []) if prefixes else []
    return [entry["Cidr"] for entry in entries]


def _contains(cidr: str, address: str) -> bool:
    network, host = ipaddress.ip_network(cidr, strict=False), ipaddress.ip_address(address)
    return network.version == host.version and host in network
