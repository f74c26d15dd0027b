# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of an image builder: options to CreateImageBuilder parameters, and what differs on an existing one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.dict_transformations import snake_dict_to_camel_dict

from .aws import scrub_none_parameters
from .errors import AppStreamError
from .states import IMAGE_BUILDER_DESTINATIONS

Options = Mapping[str, Any]
ImageBuilder = Mapping[str, Any]

# How a setting can be changed on an existing image builder.
BY_RECREATION = "recreate"
BY_UPDATE = "update"
BY_RESTART = "restart"


@dataclass(frozen=True)
class Setting:
    """One option and its counterpart in the API.

    ``parameter`` is the member of CreateImageBuilder, ``to_request`` makes the option's value into that member's,
    ``current`` reads the option's value off an image builder (None: the service does not tell),
    ``comparable`` brings both to a form that can be compared.
    """

    option: str
    parameter: str
    current: Callable[[ImageBuilder], Any]
    change: str = BY_RECREATION
    to_request: Callable[[Any], Any] = lambda value: value
    comparable: Callable[[Any], Any] = lambda value: value


def _image_name(image_builder: ImageBuilder) -> str | None:
    """ImageBuilder has no ImageName, so the name is taken off the ARN's end."""
    arn = image_builder.get("image_arn")
    return arn.rsplit(":image/", 1)[-1] if arn else None


def _camel(value: Any) -> Any:
    return snake_dict_to_camel_dict(scrub_none_parameters(value), capitalize_first=True)


def _vpc(member: str) -> Callable[[ImageBuilder], list[str]]:
    return lambda builder: list((builder.get("vpc_config") or {}).get(member) or [])


def _domain(builder: ImageBuilder) -> dict[str, Any]:
    joined = builder.get("domain_join_info") or {}
    unit = joined.get("organizational_unit_distinguished_name")
    return {"directory_name": joined.get("directory_name"), "organizational_unit": unit} if joined else {}


def _domain_request(domain: Options) -> dict[str, Any]:
    request = {
        "DirectoryName": domain.get("directory_name"),
        "OrganizationalUnitDistinguishedName": domain.get("organizational_unit"),
    }
    return {key: value for key, value in request.items() if value}


def _casefolded(domain: Options | None) -> dict[str, str]:
    """Active Directory names compare without regard to case (unproven for what the service stores)."""
    return {key: value.casefold() for key, value in (domain or {}).items() if value}


def _endpoints(endpoints: list[Options] | None) -> list[tuple[str, str]]:
    return sorted((one["endpoint_type"], one.get("vpce_id") or "") for one in endpoints or [])


def _agent_access(access: Options | None) -> dict[str, Any]:
    known = {key: value for key, value in (access or {}).items() if value is not None}
    if "settings" in known:
        known["settings"] = {one["agent_action"]: one["permission"] for one in known["settings"]}
    return known


def _agent_version(builder: ImageBuilder) -> str | None:
    return builder.get("appstream_agent_version")


SETTINGS: tuple[Setting, ...] = (
    Setting("image_name", "ImageName", _image_name),
    Setting("image_arn", "ImageArn", lambda builder: builder.get("image_arn")),
    Setting("instance_type", "InstanceType", lambda builder: builder.get("instance_type")),
    Setting("display_name", "DisplayName", lambda builder: builder.get("display_name") or "", BY_UPDATE),
    Setting("description", "Description", lambda builder: builder.get("description") or "", BY_UPDATE),
    Setting("subnet_id", "VpcConfig", lambda builder: next(iter(_vpc("subnet_ids")(builder)), "")),
    Setting("security_group_ids", "VpcConfig", _vpc("security_group_ids"), comparable=sorted),
    Setting("iam_role_arn", "IamRoleArn", lambda builder: builder.get("iam_role_arn") or ""),
    Setting(
        "enable_default_internet_access",
        "EnableDefaultInternetAccess",
        lambda builder: bool(builder.get("enable_default_internet_access")),
    ),
    Setting("domain", "DomainJoinInfo", _domain, to_request=_domain_request, comparable=_casefolded),
    Setting("appstream_agent_version", "AppstreamAgentVersion", _agent_version, BY_RESTART),
    Setting(
        "access_endpoints",
        "AccessEndpoints",
        lambda builder: builder.get("access_endpoints") or [],
        to_request=lambda endpoints: [_camel(endpoint) for endpoint in endpoints],
        comparable=_endpoints,
    ),
    Setting(
        "root_volume_size",
        "RootVolumeConfig",
        lambda builder: (builder.get("root_volume_config") or {}).get("volume_size_in_gb"),
        to_request=lambda size: {"VolumeSizeInGb": size},
    ),
    # Told by the service neither for image builders nor anywhere else, so they count at creation only.
    Setting("softwares_to_install", "SoftwaresToInstall", lambda builder: None),
    Setting("softwares_to_uninstall", "SoftwaresToUninstall", lambda builder: None),
    Setting("disable_imdsv1", "DisableIMDSV1", lambda builder: builder.get("disable_imdsv1")),
    Setting(
        "agent_access_config",
        "AgentAccessConfig",
        lambda builder: builder.get("agent_access_config") or {},
        BY_UPDATE,
        to_request=_camel,
        comparable=_agent_access,
    ),
)
_BY_OPTION = {setting.option: setting for setting in SETTINGS}


def wanted_settings(options: Options) -> dict[str, Any]:
    """Return the settings among a module's options that are set; ``{}`` and ``[]`` count as set."""
    return {setting.option: options[setting.option] for setting in SETTINGS if options.get(setting.option) is not None}


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
        request["Tags"] = {key: str(value) for key, value in options["tags"].items()}
    return request


def differences(image_builder: ImageBuilder, wanted: Options) -> dict[str, dict[str, Any]]:
    """Return the wanted settings an image builder doesn't have, as ``{option: {"current": …, "wanted": …}}``.

    A setting the service does not tell is not counted as different.
    """
    found = {}
    for option, value in wanted.items():
        setting = _BY_OPTION[option]
        current = setting.current(image_builder)
        if current is None or (option == "appstream_agent_version" and value == "LATEST"):
            continue
        if not _equal(setting, current, value):
            found[option] = {"current": current, "wanted": value}
    return found


def _equal(setting: Setting, current: Any, value: Any) -> bool:
    now, then = setting.comparable(current), setting.comparable(value)
    if isinstance(then, dict) and then:
        return all(now.get(key) == part for key, part in then.items())
    return bool(now == then)


def changed_by(change: str, drift: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of ``differences`` that is changed in a certain way (BY_RECREATION, BY_UPDATE, BY_RESTART)."""
    return {option: both for option, both in drift.items() if _BY_OPTION[option].change == change}


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


def require_support(client: Any, operation: str, request: Mapping[str, Any]) -> None:
    """Raise AppStreamError when the installed botocore does not know an operation or one of its parameters yet.

    RootVolumeConfig came with botocore 1.41, DisableIMDSV1 with 1.43, AgentAccessConfig and UpdateImageBuilder with
    1.44.5; asking the installed model is surer than comparing versions.
    """
    if operation not in client.meta.service_model.operation_names:
        raise AppStreamError(
            f"The installed botocore does not know {operation}", remedy="Install a newer boto3 and botocore."
        )
    known = client.meta.service_model.operation_model(operation).input_shape.members
    unknown = sorted(set(request) - set(known))
    if unknown:
        raise AppStreamError(
            f"The installed botocore does not know {', '.join(unknown)} of {operation}",
            remedy="Install a newer boto3 and botocore, or leave the option out.",
        )


def view(image_builder: ImageBuilder | None) -> dict[str, Any]:
    """Return what can be compared of an image builder: its settings as options, its state and tags; {} when absent."""
    if image_builder is None:
        return {}
    shown = {setting.option: setting.current(image_builder) for setting in SETTINGS}
    shown = {option: value for option, value in shown.items() if value not in (None, "", [], {})}
    return {**shown, "state": image_builder.get("state"), "tags": dict(image_builder.get("tags") or {})}


def bound_for(state: str | None) -> str | None:
    """Return the state an image builder is going to be in if nobody does anything."""
    return IMAGE_BUILDER_DESTINATIONS.get(state, state) if state else None
