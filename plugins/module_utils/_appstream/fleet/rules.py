# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules AppStream puts on fleets, checked before anything is called.

Every function returns a list of problems, empty when there are none. Source: the API reference (CreateFleet,
ComputeCapacity, S3Location; its documentation has the ranges, the shapes do not).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ..core.settings import is_empty
from ..core.validation import (
    ARN,
    DESCRIPTION_LENGTH,
    DISPLAY_NAME_LENGTH,
    MOST_SECURITY_GROUPS,
    NAME,
    ROLE_ARN,
    ROOT_VOLUME_SIZES,
    SECURITY_GROUP_ID,
    SUBNET_ID,
    length_problems,
    organizational_unit_problems,
    pattern_problems,
    tag_problems,
)
from .settings import ELASTIC, FLEET_TYPES, SETTINGS

# What CreateFleet needs for an elastic fleet and for others, beside an instance type.
REQUIRED: Mapping[bool, tuple[str, ...]] = {
    True: ("platform", "max_concurrent_sessions", "subnet_ids"),
    False: ("compute_capacity",),
}
# By option: the smallest and the largest value, and one more that has a meaning of its own.
RANGES: Mapping[str, tuple[int, int | None, int | None]] = {
    "max_user_duration": (600, 432000, None),
    "disconnect_timeout": (60, 36000, None),
    "idle_disconnect_timeout": (60, 36000, 0),
    "root_volume_size": (*ROOT_VOLUME_SIZES, None),
    "max_concurrent_sessions": (1, None, None),
    # Administration guide, "Multi-session recommendations".
    "max_sessions_per_instance": (2, 50, None),
}
# The model's pattern of UsbDeviceFilterString, \w and \d being those of ASCII there.
USB_FILTER = re.compile(
    r"(\w*)\s*(\w*)\s*,\s*(\w*)\s*,\s*\*?(\w*)\s*,\s*\*?(\w*)\s*,\s*\*?\d*\s*,\s*\*?\d*\s*,\s*[01]\s*,\s*[01]\s*\Z",
    re.ASCII,
)
USB_FILTER_LENGTH = 100
BUCKET = re.compile(r"[0-9a-z.-]{3,63}(?<!\.)\Z")
KEY_LENGTH = 1024
FEWEST_ELASTIC_SUBNETS = 2


def fleet_name_problems(name: str) -> list[str]:
    """Check a fleet's name: 1 to 101 characters (API: Name)."""
    if NAME.match(name):
        return []
    return [
        f"fleet name {name!r} is not legal: it must start with a letter or digit and have at most 101 letters, digits, "
        "dots, dashes and underscores"
    ]


def fleet_problems(options: Mapping[str, Any]) -> list[str]:
    """Check the options of module ``fleet`` that the argument spec cannot check, and that are not ignored."""
    if options.get("state") == "absent":
        return fleet_name_problems(options["name"])
    domain = options.get("domain") or {}
    fleet_type = options.get("fleet_type")
    return [
        *fleet_name_problems(options["name"]),
        *pattern_problems("image_name", options.get("image_name"), NAME, "the name of an image"),
        *pattern_problems("image_arn", options.get("image_arn"), ARN, "arn:aws:appstream:REGION:ACCOUNT:image/NAME"),
        *length_problems("display_name", options.get("display_name"), DISPLAY_NAME_LENGTH),
        *length_problems("description", options.get("description"), DESCRIPTION_LENGTH),
        *pattern_problems("iam_role_arn", options.get("iam_role_arn"), ROLE_ARN, "arn:aws:iam::ACCOUNT:role/NAME"),
        *capacity_problems(options.get("compute_capacity")),
        *_network_problems(options.get("subnet_ids"), options.get("security_group_ids")),
        *organizational_unit_problems(domain.get("organizational_unit")),
        *_range_problems(options),
        *_usb_filter_problems(options.get("usb_device_filter_strings")),
        *_script_problems(options.get("session_script_s3_location")),
        *_empty_problems(options),
        *(type_problems(fleet_type, options) if fleet_type else []),
        *tag_problems(options.get("tags")),
    ]


def capacity_problems(capacity: Mapping[str, Any] | None) -> list[str]:
    """Check that exactly one number is desired, and that it is none below zero."""
    if capacity is None:
        return []
    given = {key: value for key, value in capacity.items() if value is not None}
    if len(given) != 1:
        return ["compute_capacity must have exactly one of desired_instances and desired_sessions"]
    return [f"{key} {value} is less than 0" for key, value in given.items() if value < 0]


def type_problems(fleet_type: str, options: Mapping[str, Any]) -> list[str]:
    """Check that a fleet of this type can have what the options ask for; empty values ask for nothing.

    What a type can have that is not known here is the service's to judge.
    """
    others = [setting.option for setting in SETTINGS if fleet_type in FLEET_TYPES and fleet_type not in setting.types]
    problems = [f"{option} is not for {fleet_type} fleets" for option in others if _asks(options.get(option))]
    subnets = options.get("subnet_ids")
    if fleet_type == ELASTIC and subnets is not None and len(set(subnets)) < FEWEST_ELASTIC_SUBNETS:
        problems.append("an ELASTIC fleet needs two or more subnet_ids, in different Availability Zones")
    return problems


def missing_options(fleet_type: str | None, given: Collection[str]) -> list[str]:
    """Return what has to be set to create a fleet and is not among the options that are given."""
    is_elastic = fleet_type == ELASTIC
    needed = ["instance_type", *REQUIRED[is_elastic]]
    missing = [option for option in needed if option not in given]
    if not is_elastic and not {"image_name", "image_arn"} & set(given):
        missing.append("image_name or image_arn")
    if "security_group_ids" in given and "subnet_ids" not in given and not is_elastic:
        missing.append("subnet_ids")
    return missing


def _asks(value: Any) -> bool:
    if isinstance(value, dict):
        return any(part is not None for part in value.values())
    return value is not None and not is_empty(value)


def _network_problems(subnet_ids: Sequence[str] | None, security_group_ids: Sequence[str] | None) -> list[str]:
    groups = security_group_ids or []
    problems = []
    for subnet in subnet_ids or []:
        problems += pattern_problems("subnet_ids", subnet, SUBNET_ID, "subnet-0123456789abcdef0")
    for group in groups:
        problems += pattern_problems("security_group_ids", group, SECURITY_GROUP_ID, "sg-0123456789abcdef0")
    if len(groups) > MOST_SECURITY_GROUPS:
        problems.append(f"{len(groups)} security groups are too many, the service takes at most {MOST_SECURITY_GROUPS}")
    if groups and subnet_ids is not None and not subnet_ids:
        problems.append("security_group_ids need subnet_ids")
    return problems


def _range_problems(options: Mapping[str, Any]) -> list[str]:
    problems = []
    for option, (smallest, largest, besides) in RANGES.items():
        value = options.get(option)
        if value is None or value == besides or (value >= smallest and (largest is None or value <= largest)):
            continue
        limits = f"between {smallest} and {largest}" if largest else f"{smallest} or more"
        problems.append(f"{option} {value} is not {limits}{'' if besides is None else f', nor {besides}'}")
    return problems


def _usb_filter_problems(filters: Sequence[str] | None) -> list[str]:
    problems = []
    for one in filters or []:
        problems += length_problems("usb_device_filter_strings", one, USB_FILTER_LENGTH)
        if not USB_FILTER.match(one):
            problems.append(
                f"usb_device_filter_strings {one!r} is not of the form 'Mouse,3,1,2,1133,49271,1,0' (name, base class, "
                "subclass, protocol, vendor id, product id, and two times 0 or 1)"
            )
    return problems


def _script_problems(location: Mapping[str, Any] | None) -> list[str]:
    location = location or {}
    bucket, key = location.get("s3_bucket"), location.get("s3_key")
    problems = pattern_problems("s3_bucket", bucket, BUCKET, "my-bucket")
    if key is not None and not 1 <= len(key) <= KEY_LENGTH:
        problems.append(f"s3_key has {len(key)} characters, the service takes 1 to {KEY_LENGTH}")
    return problems


def _empty_problems(options: Mapping[str, Any]) -> list[str]:
    """Some options have no value that stands for nothing."""
    needed = ("image_name", "image_arn", "instance_type")
    return [f"{option} must not be empty" for option in needed if options.get(option) == ""]
