# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scheduled tasks: the modules of community.windows, schtasks.exe, and what makes tasks run."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_machine import World, eventually

MODULE = "community.windows.win_scheduled_task"
SCRIPT = {"path": "cmd.exe", "arguments": "/c echo hello> C:\\Windows\\Temp\\ran.txt"}


def task(world: World, **arguments: Any) -> dict[str, Any]:
    return world.module(MODULE, {"name": "Example", **arguments})


def stat(world: World, **arguments: Any) -> dict[str, Any]:
    return world.module(f"{MODULE}_stat", {"name": "Example", **arguments})


def test_a_task_is_made_changed_and_deleted(world: World) -> None:
    wanted = {
        "path": "\\Custom\\Deep",
        "actions": [SCRIPT],
        "triggers": [{"type": "daily", "start_boundary": "2026-01-01T09:00:00", "days_interval": 2}],
        "username": "SYSTEM",
        "run_level": "highest",
        "description": "does something",
    }
    assert task(
        world,
        **wanted,
    ).get("changed")
    assert not task(world, **wanted)["changed"]
    found = stat(world, path="\\Custom\\Deep\\")
    assert (found["task_exists"], found["folder_task_names"], found["folder_task_count"]) == (True, ["Example"], 1)
    assert found["principal"] == {
        "display_name": None,
        "group_id": None,
        "id": "Author",
        "logon_type": "TASK_LOGON_SERVICE_ACCOUNT",
        "run_level": "TASK_RUNLEVEL_HIGHEST",
        "user_id": "NT AUTHORITY\\SYSTEM",
    }
    assert found["actions"][0]["arguments"] == SCRIPT["arguments"]
    assert found["registration_info"]["description"] == "does something"
    trigger = found["triggers"][0]
    assert (trigger["type"], trigger["days_interval"], trigger["enabled"]) == ("TASK_TRIGGER_DAILY", 2, True)
    assert found["state"]["status"] == "TASK_STATE_READY"
    changed = world.module(MODULE, {"name": "example", "path": "custom/deep", "enabled": False}, diff=True)
    assert changed["diff"]["prepared"] == "[Settings]\n-Enabled=True\n+Enabled=False"
    assert stat(world, path="Custom\\Deep")["state"]["status"] == "TASK_STATE_DISABLED"
    assert task(world, path="Custom\\Deep", state="absent")["changed"]
    assert not task(world, path="Custom\\Deep", state="absent")["changed"]
    assert stat(world, path="Custom\\Deep") == {"changed": False, "folder_exists": False, "task_exists": False}


def test_a_task_is_a_file_and_a_registry_key(world: World) -> None:
    task(world, actions=[{"path": "tool.exe", "arguments": "--password Secret-9"}], username="SYSTEM")
    content = world.machine.disk.read("C:\\Windows\\System32\\Tasks\\Example")
    assert "Secret-9" in content.decode("utf-16")
    cache = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree\\Example"
    assert world.machine.disk.registry.has_key(cache)
    task(world, state="absent")
    assert not world.machine.disk.exists("C:\\Windows\\System32\\Tasks\\Example")
    assert not world.machine.disk.registry.has_key(cache)


def test_check_mode_changes_nothing(world: World) -> None:
    assert world.module(MODULE, {"name": "Example", "actions": [SCRIPT]}, check_mode=True)["changed"]
    assert not stat(world)["task_exists"]
    task(world, actions=[SCRIPT], username="SYSTEM")
    assert world.module(MODULE, {"name": "Example", "state": "absent"}, check_mode=True)["changed"]
    assert stat(world)["task_exists"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"name": "a:b"}, "Invalid task name 'a:b'"),
        ({}, "cannot create a task with no actions"),
        ({"actions": [{"arguments": "x"}]}, "action entry must contain the key 'path'"),
        ({"actions": [SCRIPT], "triggers": [{"type": "yearly"}]}, "the specified trigger type 'yearly' is not valid"),
        (
            {"actions": [SCRIPT], "triggers": [{"type": "daily"}]},
            "mandatory key 'start_boundary' for trigger is not set",
        ),
        (
            {"actions": [SCRIPT], "triggers": [{"type": "boot", "delay": "1 minute"}]},
            "must be in the XML duration format",
        ),
        (
            {"actions": [SCRIPT], "triggers": [{"type": "time", "start_boundary": "noon"}]},
            "must be in the format 'YYYY-MM-DDThh:mm:ss'",
        ),
        (
            {
                "actions": [SCRIPT],
                "triggers": [{"type": "weekly", "start_boundary": "2026-01-01", "days_of_week": "sun"}],
            },
            "invalid day of week 'sun'",
        ),
        (
            {
                "actions": [SCRIPT],
                "triggers": [{"type": "boot", "repetition": {"interval": "PT2H", "duration": "PT1H"}}],
            },
            "must be less than or equal to 'duration' value 'PT1H'",
        ),
        ({"actions": [SCRIPT], "username": "nobody"}, "account_name nobody is not a valid account, cannot get SID"),
        ({"actions": [SCRIPT], "username": "SYSTEM", "group": "Users"}, "username and group can not be set"),
        ({"actions": [SCRIPT], "logon_type": "s4u"}, "password must be set when logon_type=s4u"),
        ({"actions": [SCRIPT], "logon_type": "group"}, "group must be set when logon_type=group"),
        (
            {"actions": [SCRIPT], "username": "Administrator", "logon_type": "service_account"},
            "username must be SYSTEM, LOCAL SERVICE or NETWORK SERVICE",
        ),
    ],
)
def test_refusals(world: World, arguments: dict[str, Any], text: str) -> None:
    result = task(world, **arguments)
    assert result["failed"] and text in result["msg"]
    assert not stat(world)["task_exists"]


def test_a_password_must_be_right_and_is_no_part_of_what_can_be_read(world: World) -> None:
    world.module("win_user", {"name": "bob", "password": "Secret-9"})
    wrong = task(world, actions=[SCRIPT], username="bob", password="Secret-8", logon_type="password")
    assert "The user name or password is incorrect" in wrong["msg"]
    right = {"actions": [SCRIPT], "username": "bob", "password": "Secret-9", "logon_type": "password"}
    assert task(world, **right)["changed"]
    assert task(world, **right)["changed"]  # nobody can compare passwords
    assert not task(world, **right, update_password=False)["changed"]
    assert stat(world)["principal"]["user_id"] == f"{world.machine.computer_name}\\bob"
    assert "Secret-9" not in world.machine.disk.read("C:\\Windows\\System32\\Tasks\\Example").decode("utf-16")


def test_unknown_keys_are_warned_about(world: World) -> None:
    result = task(world, actions=[{**SCRIPT, "colour": "red"}], triggers=[{"type": "boot", "colour": "red"}])
    assert [warning[:12] for warning in result["warnings"]] == ["key 'colour'", "key 'colour'"]


def test_tasks_run_at_registration_and_at_boot(world: World) -> None:
    task(world, actions=[SCRIPT], username="SYSTEM", triggers=[{"type": "registration"}, {"type": "boot"}])
    disk = world.machine.disk
    assert eventually(lambda: disk.is_file("C:\\Windows\\Temp\\ran.txt"))
    assert eventually(lambda: bool(stat(world)["state"]["last_task_result"] == 0))
    disk.remove("C:\\Windows\\Temp\\ran.txt")
    world.machine.restart(0)
    assert world.winrm.stopped.wait(10) and world.winrm.running.wait(10)
    assert eventually(lambda: disk.is_file("C:\\Windows\\Temp\\ran.txt"))
    assert {entry["task"] for entry in world.journal.entries("scheduled_task")} == {"\\Example"}


def test_tasks_of_whoever_is_logged_on_do_not_run(world: World) -> None:
    task(world, actions=[SCRIPT], triggers=[{"type": "registration"}])
    assert stat(world)["state"]["last_task_result"] == 0x41303
    assert stat(world)["principal"]["logon_type"] == "TASK_LOGON_INTERACTIVE_TOKEN"


def test_schtasks(world: World) -> None:
    task(world, actions=[{"path": "nowhere.exe"}], username="SYSTEM", path="\\Custom")
    shown = world.process('schtasks /Query /TN "\\Custom\\Example" /FO CSV /NH').stdout.decode()
    assert shown == '"\\Custom\\Example","N/A","Ready"\r\n'
    assert "SynchronizeTime" in world.process("schtasks /query /fo csv").stdout.decode()
    assert world.process("schtasks /run /tn \\Custom\\Example").exit_code == 0
    assert eventually(lambda: bool(stat(world, path="\\Custom")["state"]["last_task_result"] == 0x80070002))
    deleted = world.process("schtasks.exe /Delete /TN Custom\\Example /F")
    assert deleted.stdout.decode() == 'SUCCESS: The scheduled task "Custom\\Example" was successfully deleted.\r\n'
    again = world.process("schtasks.exe /Delete /TN Custom\\Example /F")
    assert (again.exit_code, again.stderr) == (1, b"ERROR: The system cannot find the file specified.\r\n")
    assert world.process("schtasks /create /tn a /tr b").exit_code == 1
    assert [entry["what"] for entry in world.journal.entries("unhandled")] == ["program"]
