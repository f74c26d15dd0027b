# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Service Quotas tells of AppStream what the settings limit."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_aws import Simulator, error_of


@pytest.fixture
def quotas(simulator: Simulator) -> Any:
    return simulator.client("service-quotas")


def by_name(answer: dict[str, Any]) -> dict[str, float]:
    return {one["QuotaName"]: one["Value"] for one in answer["Quotas"]}


def test_totals_and_instance_types(simulator: Simulator, quotas: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {"stream.standard.medium": 2, "stream.memory.z1d.large": 1, "stream.graphics.g4dn.xlarge": 0}
    monkeypatch.setattr(simulator.server.settings, "instance_quotas", {**limits, "GeneralPurpose.m6a.large": 4})
    monkeypatch.setattr(simulator.server.settings, "image_builder_quota", 7)
    found = by_name(quotas.list_service_quotas(ServiceCode="appstream2"))
    assert found["Image builders"] == 7 and found["Private images"] == 10
    for_builders = {name: value for name, value in found.items() if name.endswith(" for image builders")}
    assert for_builders == {
        "Standard medium streaming instances for image builders": 2,
        "Memory-optimized z1d large streaming instances for image builders": 1,
        "Graphics G4DN xlarge streaming instances for image builders": 0,
        "GeneralPurpose.m6a.large streaming instances for image builders": 4,
    }


def test_pages_and_one_code(quotas: Any) -> None:
    pages = list(quotas.get_paginator("list_service_quotas").paginate(ServiceCode="appstream2", MaxResults=3))
    assert [len(page["Quotas"]) for page in pages] == [3, 1]
    (found,) = quotas.list_service_quotas(ServiceCode="appstream2", QuotaCode="L-DE32F884")["Quotas"]
    assert (found["QuotaName"], found["Value"]) == ("Image builders", 10)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"ServiceCode": "appstream"}, "NoSuchResourceException"),
        ({"ServiceCode": "ec2"}, "NoSuchResourceException"),
        ({"ServiceCode": "appstream2", "MaxResults": 101}, "IllegalArgumentException"),
        ({"ServiceCode": "appstream2", "NextToken": "eHk="}, "InvalidPaginationTokenException"),
        ({}, "IllegalArgumentException"),
    ],
)
def test_what_is_refused(simulator: Simulator, request_: dict[str, Any], code: str) -> None:
    quotas = simulator.client("service-quotas", parameter_validation=False)
    assert error_of(quotas.list_service_quotas, **request_)[0] == code


@pytest.mark.parametrize(("code", "status"), [("AccessDeniedException", 400), ("TooManyRequestsException", 400)])
def test_faults_hit_it(simulator: Simulator, quotas: Any, code: str, status: int) -> None:
    simulator.control("POST", "faults/aws", {"match": "servicequotas:.*", "code": code, "status": status})
    assert error_of(quotas.list_service_quotas, ServiceCode="appstream2")[0] == code
