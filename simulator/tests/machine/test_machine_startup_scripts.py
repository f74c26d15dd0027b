# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Start-up scripts: the family that has an effect, and everything that must not have any."""

from __future__ import annotations

import time

import pytest
from appstream_simulator.windows.domain import startup_script_effects
from appstream_simulator.windows.domain.powershell_statements import Unrecognised, parameters, statements
from appstream_simulator.windows.domain.startup_script_effects import ScriptError
from appstream_simulator.windows.machine.disk import Disk
from appstream_simulator.windows.machine.winrm_configuration import HTTPS_LISTENER_KEY
from hypothesis import given
from hypothesis import strategies as st

FQDN = "ib1.corp.example.com"
SCRIPT = r"""<# Gives WinRM an HTTPS listener; # is no comment in here. #>
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
    "$n = [Net.Dns]::GetHostByName($env:computerName).HostName; "
    "$c = New-SelfSignedCertificate -CertStoreLocation 'cert:\\localmachine\\my' -DnsName $n -KeyLength 2048; "
    "new-item -Path WSMan:\\localhost\\Listener -Address * -Transport HTTPS -Force "
    "-CertificateThumbprint $c.Thumbprint"
)


@pytest.fixture
def disk() -> Disk:
    return Disk(time.time)


def run(text: str, disk: Disk, now: float | None = None) -> None:
    startup_script_effects.run(text, disk, FQDN, time.time() if now is None else now)


def thumbprint(disk: Disk) -> object:
    value = disk.registry.get(HTTPS_LISTENER_KEY, "certThumbprint")
    return value.data if value else None


@pytest.mark.parametrize("text", [SCRIPT, SCRIPT.replace("\n", "\r\n"), "\ufeff" + SCRIPT, ONE_LINE])
def test_a_certificate_and_a_listener_are_made(disk: Disk, text: str) -> None:
    run(text, disk)

    (certificate,) = disk.certificates.values()
    assert certificate.subject == f"CN={FQDN}"
    assert thumbprint(disk) == certificate.thumbprint


def test_the_second_boot_changes_nothing(disk: Disk) -> None:
    run(SCRIPT, disk)
    before = dict(disk.certificates)

    run(SCRIPT, disk)

    assert disk.certificates == before


def test_a_certificate_about_to_expire_is_not_taken(disk: Disk) -> None:
    run(SCRIPT, disk)
    run(SCRIPT, disk, time.time() + 340 * 86400)

    assert len(disk.certificates) == 2
    # The listener that is there keeps the old one: the script only looks for any HTTPS listener.
    assert thumbprint(disk) == next(iter(disk.certificates))


def test_a_listener_that_is_there_already_is_an_error(disk: Disk) -> None:
    run(SCRIPT, disk)

    with pytest.raises(ScriptError, match="listener already"):
        run(ONE_LINE, disk)


def test_a_variable_that_was_never_set(disk: Disk) -> None:
    with pytest.raises(ScriptError, match=r"\$name"):
        run("$c = New-SelfSignedCertificate -DnsName $name -CertStoreLocation Cert:\\LocalMachine\\My", disk)


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("$ErrorActionPreference = 'Stop'", "$ErrorActionPreference = 'SilentlyContinue'"),
        ("$ErrorActionPreference = 'Stop'", "Set-NetFirewallProfile -Enabled False"),
        ("$ErrorActionPreference = 'Stop'", "Set-Item WSMan:\\localhost\\Service\\Auth\\Basic $true"),
        ("$ErrorActionPreference = 'Stop'", "function Stop-It { }"),
        ("$ErrorActionPreference = 'Stop'", "$x = @'\nhere\n'@"),
        ("GetHostEntry('')", "GetHostEntry('elsewhere')"),
        (".HasPrivateKey", ".Archived"),
        ("Cert:\\LocalMachine\\My |", "Cert:\\CurrentUser\\My |"),
        ("| Select-Object -First 1", ""),
        ("-Descending ", ""),
        ("if (-not $certificate)", "if (Test-Path C:\\x)"),
        ("if (-not $certificate)", "while (-not $certificate)"),
        ("Transport=HTTPS", "Transport=HTTP"),
        ("-Transport HTTPS", "-Transport HTTP"),
        ("-Address *", "-Address IP:10.1.2.3"),
        ("-Force | Out-Null", "| Out-Null"),
        ("-Force | Out-Null", "-Force | Out-File C:\\x"),
        ("-Force | Out-Null", "-Force -HostName other"),
        ("$certificate.Thumbprint", "0123456789ABCDEF"),
        ("-DnsName $name", "-DnsName other.example.com"),
        ("-DnsName $name", "-DnsName $name, 'other'"),
        ("\n}\n$listener", "\n$listener"),
        ("Stop'", "Stop"),
    ],
)
def test_a_script_with_anything_else_in_it_has_no_effect(disk: Disk, part: str, instead: str) -> None:
    assert part in SCRIPT

    with pytest.raises(Unrecognised):
        run(SCRIPT.replace(part, instead, 1), disk)

    assert not disk.certificates and thumbprint(disk) is None


def test_statements() -> None:
    text = "a 'x;y' # c\n\nb | \n c; d {\n e; f # g\n} <# ; #>\n\"#;\"; h `\n i"

    assert statements(text) == ["a 'x;y'", "b | \n c", "d {\n e; f \n}", '"#;"', "h   i"]


@pytest.mark.parametrize("text", ["(", ")", "{]", "'", '"', "<# ", 'a "b`"c"', "@'\nx\n'@", "a ` b"])
def test_what_is_no_statement(text: str) -> None:
    with pytest.raises(Unrecognised):
        statements(text)


def test_parameters() -> None:
    assert parameters("New-Item -Path 'a b' -Force  -Address * -Port 5986", "new-item") == {
        "path": "a b",
        "force": "",
        "address": "*",
        "port": "5986",
    }


@pytest.mark.parametrize(
    "command", ["New-Items -Path a", "New-Item a", "New-Item -Path a b", "New-Item -Path (a)", "New-Item -A 1 -a 2"]
)
def test_other_parameters(command: str) -> None:
    with pytest.raises(Unrecognised):
        parameters(command, "New-Item")


@given(st.text(alphabet="$ab'\"{}()|;#\n` -=", max_size=30))
def test_no_text_does_anything_unforeseen(text: str) -> None:
    disk = Disk(time.time)
    try:
        run(text, disk)
    except (Unrecognised, ScriptError):
        pass
    assert not disk.certificates and thumbprint(disk) is None
