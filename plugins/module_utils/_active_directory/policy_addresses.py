# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""From where a policy lets WinRM in, and on which addresses of the builder: controllers' networks, listener's filters.

Pure: nothing is asked.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Union

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]

EVERY = "*"
# Wider networks than these belong to nobody; letting them in is letting anybody in.
_WIDEST = {4: 8, 6: 16}


def controller_network_problems(values: Sequence[str], allow_any: bool) -> list[str]:
    """Check option ``controller_networks``. Returns problems, none when it is fine."""
    problems = []
    if not values:
        problems.append("controller_networks must name at least one network or address")
    for value in values:
        if is_any(value):
            continue
        try:
            network = ipaddress.ip_network(value.strip())
        except ValueError as error:
            problems.append(f"controller_networks {value!r} is no network or address: {error}")
            continue
        if network.is_loopback or network.is_multicast or network.network_address.is_link_local:
            problems.append(f"controller_networks {value!r} is no network a controller can connect from")
    if problems or allow_any:
        return problems
    wide = [value for value in values if is_any(value)]
    wide += [str(network) for network in _collapsed(values) if network.prefixlen < _WIDEST[network.version]]
    return [
        f"controller_networks {value!r} would let nearly anybody connect: name the controllers' networks, or say "
        "allow_any_controller: true"
        for value in wide
    ]


def is_any(value: str) -> bool:
    """Whether an element of ``controller_networks`` stands for every address."""
    return value.strip().lower() in ("any", EVERY, "0.0.0.0/0", "::/0")


def controller_networks(values: Sequence[str]) -> tuple[str, ...]:
    """Return checked networks in one form and order, none when any controller may connect."""
    if any(is_any(value) for value in values):
        return ()
    networks = {ipaddress.ip_network(value.strip()) for value in values}
    return tuple(str(network) for network in sorted(networks, key=_order))


def _collapsed(values: Iterable[str]) -> list[Network]:
    networks = [ipaddress.ip_network(value.strip()) for value in values if not is_any(value)]
    found: list[Network] = []
    found += ipaddress.collapse_addresses(network for network in networks if network.version == 4)
    found += ipaddress.collapse_addresses(network for network in networks if network.version == 6)
    return found


def _order(network: Network) -> tuple[int, int, int]:
    return network.version, int(network.network_address), network.prefixlen


def remote_addresses(networks: Sequence[str]) -> str:
    """Return the part of a firewall rule that says who may connect, nothing for everybody (MS-GPFAS 2.2.2.19).

    IPv4 subnets are written with their mask, IPv6 subnets with the prefix' length.
    """
    return "".join(f"{_remote_address(ipaddress.ip_network(network))}|" for network in networks)


def _remote_address(network: Network) -> str:
    single = network.prefixlen == network.max_prefixlen
    if network.version == 4:
        return f"RA4={network.network_address if single else network.with_netmask}"
    return f"RA6={network.network_address if single else network.with_prefixlen}"


def listener_problems(values: Sequence[str], controllers: Sequence[str]) -> list[str]:
    """Check option ``listener_addresses`` beside checked ``controller_networks``. Returns problems."""
    problems = []
    ranges = []
    if not values:
        problems.append("listener_addresses must name at least one range or be '*'")
    for value in values:
        try:
            ranges.append(_range(value))
        except ValueError as error:
            problems.append(f"listener_addresses {value!r} is no address, network or range: {error}")
    if problems or EVERY in [value.strip() for value in values]:
        return problems
    single = {network.network_address for network in _collapsed(controllers) if network.num_addresses == 1}
    problems += [
        f"listener_addresses {first} is a controller's address, but WinRM listens on addresses of the image builder: "
        "name the range of the builders' subnet, or '*'"
        for first, last in ranges
        if first == last and first in single
    ]
    for version in (4, 6):
        wanted = any(network.version == version for network in _collapsed(controllers))
        if wanted and all(first.version != version for first, _last in ranges):
            problems.append(f"controller_networks has IPv{version} networks, but listener_addresses has no such range")
    return problems


def listener_filters(values: Sequence[str], controllers: Sequence[str]) -> tuple[str, str]:
    """Return the IPv4 and the IPv6 filter of the listener, of checked options; an empty one is for no address.

    ``*`` is for every IPv4 address, and for every IPv6 address when controllers connect from IPv6 networks.
    """
    if EVERY in [value.strip() for value in values]:
        return EVERY, EVERY if any(":" in value for value in controllers) else ""
    ranges = sorted({_range(value) for value in values}, key=lambda pair: (pair[0].version, int(pair[0]), int(pair[1])))
    texts = {version: [f"{a}-{b}" for a, b in ranges if a.version == version] for version in (4, 6)}
    return ",".join(texts[4]), ",".join(texts[6])


def _range(value: str) -> tuple[Address, Address]:
    """First and last address of an address, a network, or a range such as 10.0.1.1-10.0.1.9. Raises ValueError."""
    if value.strip() == EVERY:
        return ipaddress.IPv4Address(0), ipaddress.IPv4Address(0)
    begin, dash, end = value.partition("-")
    if not dash:
        network = ipaddress.ip_network(value.strip())
        return network.network_address, network.broadcast_address
    first, last = ipaddress.ip_address(begin.strip()), ipaddress.ip_address(end.strip())
    if first.version != last.version or int(first) > int(last):
        raise ValueError("it does not go from a lower to a higher address")
    return first, last
