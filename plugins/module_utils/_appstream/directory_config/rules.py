# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on the settings of directory configs, checked before anything is called.

Every function returns a list of problems, empty when there are none. Sources: botocore's service model of appstream
(patterns and lengths), the AppStream administration guide ("Create a Directory Config Object"; the account's form is
the console's rule), Microsoft's "Naming conventions in Active Directory".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..core.domains import LABEL, domain_name_problems
from ..core.validation import (
    ARN,
    UNESCAPED_COMMA,
    organizational_unit_problems,
    organizational_unit_warnings,
    pattern_problems,
)

# The characters sAMAccountName can't have are left out.
ACCOUNT = r"[^\s\"/\\\[\]:;|=,+*?<>@](?:[^\"/\\\[\]:;|=,+*?<>@]*[^\s\"/\\\[\]:;|=,+*?<>@])?"
DOWN_LEVEL_ACCOUNT = re.compile(rf"[^\\/:*?\"<>|\s@]+\\{ACCOUNT}\Z")
PRINCIPAL_ACCOUNT = re.compile(rf"{ACCOUNT}@(?:{LABEL}\.)*{LABEL}\Z")

ACCOUNT_PASSWORD_LENGTH = 127


def domain_of(distinguished_name: str) -> str:
    """Return the domain a distinguished name lies in: its DC parts joined by dots, in lower case."""
    parts = (part.partition("=") for part in UNESCAPED_COMMA.split(distinguished_name))
    return ".".join(value.strip().lower() for key, _equals, value in parts if key.strip().upper() == "DC")


def _unit_problems(directory_name: str, unit: str) -> list[str]:
    problems = organizational_unit_problems(unit) if unit else ["organizational_units has an empty name"]
    if problems or domain_of(unit) == directory_name.lower():
        return problems
    return [f"organizational_unit {unit!r} is in domain {domain_of(unit)}, not in {directory_name}"]


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
    """Return what may go wrong with the names of organizational units."""
    return [warning for unit in units or [] for warning in organizational_unit_warnings(unit)]
