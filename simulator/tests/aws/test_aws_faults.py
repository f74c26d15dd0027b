# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Faults of the AWS endpoint, seen through boto3."""

from __future__ import annotations

import urllib.error
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from simulated_aws import Simulator, create_builder, error_of


def outcomes(call: Any, count: int) -> list[str]:
    """What each of so many calls is answered with: an error code, or 'ok'."""
    seen = []
    for _ in range(count):
        try:
            call()
            seen.append("ok")
        except ClientError as error:
            seen.append(error.response["Error"]["Code"])
    return seen


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"times": 2}, ["ThrottlingException", "ThrottlingException", "ok", "ok"]),
        ({"every": 2}, ["ok", "ThrottlingException", "ok", "ThrottlingException"]),
        ({"every": 2, "times": 1}, ["ok", "ThrottlingException", "ok", "ok"]),
        ({"after": 1, "times": 1}, ["ok", "ThrottlingException", "ok", "ok"]),
        ({"per_operation": 1}, ["ThrottlingException", "ok", "ok", "ok"]),
        ({}, ["ThrottlingException"] * 4),
        ({"times": 1, "code": "RequestLimitExceededException"}, ["RequestLimitExceededException", "ok", "ok", "ok"]),
    ],
)
def test_which_calls_are_hit(simulator: Simulator, appstream: Any, rule: dict[str, Any], expected: list[str]) -> None:
    simulator.control("POST", "faults/aws", {"match": "appstream:.*", **rule})
    assert outcomes(appstream.describe_images, 4) == expected


def test_each_operation_counts_on_its_own(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "faults/aws", {"per_operation": 1})
    assert outcomes(appstream.describe_images, 2) == ["ThrottlingException", "ok"]
    assert outcomes(appstream.describe_image_builders, 2) == ["ThrottlingException", "ok"]
    assert outcomes(simulator.client("ec2").describe_vpcs, 2) == ["ThrottlingException", "ok"]


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("appstream", "describe_images"),
        ("ec2", "describe_vpcs"),
        ("sts", "get_caller_identity"),
        ("s3", "list_buckets"),
    ],
)
def test_every_protocol_has_its_form(simulator: Simulator, service: str, operation: str) -> None:
    simulator.control(
        "POST", "faults/aws", {"match": f"{service}:.*", "code": "Odd", "message": "a <b>", "status": 418}
    )
    with pytest.raises(ClientError) as raised:
        getattr(simulator.client(service), operation)()
    error = raised.value.response
    assert (error["Error"]["Code"], error["Error"]["Message"]) == ("Odd", "a <b>")
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 418


def test_botocore_retries_throttling(simulator: Simulator) -> None:
    simulator.control("POST", "faults/aws", {"times": 2})
    assert simulator.client(attempts=4).describe_images()["Images"]
    assert [call["status"] for call in simulator.control("GET", "calls")] == [400, 400, 200]


def test_dropped_before_the_call(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "faults/aws", {"match": ".*:CreateImageBuilder", "times": 1, "drop": True})
    with pytest.raises(ConnectionClosedError):
        create_builder(appstream)
    assert appstream.describe_image_builders()["ImageBuilders"] == []


def test_dropped_after_the_call(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "faults/aws", {"match": ".*:CreateImageBuilder", "times": 1, "drop": "after"})
    with pytest.raises(ConnectionClosedError):
        create_builder(appstream)
    assert len(appstream.describe_image_builders()["ImageBuilders"]) == 1


def test_slow_answer(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "faults/aws", {"delay": 0.01, "code": None, "times": 1})
    assert appstream.describe_images()["Images"]
    assert [call["fault"] for call in simulator.control("GET", "calls")] == [True]


def test_rules_can_be_seen_and_ended(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "faults/aws", [{"match": "a:.*"}, {"match": "appstream:.*"}])
    assert error_of(appstream.describe_images)[0] == "ThrottlingException"
    assert [rule["fired"] for rule in simulator.control("GET", "faults/aws")] == [0, 1]
    simulator.control("DELETE", "faults/aws")
    assert simulator.control("GET", "faults/aws") == []
    assert appstream.describe_images()["Images"]


@pytest.mark.parametrize("rule", [{"match": "("}, {"time": 1}, {"every": 0}, {"drop": "later"}])
def test_malformed_rules(simulator: Simulator, rule: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        simulator.control("POST", "faults/aws", rule)
    assert raised.value.code == 400


def test_only_requests_about_one_builder(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "faults/aws", {"match": "appstream:Describe.*", "request": r'\["bad"\]'})
    assert outcomes(appstream.describe_image_builders, 1) == ["ok"]
    asked = lambda name: outcomes(lambda: appstream.describe_image_builders(Names=[name]), 1)  # noqa: E731
    assert (asked("good"), asked("bad")) == (["ResourceNotFoundException"], ["ThrottlingException"])


def test_only_while_a_builder_is_in_a_state(simulator: Simulator, appstream: Any) -> None:
    rule = {"match": "appstream:DescribeImages", "builder": "builder", "state": "ABSENT|RUNNING"}
    simulator.control("POST", "faults/aws", rule)
    assert outcomes(appstream.describe_images, 1) == ["ThrottlingException"]
    create_builder(appstream)
    assert outcomes(appstream.describe_images, 1) == ["ok"]
    simulator.advance(600)
    assert outcomes(appstream.describe_images, 1) == ["ThrottlingException"]


def test_only_after_an_answer(simulator: Simulator, appstream: Any) -> None:
    rule = {"match": "appstream:DescribeImageBuilders", "answered": '"State": ?"RUNNING"', "times": 1}
    simulator.control("POST", "faults/aws", rule)
    create_builder(appstream)
    assert outcomes(appstream.describe_image_builders, 2) == ["ok", "ok"], "PENDING"
    simulator.advance(600)
    assert outcomes(appstream.describe_image_builders, 3) == ["ok", "ThrottlingException", "ok"]


def test_a_state_without_a_builder_is_refused(simulator: Simulator) -> None:
    with pytest.raises(urllib.error.HTTPError):
        simulator.control("POST", "faults/aws", {"state": "RUNNING"})
