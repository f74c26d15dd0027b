# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tells environment variables that hold AWS credentials.

"Setting AWS CLI credentials as system environment variables might prevent AppStream 2.0 from creating the image"
(administration guide, "Persist Environment Variables").

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

CREDENTIAL_VARIABLES = frozenset(
    {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"}
)
"""Variables the AWS CLI takes credentials from; the last is the former name of the session token."""

_ACCESS_KEY_ID = re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])")
"""Long-term and temporary access key ids (IAM user guide, "Unique identifiers")."""


def credential_problems(variables: Mapping[str, Any]) -> list[str]:
    """Sentences about the variables that hold AWS credentials, in order. No value is part of them.

    A variable with an empty value or None holds nothing.
    """
    problems = []
    for name, value in variables.items():
        if value in (None, ""):
            continue
        if str(name).upper() in CREDENTIAL_VARIABLES:
            problems.append(f"environment variable {name} holds AWS credentials")
        elif _ACCESS_KEY_ID.search(str(value)):
            problems.append(f"environment variable {name} holds what looks like an AWS access key id")
    return problems
