# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Start-up scripts of group policy: they run before WinRM does, and one with anything unknown in it has no effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy import ComputerPolicy, PolicyObject, StartupScript
from appstream_simulator.windows.machine.winrm_configuration import HTTPS_LISTENER_KEY
from simulated_machine import World

FQDN = "ib1.corp.example.com"
MEMBERSHIP = Membership(
    domain="corp.example.com",
    netbios_name="CORP",
    controller="dc1.corp.example.com",
    controller_address="127.0.0.10",
    computer_name="IB1",
    fqdn=FQDN,
    keytab=Path("unused.keytab"),
    kerberos_configuration=Path("unused.conf"),
)
START = "Set-Service -Name WinRM -StartupType Automatic\nStart-Service WinRM\n"
LISTENER = r"""
$ErrorActionPreference = 'Stop'
$name = [System.Net.Dns]::GetHostEntry('').HostName  # as the domain knows it
$certificate = Get-ChildItem -Path Cert:\LocalMachine\My |
    Where-Object { $_.Subject -eq "CN=$name" -and $_.HasPrivateKey -and $_.NotAfter -gt (Get-Date).AddDays(30) } |
    Sort-Object -Property NotAfter -Descending | Select-Object -First 1
if (-not $certificate) {
    $certificate = New-SelfSignedCertificate -DnsName $name -CertStoreLocation Cert:\LocalMachine\My
}
$listener = Get-ChildItem -Path WSMan:\localhost\Listener | Where-Object { $_.Keys -contains 'Transport=HTTPS' }
if (-not $listener) {
    New-Item -Path WSMan:\localhost\Listener -Transport HTTPS -Address * `
        -CertificateThumbPrint $certificate.Thumbprint -Force | Out-Null
}
"""
ONE_LINE = (
    "$n = [Net.Dns]::GetHostByName($env:computerName).HostName; Start-Service winrm; "
    "$c = New-SelfSignedCertificate -CertStoreLocation 'cert:\\localmachine\\my' -DnsName $n -KeyLength 2048; "
    "new-item -Path WSMan:\\localhost\\Listener -Address * -Transport HTTPS -Force "
    "-CertificateThumbprint $c.Thumbprint"
)
RETRIED = "for ($i = 1; $i -le 5; $i++) { try { %s; break } catch { if ($i -ge 5) { throw }; Start-Sleep 15 } }"


@dataclass
class Member:
    """A member of a domain whose policy has one start-up script."""

    world: World
    script: str = ""

    def boot(self, script: str | None = None) -> None:
        self.script = self.script if script is None else script
        self.world.machine.power_off()
        self.world.machine.power_on("127.0.77.12")
        assert self.world.winrm.running.wait(10)

    @property
    def runs(self) -> list[tuple[bool, str]]:
        """Whether each run failed, and with what."""
        entries = self.world.journal.entries("startup_script")
        return [(entry["failed"], entry.get("message", "")) for entry in entries]

    @property
    def unhandled(self) -> list[str]:
        return [entry["text"] for entry in self.world.journal.entries("unhandled")]

    @property
    def certificates(self) -> list[str]:
        return list(self.world.machine.disk.certificates)

    @property
    def thumbprint(self) -> Any:
        value = self.world.machine.disk.registry.get(HTTPS_LISTENER_KEY, "certThumbprint")
        return value.data if value else None


@pytest.fixture
def member(new_world: Callable[..., World]) -> Member:
    world = new_world(closed=True)
    member = Member(world)

    def read(_membership: Membership) -> ComputerPolicy:
        script = StartupScript("https.ps1", "", True, member.script.encode())
        return ComputerPolicy([PolicyObject("{1}", "policy", 1, startup_scripts=[script])])

    world.machine.options.read_policy = read
    world.machine.join(MEMBERSHIP)
    return member


def test_winrm_is_not_running_yet_when_a_start_up_script_runs(member: Member) -> None:
    member.boot(LISTENER)

    ((failed, message),) = member.runs
    assert failed and "WinRM service is not started currently" in message
    assert member.thumbprint is None
    # It comes up afterwards all the same.
    assert member.world.machine.disk.services["winrm"].state == "running"


@pytest.mark.parametrize(
    "script", [START + LISTENER, (START + LISTENER).replace("\n", "\r\n"), "\ufeff" + START + LISTENER, ONE_LINE]
)
def test_a_certificate_and_a_listener_are_made(member: Member, script: str) -> None:
    member.boot(script)

    assert member.unhandled == [] and member.runs == [(False, "")]
    (certificate,) = member.world.machine.disk.certificates.values()
    assert certificate.subject == f"CN={FQDN}"
    assert member.thumbprint == certificate.thumbprint


def test_the_second_boot_changes_nothing(member: Member) -> None:
    member.boot(START + LISTENER)
    before = member.certificates

    member.boot()

    assert member.certificates == before
    assert member.runs == [(False, "")] * 2


def test_a_certificate_about_to_expire_is_not_taken(member: Member) -> None:
    member.boot(START + LISTENER)
    member.boot((START + LISTENER).replace("AddDays(30)", "AddDays(400)"))

    assert len(member.certificates) == 2
    # The listener that is there keeps the old one: the script only looks for any HTTPS listener.
    assert member.thumbprint == member.certificates[0]


def test_a_listener_that_is_there_already_is_an_error(member: Member) -> None:
    member.boot(START + LISTENER)
    member.boot(f"$ErrorActionPreference = 'Stop'; {ONE_LINE}")

    assert [failed for failed, _message in member.runs] == [False, True]
    assert "already exists" in member.runs[1][1]


def test_a_listener_needs_a_certificate_that_is_there(member: Member) -> None:
    member.boot(ONE_LINE.replace("$c.Thumbprint", "0123456789ABCDEF"))

    assert member.thumbprint is None
    (entry,) = member.world.journal.entries("startup_script")
    assert "thumbprint is not valid" in entry["errors"][0]


def test_a_service_that_does_not_come_up_is_tried_again(member: Member) -> None:
    member.world.machine.options.faults.add({"kind": "no_start", "match": "^WinRM$", "times": 2})

    member.boot(RETRIED % (START + LISTENER))

    assert member.runs == [(False, "")]
    assert member.thumbprint == member.certificates[0]


def test_a_service_that_never_comes_up_fails_the_script(member: Member) -> None:
    member.world.machine.options.faults.add({"kind": "no_start", "host": "design", "match": "WinRM"})

    member.boot(f"$ErrorActionPreference = 'Stop'; {RETRIED % (START + LISTENER)}")

    assert member.runs[0][0] and "Failed to start service" in member.runs[0][1]
    assert member.thumbprint is None


def test_a_script_can_take_its_time_and_the_machine_go_off_meanwhile(member: Member) -> None:
    member.script = "Start-Sleep -Seconds 100000000"
    member.world.machine.power_on("127.0.77.12")
    assert not member.world.winrm.running.wait(0.2)

    member.world.machine.power_off()

    assert not member.world.winrm.running.wait(0.2)
    assert member.runs == []


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("$ErrorActionPreference = 'Stop'", "Set-NetFirewallProfile -Enabled False"),
        ("$ErrorActionPreference = 'Stop'", "Set-Item WSMan:\\localhost\\Service\\Auth\\Basic $true"),
        ("-Transport HTTPS", "-Transport HTTPS -HostName other"),
        ("-Force | Out-Null", "-Force | Out-File C:\\x"),
        ("GetHostEntry('')", "GetHostAddresses('')"),
        ("Set-Service", "Enable-PSRemoting -Force; Set-Service"),
    ],
)
def test_a_script_with_anything_unknown_in_it_has_no_effect(member: Member, part: str, instead: str) -> None:
    script = START + LISTENER
    assert part in script

    member.boot(script.replace(part, instead, 1))

    assert len(member.unhandled) == 1 and member.runs == []
    assert member.certificates == [] and member.thumbprint is None


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("Cert:\\LocalMachine\\My |", "Cert:\\LocalMachine |"),
        ("WSMan:\\localhost\\Listener |", "WSMan:\\localhost\\Service |"),
        ("WSMan:\\localhost\\Listener |", "WSMan:\\localhost\\Listener -Recurse |"),
        ("GetHostEntry('')", "GetHostEntry('elsewhere')"),
        (".HasPrivateKey", ".Archived"),
        ("-Address *", "-Address IP:10.1.2.3"),
        ("-Force | Out-Null", "| Out-Null"),
        ("-DnsName $name", "-DnsName $name, 'other'"),
        ("-DnsName $name", "-DnsName $name -KeyLength 4096"),
    ],
)
def test_what_turns_out_to_be_unknown_ends_a_script(member: Member, part: str, instead: str) -> None:
    script = START + LISTENER
    assert part in script

    # A certificate is there to be looked at, and another has to be made.
    if part == ".HasPrivateKey":
        member.boot(START + LISTENER)
    member.boot(
        script.replace(part, instead, 1).replace(".HasPrivateKey", ".HasPrivateKey -and $false")
        if part.startswith("-DnsName")
        else script.replace(part, instead, 1)
    )

    assert len(member.unhandled) == 1


def test_listeners_and_certificates_are_seen_by_scripts_of_modules(world: World) -> None:
    script = (
        "Get-ChildItem WSMan:\\localhost\\Listener | ForEach-Object { $_.Keys }; "
        "(Get-ChildItem Cert:\\LocalMachine\\Root).Count"
    )
    result = world.module("win_powershell", {"script": script})

    assert result["output"] == ["Transport=HTTP", "Address=*", "Transport=HTTPS", "Address=*", 0]
    absent = world.module("win_powershell", {"script": "Get-ChildItem Cert:\\LocalMachine\\Nothing"})
    assert "does not exist" in absent["error"][0]["exception"]["message"]


def test_only_listeners_have_a_transport(world: World) -> None:
    result = world.module("win_powershell", {"script": "New-Item -Path C:\\x -Transport HTTPS"})

    assert "matches parameter name 'Transport'" in result["error"][0]["exception"]["message"]
    assert not world.machine.disk.exists("C:\\x")
