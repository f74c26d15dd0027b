# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image_import, against the simulated AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import waits
from ansible_collections.euc.appstream.plugins.modules import image_import
from appstream_simulator.aws.models import appstream_backends

Run = Callable[..., dict[str, Any]]

TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "appstream.amazonaws.com"}}]}
BASE_IMAGE = "AppStream-WinServer2022-09-09-2026"
EDITOR = {
    "name": "editor",
    "absolute_app_path": r"C:\editor.exe",
    "launch_parameters": "-key the-secret",
    "display_name": "",
}


@pytest.fixture
def options(simulated: Any) -> dict[str, Any]:
    """What it takes to import an AMI."""
    role = simulated.client("iam").create_role(RoleName="import", AssumeRolePolicyDocument=json.dumps(TRUST))
    ami = simulated.client("ec2").register_image(Name="golden")["ImageId"]
    return {
        "name": "golden-1",
        "source_ami_id": ami,
        "iam_role_arn": role["Role"]["Arn"],
        "description": "From the golden AMI",
        "app_catalog_config": [EDITOR],
        "tags": {"of": "import", "number": 1},
    }


@pytest.fixture(autouse=True)
def _time_passes(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits.time, "sleep", lambda seconds: simulated.advance(60))


def stored(simulated: Any) -> list[dict[str, Any]]:
    return simulated.client("appstream").describe_images(Type="PRIVATE")["Images"]


def fail_imports(simulated: Any, times: int = 1) -> None:
    rule = {"image": ".*", "error_code": "VALIDATION_ERROR", "message": "The AMI has no TPM.", "times": times}
    simulated.server.simulation.outcomes.add(rule)


def test_imported_once(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    predicted = run_simulated(image_import, check_mode=True, **options)
    assert (predicted["changed"], stored(simulated)) == (True, [])
    assert predicted["image"] == {
        "name": "golden-1",
        "description": "From the golden AMI",
        "state": "AVAILABLE",
        "tags": {"of": "import", "number": "1"},
    }
    result = run_simulated(
        image_import, **options, runtime_validation_config={"intended_instance_type": "GeneralPurpose.t3.large"}
    )
    assert (result["changed"], result["actions"]) == (True, ["create"])
    assert [one["state"] for one in result["state_changes"]] == ["ABSENT", "IMPORTING", "VALIDATING", "AVAILABLE"]
    image = result["image"]
    assert (image["state"], image["image_type"], image["tags"]) == ("AVAILABLE", "CUSTOM", predicted["image"]["tags"])
    assert (image["applications"][0]["name"], image["applications"][0]["display_name"]) == ("editor", "editor")
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"].items() >= predicted["diff"]["after"].items()
    for check_mode in (True, False):
        again = run_simulated(image_import, check_mode=check_mode, **options)
        assert (again["changed"], again["actions"], again.get("warnings", [])) == (False, [], [])
        assert again["image"] == image
        assert again["diff"]["before"] == again["diff"]["after"]
    # The first is check mode's dry run.
    assert simulated.operations()[2:] == ["CreateImportedImage", "CreateImportedImage"]


def test_without_waiting(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    begun = run_simulated(image_import, **options, wait=False)
    assert (begun["changed"], begun["image"]["state"], begun["image"]["tags"]["of"]) == (True, "IMPORTING", "import")
    again = run_simulated(image_import, **options, wait=False)
    assert (again["changed"], again["image"]["state"]) == (False, "IMPORTING")
    simulated.advance(2400)
    assert run_simulated(image_import, **options)["image"]["state"] == "AVAILABLE"


def test_agent_version(run_simulated: Run, options: dict[str, Any]) -> None:
    latest = {**options, "agent_software_version": "ALWAYS_LATEST"}
    assert run_simulated(image_import, **latest)["image"]["latest_appstream_agent_version"] == "TRUE"
    assert run_simulated(image_import, **latest).get("warnings", []) == []


def test_what_cannot_be_changed_is_told(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    run_simulated(image_import, **options)
    changed = {
        **options,
        "description": "Another",
        "display_name": "Golden",
        "agent_software_version": "ALWAYS_LATEST",
        "app_catalog_config": [{**EDITOR, "launch_parameters": "-other the-secret"}],
    }
    result = run_simulated(image_import, **changed)
    assert (result["changed"], result["actions"]) == (False, [])
    (warning,) = result["warnings"]
    assert "description is 'From the golden AMI', wanted 'Another'" in warning
    assert "display_name is '', wanted 'Golden'" in warning
    assert "agent_software_version is 'CURRENT_LATEST', wanted 'ALWAYS_LATEST'" in warning
    assert "app_catalog_config has other settings" in warning and "the-secret" not in warning
    fewer = run_simulated(image_import, **{**options, "app_catalog_config": []})
    assert "app_catalog_config has editor, wanted nothing" in fewer["warnings"][0]


def test_tags_converge_on_an_existing_image(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    run_simulated(image_import, **options)
    wanted = {**options, "tags": {"of": "other"}, "purge_tags": False}
    predicted = run_simulated(image_import, check_mode=True, **wanted)
    result = run_simulated(image_import, **wanted)
    assert (result["changed"], result["image"]["tags"]) == (True, {"of": "other", "number": "1"})
    assert (predicted["diff"], predicted["image"]["tags"]) == (result["diff"], result["image"]["tags"])
    arn = result["image"]["arn"]
    assert simulated.client("appstream").list_tags_for_resource(ResourceArn=arn)["Tags"] == result["image"]["tags"]
    purged = run_simulated(image_import, **{**wanted, "purge_tags": True})
    assert purged["image"]["tags"] == {"of": "other"}
    left_alone = run_simulated(image_import, **{**wanted, "tags": None})
    assert (left_alone["changed"], left_alone["image"]["tags"]) == (False, {"of": "other"})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "two words"}, "image name"),
        ({"source_ami_id": "ami-1"}, "source_ami_id"),
        ({"description": "a, b"}, "description"),
        ({"app_catalog_config": [EDITOR, EDITOR]}, "unique"),
        ({"source_ami_id": None}, "one of the following is required"),
        ({"workspace_image_id": "wsi-0123abcd"}, "mutually exclusive"),
        ({"iam_role_arn": None}, "iam_role_arn"),
    ],
)
def test_bad_values_are_refused_before_aws_is_asked(
    run_simulated: Run, simulated: Any, options: dict[str, Any], change: dict[str, Any], told: str
) -> None:
    simulated.server.calls.clear()
    wanted = {option: value for option, value in {**options, **change}.items() if value is not None}
    result = run_simulated(image_import, **wanted)
    assert result["failed"] and told in result["msg"], result["msg"]
    assert list(simulated.server.calls.entries()) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"source_ami_id": "ami-0000000000000000"}, "ResourceNotFoundException"),
        ({"iam_role_arn": "arn:aws:iam::123456789012:role/none"}, "InvalidRoleException"),
    ],
)
def test_check_mode_fails_where_the_import_would(
    run_simulated: Run, simulated: Any, options: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    results = [
        run_simulated(image_import, check_mode=check_mode, **{**options, **change}) for check_mode in (True, False)
    ]
    assert [(one["failed"], one["error"]["code"]) for one in results] == [(True, code)] * 2
    assert results[0]["msg"] == results[1]["msg"]
    assert [(one["changed"], one["image"], one["actions"]) for one in results] == [(False, None, [])] * 2
    assert [one["state_changes"] for one in results] == [[{"state": "ABSENT", "elapsed": 0}]] * 2
    assert stored(simulated) == []


def test_a_workspaces_image_needs_no_role(run_simulated: Run, options: dict[str, Any]) -> None:
    result = run_simulated(image_import, name="w", workspace_image_id="wsi-0123abcd", wait=False)
    assert result["error"]["code"] == "SimulatorNotImplemented"


def test_an_old_botocore(run_simulated: Run, simulated: Any, options: dict[str, Any], monkeypatch: Any) -> None:
    members = (
        simulated.client("appstream").meta.service_model.operation_model("CreateImportedImage").input_shape.members
    )
    monkeypatch.delitem(members, "WorkspaceImageId")
    result = run_simulated(image_import, name="w", workspace_image_id="wsi-0123abcd")
    assert "does not know WorkspaceImageId" in result["msg"]
    assert "CreateImportedImage" not in simulated.operations()


def test_a_failed_import(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    fail_imports(simulated, times=2)
    for wanted in (options, options, {**options, "retry_failed": True}):
        result = run_simulated(image_import, **wanted)
        assert result["failed"]
        assert "has FAILED (with retry_failed: true it is deleted and imported again)" in result["msg"]
        assert "The AMI has no TPM." in result["msg"] and "See that the AMI meets" in result["remedy"]
        assert result["image"]["state"] == "FAILED"
        assert result["changed"] is bool(result["actions"])
    assert result["actions"] == ["delete", "create"]
    predicted = run_simulated(image_import, check_mode=True, **options)
    assert (predicted["failed"], predicted["changed"], predicted["actions"]) == (True, False, [])
    assert predicted["state_changes"] == [{"state": "FAILED", "elapsed": 0}]
    promised = run_simulated(image_import, check_mode=True, **options, retry_failed=True)
    assert (promised["changed"], promised["image"]["state"]) == (True, "AVAILABLE")
    assert stored(simulated)[0]["State"] == "FAILED"
    recovered = run_simulated(image_import, **options, retry_failed=True)
    assert (recovered["changed"], recovered["actions"]) == (True, ["delete", "create"])
    assert [one["state"] for one in recovered["state_changes"]][:2] == ["FAILED", "DELETING"]
    assert (recovered["image"]["state"], recovered["image"]["tags"]) == ("AVAILABLE", {"of": "import", "number": "1"})
    assert not run_simulated(image_import, **options, retry_failed=True)["changed"]


def test_time_is_up(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    result = run_simulated(image_import, **options, wait_timeout=0)
    assert result["failed"] and "still IMPORTING" in result["msg"]
    assert (result["image"]["state"], result["actions"]) == ("IMPORTING", ["create"])
    assert run_simulated(image_import, **options)["actions"] == []


def test_names_of_images_of_others(
    run_simulated: Run, simulated: Any, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "reserved" in run_simulated(image_import, **{**options, "name": BASE_IMAGE})["msg"]
    public = appstream_backends["123456789012"]["eu-west-1"].public
    monkeypatch.setitem(public, "golden-1", public[BASE_IMAGE])
    monkeypatch.setattr(public["golden-1"], "name", "golden-1")
    result = run_simulated(image_import, **options)
    assert "Image golden-1 is PUBLIC and not this account's: choose another name" in result["msg"]
    assert (result["changed"], result["state_changes"]) == (False, [{"state": "AVAILABLE", "elapsed": 0}])


def test_tags_of_an_import_under_way(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    run_simulated(image_import, **options, wait=False)
    simulated.fail(match="appstream:TagResource", code="OperationNotPermittedException", times=2)
    wanted = {**options, "tags": {"of": "other"}, "purge_tags": False}
    refused = run_simulated(image_import, **wanted, wait=False)
    assert (refused["changed"], refused["image"]["tags"]) == (False, {"of": "import", "number": "1"})
    result = run_simulated(image_import, **wanted)
    assert (result["changed"], result["actions"]) == (True, [])
    assert result["image"]["tags"] == {"of": "other", "number": "1"}
    assert simulated.operations().count("TagResource") == 3


def test_an_image_that_cannot_be_seen_at_once(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    simulated.fail(match="appstream:DescribeImages", code="ResourceNotFoundException", times=3)
    result = run_simulated(image_import, **options)
    assert [one["state"] for one in result["state_changes"]] == [
        "ABSENT",
        "IMPORTING",
        "ABSENT",
        "IMPORTING",
        "AVAILABLE",
    ]
    assert (result["actions"], result["image"]["tags"]) == (["create"], {"of": "import", "number": "1"})


def test_lost_answers_and_throttling(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    for operation in ("DescribeImages", "CreateImportedImage", "ListTagsForResource"):
        simulated.fail(match=f"appstream:{operation}", code="ThrottlingException", times=1)
    simulated.fail(match="appstream:CreateImportedImage", drop="after", times=1)
    result = run_simulated(image_import, **options)
    assert (result["image"]["state"], result["actions"], len(stored(simulated))) == ("AVAILABLE", ["create"], 1)
    assert result["image"]["tags"] == {"of": "import", "number": "1"}


def test_a_lost_answer_when_the_image_is_the_last_one_allowed(
    run_simulated: Run, simulated: Any, options: dict[str, Any]
) -> None:
    simulated.server.simulation.settings.image_quota = 1
    try:
        simulated.fail(match="appstream:CreateImportedImage", drop="after", times=1)
        assert run_simulated(image_import, **options)["image"]["state"] == "AVAILABLE"
        refused = run_simulated(image_import, **{**options, "name": "golden-2"})
        assert refused["error"]["code"] == "LimitExceededException"
    finally:
        simulated.server.simulation.settings.image_quota = 10


def test_a_role_made_just_before(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    simulated.fail(match="appstream:CreateImportedImage", code="InvalidRoleException", times=3)
    assert run_simulated(image_import, **options)["changed"]


def test_access_denied(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    simulated.fail(match="appstream:CreateImportedImage", code="AccessDeniedException")
    for check_mode in (True, False):
        result = run_simulated(image_import, check_mode=check_mode, **options)
        assert "Allow this action" in result["remedy"] and not result["retryable"]
