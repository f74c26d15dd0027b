# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of a fleet: from options to API parameters, what differs, and what can be changed when.

Sources: the API reference of CreateFleet and UpdateFleet; the administration guide's "Update a Fleet".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ..core import old_settings as settings
from ..core.common_settings import casefolded, domain_of, domain_request, image_name_of, vpc
from ..core.old_settings import BY_UPDATE, Options, Resource, Setting, camel_case, is_empty
from ..core.states import FLEET_DESTINATIONS, has_failed_to_start
from ..core.tags import as_request

ELASTIC = "ELASTIC"
DEFAULT_VOLUME_GB = 200
IMAGE_OPTIONS = ("image_name", "image_arn")
NETWORK_OPTIONS = ("subnet_ids", "security_group_ids")
CAPACITY = "compute_capacity"

_ALWAYS_ON = frozenset(
    {CAPACITY, "disconnect_timeout", "display_name", "idle_disconnect_timeout", "image_arn", "image_name"}
)
# What UpdateFleet changes while a fleet is RUNNING, by its type; all else only while it is STOPPED.
WHILE_RUNNING: Mapping[str, frozenset[str]] = {
    "ALWAYS_ON": _ALWAYS_ON,
    "ON_DEMAND": _ALWAYS_ON,
    ELASTIC: frozenset(
        {
            "disconnect_timeout",
            "display_name",
            "idle_disconnect_timeout",
            "max_concurrent_sessions",
            "session_script_s3_location",
            "usb_device_filter_strings",
        }
    ),
}
# What can be taken away: by option, its member of AttributesToDelete and the value that stands for nothing.
DELETABLE: Mapping[str, tuple[str, Any]] = {
    "subnet_ids": ("VPC_CONFIGURATION", []),
    "security_group_ids": ("VPC_CONFIGURATION_SECURITY_GROUP_IDS", []),
    "domain": ("DOMAIN_JOIN_INFO", {}),
    "iam_role_arn": ("IAM_ROLE_ARN", ""),
    "usb_device_filter_strings": ("USB_DEVICE_FILTER_STRINGS", []),
    "session_script_s3_location": ("SESSION_SCRIPT_S3_LOCATION", {}),
    "max_sessions_per_instance": ("MAX_SESSIONS_PER_INSTANCE", ""),
    "root_volume_size": ("VOLUME_CONFIGURATION", ""),
}


def _member(name: str, absent: Any = None) -> Callable[[Resource], Any]:
    return lambda fleet: absent if fleet.get(name) is None else fleet[name]


def _capacity_of(fleet: Resource) -> dict[str, Any] | None:
    """What is desired of a fleet as an option; None where the service does not tell, as of an elastic fleet."""
    status = fleet.get("compute_capacity_status") or {}
    if fleet.get("fleet_type") == ELASTIC or status.get("desired") is None:
        return None
    if status.get("desired_user_sessions") is not None:
        return {"desired_sessions": status["desired_user_sessions"]}
    return {"desired_instances": status["desired"]}


def _given(value: Options | None) -> dict[str, Any]:
    return {key: part for key, part in (value or {}).items() if part is not None}


def _minutes(seconds: int) -> int:
    """The service rounds the idle time-out to whole minutes, halves up."""
    return math.floor(seconds / 60 + 0.5)


SETTINGS: tuple[Setting, ...] = (
    Setting("image_name", "ImageName", image_name_of, BY_UPDATE),
    Setting("image_arn", "ImageArn", _member("image_arn"), BY_UPDATE),
    Setting("instance_type", "InstanceType", _member("instance_type"), BY_UPDATE),
    Setting("fleet_type", "FleetType", _member("fleet_type")),
    Setting(CAPACITY, "ComputeCapacity", _capacity_of, BY_UPDATE, camel_case, _given),
    Setting("subnet_ids", "VpcConfig", vpc("subnet_ids"), BY_UPDATE, comparable=sorted),
    Setting("security_group_ids", "VpcConfig", vpc("security_group_ids"), BY_UPDATE, comparable=sorted),
    Setting("max_user_duration", "MaxUserDurationInSeconds", _member("max_user_duration_in_seconds"), BY_UPDATE),
    Setting("disconnect_timeout", "DisconnectTimeoutInSeconds", _member("disconnect_timeout_in_seconds"), BY_UPDATE),
    Setting(
        "idle_disconnect_timeout",
        "IdleDisconnectTimeoutInSeconds",
        _member("idle_disconnect_timeout_in_seconds"),
        BY_UPDATE,
        comparable=_minutes,
    ),
    Setting("description", "Description", _member("description", ""), BY_UPDATE),
    Setting("display_name", "DisplayName", _member("display_name", ""), BY_UPDATE),
    Setting(
        "enable_default_internet_access",
        "EnableDefaultInternetAccess",
        _member("enable_default_internet_access", False),
        BY_UPDATE,
    ),
    Setting("domain", "DomainJoinInfo", domain_of, BY_UPDATE, domain_request, casefolded),
    Setting("iam_role_arn", "IamRoleArn", _member("iam_role_arn", ""), BY_UPDATE),
    Setting("stream_view", "StreamView", _member("stream_view"), BY_UPDATE),
    Setting("platform", "Platform", _member("platform"), BY_UPDATE),
    Setting("max_concurrent_sessions", "MaxConcurrentSessions", _member("max_concurrent_sessions"), BY_UPDATE),
    Setting("max_sessions_per_instance", "MaxSessionsPerInstance", _member("max_sessions_per_instance", ""), BY_UPDATE),
    Setting(
        "usb_device_filter_strings",
        "UsbDeviceFilterStrings",
        _member("usb_device_filter_strings", []),
        BY_UPDATE,
        comparable=sorted,
    ),
    Setting(
        "session_script_s3_location",
        "SessionScriptS3Location",
        _member("session_script_s3_location", {}),
        BY_UPDATE,
        camel_case,
        _given,
    ),
    Setting(
        "root_volume_size",
        "RootVolumeConfig",
        lambda fleet: (fleet.get("root_volume_config") or {}).get("volume_size_in_gb", DEFAULT_VOLUME_GB),
        BY_UPDATE,
        to_request=lambda size: {"VolumeSizeInGb": size},
        comparable=lambda size: size or DEFAULT_VOLUME_GB,
    ),
    Setting("disable_imdsv1", "DisableIMDSV1", _member("disable_imdsv1"), BY_UPDATE),
)
_BY_OPTION = {setting.option: setting for setting in SETTINGS}


def wanted_settings(options: Options, purge: bool = False) -> dict[str, Any]:
    """Return the settings among a module's options that are set; ``{}`` and ``[]`` count as set.

    ``purge``: what is not set and can be taken away is wanted to be nothing.
    """
    wanted = {
        option: _given(value) if isinstance(value, dict) else value
        for option, value in settings.wanted_settings(SETTINGS, options).items()
    }
    nothing = {option: value for option, (_attribute, value) in DELETABLE.items()} if purge else {}
    return {**nothing, **wanted}


def creation_request(name: str, options: Options) -> dict[str, Any]:
    """Return the parameters of CreateFleet."""
    wanted = wanted_settings(options)
    request: dict[str, Any] = {
        "Name": name,
        **{
            _BY_OPTION[option].parameter: _BY_OPTION[option].to_request(value)
            for option, value in wanted.items()
            if option not in NETWORK_OPTIONS and not is_empty(value)
        },
    }
    network = _vpc_config(wanted)
    if network:
        request["VpcConfig"] = network
    if options.get("tags"):
        request["Tags"] = as_request(options["tags"])
    return request


def _vpc_config(wanted: Options) -> dict[str, Any]:
    network = {"SubnetIds": wanted.get("subnet_ids"), "SecurityGroupIds": wanted.get("security_group_ids")}
    return {member: list(ids) for member, ids in network.items() if ids}


def differences(fleet: Resource, wanted: Options) -> dict[str, dict[str, Any]]:
    """Return what differs, as ``settings.differences``; sessions are provided by whole instances."""
    drift = settings.differences(SETTINGS, fleet, wanted)
    if CAPACITY in drift and _has_sessions(fleet, wanted):
        del drift[CAPACITY]
    return drift


def to_settle(fleet: Resource, wanted: Options) -> dict[str, Any]:
    """Return the wanted settings a fleet does not have for certain: those that differ, and those it has no value of."""
    drift = differences(fleet, wanted)
    unknown = {option for option in wanted if _BY_OPTION[option].current(fleet) is None}
    return {option: value for option, value in wanted.items() if option in unknown or option in drift}


def _has_sessions(fleet: Resource, wanted: Options) -> bool:
    """Say whether a multi-session fleet is to have as many instances as the wanted sessions need."""
    sessions = wanted[CAPACITY].get("desired_sessions")
    slots = wanted.get("max_sessions_per_instance") or fleet.get("max_sessions_per_instance")
    status = fleet.get("compute_capacity_status") or {}
    if sessions is None or not slots or status.get("desired_user_sessions") is None:
        return False
    return bool(math.ceil(sessions / slots) == status.get("desired"))


def fixed_while_running(fleet: Resource, drift: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of ``differences`` that can be changed only while the fleet is STOPPED."""
    free = WHILE_RUNNING.get(str(fleet.get("fleet_type")), frozenset())
    return {option: both for option, both in drift.items() if option not in free}


def update_request(fleet: Resource, drift: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of UpdateFleet, without the name, that settle the differences."""
    request: dict[str, Any] = {}
    deleted = []
    for option, both in drift.items():
        setting, value = _BY_OPTION[option], both["wanted"]
        if option in DELETABLE and is_empty(value):
            deleted.append(DELETABLE[option][0])
        elif option not in NETWORK_OPTIONS:
            request[setting.parameter] = setting.to_request(value)
    if "VPC_CONFIGURATION" in deleted:
        # With it go the security groups.
        deleted = [attribute for attribute in deleted if attribute != DELETABLE["security_group_ids"][0]]
    elif any(option in drift and not is_empty(drift[option]["wanted"]) for option in NETWORK_OPTIONS):
        request["VpcConfig"] = _network_after(fleet, drift)
    if deleted:
        request["AttributesToDelete"] = sorted(deleted)
    return request


def _network_after(fleet: Resource, drift: Mapping[str, Any]) -> dict[str, Any]:
    """The whole of VpcConfig as it is to be: whether members left out would stay is not documented."""
    current = {option: _BY_OPTION[option].current(fleet) for option in NETWORK_OPTIONS}
    return _vpc_config(
        {**current, **{option: drift[option]["wanted"] for option in NETWORK_OPTIONS if option in drift}}
    )


def view(fleet: Resource | None) -> dict[str, Any]:
    """Return what can be compared of a fleet: its settings as options, its state and tags; {} when absent."""
    if fleet is None:
        return {}
    shown = settings.view(SETTINGS, fleet)
    return {**shown, "state": fleet.get("state"), "tags": dict(fleet.get("tags") or {})}


def bound_for(fleet: Resource | None) -> str | None:
    """Return the state a fleet is going to be in if nobody does anything."""
    state = (fleet or {}).get("state")
    return state if has_failed_to_start(fleet) else FLEET_DESTINATIONS.get(state or "", state)
