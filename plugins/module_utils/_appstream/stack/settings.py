# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of a stack, in a form that can be compared.

The service answers with more than was asked for: with all user settings, with an application settings structure, with
the bucket of home folders. What it fills in by itself is no difference here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..core import common_settings
from ..core.settings import Change, Options, Resource, Setting, after_in_camel_case, camel_case, filled, given

Entries = list[dict[str, Any]]

REUSE_CREDENTIALS = "REUSE_CREDENTIALS"
CLIPBOARD_ACTIONS = ("CLIPBOARD_COPY_FROM_LOCAL_DEVICE", "CLIPBOARD_COPY_TO_LOCAL_DEVICE")
LONGEST_COPY = 20971520
# What a stack has of which nothing was asked. Of the actions that are not listed here that is unproven
# [user_settings_by_default]: whatever they are counts as the default.
USUAL_PERMISSIONS: Mapping[str, str] = {
    "CLIPBOARD_COPY_FROM_LOCAL_DEVICE": "ENABLED",
    "CLIPBOARD_COPY_TO_LOCAL_DEVICE": "ENABLED",
    "FILE_UPLOAD": "ENABLED",
    "FILE_DOWNLOAD": "ENABLED",
    "PRINTING_TO_LOCAL_DEVICE": "ENABLED",
    "DOMAIN_PASSWORD_SIGNIN": "ENABLED",
    "DOMAIN_SMART_CARD_SIGNIN": "DISABLED",
    "AUTO_TIME_ZONE_REDIRECTION": "DISABLED",
}
_AGENT_FLAGS = ("screenshots_upload_enabled", "replay_session_enabled")
KEY_ATTRIBUTE = "AGENT_ACCESS_CONFIG_KMS_KEY_ARN"
CONNECTOR_ATTRIBUTE = "STORAGE_CONNECTOR_"


def _filled(values: Options | None) -> dict[str, Any]:
    return filled(given(values))


def _sorted(values: Iterable[str] | None) -> list[str]:
    return sorted(set(values or []))


def _with_sorted(values: Options | None, *lists: str) -> dict[str, Any]:
    """Those that are filled, lists whose order does not matter sorted."""
    return {key: _sorted(value) if key in lists else value for key, value in _filled(values).items()}


def _connectors(entries: Iterable[Options] | None) -> Entries:
    normal = [_with_sorted(entry, "domains", "domains_require_admin_consent") for entry in entries or []]
    return sorted(normal, key=lambda entry: str(entry["connector_type"]))


def _merged_connectors(current: Entries, wanted: Entries) -> Entries:
    there = {entry["connector_type"]: entry for entry in current}
    return _connectors({**there.get(entry["connector_type"], {}), **given(entry)} for entry in wanted)


def _connectors_request(change: Change) -> Any:
    """The service names home folders' resource by itself; only what was asked for is sent back."""
    named = {entry["connector_type"] for entry in change.desired if entry.get("resource_identifier")}
    return camel_case(
        [
            {
                key: part
                for key, part in entry.items()
                if key != "resource_identifier" or entry["connector_type"] in named
            }
            for entry in change.after
        ]
    )


def _connectors_to_delete(change: Change) -> list[str]:
    kept = {entry["connector_type"] for entry in change.after}
    return [CONNECTOR_ATTRIBUTE + one["connector_type"] for one in change.current if one["connector_type"] not in kept]


def _user_settings(entries: Iterable[Options] | None) -> Entries:
    normal = [_filled(entry) for entry in entries or []]
    for entry in normal:
        if entry["permission"] != "ENABLED" or entry.get("maximum_length") == LONGEST_COPY:
            entry.pop("maximum_length", None)
    return sorted(normal, key=lambda entry: str(entry["action"]))


def _merged_user_settings(current: Entries, wanted: Entries) -> Entries:
    """Actions that are not listed stay as they are; none listed at all stands for the service's defaults."""
    there = {entry["action"]: entry for entry in current}
    if not wanted:
        usual = USUAL_PERMISSIONS
        return _user_settings(
            {"permission": usual[name], "action": name} if name in usual else there[name] for name in there
        )
    for entry in wanted:
        there[entry["action"]] = {**there.get(entry["action"], {}), **given(entry)}
    return _user_settings(there.values())


def _user_settings_request(change: Change) -> Any:
    """All actions, because it is unproven [update_stack_merges_lists] whether those left out would stay as they are."""
    return camel_case([{**_length_of(entry), **entry} for entry in change.after])


def _length_of(entry: Options) -> dict[str, int]:
    has_length = entry["action"] in CLIPBOARD_ACTIONS and entry["permission"] == "ENABLED"
    return {"maximum_length": LONGEST_COPY} if has_length else {}


def _application_settings(values: Options | None) -> dict[str, Any]:
    if not (values or {}).get("enabled"):
        return {}
    return {key: value for key, value in _filled(values).items() if key in ("enabled", "settings_group")}


def _merged_application_settings(current: Options, wanted: Options) -> dict[str, Any]:
    asked = given(wanted)
    return _application_settings({**current, **asked}) if asked else {}


def _merged(current: Options, wanted: Options) -> dict[str, Any]:
    return _filled({**current, **given(wanted)}) if given(wanted) else {}


def _endpoints(entries: list[Options] | None) -> Entries:
    pairs = sorted(set(common_settings.endpoint_pairs(entries)))
    return [_filled({"endpoint_type": kind, "vpce_id": endpoint}) for kind, endpoint in pairs]


def _content_redirection(values: Options | None) -> dict[str, Any]:
    return _filled(
        {"host_to_client": _with_sorted((values or {}).get("host_to_client"), "allowed_urls", "denied_urls")}
    )


def _merged_content_redirection(current: Options, wanted: Options) -> dict[str, Any]:
    host = given(wanted).get("host_to_client")
    return _content_redirection(
        {"host_to_client": {**current.get("host_to_client", {}), **given(host)}} if host else {}
    )


def _content_redirection_request(change: Change) -> Any:
    """A list that is to be empty is sent as one, in case that what is left out stays."""
    current = (change.current or {}).get("host_to_client", {})
    emptied: dict[str, Any] = {key: [] for key in ("allowed_urls", "denied_urls") if key in current}
    return camel_case({"host_to_client": {**emptied, **change.after["host_to_client"]}})


def _web_authn(values: Options | None) -> dict[str, Any]:
    return _with_sorted(values, "process_compatibility_list")


def _merged_web_authn(current: Options, wanted: Options) -> dict[str, Any]:
    return _web_authn(_merged(current, wanted))


def _agent_access(values: Options | None) -> dict[str, Any]:
    """Flags that are off are left out, as the service may or may not do."""
    normal = {key: value for key, value in _filled(values).items() if key not in _AGENT_FLAGS or value}
    if "settings" in normal:
        normal["settings"] = sorted(normal["settings"], key=lambda entry: str(entry["agent_action"]))
    return normal


def _merged_agent_access(current: Options, wanted: Options) -> dict[str, Any]:
    """Settings merge by action, and the key goes with the replay of sessions (API reference)."""
    asked = given(wanted)
    if not asked:
        return {}
    entries = [*current.get("settings", []), *asked.get("settings", [])]
    merged = {**current, **asked, "settings": list({entry["agent_action"]: entry for entry in entries}.values())}
    if not merged.get("replay_session_enabled") and not asked.get("kms_key_arn"):
        merged["kms_key_arn"] = ""
    return _agent_access(merged)


def _agent_access_request(change: Change) -> Any:
    switched_off = {flag: False for flag in _AGENT_FLAGS if flag in (change.current or {})}
    return camel_case({**switched_off, **change.after})


def _agent_access_to_delete(change: Change) -> list[str]:
    """The key goes with the replay of sessions, and needs its own attribute only where that stays."""
    is_lost = "kms_key_arn" in (change.current or {}) and "kms_key_arn" not in change.after
    return [KEY_ATTRIBUTE] if is_lost and change.after.get("replay_session_enabled") else []


def _authentication(value: str | None) -> str:
    """The default, which the service may or may not tell, is none."""
    return "" if value in (None, REUSE_CREDENTIALS) else str(value)


def _after(change: Change) -> Any:
    return change.after


def _text(option: str) -> Callable[[Resource], str]:
    return lambda stack: stack.get(option) or ""


def _in(normal: Callable[[Any], Any], option: str) -> Callable[[Resource], Any]:
    """Return a function that reads an option's value off a stack in its normal form."""
    return lambda stack: normal(stack.get(option))


SETTINGS: tuple[Setting, ...] = (
    Setting("description", "Description", _text("description"), empty="", none=""),
    Setting("display_name", "DisplayName", _text("display_name"), empty="", none=""),
    Setting(
        "storage_connectors",
        "StorageConnectors",
        _in(_connectors, "storage_connectors"),
        merge=_merged_connectors,
        to_request=_connectors_request,
        empty=[],
        attribute="STORAGE_CONNECTORS",
        parts_to_delete=_connectors_to_delete,
    ),
    Setting("redirect_url", "RedirectURL", _text("redirect_url"), empty="", attribute="REDIRECT_URL"),
    Setting("feedback_url", "FeedbackURL", _text("feedback_url"), empty="", attribute="FEEDBACK_URL"),
    Setting(
        "user_settings",
        "UserSettings",
        _in(_user_settings, "user_settings"),
        merge=_merged_user_settings,
        to_request=_user_settings_request,
        empty=[],
        attribute="USER_SETTINGS",
    ),
    Setting(
        "application_settings",
        "ApplicationSettings",
        _in(_application_settings, "application_settings"),
        merge=_merged_application_settings,
        to_request=after_in_camel_case,
        empty={},
        none={"Enabled": False, "SettingsGroup": ""},
    ),
    Setting(
        "access_endpoints",
        "AccessEndpoints",
        _in(_endpoints, "access_endpoints"),
        merge=lambda _current, desired: _endpoints(desired),
        to_request=after_in_camel_case,
        empty=[],
        attribute="ACCESS_ENDPOINTS",
    ),
    Setting(
        "embed_host_domains",
        "EmbedHostDomains",
        _in(_sorted, "embed_host_domains"),
        merge=lambda _current, desired: _sorted(desired),
        to_request=_after,
        empty=[],
        attribute="EMBED_HOST_DOMAINS",
    ),
    Setting(
        "streaming_experience_settings",
        "StreamingExperienceSettings",
        _in(_filled, "streaming_experience_settings"),
        merge=_merged,
        to_request=after_in_camel_case,
        empty={},
        attribute="STREAMING_EXPERIENCE_SETTINGS",
    ),
    Setting(
        "content_redirection",
        "ContentRedirection",
        _in(_content_redirection, "content_redirection"),
        merge=_merged_content_redirection,
        to_request=_content_redirection_request,
        empty={},
        attribute="CONTENT_REDIRECTION",
    ),
    Setting(
        "web_authn_redirection",
        "WebAuthnRedirection",
        _in(_web_authn, "web_authn_redirection"),
        merge=_merged_web_authn,
        to_request=after_in_camel_case,
        empty={},
        attribute="WEB_AUTHN_REDIRECTION",
    ),
    Setting(
        "agent_access_config",
        "AgentAccessConfig",
        _in(_agent_access, "agent_access_config"),
        merge=_merged_agent_access,
        to_request=_agent_access_request,
        empty={},
        attribute="AGENT_ACCESS_CONFIG",
        parts_to_delete=_agent_access_to_delete,
    ),
    Setting(
        "storage_connector_authentication",
        "StorageConnectorAuthentication",
        _in(_authentication, "storage_connector_authentication"),
        merge=lambda _current, desired: _authentication(desired),
        to_request=_after,
        empty="",
        attribute="STORAGE_CONNECTOR_AUTHENTICATION",
    ),
)
