# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Modules by the names of ansible.builtin, those that roles set up machines with, and modules of a library."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any

import pytest
from appstream_simulator.windows.machine import firewall_rules
from test_machine_end_to_end import SHELF_URL, RealMachine


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, addresses: Iterator[str]) -> Iterator[RealMachine]:
    """One machine for all plays."""
    real = RealMachine(tmp_path_factory.mktemp("whose"), next(addresses))
    real.machine.power_on(real.address)
    yield real
    real.site.close()


def test_other_modules_of_ansible_builtin(real: RealMachine) -> None:
    """Those that core has in PowerShell work on Windows by the names of ansible.builtin; those in Python do not."""
    (real.folder / "parts").mkdir()
    (real.folder / "parts" / "1.txt").write_text("one\n")
    fetched = real.folder / "fetched.txt"
    real.machine.disk.write("C:\\Windows\\Temp\\source.txt", b"text")
    fetch = {"src": "C:\\Windows\\Temp\\source.txt", "dest": str(fetched), "flat": True}
    assemble = {"src": "parts", "dest": "C:\\Windows\\Temp\\all.txt", "remote_src": False}
    tasks: list[dict[str, Any]] = [
        {"ansible.builtin.fetch": fetch, "name": "fetch"},
        {"ansible.builtin.slurp": {"src": "C:\\Windows\\Temp\\source.txt"}, "name": "slurp"},
        {"ansible.builtin.assemble": assemble, "name": "assemble"},
        {"ansible.builtin.command": "hostname", "name": "command", "ignore_errors": True},
        {"ansible.builtin.file": {"path": "C:\\A", "state": "directory"}, "name": "file", "ignore_errors": True},
    ]
    done = real.play(tasks)
    assert (done["stats"]["failures"], done["stats"]["ignored"]) == (0, 2)
    assert fetched.read_bytes() == b"text"
    assert real.machine.disk.read("C:\\Windows\\Temp\\all.txt") == b"one\n"
    assert not real.machine.disk.exists("C:\\A")


BASIC = """#!powershell
#AnsibleRequires -CSharpUtil Ansible.Basic
$module = [Ansible.Basic.AnsibleModule]::Create($args, @{ options = @{ name = @{ type = 'str' } } })
$module.ExitJson()
"""
LEGACY = """#!powershell
#Requires -Module Ansible.ModuleUtils.Legacy
$params = Parse-Args $args
Exit-Json @{ changed = $false }
"""
OLD_STYLE = "#!powershell\n# WANT_JSON\nWrite-Output '{}'\n"


@pytest.mark.parametrize("connection", ["winrm", "psrp"])
def test_modules_of_a_library_are_refused_by_their_own_names(real: RealMachine, connection: str) -> None:
    (real.folder / "library").mkdir(exist_ok=True)
    own = {"our_agent": BASIC, "our_legacy": LEGACY, "our_old": OLD_STYLE, "win_ping": BASIC, "win_hostname": BASIC}
    for name, source in own.items():
        (real.folder / "library" / f"{name}.ps1").write_text(source)
    done = real.play([{name: {"name": "x"}, "name": name, "ignore_errors": True} for name in own], connection)
    for name in own:
        result = done["results"][name]
        shown = result.get("msg", "")
        assert f"{name} is a PowerShell module of your own, which the simulator cannot run" in shown, result
    (real.folder / "library" / "win_ping.ps1").unlink()


# As roles write them: short names, texts for numbers, lists with commas.
RULE = {"name": "Licence", "localport": 27000, "protocol": "TCP", "direction": "in", "enabled": True}
LINE = {"path": "C:/Windows/Temp/app.ini", "regexp": "^a=", "line": "a=1", "create": True}
OF_ROLES: list[dict[str, Any]] = [
    {"win_firewall_rule": RULE, "name": "rule"},
    {"win_lineinfile": LINE, "name": "line"},
    {"win_group": {"name": "Operators", "members": {"add": ["Administrator"]}}, "name": "group"},
    {"win_user_right": {"name": "SeServiceLogonRight", "users": "Operators", "action": "add"}, "name": "right"},
    {
        "win_security_policy": {"section": "System Access", "key": "MinimumPasswordLength", "value": "14"},
        "name": "policy",
    },
    {"win_power_plan": {"name": "high performance"}, "name": "power"},
    {"win_nssm": {"name": "Notes", "application": "C:\\Windows\\notepad.exe", "app_rotate_bytes": "5"}, "name": "nssm"},
    {"win_uri": {"url": f"{SHELF_URL}/7-zip/7z2409-x64.exe", "dest": "C:\\Windows\\Temp\\7z.exe"}, "name": "uri"},
    {"community.windows.win_hotfix": {"hotfix_kb": "KB1", "state": "absent"}, "name": "hotfix"},
    {"win_psmodule": {"name": "Pester", "state": "present"}, "name": "module"},
]
UNCHANGED = {"wait", "hotfix", "module"}


def test_modules_that_roles_use_change_things_once(real: RealMachine) -> None:
    real.machine.disk.write("C:\\Windows\\System32\\nssm.exe", b"MZ")
    first, second = real.play(OF_ROLES), real.play(OF_ROLES)
    assert (first["stats"]["failures"], second["stats"]["failures"]) == (0, 0), (first, second)
    assert {name for name, result in first["results"].items() if not result["changed"]} == UNCHANGED
    assert not any(result["changed"] for result in second["results"].values())


def test_a_rule_closes_winrm_to_new_connections(real: RealMachine) -> None:
    """What is connected stays connected, so the task that makes the rule gets its answer."""
    block = {"name": "closed", "localport": "5985", "protocol": "tcp", "direction": "in", "action": "block"}
    done = real.play([{"win_firewall_rule": block, "name": "block"}])
    assert done["results"]["block"]["changed"]
    with pytest.raises(OSError):
        _get(real.address)
    firewall_rules.remove(real.machine.disk.registry, "closed")
    assert _get(real.address) > 0


def _get(address: str) -> int:
    connection = http.client.HTTPConnection(address, 5985, timeout=10)
    connection.request("POST", "/wsman")
    return connection.getresponse().status
