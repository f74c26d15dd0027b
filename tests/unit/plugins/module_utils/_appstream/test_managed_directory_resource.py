# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How a directory gets to where it is wanted, with the stages Directory Service would report scripted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import ensure
from ansible_collections.euc.appstream.plugins.module_utils._appstream.managed_directory.resource import (
    ManagedDirectory,
)
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError
from botocore.stub import ANY, Stubber

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
    "wait": True,
    "wait_timeout": 5400,
    "wait_delay": 15,
}
# What a directory that is there has.
OLD_TAGS = {"old": "yes"}
Run = Callable[..., dict[str, Any]]


def described(stage: str, directory_id: str = DIRECTORY_ID, **more: Any) -> dict[str, Any]:
    description = {"DirectoryId": directory_id, "Name": "corp.example.com", "Type": "MicrosoftAD", "Stage": stage}
    return {**description, "ShortName": "CORP", **more}


def seen(stage: str | None, directory_id: str = DIRECTORY_ID) -> Any:
    """What the module has found before."""
    if stage is None:
        return None
    identity = {"directory_id": directory_id, "name": "corp.example.com", "type": "MicrosoftAD"}
    return {**identity, "stage": stage, "tags": OLD_TAGS}


def make_client(service: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(service, region_name="eu-central-1", config=config, **keys)


@pytest.fixture
def stubber() -> Any:
    with Stubber(make_client("ds")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def script(stubber: Stubber, *answers: Any) -> None:
    """Answers in order: a stage, a description or None to a reading, a step, an operation with its error and status."""
    for answer in answers:
        if answer == "create":
            request = {"Name": OPTIONS["name"], "Password": OPTIONS["password"], "Edition": "Standard"}
            request |= {"VpcSettings": ANY, "Tags": ANY}
            stubber.add_response("create_microsoft_ad", {"DirectoryId": DIRECTORY_ID}, request)
        elif answer == "delete":
            stubber.add_response("delete_directory", {"DirectoryId": DIRECTORY_ID}, {"DirectoryId": DIRECTORY_ID})
        elif answer == "tag":
            tags = {"ResourceId": DIRECTORY_ID, "Tags": [{"Key": "a", "Value": "b"}]}
            stubber.add_response("add_tags_to_resource", {}, tags)
        elif isinstance(answer, tuple):
            stubber.add_client_error(answer[0], answer[1], http_status_code=answer[2])
        else:
            found = [] if answer is None else [answer if isinstance(answer, dict) else described(answer)]
            stubber.add_response("describe_directories", {"DirectoryDescriptions": found})


@pytest.fixture
def make(stubber: Stubber) -> Any:
    """make(**options): the resource, whose subnets the credentials may not read."""
    ec2 = Stubber(make_client("ec2"))
    ec2.add_client_error("describe_subnets", "UnauthorizedOperation")
    ec2.activate()
    clients = {"ds": stubber.client, "ec2": ec2.client}
    return lambda **options: ManagedDirectory({**OPTIONS, **options}, lambda service, **more: clients[service])


@pytest.fixture
def warned() -> list[str]:
    """What has been warned of."""
    return []


@pytest.fixture
def run(stubber: Stubber, clock: Any, make: Any, warned: list[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """run(before, answers, **options): the result; every reading but the first is 15 seconds later."""
    monkeypatch.setattr("time.monotonic", clock)
    monkeypatch.setattr("time.sleep", clock.sleep)

    def run_scripted(before: Any, answers: list[Any], **options: Any) -> dict[str, Any]:
        script(stubber, before and described(before["stage"], before["directory_id"]))
        if before:
            tags = [{"Key": key, "Value": value} for key, value in before["tags"].items()]
            stubber.add_response("list_tags_for_resource", {"Tags": tags})
        script(stubber, *answers)
        return ensure(make(**options), check_mode=False, warn=warned.append)

    return run_scripted


def test_creation_takes_its_time(run: Run) -> None:
    outcome = run(None, ["create", "Requested", "Creating", "Creating", "Created", "SomethingNew", "Active"])
    stages = [change["state"] for change in outcome["state_changes"]]
    assert stages == ["ABSENT", "Requested", "Creating", "Created", "SomethingNew", "Active"]
    assert outcome["actions"] == ["create"]
    assert outcome["directory"]["tags"] == {"a": "b"}


def test_creation_without_waiting(run: Run) -> None:
    outcome = run(None, ["create", "Requested"], wait=False)
    assert outcome["directory"]["stage"] == "Requested"


def test_a_directory_not_seen_at_once_is_not_created_again(run: Run) -> None:
    outcome = run(None, ["create", None, None, None, "Creating", "Active"])
    assert outcome["actions"] == ["create"]


def test_a_reading_that_fails_after_creation_is_no_reason_to_create_again(run: Run) -> None:
    denied = ("describe_directories", "AccessDeniedException", 400)
    outcome = run(None, ["create", denied], wait=False)
    assert (outcome["actions"], outcome["directory"]["directory_id"]) == (["create"], DIRECTORY_ID)


@pytest.mark.parametrize(
    ("stage", "remedy"), [("Failed", "delete the directory"), ("Inoperable", "health"), ("RestoreFailed", "health")]
)
def test_failures_are_in_the_services_words(run: Run, stage: str, remedy: str) -> None:
    broken = described(stage, StageReason="The subnet has no free addresses.")
    with pytest.raises(AppStreamError) as raised:
        run(None, ["create", "Creating", broken])
    assert f"corp.example.com ({DIRECTORY_ID}) is {stage}: The subnet has no free addresses." in str(raised.value)
    assert remedy in str(raised.value.remedy)
    assert raised.value.result["directory"]["stage"] == stage
    assert (raised.value.result["changed"], raised.value.result["actions"]) == (True, ["create"])


def test_tags_written_before_a_failure_count_as_a_change(run: Run) -> None:
    with pytest.raises(AppStreamError) as raised:
        run(seen("Failed"), ["tag"], purge_tags=False)
    result = raised.value.result
    assert (result["changed"], result["actions"]) == (True, [])
    assert result["directory"]["tags"] == {"old": "yes", "a": "b"}
    assert result["state_changes"] == [{"state": "Failed", "elapsed": 0}]


@pytest.mark.parametrize(("reason", "shown"), [("DNS is slow.", "DNS is slow."), (None, "See its health")])
def test_an_impaired_directory_is_good_enough(run: Run, warned: list[str], reason: Any, shown: str) -> None:
    assert run(seen("Impaired"), [], tags=None)["actions"] == []
    assert len(warned) == 1
    impaired = described("Impaired", **({"StageReason": reason} if reason else {}))
    warned.clear()
    assert run(None, ["create", "Creating", impaired])["actions"] == ["create"]
    assert len(warned) == 1 and "is Impaired: it works with limits" in warned[0] and shown in warned[0]


def test_the_time_is_up(run: Run) -> None:
    with pytest.raises(AppStreamError) as raised:
        run(None, ["create", "Creating"], wait_timeout=0)
    assert "is still Creating after 0 seconds" in str(raised.value)
    assert "20 to 45 minutes" in str(raised.value.remedy)


def test_one_that_is_being_deleted_is_waited_out_and_created_again(run: Run) -> None:
    outcome = run(seen("Deleting", OTHER_ID), [None, "create", "Creating", "Active"])
    assert outcome["actions"] == ["create"]
    assert (outcome["directory"]["directory_id"], outcome["directory"]["tags"]) == (DIRECTORY_ID, {"a": "b"})


@pytest.mark.parametrize("stage", ["Active", "Impaired", "Inoperable", "Failed", "RestoreFailed"])
def test_deletion(run: Run, stage: str) -> None:
    outcome = run(seen(stage), ["delete", "Deleting", "Deleting", "Deleted"], state="absent")
    assert (outcome["actions"], outcome["directory"]) == (["delete"], None)
    assert [change["state"] for change in outcome["state_changes"]] == [stage, "Deleting", "ABSENT"]


def test_deletion_that_shows_late(run: Run) -> None:
    outcome = run(seen("Active"), ["delete", "Active", "Active", "Deleting", None], state="absent")
    assert outcome["actions"] == ["delete"]


def test_one_in_the_making_is_deleted_when_it_is_made(run: Run) -> None:
    assert run(seen("Creating"), ["Active", "delete", None], state="absent")["actions"] == ["delete"]


def test_one_that_is_gone_meanwhile(run: Run) -> None:
    gone = ("delete_directory", "EntityDoesNotExistException", 400)
    assert run(seen("Active"), [gone, None], state="absent")["directory"] is None


def test_readings_outlive_what_passes_by_itself(run: Run) -> None:
    failure = ("describe_directories", "ServiceException", 500)
    outcome = run(None, ["create", "Creating", *[failure] * 12, "Active"])
    assert outcome["actions"] == ["create"]


def test_a_creation_that_aws_answered_with_a_failure_is_tried_again_after_a_reading(run: Run) -> None:
    failure = ("create_microsoft_ad", "ServiceException", 500)
    assert run(None, [failure, None, "create", "Active"])["actions"] == ["create"]


def test_a_creation_that_failed_but_came_to_something(run: Run) -> None:
    failure = ("create_microsoft_ad", "ServiceException", 500)
    assert run(None, [failure, "Creating", "Active"])["actions"] == []


def test_a_creation_without_an_answer_is_not_tried_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    make_call = BaseClient._make_api_call

    def lose(client: Any, operation: str, request: Any) -> Any:
        if operation != "CreateMicrosoftAD":
            return make_call(client, operation, request)
        calls.append(operation)
        raise ConnectionClosedError(endpoint_url="https://ds.eu-central-1.amazonaws.com")

    monkeypatch.setattr(BaseClient, "_make_api_call", lose)
    with pytest.raises(AppStreamError) as raised:
        run(None, [])
    assert "no answer came" in str(raised.value) and "found by its name" in str(raised.value)
    assert (calls, raised.value.is_retryable) == (["CreateMicrosoftAD"], False)


def test_the_request(make: Any) -> None:
    resource = make(short_name="CORP", edition="Enterprise")
    plan = resource.plan(None)
    assert plan.request == {
        "Name": "corp.example.com",
        "ShortName": "CORP",
        "Edition": "Enterprise",
        "VpcSettings": {"VpcId": "vpc-00000000000000001", "SubnetIds": SUBNETS},
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    assert "Zr7" not in f"{plan!r}{resource!r}{plan.diff}"


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
def test_what_counts_as_a_change(make: Any, stage: Any, state: str, waits_for_it: bool, changed: bool) -> None:
    assert make(state=state, wait=waits_for_it).plan(seen(stage)).changes_anything is changed


def test_every_stage_of_the_installed_model_is_known(stubber: Stubber) -> None:
    model = stubber.client.meta.service_model
    assert set(model.shape_for("DirectoryStage").enum) <= set(states.MANAGED_DIRECTORY_STAGES)
