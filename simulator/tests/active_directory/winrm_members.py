# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Machines that are members of a real domain and find a policy made up by a test; clients with tickets for them."""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import winrm
import winrm.exceptions
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.domain.group_policy import DomainUnreachableError
from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy import (
    ComputerPolicy,
    GroupMember,
    LocalGroup,
    PolicyObject,
    RegistryValue,
)
from appstream_simulator.windows.machine.machine import Machine
from appstream_simulator.windows.machine.site import MachineRequest, Site

DOMAIN = "corp.example.com"
WINRM_KEY = "Software\\Policies\\Microsoft\\Windows\\WinRM\\Service"
RULES_KEY = "Software\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules"
PASSWORD = "Kerberos-Tests-1"
LISTENER_SCRIPT = r"""
# An HTTPS listener with a certificate of this computer's name.
$ErrorActionPreference = 'Stop'
Start-Service WinRM
$name = [System.Net.Dns]::GetHostEntry('').HostName
$certificate = Get-ChildItem -Path Cert:\LocalMachine\My | Where-Object {
    $_.Subject -eq "CN=$name" -and $_.HasPrivateKey -and $_.NotAfter -gt (Get-Date).AddDays(30)
} | Sort-Object -Property NotAfter -Descending | Select-Object -First 1
if (-not $certificate) {
    $certificate = New-SelfSignedCertificate -DnsName $name -CertStoreLocation Cert:\LocalMachine\My
}
$listener = Get-ChildItem -Path WSMan:\localhost\Listener | Where-Object { $_.Keys -contains 'Transport=HTTPS' }
if (-not $listener) {
    New-Item -Path WSMan:\localhost\Listener -Transport HTTPS -Address * `
        -CertificateThumbPrint $certificate.Thumbprint -Force | Out-Null
}
"""
_numbers = itertools.count(1)


def samba_tool(*arguments: str) -> str:
    """Output of `samba-tool` on the controller's own database."""
    configuration = Path(os.environ["DOMAIN_CONTROLLER_FOLDER"], "etc", "smb.conf")
    command = ["samba-tool", *arguments, f"--configfile={configuration}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclass
class People:
    """A group and its identifier; a user who is in it and one who is not."""

    group: str
    identifier: str
    insider: str
    outsider: str


@pytest.fixture(scope="module")
def people() -> People:
    number = next(_numbers)
    people = People(f"Installers{number}", "", f"insider{number}", f"outsider{number}")
    for user in (people.insider, people.outsider):
        samba_tool("user", "create", user, PASSWORD)
    samba_tool("group", "add", people.group)
    samba_tool("group", "addmembers", people.group, people.insider)
    shown = samba_tool("group", "show", people.group, "--attributes=objectSid")
    people.identifier = next(line.split(": ")[1] for line in shown.splitlines() if line.startswith("objectSid"))
    return people


def join(folder: Path) -> Membership:
    """A new computer account with its keys."""
    name = f"KRB{next(_numbers)}"
    fqdn, keytab = f"{name.lower()}.{DOMAIN}", folder / f"{name}.keytab"
    services = [f"--service-name={service}" for service in ("HOST", "HTTP", "WSMAN")]
    command = ["adcli", "join", DOMAIN, "--domain-controller=dc1.corp.example.com", "--login-user=Administrator"]
    command += [
        "--stdin-password",
        f"--computer-name={name}",
        f"--host-fqdn={fqdn}",
        f"--host-keytab={keytab}",
        *services,
    ]
    password = os.environ["DOMAIN_ADMINISTRATOR_PASSWORD"]
    subprocess.run(command, check=True, capture_output=True, text=True, input=password)
    return Membership(
        domain=DOMAIN,
        netbios_name="CORP",
        controller="dc1.corp.example.com",
        controller_address="127.0.0.10",
        computer_name=name,
        fqdn=fqdn,
        keytab=keytab,
        kerberos_configuration=Path("/etc/krb5.conf"),
    )


@pytest.fixture(scope="module")
def memberships(tmp_path_factory: pytest.TempPathFactory) -> list[Membership]:
    """Two computers of the domain; each test has machines of its own that play them."""
    folder = tmp_path_factory.mktemp("keytabs")
    return [join(folder), join(folder)]


@dataclass
class Member:
    """A machine, and the policy it finds."""

    machine: Machine
    membership: Membership
    journal: Journal
    address: str
    policy: list[PolicyObject]
    reachable: bool = True
    admitted: Callable[[str, int], bool] = field(default=lambda _source, _port: True)

    def power_cycle(self) -> None:
        self.machine.power_off()
        self.machine.power_on(self.address)
        deadline = time.monotonic() + 20
        while self.machine.describe()["power"] != "on":
            assert time.monotonic() < deadline, self.journal.entries()
            time.sleep(0.02)


def policy(people: People, *, name: str = "WinRM", source: str = "127.0.0.0/8", **values: int) -> PolicyObject:
    """What opens WinRM to a group; `values` are further ones of the service."""
    rule = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|LPort=5985|LPort=5986|"
    rule += f"RA4={source}|App=System|Name=WinRM|"
    registry = [
        RegistryValue(WINRM_KEY, "AllowAutoConfig", "REG_DWORD", 1),
        RegistryValue(WINRM_KEY, "IPv4Filter", "REG_SZ", "*"),
        RegistryValue(RULES_KEY, "appstream-winrm", "REG_SZ", rule),
        *(RegistryValue(WINRM_KEY, key, "REG_DWORD", value) for key, value in values.items()),
    ]
    member = GroupMember(f"CORP\\{people.group}", people.identifier, "ADD")
    group = LocalGroup("Administrators (built-in)", "S-1-5-32-544", "U", False, False, [member])
    return PolicyObject("{11111111-0000-4000-8000-000000000001}", name, 1, registry=registry, local_groups=[group])


@pytest.fixture
def member_of(tmp_path: Path, addresses: Iterator[str]) -> Iterator[Callable[..., Member]]:
    """Makes machines, which are off."""
    clock = Clock(1000)
    journal = Journal(clock.now)
    sites = []

    def make(membership: Membership, *objects: PolicyObject) -> Member:
        site = Site(clock, journal, Settings(accounts={}, state_directory=tmp_path))
        sites.append(site)
        number = next(_numbers)
        request = MachineRequest(
            key=f"arn:{number}",
            builder_name=f"builder-{number}",
            platform="WINDOWS_SERVER_2022",
            image_arn="arn:image",
            instance_type="stream.standard.large",
            region="eu-west-1",
            account_id="123456789012",
            domain=membership.domain,
            disk=None,
            on_create_image=lambda _image: None,
            image_name_exists=lambda _name: False,
            on_restart=lambda _down: None,
            admits=lambda source, port: member.admitted(source, port),
            closed=True,
        )
        machine = site.create(request)
        machine.join(membership)
        member = Member(machine, membership, journal, next(addresses), list(objects))

        def read(asked: Membership) -> ComputerPolicy:
            assert asked == membership
            if not member.reachable:
                raise DomainUnreachableError("no answer")
            return ComputerPolicy(list(member.policy))

        site.options.read_policy = read
        return member

    yield make
    for site in sites:
        site.close()
    assert journal.entries("error") == []


@pytest.fixture
def ticket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Logs a user on: pywinrm takes its tickets from there."""

    def log_on(user: str) -> None:
        monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / user}.ccache")
        subprocess.run(
            ["kinit", f"{user}@{DOMAIN.upper()}"], input=PASSWORD, check=True, capture_output=True, text=True
        )

    return log_on


def connection(member: Member, **options: Any) -> winrm.Protocol:
    """pywinrm with the ticket in force, for this machine."""
    settings = {
        "endpoint": f"http://{member.address}:5985/wsman",
        "transport": "kerberos",
        "username": "",
        "password": "",
        "kerberos_hostname_override": member.membership.fqdn,
        "message_encryption": "always",
        "read_timeout_sec": 3,
        "operation_timeout_sec": 2,
        **options,
    }
    return winrm.Protocol(**settings)


def output(client: winrm.Protocol, program: str, *arguments: str) -> str:
    shell = client.open_shell()
    command = client.run_command(shell, program, arguments)
    stdout, _stderr, code = client.get_command_output(shell, command)
    client.close_shell(shell)
    assert code == 0
    return str(stdout.decode().strip())


def psrp_settings(member: Member, user: str, password: str = PASSWORD, **options: Any) -> dict[str, Any]:
    """What pypsrp needs for this machine."""
    return {
        "port": 5985,
        "ssl": False,
        "auth": "kerberos",
        "encryption": "always",
        "username": f"{user}@{DOMAIN.upper()}",
        "password": password,
        "negotiate_hostname_override": member.membership.fqdn,
        "negotiate_service": "HTTP",
        "connection_timeout": 5,
        **options,
    }
