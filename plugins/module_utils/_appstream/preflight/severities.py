# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The checks of a preflight by name, and how serious each finding is. The one place where they are named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ERROR = "error"
WARNING = "warning"
OFF = "off"
SEVERITIES = (ERROR, WARNING, OFF)

CHECKS: Mapping[str, str] = {
    "names": ERROR,
    "base_image": ERROR,
    "platform": ERROR,
    "catalog": ERROR,
    "image": ERROR,
    "image_builder": ERROR,
    "build_lock": ERROR,
    "quotas": ERROR,
    "network": ERROR,
    "internet_route": ERROR,
    "vpc_endpoints": ERROR,
    "directory_config": ERROR,
    "iam_role": ERROR,
    "permissions": ERROR,
    "sources": ERROR,
    "credentials": ERROR,
    "connection": ERROR,
    "kerberos": ERROR,
    "proxy": WARNING,
}
"""Severity by default of what a check finds; what could not be asked is a warning in any case."""


def severities(given: Mapping[Any, Any] | None) -> dict[str, str]:
    """The severity of every check, with those that were given. An unquoted ``off`` is false in YAML, and means off.

    Raises ValueError naming everything that is no check or no severity.
    """
    chosen = {str(name): OFF if value is False else str(value).lower() for name, value in (given or {}).items()}
    problems = [
        f"{name} is no check of the preflight (there are {', '.join(sorted(CHECKS))})"
        for name in chosen
        if name not in CHECKS
    ]
    problems += [
        f"{name}: {value} is no severity (there are {', '.join(SEVERITIES)})"
        for name, value in chosen.items()
        if value not in SEVERITIES
    ]
    if problems:
        raise ValueError("; ".join(problems))
    return {**CHECKS, **chosen}
