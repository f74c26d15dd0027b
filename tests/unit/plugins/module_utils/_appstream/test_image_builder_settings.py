# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Options to requests, and what differs on an existing image builder."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import calls
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.settings import (
    BY_RECREATION,
    BY_UPDATE,
    changed_by,
    changes,
    creation_request,
    desired_settings,
    update_request,
    view,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.resource import bound_for
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.settings import (
    BY_RESTART,
    SETTINGS,
)
from botocore.validate import ParamValidator

UNIT = "OU=Builders,DC=corp,DC=example,DC=com"
FULL: dict[str, Any] = {
    "image_name": "AppStream-WinServer2022-10-10-2025",
    "instance_type": "stream.standard.large",
    "display_name": "Design",
    "description": "Builds the design image",
    "subnet_id": "subnet-0123456789abcdef0",
    "security_group_ids": ["sg-00000000000000002", "sg-00000000000000001"],
    "iam_role_arn": "arn:aws:iam::123456789012:role/image-builder",
    "enable_default_internet_access": False,
    "domain": {"directory_name": "corp.example.com", "organizational_unit": UNIT},
    "appstream_agent_version": "10-10-2025",
    "access_endpoints": [{"endpoint_type": "STREAMING", "vpce_id": "vpce-0123456789abcdef0"}],
    "root_volume_size": 300,
    "softwares_to_install": ["Microsoft_Office_2024_LTSC_Standard_64Bit"],
    "softwares_to_uninstall": ["Microsoft_Visio_2021_LTSC_Standard_64Bit"],
    "disable_imdsv1": True,
    "agent_access_config": {
        "settings": [{"agent_action": "COMPUTER_VISION", "permission": "ENABLED"}],
        "screen_resolution": "W_1280xH_720",
        "screen_image_format": "PNG",
        "screenshots_upload_enabled": True,
        "s3_bucket_arn": "arn:aws:s3:::screenshots",
        "user_control_mode": None,
    },
}
BUILDER: dict[str, Any] = {
    "name": "design",
    "image_arn": "arn:aws:appstream:eu-central-1::image/AppStream-WinServer2022-10-10-2025",
    "instance_type": "stream.standard.large",
    "display_name": "Design",
    "description": "Builds the design image",
    "vpc_config": {
        "subnet_ids": ["subnet-0123456789abcdef0"],
        "security_group_ids": ["sg-00000000000000001", "sg-00000000000000002"],
    },
    "iam_role_arn": "arn:aws:iam::123456789012:role/image-builder",
    "enable_default_internet_access": False,
    "domain_join_info": {
        "directory_name": "CORP.example.com",
        "organizational_unit_distinguished_name": UNIT.lower(),
    },
    "appstream_agent_version": "10-10-2025",
    "access_endpoints": [{"endpoint_type": "STREAMING", "vpce_id": "vpce-0123456789abcdef0"}],
    "root_volume_config": {"volume_size_in_gb": 300},
    "disable_imdsv1": True,
    "agent_access_config": {
        "settings": [{"agent_action": "COMPUTER_VISION", "permission": "ENABLED"}],
        "screen_resolution": "W_1280xH_720",
        "screen_image_format": "PNG",
        "screenshots_upload_enabled": True,
        "s3_bucket_arn": "arn:aws:s3:::screenshots",
        "user_control_mode": "DISABLED",
    },
    "state": "STOPPED",
}


def test_a_full_request_passes_botocores_validation(client: Any) -> None:
    request = {"Name": "design", **creation_request(SETTINGS, FULL)}
    shape = client.meta.service_model.operation_model("CreateImageBuilder").input_shape
    assert set(request) == {"Name", *(setting.parameter for setting in SETTINGS)} - {"ImageArn"}
    assert not ParamValidator().validate(request, shape).has_errors()
    groups = ["sg-00000000000000002", "sg-00000000000000001"]
    assert request["VpcConfig"] == {"SubnetIds": ["subnet-0123456789abcdef0"], "SecurityGroupIds": groups}
    assert request["AgentAccessConfig"]["S3BucketArn"] == "arn:aws:s3:::screenshots"
    assert "UserControlMode" not in request["AgentAccessConfig"]


def test_every_parameter_of_the_installed_model_has_an_option(client: Any) -> None:
    members = client.meta.service_model.operation_model("CreateImageBuilder").input_shape.members
    assert set(members) - {"Name", "Tags"} == {setting.parameter for setting in SETTINGS}


def test_empty_values_are_left_out_of_a_request() -> None:
    empty = {"display_name": "", "access_endpoints": [], "agent_access_config": {}, "security_group_ids": []}
    assert creation_request(SETTINGS, empty) == {}
    assert creation_request(SETTINGS, {"agent_access_config": {"settings": None}}) == {}


def test_nothing_differs() -> None:
    assert changes(SETTINGS, BUILDER, desired_settings(SETTINGS, FULL)) == {}


@pytest.mark.parametrize(
    ("option", "wanted", "change"),
    [
        ("image_name", "other", BY_RECREATION),
        ("image_arn", "arn:aws:appstream:eu-central-1:123456789012:image/other", BY_RECREATION),
        ("instance_type", "stream.standard.medium", BY_RECREATION),
        ("subnet_id", "subnet-00000000000000000", BY_RECREATION),
        ("security_group_ids", ["sg-00000000000000001"], BY_RECREATION),
        ("iam_role_arn", "arn:aws:iam::123456789012:role/other", BY_RECREATION),
        ("enable_default_internet_access", True, BY_RECREATION),
        ("domain", {"directory_name": "corp.example.com", "organizational_unit": "OU=x,DC=y"}, BY_RECREATION),
        ("access_endpoints", [], BY_RECREATION),
        ("root_volume_size", 200, BY_RECREATION),
        ("disable_imdsv1", False, BY_RECREATION),
        ("display_name", "", BY_UPDATE),
        ("description", "other", BY_UPDATE),
        ("agent_access_config", {}, BY_UPDATE),
        ("agent_access_config", {**FULL["agent_access_config"], "user_control_mode": "VIEW_ONLY"}, BY_UPDATE),
        ("appstream_agent_version", "11-11-2026", BY_RESTART),
    ],
)
def test_differences(option: str, wanted: Any, change: str) -> None:
    found = changes(SETTINGS, BUILDER, {option: wanted})
    assert found[option].desired == wanted
    assert list(changed_by(SETTINGS, change, found)) == [option]


@pytest.mark.parametrize(
    ("option", "wanted"),
    [
        ("softwares_to_install", ["x"]),
        ("softwares_to_uninstall", ["x"]),
        ("appstream_agent_version", "LATEST"),
    ],
)
def test_what_the_service_does_not_report_is_no_difference(option: str, wanted: Any) -> None:
    assert changes(SETTINGS, BUILDER, {option: wanted}) == {}


@pytest.mark.parametrize("option", ["root_volume_size", "disable_imdsv1", "appstream_agent_version"])
def test_attributes_an_older_service_leaves_out_are_no_difference(option: str) -> None:
    assert changes(SETTINGS, {"name": "design"}, {option: FULL[option]}) == {}


def test_update_request() -> None:
    wanted = {"display_name": "", "agent_access_config": {"settings": None}, "instance_type": "x"}
    request = update_request(SETTINGS, changed_by(SETTINGS, BY_UPDATE, changes(SETTINGS, BUILDER, wanted)))
    assert request == {"DisplayName": "", "AttributesToDelete": ["AGENT_ACCESS_CONFIG"]}


def test_require_support(client: Any) -> None:
    calls.require_support(client, "CreateImageBuilder", {"Name": "x", "RootVolumeConfig": {}})
    with pytest.raises(AppStreamError, match="does not know Unheard of CreateImageBuilder"):
        calls.require_support(client, "CreateImageBuilder", {"Unheard": 1})
    with pytest.raises(AppStreamError, match="does not know PaintImageBuilder"):
        calls.require_support(client, "PaintImageBuilder", {})


@pytest.mark.parametrize(
    ("state", "bound"),
    [(None, None), ("PENDING", "RUNNING"), ("STOPPING", "STOPPED"), ("DELETING", None), ("RUNNING", "RUNNING")],
)
def test_bound_for(state: str | None, bound: str | None) -> None:
    assert bound_for(state) == bound


def test_view_shows_options() -> None:
    shown = view(SETTINGS, BUILDER)
    assert shown["subnet_id"] == "subnet-0123456789abcdef0"
    assert shown["image_name"] == "AppStream-WinServer2022-10-10-2025"
    assert view(SETTINGS, None) == {}
