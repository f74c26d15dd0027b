# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From a group policy object in SYSVOL to a shell on the image builder: everything real but Windows."""

from __future__ import annotations

import struct
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests.exceptions
import winrm
import winrm.exceptions
from appstream_simulator.windows.machine.accounts import ADMINISTRATORS
from joining_simulator import JoiningSimulator, Network
from policy_author import PREFERENCES, REGISTRY, SCRIPTS, Author, registry_file, utf_16
from simulated_domain import DOMAIN, Account, Domain

WINRM_KEY = "Software\\Policies\\Microsoft\\Windows\\WinRM\\Service"
RULES_KEY = "Software\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules"
GROUPS = """<?xml version="1.0" encoding="utf-8"?>
<Groups clsid="{{3125E937-EB16-4b4c-9934-544FC6D24D26}}"><Group clsid="{{6D4A79E4-529C-4481-ABD0-F5BD7EA93BA7}}"
 name="Administrators (built-in)" image="2" changed="2026-01-01 00:00:00"
 uid="{{6D4A79E4-0000-4000-8000-F5BD7EA93BA7}}">
<Properties action="U" newName="" description="" deleteAllUsers="0" deleteAllGroups="0" removeAccounts="0"
 groupSid="S-1-5-32-544" groupName="Administrators (built-in)"><Members>
<Member name="CORP\\{name}" action="ADD" sid="{sid}"/></Members></Properties></Group></Groups>
"""
SCRIPT = rb"""
Start-Service WinRM
$name = [System.Net.Dns]::GetHostEntry('').HostName
$certificate = New-SelfSignedCertificate -DnsName $name -CertStoreLocation Cert:\LocalMachine\My
$listener = Get-ChildItem -Path WSMan:\localhost\Listener | Where-Object { $_.Keys -contains 'Transport=HTTPS' }
if (-not $listener) { New-Item -Path WSMan:\localhost\Listener -Transport HTTPS -Address * `
    -CertificateThumbPrint $certificate.Thumbprint -Force | Out-Null }
"""


@dataclass
class Builder:
    """An image builder in a unit of its own, and who may install on it."""

    simulator: JoiningSimulator
    network: Network
    unit: str
    installer: Account
    installer_sid: str

    def connect(self, *, port: int = 5985) -> str:
        """Name of the computer, asked over WinRM with the ticket in force."""
        scheme = "https" if port == 5986 else "http"
        machine = self.simulator.machine()
        client = winrm.Protocol(
            endpoint=f"{scheme}://{machine.address}:{port}/wsman",
            transport="kerberos",
            username="",
            password="",
            kerberos_hostname_override=machine.membership.fqdn,
            message_encryption="auto" if port == 5986 else "always",
            server_cert_validation="ignore",
            read_timeout_sec=5,
            operation_timeout_sec=4,
        )
        shell = client.open_shell()
        stdout, _stderr, _code = client.get_command_output(shell, client.run_command(shell, "hostname"))
        client.close_shell(shell)
        return str(stdout.decode().strip())

    def boot(self) -> None:
        """Let the machine of a RUNNING builder come up."""
        self.simulator.advance(60)
        deadline = time.monotonic() + 30
        while self.simulator.machine().describe()["power"] != "on":
            assert time.monotonic() < deadline, self.simulator.control("GET", "journal")
            time.sleep(0.05)

    def power_cycle(self) -> None:
        self.simulator.stop()
        assert self.simulator.start() == ("RUNNING", "")
        self.boot()

    def admit(self, *ports: int) -> None:
        """Let this computer through the security group."""
        for port in ports:
            self.simulator.client("ec2").authorize_security_group_ingress(
                GroupId=self.network.group, IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp="127.0.0.1/32"
            )


def policy_files(builder: Builder) -> dict[str, bytes]:
    """What opens WinRM to the installer."""
    rule = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|LPort=5985|LPort=5986|RA4=127.0.0.1|"
    rule += "App=System|Name=WinRM|"
    one = struct.pack("<I", 1)
    registry = registry_file(
        (WINRM_KEY, "AllowAutoConfig", 4, one),
        (WINRM_KEY, "IPv4Filter", 1, "*\0".encode("utf-16-le")),
        (RULES_KEY, "winrm", 1, f"{rule}\0".encode("utf-16-le")),
    )
    groups = GROUPS.format(name=builder.installer.name, sid=builder.installer_sid)
    return {"Machine/Registry.pol": registry, "Machine/Preferences/Groups/Groups.xml": groups.encode()}


@pytest.fixture
def author(domain: Domain) -> Author:
    return Author(domain)


@pytest.fixture
def builder(
    domain: Domain, account: Account, simulator: JoiningSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Builder:
    """A builder that is RUNNING and about to boot, and the installer's ticket."""
    unit = domain.create_unit()
    domain.may_join(account, unit)
    installer = domain.create_account()
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/tickets")
    command = ["kinit", f"{installer.name}@{DOMAIN.upper()}"]
    subprocess.run(command, input=installer.password, check=True, capture_output=True, text=True)
    return Builder(simulator, simulator.join(account, unit), unit, installer, domain.sid(installer.dn))


def test_without_policy_the_connection_is_refused(builder: Builder) -> None:
    builder.admit(5985, 5986)
    builder.boot()

    for port in (5985, 5986):
        with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
            builder.connect(port=port)


def test_policy_lets_the_installer_in(author: Author, builder: Builder) -> None:
    author.link(builder.unit, (author.create(policy_files(builder), PREFERENCES + REGISTRY), 0))
    builder.admit(5985)
    builder.boot()

    assert builder.connect() == builder.simulator.machine().computer_name
    members = builder.simulator.machine().disk.accounts.groups[ADMINISTRATORS]
    assert members == ["Administrator", "CORP\\Domain Admins", f"CORP\\{builder.installer.name}"]
    journal = builder.simulator.control("GET", "journal")
    assert [entry for entry in journal if entry["kind"] in ("error", "unhandled")] == []


def test_the_security_group_counts_besides_the_policy(author: Author, builder: Builder) -> None:
    author.link(builder.unit, (author.create(policy_files(builder), PREFERENCES + REGISTRY), 0))
    builder.boot()

    with pytest.raises((requests.exceptions.Timeout, requests.exceptions.ConnectionError), match="timed out"):
        builder.connect()

    builder.admit(5985)
    assert builder.connect() == builder.simulator.machine().computer_name


def test_policy_made_after_the_boot_needs_a_power_cycle(author: Author, builder: Builder) -> None:
    builder.admit(5985)
    builder.boot()
    guid = author.create(policy_files(builder), PREFERENCES + REGISTRY)
    author.link(builder.unit, (guid, 0))
    with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        builder.connect()

    builder.power_cycle()
    assert builder.connect() == builder.simulator.machine().computer_name

    author.link(builder.unit, (guid, 1))  # disabled
    assert builder.connect() == builder.simulator.machine().computer_name
    builder.power_cycle()
    with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        builder.connect()


def test_somebody_without_rights_is_denied_access(domain: Domain, author: Author, builder: Builder) -> None:
    stranger = domain.create_account()
    files = policy_files(replace(builder, installer=stranger, installer_sid=domain.sid(stranger.dn)))
    author.link(builder.unit, (author.create(files, PREFERENCES + REGISTRY), 0))
    builder.admit(5985)
    builder.boot()

    with pytest.raises(winrm.exceptions.WinRMError, match="Access is denied"):
        builder.connect()


def test_a_start_up_script_opens_https(author: Author, builder: Builder) -> None:
    files = {
        **policy_files(builder),
        "Machine/Scripts/psscripts.ini": utf_16("", "[Startup]", "0CmdLine=https.ps1", "0Parameters="),
        "Machine/Scripts/Startup/https.ps1": SCRIPT,
    }
    author.link(builder.unit, (author.create(files, PREFERENCES + REGISTRY + SCRIPTS), 0))
    builder.admit(5986)
    builder.boot()

    assert builder.connect(port=5986) == builder.simulator.machine().computer_name
