# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of an image builder: options to CreateImageBuilder parameters, and what differs on an existing one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core import old_settings as settings
from ..core.common_settings import casefolded, domain_of, domain_request, endpoint_pairs, image_name_of, vpc
from ..core.old_settings import BY_UPDATE, Options, Setting, camel_case
from ..core.states import IMAGE_BUILDER_DESTINATIONS
from ..core.tags import as_request

ImageBuilder = Mapping[str, Any]

# Changed by stopping the image builder and starting it anew.
BY_RESTART = "restart"


def _agent_access(access: Options | None) -> dict[str, Any]:
    known = {key: value for key, value in (access or {}).items() if value is not None}
    if "settings" in known:
        known["settings"] = {one["agent_action"]: one["permission"] for one in known["settings"]}
    return known


def _agent_version(builder: ImageBuilder) -> str | None:
    return builder.get("appstream_agent_version")


SETTINGS: tuple[Setting, ...] = (
    Setting("image_name", "ImageName", image_name_of),
    Setting("image_arn", "ImageArn", lambda builder: builder.get("image_arn")),
    Setting("instance_type", "InstanceType", lambda builder: builder.get("instance_type")),
    Setting("display_name", "DisplayName", lambda builder: builder.get("display_name") or "", BY_UPDATE),
    Setting("description", "Description", lambda builder: builder.get("description") or "", BY_UPDATE),
    Setting("subnet_id", "VpcConfig", lambda builder: next(iter(vpc("subnet_ids")(builder)), "")),
    Setting("security_group_ids", "VpcConfig", vpc("security_group_ids"), comparable=sorted),
    Setting("iam_role_arn", "IamRoleArn", lambda builder: builder.get("iam_role_arn") or ""),
    Setting(
        "enable_default_internet_access",
        "EnableDefaultInternetAccess",
        lambda builder: bool(builder.get("enable_default_internet_access")),
    ),
    Setting("domain", "DomainJoinInfo", domain_of, to_request=domain_request, comparable=casefolded),
    Setting("appstream_agent_version", "AppstreamAgentVersion", _agent_version, BY_RESTART),
    Setting(
        "access_endpoints",
        "AccessEndpoints",
        lambda builder: builder.get("access_endpoints") or [],
        to_request=lambda endpoints: [camel_case(endpoint) for endpoint in endpoints],
        comparable=endpoint_pairs,
    ),
    Setting(
        "root_volume_size",
        "RootVolumeConfig",
        lambda builder: (builder.get("root_volume_config") or {}).get("volume_size_in_gb"),
        to_request=lambda size: {"VolumeSizeInGb": size},
    ),
    # Not among what the service tells of image builders, so they count at creation only: later it is module
    # image_builder_software that looks at them.
    Setting("softwares_to_install", "SoftwaresToInstall", lambda builder: None),
    Setting("softwares_to_uninstall", "SoftwaresToUninstall", lambda builder: None),
    Setting("disable_imdsv1", "DisableIMDSV1", lambda builder: builder.get("disable_imdsv1")),
    Setting(
        "agent_access_config",
        "AgentAccessConfig",
        lambda builder: builder.get("agent_access_config") or {},
        BY_UPDATE,
        to_request=camel_case,
        comparable=_agent_access,
    ),
)
_BY_OPTION = {setting.option: setting for setting in SETTINGS}


def wanted_settings(options: Options) -> dict[str, Any]:
    """Return the settings among a module's options that are set; ``{}`` and ``[]`` count as set."""
    return settings.wanted_settings(SETTINGS, options)


def creation_request(name: str, options: Options) -> dict[str, Any]:
    """Return the parameters of CreateImageBuilder."""
    request: dict[str, Any] = {"Name": name}
    for option, value in wanted_settings(options).items():
        setting = _BY_OPTION[option]
        if setting.parameter != "VpcConfig" and value not in ("", [], {}):
            request[setting.parameter] = setting.to_request(value)
    subnets, groups = options.get("subnet_id"), options.get("security_group_ids")
    network = {"SubnetIds": [subnets] if subnets else None, "SecurityGroupIds": groups or None}
    if any(network.values()):
        request["VpcConfig"] = {key: value for key, value in network.items() if value}
    if options.get("tags"):
        request["Tags"] = as_request(options["tags"])
    return request


def differences(image_builder: ImageBuilder, wanted: Options) -> dict[str, dict[str, Any]]:
    """Return what differs, as ``settings.differences``; whatever the agent's version is, it may be the latest."""
    drift = settings.differences(SETTINGS, image_builder, wanted)
    if wanted.get("appstream_agent_version") == "LATEST":
        drift.pop("appstream_agent_version", None)
    return drift


def changed_by(change: str, drift: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of ``differences`` that is changed in a certain way (BY_RECREATION, BY_UPDATE, BY_RESTART)."""
    return settings.changed_by(SETTINGS, change, drift)


def update_request(drift: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of UpdateImageBuilder, without the name, that settle the updatable differences."""
    request: dict[str, Any] = {}
    for option, both in changed_by(BY_UPDATE, drift).items():
        setting = _BY_OPTION[option]
        if option == "agent_access_config" and not _agent_access(both["wanted"]):
            request["AttributesToDelete"] = ["AGENT_ACCESS_CONFIG"]
        else:
            request[setting.parameter] = setting.to_request(both["wanted"])
    return request


def view(image_builder: ImageBuilder | None) -> dict[str, Any]:
    """Return what can be compared of an image builder: its settings as options, its state and tags; {} when absent."""
    if image_builder is None:
        return {}
    shown = settings.view(SETTINGS, image_builder)
    return {**shown, "state": image_builder.get("state"), "tags": dict(image_builder.get("tags") or {})}


def bound_for(state: str | None) -> str | None:
    """Return the state an image builder is going to be in if nobody does anything."""
    return IMAGE_BUILDER_DESTINATIONS.get(state, state) if state else None
