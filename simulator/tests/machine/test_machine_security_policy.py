# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""win_security_policy, and what secedit.exe exports of the settings it makes."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_machine import World

MODULE = "community.windows.win_security_policy"
SYSTEM = "MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
KEY = "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"


def exported(world: World) -> list[str]:
    path = "C:\\Windows\\Temp\\security.inf"
    assert world.process(f"secedit.exe /export /cfg {path}").exit_code == 0
    return world.machine.disk.read(path).decode("utf-16").splitlines()


@pytest.mark.parametrize(
    ("section", "key", "value", "line"),
    [
        ("System Access", "MinimumPasswordLength", 14, "MinimumPasswordLength = 14"),
        ("System Access", "maximumpasswordage", "-1", "MaximumPasswordAge = -1"),
        ("System Access", "NewGuestName", "visitor", 'NewGuestName = "visitor"'),
        ("System Access", "NewAdministratorName", "root", 'NewAdministratorName = "root"'),
        ("Event Audit", "AuditSystemEvents", 3, "AuditSystemEvents = 3"),
        ("Registry Values", f"{SYSTEM}\\EnableLUA", "4,0", f"{SYSTEM}\\EnableLUA=4,0"),
        ("Registry Values", f"{SYSTEM}\\LegalNoticeCaption", '1,"Stop"', f'{SYSTEM}\\LegalNoticeCaption=1,"Stop"'),
        ("Registry Values", f"{SYSTEM}\\InactivityTimeoutSecs", "4,900", f"{SYSTEM}\\InactivityTimeoutSecs=4,900"),
    ],
)
def test_a_setting_is_made_once(world: World, section: str, key: str, value: Any, line: str) -> None:
    options = {"section": section, "key": key, "value": value}
    assert line not in exported(world)
    checked = world.module(MODULE, options, check_mode=True, diff=True)
    assert (checked["changed"], f"+{key} = {value}" in checked["diff"]["prepared"]) == (True, True)
    assert line not in exported(world)
    assert world.module(MODULE, options)["changed"]
    assert line in exported(world)
    assert not world.module(MODULE, options)["changed"]


def test_registry_values_are_the_registrys(world: World) -> None:
    registry = world.machine.disk.registry
    options = {"section": "Registry Values", "key": f"{SYSTEM}\\EnableLUA"}
    world.module(MODULE, {**options, "value": "4,0"})
    assert world.machine.registry_number(KEY, "EnableLUA") == 0
    registry.set(KEY, "LegalNoticeText", ["Stop", "Go"], "MultiString")
    assert f"{SYSTEM}\\LegalNoticeText=7,Stop,Go" in exported(world)


def test_rights_come_with_a_warning_and_have_to_be_written_as_they_are_exported(world: World) -> None:
    options = {"section": "Privilege Rights", "key": "SeDenyBatchLogonRight"}
    result = world.module(MODULE, {**options, "value": "*S-1-5-32-546"})
    assert (result["changed"], len(result["warnings"])) == (True, 1)
    assert not world.module(MODULE, {**options, "value": "*S-1-5-32-546"})["changed"]
    by_name = world.module(MODULE, {**options, "value": "Guests,Users"})
    assert by_name["msg"].endswith("the value is still *S-1-5-32-546,*S-1-5-32-545")
    assert "Failed to import secedit.ini" in world.module(MODULE, {**options, "value": "nobody"})["msg"]
    assert world.module(MODULE, {**options, "value": ""})["changed"]
    assert not world.module(MODULE, {**options, "value": ""})["changed"]


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("Nonsense", "A", "1", "The section 'Nonsense' does not exist in SecEdit.exe output ini"),
        ("System Access", "Secret", "1", "The key 'Secret' in section 'System Access' is not a valid key"),
        ("System Access", "MinimumPasswordLength", "long", "is not simulated"),
        ("Event Audit", "AuditSystemEvents", 4, "is not simulated"),
        ("Registry Values", "MACHINE\\Software\\Ours\\A", "4,1", "is not simulated"),
    ],
)
def test_what_cannot_be_set(world: World, section: str, key: str, value: Any, message: str) -> None:
    before = exported(world)
    result = world.module(MODULE, {"section": section, "key": key, "value": value})
    assert result["failed"]
    assert message in result["msg"]
    assert exported(world) == before


def test_settings_are_in_the_image(world: World) -> None:
    world.module(MODULE, {"section": "System Access", "key": "LockoutBadCount", "value": 5})
    world.module(MODULE, {"section": "System Access", "key": "LockoutDuration", "value": 30})
    assert world.machine.snapshot().accounts.policy == {"LockoutBadCount": "5", "LockoutDuration": "30"}
    assert "LockoutDuration = 30" in exported(world)
