# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image_builder where something fails, is refused or passes by itself, against the simulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder import api
from ansible_collections.euc.appstream.plugins.modules import image_builder
from image_builder_account import CREATION, add, builder, count, let_time_pass, states_of, subnet, tags

Run = Callable[..., dict[str, Any]]
NOT_FOUND = "ResourceNotFoundException"


@pytest.fixture(autouse=True)
def _passing_time(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    let_time_pass(simulated, monkeypatch)


def fail_to_start(simulated: Any, code: str, message: str) -> None:
    rule = {"builder": "design", "error_code": code, "message": message}
    simulated.server.simulation.outcomes.add(rule)


def test_running_while_an_image_is_made_fails(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "SNAPSHOTTING")
    result = run_simulated(image_builder, name="design")
    assert result["failed"]
    assert "an image is being made" in result["msg"]
    assert result["image_builder"]["state"] == "SNAPSHOTTING"


def test_creating_needs_image_and_instance_type(run_simulated: Run, simulated: Any) -> None:
    result = run_simulated(image_builder, name="design")
    assert "instance_type and image_name or image_arn must be set" in result["msg"]
    assert simulated.operations() == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_drift_is_named(run_simulated: Run, simulated: Any, check_mode: bool) -> None:
    add(simulated)
    options = {"name": "design", "instance_type": "stream.standard.small", "image_name": "other", "tags": {"a": "b"}}
    result = run_simulated(image_builder, check_mode=check_mode, **options)
    assert result["failed"]
    assert "instance_type is 'stream.standard.large', wanted 'stream.standard.small'" in result["msg"]
    assert "image_name is" in result["msg"]
    assert "recreate: true" in result["remedy"]
    assert set(result["drift"]) == {"instance_type", "image_name"}
    assert (result["changed"], result["actions"], result["elapsed"]) == (False, [], 0)
    assert (states_of(result), result["image_builder"]["tags"]) == (["RUNNING"], {})
    assert simulated.operations() == []


def test_a_failed_one_is_reported(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "FAILED")
    builder().fail("SUBNET_NOT_FOUND", "No such subnet.", 0)
    result = run_simulated(image_builder, **CREATION)
    assert "SUBNET_NOT_FOUND: No such subnet." in result["msg"]
    assert "Use a subnet that exists" in result["remedy"]
    assert result["image_builder"]["image_builder_errors"][0]["error_code"] == "SUBNET_NOT_FOUND"
    assert not result["changed"]


def test_recreation_that_fails_is_not_repeated(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "FAILED")
    fail_to_start(simulated, "INTERNAL_SERVICE_ERROR", "It failed.")
    result = run_simulated(image_builder, **CREATION, recreate=True)
    assert result["failed"]
    assert result["actions"] == ["delete", "create"]


def test_failing_while_waiting(run_simulated: Run, simulated: Any) -> None:
    fail_to_start(simulated, "IMAGE_NOT_FOUND", "Gone.")
    result = run_simulated(image_builder, **CREATION)
    assert "has FAILED: IMAGE_NOT_FOUND: Gone." in result["msg"]
    assert states_of(result) == ["ABSENT", "PENDING", "FAILED"]
    assert (result["changed"], result["actions"], result["elapsed"]) == (True, ["create"], 600)


def test_time_out(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "PENDING")
    result = run_simulated(image_builder, name="design", wait_timeout=0)
    assert "still PENDING after 0 seconds" in result["msg"]
    assert result["image_builder"]["name"] == "design"
    assert (result["elapsed"], result["changed"]) == (0, False)


@pytest.mark.parametrize(
    ("state", "options"),
    [
        ("SNAPSHOTTING", {}),
        ("FAILED", {}),
        ("PENDING", {"wait_timeout": 60}),
    ],
)
def test_tags_that_were_written_before_a_failure_are_a_change(
    run_simulated: Run, simulated: Any, state: str, options: dict[str, Any]
) -> None:
    add(simulated, state, Tags={"a": "1"})
    result = run_simulated(image_builder, name="design", tags={"a": "2"}, **options)
    assert (result["failed"], result["changed"], result["actions"]) == (True, True, [])
    assert result["image_builder"]["tags"] == tags() == {"a": "2"}
    assert states_of(result) == [state]


def test_tags_that_may_not_be_written(run_simulated: Run, simulated: Any) -> None:
    add(simulated, Tags={"a": "1"})
    simulated.fail(match="appstream:TagResource", code="AccessDeniedException")
    result = run_simulated(image_builder, name="design", tags={"a": "2"})
    assert (result["failed"], result["changed"], result["actions"]) == (True, False, [])
    assert (result["image_builder"]["tags"], states_of(result)) == ({"a": "1"}, ["RUNNING"])


@pytest.mark.parametrize("state", ["FAILED", "SNAPSHOTTING"])
def test_check_mode_fails_where_the_run_would_and_writes_no_tags(
    run_simulated: Run, simulated: Any, state: str
) -> None:
    add(simulated, state, Tags={"a": "1"})
    result = run_simulated(image_builder, check_mode=True, name="design", tags={"a": "2"})
    assert (result["failed"], result["changed"]) == (True, False)
    assert (simulated.operations(), tags()) == ([], {"a": "1"})


@pytest.mark.parametrize("check_mode", [True, False])
def test_recreation_that_cannot_succeed_deletes_nothing(run_simulated: Run, simulated: Any, check_mode: bool) -> None:
    add(simulated, "FAILED")
    result = run_simulated(image_builder, check_mode=check_mode, name="design", recreate=True)
    assert "is to be created again" in result["msg"]
    assert "instance_type and image_name or image_arn must be set" in result["msg"]
    assert (result["image_builder"]["state"], result["actions"], simulated.operations()) == ("FAILED", [], [])
    assert (result["changed"], states_of(result)) == (False, ["FAILED"])


def test_one_that_fails_while_waited_for_is_not_deleted_for_nothing(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "PENDING", "FAILED")
    result = run_simulated(image_builder, name="design", recreate=True)
    assert "must be set" in result["msg"]
    assert (result["image_builder"]["state"], simulated.operations()) == ("FAILED", [])


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
def test_what_botocore_does_not_know_is_reported_before_anything_is_stopped(
    run_simulated: Run, simulated: Any, old_botocore: None, options: dict[str, Any], unknown: str, check_mode: bool
) -> None:
    add(simulated)
    result = run_simulated(image_builder, check_mode=check_mode, **options)
    assert f"botocore does not know {unknown}" in result["msg"]
    assert (result["changed"], states_of(result), simulated.operations()) == (False, ["RUNNING"], [])


def test_an_old_botocore_is_enough_for_what_needs_no_update(
    run_simulated: Run, simulated: Any, old_botocore: None
) -> None:
    add(simulated, "STOPPED")
    assert run_simulated(image_builder, name="design")["actions"] == ["start"]


@pytest.fixture
def old_botocore(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that knows neither UpdateImageBuilder nor the newer members of CreateImageBuilder."""
    model = simulated.client("appstream").meta.service_model
    operations = [name for name in model.operation_names if name != "UpdateImageBuilder"]
    monkeypatch.setattr(model, "operation_names", operations)
    members = model.operation_model("CreateImageBuilder").input_shape.members
    monkeypatch.delitem(members, "DisableIMDSV1")


def test_a_time_out_while_deleting_returns_the_tags(run_simulated: Run, simulated: Any) -> None:
    add(simulated, "STOPPED", Tags={"a": "b"})
    result = run_simulated(image_builder, name="design", state="absent", wait_timeout=0)
    assert (result["failed"], result["changed"], result["actions"]) == (True, True, ["delete"])
    assert (result["image_builder"]["state"], result["image_builder"]["tags"]) == ("DELETING", {"a": "b"})


@pytest.mark.parametrize(("code", "retryable"), [("LimitExceededException", False), ("ServiceUnavailable", True)])
def test_a_failure_says_whether_it_passes(run_simulated: Run, simulated: Any, code: str, retryable: bool) -> None:
    simulated.fail(match="appstream:DescribeImageBuilders", code=code)
    assert run_simulated(image_builder, name="design")["retryable"] is retryable


def test_illegal_values_are_refused_before_aws_is_asked(run_simulated: Run, simulated: Any) -> None:
    simulated.server.calls.clear()
    result = run_simulated(image_builder, name="-design", root_volume_size=1)
    assert "image builder name" in result["msg"]
    assert "root_volume_size" in result["msg"]
    assert simulated.server.calls.entries() == []


def test_throttled_at_every_call(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(per_operation=7)
    assert run_simulated(image_builder, **CREATION)["image_builder"]["state"] == "RUNNING"


def test_a_lost_answer_to_creating_is_no_failure(run_simulated: Run, simulated: Any) -> None:
    """The first try got through, its answer didn't, and botocore tried again."""
    simulated.fail(match="appstream:CreateImageBuilder", drop="after", times=1)
    result = run_simulated(image_builder, **CREATION, tags={"a": "b"})
    assert (result["image_builder"]["state"], result["image_builder"]["tags"]) == ("RUNNING", {"a": "b"})
    assert (result["changed"], result["actions"], count(simulated, "CreateImageBuilder")) == (True, ["create"], 2)


def test_a_refusal_with_a_known_cause_is_reported(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:CreateImageBuilder", code="LimitExceededException")
    result = run_simulated(image_builder, **CREATION)
    assert result["error"]["code"] == "LimitExceededException"
    assert "Service Quotas" in result["remedy"]
    assert (result["image_builder"], result["changed"], states_of(result)) == (None, False, ["ABSENT"])


def test_a_refusal_after_something_was_done(run_simulated: Run, simulated: Any) -> None:
    add(simulated)
    simulated.fail(match="appstream:UpdateImageBuilder", code="AccessDeniedException")
    result = run_simulated(image_builder, name="design", description="new")
    assert (result["failed"], result["changed"], result["actions"]) == (True, True, ["stop"])
    assert (result["image_builder"]["state"], states_of(result)) == ("STOPPED", ["RUNNING", "STOPPING", "STOPPED"])
    assert result["elapsed"] == 120


def test_a_stop_refused_because_it_was_stopped_meanwhile(
    run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(simulated)
    stop = api.stop_image_builder

    def stop_after_somebody_else(client: Any, name: str) -> dict[str, Any]:
        builder().enter("STOPPED")
        return stop(client, name)

    monkeypatch.setattr(api, "stop_image_builder", stop_after_somebody_else)
    result = run_simulated(image_builder, name="design", state="stopped")
    assert (result["image_builder"]["state"], count(simulated, "StopImageBuilder")) == ("STOPPED", 1)


@pytest.mark.parametrize("operation", ["StopImageBuilder", "UpdateImageBuilder", "StartImageBuilder", "TagResource"])
def test_not_found_passes_for_what_was_just_read(run_simulated: Run, simulated: Any, operation: str) -> None:
    add(simulated)
    simulated.fail(match=f"appstream:{operation}", code=NOT_FOUND, times=3)
    result = run_simulated(image_builder, name="design", description="new", tags={"a": "b"})
    assert (result["actions"], result["image_builder"]["tags"]) == (["stop", "update", "start"], {"a": "b"})


def test_what_was_just_created_may_be_not_found_for_minutes(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:DescribeImageBuilders", code=NOT_FOUND, after=1, times=4)
    result = run_simulated(image_builder, **CREATION)
    assert (result["actions"], result["image_builder"]["state"]) == (["create"], "RUNNING")
    assert count(simulated, "CreateImageBuilder") == 1


def network(simulated: Any) -> dict[str, Any]:
    return {"subnet_id": subnet(simulated), "security_group_ids": [group(simulated)]}


def group(simulated: Any) -> str:
    found = simulated.client("ec2").describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [simulated.client("ec2").describe_subnets()["Subnets"][0]["VpcId"]]}]
    )
    return str(found["SecurityGroups"][0]["GroupId"])


DOMAIN = {"directory_name": "corp.example.com", "organizational_unit": "OU=Builders,DC=corp,DC=example,DC=com"}


def add_directory_config(simulated: Any) -> None:
    simulated.client("appstream").create_directory_config(
        DirectoryName=DOMAIN["directory_name"],
        OrganizationalUnitDistinguishedNames=[DOMAIN["organizational_unit"]],
        ServiceAccountCredentials={"AccountName": "CORP\\join", "AccountPassword": "Secret-1"},
    )


@pytest.mark.parametrize("by", ["image_name", "image_arn"])
def test_an_image_just_made_may_be_not_found_for_minutes(run_simulated: Run, simulated: Any, by: str) -> None:
    add_directory_config(simulated)
    options = {**CREATION, **network(simulated), "domain": DOMAIN}
    if by == "image_arn":
        name = options.pop("image_name")
        options["image_arn"] = f"arn:aws:appstream:eu-west-1::image/{name}"
    simulated.fail(match="appstream:CreateImageBuilder", code=NOT_FOUND, times=4)
    result = run_simulated(image_builder, **options, wait=False)
    assert (result["actions"], count(simulated, "CreateImageBuilder")) == (["create"], 5)


def test_a_network_that_may_not_be_read_counts_as_there(run_simulated: Run, simulated: Any) -> None:
    options = {**CREATION, **network(simulated)}
    simulated.fail(match="ec2:.*", code="UnauthorizedOperation", status=403)
    simulated.fail(match="appstream:CreateImageBuilder", code=NOT_FOUND, times=2)
    assert run_simulated(image_builder, **options, wait=False)["actions"] == ["create"]


@pytest.mark.parametrize(
    "misspelt",
    [
        {"image_name": "AppStream-WinServer2022-typo"},
        {"domain": {**DOMAIN, "directory_name": "crop.example.com"}},
        {"subnet_id": "subnet-00000000000000000"},
        {"security_group_ids": ["sg-00000000000000000"]},
    ],
)
def test_what_is_misspelt_is_refused_at_once(run_simulated: Run, simulated: Any, misspelt: dict[str, Any]) -> None:
    add_directory_config(simulated)
    options = {**CREATION, **network(simulated), "domain": DOMAIN, **misspelt}
    result = run_simulated(image_builder, **options)
    assert (result["failed"], result["error"]["code"]) == (True, NOT_FOUND)
    assert (result["changed"], count(simulated, "CreateImageBuilder")) == (False, 1)


def test_an_image_that_may_not_be_read_is_not_tried_again(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:DescribeImages", code="AccessDeniedException")
    simulated.fail(match="appstream:CreateImageBuilder", code=NOT_FOUND, times=1)
    result = run_simulated(image_builder, **CREATION)
    assert (result["failed"], result["error"]["code"]) == (True, NOT_FOUND)
    assert count(simulated, "CreateImageBuilder") == 1


@pytest.mark.parametrize("options", [{"state": "absent"}, {"state": "stopped"}])
def test_tags_that_may_not_be_read_make_no_difference(
    run_simulated: Run, simulated: Any, options: dict[str, Any]
) -> None:
    add(simulated, Tags={"a": "1"})
    simulated.fail(match="appstream:ListTagsForResource", code="AccessDeniedException")
    result = run_simulated(image_builder, name="design", **options)
    assert (result.get("failed"), result["changed"], len(result["warnings"])) == (None, True, 1)
    assert (result["image_builder"] or {"tags": None})["tags"] is None


def test_tags_that_are_wanted_must_be_read(run_simulated: Run, simulated: Any) -> None:
    add(simulated, Tags={"a": "1"})
    simulated.fail(match="appstream:ListTagsForResource", code="AccessDeniedException")
    assert run_simulated(image_builder, name="design", tags={"a": "1"})["failed"]
    assert tags() == {"a": "1"}


def test_a_new_one_has_the_tags_it_got(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:ListTagsForResource", code="AccessDeniedException")
    result = run_simulated(image_builder, **CREATION, tags={"a": "1"})
    assert result["image_builder"]["tags"] == {"a": "1"}
