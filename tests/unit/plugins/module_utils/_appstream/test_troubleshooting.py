# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Remedies for AWS's error codes."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import troubleshooting
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError

MODEL = boto3.client("appstream", region_name="eu-central-1").meta.service_model


@pytest.mark.parametrize("shape", ["FleetErrorCode", "ImageBuilderStateChangeReasonCode", "ImageStateChangeReasonCode"])
def test_every_code_of_the_installed_model_has_a_remedy(shape: str) -> None:
    assert [code for code in MODEL.shape_for(shape).enum if not troubleshooting.remedy_for(code)] == []


@pytest.mark.parametrize("code", MODEL.shape_for("FleetErrorCode").enum)
def test_a_fleet_is_not_told_of_image_builders(code: str) -> None:
    fleet = {"state": "STARTING", "compute_capacity_status": {}, "fleet_errors": [{"error_code": code}]}
    remedy = troubleshooting.remedies(fleet)
    assert remedy and "builder" not in remedy


def test_a_fleet_without_errors() -> None:
    fleet = {"state": "STOPPED", "compute_capacity_status": {}, "fleet_errors": []}
    assert "Service Quotas" in str(troubleshooting.remedies(fleet))
    starting = {**fleet, "state": "STARTING"}
    assert troubleshooting.remedies(starting) is None
    assert "20 minutes" in str(troubleshooting.time_out_remedy(starting))


def test_time_out_of_a_builder_without_an_address() -> None:
    builder = {"instance_type": "stream.standard.medium", "state": "RUNNING"}
    assert "no private address" in str(troubleshooting.time_out_remedy(builder))
    with_address = {**builder, "network_access_configuration": {"eni_private_ip_address": "10.0.0.4"}}
    assert troubleshooting.time_out_remedy(with_address) is None


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (None, None),
        ({}, None),
        ({"image_errors": [{"error_code": "A", "error_message": "b"}]}, "A: b"),
        ({"image_builder_errors": [{"error_code": "A"}], "state_change_reason": {"message": "c"}}, "A; c"),
        ({"image_errors": [{"error_code": "A"}, {"error_code": "A"}]}, "A"),
    ],
)
def test_reported_errors(resource: Any, told: str | None) -> None:
    assert troubleshooting.reported_errors(resource) == told


def test_each_remedy_is_told_once() -> None:
    errors = [{"error_code": code} for code in ("DOMAIN_JOIN_ERROR_LOGON_FAILURE", "DOMAIN_JOIN_NERR_PASSWORD_EXPIRED")]
    told = troubleshooting.remedies({"image_builder_errors": errors})
    assert told == troubleshooting.remedy_for("DOMAIN_JOIN_ERROR_LOGON_FAILURE")


def test_an_error_tells_message_cause_and_remedy() -> None:
    assert str(AppStreamError("It failed", cause=ValueError("why."), remedy="Do that.")) == "It failed: why. Do that."
    assert str(AppStreamError("It failed")) == "It failed"
    assert AppStreamError("It failed").code == ""


def test_the_general_remedy_is_for_errors_nothing_more_is_known_of() -> None:
    reason = {"code": "INTERNAL_ERROR", "message": "It did not come up."}
    errors = [{"error_code": "SUBNET_NOT_FOUND"}]
    general = troubleshooting.remedy_for("INTERNAL_ERROR")
    assert troubleshooting.remedies({"state_change_reason": reason}) == general
    told = troubleshooting.remedies({"state_change_reason": reason, "image_builder_errors": errors})
    assert told == troubleshooting.remedy_for("SUBNET_NOT_FOUND")
