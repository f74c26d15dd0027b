# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""When the credentials of a run end, as far as the controller knows, and whether a build is likely to take longer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

LIKELY = timedelta(hours=2)
"""How long a build is likely to take: an image builder is ready within 25 minutes, an image within 45, and applications
take the rest."""

# What tools that log on for somebody write beside temporary keys: saml2aws, aws-azure-login.
_NOTED = ("x_security_token_expires", "aws_expiration")
_SSO_CACHE = Path("~/.aws/sso/cache")


def end_of(
    options: Mapping[str, Any], profiles: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str]
) -> datetime | None:
    """Return when credentials end that don't renew themselves; None where that is unknown, or they do.

    ``options`` are the module's, ``profiles`` those of the AWS configuration files.
    """
    key = options.get("access_key")
    if key:
        of_environment = key == environment.get("AWS_ACCESS_KEY_ID")
        return _time(environment.get("AWS_CREDENTIAL_EXPIRATION")) if of_environment else None
    profile = profiles.get(options.get("profile") or "default", {})
    if "sso_start_url" in profile or "sso_session" in profile:
        return _end_of_logon(profile)
    return next((_time(profile[name]) for name in _NOTED if name in profile), None)


def warning_about(end: datetime | None, now: datetime) -> str | None:
    """Return what to say of credentials that end before a build that begins now; None when there is nothing to say."""
    if end is None or end - now >= LIKELY:
        return None
    minutes = max(0, round((end - now).total_seconds() / 60))
    return (
        f"the AWS credentials end in {minutes} minutes ({end.strftime('%H:%M')} UTC), before the build is likely to: "
        "unless something renews them meanwhile, take longer ones, or run the same command again with new ones to go on"
    )


def _end_of_logon(profile: Mapping[str, Any]) -> datetime | None:
    """When an SSO logon ends whose token can't be renewed; its file has a name after session or address."""
    name = str(profile.get("sso_session") or profile["sso_start_url"])
    # Not for security: it is the name of a file.
    file = _SSO_CACHE.expanduser() / f"{hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()}.json"
    try:
        token = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(token, Mapping) or token.get("refreshToken"):
        return None
    return _time(token.get("expiresAt"))


def _time(text: Any) -> datetime | None:
    """A time in ISO 8601 with a zone; None when it is none."""
    try:
        time = datetime.fromisoformat(str(text).strip().replace("Z", "+00:00").replace("UTC", "+00:00"))
    except ValueError:
        return None
    return time.astimezone(timezone.utc) if time.tzinfo else None
