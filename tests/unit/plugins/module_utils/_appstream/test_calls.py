# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Retries and error messages of AWS calls."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import retries
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.calls import (
    call,
    call_if_there,
    call_known,
    call_pages,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder import api as image_builders
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)
from botocore.stub import Stubber

PASSING = sorted(retries.RETRYABLE_CODES)


def client_error(code: str, status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "told"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "DescribeImages")


@pytest.mark.parametrize("code", PASSING)
def test_what_passes_is_tried_again(client: Any, stubber: Stubber, code: str) -> None:
    for _attempt in range(6):
        stubber.add_client_error("describe_image_builders", code)
    stubber.add_response("describe_image_builders", {"ImageBuilders": [{"Name": "design"}]})
    assert call_pages(client, "describe_image_builders", "all", "ImageBuilders") == [{"Name": "design"}]


def test_a_page_throttled_late_starts_over(client: Any, stubber: Stubber) -> None:
    first = {"ImageBuilders": [{"Name": "one"}], "NextToken": "next"}
    stubber.add_response("describe_image_builders", first, {})
    stubber.add_client_error("describe_image_builders", "ThrottlingException")
    stubber.add_response("describe_image_builders", first, {})
    stubber.add_response("describe_image_builders", {"ImageBuilders": [{"Name": "two"}]}, {"NextToken": "next"})
    found = call_pages(client, "describe_image_builders", "all", "ImageBuilders")
    assert [one["Name"] for one in found] == ["one", "two"]


def test_concurrent_modification_passes_for_changing_calls(client: Any, stubber: Stubber) -> None:
    stubber.add_client_error("stop_image_builder", "ConcurrentModificationException")
    stubber.add_response("stop_image_builder", {"ImageBuilder": {"Name": "design", "State": "STOPPING"}})
    assert image_builders.stop_image_builder(client, "design")["state"] == "STOPPING"


def test_concurrent_modification_does_not_pass_for_reading_calls(client: Any, stubber: Stubber) -> None:
    stubber.add_client_error("describe_image_builders", "ConcurrentModificationException")
    with pytest.raises(AppStreamError):
        call_pages(client, "describe_image_builders", "all", "ImageBuilders")


def test_a_role_not_known_everywhere_yet_passes_for_creation(client: Any, stubber: Stubber) -> None:
    for _attempt in range(6):
        stubber.add_client_error("create_image_builder", "InvalidRoleException")
    stubber.add_response("create_image_builder", {"ImageBuilder": {"Name": "design", "State": "PENDING"}})
    request = {"Name": "design", "InstanceType": "stream.standard.small"}
    assert image_builders.create_image_builder(client, request, lambda: False)["state"] == "PENDING"


@pytest.mark.parametrize("times", [1, 6])
def test_not_found_passes_where_what_is_named_is_there(client: Any, stubber: Stubber, times: int) -> None:
    for _attempt in range(times):
        stubber.add_client_error("stop_fleet", "ResourceNotFoundException")
    stubber.add_response("stop_fleet", {})
    assert call_if_there(client, "stop_fleet", "fleet design", lambda: True, Name="design") is not None


@pytest.mark.parametrize(
    ("code", "is_there"), [("ResourceNotFoundException", False), ("OperationNotPermittedException", True)]
)
def test_other_refusals_and_what_is_not_there_are_reported_at_once(
    client: Any, stubber: Stubber, code: str, is_there: bool
) -> None:
    stubber.add_client_error("stop_fleet", code)
    with pytest.raises(AppStreamError) as raised:
        call_if_there(client, "stop_fleet", "fleet design", lambda: is_there, Name="design")
    assert raised.value.code == code


@pytest.mark.parametrize("operation", ["start_image_builder", "describe_image_builders"])
def test_a_refused_role_passes_for_nothing_else(operation: str) -> None:
    assert "InvalidRoleException" not in retries.codes_to_retry(operation)


@pytest.mark.parametrize(
    ("cause", "retryable"),
    [
        (client_error("ThrottlingException"), True),
        (client_error("ConcurrentModificationException"), True),
        (client_error("Whatever", 502), True),
        (client_error("AccessDeniedException"), False),
        (NoCredentialsError(), False),
        (None, False),
    ],
)
def test_an_error_says_whether_it_passes(cause: Exception | None, retryable: bool) -> None:
    assert AppStreamError("no", cause=cause).is_retryable is retryable


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "EntityDoesNotExistException"])
def test_what_has_just_been_read_is_found_in_the_end(client: Any, stubber: Stubber, code: str) -> None:
    for _attempt in range(3):
        stubber.add_client_error("stop_image_builder", code)
    stubber.add_response("stop_image_builder", {})
    assert call_known(client, "stop_image_builder", "image builder design", Name="design") == {}
    stubber.add_client_error("stop_image_builder", code)
    with pytest.raises(AppStreamError):
        call(client, "stop_image_builder", "image builder design", Name="design")


def test_other_errors_are_told_at_once(client: Any, stubber: Stubber) -> None:
    stubber.add_client_error("create_image_builder", "LimitExceededException", "No more image builders.")
    with pytest.raises(AppStreamError) as raised:
        call(
            client, "create_image_builder", "image builder design", Name="design", InstanceType="stream.standard.small"
        )
    assert raised.value.code == "LimitExceededException"
    assert raised.value.aws_error == {"code": "LimitExceededException", "message": "No more image builders."}
    assert str(raised.value).startswith("create_image_builder failed for image builder design: ")
    assert "Service Quotas" in str(raised.value)


def test_throttling_for_ever_ends(client: Any, stubber: Stubber) -> None:
    for _attempt in range(retries.ATTEMPTS):
        stubber.add_client_error("stop_image_builder", "ThrottlingException")
    with pytest.raises(AppStreamError):
        image_builders.stop_image_builder(client, "design")


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (client_error("ThrottlingException"), True),
        (client_error("Whatever", 503), True),
        (client_error("AccessDeniedException"), False),
        (EndpointConnectionError(endpoint_url="https://example.com"), True),
        (ReadTimeoutError(endpoint_url="https://example.com"), True),
        (SSLError(endpoint_url="https://example.com", error="self-signed"), False),
        (ValueError("no"), False),
    ],
)
def test_is_retryable(error: Exception, retryable: bool) -> None:
    assert retries.is_retryable(error) is retryable


def test_a_lost_connection_is_tried_fewer_times() -> None:
    tries = []

    def lose() -> None:
        tries.append(1)
        raise EndpointConnectionError(endpoint_url="https://example.com")

    with pytest.raises(EndpointConnectionError):
        retries.retrying(lose, sleep=lambda seconds: None)
    assert len(tries) == retries.CONNECTION_ATTEMPTS


def test_pauses_grow_and_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert 0.5 <= retries.pause_before(2) <= 1
    assert 4 <= retries.pause_before(5) <= 8
    assert 15 <= retries.pause_before(20) <= retries.LONGEST_PAUSE
