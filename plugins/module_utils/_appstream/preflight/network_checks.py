# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The checks of a preflight about the network of image builders. Nothing here calls AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..core import validation
from .finding import Facts, Finding
from .hosts import may_be_on_the_internet

STREAMING_SERVICE = ".appstream.streaming"
"""How the service name of an interface endpoint for streaming ends (guide, "Creating and Streaming from Interface VPC
Endpoints"); that of a FIPS endpoint has ``-fips`` after it."""

# Keys of a route, in snake_case, that name where it leads.
_TARGETS = (
    "gateway_id",
    "nat_gateway_id",
    "transit_gateway_id",
    "vpc_peering_connection_id",
    "network_interface_id",
    "instance_id",
    "local_gateway_id",
    "carrier_gateway_id",
    "core_network_arn",
)
_INTERNET_GATEWAY = "igw-"


def check_network(finding: Finding, facts: Facts) -> None:
    """Compare the recipe's subnet, security groups, endpoints and need for the internet with what there is."""
    finding.report("network", network_problems(finding, facts))
    if facts.vpc_endpoints is not None:
        finding.report("vpc_endpoints", endpoint_problems(finding, facts.vpc_endpoints))
        finding.warn("vpc_endpoints", endpoint_warnings(finding, facts))
    if facts.route_tables is not None:
        finding.report("internet_route", public_subnet_problems(finding, facts))
        # What sets a proxy before anything is fetched needs no route.
        report = finding.warn if finding.recipe.get("may_set_proxy") else finding.report
        report("internet_route", route_problems(finding, facts))
        finding.warn("internet_route", route_warnings(finding, facts))


def network_problems(finding: Finding, facts: Facts) -> list[str]:
    """Check that subnet and security groups exist, in one VPC."""
    subnet_id = finding.place.get("subnet_id")
    groups = finding.place.get("security_group_ids") or []
    problems = validation.network_problems(subnet_id, groups)
    if problems:
        return problems
    subnet = (facts.subnets or {}).get(subnet_id or "")
    if subnet_id and facts.subnets is not None and subnet is None:
        problems.append(f"subnet {subnet_id} does not exist in this account and Region")
    for group_id in groups if facts.security_groups is not None else []:
        group = (facts.security_groups or {}).get(group_id)
        if group is None:
            problems.append(f"security group {group_id} does not exist in this account and Region")
        elif subnet and group.get("vpc_id") != subnet.get("vpc_id"):
            vpcs = f"{group.get('vpc_id')}, the subnet in {subnet.get('vpc_id')}"
            problems.append(f"security group {group_id} is in {vpcs}")
    return problems


def endpoint_ids(place: Mapping[str, Any]) -> list[str]:
    """The VPC endpoints that options of an image builder name."""
    return [str(one["vpce_id"]) for one in place.get("access_endpoints") or [] if one.get("vpce_id")]


def endpoint_problems(finding: Finding, endpoints: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Check that the VPC endpoints exist, are there for streaming and can be used."""
    for endpoint_id in endpoint_ids(finding.place):
        endpoint = endpoints.get(endpoint_id)
        if endpoint is None:
            yield f"VPC endpoint {endpoint_id} does not exist in this account and Region"
            continue
        service, state = str(endpoint.get("service_name", "")), str(endpoint.get("state", ""))
        if STREAMING_SERVICE not in service:
            yield f"VPC endpoint {endpoint_id} is for {service}, not for streaming (com.amazonaws.…{STREAMING_SERVICE})"
        if state.lower() != "available":
            yield f"VPC endpoint {endpoint_id} is {state}, not available"


def endpoint_warnings(finding: Finding, facts: Facts) -> Iterator[str]:
    """Tell of VPC endpoints in another VPC than the subnet: nothing forbids it, but it is rarely meant."""
    subnet = (facts.subnets or {}).get(str(finding.place.get("subnet_id")))
    for endpoint_id in endpoint_ids(finding.place) if subnet else []:
        endpoint = (facts.vpc_endpoints or {}).get(endpoint_id, {})
        if subnet and endpoint.get("vpc_id") not in (None, subnet.get("vpc_id")):
            yield f"VPC endpoint {endpoint_id} is in {endpoint['vpc_id']}, the subnet in {subnet.get('vpc_id')}"


def default_route(table: Mapping[str, Any]) -> str | None:
    """Where the route to everywhere leads, such as ``nat-…``; None when there is none that works."""
    for route in table.get("routes") or []:
        if route.get("destination_cidr_block") == "0.0.0.0/0" and route.get("state") != "blackhole":
            return next((str(route[key]) for key in _TARGETS if route.get(key)), "somewhere")
    return None


def hosts_without_route(finding: Finding, tables: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Hosts that may be on the internet, to which the image builder's subnet has no route."""
    table = tables.get(str(finding.place.get("subnet_id")))
    if table is None or finding.place.get("enable_default_internet_access") or default_route(table) is not None:
        return []
    return _hosts(finding)


def _hosts(finding: Finding) -> list[str]:
    """What of the recipe is fetched by the image builder, and may be on the internet."""
    given = finding.recipe.get("internet_hosts") or []
    return sorted({str(host) for host in given if may_be_on_the_internet(str(host))})


def _shown(hosts: list[str]) -> str:
    more = f" and {len(hosts) - 3} more" if len(hosts) > 3 else ""
    return ", ".join(hosts[:3]) + more


def public_subnet_problems(finding: Finding, facts: Facts) -> Iterator[str]:
    """Check that an image builder with a public address is in a public subnet."""
    table = (facts.route_tables or {}).get(str(finding.place.get("subnet_id")))
    if table is None:
        return
    target = default_route(table)
    if finding.place.get("enable_default_internet_access") and not (target or "").startswith(_INTERNET_GATEWAY):
        leads = f"its route 0.0.0.0/0 leads to {target}" if target else "it has no route 0.0.0.0/0"
        yield f"enable_default_internet_access needs a public subnet, but {_named(finding, table)} is none: {leads}"


def route_problems(finding: Finding, facts: Facts) -> Iterator[str]:
    """Check that there is a route to what the image builder fetches from the internet."""
    tables = facts.route_tables or {}
    table = tables.get(str(finding.place.get("subnet_id")))
    hosts = [host for host in hosts_without_route(finding, tables) if facts.on_the_internet.get(host)]
    if hosts and table is not None:
        yield (
            f"{_named(finding, table)} has no route 0.0.0.0/0 to a NAT gateway or the like, which {_shown(hosts)} needs"
        )


def _named(finding: Finding, table: Mapping[str, Any]) -> str:
    return f"subnet {finding.place['subnet_id']} (route table {table.get('route_table_id')})"


def route_warnings(finding: Finding, facts: Facts) -> Iterator[str]:
    """Tell of hosts that may be on the internet, and of a public subnet where the image builder has no public address.

    See the developer guide, "Internet Access".
    """
    tables = facts.route_tables or {}
    unknown = [host for host in hosts_without_route(finding, tables) if host not in facts.on_the_internet]
    table, hosts = tables.get(str(finding.place.get("subnet_id"))), _hosts(finding)
    if unknown and table is not None:
        yield (
            f"{_named(finding, table)} has no route 0.0.0.0/0; the controller can't resolve {_shown(unknown)}, so that "
            "it is not known whether one is needed"
        )
    if table is None or not hosts or finding.place.get("enable_default_internet_access"):
        return
    if (default_route(table) or "").startswith(_INTERNET_GATEWAY):
        yield (
            f"subnet {finding.place['subnet_id']} reaches the internet, for {_shown(hosts)}, by an internet gateway "
            "only, which takes a public address: set enable_default_internet_access, or use a subnet with a NAT gateway"
        )
