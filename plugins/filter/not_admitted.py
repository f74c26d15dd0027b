# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Compares a security group with the traffic it is to let through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Union

from ansible.errors import AnsibleFilterError

DOCUMENTATION = r"""
name: not_admitted
version_added: 0.1.0
short_description: What a security group does not let through
description:
  - Tells which of the given traffic the rules of a security group don't cover.
  - Rules that name other security groups or prefix lists are not counted, for it is not known which addresses they
    stand for.
author: The euc.appstream team (@euc)
positional: _input, rules
options:
  _input:
    description:
      - A security group as M(amazon.aws.ec2_security_group_info) returns it.
    type: dict
    required: true
  rules:
    description:
      - The traffic, in the form of the rules of M(amazon.aws.ec2_security_group), of which C(proto), C(ports),
        C(cidr_ip) and C(cidr_ipv6) count.
    type: list
    elements: dict
    required: true
  egress:
    description:
      - Whether the traffic leaves the security group.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: See whether the controller's network may reach WinRM
  ansible.builtin.debug:
    msg: "{{ group | euc.appstream.not_admitted([{'proto': 'tcp', 'ports': [5985], 'cidr_ip': ['10.0.0.0/24']}]) }}"
"""

RETURN = r"""
_value:
  description:
    - What the security group does not let through, such as V(tcp 5985 10.0.0.0/24). Empty when it lets all through.
  type: list
  elements: str
"""

Network = Union[IPv4Network, IPv6Network]
ALL_PORTS = (0, 65535)


@dataclass(frozen=True)
class Traffic:
    """Packets of a protocol (``tcp``, ``udp`` or ``-1`` for all) to a range of ports, to or from a network."""

    protocol: str
    first_port: int
    last_port: int
    network: Network

    def covers(self, other: Traffic) -> bool:
        """Say whether all of the other traffic is part of this."""
        return (
            self.protocol in ("-1", other.protocol)
            and self.first_port <= other.first_port
            and other.last_port <= self.last_port
            and type(self.network) is type(other.network)
            and other.network.subnet_of(self.network)  # type: ignore[arg-type]  # both are of one version
        )

    def __str__(self) -> str:
        ports = str(self.first_port) if self.first_port == self.last_port else f"{self.first_port}-{self.last_port}"
        return f"{self.protocol} {ports} {self.network}"


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]


def _ports(text: Any) -> tuple[int, int]:
    first, _dash, last = str(text).partition("-")
    return int(first), int(last or first)


def _wanted(rule: Mapping[str, Any]) -> Iterator[Traffic]:
    networks = [ip_network(text, strict=False) for key in ("cidr_ip", "cidr_ipv6") for text in _listed(rule.get(key))]
    for ports in map(_ports, _listed(rule.get("ports"))):
        for network in networks:
            yield Traffic(str(rule.get("proto", "tcp")), *ports, network)


def _admitted(permissions: Iterable[Mapping[str, Any]]) -> Iterator[Traffic]:
    for permission in permissions:
        first = permission.get("from_port")
        last = permission.get("to_port")
        ports = ALL_PORTS if first is None or last is None else (int(first), int(last))
        ranges = [entry["cidr_ip"] for entry in permission.get("ip_ranges") or []]
        ranges += [entry["cidr_ipv6"] for entry in permission.get("ipv6_ranges") or []]
        for text in ranges:
            yield Traffic(str(permission.get("ip_protocol")), *ports, ip_network(text, strict=False))


def not_admitted(group: Mapping[str, Any], rules: list[Mapping[str, Any]], egress: bool = False) -> list[str]:
    """Return what a security group does not let through of the traffic; raises AnsibleFilterError for bad rules."""
    try:
        wanted = [traffic for rule in rules for traffic in _wanted(rule)]
        admitted = list(_admitted(group.get("ip_permissions_egress" if egress else "ip_permissions") or []))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"not_admitted: {error}") from error
    return [str(traffic) for traffic in wanted if not any(one.covers(traffic) for one in admitted)]


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"not_admitted": not_admitted}
