# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on names of domains, organizational units and accounts, checked before anything is called.

Every function returns a list of problems, empty when there are none. Sources: botocore's service models of appstream
and ds (patterns and lengths), the AppStream administration guide ("Create a Directory Config Object"; the account's
form is the console's rule), the Directory Service administration guide (directory passwords), Microsoft's "Naming
conventions in Active Directory".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..core.validation import (
    ARN,
    SUBNET_ID,
    UNESCAPED_COMMA,
    organizational_unit_problems,
    organizational_unit_warnings,
    pattern_problems,
    tag_problems,
)

LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN_NAME = re.compile(rf"(?:{LABEL}\.)+{LABEL}\Z")
# The characters sAMAccountName can't have are left out.
ACCOUNT = r"[^\s\"/\\\[\]:;|=,+*?<>@](?:[^\"/\\\[\]:;|=,+*?<>@]*[^\s\"/\\\[\]:;|=,+*?<>@])?"
# The API lets dots pass, Active Directory doesn't since Windows 2000.
NETBIOS_NAME = re.compile(r"[^\\/:*?\"<>|.\s]+\Z")
DOWN_LEVEL_ACCOUNT = re.compile(rf"[^\\/:*?\"<>|\s@]+\\{ACCOUNT}\Z")
PRINCIPAL_ACCOUNT = re.compile(rf"{ACCOUNT}@(?:{LABEL}\.)*{LABEL}\Z")
VPC_ID = re.compile(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})\Z")
DESCRIPTION = re.compile(r"[a-zA-Z0-9_][\\a-zA-Z0-9_@#%*+=:?./!\s-]{0,127}\Z")

DOMAIN_NAME_LENGTH = 255
ACCOUNT_PASSWORD_LENGTH = 127
NETBIOS_NAME_LENGTH = 15
DIRECTORY_PASSWORD_LENGTHS = (8, 64)
CHARACTER_KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9\s]")
SUBNETS_OF_A_DIRECTORY = 2


def domain_name_problems(option: str, name: str) -> list[str]:
    """Check a domain's fully qualified name."""
    if DOMAIN_NAME.match(name) and len(name) <= DOMAIN_NAME_LENGTH:
        return []
    return [f"{option} {name!r} is not a fully qualified domain name such as corp.example.com"]


def domain_of(distinguished_name: str) -> str:
    """Return the domain a distinguished name lies in: its DC parts joined by dots, in lower case."""
    parts = (part.partition("=") for part in UNESCAPED_COMMA.split(distinguished_name))
    return ".".join(value.strip().lower() for key, _equals, value in parts if key.strip().upper() == "DC")


def _unit_problems(directory_name: str, unit: str) -> list[str]:
    problems = organizational_unit_problems(unit) if unit else ["organizational_units has an empty name"]
    if problems or domain_of(unit) == directory_name.lower():
        return problems
    told = domain_of(unit)
    return [f"organizational_unit {unit!r} is in domain {told}, not in {directory_name}"]


def account_name_problems(name: str | None) -> list[str]:
    r"""Check a service account's name: ``DOMAIN\user`` or ``user@domain``."""
    if name is None or DOWN_LEVEL_ACCOUNT.match(name) or PRINCIPAL_ACCOUNT.match(name):
        return []
    return [rf"account_name {name!r} is not of the form DOMAIN\user (or user@corp.example.com)"]


def _account_password_problems(password: str | None) -> list[str]:
    if password is None or 1 <= len(password) <= ACCOUNT_PASSWORD_LENGTH:
        return []
    return [f"account_password has {len(password)} characters, the service takes 1 to {ACCOUNT_PASSWORD_LENGTH}"]


def directory_config_problems(options: Mapping[str, Any]) -> list[str]:
    """Check the options of ``directory_config`` that the argument spec cannot check, and that are not ignored."""
    name = options["directory_name"]
    problems = domain_name_problems("directory_name", name)
    if problems or options.get("state") == "absent":
        return problems
    units = options.get("organizational_units")
    if units == [] and options.get("purge_organizational_units"):
        problems.append("organizational_units is empty, a directory config has at least one")
    for unit in units or []:
        problems += _unit_problems(name, unit)
    certificates = options.get("certificate_based_auth") or {}
    return [
        *problems,
        *account_name_problems(options.get("account_name")),
        *_account_password_problems(options.get("account_password")),
        *pattern_problems(
            "certificate_authority_arn",
            certificates.get("certificate_authority_arn"),
            ARN,
            "arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID",
        ),
    ]


def organizational_units_warnings(units: Iterable[str] | None) -> list[str]:
    """Tell what may go wrong with the names of organizational units."""
    return [warning for unit in units or [] for warning in organizational_unit_warnings(unit)]


def _netbios_name_problems(name: str | None) -> list[str]:
    if name is None or (NETBIOS_NAME.match(name) and len(name) <= NETBIOS_NAME_LENGTH):
        return []
    return [f"short_name {name!r} is not a NetBIOS name such as CORP, of at most {NETBIOS_NAME_LENGTH} characters"]


def directory_password_problems(password: str | None) -> list[str]:
    """Check the password of a directory's account Admin, without telling any of it."""
    if password is None:
        return []
    shortest, longest = DIRECTORY_PASSWORD_LENGTHS
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


def _directory_subnets_problems(subnets: list[str] | None) -> list[str]:
    if subnets is None:
        return []
    problems = []
    for subnet in subnets:
        problems += pattern_problems("subnet_ids", subnet, SUBNET_ID, "subnet-0123456789abcdef0")
    if len(set(subnets)) != SUBNETS_OF_A_DIRECTORY or len(subnets) != SUBNETS_OF_A_DIRECTORY:
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
        *directory_password_problems(options.get("password")),
        *pattern_problems(
            "description", options.get("description"), DESCRIPTION, "a letter or digit and up to 127 more characters"
        ),
        *_directory_subnets_problems(options.get("subnet_ids")),
        *tag_problems(options.get("tags")),
    ]
