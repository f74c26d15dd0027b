# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Exporting images to AMIs."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_aws import BASE_IMAGE, Network, Simulator, create_builder, describe_image, error_of, take_image
from transfer_requests import import_request, make_ami, make_role


@pytest.fixture
def request_of(simulator: Simulator, appstream: Any) -> dict[str, Any]:
    """A CreateExportImageTask of an image that is there."""
    appstream.create_imported_image(**import_request(simulator, Name="image"))
    simulator.advance(2400)
    return {"ImageName": "image", "AmiName": "exported/1", "IamRoleArn": make_role(simulator, "export")}


def begin(appstream: Any, request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The task of CreateExportImageTask."""
    task: dict[str, Any] = appstream.create_export_image_task(**{**request, **changes})["ExportImageTask"]
    return task


def get(appstream: Any, task: dict[str, Any]) -> dict[str, Any]:
    """The task as it is now."""
    return dict(appstream.get_export_image_task(TaskId=task["TaskId"])["ExportImageTask"])


def test_an_image_becomes_an_ami(simulator: Simulator, appstream: Any, request_of: dict[str, Any]) -> None:
    task = begin(appstream, request_of, AmiDescription="Nightly", TagSpecifications={"of": "export"})
    assert (task["State"], "AmiId" in task, "ErrorDetails" in task) == ("EXPORTING", False, False)
    assert task["ImageArn"] == describe_image(appstream, "image")["Arn"]
    simulator.advance(1799)
    assert get(appstream, task)["State"] == "EXPORTING"
    simulator.advance(1)
    done = get(appstream, task)
    assert done["State"] == "COMPLETED"
    (ami,) = simulator.client("ec2").describe_images(ImageIds=[done["AmiId"]])["Images"]
    assert (ami["Name"], ami["Description"], ami["Platform"]) == ("exported/1", "Nightly", "windows")
    assert ami["Tags"] == [{"Key": "of", "Value": "export"}]
    assert done["TagSpecifications"] == {"of": "export"}


def test_there_and_back_again(simulator: Simulator, appstream: Any, network: Network) -> None:
    image = "AppStream-WinServer2025-09-09-2026"
    create_builder(appstream, ImageName=image, VpcConfig=network.config)
    simulator.advance(600)
    take_image(simulator)
    task = begin(appstream, {"ImageName": "image", "AmiName": "ami", "IamRoleArn": make_role(simulator, "export")})
    simulator.advance(1800)
    ami = get(appstream, task)["AmiId"]
    imported = appstream.create_imported_image(**import_request(simulator, SourceAmiId=ami))["Image"]
    assert (imported["Platform"], imported["ImageType"]) == ("WINDOWS_SERVER_2025", "CUSTOM")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ImageName": "none"}, "ResourceNotFoundException"),
        ({"ImageName": BASE_IMAGE}, "OperationNotPermittedException"),
        ({"IamRoleArn": "arn:aws:iam::123456789012:role/none"}, "InvalidRoleException"),
        ({"AmiName": "golden"}, "OperationNotPermittedException"),
        ({"AmiName": "no spaces"}, "ValidationException"),
        ({"AmiName": "ab"}, "ValidationException"),
    ],
)
def test_refused(appstream: Any, request_of: dict[str, Any], change: dict[str, Any], code: str) -> None:
    assert error_of(appstream.create_export_image_task, **{**request_of, **change})[0] == code
    assert appstream.list_export_image_tasks()["ExportImageTasks"] == []


def test_only_available_images_of_new_windows(
    simulator: Simulator, appstream: Any, network: Network, request_of: dict[str, Any]
) -> None:
    appstream.create_imported_image(**{**import_request_again(simulator), "Name": "coming"})
    assert error_of(begin, appstream=appstream, request=request_of, ImageName="coming")[0] == (
        "ResourceNotAvailableException"
    )
    create_builder(appstream, ImageName="AppStream-WinServer2019-09-09-2026", VpcConfig=network.config)
    simulator.advance(600)
    take_image(simulator, "old")
    assert error_of(begin, appstream=appstream, request=request_of, ImageName="old")[0] == (
        "OperationNotPermittedException"
    )


def import_request_again(simulator: Simulator) -> dict[str, Any]:
    """An import with an AMI and a role of its own."""
    return {"SourceAmiId": make_ami(simulator, "other"), "IamRoleArn": make_role(simulator, "other")}


def test_a_name_is_exported_to_once(simulator: Simulator, appstream: Any, request_of: dict[str, Any]) -> None:
    begin(appstream, request_of)
    assert error_of(begin, appstream=appstream, request=request_of)[0] == "ConcurrentModificationException"
    begin(appstream, request_of, AmiName="exported/2")
    simulator.advance(1800)
    assert error_of(begin, appstream=appstream, request=request_of)[0] == "OperationNotPermittedException"


def test_the_name_may_be_taken_meanwhile(simulator: Simulator, appstream: Any, request_of: dict[str, Any]) -> None:
    task = begin(appstream, request_of)
    make_ami(simulator, "exported/1")
    simulator.advance(1800)
    done = get(appstream, task)
    assert (done["State"], done["ErrorDetails"][0]["ErrorCode"]) == ("FAILED", "InvalidAMIName.Duplicate")


@pytest.mark.parametrize("state", ["FAILED", "TIMED_OUT"])
def test_tasks_that_do_not_end_well(
    simulator: Simulator, appstream: Any, request_of: dict[str, Any], state: str
) -> None:
    rule = {"export": "exported/.*", "error_code": "INTERNAL", "message": "No.", "state": state, "times": 1}
    simulator.control("POST", "outcomes", rule)
    task = begin(appstream, request_of)
    simulator.advance(1800)
    done = get(appstream, task)
    assert (done["State"], done["ErrorDetails"]) == (state, [{"ErrorCode": "INTERNAL", "ErrorMessage": "No."}])
    assert "AmiId" not in done
    again = begin(appstream, request_of)
    simulator.advance(1800)
    assert [one["State"] for one in appstream.list_export_image_tasks()["ExportImageTasks"]] == [state, "COMPLETED"]
    assert get(appstream, again)["AmiId"]


def test_listing(simulator: Simulator, appstream: Any, request_of: dict[str, Any]) -> None:
    tasks = [begin(appstream, request_of, AmiName=f"exported/{number}") for number in range(5)]
    found, token = [], {}
    while True:
        page = appstream.list_export_image_tasks(MaxResults=2, **token)
        assert len(page["ExportImageTasks"]) <= 2
        found += [one["TaskId"] for one in page["ExportImageTasks"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert found == [task["TaskId"] for task in tasks]
    named = appstream.list_export_image_tasks(Filters=[{"Name": "ami-name", "Values": ["exported/3", "exported/9"]}])
    assert [one["TaskId"] for one in named["ExportImageTasks"]] == [tasks[3]["TaskId"]]
    unknown = error_of(appstream.list_export_image_tasks, Filters=[{"Name": "colour", "Values": ["red"]}])
    assert unknown[0] == "SimulatorNotImplemented"
    assert simulator.client(region="us-east-1").list_export_image_tasks()["ExportImageTasks"] == []


def test_unknown_tasks(appstream: Any, simulator: Simulator) -> None:
    unknown = {"TaskId": "00000000-0000-0000-0000-000000000000"}
    for request in (unknown, {}):
        assert error_of(appstream.get_export_image_task, **request)[0] == "ResourceNotFoundException"
