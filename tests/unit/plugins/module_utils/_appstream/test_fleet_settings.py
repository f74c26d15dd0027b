# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Settings of fleets: the table against the API's model and the module's documentation, differences and requests."""

from __future__ import annotations

import re
from typing import Any

import boto3
import pytest
import yaml
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.settings import (
    NEVER_EMPTY,
    desired_settings,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.fleet import rules, settings
from ansible_collections.euc.appstream.plugins.module_utils._appstream.fleet.settings import SETTINGS
from ansible_collections.euc.appstream.plugins.modules.fleet import DOCUMENTATION
from hypothesis import given
from hypothesis import strategies as st

MODEL = boto3.client("appstream", region_name="eu-central-1").meta.service_model
VPC = {"subnet_ids": ["subnet-b", "subnet-a"], "security_group_ids": ["sg-1"]}
FLEET: dict[str, Any] = {
    "name": "design",
    "state": "RUNNING",
    "fleet_type": "ALWAYS_ON",
    "image_arn": "arn:aws:appstream:eu-central-1::image/base",
    "image_name": "base",
    "instance_type": "stream.standard.large",
    "compute_capacity_status": {"desired": 2, "available": 1, "in_use": 0},
    "idle_disconnect_timeout_in_seconds": 120,
    "vpc_config": VPC,
    "iam_role_arn": "role",
}
SHARED = {
    **FLEET,
    "max_sessions_per_instance": 4,
    "compute_capacity_status": {"desired": 2, "desired_user_sessions": 8, "actual_user_sessions": 4},
}
# The service may report the sessions that were asked for, or those of whole instances.
EXACT = {**SHARED, "compute_capacity_status": {**SHARED["compute_capacity_status"], "desired_user_sessions": 5}}
DOCUMENTED = {
    option: " ".join(described["description"]) for option, described in yaml.safe_load(DOCUMENTATION)["options"].items()
}


def request_of(desired: dict[str, Any], fleet: dict[str, Any] | None = None) -> dict[str, Any]:
    there = FLEET if fleet is None else fleet
    return settings.update_request(there, settings.changes_of(there, desired))


def test_the_table_covers_the_api() -> None:
    parameters = {setting.parameter for setting in SETTINGS}
    creation = set(MODEL.operation_model("CreateFleet").input_shape.members)
    assert parameters == creation - {"Name", "Tags"}
    update = set(MODEL.operation_model("UpdateFleet").input_shape.members)
    assert parameters - update == {"FleetType"}
    attributes = {setting.attribute for setting in SETTINGS} - {None}
    assert attributes == set(MODEL.shape_for("FleetAttribute").enum)
    assert set(settings.FLEET_TYPES) == set(MODEL.shape_for("FleetType").enum)
    assert all(set(setting.while_running) <= set(setting.types) for setting in SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: str(setting.option))
def test_the_documentation_says_what_can_be_changed_when(setting: settings.FleetSetting) -> None:
    text = DOCUMENTED[setting.option]
    whose = "the" if set(setting.while_running) == set(setting.types) else "an V(ELASTIC)"
    assert (f"an be changed while {whose} fleet is RUNNING" in text) is bool(setting.while_running)
    assert ("RUNNING" in text) is bool(setting.while_running)
    assert ("O(purge_attributes)" in text) is (setting.empty is not NEVER_EMPTY)
    assert (setting.attribute is not None) is (setting.empty is not NEVER_EMPTY)


@pytest.mark.parametrize(
    ("fleet", "desired", "differs"),
    [
        (FLEET, {"image_name": "base", "subnet_ids": ["subnet-a", "subnet-b"]}, []),
        (FLEET, {"image_name": "new"}, ["image_name"]),
        (FLEET, {"compute_capacity": {"desired_instances": 2}}, []),
        (FLEET, {"compute_capacity": {"desired_instances": 0}}, ["compute_capacity"]),
        (FLEET, {"compute_capacity": {"desired_sessions": 2}}, ["compute_capacity"]),
        (SHARED, {"compute_capacity": {"desired_sessions": 5}}, []),
        (SHARED, {"compute_capacity": {"desired_sessions": 8}}, []),
        (SHARED, {"compute_capacity": {"desired_sessions": 4}}, ["compute_capacity"]),
        (SHARED, {"compute_capacity": {"desired_sessions": 9}}, ["compute_capacity"]),
        (SHARED, {"compute_capacity": {"desired_instances": 2}}, ["compute_capacity"]),
        (EXACT, {"compute_capacity": {"desired_sessions": 5}}, []),
        (EXACT, {"compute_capacity": {"desired_sessions": 8}}, ["compute_capacity"]),
        (EXACT, {"compute_capacity": {"desired_sessions": 4}}, ["compute_capacity"]),
        (EXACT, {"compute_capacity": {"desired_sessions": 9}}, ["compute_capacity"]),
        (SHARED, {"compute_capacity": {"desired_sessions": 5}, "max_sessions_per_instance": 4}, []),
        (
            SHARED,
            {"compute_capacity": {"desired_sessions": 5}, "max_sessions_per_instance": 5},
            ["compute_capacity", "max_sessions_per_instance"],
        ),
        (
            EXACT,
            {"compute_capacity": {"desired_sessions": 5}, "max_sessions_per_instance": 5},
            ["max_sessions_per_instance"],
        ),
        (FLEET, {"idle_disconnect_timeout": 149}, []),
        (FLEET, {"idle_disconnect_timeout": 90}, []),
        (FLEET, {"idle_disconnect_timeout": 150}, ["idle_disconnect_timeout"]),
        (FLEET, {"description": "", "domain": {}, "root_volume_size": 200}, []),
        (FLEET, {"iam_role_arn": ""}, ["iam_role_arn"]),
        ({**FLEET, "fleet_type": "ELASTIC"}, {"compute_capacity": {"desired_instances": 9}}, []),
    ],
)
def test_differences(fleet: dict[str, Any], desired: dict[str, Any], differs: list[str]) -> None:
    assert list(settings.changes_of(fleet, desired)) == differs


ELASTIC_FLEET: dict[str, Any] = {
    "fleet_type": "ELASTIC",
    "instance_type": "stream.standard.small",
    "max_concurrent_sessions": 3,
    "session_script_s3_location": {"s3_bucket": "b", "s3_key": "k"},
}


@pytest.mark.parametrize(
    ("fleet", "desired", "fixed"),
    [
        (FLEET, {"image_name": "new", "compute_capacity": {"desired_instances": 3}, "display_name": "x"}, []),
        (FLEET, {"idle_disconnect_timeout": 600, "disconnect_timeout": 600}, []),
        (FLEET, {"instance_type": "new", "description": "x"}, ["instance_type", "description"]),
        (FLEET, {"usb_device_filter_strings": ["x"]}, ["usb_device_filter_strings"]),
        (SHARED, {"max_sessions_per_instance": 5}, []),
        ({**SHARED, "fleet_type": "ON_DEMAND"}, {"max_sessions_per_instance": 5}, []),
        # Only a STOPPED fleet becomes a multi-session fleet, or one no longer.
        (FLEET, {"max_sessions_per_instance": 5}, ["max_sessions_per_instance"]),
        (SHARED, {"max_sessions_per_instance": ""}, ["max_sessions_per_instance"]),
        (ELASTIC_FLEET, {"usb_device_filter_strings": ["x"], "max_concurrent_sessions": 4}, []),
        (ELASTIC_FLEET, {"session_script_s3_location": {}, "display_name": "x"}, []),
        (ELASTIC_FLEET, {"instance_type": "new", "stream_view": "DESKTOP"}, ["instance_type"]),
        # What another type of fleet will allow is not known here.
        ({**FLEET, "fleet_type": "NEW"}, {"image_name": "new"}, ["image_name"]),
    ],
)
def test_what_is_fixed_while_running(fleet: dict[str, Any], desired: dict[str, Any], fixed: list[str]) -> None:
    assert list(settings.fixed_while_running(fleet, settings.changes_of(fleet, desired))) == fixed


@pytest.mark.parametrize(
    ("fleet_type", "problems"),
    [("ALWAYS_ON", ["platform is not for ALWAYS_ON fleets"]), ("ELASTIC", ["domain is not for ELASTIC fleets"])],
)
def test_what_a_type_of_fleet_has_not(fleet_type: str, problems: list[str]) -> None:
    domain = {"directory_name": "a.b", "organizational_unit": "OU=x"}
    options = {"platform": "AMAZON_LINUX2", "domain": domain, "session_script_s3_location": {}, "image_name": ""}
    assert rules.type_problems(fleet_type, options) == problems
    assert rules.type_problems("NEW", options) == []


@pytest.mark.parametrize(
    ("desired", "request_"),
    [
        ({"image_name": "new"}, {"ImageName": "new"}),
        ({"compute_capacity": {"desired_instances": 5}}, {"ComputeCapacity": {"DesiredInstances": 5}}),
        (
            {"subnet_ids": ["subnet-c"]},
            {"VpcConfig": {"SubnetIds": ["subnet-c"], "SecurityGroupIds": ["sg-1"]}},
        ),
        ({"security_group_ids": []}, {"AttributesToDelete": ["VPC_CONFIGURATION_SECURITY_GROUP_IDS"]}),
        (
            {"subnet_ids": ["subnet-c"], "security_group_ids": []},
            {
                "VpcConfig": {"SubnetIds": ["subnet-c"]},
                "AttributesToDelete": ["VPC_CONFIGURATION_SECURITY_GROUP_IDS"],
            },
        ),
        ({"subnet_ids": [], "security_group_ids": []}, {"AttributesToDelete": ["VPC_CONFIGURATION"]}),
        (
            {"iam_role_arn": "", "description": "new", "root_volume_size": 300},
            {"AttributesToDelete": ["IAM_ROLE_ARN"], "Description": "new", "RootVolumeConfig": {"VolumeSizeInGb": 300}},
        ),
        (
            {"session_script_s3_location": {"s3_bucket": "b", "s3_key": "k"}},
            {"SessionScriptS3Location": {"S3Bucket": "b", "S3Key": "k"}},
        ),
        (
            {"domain": {"directory_name": "a.b", "organizational_unit": "OU=x"}},
            {"DomainJoinInfo": {"DirectoryName": "a.b", "OrganizationalUnitDistinguishedName": "OU=x"}},
        ),
    ],
)
def test_update_request(desired: dict[str, Any], request_: dict[str, Any]) -> None:
    assert request_of(desired) == request_


def test_purging_leaves_what_is_set() -> None:
    options = {"subnet_ids": VPC["subnet_ids"], "domain": {"directory_name": None}}
    desired = desired_settings(SETTINGS, options, purge=True)
    assert desired["subnet_ids"] == VPC["subnet_ids"]
    deleted = ["VPC_CONFIGURATION_SECURITY_GROUP_IDS", "IAM_ROLE_ARN"]
    assert request_of(desired) == {"AttributesToDelete": deleted}
    deletable = {setting.option for setting in SETTINGS if setting.attribute}
    assert set(desired_settings(SETTINGS, {}, purge=True)) == deletable
    assert desired_settings(SETTINGS, {}) == {}


@pytest.mark.parametrize(
    ("state", "wanted", "options", "step"),
    [
        (None, "running", {}, "create"),
        (None, "absent", {}, "done"),
        ("STOPPED", "running", {}, "start"),
        ("STOPPED", "running", {"update": True}, "update"),
        ("STOPPED", "present", {}, "done"),
        ("STOPPED", "absent", {"update": True}, "delete"),
        ("RUNNING", "running", {}, "done"),
        ("RUNNING", "running", {"update": True}, "update"),
        ("RUNNING", "running", {"update": True, "stop_first": True}, "stop"),
        ("RUNNING", "stopped", {"update": True}, "stop"),
        ("RUNNING", "running", {"capacity": True}, "wait"),
        ("RUNNING", "stopped", {"capacity": True}, "stop"),
        ("RUNNING", "absent", {}, "stop"),
        ("STARTING", "running", {"update": True}, "wait"),
        ("STARTING", "stopped", {}, "wait"),
        ("STOPPING", "running", {}, "wait"),
        ("SOMETHING_NEW", "running", {}, "wait"),
    ],
)
def test_step(state: str | None, wanted: str, options: dict[str, bool], step: str) -> None:
    fleet = None if state is None else {**FLEET, "state": state}
    assert states.fleet_step(fleet, wanted, **options) == step


@pytest.mark.parametrize(
    ("wanted", "retry", "step"),
    [
        ("running", False, "fail"),
        ("running", True, "stop"),
        ("present", False, "fail"),
        ("stopped", False, "stop"),
        ("absent", False, "stop"),
    ],
)
def test_step_of_a_fleet_that_cannot_start(wanted: str, retry: bool, step: str) -> None:
    fleet = {**FLEET, "state": "STARTING", "fleet_errors": [{"error_code": "IMAGE_NOT_FOUND"}]}
    assert states.fleet_step(fleet, wanted, retry=retry) == step
    # Errors of a fleet that serves users do not end a wait.
    assert states.fleet_step({**fleet, "state": "RUNNING"}, "running") == "done"


def test_the_states_are_those_of_the_api() -> None:
    assert set(states.FLEET_STATES) - {None} == set(MODEL.shape_for("FleetState").enum)


@pytest.mark.parametrize(
    ("more", "there"),
    [
        ({}, False),
        ({"compute_capacity_status": {"desired": 2, "available": 1, "in_use": 1}}, True),
        ({"compute_capacity_status": {"desired": 0}}, True),
        ({"compute_capacity_status": SHARED["compute_capacity_status"]}, False),
        ({"fleet_type": "ELASTIC"}, True),
    ],
)
def test_capacity(more: dict[str, Any], there: bool) -> None:
    assert states.has_capacity({**FLEET, **more}) is there


@given(st.lists(st.text(alphabet="a1*_, .", max_size=6), max_size=10).map(",".join) | st.text(max_size=30))
def test_usb_filters_are_judged_as_by_the_model(text: str) -> None:
    shape = MODEL.shape_for("UsbDeviceFilterString")
    legal = re.match(shape.metadata["pattern"].replace("$", r"\Z"), text, re.ASCII) is not None
    problems = rules.fleet_problems({"name": "x", "usb_device_filter_strings": [text]})
    assert (problems == []) is (legal and len(text) <= shape.metadata["max"])


@given(st.text(max_size=10) | st.from_regex(r"[a-z0-9.-]{1,66}", fullmatch=True))
def test_buckets_are_judged_as_by_the_model(text: str) -> None:
    shape = MODEL.shape_for("S3Bucket")
    legal = re.match(shape.metadata["pattern"].replace("*(?<!\\.)$", r"*(?<!\.)\Z"), text) is not None
    legal = legal and shape.metadata["min"] <= len(text) <= shape.metadata["max"]
    location = {"s3_bucket": text, "s3_key": None}
    problems = rules.fleet_problems({"name": "x", "session_script_s3_location": location})
    assert (problems == []) is (legal or not text)
