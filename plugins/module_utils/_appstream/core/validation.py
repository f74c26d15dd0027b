# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules AppStream puts on names and values, checked before anything is called.

botocore checks types, required members and minimum lengths only, and the service tells about a bad value late. Every
function returns a list of problems, empty when there are none. Sources: botocore's service model (patterns and
lengths), the administration guide (reserved prefixes, organizational units, quotas of a single call).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,100}\Z")
IMAGE_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}\Z")
RESERVED_PREFIXES = ("aws", "appstream", "amazon")
ARN = re.compile(
    r"arn:aws(?:-cn|-iso-b|-iso|-us-gov)?:[A-Za-z0-9][A-Za-z0-9_/.-]{0,62}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9_/.-]{0,63}:"
    r"[A-Za-z0-9][A-Za-z0-9:_/+=,@.\\-]{0,1023}\Z"
)
ROLE_ARN = re.compile(r"arn:aws(?:-cn|-iso-b|-iso|-us-gov)?:iam::\d{12}:role/\S+\Z")
SUBNET_ID = re.compile(r"subnet-([0-9a-f]{8}|[0-9a-f]{17})\Z")
SECURITY_GROUP_ID = re.compile(r"sg-([0-9a-f]{8}|[0-9a-f]{17})\Z")
ENDPOINT_ID = re.compile(r"vpce-([0-9a-f]{8}|[0-9a-f]{17})\Z")
ACCOUNT_ID = re.compile(r"[0-9]{12}\Z")
TAG_TEXT = re.compile(r"[\w\s.:/=+@-]*\Z")
UNESCAPED_COMMA = re.compile(r"(?<!\\),")
RELATIVE_NAME = re.compile(r"\s*(OU|DC)\s*=\s*\S.*\Z", re.IGNORECASE)

# The form of the names in the service model's documentation; names of another form are the service's to judge.
SOFTWARE_NAME = re.compile(r"Microsoft_[A-Za-z]+_(?P<year>\d{4})_\w+_(?P<architecture>\d\dBit)\Z")
# Which years do not go with which Windows (developer guide, "Manage License Included Applications").
SOFTWARE_NOT_FOR = {
    "2021": frozenset({"WINDOWS", "WINDOWS_SERVER_2016"}),
    "2024": frozenset({"WINDOWS", "WINDOWS_SERVER_2016", "WINDOWS_SERVER_2019"}),
}

# What instance types consist of (developer guide, "Instance types").
INSTANCE_TYPE_WORDS = ("standard", "compute", "memory", "graphics", "small", "medium", "large", "xlarge")

DISPLAY_NAME_LENGTH = 100
DESCRIPTION_LENGTH = 256
ORGANIZATIONAL_UNIT_LENGTH = 2000
MOST_TAGS = 50
MOST_SECURITY_GROUPS = 5
MOST_ACCESS_ENDPOINTS = 4
ROOT_VOLUME_SIZES = (200, 500)


def image_builder_name_problems(name: str) -> list[str]:
    """Check an image builder's name: 1 to 101 characters (API: Name)."""
    if NAME.match(name):
        return []
    return [
        f"image builder name {name!r} is not legal: it must start with a letter or digit and have at most 101 letters, "
        "digits, dots, dashes and underscores"
    ]


def image_name_problems(name: str) -> list[str]:
    """Check the name of an image to be: at most 100 characters (Image Assistant), no reserved beginning."""
    if not IMAGE_NAME.match(name):
        return [
            f"image name {name!r} is not legal: it must start with a letter or digit and have at most 100 letters, "
            "digits, dots, dashes and underscores"
        ]
    if name.lower().startswith(RESERVED_PREFIXES):
        return [f"image name {name!r} is not legal: names beginning with {', '.join(RESERVED_PREFIXES)} are reserved"]
    return []


def existing_image_name_problems(name: str) -> list[str]:
    """Check the name of an image that should be there already: 1 to 101 characters (API: Name)."""
    return [] if NAME.match(name) else [f"image name {name!r} is none an image can have"]


def length_problems(option: str, value: str | None, longest: int) -> list[str]:
    """Check that a text has at most so many characters."""
    if value is None or len(value) <= longest:
        return []
    return [f"{option} has {len(value)} characters, the service takes at most {longest}"]


def pattern_problems(option: str, value: Any, pattern: re.Pattern[str], like: str) -> list[str]:
    """Check a text, when there is one, against a pattern; ``like`` shows what it should look like.

    What stands in a list of dictionaries may be of any type.
    """
    if not value or (isinstance(value, str) and pattern.match(value)):
        return []
    return [f"{option} {value!r} is not of the form {like}"]


def account_id_problems(option: str, account: str) -> list[str]:
    """Check an AWS account's id: 12 digits. YAML reads those with a leading zero and no quotes as octal numbers."""
    if ACCOUNT_ID.match(account):
        return []
    return [
        f"{option} {account!r} is not 12 digits (write account ids in quotes: without them YAML takes one with a "
        "leading zero, such as '012345670123', for an octal number and changes it)"
    ]


def organizational_unit_problems(name: str | None) -> list[str]:
    """Check an organizational unit's distinguished name."""
    if not name:
        return []
    problems = length_problems("organizational_unit", name, ORGANIZATIONAL_UNIT_LENGTH)
    label = f"organizational_unit {name!r}"
    parts = UNESCAPED_COMMA.split(name)
    if not name.upper().startswith("OU="):
        return [*problems, f"{label} must start with OU= (the Computers container is not an organizational unit)"]
    if any(part != part.strip() for part in parts):
        problems.append(f"{label} has spaces around its commas, with which the domain join fails")
    if not all(RELATIVE_NAME.match(part) for part in parts) or not parts[-1].strip().upper().startswith("DC="):
        problems.append(f"{label} is not a distinguished name such as OU=Builders,DC=corp,DC=example,DC=com")
    return problems


def organizational_unit_warnings(name: str | None) -> list[str]:
    """Tell what may go wrong with a name: the guide forbids spaces in one place, spaces around commas in another."""
    if name and " " in name and not organizational_unit_problems(name):
        return [f"organizational_unit {name!r} contains spaces, with which the domain join may fail: use one without"]
    return []


def tag_problems(tags: Mapping[str, Any] | None) -> list[str]:
    """Check tags: at most 50, keys of 1 to 128 and values of 0 to 256 letters, digits, spaces and ``_.:/=+-@``."""
    if not tags:
        return []
    problems = (
        [f"{len(tags)} tags are too many, the service takes at most {MOST_TAGS}"] if len(tags) > MOST_TAGS else []
    )
    for key, value in tags.items():
        text = str(value)
        if not 1 <= len(key) <= 128 or not TAG_TEXT.match(key):
            problems.append(f"tag key {key!r} is not legal: 1 to 128 letters, digits, spaces and _.:/=+-@")
        if key.lower().startswith("aws:"):
            problems.append(f"tag key {key!r} is not legal: keys beginning with aws: are reserved")
        if len(text) > 256 or not TAG_TEXT.match(text):
            problems.append(f"the value of tag {key!r} is not legal: at most 256 letters, digits, spaces and _.:/=+-@")
    return problems


def network_problems(subnet_id: str | None, security_group_ids: Sequence[str] | None) -> list[str]:
    """Check the form of a subnet's and of security groups' ids, and the number of the latter."""
    groups = security_group_ids or []
    problems = pattern_problems("subnet_id", subnet_id, SUBNET_ID, "subnet-0123456789abcdef0")
    for group in groups:
        problems += pattern_problems("security_group_ids", group, SECURITY_GROUP_ID, "sg-0123456789abcdef0")
    if len(groups) > MOST_SECURITY_GROUPS:
        problems.append(f"{len(groups)} security groups are too many, the service takes at most {MOST_SECURITY_GROUPS}")
    if groups and not subnet_id:
        problems.append("security_group_ids need a subnet_id")
    return problems


def access_endpoint_problems(endpoints: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """Check the number of streaming endpoints and the form of their ids."""
    endpoints = endpoints or []
    problems = []
    if len(endpoints) > MOST_ACCESS_ENDPOINTS:
        problems.append(
            f"{len(endpoints)} access_endpoints are too many, the service takes at most {MOST_ACCESS_ENDPOINTS}"
        )
    for endpoint in endpoints:
        problems += pattern_problems("vpce_id", endpoint.get("vpce_id"), ENDPOINT_ID, "vpce-0123456789abcdef0")
    return problems


def instance_type_problems(instance_type: str | None) -> list[str]:
    """Check for a misspelt instance type. A family or size that is like no known one may be newer than this list."""
    if not instance_type or not instance_type.startswith("stream."):
        return []
    parts = instance_type.split(".")
    corrected = [_corrected(part, INSTANCE_TYPE_WORDS) for part in parts[1:]]
    if corrected == parts[1:]:
        return []
    return [f"instance_type {instance_type!r} is of no known family; did you mean stream.{'.'.join(corrected)}?"]


def _corrected(word: str, known: Sequence[str]) -> str:
    # Words with digits are generations and sizes, of which there may always be another one.
    if word in known or re.search(r"[\d-]", word):
        return word
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.75)), word)


def software_problems(option: str, names: Collection[str], platform: str | None = None) -> list[str]:
    """Check licence-included software that is to be together on an image builder, and on a platform if it is known.

    All must be of one year and one architecture. Names of a form not known are left to the service.
    """
    found = {name: matched for name, matched in ((name, SOFTWARE_NAME.match(name)) for name in names) if matched}
    problems = [f"{option} has an empty name"] if "" in names else []
    for part, label in (("year", "years"), ("architecture", "architectures")):
        kinds = sorted({matched.group(part) for matched in found.values()})
        if len(kinds) > 1:
            problems.append(
                f"{option} mixes the {label} {' and '.join(kinds)}, which cannot be together on an image builder: "
                f"{', '.join(found)}"
            )
    unfit = [name for name, matched in found.items() if platform in SOFTWARE_NOT_FOR.get(matched.group("year"), ())]
    return problems + [f"{name} cannot be installed on {platform}" for name in unfit]
