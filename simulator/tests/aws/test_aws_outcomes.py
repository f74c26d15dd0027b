# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builders and images that are not to end well."""

from __future__ import annotations

import urllib.error
from typing import Any

import pytest
from simulated_aws import Network, Simulator, create_builder, describe_builder, describe_image, take_image


def test_provisioning_fails(simulator: Simulator, appstream: Any, network: Network) -> None:
    code, message = "DOMAIN_JOIN_ERROR_ACCESS_DENIED", "Access is denied."
    simulator.control("POST", "outcomes", {"builder": "bad-.*", "error_code": code, "message": message})
    create_builder(appstream, "bad-one", VpcConfig=network.config)
    create_builder(appstream, "good", VpcConfig=network.config)
    simulator.advance(600)
    builder = describe_builder(appstream, "bad-one")
    assert builder["State"] == "FAILED"
    assert builder["StateChangeReason"] == {"Code": "INTERNAL_ERROR", "Message": message}
    (error,) = builder["ImageBuilderErrors"]
    assert (error["ErrorCode"], error["ErrorMessage"]) == (code, message)
    assert error["ErrorTimestamp"] > builder["CreatedTime"]
    assert "NetworkAccessConfiguration" not in builder
    assert describe_builder(appstream, "good")["State"] == "RUNNING"


def test_provisioning_ends_stopped_and_can_be_tried_again(simulator: Simulator, appstream: Any) -> None:
    rule = {"builder": "builder", "error_code": "INTERNAL_SERVICE_ERROR", "state": "STOPPED", "times": 1}
    simulator.control("POST", "outcomes", rule)
    create_builder(appstream)
    simulator.advance(600)
    builder = describe_builder(appstream)
    assert (builder["State"], len(builder["ImageBuilderErrors"])) == ("STOPPED", 1)
    appstream.start_image_builder(Name="builder")
    simulator.advance(600)
    builder = describe_builder(appstream)
    assert (builder["State"], builder["ImageBuilderErrors"]) == ("RUNNING", [])
    assert "StateChangeReason" not in builder


def test_image_missing_is_a_reason_of_its_own(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "outcomes", {"builder": ".*", "error_code": "IMAGE_NOT_FOUND"})
    create_builder(appstream)
    simulator.advance(600)
    assert describe_builder(appstream)["StateChangeReason"]["Code"] == "IMAGE_UNAVAILABLE"


def test_one_of_two_snapshots_fails(simulator: Simulator, appstream: Any, network: Network) -> None:
    simulator.control("POST", "outcomes", {"image": "a", "error_code": "INTERNAL_SERVICE_ERROR", "times": 1})
    states = {}
    for name in ("a", "b"):
        create_builder(appstream, name, VpcConfig=network.config)
        simulator.advance(600)
        take_image(simulator, name, builder=name)
        states[name] = (describe_image(appstream, name)["State"], describe_builder(appstream, name)["State"])
    assert states == {"a": ("FAILED", "STOPPED"), "b": ("AVAILABLE", "STOPPED")}
    assert simulator.control("GET", "outcomes")[0]["times"] == 0


def test_outcomes_can_be_ended(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "outcomes", [{"builder": ".*", "error_code": "INTERNAL_SERVICE_ERROR"}])
    simulator.control("DELETE", "outcomes")
    create_builder(appstream)
    simulator.advance(600)
    assert describe_builder(appstream)["State"] == "RUNNING"


def test_errors_are_worded_as_by_the_service(simulator: Simulator, appstream: Any) -> None:
    code = "DOMAIN_JOIN_ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED"
    simulator.control("POST", "outcomes", {"builder": "builder", "error_code": code})
    create_builder(appstream)
    simulator.advance(600)
    (error,) = describe_builder(appstream)["ImageBuilderErrors"]
    assert error["ErrorMessage"].startswith("Your computer could not be joined to the domain. You have exceeded")


@pytest.mark.parametrize("kind", ["builder", "image", "fleet"])
def test_codes_are_those_of_the_service(simulator: Simulator, kind: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        simulator.control("POST", "outcomes", {kind: ".*", "error_code": "OUT_OF_LUCK"})
    assert raised.value.code == 400
    assert "no error code OUT_OF_LUCK" in raised.value.read().decode()
    simulator.control("POST", "outcomes", {kind: ".*", "error_code": "STS_DISABLED_IN_REGION"})


@pytest.mark.parametrize(
    "rule",
    [
        {"error_code": "INTERNAL_SERVICE_ERROR"},
        {"builder": "a", "image": "b", "error_code": "INTERNAL_SERVICE_ERROR"},
        {"builder": "("},
        {"builder": "a", "error_code": "INTERNAL_SERVICE_ERROR", "state": "RUNNING"},
    ],
)
def test_malformed_rules(simulator: Simulator, rule: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        simulator.control("POST", "outcomes", rule)
    assert raised.value.code == 400


def test_a_builder_that_stays_pending(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "outcomes", {"builder": "builder", "state": "PENDING"})
    create_builder(appstream)
    simulator.advance(100_000)
    assert describe_builder(appstream)["State"] == "PENDING"
    simulator.control("DELETE", "outcomes")
    simulator.advance(600)
    assert describe_builder(appstream)["State"] == "RUNNING"


def test_a_builder_without_an_address(simulator: Simulator, appstream: Any, network: Network) -> None:
    simulator.control("POST", "outcomes", {"builder": "builder", "state": "RUNNING", "times": 1})
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    builder = describe_builder(appstream)
    assert (builder["State"], builder["ImageBuilderErrors"]) == ("RUNNING", [])
    assert "NetworkAccessConfiguration" not in builder


def test_an_image_that_stays_pending(simulator: Simulator, appstream: Any, network: Network) -> None:
    simulator.control("POST", "outcomes", {"image": "image", "state": "PENDING"})
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    take_image(simulator, "image", builder="builder")
    simulator.advance(100_000)
    assert (describe_image(appstream, "image")["State"], describe_builder(appstream)["State"]) == ("PENDING", "STOPPED")
    simulator.control("DELETE", "outcomes")
    simulator.advance(60)
    assert describe_image(appstream, "image")["State"] == "AVAILABLE"


def test_an_image_that_never_appears(simulator: Simulator, appstream: Any, network: Network) -> None:
    simulator.control("POST", "outcomes", {"image": "image", "state": "ABSENT", "times": 1})
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    take_image(simulator, "image", builder="builder")
    simulator.advance(100_000)
    assert appstream.describe_images(Type="PRIVATE")["Images"] == []
    assert describe_builder(appstream)["State"] == "STOPPED"


@pytest.mark.parametrize(
    "rule", [{"builder": "b", "state": "PENDING", "error_code": "INTERNAL_SERVICE_ERROR"}, {"image": "i"}]
)
def test_silent_outcomes_have_no_code_and_others_have_one(simulator: Simulator, rule: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError):
        simulator.control("POST", "outcomes", rule)
