# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on the settings of stacks, checked before anything is called.

Sources: botocore's service model (patterns, lengths and the rules its documentation describes). What depends on the
settings a stack has already is checked by ``settings_problems``, of the settings as they are to be.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..core.validation import (
    DESCRIPTION_LENGTH,
    DISPLAY_NAME_LENGTH,
    NAME,
    access_endpoint_problems,
    length_problems,
    pattern_problems,
    tag_problems,
)
from .settings import CLIPBOARD_ACTIONS, LONGEST_COPY

Options = Mapping[str, Any]

URL_LENGTH = 1000
SETTINGS_GROUP_LENGTH = 100
RESOURCE_IDENTIFIER_LENGTH = 2048
DOMAIN_LENGTH = 64
# The console takes fewer.
MOST_DOMAINS = 50
EMBED_HOST_DOMAIN_LENGTH = 128
MOST_EMBED_HOST_DOMAINS = 20
URL_PATTERN_LENGTH = 2048
MOST_URL_PATTERNS = 100
PROCESS_NAME_LENGTH = 260
MOST_PROCESSES = 100

EMBED_HOST_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]\Z")
URL_PATTERN = re.compile(r"((https?|ftp|sftp)://|mailto:)[^\s,;<>]+\Z")
_LETTER = r"(?:[^\W\d_]|[0-9_])"
_INNER = r"(?:[^\W\d_]|[0-9._ ()+-])"
_LAST = r"(?:[^\W\d_]|[0-9._()+-])"
PROCESS_NAME = re.compile(rf"{_LETTER}(?:{_INNER}*{_LAST})?(?<!\.[eE][xX][eE])\.[eE][xX][eE]\Z")
BUCKET_ARN = re.compile(r"arn:aws(?:-cn|-iso-b|-iso|-us-gov)?:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
KEY_ARN = re.compile(r"arn:aws(?:-cn|-iso-b|-iso|-us-gov)?:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+\Z")


def name_problems(option: str, kind: str, name: str) -> list[str]:
    """Check the name of a stack or a fleet: 1 to 101 characters (API: Name)."""
    if NAME.match(name):
        return []
    return [
        f"{option} {name!r} is not a legal name of a {kind}: it must start with a letter or digit and have at most 101 "
        "letters, digits, dots, dashes and underscores"
    ]


def _many_problems(option: str, values: Sequence[Any] | None, most: int) -> list[str]:
    if len(values or []) <= most:
        return []
    return [f"{option} has {len(values or [])} entries, the service takes at most {most}"]


def _each_problems(
    option: str, values: Sequence[str] | None, most: int, longest: int, pattern: re.Pattern[str], like: str
) -> list[str]:
    """Check a list of texts: how many, how long, and of which form."""
    problems = _many_problems(option, values, most)
    for value in values or []:
        problems += length_problems(f"{option} {value[:40]!r}", value, longest)
        problems += pattern_problems(option, value, pattern, like) if value else [f"{option} has an empty entry"]
    return problems


def _twice_problems(option: str, names: Iterable[str]) -> list[str]:
    return [f"{option} has {name} {count} times" for name, count in Counter(names).items() if count > 1]


def _connectors_problems(connectors: Sequence[Options] | None) -> list[str]:
    option = "storage_connectors"
    problems = _twice_problems(option, (one["connector_type"] for one in connectors or []))
    for connector in connectors or []:
        kind = connector["connector_type"]
        label = f"{option} {kind} resource_identifier"
        problems += length_problems(label, connector.get("resource_identifier"), RESOURCE_IDENTIFIER_LENGTH)
        for key in ("domains", "domains_require_admin_consent"):
            label = f"{option} {kind} {key}"
            problems += _each_problems(label, connector.get(key), MOST_DOMAINS, DOMAIN_LENGTH, re.compile(""), "")
        if connector.get("domains_require_admin_consent") and kind != "ONE_DRIVE":
            problems.append(f"{option} {kind} cannot have domains_require_admin_consent, only ONE_DRIVE can")
    return problems


def _user_settings_problems(entries: Sequence[Options] | None) -> list[str]:
    problems = _twice_problems("user_settings", (entry["action"] for entry in entries or []))
    for entry in entries or []:
        length, label = entry.get("maximum_length"), f"user_settings {entry['action']}"
        if length is None:
            continue
        if entry["action"] not in CLIPBOARD_ACTIONS or entry["permission"] != "ENABLED":
            problems.append(f"{label} cannot have maximum_length, only clipboard actions that are ENABLED can")
        if not 1 <= length <= LONGEST_COPY:
            problems.append(f"{label} has maximum_length {length}, which is not between 1 and {LONGEST_COPY}")
    return problems


def _enabled_problems(option: str, value: Options | None) -> list[str]:
    """``enabled`` cannot be marked as required, because then an empty dictionary would be refused."""
    given = [key for key, part in (value or {}).items() if part is not None]
    return [f"{option} needs enabled"] if given and "enabled" not in given else []


def _application_settings_problems(value: Options | None) -> list[str]:
    option = "application_settings"
    value = value or {}
    group = value.get("settings_group")
    problems = _enabled_problems(option, value)
    if value.get("enabled") is False and group:
        problems.append(f"{option} that are not enabled cannot have a settings_group")
    return problems + length_problems(f"{option} settings_group", group, SETTINGS_GROUP_LENGTH)


def _content_redirection_problems(value: Options | None) -> list[str]:
    host = (value or {}).get("host_to_client") or {}
    like = "https://example.com/*, or the same with http, ftp, sftp or mailto"
    return [
        problem
        for key in ("allowed_urls", "denied_urls")
        for problem in _each_problems(
            f"content_redirection {key}", host.get(key), MOST_URL_PATTERNS, URL_PATTERN_LENGTH, URL_PATTERN, like
        )
    ]


def _web_authn_problems(value: Options | None) -> list[str]:
    processes = (value or {}).get("process_compatibility_list")
    label = "web_authn_redirection process_compatibility_list"
    problems = _enabled_problems("web_authn_redirection", value)
    if processes == []:
        problems.append(f"{label} is empty, the service takes at least one process")
    return problems + _each_problems(label, processes, MOST_PROCESSES, PROCESS_NAME_LENGTH, PROCESS_NAME, "chrome.exe")


def _agent_access_problems(value: Options | None) -> list[str]:
    option = "agent_access_config"
    value = value or {}
    problems = _twice_problems(f"{option} settings", (entry["agent_action"] for entry in value.get("settings") or []))
    if value.get("s3_bucket_arn") == "":
        problems.append(f"{option} s3_bucket_arn cannot be taken away by itself")
    return [
        *problems,
        *pattern_problems(f"{option} s3_bucket_arn", value.get("s3_bucket_arn"), BUCKET_ARN, "arn:aws:s3:::BUCKET"),
        *pattern_problems(
            f"{option} kms_key_arn", value.get("kms_key_arn"), KEY_ARN, "arn:aws:kms:REGION:ACCOUNT:key/ID"
        ),
    ]


def stack_problems(options: Options) -> list[str]:
    """Check the options of module ``stack`` that the argument spec cannot check, and that are not ignored."""
    problems = name_problems("name", "stack", options["name"])
    if options["state"] == "absent":
        return problems
    return [
        *problems,
        *(name_problems("fleet", "fleet", options["fleet"]) if options["fleet"] else []),
        *length_problems("description", options["description"], DESCRIPTION_LENGTH),
        *length_problems("display_name", options["display_name"], DISPLAY_NAME_LENGTH),
        *length_problems("redirect_url", options["redirect_url"], URL_LENGTH),
        *length_problems("feedback_url", options["feedback_url"], URL_LENGTH),
        *_connectors_problems(options["storage_connectors"]),
        *_user_settings_problems(options["user_settings"]),
        *_application_settings_problems(options["application_settings"]),
        *access_endpoint_problems(options["access_endpoints"]),
        *_each_problems(
            "embed_host_domains",
            options["embed_host_domains"],
            MOST_EMBED_HOST_DOMAINS,
            EMBED_HOST_DOMAIN_LENGTH,
            EMBED_HOST_DOMAIN,
            "portal.example.com, in lower case",
        ),
        *_content_redirection_problems(options["content_redirection"]),
        *_web_authn_problems(options["web_authn_redirection"]),
        *_agent_access_problems(options["agent_access_config"]),
        *tag_problems(options["tags"]),
    ]


def settings_problems(settings: Options) -> list[str]:
    """Check those settings of a stack that change, in normal form as they are to be: what must come together."""
    problems = [
        f"storage_connectors {one['connector_type']} needs domains"
        for one in settings.get("storage_connectors", [])
        if one["connector_type"] != "HOMEFOLDERS" and not one.get("domains")
    ]
    application = settings.get("application_settings")
    if application and not application.get("settings_group"):
        problems.append("application_settings that are enabled need a settings_group")
    access = settings.get("agent_access_config")
    return problems + (_agent_rules_problems(access) if access else [])


def _agent_rules_problems(access: Options) -> list[str]:
    enabled = {entry["agent_action"] for entry in access.get("settings", []) if entry["permission"] == "ENABLED"}
    replay = bool(access.get("replay_session_enabled"))
    needed = {
        **{key: not access.get(key) for key in ("settings", "screen_resolution", "screen_image_format")},
        "an action that is ENABLED": not enabled,
        "COMPUTER_VISION with COMPUTER_INPUT": "COMPUTER_INPUT" in enabled and "COMPUTER_VISION" not in enabled,
        "COMPUTER_VISION with replay_session_enabled": replay and "COMPUTER_VISION" not in enabled,
        "s3_bucket_arn with screenshots_upload_enabled or replay_session_enabled": (
            (replay or bool(access.get("screenshots_upload_enabled"))) and not access.get("s3_bucket_arn")
        ),
        "replay_session_enabled with kms_key_arn": bool(access.get("kms_key_arn")) and not replay,
    }
    missing = [part for part, is_missing in needed.items() if is_missing]
    return [f"agent_access_config needs {', '.join(missing)}"] if missing else []
