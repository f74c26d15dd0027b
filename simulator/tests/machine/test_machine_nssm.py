# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""win_nssm and win_power_plan."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_machine import World

MODULE = "community.windows.win_nssm"
AGENT = {"name": "Agent", "application": "C:\\Agent\\agent.exe", "arguments": ["-c", "C:\\My Data\\a.ini"]}
PARAMETERS = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Agent\\Parameters"


@pytest.fixture
def nssm(world: World) -> World:
    """A machine with nssm.exe and a program to be run by it."""
    world.write("C:\\Windows\\System32\\nssm.exe", b"MZ")
    world.write("C:\\Agent\\agent.exe", b"MZ")
    return world


def test_a_service_is_made_configured_and_removed(nssm: World) -> None:
    options = {**AGENT, "state": "started", "app_environment": {"B": "2", "A": 1}, "dependencies": ["Dnscache"]}
    checked = nssm.module(MODULE, options, check_mode=True, diff=True)
    assert (checked["changed"], checked["diff"]["prepared"]) == (True, "+[Agent]\n")
    assert "agent" not in nssm.machine.disk.services
    made = nssm.module(MODULE, options)
    assert (made["changed_by"], made["nssm_single_line_app_parameters"]) == ("start_service", '-c "C:\\My Data\\a.ini"')
    service = nssm.machine.snapshot().services["agent"]
    assert (service.path, service.state) == ("C:\\Windows\\System32\\nssm.exe", "running")
    assert service.dependencies == ("Dnscache",)
    values = {name: value.data for name, value in nssm.machine.disk.registry.values(PARAMETERS).items()}
    assert (values["AppDirectory"], values["AppEnvironmentExtra"]) == ("C:\\Agent", ["A=1", "B=2"])
    assert not nssm.module(MODULE, options)["changed"]
    changed = nssm.module(MODULE, {**options, "start_mode": "delayed", "description": "Ours"}, diff=True)
    assert changed["diff"]["prepared"] == (
        "[Agent]\n-Description = \n+Description = Ours\n"
        "-Start = SERVICE_AUTO_START\n+Start = SERVICE_DELAYED_AUTO_START\n"
    )
    assert nssm.module(MODULE, {**AGENT, "arguments": ""})["changed_by"] == "Start"
    assert "AppParameters" not in nssm.machine.disk.registry.values(PARAMETERS)
    assert nssm.module(MODULE, {"name": "Agent", "state": "absent"})["changed"]
    assert not nssm.machine.disk.registry.has_key(PARAMETERS)
    assert not nssm.module(MODULE, {"name": "Agent", "state": "absent"})["changed"]


def test_services_stop_and_start_once(nssm: World) -> None:
    nssm.module(MODULE, {**AGENT, "state": "started"})
    assert nssm.module(MODULE, {**AGENT, "state": "restarted"}, check_mode=True)["changed_by"] == "stop_service"
    assert nssm.module(MODULE, {**AGENT, "state": "restarted"})["changed_by"] == "start_service"
    assert nssm.module(MODULE, {**AGENT, "state": "stopped"})["changed"]
    assert not nssm.module(MODULE, {**AGENT, "state": "stopped"})["changed"]


def test_accounts(nssm: World) -> None:
    nssm.module("win_user", {"name": "bob", "password": "Secret-123"})
    assert nssm.module(MODULE, {**AGENT, "username": ".\\bob", "password": "x"})["changed"]
    assert not nssm.module(MODULE, {**AGENT, "username": "bob", "password": "y"})["changed"]
    assert nssm.module(MODULE, {**AGENT, "username": "NT AUTHORITY\\LOCAL SERVICE"})["changed"]
    assert nssm.module(MODULE, {**AGENT, "username": "SYSTEM"})["changed"]
    assert not nssm.module(MODULE, AGENT)["changed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "Agent"}, "The application parameter must be defined when the state is not absent."),
        (
            {**AGENT, "application": "C:\\gone.exe"},
            '"C:\\gone.exe" does not exist on the host.',
        ),
        ({**AGENT, "username": "bob"}, "could not be translated."),
        ({**AGENT, "username": "Administrator"}, 'User without password is informed for service "Agent"'),
        ({**AGENT, "executable": "C:\\other.exe"}, "Could not locate the following executable C:\\other.exe"),
        ({**AGENT, "name": "WinRM"}, 'Error retrieving Application for service "WinRM"'),
        ({**AGENT, "state": "started", "start_mode": "disabled"}, 'Error starting service "Agent"'),
    ],
)
def test_failures(nssm: World, options: dict[str, Any], message: str) -> None:
    result = nssm.module(MODULE, options)
    assert result["failed"]
    assert message in result["msg"]


def test_power_plans(world: World) -> None:
    name = "community.windows.win_power_plan"
    assert world.module(name, {"name": "high performance"}, check_mode=True)["changed"]
    result = world.module(name, {"name": "high performance"})
    assert result["all_available_plans"] == {"Balanced": False, "High performance": True, "Power saver": False}
    assert not world.module(name, {"guid": "8C5E7FDA-e8bf-4a96-9a85-a6e23a8c635c"})["changed"]
    assert world.module(name, {"name": "Ultimate"})["msg"] == "Defined power_plan: (Ultimate) is not available"
    assert world.module(name, {"guid": "00000000"})["failed"]
