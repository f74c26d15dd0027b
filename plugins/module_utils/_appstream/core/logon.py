# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is wrong with the way to log on to AWS before any call is made: Region, keys beside a profile, one-time codes.

boto3 and amazon.aws notice the same, later or in words that don't say where a value comes from: AWX puts keys into the
environment, a user names a profile in C(appstream_aws), and neither knows of the other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

# Option: the environment variables that amazon.aws takes its value from.
_SOURCES: Mapping[str, tuple[str, ...]] = {
    "profile": ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
    "access_key": ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"),
    "secret_key": ("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"),
    "session_token": ("AWS_SESSION_TOKEN",),
}
_KEYS = ("access_key", "secret_key", "session_token")
_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
_OPTIONS = "options of the module, such as come by appstream_aws or module_defaults"


def region_problem(region: str | None, environment: Mapping[str, str]) -> str | None:
    """Return why there is no Region to ask; None when there is one."""
    if region and region.strip():
        return None
    empty = [name for name in _REGION_VARIABLES if name in environment and not environment[name].strip()]
    found = f": {' and '.join(empty)} is set but empty, which names none" if empty else ""
    return (
        f"There is no AWS Region to ask{found}. Set AWS_REGION, the region of the profile, or the option region (for "
        "build_images: appstream_aws: {region: ...})."
    )


def collision(options: Mapping[str, Any], environment: Mapping[str, str]) -> str | None:
    """Return which profile and which keys are both given, and from where; None when one of them is not."""
    keys = [name for name in _KEYS if options.get(name)]
    if not options.get("profile") or not keys:
        return None
    named = ", ".join(f"{name} from {_source(name, options, environment)}" for name in keys)
    profile, source = options["profile"], _source("profile", options, environment)
    return (
        f"There are two logons to AWS: profile {profile} from {source}, and {named}. Take one away: an AWX credential "
        "from the job, variables from the environment, or the profile; empty options ('') outdo the environment, as in "
        f"appstream_aws: {{profile: {profile}, access_key: '', secret_key: '', session_token: ''}}."
    )


def _source(option: str, options: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    variables = _SOURCES[option]
    found = [name for name in variables if environment.get(name) == options[option]]
    return f"the environment variable {found[0]}" if found else f"the {_OPTIONS}"


def profile_with_code(name: str, profiles: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the profile that asks for a one-time code: ``name``, or one whose credentials its role is assumed with.

    ``profiles`` are those of the AWS configuration files. None when there is none.
    """
    seen: set[str] = set()
    while name in profiles and name not in seen:
        seen.add(name)
        profile = profiles[name]
        if "role_arn" not in profile:
            return None
        if "mfa_serial" in profile:
            return name
        name = str(profile.get("source_profile", ""))
    return None


def code_problem(name: str, profiles: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return why a profile can't be used where nobody can type a one-time code; None when it can."""
    asking = profile_with_code(name, profiles)
    if asking is None or _has_terminal():
        return None
    return (
        f"Profile {asking} has mfa_serial: it asks for a one-time code, which nobody can type without "
        f'a terminal. Log on beforehand and hand over what comes of it, for example with: eval "$(aws configure '
        f'export-credentials --profile {name} --format env)"; unset AWS_PROFILE'
    )


def _has_terminal() -> bool:
    """Say whether botocore could ask (by getpass)."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
