# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The WinRM service of a machine that boots: how it is configured, who reaches it, who may log on."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from appstream_simulator.windows.domain import firewall
from appstream_simulator.windows.protocol.access import OPEN, Access, Domain
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.client_certificates import CertificateMapping
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.listener import HTTP_PORT, HTTPS_PORT, Listener

from . import firewall_rules, provided_access
from .winrm_configuration import configuration

if TYPE_CHECKING:
    from .machine import Machine

# What LocalSubnet in a firewall rule means; the machine does not know the size of its subnet.
_SUBNET_PREFIX = 24
# Schannel of Windows Server has had TLS 1.3 since 2022, switched on.
_WITHOUT_TLS13 = frozenset({"WINDOWS_SERVER_2016", "WINDOWS_SERVER_2019"})
_TLS13_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.3\\Server"


def listener(machine: Machine, address: str, authority: Authority, faults: WindowsFaults) -> Listener:
    """WinRM of a machine as its disk has it now."""
    provided_access.renew_certificate(machine, address, authority)

    def access() -> Access:
        return _access(machine, address, authority)

    return Listener(machine, address, authority, faults, access(), access)


def _access(machine: Machine, address: str, authority: Authority) -> Access:
    security_groups = machine.request.admits
    domain = _domain(machine)
    if not machine.request.closed:
        settings = configuration(machine.disk.registry, machine.disk.services, address)
        certificate = machine.disk.certificates.get(settings.thumbprint)
        return replace(
            OPEN,
            http=settings.http,
            https=certificate is not None,
            certificate=authority.files_of(address, certificate) if certificate else None,
            basic=settings.basic,
            unencrypted=settings.unencrypted,
            negotiate=settings.negotiate,
            kerberos=settings.kerberos,
            credssp=settings.credssp,
            shells=settings.shells,
            client_certificates=bool(machine.client_certificates),
            mappings=_mappings(machine),
            tls13=_speaks_tls13(machine),
            domain=domain,
            keeps_out=_gate(security_groups, lambda: _own_walls(machine, address)),
        )
    settings = configuration(machine.disk.registry, machine.disk.services, address)
    for problem in settings.problems:
        machine.record("error", what="WinRM policy", error=problem)
    policy = firewall.of_policy(
        machine.disk.registry, _subnet(address), lambda name, reason: _ignored(machine, name, reason)
    )
    walls = _with_own_rules(machine, policy)
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
        tls13=_speaks_tls13(machine),
        shells=settings.shells,
        keeps_out=_gate(security_groups, lambda: _with_own_rules(machine, policy)),
        domain=domain,
    )


def _mappings(machine: Machine) -> tuple[CertificateMapping, ...]:
    """Those of the settings, which stand for what a base image or a start-up script would make."""
    accounts = machine.accounts()
    return tuple(
        CertificateMapping(
            issuer=x509.load_pem_x509_certificate(Path(mapping["issuer"]).read_bytes()),
            subject=mapping["subject"],
            account=mapping["account"],
            password=accounts[mapping["account"]],
        )
        for mapping in machine.client_certificates
        if mapping["account"] in accounts
    )


def _speaks_tls13(machine: Machine) -> bool:
    value = machine.disk.registry.get(_TLS13_KEY, "Enabled")
    return machine.request.platform not in _WITHOUT_TLS13 and (value is None or value.data != 0)


def _ignored(machine: Machine, name: str, reason: str) -> None:
    machine.record("error", what=f"firewall rule {name}", error=reason)


def _subnet(address: str) -> firewall.Network:
    return ipaddress.ip_network(f"{address}/{_SUBNET_PREFIX}", strict=False)


def _own_walls(machine: Machine, address: str) -> firewall.Firewall:
    """The firewall without policy, where WinRM is let in unless a rule of the machine's own closes it."""
    registry = machine.disk.registry
    rules = () if firewall_rules.is_off(registry) else firewall_rules.for_winrm(registry)
    return firewall.Firewall(rules, "Allow", _subnet(address))


def _with_own_rules(machine: Machine, policy: firewall.Firewall) -> firewall.Firewall:
    own = firewall_rules.merged_with_policy(machine.disk.registry)
    return replace(policy, rules=(*policy.rules, *own))


def _gate(
    security_groups: Callable[[str, int], bool], walls: Callable[[], firewall.Firewall]
) -> Callable[[str, int], str | None]:
    """Who is kept out, by the rules as they are when somebody connects; established connections live on."""

    def keeps_out(source: str, port: int) -> str | None:
        if not security_groups(source, port):
            return "security group"
        if not firewall.admits(walls(), source, port):
            return "firewall"
        return None

    return keeps_out


def _domain(machine: Machine) -> Domain | None:
    membership = machine.membership
    if membership is None:
        return None
    names = frozenset({membership.domain.lower(), membership.netbios_name.lower()})
    return Domain(membership.keytab, names, machine.log_on)
