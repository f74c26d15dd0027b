# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""PowerShell's execution policy: which one counts, and what it forbids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from appstream_simulator.windows.machine.execution_policy import MACHINE_KEY, POLICY_KEY
from simulated_machine import World

SCRIPT = "C:\\Tools\\a.ps1"
BYPASS = "-NoProfile -ExecutionPolicy Bypass"
DISABLED, UNSIGNED = "running scripts is disabled", "is not digitally signed"


def run(world: World, options: str) -> tuple[int, str, str]:
    world.write(SCRIPT, b"Write-Output 'ran'")
    result = world.process(f"powershell.exe {options} -File {SCRIPT}")
    return result.exit_code, result.stdout.decode(), result.stderr.decode()


@pytest.mark.parametrize(
    ("policy", "own", "options", "reason"),
    [
        ({}, None, "", ""),
        ({}, None, "-ExecutionPolicy Restricted", DISABLED),
        ({}, None, "-ep AllSigned", UNSIGNED),
        ({}, "Restricted", "", DISABLED),
        ({}, "AllSigned", "", UNSIGNED),
        ({}, "Restricted", BYPASS, ""),
        ({}, "Default", "", ""),
        ({"EnableScripts": 0}, None, BYPASS, DISABLED),
        ({"EnableScripts": 0, "ExecutionPolicy": "Unrestricted"}, "Bypass", BYPASS, DISABLED),
        ({"EnableScripts": 1, "ExecutionPolicy": "AllSigned"}, "Bypass", BYPASS, UNSIGNED),
        ({"EnableScripts": 1, "ExecutionPolicy": "RemoteSigned"}, "Restricted", "", ""),
        ({"EnableScripts": 1, "ExecutionPolicy": "Unrestricted"}, "Restricted", "", ""),
        ({"ExecutionPolicy": "AllSigned"}, None, "", ""),
    ],
)
def test_group_policy_wins_over_the_command_line(
    world: World, policy: dict[str, Any], own: str | None, options: str, reason: str
) -> None:
    registry = world.machine.disk.registry
    for name, data in policy.items():
        registry.set(POLICY_KEY, name, data, "DWord" if isinstance(data, int) else "String")
    if own:
        registry.set(MACHINE_KEY, "ExecutionPolicy", own)

    exit_code, output, error = run(world, options)

    assert (exit_code, output) == ((1, "") if reason else (0, "ran\r\n"))
    assert reason in error and bool(error) == bool(reason)


def test_scripts_do_not_run_on_a_workstation_unless_allowed(new_world: Callable[..., World]) -> None:
    world = new_world(platform="WINDOWS_11")
    world.machine.power_on("127.0.77.13")
    assert world.winrm.running.wait(10)

    assert DISABLED in run(world, "")[2]
    assert run(world, BYPASS)[0] == 0
    world.machine.power_off()


def test_commands_are_no_scripts(world: World) -> None:
    world.machine.disk.registry.set(POLICY_KEY, "EnableScripts", 0, "DWord")

    assert world.process("powershell.exe -Command Write-Output 1").exit_code == 0
