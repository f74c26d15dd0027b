# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""win_firewall_rule, and the rules it makes: they last, and they close WinRM."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from appstream_simulator.windows.domain import firewall
from appstream_simulator.windows.domain.firewall import Firewall, admits
from appstream_simulator.windows.machine import firewall_rules
from appstream_simulator.windows.machine.firewall_rules import FirewallRule
from hypothesis import given
from hypothesis import strategies as st
from simulated_machine import World

MODULE = "community.windows.win_firewall_rule"
RULE = {
    "name": "Licence",
    "localport": "27000,27010-27012",
    "protocol": "tcp",
    "remoteip": "10.0.0.0/8",
    "action": "allow",
}


def test_a_rule_is_made_changed_and_removed(world: World) -> None:
    first = world.module(MODULE, RULE, diff=True)
    assert (first["changed"], first["msg"]) == (True, "Firewall rule 'Licence' created.")
    assert "+RemoteAddresses='10.0.0.0/255.0.0.0'\n" in first["diff"]["prepared"]
    assert not world.module(MODULE, RULE)["changed"]
    changed = world.module(MODULE, {**RULE, "enabled": False, "profiles": ["domain", "private"]}, diff=True)
    assert changed["msg"] == "Firewall rule(s) changed 'Licence' - unchanged ''"
    assert changed["diff"]["prepared"] == (
        "[Licence]\n-Enabled='True'\n+Enabled='False'\n-Profiles='2147483647'\n+Profiles='3'\n"
    )
    (rule,) = firewall_rules.rules(world.machine.snapshot().registry)
    assert (rule.enabled, rule.profiles, rule.local_ports) == (False, 3, "27000,27010-27012")
    assert world.module(MODULE, {"name": "licence", "state": "absent"})["msg"] == "Firewall rule(s) 'Licence' removed."
    gone = world.module(MODULE, {"name": "licence", "state": "absent"})
    assert (gone["changed"], gone["msg"]) == (False, "Firewall rule 'licence' does not exist.")


def test_check_mode_only_says_what_it_would_do(world: World) -> None:
    assert world.module(MODULE, RULE, check_mode=True)["changed"]
    assert firewall_rules.rules(world.machine.disk.registry) == []
    world.module(MODULE, RULE)
    assert world.module(MODULE, {**RULE, "action": "block"}, check_mode=True)["changed"]
    assert world.module(MODULE, {"name": "Licence", "state": "absent"}, check_mode=True)["changed"]
    assert [rule.action for rule in firewall_rules.rules(world.machine.disk.registry)] == [firewall_rules.ALLOW]


def test_a_group_is_changed_as_one(world: World) -> None:
    for name in ("One", "Two"):
        world.module(MODULE, {"name": name, "group": "Ours", "program": "%SystemRoot%\\a.exe"})
    result = world.module(MODULE, {"group": "Ours", "enabled": False})
    assert result["msg"] == "Firewall rule(s) changed 'One', 'Two' - unchanged ''"
    assert {rule.application for rule in firewall_rules.rules(world.machine.disk.registry)} == {"C:\\Windows\\a.exe"}
    assert world.module(MODULE, {"group": "Ours", "state": "absent"})["changed"]
    assert not world.module(MODULE, {"group": "Ours", "state": "absent"})["changed"]
    assert world.module(MODULE, {"group": "Ours", "enabled": True}) == {"changed": False}


@pytest.mark.parametrize(
    "options",
    [
        {"name": "Windows Remote Management (HTTP-In)", "enabled": False},
        {"name": "Remote Desktop - User Mode (TCP-In)", "state": "absent"},
        {"name": "File and Printer Sharing (Echo Request - ICMPv4-In)", "enabled": True},
        {"group": "@FirewallAPI.dll,-28752", "enabled": True},
    ],
)
def test_rules_that_windows_brings_are_refused(world: World, options: dict[str, Any]) -> None:
    assert "that Windows brings along are not simulated" in world.module(MODULE, options)["msg"]
    assert world.journal.entries("unhandled")[-1]["what"] == "win_firewall_rule"
    assert not world.module(MODULE, {"name": "Remote Desktop", "state": "absent"})["changed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "a", "localport": "80"}, "Value does not fall within the expected range."),
        ({"name": "a", "localport": "80", "protocol": "any"}, "Value does not fall within the expected range."),
        ({"name": "a", "localport": "70000", "protocol": "tcp"}, "Value does not fall within the expected range."),
        ({"name": "a", "remoteip": "10.0.0.999"}, "Value does not fall within the expected range."),
        ({"name": "a|b"}, "Value does not fall within the expected range."),
        ({"name": "a", "protocol": "gre"}, "Unknown protocol 'gre'."),
        ({"name": "a", "profiles": ["home"]}, "Unknown profile 'home'."),
        ({"name": "a", "icmp_type_code": ["8:*"], "protocol": "tcp"}, "Value does not fall within the expected range."),
        ({"action": "allow"}, "Either name or group must be specified"),
    ],
)
def test_what_windows_refuses(world: World, options: dict[str, Any], message: str) -> None:
    result = world.module(MODULE, options)
    assert (result.get("failed"), result["msg"]) == (True, message)
    assert firewall_rules.rules(world.machine.disk.registry) == []


def test_ports_cannot_be_set_before_the_protocol_of_a_rule_that_is_there(world: World) -> None:
    world.module(MODULE, {"name": "a"})
    assert world.module(MODULE, {"name": "a", "localport": "80", "protocol": "tcp"})["failed"]
    world.module(MODULE, {"name": "a", "protocol": "udp"})
    assert world.module(MODULE, {"name": "a", "localport": "80", "protocol": "tcp"})["changed"]


@pytest.mark.parametrize(
    ("options", "admitted"),
    [
        ({"localport": "5986"}, False),
        ({"localport": "5000-6000"}, False),
        ({"localport": "443"}, True),
        ({"localport": "5986", "remoteip": "10.1.0.0/16"}, True),
        ({"localport": "5986", "remoteip": "10.9.0.0/16"}, False),
        ({"localport": "5986", "direction": "out"}, True),
        ({"localport": "5986", "enabled": False}, True),
        ({"localport": "5986", "program": "C:\\a.exe"}, True),
    ],
)
def test_a_rule_that_blocks_the_port_keeps_winrm_out(world: World, options: dict[str, Any], admitted: bool) -> None:
    world.module(MODULE, {"name": "a", "protocol": "tcp", "action": "block", **options})
    rules = firewall_rules.for_winrm(world.machine.disk.registry)
    walls = Firewall(rules, "Allow", ipaddress.ip_network("10.1.2.0/24"))
    assert admits(walls, "10.9.9.9", 5986) is admitted


def test_policy_may_say_that_own_rules_do_not_count(world: World) -> None:
    world.module(MODULE, {"name": "a", "protocol": "tcp", "localport": "5986"})
    registry = world.machine.disk.registry
    assert len(firewall_rules.merged_with_policy(registry)) == 1
    registry.set(firewall.PROFILE_KEY, "AllowLocalPolicyMerge", 0, "DWord")
    assert firewall_rules.merged_with_policy(registry) == ()


_PORTS = st.lists(st.integers(0, 65535).map(str), min_size=1, max_size=3, unique=True).map(",".join)
_NETWORKS = st.ip_addresses(v=4).map(lambda address: firewall_rules.addresses(f"{address}/24"))
_TEXT = st.text(st.characters(codec="utf-16", exclude_characters="|\0\r\n"), max_size=20)


@given(
    st.builds(
        FirewallRule,
        name=_TEXT,
        description=_TEXT,
        direction=st.sampled_from([1, 2]),
        action=st.sampled_from([0, 1]),
        application=_TEXT,
        group=_TEXT,
        service=_TEXT,
        enabled=st.booleans(),
        profiles=st.sampled_from([1, 2, 3, 4, 5, 6, firewall_rules.ALL_PROFILES]),
        local_addresses=_NETWORKS,
        remote_addresses=st.one_of(st.just("*"), st.just("LocalSubnet"), _NETWORKS),
        local_ports=_PORTS,
        remote_ports=st.just("*"),
        protocol=st.just(6),
        edge_traversal=st.sampled_from([0, 1, 2, 3]),
        secure_flags=st.sampled_from([0, 1, 2, 3, 4]),
    )
)
def test_rules_survive_the_registry(rule: FirewallRule) -> None:
    assert firewall_rules.parse(firewall_rules.text_of(rule)) == rule
