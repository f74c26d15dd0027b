# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The WinRM service of a machine that boots: how it is configured, who reaches it, who may log on."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from appstream_simulator.windows.domain import firewall
from appstream_simulator.windows.protocol.access import OPEN, Access, Domain
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.listener import HTTP_PORT, HTTPS_PORT, Listener

from .winrm_configuration import configuration

if TYPE_CHECKING:
    from .machine import Machine

# What LocalSubnet in a firewall rule means; the machine does not know the size of its subnet.
_SUBNET_PREFIX = 24


def listener(machine: Machine, address: str, authority: Authority, faults: WindowsFaults) -> Listener:
    """WinRM of a machine as its disk has it now."""
    return Listener(machine, address, authority, faults, _access(machine, address, authority))


def _access(machine: Machine, address: str, authority: Authority) -> Access:
    security_groups = machine.request.admits
    domain = _domain(machine)
    if not machine.request.closed:
        return replace(OPEN, domain=domain, keeps_out=_gate(security_groups, None))
    settings = configuration(machine.disk.registry, machine.disk.services, address)
    for problem in settings.problems:
        machine.record("error", what="WinRM policy", error=problem)
    subnet = ipaddress.ip_network(f"{address}/{_SUBNET_PREFIX}", strict=False)
    walls = firewall.of_policy(machine.disk.registry, subnet, lambda name, reason: _ignored(machine, name, reason))
    certificate = machine.disk.certificates.get(settings.thumbprint)
    if settings.thumbprint and certificate is None:
        machine.record("error", what="HTTPS listener", error=f"there is no certificate {settings.thumbprint}")
    return Access(
        # A port that nobody is let into is not opened: connecting is refused, where on Windows it would time out.
        http=settings.http and firewall.opens(walls, HTTP_PORT),
        https=certificate is not None and firewall.opens(walls, HTTPS_PORT),
        certificate=authority.files_of(address, certificate) if certificate else None,
        basic=settings.basic,
        unencrypted=settings.unencrypted,
        negotiate=settings.negotiate,
        kerberos=settings.kerberos,
        credssp=settings.credssp,
        shells=settings.shells,
        keeps_out=_gate(security_groups, walls),
        domain=domain,
    )


def _ignored(machine: Machine, name: str, reason: str) -> None:
    machine.record("error", what=f"firewall rule {name}", error=reason)


def _gate(
    security_groups: Callable[[str, int], bool], walls: firewall.Firewall | None
) -> Callable[[str, int], str | None]:
    def keeps_out(source: str, port: int) -> str | None:
        if not security_groups(source, port):
            return "security group"
        if walls is not None and not firewall.admits(walls, source, port):
            return "firewall"
        return None

    return keeps_out


def _domain(machine: Machine) -> Domain | None:
    membership = machine.membership
    if membership is None:
        return None
    names = frozenset({membership.domain.lower(), membership.netbios_name.lower()})
    return Domain(membership.keytab, names, machine.log_on)
