# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Network interfaces of image builders, in moto's EC2."""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Mapping
from typing import Any

from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models import ec2_backends

# AWS keeps the first four addresses of a subnet and the last one.
_RESERVED_FIRST = 4


class NetworkError(Exception):
    """An interface cannot be made.

    Attributes:
        code: the ErrorCode AppStream reports it with (service model: FleetErrorCode).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def find_subnet(account: str, region: str, subnet_id: str) -> Any | None:
    """moto's subnet, None when there is none."""
    try:
        return ec2_backends[account][region].get_subnet(subnet_id)
    except InvalidSubnetIdError:
        return None


def find_security_group(account: str, region: str, group_id: str) -> Any | None:
    """moto's security group, None when there is none."""
    return ec2_backends[account][region].get_security_group_from_id(group_id)


def name_servers(account: str, region: str, subnet_id: str) -> list[str]:
    """Addresses of the DNS servers that the DHCP options set of the subnet's VPC names; none of Amazon's own."""
    subnet = find_subnet(account, region, subnet_id)
    vpc = ec2_backends[account][region].vpcs.get(subnet.vpc_id) if subnet else None
    options: list[dict[str, Any]] = vpc.dhcp_options.dhcp_configurations if vpc and vpc.dhcp_options else []
    servers = [
        value["Value"] for option in options if option["Key"] == "domain-name-servers" for value in option["Values"]
    ]
    return [server for server in servers if server != "AmazonProvidedDNS"]


def create_interface(
    account: str, region: str, vpc_config: Mapping[str, list[str]], description: str, avoid: str | None
) -> Any:
    """Make an interface in the subnet, with the security groups or the VPC's default one.

    Args:
        avoid: an address not to be given if there is another: a builder gets a new one at each start, because nothing
            promises that it keeps the old one.

    Raises:
        NetworkError: subnet or group are gone, or no address is left.
    """
    subnet = find_subnet(account, region, vpc_config["SubnetIds"][0])
    if subnet is None:
        raise NetworkError("SUBNET_NOT_FOUND", f"The subnet {vpc_config['SubnetIds'][0]} does not exist.")
    groups = vpc_config.get("SecurityGroupIds") or None
    for group in groups or []:
        if find_security_group(account, region, group) is None:
            raise NetworkError("SECURITY_GROUPS_NOT_FOUND", f"The security group {group} does not exist.")
    address = _free_address(subnet, avoid)
    interface = ec2_backends[account][region].create_network_interface(
        subnet, address, group_ids=groups, description=description
    )
    subnet.request_ip(address, interface)
    interface.requester_managed = True
    interface.status = "in-use"
    return interface


def has_internet_gateway(account: str, region: str, subnet_id: str) -> bool:
    """Whether the VPC of the subnet has an internet gateway."""
    subnet = find_subnet(account, region, subnet_id)
    gateways = ec2_backends[account][region].describe_internet_gateways()
    return subnet is not None and any(gateway.vpc and gateway.vpc.id == subnet.vpc_id for gateway in gateways)


def _free_address(subnet: Any, avoid: str | None) -> str:
    network = ipaddress.ip_network(subnet.cidr_block)
    # moto's subnet knows the addresses it gave itself, not those a caller of CreateNetworkInterface chose.
    chosen = {interface.private_ip_address for interface in subnet.ec2_backend.enis.values()}
    taken = chosen | set(subnet._subnet_ips)
    hosts = (str(network[offset]) for offset in range(_RESERVED_FIRST, network.num_addresses - 1))
    free = (host for host in hosts if host not in taken)
    # Two at the most are looked at: the address to avoid and the next one.
    candidates = list(itertools.islice(free, 2))
    if not candidates:
        raise NetworkError("SUBNET_HAS_INSUFFICIENT_IP_ADDRESSES", f"No address is left in the subnet {subnet.id}.")
    return next((address for address in candidates if address != avoid), candidates[0])
