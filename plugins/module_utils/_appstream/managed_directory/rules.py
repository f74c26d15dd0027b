# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on the settings of directories, checked before anything is called.

Every function returns a list of problems, empty when there are none. Sources: botocore's service model of ds (patterns
and lengths), the Directory Service administration guide (passwords), Microsoft's "Naming conventions in Active
Directory".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..core.domains import domain_name_problems
from ..core.validation import SUBNET_ID, pattern_problems, tag_problems

# The API lets dots pass, Active Directory doesn't since Windows 2000.
NETBIOS_NAME = re.compile(r"[^\\/:*?\"<>|.\s]+\Z")
VPC_ID = re.compile(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})\Z")
DESCRIPTION = re.compile(r"[a-zA-Z0-9_][\\a-zA-Z0-9_@#%*+=:?./!\s-]{0,127}\Z")

NETBIOS_NAME_LENGTH = 15
PASSWORD_LENGTHS = (8, 64)
CHARACTER_KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9\s]")
SUBNETS = 2


def _netbios_name_problems(name: str | None) -> list[str]:
    if name is None or (NETBIOS_NAME.match(name) and len(name) <= NETBIOS_NAME_LENGTH):
        return []
    return [f"short_name {name!r} is not a NetBIOS name such as CORP, of at most {NETBIOS_NAME_LENGTH} characters"]


def password_problems(password: str | None) -> list[str]:
    """Check the password of a directory's account Admin; nothing of it is in the problems."""
    if password is None:
        return []
    shortest, longest = PASSWORD_LENGTHS
    problems = []
    if not shortest <= len(password) <= longest:
        problems.append(f"password has {len(password)} characters, the service takes {shortest} to {longest}")
    if sum(1 for kind in CHARACTER_KINDS if re.search(kind, password)) < 3:
        problems.append(
            "password needs characters of three of the four kinds: lower case, upper case, digits and others"
        )
    if "admin" in password.lower():
        problems.append("password must not contain the word admin")
    return problems


def _subnets_problems(subnets: list[str] | None) -> list[str]:
    if subnets is None:
        return []
    problems = []
    for subnet in subnets:
        problems += pattern_problems("subnet_ids", subnet, SUBNET_ID, "subnet-0123456789abcdef0")
    if len(set(subnets)) != SUBNETS or len(subnets) != SUBNETS:
        problems.append("subnet_ids must name exactly two subnets, in different Availability Zones")
    return problems


def managed_directory_problems(options: Mapping[str, Any]) -> list[str]:
    """Check the options of ``managed_directory`` that the argument spec cannot check, and that are not ignored."""
    problems = [
        *domain_name_problems("name", options["name"]),
        *pattern_problems("vpc_id", options.get("vpc_id"), VPC_ID, "vpc-0123456789abcdef0"),
    ]
    if options.get("state") == "absent":
        return problems
    return [
        *problems,
        *_netbios_name_problems(options.get("short_name")),
        *password_problems(options.get("password")),
        *pattern_problems(
            "description", options.get("description"), DESCRIPTION, "a letter or digit and up to 127 more characters"
        ),
        *_subnets_problems(options.get("subnet_ids")),
        *tag_problems(options.get("tags")),
    ]
