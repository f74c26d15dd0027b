# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How a directory gets to where it is wanted, with the stages Directory Service would tell scripted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states, waits
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.managed_directory import (
    resource as directory_goal,
)
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError
from botocore.stub import Stubber

DIRECTORY_ID = "d-0123456789"
OTHER_ID = "d-9876543210"
SUBNETS = ["subnet-00000000000000001", "subnet-00000000000000002"]
OPTIONS = {
    "name": "corp.example.com",
    "state": "present",
    "password": "Zr7-directory-secret",
    "short_name": None,
    "description": None,
    "edition": None,
    "vpc_id": "vpc-00000000000000001",
    "subnet_ids": SUBNETS,
    "tags": {"a": "b"},
    "purge_tags": True,
}
Reach = Callable[..., waits.Outcome]


def described(stage: str, directory_id: str = DIRECTORY_ID, **more: Any) -> dict[str, Any]:
    description = {"DirectoryId": directory_id, "Name": "corp.example.com", "Type": "MicrosoftAD", "Stage": stage}
    return {**description, "ShortName": "CORP", **more}


def seen(stage: str | None, directory_id: str = DIRECTORY_ID) -> Any:
    """What the module has found before."""
    if stage is None:
        return None
    identity = {"directory_id": directory_id, "name": "corp.example.com", "type": "MicrosoftAD"}
    return {**identity, "stage": stage, "tags": {"old": "yes"}}


@pytest.fixture
def stubber() -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    config = Config(retries={"total_max_attempts": 1})
    with Stubber(boto3.client("ds", region_name="eu-central-1", config=config, **keys)) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def script(stubber: Stubber, *answers: Any) -> None:
    """Answers in order: a stage, a description or None to a look, a step, an operation with its error and status."""
    for answer in answers:
        if answer == "create":
            stubber.add_response("create_microsoft_ad", {"DirectoryId": DIRECTORY_ID})
        elif answer == "delete":
            stubber.add_response("delete_directory", {"DirectoryId": DIRECTORY_ID}, {"DirectoryId": DIRECTORY_ID})
        elif isinstance(answer, tuple):
            stubber.add_client_error(answer[0], answer[1], http_status_code=answer[2])
        else:
            found = [] if answer is None else [answer if isinstance(answer, dict) else described(answer)]
            stubber.add_response("describe_directories", {"DirectoryDescriptions": found})


@pytest.fixture
def reach(stubber: Stubber, clock: Any) -> Reach:
    """reach(before, answers, **options): the outcome; every look but the first is 15 seconds later."""

    def run(before: Any, answers: list[Any], wait: bool = True, timeout: float = 5400, **options: Any) -> Any:
        script(stubber, *answers)
        wish = directory_goal.Wish.from_options({**OPTIONS, **options})
        after = directory_goal.view_after(before, wish)
        config = waits.WaitConfig(wait, timeout, 15, clock, clock.sleep)
        goal = directory_goal.goal(stubber.client, wish, before, after)
        return waits.converge(goal, before, config)

    return run


def test_creation_takes_its_time(reach: Reach) -> None:
    outcome = reach(None, ["create", "Requested", "Creating", "Creating", "Created", "SomethingNew", "Active"])
    told = [change["state"] for change in outcome.state_changes]
    assert told == ["ABSENT", "Requested", "Creating", "Created", "SomethingNew", "Active"]
    assert outcome.actions == ["create"]
    assert outcome.resource is not None and outcome.resource["tags"] == {"a": "b"}


def test_creation_without_waiting(reach: Reach) -> None:
    outcome = reach(None, ["create", "Requested"], wait=False)
    assert outcome.resource is not None and outcome.resource["stage"] == "Requested"


def test_a_directory_not_seen_at_once_is_not_created_again(reach: Reach) -> None:
    outcome = reach(None, ["create", None, None, None, "Creating", "Active"])
    assert outcome.actions == ["create"]


def test_a_look_that_fails_after_creation_is_no_reason_to_create_again(reach: Reach) -> None:
    denied = ("describe_directories", "AccessDeniedException", 400)
    outcome = reach(None, ["create", denied], wait=False)
    assert (outcome.actions, outcome.resource and outcome.resource["directory_id"]) == (["create"], DIRECTORY_ID)


@pytest.mark.parametrize(
    ("stage", "remedy"), [("Failed", "delete the directory"), ("Inoperable", "health"), ("RestoreFailed", "health")]
)
def test_failures_are_told_in_the_services_words(reach: Reach, stage: str, remedy: str) -> None:
    broken = described(stage, StageReason="The subnet has no free addresses.")
    with pytest.raises(AppStreamError) as raised:
        reach(None, ["create", "Creating", broken])
    assert f"corp.example.com ({DIRECTORY_ID}) is {stage}: The subnet has no free addresses." in str(raised.value)
    assert remedy in str(raised.value.remedy)
    assert raised.value.result["directory"]["stage"] == stage
    assert raised.value.result["actions"] == ["create"]


def test_an_impaired_directory_is_good_enough(reach: Reach) -> None:
    assert reach(seen("Impaired"), []).actions == []


def test_the_time_is_up(reach: Reach) -> None:
    with pytest.raises(AppStreamError) as raised:
        reach(None, ["create", "Creating"], timeout=0)
    assert "is still Creating after 0 seconds" in str(raised.value)
    assert "20 to 45 minutes" in str(raised.value.remedy)


def test_one_that_is_being_deleted_is_waited_out_and_created_anew(reach: Reach) -> None:
    outcome = reach(seen("Deleting", OTHER_ID), [None, "create", "Creating", "Active"])
    assert outcome.actions == ["create"]
    assert outcome.resource is not None
    assert (outcome.resource["directory_id"], outcome.resource["tags"]) == (DIRECTORY_ID, {"a": "b"})


@pytest.mark.parametrize("stage", ["Active", "Impaired", "Inoperable", "Failed", "RestoreFailed"])
def test_deletion(reach: Reach, stage: str) -> None:
    outcome = reach(seen(stage), ["delete", "Deleting", "Deleting", "Deleted"], state="absent")
    assert (outcome.actions, outcome.resource) == (["delete"], None)
    assert [change["state"] for change in outcome.state_changes] == [stage, "Deleting", "ABSENT"]


def test_deletion_that_shows_late(reach: Reach) -> None:
    assert reach(seen("Active"), ["delete", "Active", "Active", "Deleting", None], state="absent").actions == ["delete"]


def test_one_in_the_making_is_deleted_when_it_is_made(reach: Reach) -> None:
    assert reach(seen("Creating"), ["Active", "delete", None], state="absent").actions == ["delete"]


def test_one_that_is_gone_meanwhile(reach: Reach) -> None:
    gone = ("delete_directory", "EntityDoesNotExistException", 400)
    assert reach(seen("Active"), [gone, None], state="absent").resource is None


def test_looks_outlive_what_passes_by_itself(reach: Reach) -> None:
    failure = ("describe_directories", "ServiceException", 500)
    outcome = reach(None, ["create", "Creating", *[failure] * 12, "Active"])
    assert outcome.actions == ["create"]


def test_a_creation_that_aws_answered_with_a_failure_is_tried_again_after_a_look(reach: Reach) -> None:
    failure = ("create_microsoft_ad", "ServiceException", 500)
    assert reach(None, [failure, None, "create", "Active"]).actions == ["create"]


def test_a_creation_that_failed_but_came_to_something(reach: Reach) -> None:
    failure = ("create_microsoft_ad", "ServiceException", 500)
    assert reach(None, [failure, "Creating", "Active"]).actions == []


def test_a_creation_without_an_answer_is_not_tried_again(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    def lose(operation: Any, request: Any) -> Any:
        calls.append(operation)
        raise ConnectionClosedError(endpoint_url="https://ds.eu-central-1.amazonaws.com")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", lambda self, *request: lose(*request))
    with pytest.raises(AppStreamError) as raised:
        reach(None, [])
    assert "no answer came" in str(raised.value) and "found by its name" in str(raised.value)
    assert (calls, raised.value.is_retryable) == (["CreateMicrosoftAD"], False)


def test_the_request() -> None:
    wish = directory_goal.Wish.from_options({**OPTIONS, "short_name": "CORP", "edition": "Enterprise"})
    assert directory_goal.creation_request(wish) == {
        "Name": "corp.example.com",
        "ShortName": "CORP",
        "Password": "Zr7-directory-secret",
        "Edition": "Enterprise",
        "VpcSettings": {"VpcId": "vpc-00000000000000001", "SubnetIds": SUBNETS},
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    assert "Zr7" not in repr(wish)


@pytest.mark.parametrize(
    ("stage", "state", "waits_for_it", "changed"),
    [
        (None, "present", False, True),
        ("Deleting", "present", False, False),
        ("Deleting", "present", True, True),
        ("Active", "absent", False, True),
        ("Creating", "absent", False, False),
        ("Creating", "absent", True, True),
        ("Deleting", "absent", True, False),
        (None, "absent", True, False),
    ],
)
def test_what_counts_as_a_change(stage: Any, state: str, waits_for_it: bool, changed: bool) -> None:
    wish = directory_goal.Wish.from_options({**OPTIONS, "state": state})
    after = directory_goal.view_after(seen(stage), wish)
    assert directory_goal.is_changed(seen(stage), after, wish, waits=waits_for_it) is changed


def test_every_stage_of_the_installed_model_is_known(stubber: Stubber) -> None:
    model = stubber.client.meta.service_model
    assert set(model.shape_for("DirectoryStage").enum) <= set(states.MANAGED_DIRECTORY_STAGES)
