# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Quotas of an account, and how the service says that one is used up."""

from __future__ import annotations

from typing import Any

import pytest
from fleet_requests import create_fleet, describe_fleet
from simulated_aws import BASE_IMAGE, Simulator, create_builder, error_of

MEDIUM = "stream.standard.medium"
OF_BASE_IMAGE = {"ImageName": BASE_IMAGE, "InstanceType": MEDIUM}


@pytest.fixture
def two_of_medium(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account may have two instances of this type."""
    monkeypatch.setattr(simulator.server.settings, "instance_quotas", {MEDIUM: 2})


@pytest.mark.parametrize(
    ("quota", "operation", "more", "text"),
    [
        ("image_builder_quota", "create_image_builder", OF_BASE_IMAGE, "image builder"),
        ("fleet_quota", "create_fleet", {**OF_BASE_IMAGE, "ComputeCapacity": {"DesiredInstances": 1}}, "fleet"),
        ("stack_quota", "create_stack", {}, "stack"),
    ],
)
def test_what_is_asked_for_and_the_limit_are_named(
    simulator: Simulator,
    appstream: Any,
    monkeypatch: pytest.MonkeyPatch,
    quota: str,
    operation: str,
    more: dict[str, Any],
    text: str,
) -> None:
    monkeypatch.setattr(simulator.server.settings, quota, 1)
    getattr(appstream, operation)(Name="one", **more)
    code, message = error_of(getattr(appstream, operation), Name="two", **more)
    assert code == "LimitExceededException"
    assert message == f"The {text} limit was exceeded. Requested: 2, Limit: 1"


@pytest.mark.usefixtures("two_of_medium")
def test_image_builders_of_an_instance_type(appstream: Any) -> None:
    for name in ("one", "two"):
        create_builder(appstream, name, InstanceType=MEDIUM)
    code, message = error_of(create_builder, appstream=appstream, name="three", InstanceType=MEDIUM)
    assert code == "LimitExceededException"
    assert message == f"The Instance type '{MEDIUM}' image builder limit was exceeded. Requested: 3, Limit: 2"
    create_builder(appstream, "three", InstanceType="stream.standard.large")


@pytest.mark.usefixtures("two_of_medium")
def test_capacity_of_fleets(appstream: Any) -> None:
    code, message = error_of(create_fleet, appstream=appstream, ComputeCapacity={"DesiredInstances": 3})
    assert code == "LimitExceededException"
    # The apostrophe after the name is the service's.
    limit = f"The Instance type '{MEDIUM}' capacity limit for fleet fleet' was exceeded."
    assert message == f"{limit} Requested: 3, Limit: 2"
    create_fleet(appstream, ComputeCapacity={"DesiredInstances": 1})
    create_fleet(appstream, "other", ComputeCapacity={"DesiredInstances": 1})
    update = {"Name": "fleet", "ComputeCapacity": {"DesiredInstances": 2}}
    assert error_of(appstream.update_fleet, **update)[0] == "LimitExceededException"
    assert describe_fleet(appstream)["ComputeCapacityStatus"]["Desired"] == 1
    appstream.update_fleet(Name="other", InstanceType="stream.standard.large")
    appstream.update_fleet(**update)
    assert describe_fleet(appstream)["ComputeCapacityStatus"]["Desired"] == 2


@pytest.mark.usefixtures("two_of_medium")
def test_sessions_need_instances(appstream: Any) -> None:
    shared: dict[str, Any] = {"MaxSessionsPerInstance": 4}
    create_fleet(appstream, ComputeCapacity={"DesiredSessions": 8}, **shared)
    code, message = error_of(
        create_fleet, appstream=appstream, name="more", ComputeCapacity={"DesiredSessions": 1}, **shared
    )
    assert code == "LimitExceededException"
    assert message.endswith("Requested: 1, Limit: 2")
