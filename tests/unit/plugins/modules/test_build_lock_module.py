# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module build_lock against the simulated AWS."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock import tag_lock
from ansible_collections.euc.appstream.plugins.modules import build_lock
from image_builder_account import add, tags
from simulated_account import Simulated

Run = Callable[..., dict[str, Any]]
TABLE = {"type": "dynamodb", "table": "locks"}


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_lock, "GRACE", 0)


@pytest.fixture
def table(simulated: Simulated) -> Any:
    client = simulated.client("dynamodb")
    client.create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "lock", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "lock", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


def lock(run: Run, name: str = "first", **options: Any) -> dict[str, Any]:
    return run(build_lock, builder_name="design", run=name, **options)


@pytest.mark.parametrize("settings", [{}, TABLE], ids=["tags", "dynamodb"])
def test_one_run_at_a_time(run_simulated: Run, simulated: Simulated, table: Any, settings: dict[str, str]) -> None:
    add(simulated)
    assert lock(run_simulated, check_mode=True, **settings)["changed"] is True
    assert not [key for key in tags() if key.startswith("euc.appstream:lock:")]
    assert lock(run_simulated, job="7", **settings)["changed"] is True
    assert tags()["euc.appstream:run"] == "first"
    assert lock(run_simulated, **settings)["changed"] is False
    assert lock(run_simulated, state="renewed", **settings)["renewed"] is True
    for check_mode in (True, False):
        refused = lock(run_simulated, "second", check_mode=check_mode, **settings)
        assert re.search(r"is being built by run first.* appstream_take_over=first", refused["msg"]), refused
        assert refused["holder"]["run"] == "first"
    assert lock(run_simulated, "second", state="released", **settings)["changed"] is False
    taken = lock(run_simulated, "second", take_over="first", **settings)
    assert taken["changed"] is True and tags()["euc.appstream:run"] == "second"
    lost = lock(run_simulated, state="renewed", **settings)
    assert lost["failed"] and lost["lost"] is True
    assert "is being built by run second" in lost["msg"]
    assert lock(run_simulated, "second", check_mode=True, state="released", **settings)["changed"] is True
    assert lock(run_simulated, "second", state="released", **settings)["changed"] is True
    assert not [key for key in tags() if key.startswith("euc.appstream:lock:")]
    assert table.scan(TableName="locks")["Items"] == []


def test_the_lock_of_a_builder_that_another_run_has_just_created(run_simulated: Run, simulated: Simulated) -> None:
    assert lock(run_simulated)["changed"] is False
    add(simulated)
    assert lock(run_simulated, "second")["changed"] is True
    lost = lock(run_simulated, state="renewed")
    assert lost["lost"] is True and "is being built by run second" in lost["msg"]


def test_the_lock_of_a_builder_to_be(run_simulated: Run, table: Any) -> None:
    assert lock(run_simulated)["changed"] is False
    assert lock(run_simulated, state="renewed")["renewed"] is False
    assert lock(run_simulated, **TABLE)["changed"] is True
    (item,) = table.scan(TableName="locks")["Items"]
    assert item["lock"] == {"S": "123456789012/eu-west-1/design"}
    assert lock(run_simulated, "second", recipe="other", **TABLE)["changed"] is True
    assert "built by run first" in lock(run_simulated, "second", **TABLE)["msg"]


def test_tags_that_cannot_show_the_lock_of_a_table_are_a_warning(
    run_simulated: Run, simulated: Simulated, table: Any
) -> None:
    add(simulated)
    simulated.fail(match="appstream:TagResource", code="AccessDeniedException", message="no", times=100)
    result = lock(run_simulated, **TABLE)
    assert result["changed"] is True
    assert "do not show who builds" in str(result["warnings"])
    assert lock(run_simulated)["failed"], "with tags alone it is a failure"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"type": "dynamodb"}, "table names the table"),
        ({"table": "locks"}, "table names the table"),
        ({"stale_after": 0}, "stale_after is 0"),
        ({"builder_name": "a b"}, "a b"),
    ],
)
def test_what_is_refused(run_simulated: Run, simulated: Simulated, options: dict[str, Any], message: str) -> None:
    result = run_simulated(build_lock, **{"builder_name": "design", "run": "r", **options})
    assert message in result["msg"]
    assert simulated.operations() == []


def test_a_table_that_is_not_there(run_simulated: Run) -> None:
    assert "ResourceNotFoundException" in lock(run_simulated, **TABLE)["msg"]
