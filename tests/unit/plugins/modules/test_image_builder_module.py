# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image_builder from its options to what it asks of AWS."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.modules import image_builder

Run = Callable[..., dict[str, Any]]
IMAGE = "AppStream-WinServer2022-10-10-2025"
CREATION = {"name": "design", "image_name": IMAGE, "instance_type": "stream.standard.large"}


def states_of(result: dict[str, Any]) -> list[str]:
    return [change["state"] for change in result["state_changes"]]


def test_creates(run: Run, aws: Any) -> None:
    result = run(image_builder, **CREATION, tags={"a": 1})
    assert result["changed"]
    assert result["actions"] == ["create"]
    assert result["image_builder"]["state"] == "RUNNING"
    assert result["image_builder"]["tags"] == {"a": "1"}
    assert states_of(result) == ["ABSENT", "PENDING", "RUNNING"]
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["state"] == "RUNNING"
    expected = {"Name": "design", "ImageName": IMAGE, "InstanceType": "stream.standard.large", "Tags": {"a": "1"}}
    assert aws.parameters("create_image_builder") == expected


def test_a_second_run_changes_nothing(run: Run, aws: Any) -> None:
    run(image_builder, **CREATION)
    aws.calls.clear()
    result = run(image_builder, **CREATION)
    assert (result["changed"], result["actions"], aws.operations()) == (False, [], [])


def test_creation_without_waiting(run: Run) -> None:
    result = run(image_builder, **CREATION, wait=False)
    assert (result["changed"], result["image_builder"]["state"]) == (True, "PENDING")


def test_adopts_one_in_the_making_without_calling_that_a_change(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "PENDING")
    aws.moves["design"] = ["PENDING", "RUNNING"]
    result = run(image_builder, **CREATION)
    assert (result["changed"], result["image_builder"]["state"]) == (False, "RUNNING")


def test_waits_for_the_address(run: Run, aws: Any) -> None:
    network = {"EniPrivateIpAddress": "10.0.1.5", "EniId": "eni-1"}
    aws.paths["create_image_builder"] = ["PENDING", "RUNNING", {"NetworkAccessConfiguration": network}]
    result = run(image_builder, **CREATION, subnet_id="subnet-0123456789abcdef0")
    assert result["image_builder"]["network_access_configuration"]["eni_private_ip_address"] == "10.0.1.5"


@pytest.mark.parametrize(
    ("state", "wanted", "actions"),
    [
        ("STOPPED", "running", ["start"]),
        ("RUNNING", "stopped", ["stop"]),
        ("STOPPED", "stopped", []),
        ("STOPPED", "present", []),
        ("RUNNING", "absent", ["stop", "delete"]),
        ("STOPPED", "absent", ["delete"]),
        ("FAILED", "absent", ["delete"]),
    ],
)
def test_from_a_settled_state(run: Run, aws: Any, state: str, wanted: str, actions: list[str]) -> None:
    aws.add_image_builder("design", state)
    result = run(image_builder, name="design", state=wanted)
    assert result["actions"] == actions
    assert result["changed"] is bool(actions)


@pytest.mark.parametrize("way", [["PENDING", "RUNNING"], ["SNAPSHOTTING", "STOPPED"], ["REBOOTING", "RUNNING"]])
def test_deletes_from_a_moving_state(run: Run, aws: Any, way: list[str]) -> None:
    aws.add_image_builder("design", way[0])
    aws.moves["design"] = way
    result = run(image_builder, name="design", state="absent")
    assert result["image_builder"] is None
    assert result["actions"][-1] == "delete"


def test_absent_twice(run: Run, aws: Any) -> None:
    result = run(image_builder, name="design", state="absent")
    assert (result["changed"], result["image_builder"], aws.operations()) == (False, None, [])


def test_running_while_an_image_is_made_fails(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "SNAPSHOTTING")
    result = run(image_builder, name="design")
    assert result["failed"]
    assert "an image is being made" in result["msg"]
    assert result["image_builder"]["state"] == "SNAPSHOTTING"


def test_creating_needs_image_and_instance_type(run: Run, aws: Any) -> None:
    result = run(image_builder, name="design")
    assert "instance_type and image_name or image_arn must be set" in result["msg"]
    assert aws.operations() == []


def test_drift_is_named(run: Run, aws: Any) -> None:
    aws.add_image_builder("design")
    result = run(image_builder, name="design", instance_type="stream.standard.small", image_name="other")
    assert result["failed"]
    assert "instance_type is 'stream.standard.large', wanted 'stream.standard.small'" in result["msg"]
    assert "image_name is" in result["msg"]
    assert "recreate: true" in result["remedy"]
    assert set(result["drift"]) == {"instance_type", "image_name"}
    assert aws.operations() == []


@pytest.mark.parametrize("state", ["RUNNING", "STOPPED"])
def test_recreates_on_drift(run: Run, aws: Any, state: str) -> None:
    aws.add_image_builder("design", state, Tags={"old": "tag"})
    wish = {**CREATION, "instance_type": "stream.standard.small", "recreate": True}
    result = run(image_builder, **wish)
    assert result["actions"] == [*(["stop"] if state == "RUNNING" else []), "delete", "create"]
    assert result["image_builder"]["instance_type"] == "stream.standard.small"
    assert result["image_builder"]["tags"] == {}
    assert not run(image_builder, **wish)["changed"]


def test_a_failed_one_is_told_of(run: Run, aws: Any) -> None:
    errors = [{"ErrorCode": "SUBNET_NOT_FOUND", "ErrorMessage": "No such subnet."}]
    aws.add_image_builder("design", "FAILED", ImageBuilderErrors=errors)
    result = run(image_builder, **CREATION)
    assert "SUBNET_NOT_FOUND: No such subnet." in result["msg"]
    assert "Use a subnet that exists" in result["remedy"]
    assert result["image_builder"]["image_builder_errors"][0]["error_code"] == "SUBNET_NOT_FOUND"


def test_a_failed_one_is_recreated_when_allowed(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "FAILED")
    assert run(image_builder, **CREATION, recreate=True)["actions"] == ["delete", "create"]


def test_recreation_that_fails_is_not_repeated(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "FAILED")
    aws.paths["create_image_builder"] = ["PENDING", "FAILED"]
    result = run(image_builder, **CREATION, recreate=True)
    assert result["failed"]
    assert result["actions"] == ["delete", "create"]


def test_failing_while_waiting(run: Run, aws: Any) -> None:
    failure = {"State": "FAILED", "StateChangeReason": {"Code": "IMAGE_UNAVAILABLE", "Message": "Gone."}}
    aws.paths["create_image_builder"] = ["PENDING", failure]
    result = run(image_builder, **CREATION)
    assert "has FAILED: IMAGE_UNAVAILABLE: Gone." in result["msg"]
    assert states_of(result) == ["ABSENT", "PENDING", "FAILED"]


def test_time_out(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "PENDING")
    result = run(image_builder, name="design", wait_timeout=0)
    assert "still PENDING after 0 seconds" in result["msg"]
    assert result["image_builder"]["name"] == "design"
    assert result["elapsed"] == 0


def test_updates_a_stopped_one(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "STOPPED")
    result = run(image_builder, name="design", state="stopped", display_name="Design", description="new")
    assert (result["changed"], result["actions"]) == (True, ["update"])
    assert aws.parameters("update_image_builder") == {"Name": "design", "DisplayName": "Design", "Description": "new"}
    assert result["diff"]["after"]["display_name"] == "Design"


def test_a_running_one_is_stopped_for_an_update(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "RUNNING")
    result = run(image_builder, name="design", display_name="Design")
    assert result["actions"] == ["stop", "update", "start"]
    assert result["image_builder"]["display_name"] == "Design"


def test_the_agent_version_is_changed_by_a_restart(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "RUNNING", AppstreamAgentVersion="1")
    result = run(image_builder, name="design", appstream_agent_version="2")
    assert result["actions"] == ["stop", "start"]
    assert result["image_builder"]["appstream_agent_version"] == "2"


@pytest.mark.parametrize(("purge", "after"), [(True, {"keep": "new"}), (False, {"keep": "new", "other": "x"})])
def test_tags(run: Run, aws: Any, purge: bool, after: dict[str, str]) -> None:
    aws.add_image_builder("design", Tags={"keep": "old", "other": "x", "aws:mine": "y"})
    result = run(image_builder, name="design", tags={"keep": "new"}, purge_tags=purge)
    assert result["changed"]
    assert result["image_builder"]["tags"] == {**after, "aws:mine": "y"}
    assert not run(image_builder, name="design", tags={"keep": "new"}, purge_tags=purge)["changed"]


def test_unset_options_are_left_alone(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", Tags={"a": "b"}, DisplayName="Design")
    assert not run(image_builder, name="design")["changed"]


@pytest.mark.parametrize(
    ("state", "options", "changed"),
    [
        (None, CREATION, True),
        ("STOPPED", {"name": "design"}, True),
        ("RUNNING", {"name": "design", "tags": {"a": "b"}}, True),
        ("RUNNING", {"name": "design", "state": "absent"}, True),
        ("STOPPED", {"name": "design", "display_name": "x", "state": "stopped"}, True),
        ("RUNNING", {"name": "design"}, False),
        (None, {"name": "design", "state": "absent"}, False),
    ],
)
def test_check_mode_predicts_and_does_nothing(
    run: Run, aws: Any, state: str | None, options: dict[str, Any], changed: bool
) -> None:
    if state:
        aws.add_image_builder("design", state)
    predicted = run(image_builder, check_mode=True, **options)
    assert aws.operations() == []
    real = run(image_builder, **options)
    assert predicted["changed"] is real["changed"] is changed
    assert predicted["diff"] == real["diff"]
    assert (predicted["image_builder"] or {}).get("state") == (real["image_builder"] or {}).get("state")
    assert set(predicted) == set(real)


def test_check_mode_fails_where_the_run_would(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "SNAPSHOTTING")
    assert run(image_builder, check_mode=True, name="design")["failed"]


@pytest.mark.parametrize("state", ["FAILED", "SNAPSHOTTING"])
def test_check_mode_writes_no_tags_where_the_run_would_fail(run: Run, aws: Any, state: str) -> None:
    aws.add_image_builder("design", state, Tags={"a": "1"})
    assert run(image_builder, check_mode=True, name="design", tags={"a": "2"})["failed"]
    assert aws.operations() == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_recreation_that_cannot_succeed_deletes_nothing(run: Run, aws: Any, check_mode: bool) -> None:
    aws.add_image_builder("design", "FAILED")
    result = run(image_builder, check_mode=check_mode, name="design", recreate=True)
    assert "instance_type and image_name or image_arn must be set" in result["msg"]
    assert (result["image_builder"]["state"], result["actions"], aws.operations()) == ("FAILED", [], [])


def test_one_that_fails_while_waited_for_is_not_deleted_for_nothing(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "PENDING")
    aws.moves["design"] = ["PENDING", "FAILED"]
    result = run(image_builder, name="design", recreate=True)
    assert "must be set" in result["msg"]
    assert (result["image_builder"]["state"], aws.operations()) == ("FAILED", [])


class OldModel:
    """The service model of a botocore that knows neither UpdateImageBuilder nor any parameter but the first ones."""

    operation_names = ("CreateImageBuilder",)

    def operation_model(self, operation: str) -> Any:
        text = SimpleNamespace(type_name="string")
        members = dict.fromkeys(("Name", "ImageName", "InstanceType"), text)
        return SimpleNamespace(input_shape=SimpleNamespace(type_name="structure", members=members))


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("options", "unknown"),
    [
        ({"name": "design", "description": "new"}, "UpdateImageBuilder"),
        (
            {**CREATION, "instance_type": "stream.standard.small", "disable_imdsv1": True, "recreate": True},
            "DisableIMDSV1",
        ),
    ],
)
def test_what_botocore_does_not_know_is_told_before_anything_is_stopped(
    run: Run, aws: Any, options: dict[str, Any], unknown: str, check_mode: bool
) -> None:
    aws.add_image_builder("design")
    aws.meta = SimpleNamespace(service_model=OldModel())
    result = run(image_builder, check_mode=check_mode, **options)
    assert f"botocore does not know {unknown}" in result["msg"]
    assert aws.operations() == []


def test_an_old_botocore_is_enough_for_what_needs_no_update(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "STOPPED")
    aws.meta = SimpleNamespace(service_model=OldModel())
    assert run(image_builder, name="design")["actions"] == ["start"]


@pytest.mark.parametrize(
    ("state", "actions"), [("RUNNING", ["stop", "update", "start"]), ("STOPPED", ["update"]), (None, ["create"])]
)
def test_present_leaves_it_running_or_stopped_as_it_was(
    run: Run, aws: Any, state: str | None, actions: list[str]
) -> None:
    if state:
        aws.add_image_builder("design", state)
    wish = {**CREATION, "state": "present", "description": "new"}
    predicted = run(image_builder, check_mode=True, **wish)
    result = run(image_builder, **wish)
    assert result["actions"] == actions
    assert result["image_builder"]["state"] == result["diff"]["after"]["state"] == (state or "RUNNING")
    assert predicted["diff"] == result["diff"]
    assert not run(image_builder, **wish)["changed"]


def test_one_that_is_being_deleted_is_replaced_by_another(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "DELETING", Tags={"old": "tag"})
    aws.moves["design"] = ["DELETING", "DELETING", None]
    wish = {**CREATION, "instance_type": "stream.standard.small", "tags": {"new": "tag"}, "purge_tags": False}
    predicted = run(image_builder, check_mode=True, **wish)
    result = run(image_builder, **wish)
    assert (result["actions"], aws.operations()) == (["create"], ["create_image_builder"])
    assert predicted["image_builder"]["tags"] == result["image_builder"]["tags"] == {"new": "tag"}
    assert predicted["image_builder"]["instance_type"] == result["image_builder"]["instance_type"]
    assert "image_arn" not in predicted["image_builder"]


def test_one_that_is_being_deleted_keeps_its_tags_to_the_end(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "DELETING", Tags={"old": "tag"})
    result = run(image_builder, **CREATION, tags={"new": "tag"}, wait=False)
    assert (result["image_builder"]["tags"], aws.operations()) == ({"old": "tag"}, [])


@pytest.mark.parametrize("wanted", ["stopped", "present"])
def test_the_agent_version_does_not_count_on_one_that_stays_stopped(run: Run, aws: Any, wanted: str) -> None:
    aws.add_image_builder("design", "STOPPED", AppstreamAgentVersion="1")
    result = run(image_builder, name="design", state=wanted, appstream_agent_version="2")
    assert (result["changed"], result["actions"]) == (False, [])
    assert result["diff"]["before"] == result["diff"]["after"]


def test_a_time_out_while_deleting_returns_the_tags(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "STOPPED", Tags={"a": "b"})
    aws.paths["delete_image_builder"] = ["DELETING"]
    result = run(image_builder, name="design", state="absent", wait_timeout=0)
    assert result["failed"]
    assert (result["image_builder"]["state"], result["image_builder"]["tags"]) == ("DELETING", {"a": "b"})


@pytest.mark.parametrize(("code", "retryable"), [("LimitExceededException", False), ("ServiceUnavailable", True)])
def test_a_failure_says_whether_it_passes(run: Run, aws: Any, code: str, retryable: bool) -> None:
    aws.errors["describe_image_builders"] = [code] * 50
    assert run(image_builder, name="design")["retryable"] is retryable


def test_illegal_values_are_ignored_when_deleting(run: Run, aws: Any) -> None:
    result = run(image_builder, name="design", state="absent", root_volume_size=1, tags={"aws:x": "y"})
    assert not result.get("failed")


def test_illegal_values_are_refused_before_aws_is_asked(run: Run, aws: Any) -> None:
    result = run(image_builder, name="-design", root_volume_size=1)
    assert "image builder name" in result["msg"]
    assert "root_volume_size" in result["msg"]
    assert aws.calls == []


def test_throttled_at_every_call(run: Run, aws: Any) -> None:
    operations = ("describe_image_builders", "create_image_builder", "list_tags_for_resource")
    aws.errors = {operation: ["ThrottlingException"] * 5 for operation in operations}
    assert run(image_builder, **CREATION)["image_builder"]["state"] == "RUNNING"


def test_a_lost_answer_to_creating_is_no_failure(run: Run, aws: Any) -> None:
    """The first try got through, its answer didn't, and botocore tried again."""
    create = aws._create_image_builder

    def create_and_lose_the_answer(**request: Any) -> Any:
        create(**dict(request))
        return create(**request)

    aws._create_image_builder = create_and_lose_the_answer
    result = run(image_builder, **CREATION)
    assert result["image_builder"]["state"] == "RUNNING"
    assert aws.operations() == ["create_image_builder"]


def test_a_refusal_that_says_something_is_told(run: Run, aws: Any) -> None:
    aws.errors["create_image_builder"] = ["LimitExceededException"]
    result = run(image_builder, **CREATION)
    assert result["error"]["code"] == "LimitExceededException"
    assert "Service Quotas" in result["remedy"]
    assert result["image_builder"] is None


def test_a_stop_refused_because_it_was_stopped_meanwhile(run: Run, aws: Any) -> None:
    aws.add_image_builder("design")
    aws.errors["stop_image_builder"] = ["OperationNotPermittedException"]
    aws.moves["design"] = ["RUNNING", "STOPPED"]
    assert run(image_builder, name="design", state="stopped")["image_builder"]["state"] == "STOPPED"
