# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Members of a real domain, reached over WinRM with real tickets; the policy they find is made up here."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import krb5
import pypsrp.exceptions
import pytest
import requests.exceptions
import winrm.exceptions
from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy import PolicyObject, RegistryValue, StartupScript
from appstream_simulator.windows.machine.accounts import ADMINISTRATORS, LocalUser
from appstream_simulator.windows.protocol import network_credentials
from appstream_simulator.windows.protocol.network_credentials import NetworkCredentials
from pypsrp.client import Client
from winrm_members import (
    LISTENER_SCRIPT,
    PASSWORD,
    WINRM_KEY,
    Member,
    People,
    connection,
    output,
    policy,
    psrp_settings,
)


def test_a_member_of_the_group_gets_in_with_a_ticket(
    people: People, memberships: list[Membership], member_of: Callable[..., Member], ticket: Callable[..., None]
) -> None:
    member = member_of(memberships[0], policy(people))
    member.power_cycle()
    ticket(people.insider)

    assert output(connection(member), "whoami") == f"corp\\{people.insider}"
    assert member.journal.entries("auth", outcome="accepted", scheme="Negotiate", user=f"CORP\\{people.insider}")
    assert member.machine.is_administrator(f"CORP\\{people.insider}")
    assert f"CORP\\{people.group}" in member.machine.disk.accounts.groups[ADMINISTRATORS]


@pytest.mark.parametrize("auth", ["kerberos", "negotiate"])
@pytest.mark.parametrize("service", ["HTTP", "WSMAN", "host"])
def test_pypsrp(
    people: People, memberships: list[Membership], member_of: Callable[..., Member], auth: str, service: str
) -> None:
    member = member_of(memberships[0], policy(people))
    member.power_cycle()

    settings = psrp_settings(member, people.insider, auth=auth, negotiate_service=service)
    with Client(member.address, **settings) as client:
        stdout, _stderr, code = client.execute_cmd("hostname")

    assert (stdout.strip(), code) == (member.membership.computer_name, 0)


@pytest.mark.parametrize("delegate", [False, True])
def test_only_a_delegated_ticket_leads_on(
    people: People,
    memberships: list[Membership],
    member_of: Callable[..., Member],
    monkeypatch: pytest.MonkeyPatch,
    delegate: bool,
) -> None:
    seen = []

    def using(credentials: NetworkCredentials | None) -> AbstractContextManager[None]:
        seen.append(credentials)
        return nullcontext()

    monkeypatch.setattr(network_credentials, "using", using)
    member = member_of(memberships[0], policy(people))
    member.power_cycle()

    settings = psrp_settings(member, people.insider, negotiate_delegate=delegate)
    with Client(member.address, **settings) as client:
        client.execute_cmd("hostname")

    assert set(seen) == {NetworkCredentials(f"CORP\\{people.insider}") if delegate else None}


@pytest.mark.parametrize("transport", ["pywinrm", "pypsrp"])
def test_a_user_without_rights_is_denied_access(
    people: People,
    memberships: list[Membership],
    member_of: Callable[..., Member],
    ticket: Callable[..., None],
    transport: str,
) -> None:
    member = member_of(memberships[0], policy(people))
    member.power_cycle()
    ticket(people.outsider)

    with pytest.raises((winrm.exceptions.WinRMError, pypsrp.exceptions.WSManFaultError)) as error:
        if transport == "pywinrm":
            connection(member).open_shell()
        else:
            with Client(member.address, **psrp_settings(member, people.outsider)) as client:
                client.execute_cmd("hostname")

    assert "Access is denied" in str(error.value)
    assert member.journal.entries("auth", outcome="denied", user=f"CORP\\{people.outsider}")
    assert not member.journal.entries("auth", outcome="accepted")
    assert not member.machine.is_administrator(f"CORP\\{people.outsider}")


def test_the_domain_s_administrators_are_administrators(
    people: People, memberships: list[Membership], member_of: Callable[..., Member]
) -> None:
    member = member_of(memberships[0], policy(people))
    member.power_cycle()
    settings = psrp_settings(member, "Administrator", os.environ["DOMAIN_ADMINISTRATOR_PASSWORD"])

    with Client(member.address, **settings) as client:
        assert client.execute_cmd("whoami")[0].strip() == "corp\\administrator"


def test_a_ticket_for_another_computer_is_refused(
    people: People, memberships: list[Membership], member_of: Callable[..., Member], ticket: Callable[..., None]
) -> None:
    member = member_of(memberships[0], policy(people))
    member.power_cycle()
    ticket(people.insider)

    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        connection(member, kerberos_hostname_override=memberships[1].fqdn).open_shell()

    assert member.journal.entries("auth", outcome="refused", scheme="Negotiate")


def test_a_wrong_password_is_the_client_s_problem(
    people: People, memberships: list[Membership], member_of: Callable[..., Member]
) -> None:
    member = member_of(memberships[0], policy(people))
    member.power_cycle()

    with (
        pytest.raises(krb5.Krb5Error, match="Preauthentication failed"),
        Client(member.address, **psrp_settings(member, people.insider, "Wrong-1")) as client,
    ):
        client.execute_cmd("hostname")

    assert not member.journal.entries("auth", outcome="accepted")


def test_without_policy_nobody_listens(memberships: list[Membership], member_of: Callable[..., Member]) -> None:
    member = member_of(memberships[0])
    member.power_cycle()

    for port in (5985, 5986):
        with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
            requests.get(f"http://{member.address}:{port}/wsman", timeout=5)


@pytest.mark.parametrize("wall", ["firewall", "security group"])
def test_who_is_kept_out_gets_no_answer(
    people: People,
    memberships: list[Membership],
    member_of: Callable[..., Member],
    ticket: Callable[..., None],
    wall: str,
) -> None:
    member = member_of(memberships[0], policy(people, source="10.1.2.3" if wall == "firewall" else "127.0.0.1"))
    if wall == "security group":
        member.admitted = lambda source, port: (source, port) != ("127.0.0.1", 5985)
    member.power_cycle()
    ticket(people.insider)

    with pytest.raises((requests.exceptions.Timeout, requests.exceptions.ConnectionError), match="timed out"):
        connection(member).open_shell()

    (entry,) = member.journal.entries("firewall")
    assert (entry["source"], entry["port"], entry["reason"]) == ("127.0.0.1", 5985, wall)
    assert not member.journal.entries("auth")


def test_who_is_kept_out_does_not_keep_others_out(
    people: People, memberships: list[Membership], member_of: Callable[..., Member], ticket: Callable[..., None]
) -> None:
    member = member_of(memberships[0], policy(people))
    member.admitted = lambda _source, _port: False
    member.power_cycle()
    ticket(people.insider)

    with pytest.raises((requests.exceptions.Timeout, requests.exceptions.ConnectionError)):
        requests.get(f"http://{member.address}:5985/wsman", timeout=1)
    member.admitted = lambda _source, _port: True
    assert output(connection(member), "hostname") == member.membership.computer_name


def test_a_local_account_gets_in_with_ntlm(
    people: People, memberships: list[Membership], member_of: Callable[..., Member]
) -> None:
    member = member_of(memberships[0], policy(people))
    accounts = member.machine.disk.accounts
    accounts.users["local"] = LocalUser("local", "Local-Pass-1")
    accounts.groups[ADMINISTRATORS].append("local")
    member.power_cycle()
    login = {"transport": "ntlm", "username": "local", "password": "Local-Pass-1"}

    assert output(connection(member, **login), "hostname") == member.membership.computer_name
    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        connection(member, **{**login, "password": "wrong"}).open_shell()


@pytest.mark.parametrize("name", ["CORP\\{}", "{}@corp.example.com"])
def test_an_account_of_the_domain_cannot_be_verified_with_ntlm(
    people: People, memberships: list[Membership], member_of: Callable[..., Member], name: str
) -> None:
    member = member_of(memberships[0], policy(people))
    member.power_cycle()

    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        connection(member, transport="ntlm", username=name.format(people.insider), password=PASSWORD).open_shell()

    (entry,) = member.journal.entries("auth")
    assert entry["outcome"] == "refused"
    assert "cannot be verified here" in entry["reason"]


@pytest.mark.parametrize(
    ("values", "works"),
    [({}, True), ({"AllowKerberos": 0}, False), ({"AllowNegotiate": 0}, False), ({"AllowKerberos": 1}, True)],
)
def test_policy_forbids_ways_to_authenticate(
    people: People,
    memberships: list[Membership],
    member_of: Callable[..., Member],
    ticket: Callable[..., None],
    values: dict[str, int],
    works: bool,
) -> None:
    member = member_of(memberships[0], policy(people, **values))
    member.power_cycle()
    ticket(people.insider)
    challenge = requests.post(f"http://{member.address}:5985/wsman", timeout=5).headers.get("WWW-Authenticate", "")

    assert ("Kerberos" in challenge) == (values.get("AllowKerberos", 1) == 1)
    assert ("Negotiate" in challenge) == ("AllowNegotiate" not in values)
    assert "CredSSP" not in challenge and "Basic" not in challenge
    if works:
        assert output(connection(member), "hostname") == member.membership.computer_name
    else:
        with pytest.raises((winrm.exceptions.WinRMError, winrm.exceptions.InvalidCredentialsError)):
            connection(member).open_shell()


def test_the_kerberos_scheme_does_without_negotiate(
    people: People, memberships: list[Membership], member_of: Callable[..., Member]
) -> None:
    member = member_of(memberships[0], policy(people, AllowNegotiate=0))
    member.power_cycle()

    with Client(member.address, **psrp_settings(member, people.insider)) as client:
        assert client.execute_cmd("hostname")[2] == 0

    assert member.journal.entries("auth", outcome="accepted", scheme="Kerberos")


def test_unencrypted_bodies_are_refused(
    people: People, memberships: list[Membership], member_of: Callable[..., Member], ticket: Callable[..., None]
) -> None:
    member = member_of(memberships[0], policy(people))
    member.power_cycle()
    ticket(people.insider)

    with pytest.raises(winrm.exceptions.WinRMTransportError, match="500"):
        connection(member, message_encryption="never").open_shell()

    member.policy = [policy(people, AllowUnencryptedTraffic=1)]
    member.power_cycle()
    assert output(connection(member, message_encryption="never"), "hostname") == member.membership.computer_name


def test_remote_shells_can_be_forbidden(
    people: People, memberships: list[Membership], member_of: Callable[..., Member], ticket: Callable[..., None]
) -> None:
    forbidding = PolicyObject(
        "{2}", "baseline", 1, registry=[RegistryValue(f"{WINRM_KEY}\\WinRS", "AllowRemoteShellAccess", "REG_DWORD", 0)]
    )
    member = member_of(memberships[0], policy(people), forbidding)
    member.power_cycle()
    ticket(people.insider)

    with pytest.raises(winrm.exceptions.WinRMError, match="Access is denied"):
        connection(member).open_shell()


def test_a_changed_policy_counts_after_a_power_cycle_only(
    people: People, memberships: list[Membership], member_of: Callable[..., Member], ticket: Callable[..., None]
) -> None:
    member = member_of(memberships[0], policy(people))
    member.power_cycle()
    ticket(people.insider)
    member.policy = []
    assert output(connection(member), "hostname") == member.membership.computer_name

    member.power_cycle()

    with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        connection(member).open_shell()
    # Tattooed: the group stays when the policy has gone.
    assert f"CORP\\{people.group}" in member.machine.disk.accounts.groups[ADMINISTRATORS]


def test_an_unreachable_domain_leaves_the_policy_as_it_was(
    people: People, memberships: list[Membership], member_of: Callable[..., Member], ticket: Callable[..., None]
) -> None:
    member = member_of(memberships[0], policy(people))
    member.power_cycle()
    ticket(people.insider)
    member.policy, member.reachable = [], False

    member.power_cycle()

    assert member.journal.entries("policy", outcome="unreachable")
    assert output(connection(member), "hostname") == member.membership.computer_name


def test_the_first_boot_may_go_without_policy(
    people: People, memberships: list[Membership], member_of: Callable[..., Member], ticket: Callable[..., None]
) -> None:
    member = member_of(memberships[0], policy(people))
    member.machine.options.first_boot_applies_policy = False
    ticket(people.insider)

    member.power_cycle()
    with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        connection(member).open_shell()

    member.power_cycle()
    assert output(connection(member), "hostname") == member.membership.computer_name


def test_an_https_listener_made_by_a_start_up_script(
    people: People, memberships: list[Membership], member_of: Callable[..., Member], ticket: Callable[..., None]
) -> None:
    script = StartupScript("listener.ps1", "", True, LISTENER_SCRIPT.encode())
    scripting = PolicyObject("{3}", "script", 1, startup_scripts=[script])
    member = member_of(memberships[0], policy(people), scripting)
    member.power_cycle()
    ticket(people.insider)
    https = {"endpoint": f"https://{member.address}:5986/wsman", "message_encryption": "auto"}

    assert (
        output(connection(member, server_cert_validation="ignore", **https), "hostname")
        == member.membership.computer_name
    )
    with pytest.raises(requests.exceptions.SSLError):
        connection(member, ca_trust_path="/etc/ssl/certs/ca-certificates.crt", **https).open_shell()

    (certificate,) = member.machine.disk.certificates.values()
    assert certificate.subject == f"CN={member.membership.fqdn}"
    member.power_cycle()
    assert list(member.machine.disk.certificates.values()) == [certificate]
    assert [entry["failed"] for entry in member.journal.entries("startup_script")] == [False, False]
