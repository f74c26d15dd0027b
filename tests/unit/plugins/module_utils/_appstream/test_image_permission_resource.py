# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What to do for the desired permissions, in what order, and which account ids are none."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.validation import (
    account_id_problems,
    existing_image_name_problems,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image.usage import uses
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_permission.resource import (
    ImagePermission,
    losing_fleets,
    order,
    permissions_after,
)
from hypothesis import given
from hypothesis import strategies as st

BOTH = {"allow_fleet": True, "allow_image_builder": True}
FLEET = {"allow_fleet": True, "allow_image_builder": False}
BUILDER = {"allow_fleet": False, "allow_image_builder": True}


def desired(state: str, accounts: dict[str, dict[str, bool]], purge: bool) -> dict[str, Any]:
    """The module's parameters."""
    listed = [{"account_id": account, **permission} for account, permission in accounts.items()]
    return {"name": "x", "state": state, "accounts": listed, "purge": purge}


@pytest.mark.parametrize(
    ("params", "after"),
    [
        (desired("present", {"2": BUILDER, "3": FLEET}, False), {"1": BOTH, "2": BUILDER, "3": FLEET}),
        (desired("present", {"2": BUILDER}, True), {"2": BUILDER}),
        (desired("present", {}, False), {"1": BOTH, "2": FLEET}),
        (desired("present", {}, True), {}),
        (desired("absent", {"2": BOTH, "3": BOTH}, False), {"1": BOTH}),
        (desired("absent", {}, True), {"1": BOTH, "2": FLEET}),
    ],
)
def test_permissions_after(params: dict[str, Any], after: dict[str, Any]) -> None:
    assert permissions_after({"1": BOTH, "2": FLEET}, params) == after


def test_what_is_taken_away_comes_last() -> None:
    before, after = {"1": BOTH, "2": FLEET, "3": BOTH}, {"2": BUILDER, "3": BOTH, "4": BOTH}
    assert order(before, after) == ["2", "4", "1"]


def test_what_is_taken_away_comes_first_where_there_is_no_room() -> None:
    before = {str(number): BOTH for number in range(100)}
    after = {**{str(number): BOTH for number in range(99)}, "new": BOTH}
    assert order(before, after) == ["99", "new"]


@pytest.mark.parametrize(
    ("before", "after", "losing"),
    [
        ({"1": BOTH}, {"1": FLEET}, []),
        ({"1": BOTH}, {"1": BUILDER}, ["1"]),
        ({"1": FLEET, "2": BOTH}, {}, ["1", "2"]),
        ({"1": BUILDER}, {}, []),
        ({}, {"1": BOTH}, []),
    ],
)
def test_accounts_losing_fleets(before: dict[str, Any], after: dict[str, Any], losing: list[str]) -> None:
    assert losing_fleets(before, after) == losing


def test_too_many_accounts_there_already_may_become_fewer() -> None:
    permissions = {str(number): BOTH for number in range(120)}
    image = {"name": "x", "visibility": "PRIVATE", "state": "AVAILABLE", "permissions": permissions}
    plan = ImagePermission(desired("absent", {"0": BOTH}, False), lambda service, **more: None).plan(image)
    assert list(plan.after) == [account for account in permissions if account != "0"]
    assert [step.name for step in plan.steps] == ["unshare"]


@pytest.mark.parametrize("account", ["123456789012", "000000000000", "012345670123"])
def test_account_ids(account: str) -> None:
    assert account_id_problems("account_id", account) == []


@given(st.text(max_size=14))
def test_all_else_is_no_account_id(text: str) -> None:
    legal = len(text) == 12 and text.isascii() and text.isdigit()
    assert bool(account_id_problems("account_id", text)) is not legal


@pytest.mark.parametrize(
    ("name", "legal"), [("a", True), ("a" * 101, True), ("a" * 102, False), ("", False), ("a/b", False)]
)
def test_names_of_images(name: str, legal: bool) -> None:
    assert bool(existing_image_name_problems(name)) is not legal


OWN = "arn:aws:appstream:eu-west-1:123456789012:image/x"
OTHERS = "arn:aws:appstream:eu-west-1:222222222222:image/x"


@pytest.mark.parametrize(
    ("resource", "used"),
    [
        ({"image_arn": OWN}, True),
        ({"image_arn": OTHERS, "image_name": "x"}, False),
        ({"image_name": "x"}, True),
        ({"image_name": "xy"}, False),
        ({}, False),
    ],
)
def test_what_uses_an_image(resource: dict[str, str], used: bool) -> None:
    assert uses(resource, {"name": "x", "arn": OWN}) is used
