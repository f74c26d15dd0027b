# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""win_whoami, win_firewall and win_audit_policy_system, and a module that is not simulated."""

from __future__ import annotations

from appstream_simulator.windows.domain import firewall
from appstream_simulator.windows.machine import winrm
from simulated_machine import World


def test_an_administrator(world: World) -> None:
    result = world.module("win_whoami")
    assert result["account"] == {
        "account_name": "installer",
        "domain_name": world.machine.computer_name,
        "sid": world.machine.identifier("installer"),
        "type": "User",
    }
    assert result["label"]["account_name"] == "High Mandatory Level"
    assert {"Administrators", "Users"} <= {group["account_name"] for group in result["groups"]}
    assert "SeBackupPrivilege" in result["privileges"]
    assert "SeNetworkLogonRight" in result["rights"]
    assert not result["changed"]


def test_others(world: World) -> None:
    world.module("win_user", {"name": "bob", "password": "Correct-Horse-2"})
    bob = world.module("win_whoami", user="bob")
    assert (bob["label"]["account_name"], bob["rights"]) == ("Medium Mandatory Level", [])
    assert "SeBackupPrivilege" not in bob["privileges"]
    world.module("win_user_right", {"name": "SeBackupPrivilege", "users": ["bob"], "action": "add"})
    assert "SeBackupPrivilege" in world.module("win_whoami", user="bob")["privileges"]
    system = world.module("win_whoami", user="SYSTEM")
    assert (system["account"]["sid"], system["logon_type"]) == ("S-1-5-18", "Service")
    assert system["label"]["account_name"] == "System Mandatory Level"


def test_the_firewall_is_switched_off(world: World) -> None:
    rule = {"name": "Block", "localport": "5985", "action": "block", "protocol": "tcp", "direction": "in"}
    world.module("community.windows.win_firewall_rule", {**rule, "enabled": True})
    assert not firewall.admits(winrm._own_walls(world.machine, "127.0.77.1"), "127.0.77.9", 5985)
    assert world.module("win_firewall", {"state": "disabled"}, check_mode=True)["changed"]
    assert world.module("win_firewall", {"state": "disabled", "profiles": ["Domain"]})["Domain"]["enabled"] is False
    assert world.module("win_firewall", {"state": "disabled"})["changed"]
    assert not world.module("win_firewall", {"state": "disabled"})["changed"]
    assert firewall.admits(winrm._own_walls(world.machine, "127.0.77.1"), "127.0.77.9", 5985)
    assert world.module("win_firewall", {"state": "enabled", "inbound_action": "block"})["failed"]


def test_what_is_audited(world: World) -> None:
    task = {"category": "Account Management", "audit_type": ["success", "failure"]}
    assert world.module("win_audit_policy_system", task)["changed"]
    again = world.module("win_audit_policy_system", task)
    assert (again["changed"], again["current_audit_policy"]["user account management"]) == (
        False,
        "success and failure",
    )
    text = world.process('auditpol /get /subcategory:"User Account Management"').stdout.decode()
    assert "Success and Failure" in text
    refused = world.module("win_audit_policy_system", {"subcategory": "Nonsense", "audit_type": ["none"]})
    assert refused["msg"] == "Invalid sub category provided"


def test_dsc_is_refused_by_its_name(world: World) -> None:
    result = world.module("win_dsc", {"resource_name": "WindowsFeature", "Name": "Web-Server"})
    assert result["msg"] == "appstream-simulator: the module ansible.windows.win_dsc is not simulated"
    assert [entry["text"] for entry in world.journal.entries("unhandled")] == ["ansible.windows.win_dsc"]
