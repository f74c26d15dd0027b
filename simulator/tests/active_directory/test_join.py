# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An image builder really joins its domain, or fails with the code AppStream documents."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ldap
import pytest
from appstream_simulator.aws.models import appstream_backends
from appstream_simulator.windows.domain.join_errors import TEXTS
from appstream_simulator.windows.machine.requests import CreateImage
from joining_simulator import BASE_IMAGE, OLD_AGENT_IMAGE, JoiningSimulator, Network
from simulated_domain import ADDRESS, BASE, DOMAIN, Account, Domain

NO_SUCH_DOMAIN = ("FAILED", "DOMAIN_JOIN_ERROR_NO_SUCH_DOMAIN")
# TCP and UDP ports a member needs, as rules of a security group.
NEEDED = [("tcp", 53), ("udp", 53), ("tcp", 88), ("udp", 88), ("tcp", 389), ("udp", 389), ("tcp", 445)]


@pytest.fixture
def own_unit(domain: Domain, account: Account) -> str:
    """A unit of the test's own."""
    unit = domain.create_unit()
    domain.may_join(account, unit)
    return unit


def test_join_creates_the_account(domain: Domain, account: Account, own_unit: str, simulator: JoiningSimulator) -> None:
    simulator.join(account, own_unit)
    ((dn, computer),) = domain.computers(own_unit).items()
    membership = simulator.machine().membership
    name = membership.computer_name
    assert dn == f"CN={name},{own_unit}"
    assert name.startswith("EC2AMAZ-") and len(name) == 15
    assert computer["description"] == [b"WorkSpaces Applications - image-builder:builder"]
    assert computer["operatingSystem"] == [b"Windows Server 2022 Datacenter"]
    assert computer["sAMAccountName"] == [f"{name}$".encode()]
    assert computer["dNSHostName"] == [membership.fqdn.encode()] == [f"{name}.{DOMAIN}".lower().encode()]
    assert int(computer["userAccountControl"][0]) & 0x1002 == 0x1000  # a workstation's, not disabled
    names = {entry.decode().lower() for entry in computer["servicePrincipalName"]}
    assert {f"{service}/{membership.fqdn}" for service in ("host", "http", "wsman")} <= names
    assert (membership.domain, membership.netbios_name, membership.controller) == (DOMAIN, "CORP", f"dc1.{DOMAIN}")


def test_keys_work_and_are_private(account: Account, unit: str, simulator: JoiningSimulator, tmp_path: Path) -> None:
    simulator.join(account, unit)
    membership = simulator.machine().membership
    assert membership.keytab.stat().st_mode & 0o777 == 0o600
    assert membership.keytab.parent.stat().st_mode & 0o777 == 0o700
    assert membership.keytab.parent.parent.stat().st_mode & 0o777 == 0o700
    environment = {"KRB5_CONFIG": str(membership.kerberos_configuration), "KRB5CCNAME": f"FILE:{tmp_path}/tickets"}
    for command in (
        ["kinit", "-k", "-t", str(membership.keytab), f"{membership.computer_name}$@{membership.realm}"],
        ["kvno", "-k", str(membership.keytab), f"HTTP/{membership.fqdn}", f"WSMAN/{membership.fqdn}"],
    ):
        finished = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert finished.returncode == 0, finished.stderr
    # The service account's ticket is gone.
    assert sorted(path.name for path in membership.keytab.parent.iterdir()) == ["krb5.conf", "krb5.keytab"]


@pytest.mark.parametrize(
    ("spelling", "password", "code"),
    [
        (r"CORP\{name}", "wrong", "LOGON_FAILURE"),
        (r"CORP\nobody-{name}", None, "LOGON_FAILURE"),
        (r"OTHER\{name}", None, "LOGON_FAILURE"),
        ("{name}", None, "LOGON_FAILURE"),
    ],
)
def test_wrong_credentials(
    spelling: str, password: str | None, code: str, account: Account, unit: str, simulator: JoiningSimulator
) -> None:
    simulator.set_directory(unit, spelling.format(name=account.name), password or account.password)
    simulator.create_builder(simulator.make_network(ADDRESS), unit)
    simulator.advance(600)
    assert simulator.outcome() == ("FAILED", f"DOMAIN_JOIN_ERROR_{code}")
    error = simulator.describe()["ImageBuilderErrors"][0]["ErrorMessage"]
    assert error == TEXTS[f"ERROR_{code}"] == "The user name or password is incorrect."


@pytest.mark.parametrize(
    "spelling", [r"CORP\{name}", r"{domain}\{name}", "{name}@{domain}", "{name}@other.example.net"]
)
def test_spellings_of_the_service_account(
    spelling: str, domain: Domain, account: Account, unit: str, simulator: JoiningSimulator
) -> None:
    if spelling.endswith("other.example.net"):
        domain.replace(account.dn, userPrincipalName=spelling.format(name=account.name).encode())
    simulator.set_directory(unit, spelling.format(name=account.name, domain=DOMAIN), account.password)
    simulator.create_builder(simulator.make_network(ADDRESS), unit)
    simulator.advance(600)
    assert simulator.outcome() == ("RUNNING", ""), simulator.control("GET", "journal")
    domain.replace(account.dn, userPrincipalName=f"{account.name}@{DOMAIN}".encode())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pwdLastSet": b"0", "userAccountControl": b"512"}, "DOMAIN_JOIN_NERR_PASSWORD_EXPIRED"),
        ({"userAccountControl": b"514"}, "DOMAIN_JOIN_ERROR_LOGON_FAILURE"),
        ({"accountExpires": b"130000000000000000"}, "DOMAIN_JOIN_ERROR_LOGON_FAILURE"),
    ],
)
def test_service_account_that_may_not_log_on(
    changes: dict[str, bytes], code: str, domain: Domain, unit: str, simulator: JoiningSimulator
) -> None:
    blocked = domain.create_account(**changes)
    simulator.set_directory(unit, rf"CORP\{blocked.name}", blocked.password)
    simulator.create_builder(simulator.make_network(ADDRESS), unit)
    simulator.advance(600)
    assert simulator.outcome() == ("FAILED", code)


def test_missing_right_is_refused_although_anybody_may_create_ten_computers(
    domain: Domain, account: Account, simulator: JoiningSimulator
) -> None:
    assert int(domain.read(BASE)["ms-DS-MachineAccountQuota"][0]) == 10
    unit = domain.create_unit()
    before = domain.computers()
    simulator.set_directory(unit, rf"CORP\{account.name}", account.password)
    simulator.create_builder(simulator.make_network(ADDRESS), unit)
    simulator.advance(600)
    assert simulator.outcome() == ("FAILED", "DOMAIN_JOIN_ERROR_ACCESS_DENIED")
    assert simulator.describe()["ImageBuilderErrors"][0]["ErrorMessage"] == "Access is denied."
    assert domain.computers() == before


@pytest.mark.parametrize("missing", ["OU=Nowhere,{base}", "OU=Nowhere", "OU=Nowhere,DC=elsewhere,DC=com"])
def test_unit_that_does_not_exist(missing: str, account: Account, simulator: JoiningSimulator) -> None:
    unit = missing.format(base=BASE)
    simulator.set_directory(unit, rf"CORP\{account.name}", account.password)
    simulator.create_builder(simulator.make_network(ADDRESS), unit)
    simulator.advance(600)
    assert simulator.outcome() == ("FAILED", "DOMAIN_JOIN_ERROR_FILE_NOT_FOUND")


@pytest.mark.parametrize("name_servers", [[], ["AmazonProvidedDNS"], ["127.0.0.98"]])
def test_domain_is_not_found_without_its_dns(
    name_servers: list[str], account: Account, unit: str, simulator: JoiningSimulator
) -> None:
    simulator.set_directory(unit, rf"CORP\{account.name}", account.password)
    simulator.create_builder(simulator.make_network(*name_servers), unit)
    simulator.advance(600)
    assert simulator.outcome() == NO_SUCH_DOMAIN


def test_domain_that_its_dns_does_not_know(account: Account, unit: str, simulator: JoiningSimulator) -> None:
    simulator.set_directory(unit, rf"CORP\{account.name}", account.password, "other.example.com")
    join = {"DirectoryName": "other.example.com", "OrganizationalUnitDistinguishedName": unit}
    simulator.create_builder(simulator.make_network(ADDRESS), unit, DomainJoinInfo=join)
    simulator.advance(600)
    assert simulator.outcome() == NO_SUCH_DOMAIN


def _let_out(simulator: JoiningSimulator, network: Network, ports: list[tuple[str, int]]) -> None:
    ec2 = simulator.client("ec2")
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=network.group, IpPermissions=everything)
    for protocol, port in ports:
        rule = {"IpProtocol": protocol, "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": f"{ADDRESS}/32"}]}
        ec2.authorize_security_group_egress(GroupId=network.group, IpPermissions=[rule])


def test_what_a_member_needs_to_be_let_out_is_enough(account: Account, unit: str, simulator: JoiningSimulator) -> None:
    network = simulator.make_network(ADDRESS)
    _let_out(simulator, network, NEEDED)
    simulator.set_directory(unit, rf"CORP\{account.name}", account.password)
    simulator.create_builder(network, unit)
    simulator.advance(600)
    assert simulator.outcome() == ("RUNNING", "")


@pytest.mark.parametrize("missing", NEEDED)
def test_closed_security_group(
    missing: tuple[str, int], account: Account, unit: str, simulator: JoiningSimulator
) -> None:
    network = simulator.make_network(ADDRESS)
    _let_out(simulator, network, [port for port in NEEDED if port != missing])
    simulator.set_directory(unit, rf"CORP\{account.name}", account.password)
    simulator.create_builder(network, unit)
    simulator.advance(600)
    assert simulator.outcome() == NO_SUCH_DOMAIN
    (entry,) = [entry for entry in simulator.control("GET", "journal") if entry["kind"] == "domain_join"]
    assert "security groups" in entry["detail"]


def test_inbound_connections_follow_the_rules_of_the_moment(
    account: Account, unit: str, simulator: JoiningSimulator
) -> None:
    network = simulator.join(account, unit)
    admits = simulator.machine().request.admits
    assert not admits("127.0.0.1", 5985)
    rule = {"IpProtocol": "tcp", "FromPort": 5985, "ToPort": 5986, "IpRanges": [{"CidrIp": "127.0.0.1/32"}]}
    simulator.client("ec2").authorize_security_group_ingress(GroupId=network.group, IpPermissions=[rule])
    assert admits("127.0.0.1", 5985) and admits("127.0.0.1", 5986)
    assert not admits("127.0.0.1", 5987) and not admits("127.0.0.2", 5985)
    simulator.client("ec2").revoke_security_group_ingress(GroupId=network.group, IpPermissions=[rule])
    assert not admits("127.0.0.1", 5985)


def test_account_survives_stop_and_start(
    domain: Domain, account: Account, own_unit: str, simulator: JoiningSimulator
) -> None:
    simulator.join(account, own_unit)
    before = domain.computers(own_unit)
    simulator.stop()
    assert simulator.start() == ("RUNNING", "")
    after = domain.computers(own_unit)
    assert [entry["pwdLastSet"] for entry in after.values()] == [entry["pwdLastSet"] for entry in before.values()]
    assert list(after) == list(before)


@pytest.mark.parametrize(
    ("harm", "code", "message"),
    [
        (
            lambda domain, dn: domain.ldap.delete_s(dn),
            "INTERNAL_SERVICE_ERROR",
            "The user name or password is incorrect.",
        ),
        (
            lambda domain, dn: domain.replace(dn, userAccountControl=b"4098"),
            "INTERNAL_SERVICE_ERROR",
            "The user name or password is incorrect.",
        ),
        (
            lambda domain, dn: domain.replace(dn, unicodePwd='"Somebody-elses-1"'.encode("utf-16-le")),
            "INTERNAL_SERVICE_ERROR",
            "The user name or password is incorrect.",
        ),
        (
            lambda domain, dn: domain.ldap.rename_s(dn, dn.split(",")[0], domain.create_unit()),
            "DOMAIN_JOIN_INTERNAL_SERVICE_ERROR",
            "The account already exists.",
        ),
    ],
    ids=["deleted", "disabled", "password changed", "moved"],
)
def test_start_with_a_spoilt_account(
    harm: Callable[[Domain, str], Any],
    code: str,
    message: str,
    domain: Domain,
    account: Account,
    own_unit: str,
    simulator: JoiningSimulator,
) -> None:
    simulator.join(account, own_unit)
    simulator.stop()
    (dn,) = domain.computers(own_unit)
    harm(domain, dn)
    assert simulator.start() == ("FAILED", code)
    assert simulator.describe()["ImageBuilderErrors"][0]["ErrorMessage"] == message


def test_start_when_the_domain_is_out_of_reach(account: Account, unit: str, simulator: JoiningSimulator) -> None:
    network = simulator.join(account, unit)
    simulator.stop()
    _let_out(simulator, network, [])
    assert simulator.start() == NO_SUCH_DOMAIN


def test_join_does_not_block_the_api(account: Account, unit: str, simulator: JoiningSimulator) -> None:
    simulator.set_directory(unit, rf"CORP\{account.name}", account.password)
    # A name server that does not answer takes seconds to give up.
    simulator.create_builder(simulator.make_network("127.0.0.97"), unit)
    silent = _silent_name_server("127.0.0.97")
    advance = threading.Thread(target=simulator.advance, args=(600,))
    advance.start()
    try:
        states, slowest = [], 0.0
        while advance.is_alive():
            begun = time.monotonic()
            states.append(simulator.describe()["State"])
            slowest = max(slowest, time.monotonic() - begun)
            time.sleep(0.1)
    finally:
        advance.join()
        silent.close()
    assert states.count("PENDING") > 10
    assert slowest < 2
    assert simulator.outcome() == NO_SUCH_DOMAIN


def _silent_name_server(address: str) -> Any:
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind((address, 53))
    return silent


def test_later_states_are_reached_in_the_same_jump_of_the_clock(
    account: Account, unit: str, simulator: JoiningSimulator
) -> None:
    simulator.set_directory(unit, rf"CORP\{account.name}", account.password)
    network = simulator.make_network(ADDRESS)
    simulator.create_builder(network, unit, ImageName=OLD_AGENT_IMAGE, AppstreamAgentVersion="LATEST")
    simulator.advance(720)
    assert simulator.outcome() == ("RUNNING", "")
    assert simulator.machine().address is not None


def test_reset_in_the_middle_of_a_join(account: Account, unit: str, simulator: JoiningSimulator) -> None:
    simulator.set_directory(unit, rf"CORP\{account.name}", account.password)
    simulator.create_builder(simulator.make_network(ADDRESS), unit)
    advance = threading.Thread(target=simulator.advance, args=(600,))
    advance.start()
    simulator.control("POST", "reset")
    advance.join()
    assert simulator.client().describe_image_builders()["ImageBuilders"] == []
    assert simulator.server.site.machines() == []


def test_password_is_nowhere(domain: Domain, unit: str, simulator: JoiningSimulator) -> None:
    account = domain.create_account()
    domain.may_join(account, unit)
    command_lines: set[str] = set()
    done = threading.Event()
    watch = threading.Thread(target=_watch_command_lines, args=(command_lines, done))
    watch.start()
    simulator.join(account, unit)
    done.set()
    watch.join()
    assert any("adcli" in line and "join" in line for line in command_lines), "the watch saw nothing"
    assert any("windows.domain.member" in line for line in command_lines), "the watch saw nothing"
    appstream = simulator.client()
    config = next(iter(appstream_backends["123456789012"]["eu-west-1"].directory_configs.values()))
    seen = [
        *command_lines,
        json.dumps(simulator.control("GET", "calls")),
        json.dumps(simulator.control("GET", "journal")),
        json.dumps(simulator.control("GET", "state")),
        json.dumps(appstream.describe_directory_configs(), default=str),
        json.dumps(appstream.describe_image_builders(), default=str),
        repr(config),
        repr(simulator.machine().membership),
    ]
    state = simulator.server.settings.state_directory
    seen += [path.read_bytes().decode("latin-1") for path in state.rglob("*") if path.is_file()]
    assert config.account_password == account.password
    assert not [text for text in seen if account.password in text]


def _watch_command_lines(found: set[str], done: threading.Event) -> None:
    while not done.wait(0.002):
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found.add(path.read_bytes().replace(b"\0", b" ").decode("latin-1"))
            except OSError:
                continue


def test_builder_from_the_image_of_a_joined_one_is_not_joined(
    domain: Domain, account: Account, own_unit: str, simulator: JoiningSimulator
) -> None:
    network = simulator.join(account, own_unit)
    simulator.machine().request.on_create_image(CreateImage(name="image"))
    simulator.advance(1300)
    simulator.client().create_image_builder(
        Name="second",
        InstanceType="stream.standard.medium",
        ImageName="image",
        VpcConfig={"SubnetIds": [network.subnet], "SecurityGroupIds": [network.group]},
    )
    simulator.advance(600)
    assert simulator.outcome("second") == ("RUNNING", "")
    assert simulator.machine("second").membership is None
    assert len(domain.computers(own_unit)) == 1
    simulator.create_builder(network, own_unit, "third", ImageName="image")
    simulator.advance(600)
    assert simulator.outcome("third") == ("RUNNING", "")
    assert len(domain.computers(own_unit)) == 2


def test_account_stays_and_keys_go_with_the_builder(
    domain: Domain, account: Account, own_unit: str, simulator: JoiningSimulator
) -> None:
    network = simulator.join(account, own_unit)
    keytab = simulator.machine().membership.keytab
    simulator.stop()
    simulator.client().delete_image_builder(Name="builder")
    simulator.advance(120)
    assert not keytab.exists()
    assert len(domain.computers(own_unit)) == 1
    # The same name again: an account of another name, so that both have the same description.
    simulator.create_builder(network, own_unit)
    simulator.advance(600)
    computers = domain.computers(own_unit)
    assert len(computers) == 2
    assert {entry["description"][0] for entry in computers.values()} == {
        b"WorkSpaces Applications - image-builder:builder"
    }


def test_builder_without_domain_is_as_ever(simulator: JoiningSimulator) -> None:
    network = simulator.make_network()
    simulator.client().create_image_builder(
        Name="builder",
        InstanceType="stream.standard.medium",
        ImageName=BASE_IMAGE,
        VpcConfig={"SubnetIds": [network.subnet]},
    )
    simulator.advance(600)
    assert simulator.outcome() == ("RUNNING", "")
    assert simulator.machine().membership is None


def test_service_account_is_no_administrator(domain: Domain, account: Account) -> None:
    """What passes above needs no more than AWS's four rights."""
    assert "memberOf" not in domain.read(account.dn)
    client = ldap.initialize(f"ldaps://dc1.{DOMAIN}")
    client.set_option(ldap.OPT_X_TLS_CACERTFILE, str(domain.folder / "private" / "tls" / "ca.pem"))
    client.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    client.simple_bind_s(account.dn, account.password)
    with pytest.raises(ldap.INSUFFICIENT_ACCESS):
        client.add_s(f"OU=Refused,{BASE}", [("objectClass", [b"organizationalUnit"])])
