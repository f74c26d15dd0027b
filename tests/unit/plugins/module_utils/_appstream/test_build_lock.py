# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Two runs never hold one lock, whatever the order of their calls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock import table_lock, tag_lock
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock.holders import (
    HOLDING,
    LOCK_TAG,
    Holder,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import calls, retries
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
ARN = "arn:aws:appstream:eu-west-1:123456789012:image-builder/design"
MOST_TAGS = 50


class Tags:
    """The tags of one image builder, at AWS's time; ``before`` is called before every call."""

    def __init__(self, tags: dict[str, str] | None = None, before: Callable[[], None] = lambda: None) -> None:
        self.tags = dict(tags or {})
        self.before = before
        self.now = NOW
        self.calls: list[str] = []

    def _answer(self, call: str) -> dict[str, Any]:
        self.before()
        self.calls.append(call)
        return {"ResponseMetadata": {"HTTPHeaders": {"date": format_datetime(self.now)}}}

    def list_tags_for_resource(self, ResourceArn: str) -> dict[str, Any]:
        return {**self._answer("list"), "Tags": dict(self.tags)}

    def tag_resource(self, ResourceArn: str, Tags: dict[str, str]) -> dict[str, Any]:
        answer = self._answer("tag")
        if len({**self.tags, **Tags}) > MOST_TAGS:
            error = {"Code": "LimitExceededException", "Message": "The limit is reached."}
            raise ClientError({"Error": error}, "TagResource")
        self.tags.update(Tags)
        return answer

    def untag_resource(self, ResourceArn: str, TagKeys: list[str]) -> dict[str, Any]:
        answer = self._answer("untag")
        for key in TagKeys:
            self.tags.pop(key, None)
        return answer


def holder(run: str, minutes: float = 0, phase: str = HOLDING) -> Holder:
    return Holder(run, NOW - timedelta(minutes=minutes), phase, "elsewhere", "7")


def acquire(client: Tags, run: str, **options: Any) -> bool:
    return tag_lock.acquire(client, ARN, holder(run), 30, sleep=lambda _seconds: None, **options)


class Schedule:
    """Lets threads go on one call at a time, in a given order; once that has ended, in their own."""

    def __init__(self, names: list[str], order: list[int]) -> None:
        self._condition = threading.Condition()
        self._waiting: set[str] = set()
        self._left = list(names)
        self._order = list(order)
        self._turn: str | None = None

    def step(self) -> None:
        """Wait for one's turn."""
        name = threading.current_thread().name
        with self._condition:
            self._waiting.add(name)
            self._choose()
            self._condition.wait_for(lambda: self._turn == name)
            self._waiting.discard(name)
            self._turn = None

    def leave(self) -> None:
        """End: nobody waits for this thread any more."""
        with self._condition:
            self._left.remove(threading.current_thread().name)
            self._choose()

    def _choose(self) -> None:
        if self._turn is None and self._left and self._waiting == set(self._left):
            self._turn = sorted(self._left)[(self._order.pop(0) if self._order else 0) % len(self._left)]
            self._condition.notify_all()


def race(schedule: Schedule, runs: list[str], ask: Callable[[str], object]) -> list[str]:
    """The runs that got the lock, each of which has asked for it in a thread of its own."""
    won = []

    def contend() -> None:
        name = threading.current_thread().name
        try:
            ask(name)
            won.append(name)
        except AppStreamError as error:
            assert "is being built by run" in str(error)
        finally:
            schedule.leave()

    threads = [threading.Thread(target=contend, name=name) for name in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won


def race_for_tags(runs: list[str], order: list[int]) -> tuple[list[str], dict[str, str]]:
    """The runs that got the lock, and the tags in the end."""
    schedule = Schedule(runs, order)
    client = Tags(before=schedule.step)

    def ask(run: str) -> object:
        # Waiting is a step, too: how long it takes compared with others is the order's affair.
        return tag_lock.acquire(client, ARN, holder(run), 30, sleep=lambda _seconds: schedule.step())

    return race(schedule, runs, ask), client.tags


@settings(max_examples=500, deadline=None)
@given(st.integers(2, 4), st.lists(st.integers(0, 3), max_size=40))
def test_at_most_one_run_gets_the_lock_in_any_order_of_calls(contenders: int, order: list[int]) -> None:
    won, tags = race_for_tags([f"run-{number}" for number in range(contenders)], order)
    assert len(won) <= 1
    assert [key for key in tags if key.startswith(LOCK_TAG)] == [LOCK_TAG + name for name in won]
    if won:
        assert tags["euc.appstream:run"] == won[0]


def test_of_two_that_ask_together_the_first_run_gets_it() -> None:
    for _time in range(20):
        won, _tags = race_for_tags(["run-0", "run-1"], [0, 1] * 20)
        assert won == ["run-0"]


@pytest.mark.parametrize(
    ("tags", "take_over", "is_refused"),
    [
        ({}, "", False),
        (holder("a", 5).tag, "", True),
        (holder("a", 5, "asking").tag, "", True),
        (holder("z", 5, "asking").tag, "", False),
        (holder("a", 31).tag, "", False),
        (holder("a", 5).tag, "a", False),
        (holder("a", 5).tag, "b", True),
        ({**holder("a", 5).tag, **holder("b", 5).tag}, "a", True),
    ],
)
def test_who_is_refused(tags: dict[str, str], take_over: str, is_refused: bool) -> None:
    client = Tags({**tags, "Name": "mine"})
    if is_refused:
        with pytest.raises(AppStreamError, match=r"run [ab] \(AWX job 7\) on elsewhere, last sign of life 5 minutes"):
            acquire(client, "m", take_over=take_over)
        assert LOCK_TAG + "m" not in client.tags
        return
    assert acquire(client, "m", take_over=take_over) is True
    assert client.tags["euc.appstream:run"] == "m"
    assert client.tags["Name"] == "mine"


def test_the_remedy_of_a_refusal_names_the_run() -> None:
    with pytest.raises(AppStreamError) as refused:
        acquire(Tags(holder("a", 5).tag), "m")
    assert "appstream_take_over=a" in str(refused.value)
    assert refused.value.result["holder"] == {
        "run": "a", "host": "elsewhere", "job": "7", "phase": "holding", "renewed": "2026-11-30T11:55:00Z", "age": 300,
    }  # fmt: skip


def test_what_dead_runs_left_is_removed_so_that_fifty_tags_are_enough() -> None:
    others = {f"tag-{number}": "x" for number in range(MOST_TAGS - 2)}
    client = Tags({**others, **holder("a", 45).tag, "euc.appstream:run": "a"})
    assert acquire(client, "m") is True
    assert LOCK_TAG + "a" not in client.tags


def test_fifty_tags_of_others_leave_no_room() -> None:
    client = Tags({f"tag-{number}": "x" for number in range(MOST_TAGS)})
    with pytest.raises(AppStreamError, match="LimitExceededException"):
        acquire(client, "m")
    assert len(client.tags) == MOST_TAGS


def test_the_time_of_aws_counts_not_the_controllers() -> None:
    # This controller's clock is years behind; the holder's sign of life is half an hour old for AWS.
    client = Tags(holder("a").tag)
    client.now = NOW + timedelta(minutes=29)
    with pytest.raises(AppStreamError, match="29 minutes ago"):
        acquire(client, "m")
    client.now = NOW + timedelta(minutes=30)
    assert acquire(client, "m") is True


def test_renewal_and_release() -> None:
    client = Tags()
    assert tag_lock.renew(client, ARN, holder("m")) is False
    assert tag_lock.release(client, ARN, "m") is False
    acquire(client, "m")
    assert acquire(client, "m") is False, "it had the lock before"
    client.now = NOW + timedelta(minutes=20)
    assert tag_lock.renew(client, ARN, holder("m")) is True
    client.now = NOW + timedelta(minutes=45)
    with pytest.raises(AppStreamError, match="25 minutes ago"):
        acquire(client, "n")
    assert acquire(client, "n", take_over="m") is True
    assert tag_lock.renew(client, ARN, holder("m")) is False, "it was taken over"
    assert LOCK_TAG + "m" not in client.tags
    assert tag_lock.release(client, ARN, "n") is True


def test_throttled_at_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "pause_before", lambda attempt: 0)
    refusals = iter([True, False] * 100)

    def throttle() -> None:
        if next(refusals):
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "X")

    client = Tags(before=throttle)
    assert acquire(client, "m") is True
    assert tag_lock.renew(client, ARN, holder("m")) is True


class Table:
    """A table of DynamoDB, as far as the lock needs one."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.now = NOW
        self.before: Callable[[], None] = lambda: None

    def _answer(self) -> dict[str, Any]:
        self.before()
        return {"ResponseMetadata": {"HTTPHeaders": {"date": format_datetime(self.now)}}}

    def get_item(self, TableName: str, Key: dict[str, Any], ConsistentRead: bool) -> dict[str, Any]:
        assert ConsistentRead
        answer = self._answer()
        item = self.items.get(Key["lock"]["S"])
        return {**answer, "Item": dict(item)} if item else answer

    def put_item(self, TableName: str, Item: dict[str, Any], **condition: Any) -> dict[str, Any]:
        answer = self._answer()
        self._require(Item["lock"]["S"], condition)
        self.items[Item["lock"]["S"]] = dict(Item)
        return answer

    def delete_item(self, TableName: str, Key: dict[str, Any], **condition: Any) -> dict[str, Any]:
        answer = self._answer()
        self._require(Key["lock"]["S"], condition)
        del self.items[Key["lock"]["S"]]
        return answer

    def _require(self, key: str, condition: dict[str, Any]) -> None:
        item = self.items.get(key)
        wanted = condition.get("ExpressionAttributeValues")
        holds = item is None if wanted is None else item and all(item[n[1:]] == v for n, v in wanted.items())
        if not holds:
            error = {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}
            raise ClientError({"Error": error}, "PutItem")


def acquire_item(client: Table, run: str, **options: Any) -> bool:
    return table_lock.acquire(client, "locks", "key", holder(run), 30, **options)


@settings(max_examples=300, deadline=None)
@given(st.integers(2, 4), st.lists(st.integers(0, 3), max_size=20))
def test_exactly_one_run_gets_the_item_in_any_order_of_calls(contenders: int, order: list[int]) -> None:
    runs = [f"run-{number}" for number in range(contenders)]
    schedule, client = Schedule(runs, order), Table()
    client.before = schedule.step
    won = race(schedule, runs, lambda run: acquire_item(client, run))
    assert len(won) == 1
    assert client.items["key"]["run"] == {"S": won[0]}


def test_a_table_lock_from_beginning_to_end() -> None:
    client = Table()
    assert table_lock.renew(client, "locks", "key", holder("m")) is False
    assert table_lock.release(client, "locks", "key", "m") is False
    assert acquire_item(client, "m") is True
    assert acquire_item(client, "m") is False, "it had the lock before"
    client.now = NOW + timedelta(minutes=29)
    with pytest.raises(AppStreamError, match=r"run m .*29 minutes ago"):
        acquire_item(client, "n")
    assert table_lock.renew(client, "locks", "key", holder("m")) is True
    client.now = NOW + timedelta(minutes=58)
    with pytest.raises(AppStreamError, match="29 minutes ago"):
        acquire_item(client, "n")
    client.now = NOW + timedelta(minutes=59)
    assert acquire_item(client, "n") is True, "m is dead"
    assert table_lock.renew(client, "locks", "key", holder("m")) is False
    assert acquire_item(client, "o", take_over="n") is True
    assert table_lock.release(client, "locks", "key", "n") is False
    assert table_lock.release(client, "locks", "key", "o") is True
    assert client.items == {}


@pytest.mark.parametrize("header", [None, "", "yesterday"])
def test_an_answer_without_a_date_has_the_controllers_time(header: str | None) -> None:
    answer = {"ResponseMetadata": {"HTTPHeaders": {"date": header} if header is not None else {}}}
    assert abs((calls.time_of(answer) - datetime.now(timezone.utc)).total_seconds()) < 60
