# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Refuses Windows settings of a recipe that would break AppStream, the image or the build, before anything is created.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._aws_credentials import credential_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_preflight import (
    POLICIES_KEY,
    POWERSHELL_POLICY_KEY,
    execution_policy,
    policy_problems,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._settings_problems import Check, problems_of
from ansible_collections.euc.appstream.plugins.plugin_utils._time_zones import time_zone_problem

POLICY_ROOT = "HKLM:\\SOFTWARE\\Policies"
POLICY_ROOTS = (POLICY_ROOT, "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies")

_DRIVE = re.compile(r"(?i)(HKLM|HKEY_LOCAL_MACHINE|HKCC|HKCR|HKCU|HKU)(:?\\)")
_APPSTREAM_SERVICE = re.compile(r"(?i)appstream|photon|^dcv")
"""Names as published scripts show them; AWS documents none. On the builder the path of the program tells."""
_LOCALE = re.compile(r"(?i)[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?")


def settings_problems(settings: Mapping[str, Any]) -> list[str]:
    """Sentences about everything wrong with the options of ``configure_windows``, without their prefix.

    ``settings`` may lack any key. No value of an environment variable is part of a sentence.
    """
    return problems_of(settings, _CHECKS)


def policy_path(path: str) -> str | None:
    """The full registry path of a policy's key, given below POLICY_ROOT or in full; None outside the policies."""
    text = path.strip().rstrip("\\")
    match = _DRIVE.match(text)
    if match is None:
        full = f"{POLICY_ROOT}\\{text}".rstrip("\\")
    elif match[1].upper() in ("HKLM", "HKEY_LOCAL_MACHINE"):
        full = f"HKLM:\\{text[match.end() :]}"
    else:
        return None
    below = any(full.lower().startswith(f"{root.lower()}\\") for root in POLICY_ROOTS)
    return full if below and ".." not in full.split("\\") else None


def _updates(updates: Mapping[str, Any]) -> list[str]:
    return [
        f"{key} must be a positive number of seconds"
        for key in ("time_budget", "reboot_timeout")
        if updates.get(key) is not None and int(updates[key]) <= 0
    ]


def _regional_settings(regional: Mapping[str, Any]) -> list[str]:
    problems = [
        f"{key}: {regional[key]} is no culture name such as en-US or ja-JP"
        for key in ("format", "system_locale")
        if regional.get(key) and not _LOCALE.fullmatch(str(regional[key]))
    ]
    location = regional.get("location")
    if location is not None and not str(location).isdigit():
        problems.append(f"location: {location} is no GeoID, a number such as 244 for the United States")
    return problems


def _environment(variables: Mapping[str, Any]) -> list[str]:
    problems = [
        f"{problem}: AWS says that this might prevent the image from being created; give the fleet an IAM role instead"
        for problem in credential_problems(variables)
    ]
    problems += [
        f"{name!r} is no name of a variable" for name in variables if not str(name).strip() or "=" in str(name)
    ]
    problems += [
        f"{name} would replace the machine's PATH, without which Windows finds nothing; give the folders as "
        "path_entries of an application, which adds them"
        for name in variables
        if str(name).strip().lower() == "path"
    ]
    return problems


def _services(services: Sequence[Mapping[str, Any]]) -> list[str]:
    problems = []
    for service in services:
        name = str(service["name"])
        if _APPSTREAM_SERVICE.search(name):
            problems.append(f"{name} belongs to AppStream, whose services must be left alone")
        if name.lower() == "winrm" and (service.get("state") == "stopped" or service.get("start_mode") == "disabled"):
            problems.append(
                "WinRM is what the image builder is configured through; the role seal_image_builder ends it"
            )
    return problems


def _registry_policies(policies: Sequence[Mapping[str, Any]]) -> list[str]:
    problems = []
    wanted: dict[str, dict[str, Any]] = {POLICIES_KEY.lower(): {}, POWERSHELL_POLICY_KEY.lower(): {}}
    for policy in policies:
        path = policy_path(str(policy["path"]))
        if path is None:
            problems.append(
                f"{policy['path']} is no key below {' or '.join(POLICY_ROOTS)}; other keys are set by registry of an "
                "application"
            )
        elif policy.get("state", "present") == "present":
            if policy.get("data") is None:
                problems.append(f"{path}\\{policy.get('name', '')}: data is required")
            elif path.lower() in wanted:
                wanted[path.lower()][str(policy.get("name", ""))] = policy["data"]
    scripts = execution_policy(wanted[POWERSHELL_POLICY_KEY.lower()], {})
    return problems + policy_problems(wanted[POLICIES_KEY.lower()]) + scripts.problems


def _time_zone(name: str) -> list[str]:
    problem = time_zone_problem(name)
    return [problem] if problem else []


_CHECKS: dict[str, Check] = {
    "time_zone": _time_zone,
    "updates": _updates,
    "regional_settings": _regional_settings,
    "environment": _environment,
    "services": _services,
    "registry_policies": _registry_policies,
}
