# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Is what CreateFleet and UpdateFleet ask for there and fitting? Each check raises the service's error.

Sources: the documentation of CreateFleet, UpdateFleet and ComputeCapacity in the service model; developer guide,
"Update a Fleet" (an image of another operating system only while STOPPED; an instance type of another family only for
unified graphics images), "Create a Fleet" and "Base Image and Managed Image Update Release Notes" (multi-session
fleets: 2 to 50 sessions per instance, and what they want of an image).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timezone
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from appstream_simulator.assumptions import answer
from appstream_simulator.aws import agent_versions, image_access, network, placement
from appstream_simulator.aws.fleet import Fleet
from appstream_simulator.aws.fleet_states import must_be_stopped
from appstream_simulator.aws.image import Image
from appstream_simulator.aws.instance_types import instance_family, is_graphics
from appstream_simulator.aws.unproven import refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]

# Not among a fleet's settings.
_APART = frozenset({"Name", "Tags", "ImageName", "ImageArn", "AttributesToDelete", "DeleteVpcConfig"})
ELASTIC_PLATFORMS = frozenset({"WINDOWS_SERVER_2019", "AMAZON_LINUX2", "UBUNTU_PRO_2404"})
_FORBIDDEN: Mapping[bool, frozenset[str]] = MappingProxyType(
    {
        True: frozenset({"ComputeCapacity", "DomainJoinInfo", "ImageName", "ImageArn", "MaxSessionsPerInstance"}),
        False: frozenset({"MaxConcurrentSessions", "SessionScriptS3Location"}),
    }
)
_REQUIRED: Mapping[bool, frozenset[str]] = MappingProxyType(
    {True: frozenset({"Platform", "MaxConcurrentSessions", "VpcConfig"}), False: frozenset({"ComputeCapacity"})}
)
_RANGES: Mapping[str, tuple[range, ...]] = MappingProxyType(
    {
        "MaxUserDurationInSeconds": (range(600, 432001),),
        "DisconnectTimeoutInSeconds": (range(60, 36001),),
        "IdleDisconnectTimeoutInSeconds": (range(1), range(60, 36001)),
        "MaxSessionsPerInstance": (range(2, 51),),
    }
)
_MULTI_SESSION_PLATFORMS = frozenset({"WINDOWS_SERVER_2019", "WINDOWS_SERVER_2022", "WINDOWS_SERVER_2025"})
_MULTI_SESSION_AGENT_SINCE = date(2023, 9, 6)
_MULTI_SESSION_BASE_IMAGES_SINCE = datetime(2023, 6, 12, tzinfo=timezone.utc)
# AttributesToDelete: the member each is about.
ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        "VPC_CONFIGURATION": "VpcConfig",
        "VPC_CONFIGURATION_SECURITY_GROUP_IDS": "VpcConfig",
        "DOMAIN_JOIN_INFO": "DomainJoinInfo",
        "IAM_ROLE_ARN": "IamRoleArn",
        "USB_DEVICE_FILTER_STRINGS": "UsbDeviceFilterStrings",
        "SESSION_SCRIPT_S3_LOCATION": "SessionScriptS3Location",
        "MAX_SESSIONS_PER_INSTANCE": "MaxSessionsPerInstance",
        "VOLUME_CONFIGURATION": "RootVolumeConfig",
    }
)


def created(backend: AppStreamBackend, request: Request) -> tuple[dict[str, Any], Image | None]:
    """The settings and the image of a fleet to be."""
    image = None
    if request.get("FleetType") != "ELASTIC":
        image = image_access.find(backend, request.get("ImageName"), request.get("ImageArn"), "fleet")
    settings = _settings(request)
    check(backend, settings, image, request)
    return settings, image


def updated(backend: AppStreamBackend, fleet: Fleet, request: Request) -> tuple[dict[str, Any], Image | None]:
    """The settings and the image after an update. Members not given stay, and so do those of VpcConfig (unproven
    [vpc_config_member_stays])."""
    image = fleet.image
    if "ImageName" in request or "ImageArn" in request:
        image = image_access.find(backend, request.get("ImageName"), request.get("ImageArn"), "fleet")
        _check_operating_system(fleet, image)
    given = _settings(request)
    if image is not None and "InstanceType" in given:
        _check_family(fleet.settings["InstanceType"], given["InstanceType"], image)
    settings = _without(fleet.settings, _attributes(request), given)
    if "VpcConfig" in given and answer("vpc_config_member_stays"):
        given["VpcConfig"] = {**settings.get("VpcConfig", {}), **given["VpcConfig"]}
    settings = {**settings, **given}
    check(backend, settings, image, request)
    return settings, image


def check(backend: AppStreamBackend, settings: dict[str, Any], image: Image | None, request: Request) -> None:
    """Everything that can be wrong with the settings a fleet is to have, in the order a reader would look at it."""
    is_elastic = settings.get("FleetType") == "ELASTIC"
    kind = "an Elastic fleet" if is_elastic else "an Always-On or On-Demand fleet"
    forbidden = sorted((set(settings) | set(request)) & _FORBIDDEN[is_elastic])
    if forbidden:
        raise refusal("member of another fleet type", f"{', '.join(forbidden)} is not allowed for {kind}.")
    missing = sorted(_REQUIRED[is_elastic] - set(settings))
    if missing:
        raise refusal("member missing for the fleet type", f"{', '.join(missing)} is required for {kind}.")
    if not is_elastic:
        _check_capacity(settings)
    _check_ranges(settings)
    _check_machine(settings, image)
    _check_vpc(backend, settings)
    placement.check_role(backend, settings.get("IamRoleArn"))
    placement.check_domain(backend, settings.get("DomainJoinInfo"))


def _settings(request: Request) -> dict[str, Any]:
    return {member: value for member, value in request.items() if member not in _APART}


def _attributes(request: Request) -> set[str]:
    legacy = {"VPC_CONFIGURATION"} if request.get("DeleteVpcConfig") else set()
    return {*request.get("AttributesToDelete", []), *legacy}


def _without(settings: Request, attributes: set[str], given: Request) -> dict[str, Any]:
    """The settings without what AttributesToDelete names."""
    left = dict(settings)
    for attribute in attributes:
        member = ATTRIBUTES[attribute]
        groups_alone = attribute == "VPC_CONFIGURATION_SECURITY_GROUP_IDS"
        if member in given and not (groups_alone and "SecurityGroupIds" not in given[member]):
            raise refusal(
                "fleet attribute both updated and deleted", f"{member} cannot be updated and deleted at once."
            )
        if groups_alone and member in left:
            left[member] = {"SubnetIds": left[member]["SubnetIds"]}
        elif not groups_alone:
            left.pop(member, None)
    return left


def _check_operating_system(fleet: Fleet, image: Image) -> None:
    if fleet.state == "RUNNING" and fleet.image is not None and image.platform != fleet.image.platform:
        raise refusal("image of another operating system on a running fleet", must_be_stopped(fleet.name))


def _check_family(former: str, wanted: str, image: Image) -> None:
    """Among types that AppStream has: whether the image is one for the wanted type is checked elsewhere."""
    families = [instance_family(former), instance_family(wanted)]
    if None in families or families[0] == families[1]:
        return
    if all(family is not None and is_graphics(family) for family in families) and len(image.families) > 1:
        return
    message = f"The instance type {wanted} is of another instance family than {former}."
    raise refusal("instance type of another family", message)


def _check_capacity(settings: Request) -> None:
    capacity = settings["ComputeCapacity"]
    member = "DesiredSessions" if "MaxSessionsPerInstance" in settings else "DesiredInstances"
    if set(capacity) != {member}:
        kind = "multi-session" if member == "DesiredSessions" else "single-session"
        raise refusal("wrong kind of compute capacity", f"ComputeCapacity of a {kind} fleet needs {member} alone.")
    if capacity[member] < 0:
        raise refusal("fleet number out of range", "Capacity must not be negative.")


def _check_ranges(settings: Request) -> None:
    for member, ranges in _RANGES.items():
        if member in settings and not any(settings[member] in one for one in ranges):
            raise refusal("fleet number out of range", f"{member} must not be {settings[member]}.")
    if settings.get("MaxConcurrentSessions", 1) < 1:
        raise refusal("fleet number out of range", "MaxConcurrentSessions must be positive.")


def _check_machine(settings: Request, image: Image | None) -> None:
    if image is None:
        if settings["Platform"] not in ELASTIC_PLATFORMS:
            message = f"The platform {settings['Platform']} is not supported for an Elastic fleet."
            raise refusal("platform of another fleet type", message)
        if not settings["InstanceType"].startswith("stream.standard."):
            message = f"The instance type {settings['InstanceType']} is not supported for an Elastic fleet."
            raise refusal("unknown instance type", message)
        return
    if settings.get("Platform", image.platform) != image.platform:
        raise refusal("platform of another fleet type", f"The image {image.name} is of the platform {image.platform}.")
    placement.check_instance_type(settings["InstanceType"], image)
    if "MaxSessionsPerInstance" in settings:
        _check_multi_session(image)
    placement.check_root_volume(settings, image)
    placement.check_imds(settings, image)


def _check_multi_session(image: Image) -> None:
    released = image.attributes.get("PublicBaseImageReleasedDate", _MULTI_SESSION_BASE_IMAGES_SINCE)
    if (
        image.platform not in _MULTI_SESSION_PLATFORMS
        or agent_versions.release_date(image.agent_version) < _MULTI_SESSION_AGENT_SINCE
        or released < _MULTI_SESSION_BASE_IMAGES_SINCE
    ):
        message = f"The image {image.name} does not support multi-session fleets."
        raise refusal("image without multi-session support", message)


def _check_vpc(backend: AppStreamBackend, settings: Request) -> None:
    config = settings.get("VpcConfig")
    if config is None:
        return
    account, region = backend.account_id, backend.region_name
    subnets: dict[str, Any] = {name: network.find_subnet(account, region, name) for name in config.get("SubnetIds", [])}
    if not subnets:
        raise refusal("fleet without subnets in its VPC", "VpcConfig needs at least one subnet.")
    for name, subnet in subnets.items():
        if subnet is None:
            raise refusal("subnet not found", f"The subnet ID '{name}' does not exist.")
    vpcs = {subnet.vpc_id for subnet in subnets.values()}
    if len(vpcs) > 1:
        raise refusal("subnets of several VPCs", "The subnets of a fleet must be of one VPC.")
    zones = {subnet.availability_zone for subnet in subnets.values()}
    if settings.get("FleetType") == "ELASTIC" and len(zones) < 2:
        message = "An Elastic fleet needs at least two subnets in different Availability Zones."
        raise refusal("elastic fleet in one Availability Zone", message)
    for name in config.get("SecurityGroupIds", []):
        group = network.find_security_group(account, region, name)
        if group is None:
            raise refusal("security group not found", f"The security group '{name}' does not exist.")
        if group.vpc_id not in vpcs:
            raise refusal("security group of another VPC", f"The security group '{name}' is of another VPC.")
