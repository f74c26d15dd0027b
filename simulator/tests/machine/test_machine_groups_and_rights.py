# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""win_user_right and win_group."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_machine import World

RIGHT = "SeRemoteInteractiveLogonRight"
REMOTE_USERS = "BUILTIN\\Remote Desktop Users"


@pytest.fixture
def bob(world: World) -> str:
    """The full name of a local user."""
    world.module("win_user", {"name": "bob", "password": "Secret-123"})
    return f"{world.machine.computer_name}\\bob"


@pytest.mark.parametrize("user", ["bob", ".\\bob"])
def test_a_right_is_given_and_taken(world: World, bob: str, user: str) -> None:
    given = world.module("win_user_right", {"name": RIGHT, "users": [user], "action": "add"}, diff=True)
    assert (given["changed"], given["added"], given["removed"]) == (True, [bob], [])
    assert given["diff"] == {
        "before": {RIGHT: ["BUILTIN\\Administrators", REMOTE_USERS]},
        "after": {RIGHT: ["BUILTIN\\Administrators", REMOTE_USERS, bob]},
    }
    assert not world.module("win_user_right", {"name": RIGHT, "users": [user], "action": "add"})["changed"]
    only = world.module("win_user_right", {"name": RIGHT, "users": [user]})
    assert only["removed"] == ["BUILTIN\\Administrators", REMOTE_USERS]
    assert len(world.machine.snapshot().accounts.rights[RIGHT]) == 1
    nobody = world.module("win_user_right", {"name": RIGHT, "users": [], "action": "set"})
    assert (nobody["removed"], world.machine.disk.accounts.rights[RIGHT]) == ([bob], [])


def test_rights_in_check_mode_stay(world: World) -> None:
    options = {"name": "SeDenyBatchLogonRight", "users": ["Guests", "S-1-5-113"], "action": "add"}
    result = world.module("win_user_right", options, check_mode=True)
    assert result["added"] == ["BUILTIN\\Guests", "NT AUTHORITY\\Local account"]
    assert world.machine.disk.accounts.rights == {}
    removed = {"name": "SeServiceLogonRight", "users": ["Guests"], "action": "remove"}
    assert not world.module("win_user_right", removed)["changed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "SeNoSuchRight", "users": ["Users"]}, "the specified right SeNoSuchRight is not a valid right"),
        ({"name": RIGHT, "users": ["nobody"]}, "Failed to translate the account 'nobody' to a SID"),
    ],
)
def test_rights_that_cannot_be_given(world: World, options: dict[str, Any], message: str) -> None:
    result = world.module("win_user_right", options)
    assert (result["failed"], result["msg"]) == (True, message)


def test_a_group_is_made_changed_and_deleted(world: World, bob: str) -> None:
    options = {"name": "Operators", "description": "Ours", "members": {"add": ["bob", "Authenticated Users"]}}
    checked = world.module("win_group", options, check_mode=True)
    assert (checked["changed"], checked["sid"]) == (True, "S-1-5-0000")
    assert "Operators" not in world.machine.disk.accounts.groups
    made = world.module("win_group", options, diff=True)
    assert made["sid"].startswith("S-1-5-21-")
    assert made["diff"] == {
        "before": None,
        "after": {"name": "Operators", "description": "Ours", "members": [bob, "NT AUTHORITY\\Authenticated Users"]},
    }
    assert not world.module("win_group", {**options, "name": "OPERATORS"})["changed"]
    only = {"name": "Operators", "members": {"set": [".\\bob"]}}
    assert world.module("win_group", only, check_mode=True)["changed"]
    assert world.module("win_group", only)["changed"]
    image = world.machine.snapshot().accounts
    assert (image.groups["Operators"], image.group_descriptions) == (["bob"], {"Operators": "Ours"})
    assert world.module("win_group", {"name": "Operators", "members": {"remove": ["bob"]}})["changed"]
    assert world.module("win_group", {"name": "Operators", "state": "absent"})["changed"]
    assert world.module("win_group", {"name": "Operators", "state": "absent"}) == {"changed": False, "sid": None}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "Users", "state": "absent"}, "Cannot perform this operation on built-in accounts."),
        ({"name": "Users", "members": {"add": ["Guests"]}}, "because the member has the wrong account type."),
        ({"name": "Users", "members": {"add": ["nobody"]}}, "Failed to translate 'nobody' to a SecurityIdentifier"),
    ],
)
def test_what_cannot_be_done_with_groups(world: World, options: dict[str, Any], message: str) -> None:
    before = dict(world.machine.disk.accounts.groups)
    result = world.module("win_group", options)
    assert result["failed"]
    assert message in result["msg"]
    assert world.machine.disk.accounts.groups == before


def test_accounts_of_the_domain_cannot_be_looked_up(domain_world: World) -> None:
    assert domain_world.module("win_group", {"name": "Users", "members": {"add": ["CORP\\bob"]}})["failed"]
    assert domain_world.journal.entries("unhandled")[-1]["text"] == "CORP\\bob"
