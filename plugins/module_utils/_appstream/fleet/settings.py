# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of a fleet, in a form that can be compared: which fleets have them, and what can be changed when.

Sources: the API reference of CreateFleet and UpdateFleet; the administration guide's "Create a Fleet" and "Update a
Fleet"; for what the model does not say, acceptance tests of Terraform's AWS provider, which run on the real service.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..core import settings as engine
from ..core.common_settings import casefolded, domain_of, domain_request, image_name_of, vpc
from ..core.settings import (
    BY_RECREATION,
    Change,
    Options,
    Resource,
    Setting,
    desired_in_camel_case,
    is_empty,
    unless_covered,
)

ELASTIC = "ELASTIC"
FLEET_TYPES = ("ALWAYS_ON", "ON_DEMAND", ELASTIC)
WITH_INSTANCES = ("ALWAYS_ON", "ON_DEMAND")
WITHOUT_INSTANCES = (ELASTIC,)

DEFAULT_VOLUME_GB = 200
IMAGE_OPTIONS = ("image_name", "image_arn")
SUBNETS, GROUPS = NETWORK_OPTIONS = ("subnet_ids", "security_group_ids")
CAPACITY = "compute_capacity"


@dataclass(frozen=True)
class FleetSetting(Setting):
    """As ``Setting``.

    ``types`` are the fleet types that have it. ``while_running`` are those of which UpdateFleet changes it while a
    fleet is RUNNING, any other change needs a STOPPED one; with ``only_adjusted`` what changes then is its value, it
    is neither given to a fleet without it nor taken away.
    """

    types: Collection[str] = FLEET_TYPES
    while_running: Collection[str] = ()
    only_adjusted: bool = False


def _member(name: str, absent: Any = None) -> Callable[[Resource], Any]:
    return lambda fleet: absent if fleet.get(name) is None else fleet[name]


def _capacity_of(fleet: Resource) -> dict[str, Any] | None:
    """What is desired of a fleet as an option; None where the service does not report it, as of an elastic fleet."""
    status = fleet.get("compute_capacity_status") or {}
    if fleet.get("fleet_type") == ELASTIC or status.get("desired") is None:
        return None
    if status.get("desired_user_sessions") is not None:
        return {"desired_sessions": status["desired_user_sessions"]}
    return {"desired_instances": status["desired"]}


def _minutes(seconds: int) -> int:
    """The service rounds the idle time-out to whole minutes, halves up."""
    return math.floor(seconds / 60 + 0.5)


SETTINGS: tuple[FleetSetting, ...] = (
    FleetSetting(
        option="image_name",
        parameter="ImageName",
        current=image_name_of,
        types=WITH_INSTANCES,
        while_running=WITH_INSTANCES,
    ),
    FleetSetting(
        option="image_arn",
        parameter="ImageArn",
        current=_member("image_arn"),
        types=WITH_INSTANCES,
        while_running=WITH_INSTANCES,
    ),
    FleetSetting(option="instance_type", parameter="InstanceType", current=_member("instance_type")),
    FleetSetting(option="fleet_type", parameter="FleetType", current=_member("fleet_type"), change=BY_RECREATION),
    FleetSetting(
        option=CAPACITY,
        parameter="ComputeCapacity",
        current=_capacity_of,
        merge=unless_covered,
        to_request=desired_in_camel_case,
        types=WITH_INSTANCES,
        while_running=WITH_INSTANCES,
    ),
    FleetSetting(
        option=SUBNETS,
        parameter="VpcConfig",
        current=vpc(SUBNETS),
        comparable=sorted,
        to_request=lambda change: {"SubnetIds": change.after},
        empty=[],
        attribute="VPC_CONFIGURATION",
    ),
    FleetSetting(
        option=GROUPS,
        parameter="VpcConfig",
        current=vpc(GROUPS),
        comparable=sorted,
        to_request=lambda change: {"SecurityGroupIds": change.after},
        empty=[],
        attribute="VPC_CONFIGURATION_SECURITY_GROUP_IDS",
    ),
    FleetSetting(
        option="max_user_duration",
        parameter="MaxUserDurationInSeconds",
        current=_member("max_user_duration_in_seconds"),
    ),
    FleetSetting(
        option="disconnect_timeout",
        parameter="DisconnectTimeoutInSeconds",
        current=_member("disconnect_timeout_in_seconds"),
        while_running=FLEET_TYPES,
    ),
    FleetSetting(
        option="idle_disconnect_timeout",
        parameter="IdleDisconnectTimeoutInSeconds",
        current=_member("idle_disconnect_timeout_in_seconds"),
        comparable=_minutes,
        while_running=FLEET_TYPES,
    ),
    FleetSetting(option="description", parameter="Description", current=_member("description", "")),
    FleetSetting(
        option="display_name", parameter="DisplayName", current=_member("display_name", ""), while_running=FLEET_TYPES
    ),
    FleetSetting(
        option="enable_default_internet_access",
        parameter="EnableDefaultInternetAccess",
        current=_member("enable_default_internet_access", False),
    ),
    FleetSetting(
        option="domain",
        parameter="DomainJoinInfo",
        current=domain_of,
        comparable=casefolded,
        to_request=lambda change: domain_request(change.desired),
        empty={},
        attribute="DOMAIN_JOIN_INFO",
        types=WITH_INSTANCES,
    ),
    FleetSetting(
        option="iam_role_arn",
        parameter="IamRoleArn",
        current=_member("iam_role_arn", ""),
        empty="",
        attribute="IAM_ROLE_ARN",
    ),
    FleetSetting(option="stream_view", parameter="StreamView", current=_member("stream_view")),
    FleetSetting(option="platform", parameter="Platform", current=_member("platform"), types=WITHOUT_INSTANCES),
    FleetSetting(
        option="max_concurrent_sessions",
        parameter="MaxConcurrentSessions",
        current=_member("max_concurrent_sessions"),
        types=WITHOUT_INSTANCES,
        while_running=WITHOUT_INSTANCES,
    ),
    FleetSetting(
        option="max_sessions_per_instance",
        parameter="MaxSessionsPerInstance",
        current=_member("max_sessions_per_instance", ""),
        empty="",
        attribute="MAX_SESSIONS_PER_INSTANCE",
        types=WITH_INSTANCES,
        while_running=WITH_INSTANCES,
        only_adjusted=True,
    ),
    FleetSetting(
        option="usb_device_filter_strings",
        parameter="UsbDeviceFilterStrings",
        current=_member("usb_device_filter_strings", []),
        comparable=sorted,
        empty=[],
        attribute="USB_DEVICE_FILTER_STRINGS",
        while_running=WITHOUT_INSTANCES,
    ),
    FleetSetting(
        option="session_script_s3_location",
        parameter="SessionScriptS3Location",
        current=_member("session_script_s3_location", {}),
        merge=unless_covered,
        to_request=desired_in_camel_case,
        empty={},
        attribute="SESSION_SCRIPT_S3_LOCATION",
        types=WITHOUT_INSTANCES,
        while_running=WITHOUT_INSTANCES,
    ),
    FleetSetting(
        option="root_volume_size",
        parameter="RootVolumeConfig",
        current=lambda fleet: (fleet.get("root_volume_config") or {}).get("volume_size_in_gb", DEFAULT_VOLUME_GB),
        comparable=lambda size: size or DEFAULT_VOLUME_GB,
        to_request=lambda change: {"VolumeSizeInGb": change.desired},
        empty="",
        attribute="VOLUME_CONFIGURATION",
    ),
    FleetSetting(option="disable_imdsv1", parameter="DisableIMDSV1", current=_member("disable_imdsv1")),
)
_BY_OPTION: Mapping[str, FleetSetting] = {setting.option: setting for setting in SETTINGS}


def changes_of(fleet: Resource, desired: Options) -> dict[str, Change]:
    """Return the settings a fleet doesn't have as desired.

    The service reports the sessions of a multi-session fleet as they were asked for (acceptance tests). Should it ever
    report those of whole instances, as the model says ("running or pending"), that is no difference.
    """
    found = engine.changes(SETTINGS, fleet, desired)
    if CAPACITY in found and _is_rounded_up(fleet, desired):
        del found[CAPACITY]
    return found


def _is_rounded_up(fleet: Resource, desired: Options) -> bool:
    """Say whether the sessions a multi-session fleet reports are those of the instances the desired ones need."""
    sessions = desired[CAPACITY].get("desired_sessions")
    slots = desired.get("max_sessions_per_instance") or fleet.get("max_sessions_per_instance")
    reported = (fleet.get("compute_capacity_status") or {}).get("desired_user_sessions")
    return bool(sessions and slots and reported == math.ceil(sessions / slots) * slots)


def not_known_to_have(fleet: Resource, desired: Options, found: Mapping[str, Change]) -> dict[str, Any]:
    """Return the desired settings that a fleet does not have for certain: those that differ, and unreported ones."""
    return {
        option: value
        for option, value in desired.items()
        if option in found or _BY_OPTION[option].current(fleet) is None
    }


def fixed_while_running(fleet: Resource, found: Mapping[str, Change]) -> dict[str, Change]:
    """Return those of the changes that can be made only while the fleet is STOPPED."""
    fleet_type = str(fleet.get("fleet_type"))
    return {option: change for option, change in found.items() if _is_fixed(_BY_OPTION[option], change, fleet_type)}


def _is_fixed(setting: FleetSetting, change: Change, fleet_type: str) -> bool:
    is_more = setting.only_adjusted and (is_empty(change.current) or is_empty(change.after))
    return fleet_type not in setting.while_running or is_more


def update_request(fleet: Resource, found: Mapping[str, Change]) -> dict[str, Any]:
    """Return the parameters of UpdateFleet, without the name, that make the changes."""
    return engine.update_request(SETTINGS, _with_whole_network(fleet, found))


def _with_whole_network(fleet: Resource, found: Mapping[str, Change]) -> dict[str, Change]:
    """Add what stays of VpcConfig, because it is unproven [vpc_config_member_stays] that a member left out does; groups
    go with the subnets."""
    network = {option: found[option].after for option in NETWORK_OPTIONS if option in found}
    if network.get(SUBNETS) == []:
        return {option: change for option, change in found.items() if option != GROUPS}
    if not any(network.values()):
        return dict(found)
    current = {option: _BY_OPTION[option].current(fleet) for option in NETWORK_OPTIONS if option not in found}
    return {**found, **{option: Change(ids, ids, ids) for option, ids in current.items() if ids}}
