# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Modules image_export and image_export_info, against the simulated AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import waits
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.calls import once_only_config
from ansible_collections.euc.appstream.plugins.modules import image_export, image_export_info
from appstream_simulator.aws import export_operations

Run = Callable[..., dict[str, Any]]

TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "appstream.amazonaws.com"}}]}


@pytest.fixture
def role(simulated: Any) -> str:
    created = simulated.client("iam").create_role(RoleName="transfer", AssumeRolePolicyDocument=json.dumps(TRUST))
    return str(created["Role"]["Arn"])


@pytest.fixture
def options(simulated: Any, role: str) -> dict[str, Any]:
    """What it takes to export an image, which is there."""
    make_image(simulated, role)
    return {
        "name": "design",
        "ami_name": "design/1",
        "iam_role_arn": role,
        "ami_description": "Nightly",
        "tags": {"CostCenter": 42},
    }


@pytest.fixture(autouse=True)
def _time_passes(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits.time, "sleep", lambda seconds: simulated.advance(60))


def make_image(simulated: Any, role: str, name: str = "design") -> None:
    ami = simulated.client("ec2").register_image(Name=f"source-of-{name}")["ImageId"]
    simulated.client("appstream").create_imported_image(Name=name, SourceAmiId=ami, IamRoleArn=role)
    simulated.advance(2400)


def stored(simulated: Any) -> list[dict[str, Any]]:
    return simulated.client("appstream").list_export_image_tasks()["ExportImageTasks"]


def fail_exports(simulated: Any, state: str, times: int = 1) -> None:
    rule = {"export": ".*", "error_code": "InternalError", "message": "No space.", "state": state, "times": times}
    simulated.server.simulation.outcomes.add(rule)


def begun(simulated: Any) -> int:
    return simulated.operations().count("CreateExportImageTask")


def test_exported_once(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    predicted = run_simulated(image_export, check_mode=True, **options)
    assert (predicted["changed"], stored(simulated)) == (True, [])
    result = run_simulated(image_export, **options)
    assert (result["changed"], result["actions"], result["diff"]) == (True, ["create"], predicted["diff"])
    assert [one["state"] for one in result["state_changes"]] == ["ABSENT", "EXPORTING", "COMPLETED"]
    task = result["export_image_task"]
    assert task.items() >= predicted["export_image_task"].items()
    assert task["tag_specifications"] == {"CostCenter": "42"}
    (ami,) = simulated.client("ec2").describe_images(ImageIds=[task["ami_id"]])["Images"]
    assert (ami["Name"], ami["Description"]) == ("design/1", "Nightly")
    for check_mode in (True, False):
        again = run_simulated(image_export, check_mode=check_mode, **options)
        assert (again["changed"], again["actions"], again.get("warnings", [])) == (False, [], [])
        assert again["export_image_task"] == task
        assert again["diff"]["before"] == again["diff"]["after"]
    assert begun(simulated) == 1


def test_without_waiting(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    first = run_simulated(image_export, **options, wait=False)
    assert (first["changed"], first["export_image_task"]["state"]) == (True, "EXPORTING")
    again = run_simulated(image_export, **options)
    assert (again["changed"], again["export_image_task"]["state"]) == (False, "COMPLETED")


def test_other_exports_are_of_no_account(
    run_simulated: Run, simulated: Any, options: dict[str, Any], role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_operations, "_DEFAULT_PAGE", 1)
    make_image(simulated, role, "other")
    for name, ami_name in (("other", "other/1"), ("design", "design/2")):
        run_simulated(image_export, **{**options, "name": name, "ami_name": ami_name})
    result = run_simulated(image_export, **options)
    assert (result["changed"], len(stored(simulated))) == (True, 1)
    assert not run_simulated(image_export, **options)["changed"]


def test_what_cannot_be_changed_is_told(run_simulated: Run, options: dict[str, Any]) -> None:
    run_simulated(image_export, **options)
    (warning,) = run_simulated(image_export, **{**options, "ami_description": "x", "tags": {"a": "b"}})["warnings"]
    assert "ami_description is 'Nightly', wanted 'x'; tags is {'CostCenter': '42'}, wanted {'a': 'b'}" in warning
    left_out = {**options, "ami_description": None, "tags": None}
    assert run_simulated(image_export, **left_out).get("warnings", []) == []


def test_an_ami_that_has_gone_is_exported_anew(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    ami = run_simulated(image_export, **options)["export_image_task"]["ami_id"]
    simulated.client("ec2").deregister_image(ImageId=ami)
    predicted = run_simulated(image_export, check_mode=True, **options)
    result = run_simulated(image_export, **options)
    assert (predicted["changed"], result["changed"]) == (True, True)
    assert result["export_image_task"]["ami_id"] != ami
    simulated.fail(match="ec2:DescribeImages", code="UnauthorizedOperation")
    assert not run_simulated(image_export, **options)["changed"], "who may not look believes the task"


def test_a_new_image_of_the_same_name(run_simulated: Run, simulated: Any, options: dict[str, Any], role: str) -> None:
    ami = run_simulated(image_export, **options)["export_image_task"]["ami_id"]
    simulated.client("appstream").delete_image(Name="design")
    simulated.advance(60)
    gone = run_simulated(image_export, **options)
    assert (gone["changed"], gone["export_image_task"]["ami_id"]) == (False, ami)
    simulated.client("ec2").deregister_image(
        ImageId=simulated.client("ec2").describe_images(Filters=[{"Name": "name", "Values": ["source-of-design"]}])[
            "Images"
        ][0]["ImageId"]
    )
    make_image(simulated, role)
    refused = run_simulated(image_export, **options)
    assert refused["failed"] and "already exists" in refused["msg"], "the AMI of the former image has the name"
    assert run_simulated(image_export, **{**options, "ami_name": "design/2"})["changed"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "two words"}, "image name"),
        ({"ami_name": "ab"}, "ami_name"),
        ({"iam_role_arn": "x"}, "iam_role_arn"),
        ({"tags": {"aws:x": "y"}}, "reserved"),
    ],
)
def test_bad_values_are_refused_before_aws_is_asked(
    run_simulated: Run, simulated: Any, options: dict[str, Any], change: dict[str, Any], told: str
) -> None:
    simulated.server.calls.clear()
    result = run_simulated(image_export, **{**options, **change})
    assert result["failed"] and told in result["msg"]
    assert list(simulated.server.calls.entries()) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("missing", "it does not exist"),
        ("AppStream-WinServer2022-09-09-2026", "it is PUBLIC and not this account's"),
        ("coming", "it is IMPORTING, not AVAILABLE"),
        ("old", "only WINDOWS_SERVER_2022 and WINDOWS_SERVER_2025 can be exported"),
    ],
)
def test_images_that_cannot_be_exported(
    run_simulated: Run, simulated: Any, options: dict[str, Any], role: str, name: str, told: str
) -> None:
    make_image(simulated, role, "old")
    ami = simulated.client("ec2").register_image(Name="source-of-coming")["ImageId"]
    simulated.client("appstream").create_imported_image(Name="coming", SourceAmiId=ami, IamRoleArn=role)
    _platform_of(simulated, "old", "WINDOWS_SERVER_2019")
    for check_mode in (True, False):
        result = run_simulated(image_export, check_mode=check_mode, **{**options, "name": name})
        assert result["failed"] and told in result["msg"], result["msg"]
        assert (result["export_image_task"], result["changed"]) == (None, False)
        assert result["state_changes"] == [{"state": "ABSENT", "elapsed": 0}]
    assert stored(simulated) == []


def _platform_of(simulated: Any, name: str, platform: str) -> None:
    from appstream_simulator.aws.models import all_backends

    for backend in all_backends():
        if name in backend.images:
            backend.images[name].platform = platform


@pytest.mark.parametrize("state", ["FAILED", "TIMED_OUT"])
def test_exports_that_do_not_end_well(run_simulated: Run, simulated: Any, options: dict[str, Any], state: str) -> None:
    fail_exports(simulated, state)
    failed = run_simulated(image_export, **options)
    assert failed["failed"] and f"has {state}" in failed["msg"] and "InternalError: No space." in failed["msg"]
    assert ("ec2:CopyImage" in failed["remedy"]) == (state == "FAILED")
    assert failed["export_image_task"]["error_details"][0]["error_message"] == "No space."
    assert (failed["changed"], failed["actions"]) == (True, ["create"]), "what failed in this run is begun only once"
    assert [one["state"] for one in failed["state_changes"]] == ["ABSENT", "EXPORTING", state]
    for check_mode in (True, False):
        kept = run_simulated(image_export, check_mode=check_mode, **options, retry_failed=False)
        assert kept["failed"] and kept["actions"] == [] and f"has {state}" in kept["msg"]
        assert (kept["changed"], kept["state_changes"]) == (False, [{"state": state, "elapsed": 0}])
    assert run_simulated(image_export, check_mode=True, **options)["changed"]
    recovered = run_simulated(image_export, **options)
    assert (recovered["changed"], recovered["export_image_task"]["state"]) == (True, "COMPLETED")
    assert recovered["diff"]["before"] == {}
    assert [one["state"] for one in recovered["state_changes"]] == [state, "EXPORTING", "COMPLETED"]
    assert not run_simulated(image_export, **options)["changed"]


def test_time_is_up(run_simulated: Run, options: dict[str, Any]) -> None:
    result = run_simulated(image_export, **options, wait_timeout=0)
    assert result["failed"] and "still EXPORTING" in result["msg"] and "Running again" in result["remedy"]
    assert run_simulated(image_export, **options)["actions"] == []


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("drop", [True, "after"])
def test_a_lost_answer_makes_no_second_task(
    run_simulated: Run,
    simulated: Any,
    options: dict[str, Any],
    drop: Any,
    wait: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As if the service began a second one, which nobody knows.
    monkeypatch.setattr(export_operations, "_check_ami_name", lambda backend, name: None)
    simulated.fail(match="appstream:CreateExportImageTask", drop=drop, times=1)
    result = run_simulated(image_export, **options, wait=wait)
    assert (result["actions"], len(stored(simulated))) == (["create"], 1)
    assert result["export_image_task"]["task_id"] == stored(simulated)[0]["TaskId"]


def test_a_former_failure_is_not_taken_for_the_lost_answer(
    run_simulated: Run, simulated: Any, options: dict[str, Any]
) -> None:
    fail_exports(simulated, "FAILED")
    run_simulated(image_export, **options)
    simulated.fail(match="appstream:CreateExportImageTask", drop="after", times=1)
    result = run_simulated(image_export, **options)
    assert (result["export_image_task"]["state"], len(stored(simulated))) == ("COMPLETED", 2)


def test_throttling_and_a_role_made_just_before(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    for operation in ("ListExportImageTasks", "GetExportImageTask", "DescribeImages", "CreateExportImageTask"):
        simulated.fail(match=f"appstream:{operation}", code="ThrottlingException", times=2)
    simulated.fail(match="appstream:CreateExportImageTask", code="InvalidRoleException", times=2)
    assert run_simulated(image_export, **options)["export_image_task"]["state"] == "COMPLETED"
    assert run_simulated(image_export, **options)["changed"] is False


def test_an_image_that_is_not_found_for_a_while(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    simulated.fail(match="appstream:CreateExportImageTask", code="ResourceNotFoundException", times=3)
    result = run_simulated(image_export, **options)
    assert (result["changed"], result["actions"], begun(simulated)) == (True, ["create"], 4)
    assert result["export_image_task"]["state"] == "COMPLETED"


def test_a_task_that_is_not_found_for_a_while(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    simulated.fail(match="appstream:GetExportImageTask", code="ResourceNotFoundException", times=3)
    result = run_simulated(image_export, **options)
    assert (result["export_image_task"]["state"], len(stored(simulated))) == ("COMPLETED", 1)


@pytest.mark.parametrize(
    ("code", "remedy"), [("AccessDeniedException", "Allow this action"), ("InvalidRoleException", "IAM role")]
)
def test_refused_for_good(run_simulated: Run, simulated: Any, options: dict[str, Any], code: str, remedy: str) -> None:
    simulated.fail(match="appstream:CreateExportImageTask", code=code)
    result = run_simulated(image_export, **options)
    assert (result["error"]["code"], remedy in result["remedy"]) == (code, True)
    assert (result["export_image_task"], result["actions"]) == (None, [])


def test_an_old_botocore(run_simulated: Run, simulated: Any, options: dict[str, Any], monkeypatch: Any) -> None:
    for client in (simulated.client("appstream"), simulated.client("appstream", once_only_config())):
        monkeypatch.setattr(client.meta.service_model, "operation_names", [], raising=False)
    for module, wanted in ((image_export, options), (image_export_info, {})):
        result = run_simulated(module, **wanted)
        assert "does not know ListExportImageTasks" in result["msg"] and "newer boto3" in result["msg"]


def test_info(run_simulated: Run, simulated: Any, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_operations, "_DEFAULT_PAGE", 1)
    first = run_simulated(image_export, **options)["export_image_task"]
    simulated.advance(1)
    second = run_simulated(image_export, **{**options, "ami_name": "design/2"}, wait=False)["export_image_task"]

    def found(**wanted: Any) -> list[str]:
        return [task["task_id"] for task in run_simulated(image_export_info, **wanted)["export_image_tasks"]]

    both = [second["task_id"], first["task_id"]]
    assert found() == found(names=["design"]) == found(task_ids=both[::-1]) == both
    assert found(task_ids=[first["task_id"], "00000000-0000-0000-0000-000000000000"]) == [first["task_id"]]
    assert found(states=["EXPORTING"]) == found(ami_names=["design/2"]) == [second["task_id"]]
    assert found(filters={"state": "COMPLETED"}) == found(filters={"state": ["COMPLETED"]}) == [first["task_id"]]
    assert found(names=["other"]) == []
    assert "task_ids" in run_simulated(image_export_info, task_ids=["x"])["msg"]
    simulated.fail(match="appstream:ListExportImageTasks", code="AccessDeniedException")
    assert "Allow this action" in run_simulated(image_export_info)["remedy"]
