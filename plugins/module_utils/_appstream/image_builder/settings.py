# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of an image builder: options to CreateImageBuilder parameters, and what differs on an existing one."""

from __future__ import annotations

from typing import Any

from ..core.common_settings import casefolded, domain_of, domain_request, endpoint_pairs, image_name_of, vpc
from ..core.settings import BY_RECREATION, Options, Setting, desired_in_camel_case, given

# Changed by stopping the image builder and starting it again.
BY_RESTART = "restart"
LATEST = "LATEST"


def _agent_access(access: Options | None) -> dict[str, Any]:
    known = given(access)
    if "settings" in known:
        known["settings"] = {one["agent_action"]: one["permission"] for one in known["settings"]}
    return known


def _merged_agent_access(current: Options, desired: Options) -> Options:
    """Agents' access stays as it is when it has all suboptions that are set; otherwise it has none but those."""
    asked, known = _agent_access(desired), _agent_access(current)
    return current if asked and all(known.get(key) == part for key, part in asked.items()) else given(desired)


def _agent_version(current: str | None, desired: str) -> str:
    """Return the version of the agent; whatever it is, it may be the latest."""
    return current if current and desired == LATEST else desired


SETTINGS: tuple[Setting, ...] = (
    Setting("image_name", "ImageName", image_name_of, BY_RECREATION),
    Setting("image_arn", "ImageArn", lambda builder: builder.get("image_arn"), BY_RECREATION),
    Setting("instance_type", "InstanceType", lambda builder: builder.get("instance_type"), BY_RECREATION),
    Setting("display_name", "DisplayName", lambda builder: builder.get("display_name") or "", none=""),
    Setting("description", "Description", lambda builder: builder.get("description") or "", none=""),
    Setting(
        "subnet_id",
        "VpcConfig",
        lambda builder: next(iter(vpc("subnet_ids")(builder)), ""),
        BY_RECREATION,
        to_request=lambda change: {"SubnetIds": [change.desired]},
    ),
    Setting(
        "security_group_ids",
        "VpcConfig",
        vpc("security_group_ids"),
        BY_RECREATION,
        to_request=lambda change: {"SecurityGroupIds": change.desired},
        comparable=sorted,
    ),
    Setting("iam_role_arn", "IamRoleArn", lambda builder: builder.get("iam_role_arn") or "", BY_RECREATION),
    Setting(
        "enable_default_internet_access",
        "EnableDefaultInternetAccess",
        lambda builder: bool(builder.get("enable_default_internet_access")),
        BY_RECREATION,
    ),
    Setting(
        "domain",
        "DomainJoinInfo",
        domain_of,
        BY_RECREATION,
        to_request=lambda change: domain_request(change.desired),
        comparable=casefolded,
    ),
    Setting(
        "appstream_agent_version",
        "AppstreamAgentVersion",
        lambda builder: builder.get("appstream_agent_version"),
        BY_RESTART,
        merge=_agent_version,
    ),
    Setting(
        "access_endpoints",
        "AccessEndpoints",
        lambda builder: builder.get("access_endpoints") or [],
        BY_RECREATION,
        to_request=desired_in_camel_case,
        comparable=endpoint_pairs,
    ),
    Setting(
        "root_volume_size",
        "RootVolumeConfig",
        lambda builder: (builder.get("root_volume_config") or {}).get("volume_size_in_gb"),
        BY_RECREATION,
        to_request=lambda change: {"VolumeSizeInGb": change.desired},
    ),
    # Not among what the service reports of image builders, so they count at creation only: later they are the business
    # of module image_builder_software.
    Setting("softwares_to_install", "SoftwaresToInstall", lambda builder: None, BY_RECREATION),
    Setting("softwares_to_uninstall", "SoftwaresToUninstall", lambda builder: None, BY_RECREATION),
    Setting("disable_imdsv1", "DisableIMDSV1", lambda builder: builder.get("disable_imdsv1"), BY_RECREATION),
    Setting(
        "agent_access_config",
        "AgentAccessConfig",
        lambda builder: builder.get("agent_access_config") or {},
        merge=_merged_agent_access,
        to_request=desired_in_camel_case,
        comparable=_agent_access,
        empty={},
        attribute="AGENT_ACCESS_CONFIG",
    ),
)
