# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Computer policy on a machine's disk: what it changes, what goes with it, what stays; and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.domain.group_policy import DomainUnreachableError
from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy import (
    ComputerPolicy,
    GroupMember,
    LocalGroup,
    PolicyObject,
    RegistryValue,
    RestrictedGroup,
    StartupScript,
)
from appstream_simulator.windows.machine.accounts import ADMINISTRATORS, LocalUser
from appstream_simulator.windows.protocol.pac import LogonInformation
from simulated_machine import World

POLICIES = "Software\\Policies\\Example"
DOMAIN_IDENTIFIER = "S-1-5-21-1-2-3"
INSTALLERS = f"{DOMAIN_IDENTIFIER}-1104"
MEMBERSHIP = Membership(
    domain="corp.example.com",
    netbios_name="CORP",
    controller="dc1.corp.example.com",
    controller_address="127.0.0.10",
    computer_name="IB1",
    fqdn="ib1.corp.example.com",
    keytab=Path("unused.keytab"),
    kerberos_configuration=Path("unused.conf"),
)


@dataclass
class Joined:
    """A member whose policy a test makes up."""

    world: World
    objects: list[PolicyObject] = field(default_factory=list)
    reachable: bool = True

    @property
    def administrators(self) -> list[str]:
        return self.world.machine.disk.accounts.groups[ADMINISTRATORS]

    def value(self, key: str, name: str) -> Any:
        found = self.world.machine.disk.registry.get(f"HKLM\\{key}", name)
        return found.data if found else None

    def boot(self, *objects: PolicyObject) -> None:
        """Boot with these group policy objects, the last of which wins."""
        self.objects = list(objects)
        self.world.machine.power_off()
        self.world.machine.power_on("127.0.77.9")
        assert self.world.winrm.running.wait(10)

    def log_on(self, user: str = "alice", *groups: str) -> bool:
        known = frozenset({f"{DOMAIN_IDENTIFIER}-513", *groups})
        return self.world.machine.log_on(
            LogonInformation(user, "CORP", f"{DOMAIN_IDENTIFIER}-1103", DOMAIN_IDENTIFIER, known)
        )


@pytest.fixture
def joined(new_world: Callable[..., World]) -> Joined:
    world = new_world(closed=True)
    member = Joined(world)

    def read(membership: Membership) -> ComputerPolicy:
        assert membership == MEMBERSHIP
        if not member.reachable:
            raise DomainUnreachableError("no answer")
        return ComputerPolicy(member.objects)

    world.machine.options.read_policy = read
    world.machine.join(MEMBERSHIP)
    return member


def policy(name: str = "policy", **parts: Any) -> PolicyObject:
    return PolicyObject("{11111111-0000-4000-8000-000000000001}", name, 1, **parts)


def value(name: str, data: Any, kind: str = "REG_DWORD", key: str = POLICIES) -> RegistryValue:
    return RegistryValue(key, name, kind, data)


def administrators(*members: GroupMember, **changes: Any) -> LocalGroup:
    group = LocalGroup("Administrators (built-in)", "S-1-5-32-544", "U", False, False, list(members))
    return replace(group, **changes)


def installers(action: str = "ADD") -> GroupMember:
    return GroupMember("CORP\\Installers", INSTALLERS, action)


def test_names_of_a_member(joined: Joined) -> None:
    machine = joined.world.machine

    assert (machine.computer_name, machine.fqdn, machine.domain) == ("IB1", "ib1.corp.example.com", "corp.example.com")
    assert joined.administrators == ["Administrator", "CORP\\Domain Admins"]
    assert "CORP\\Domain Users" in machine.disk.accounts.groups["Users"]


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("REG_DWORD", 1, "DWord"),
        ("REG_QWORD", 1 << 40, "QWord"),
        ("REG_SZ", "x", "String"),
        ("REG_EXPAND_SZ", "%x%", "ExpandString"),
        ("REG_MULTI_SZ", ["x", "y"], "MultiString"),
        ("REG_BINARY", b"\0\1", "Binary"),
    ],
)
def test_registry_values(joined: Joined, kind: str, data: Any, expected: str) -> None:
    joined.boot(policy(registry=[value("Value", data, kind)]))

    found = joined.world.machine.disk.registry.get(f"HKLM\\{POLICIES}", "value")
    assert found is not None
    assert (found.kind, found.data) == (expected, data)


def test_the_last_object_wins(joined: Joined) -> None:
    joined.boot(
        policy(registry=[value("Value", 1), value("Other", 5)], services={"Spooler": 4}),
        policy(registry=[value("VALUE", 2, key=POLICIES.upper())], services={"spooler": 3}),
    )

    assert (joined.value(POLICIES, "Value"), joined.value(POLICIES, "Other")) == (2, 5)
    assert joined.world.machine.disk.services["spooler"].start_mode == "manual"


def test_managed_values_go_with_their_policy_and_others_stay(joined: Joined) -> None:
    joined.world.machine.disk.registry.set(f"HKLM\\{POLICIES}", "Own", 7, "DWord")
    tattoo = value("Value", 1, key="Software\\Example")
    old_style = value("Value", 1, key="Software\\Microsoft\\Windows\\CurrentVersion\\Policies\\Explorer")
    joined.boot(policy(registry=[value("Value", 1), value("Kept", 1), tattoo, old_style], services={"Spooler": 4}))

    joined.boot(policy(registry=[value("Kept", 1)]))

    assert joined.value(POLICIES, "Value") is None
    assert joined.value(old_style.key, "Value") is None
    assert joined.value(POLICIES, "Kept") == 1
    assert joined.value("Software\\Example", "Value") == 1
    assert joined.value(POLICIES, "Own") == 7
    assert joined.world.machine.disk.services["spooler"].start_mode == "disabled"


def test_an_image_carries_policy_and_what_is_known_of_it(joined: Joined, new_world: Callable[..., World]) -> None:
    joined.boot(policy(registry=[value("Value", 1)], local_groups=[administrators(installers())]))
    heir = Joined(new_world(closed=True, disk=joined.world.machine.snapshot()))
    heir.world.machine.options.read_policy = lambda _membership: ComputerPolicy([])
    assert heir.value(POLICIES, "Value") == 1

    heir.world.machine.join(replace(MEMBERSHIP, computer_name="IB2", fqdn="ib2.corp.example.com"))
    heir.boot()

    assert heir.value(POLICIES, "Value") is None
    assert INSTALLERS in heir.administrators
    assert heir.log_on("alice", INSTALLERS)


def test_the_listener_of_policy_stays_in_an_image_whose_machines_have_no_domain(
    joined: Joined, new_world: Callable[..., World]
) -> None:
    key = "Software\\Policies\\Microsoft\\Windows\\WinRM\\Service"
    service = [value("AllowAutoConfig", 1, key=key), value("IPv4Filter", "*", "REG_SZ", key)]
    joined.boot(policy(registry=service))
    machine = joined.world.machine

    def listeners() -> list[str]:
        heir = Joined(new_world(closed=True, disk=machine.snapshot(), key="another"))
        heir.boot()
        found: list[str] = heir.world.machine.describe()["winrm"]["listeners"]
        heir.world.machine.power_off()
        return found

    assert listeners() == ["*+HTTP of policy"]
    deletion = machine.run_process(f"reg delete HKLM\\{key.rpartition(chr(92))[0]} /f", user="SYSTEM")
    assert (deletion.exit_code, listeners()) == (0, [])


def test_services_start_as_policy_says(joined: Joined) -> None:
    joined.boot(policy(services={"wuauserv": 2, "WinRM": 4}))

    services = joined.world.machine.disk.services
    assert (services["wuauserv"].state, services["winrm"].state) == ("running", "stopped")


def test_members_are_added_and_removed_and_others_stay(joined: Joined) -> None:
    joined.boot(policy(local_groups=[administrators(installers())]))
    assert joined.administrators == ["Administrator", "CORP\\Domain Admins", "CORP\\Installers"]

    joined.boot(policy(local_groups=[administrators(installers())]))
    assert joined.administrators.count("CORP\\Installers") == 1

    joined.boot()
    assert "CORP\\Installers" in joined.administrators  # tattooed

    joined.boot(policy(local_groups=[administrators(replace(installers("REMOVE"), name="CORP\\Renamed"))]))
    assert joined.administrators == ["Administrator", "CORP\\Domain Admins"]


def test_the_identifier_wins_over_the_name(joined: Joined) -> None:
    named = administrators(installers(), name="Guests")
    joined.boot(policy(local_groups=[named]))
    assert "CORP\\Installers" in joined.administrators

    joined.boot(policy(local_groups=[administrators(installers(), name="Guests", sid="")]))
    assert "CORP\\Installers" in joined.world.machine.disk.accounts.groups["Guests"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"action": "R"}, ["Administrator", "CORP\\Installers"]),
        ({"action": "C"}, ["Administrator", "CORP\\Domain Admins", "local"]),
        ({"delete_all_users": True}, ["Administrator", "CORP\\Domain Admins", "CORP\\Installers"]),
        ({"delete_all_groups": True}, ["Administrator", "local", "CORP\\Installers"]),
        ({"delete_all_users": True, "delete_all_groups": True}, ["Administrator", "CORP\\Installers"]),
    ],
)
def test_actions_on_a_built_in_group(joined: Joined, changes: dict[str, Any], expected: list[str]) -> None:
    accounts = joined.world.machine.disk.accounts
    accounts.users["local"] = LocalUser("local", "password")
    joined.administrators.append("local")

    joined.boot(policy(local_groups=[administrators(installers(), **changes)]))

    assert joined.administrators == expected


def test_groups_of_policy_s_own(joined: Joined) -> None:
    groups = joined.world.machine.disk.accounts.groups
    own = administrators(installers(), name="Deployers", sid="", action="C")
    joined.boot(policy(local_groups=[own]))
    assert groups["Deployers"] == ["CORP\\Installers"]

    joined.boot(policy(local_groups=[replace(own, members=[], action="C")]))
    assert groups["Deployers"] == ["CORP\\Installers"]

    joined.boot(policy(local_groups=[replace(own, members=[], action="R")]))
    assert groups["Deployers"] == []

    joined.boot(policy(local_groups=[replace(own, action="D"), administrators(action="D")]))
    assert "Deployers" not in groups
    assert ADMINISTRATORS in groups
    assert joined.world.journal.entries("error", what="local group Administrators (built-in)")


def test_restricted_groups(joined: Joined) -> None:
    additive = RestrictedGroup(INSTALLERS, ["S-1-5-32-544"], None)
    joined.boot(policy(restricted_groups=[additive]))
    assert joined.administrators == ["Administrator", "CORP\\Domain Admins", INSTALLERS]

    replacing = RestrictedGroup("S-1-5-32-544", None, [INSTALLERS])
    joined.boot(policy(restricted_groups=[additive]), policy(restricted_groups=[replacing]))
    assert joined.administrators == ["Administrator", INSTALLERS]

    nobody = RestrictedGroup("s-1-5-32-544", None, [])
    joined.boot(policy(restricted_groups=[replacing]), policy(restricted_groups=[nobody]))
    assert joined.administrators == ["Administrator"]


def test_security_settings_come_after_preferences(joined: Joined) -> None:
    joined.boot(
        policy(
            local_groups=[administrators(installers())],
            restricted_groups=[RestrictedGroup("Administrators", None, [f"{DOMAIN_IDENTIFIER}-9"])],
        )
    )

    assert joined.administrators == ["Administrator", f"{DOMAIN_IDENTIFIER}-9"]


@pytest.mark.parametrize(
    ("parts", "kind", "what"),
    [
        ({"local_groups": [administrators(GroupMember("CORP\\x", "", "ADD"))]}, "unhandled", "member CORP\\x of Admin"),
        ({"local_groups": [administrators(GroupMember("x", INSTALLERS, "SET"))]}, "error", "member x of Admin"),
        ({"local_groups": [administrators(action="X")]}, "error", "local group Admin"),
        ({"local_groups": [administrators(sid="S-1-5-32-999")]}, "error", "local group Admin"),
        ({"restricted_groups": [RestrictedGroup("Nobodies", None, [])]}, "error", "restricted group Nobodies"),
        ({"restricted_groups": [RestrictedGroup(INSTALLERS, ["Nobodies"], None)]}, "error", "restricted group Nobo"),
        ({"services": {"nothing": 2}}, "error", "service nothing"),
        ({"registry": [value("x", 1, "REG_LINK")]}, "unhandled", f"{POLICIES}\\x"),
        ({"errors": ["Groups.xml: broken"]}, "error", "group policy policy"),
        ({"ignored": ["scheduled tasks"]}, "unhandled", "group policy policy"),
        ({"startup_scripts": [StartupScript("x.cmd", "", False, b"")]}, "unhandled", "start-up script x.cmd"),
        ({"startup_scripts": [StartupScript("x.ps1", "-A", True, b"")]}, "unhandled", "start-up script x.ps1"),
        ({"startup_scripts": [StartupScript("x.ps1", "", True, b"\xff")]}, "unhandled", "start-up script x.ps1"),
        (
            {"startup_scripts": [StartupScript("x.ps1", "", True, b"Set-Nonsense C:\\x")]},
            "unhandled",
            "start-up script x.ps1",
        ),
    ],
)
def test_what_has_no_effect_is_journalled(joined: Joined, parts: dict[str, Any], kind: str, what: str) -> None:
    before = joined.administrators.copy()

    joined.boot(policy(**parts))

    entries = joined.world.journal.entries("error") + joined.world.journal.entries("unhandled")
    assert [(entry["kind"], entry["what"][: len(what)]) for entry in entries] == [(kind, what)]
    assert joined.administrators == before


def test_an_unreachable_domain(joined: Joined) -> None:
    joined.boot(policy(registry=[value("Value", 1)]))
    joined.reachable = False

    joined.boot()

    assert joined.value(POLICIES, "Value") == 1
    outcomes = [entry["outcome"] for entry in joined.world.journal.entries("policy")]
    assert outcomes == ["applied", "unreachable"]


def test_a_restart_of_the_guest_finds_the_policy_again(joined: Joined) -> None:
    joined.boot()
    joined.objects = [policy(registry=[value("Value", 1)])]
    assert joined.value(POLICIES, "Value") is None

    joined.world.machine.restart(0)
    assert joined.world.winrm.stopped.wait(10)
    assert joined.world.winrm.running.wait(10)

    assert joined.value(POLICIES, "Value") == 1


def test_who_is_an_administrator(joined: Joined) -> None:
    machine = joined.world.machine
    joined.boot(policy(local_groups=[administrators(installers())]))

    assert not joined.log_on("bob")
    assert not machine.is_administrator("CORP\\bob")
    assert joined.log_on("alice", INSTALLERS)
    assert machine.is_administrator("corp\\Alice")
    assert joined.log_on("root", f"{DOMAIN_IDENTIFIER}-512")
    assert not machine.is_administrator("OTHER\\alice")
    assert not machine.is_administrator("alice")


def test_a_local_account_of_the_same_name_is_somebody_else(joined: Joined) -> None:
    machine = joined.world.machine
    member = GroupMember("CORP\\alice", f"{DOMAIN_IDENTIFIER}-1103", "ADD")
    machine.disk.accounts.users["alice"] = LocalUser("alice", "password")
    joined.boot(policy(local_groups=[administrators(member)]))

    assert joined.log_on("alice")
    assert machine.is_administrator("CORP\\alice")
    assert not machine.is_administrator("alice")
    assert "alice" not in machine.accounts()


def test_an_administrator_stays_one_until_the_next_logon(joined: Joined) -> None:
    machine = joined.world.machine
    joined.boot(policy(local_groups=[administrators(installers())]))
    assert joined.log_on("alice", INSTALLERS)

    for member in ("CORP\\Installers", INSTALLERS):
        arguments = {"name": ADMINISTRATORS, "members": [member], "state": "absent"}
        result = joined.world.module("win_group_membership", arguments, user="CORP\\alice")
        assert result["changed"] == (member == "CORP\\Installers")
    assert machine.is_administrator("CORP\\alice")

    assert not joined.log_on("alice", INSTALLERS)
    assert not machine.is_administrator("CORP\\alice")


def test_a_member_known_by_identifier_only(joined: Joined) -> None:
    joined.boot(policy(restricted_groups=[RestrictedGroup(INSTALLERS, ["S-1-5-32-544"], None)]))

    def change(member: str, state: str = "absent") -> dict[str, Any]:
        return joined.world.module(
            "win_group_membership", {"name": ADMINISTRATORS, "members": [member], "state": state}
        )

    assert "it is not known" in change("CORP\\Installers")["msg"]
    assert joined.world.journal.entries("unhandled", what="win_group_membership")
    assert change(INSTALLERS)["removed"] == [INSTALLERS]
    assert change("svc@corp.example.com", "present")["added"] == ["CORP\\svc"]


def test_facts_of_a_user_of_the_domain(joined: Joined) -> None:
    joined.boot()
    joined.log_on("alice")

    facts = joined.world.module("setup", user="CORP\\alice")["ansible_facts"]

    assert facts["ansible_user_sid"] == f"{DOMAIN_IDENTIFIER}-1103"
    assert facts["ansible_env"]["USERDOMAIN"] == "CORP"
    assert facts["ansible_fqdn"] == "ib1.corp.example.com"


def test_accounts_of_the_settings_are_not_on_a_closed_machine(joined: Joined, new_world: Callable[..., World]) -> None:
    assert joined.world.machine.accounts() == {}
    assert list(new_world(key="other").machine.accounts()) == ["installer"]
