# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What importing and exporting decide without asking anybody."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import (
    common_settings,
    retries,
    states,
    troubleshooting,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_export.resource import find_task
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_import.resource import ImageImport
from botocore.exceptions import ClientError, EndpointConnectionError

ARN = "arn:aws:appstream:eu-west-1:123456789012:image/design"


@pytest.mark.parametrize(
    ("state", "step", "retried"),
    [
        (None, states.CREATE, states.CREATE),
        ("IMPORTING", states.WAIT, states.WAIT),
        ("VALIDATING", states.WAIT, states.WAIT),
        ("DELETING", states.WAIT, states.WAIT),
        ("SOMETHING_NEW", states.WAIT, states.WAIT),
        ("AVAILABLE", states.DONE, states.DONE),
        ("DEPRECATED", states.FAIL, states.FAIL),
        ("FAILED", states.FAIL, states.DELETE),
    ],
)
def test_steps_of_imports(state: str | None, step: str, retried: str) -> None:
    image = state and {"state": state}
    assert states.made_image_step(image, retry=False) == step
    assert states.made_image_step(image, retry=True) == retried


@pytest.mark.parametrize(
    ("state", "step", "retried"),
    [
        (None, states.CREATE, states.CREATE),
        ("EXPORTING", states.WAIT, states.WAIT),
        ("SOMETHING_NEW", states.WAIT, states.WAIT),
        ("COMPLETED", states.DONE, states.DONE),
        ("FAILED", states.FAIL, states.CREATE),
        ("TIMED_OUT", states.FAIL, states.CREATE),
    ],
)
def test_steps_of_exports(state: str | None, step: str, retried: str) -> None:
    task = state and {"state": state}
    assert states.export_task_step(task, retry=False) == step
    assert states.export_task_step(task, retry=True) == retried


def test_empty_values_are_left_out_of_the_request() -> None:
    wanted = {
        "name": "golden",
        "tags": {"number": 1},
        "source_ami_id": "ami-0123456789abcdef0",
        "description": "",
        "app_catalog_config": [
            {"name": "a", "absolute_app_path": r"C:\a.exe", "display_name": "", "working_directory": None}
        ],
        "runtime_validation_config": {"intended_instance_type": "GeneralPurpose.t3.large"},
    }
    assert ImageImport(wanted, lambda service, **more: None).request() == {
        "Name": "golden",
        "SourceAmiId": "ami-0123456789abcdef0",
        "AppCatalogConfig": [{"Name": "a", "AbsoluteAppPath": r"C:\a.exe"}],
        "RuntimeValidationConfig": {"IntendedInstanceType": "GeneralPurpose.t3.large"},
        "Tags": {"number": "1"},
    }


def _task(**changes: Any) -> dict[str, Any]:
    return {
        "task_id": "1",
        "image_arn": ARN,
        "ami_name": "design/1",
        "created_date": "2026-11-22T14:00:00+01:00",
        "state": "COMPLETED",
        **changes,
    }


@pytest.mark.parametrize(
    ("task", "image", "counts"),
    [
        (_task(), None, True),
        (_task(image_arn=f"{ARN}-2"), None, False),
        (_task(ami_name="design/2"), None, False),
        (_task(), {"created_time": "2026-11-22T12:59:59+00:00"}, True),
        (_task(), {"created_time": "2026-11-22T13:00:01+00:00"}, False),
        (_task(), {}, True),
    ],
)
def test_which_tasks_count(task: dict[str, Any], image: dict[str, Any] | None, counts: bool) -> None:
    assert (find_task([task], image, "design", "design/1") is not None) == counts


def test_the_name_of_a_tasks_image() -> None:
    assert common_settings.image_name_of(_task()) == "design"


def _refusal(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "CreateExportImageTask"
    )


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (_refusal("ThrottlingException"), retries.ATTEMPTS),
        (_refusal("InvalidRoleException"), retries.ATTEMPTS),
        (_refusal("ConcurrentModificationException"), retries.ATTEMPTS),
        (_refusal("InternalFailure", 500), 1),
        (EndpointConnectionError(endpoint_url="https://aws"), 1),
    ],
)
def test_only_a_refusal_is_tried_again_where_once_only_counts(error: Exception, tries: int) -> None:
    calls = []

    def ask() -> None:
        calls.append(1)
        raise error

    with pytest.raises(type(error)):
        retries.retrying(
            ask,
            also=retries.codes_to_retry("create_export_image_task"),
            once_only="create_export_image_task" in retries.ONCE_ONLY,
            sleep=lambda _: None,
        )
    assert len(calls) == tries


@pytest.mark.parametrize("state", ["FAILED", "TIMED_OUT", "EXPORTING"])
def test_every_state_of_a_task_that_can_be_told_of_has_a_remedy(state: str) -> None:
    assert troubleshooting.remedies(_task(state=state)) == troubleshooting.EXPORT_REMEDIES[state]
    assert troubleshooting.time_out_remedy(_task(state=state))


def test_errors_of_a_task_are_told() -> None:
    details = [{"error_code": "InternalError", "error_message": "No space."}, {"error_message": "Ask again."}]
    assert troubleshooting.reported_errors(_task(error_details=details)) == "InternalError: No space.; Ask again."
