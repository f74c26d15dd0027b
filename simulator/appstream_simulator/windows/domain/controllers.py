# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finds a domain's controllers as a member does: by DNS (MS-ADTS 6.3.6.1)."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from appstream_simulator.windows.domain.join_errors import JoinError

# What a member needs of the network. The developer guide names 53, 88, 389 and 445; Windows locates controllers over
# UDP 389 (MS-ADTS 6.3.3).
NAME_SERVER_PORTS = (("udp", 53), ("tcp", 53))
CONTROLLER_PORTS = (("udp", 88), ("tcp", 88), ("udp", 389), ("tcp", 389), ("tcp", 445))

# Real seconds.
_DNS_LIFETIME, _CONNECT_TIMEOUT, _INFO_TIMEOUT = 5, 3, 15

# Whether the network lets (address, protocol, port) through.
LetsOut = Callable[[str, str, int], bool]


@dataclass(frozen=True)
class Controller:
    """A domain controller: its DNS name, address, and the short name of its domain."""

    name: str
    address: str
    netbios_name: str


def locate(domain: str, name_servers: Sequence[str], lets_out: LetsOut) -> Controller:
    """A controller that answers.

    Args:
        name_servers: addresses of the DNS servers to ask.

    Raises:
        JoinError: ERROR_NO_SUCH_DOMAIN.
    """
    if not name_servers:
        raise _not_found("the VPC has no DNS servers of its own (DHCP options set)")
    usable = [server for server in name_servers if all(lets_out(server, *port) for port in NAME_SERVER_PORTS)]
    if not usable:
        raise _not_found("the security groups do not let out DNS (TCP and UDP 53)")
    closed = []
    for name, address in _candidates(domain, usable):
        blocked = [
            f"{protocol.upper()} {port}" for protocol, port in CONTROLLER_PORTS if not lets_out(address, protocol, port)
        ]
        if blocked:
            closed.append(f"the security groups do not let out {', '.join(blocked)} to {address}")
        elif not _answers(address):
            closed.append(f"{name} does not answer at {address}")
        else:
            return Controller(name, address, _netbios_name(address))
    raise _not_found("; ".join(closed) or f"{domain} has no controllers in DNS")


def _candidates(domain: str, name_servers: Iterable[str]) -> list[tuple[str, str]]:
    # Installed with the extra active-directory alone.
    import dns.exception
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = list(name_servers)
    resolver.lifetime = _DNS_LIFETIME
    try:
        records = resolver.resolve(f"_ldap._tcp.dc._msdcs.{domain}.", "SRV")
        ordered = sorted(records, key=lambda record: (record.priority, -record.weight, record.target))
        names = [record.target.to_text() for record in ordered]
        return [
            (name.rstrip(".").lower(), address.to_text()) for name in names for address in resolver.resolve(name, "A")
        ]
    except dns.exception.DNSException as error:
        raise _not_found(f"DNS: {error}") from None


def _answers(address: str) -> bool:
    try:
        socket.create_connection((address, 389), _CONNECT_TIMEOUT).close()
    except OSError:
        return False
    return True


def _netbios_name(address: str) -> str:
    command = ["adcli", "info", f"--domain-controller={address}"]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=_INFO_TIMEOUT, stdin=subprocess.DEVNULL)
    found = re.search(r"^domain-short = (.+)$", finished.stdout, re.MULTILINE)
    if found is None:
        raise _not_found(f"{address}: {finished.stderr.strip()}")
    return found[1].strip()


def _not_found(detail: str) -> JoinError:
    return JoinError("ERROR_NO_SUCH_DOMAIN", detail)
