# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of a stack: what they are in a form that can be compared, what they are to be, and the request for that.

The service answers with more than was asked for: with all user settings, with an application settings structure, with
the bucket of home folders. What it fills in by itself is no difference here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from .core import common_settings
from .core.settings import camel_case, filled, is_empty

Options = Mapping[str, Any]
Stack = Optional[Mapping[str, Any]]
Entries = list[dict[str, Any]]

REUSE_CREDENTIALS = "REUSE_CREDENTIALS"
CLIPBOARD_ACTIONS = ("CLIPBOARD_COPY_FROM_LOCAL_DEVICE", "CLIPBOARD_COPY_TO_LOCAL_DEVICE")
LONGEST_COPY = 20971520
# What a stack has of which nothing was asked. Of the actions that are not listed here that is unproven: whatever they
# are counts as the default.
USUAL_PERMISSIONS: Mapping[str, str] = {
    "CLIPBOARD_COPY_FROM_LOCAL_DEVICE": "ENABLED",
    "CLIPBOARD_COPY_TO_LOCAL_DEVICE": "ENABLED",
    "FILE_UPLOAD": "ENABLED",
    "FILE_DOWNLOAD": "ENABLED",
    "PRINTING_TO_LOCAL_DEVICE": "ENABLED",
    "DOMAIN_PASSWORD_SIGNIN": "ENABLED",
    "DOMAIN_SMART_CARD_SIGNIN": "DISABLED",
}
_AGENT_FLAGS = ("screenshots_upload_enabled", "replay_session_enabled")
KEY_ATTRIBUTE = "AGENT_ACCESS_CONFIG_KMS_KEY_ARN"
CONNECTOR_ATTRIBUTE = "STORAGE_CONNECTOR_"


def _given(options: Options | None) -> dict[str, Any]:
    """The suboptions that are set."""
    return {key: value for key, value in (options or {}).items() if value is not None}


def _filled(values: Options | None) -> dict[str, Any]:
    return filled(_given(values))


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
    return _connectors({**there.get(entry["connector_type"], {}), **_given(entry)} for entry in wanted)


def _connectors_request(after: Entries, before: Entries, wanted: Entries) -> list[dict[str, Any]]:
    """The service names home folders' resource by itself; only what was asked for is sent back."""
    named = {entry["connector_type"] for entry in wanted if entry.get("resource_identifier")}
    entries = [
        {key: value for key, value in entry.items() if key != "resource_identifier" or entry["connector_type"] in named}
        for entry in after
    ]
    return [camel_case(entry) for entry in entries]


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
        there[entry["action"]] = {**there.get(entry["action"], {}), **_given(entry)}
    return _user_settings(there.values())


def _user_settings_request(after: Entries, before: Entries, wanted: Entries) -> list[dict[str, Any]]:
    """All actions, because it is unproven whether those left out would stay as they are."""
    return [camel_case({**_length_of(entry), **entry}) for entry in after]


def _length_of(entry: Options) -> dict[str, int]:
    has_length = entry["action"] in CLIPBOARD_ACTIONS and entry["permission"] == "ENABLED"
    return {"maximum_length": LONGEST_COPY} if has_length else {}


def _application_settings(values: Options | None) -> dict[str, Any]:
    if not (values or {}).get("enabled"):
        return {}
    return {key: value for key, value in _filled(values).items() if key in ("enabled", "settings_group")}


def _merged_application_settings(current: Options, wanted: Options) -> dict[str, Any]:
    asked = _given(wanted)
    return _application_settings({**current, **asked}) if asked else {}


def _merged(current: Options, wanted: Options) -> dict[str, Any]:
    return _filled({**current, **_given(wanted)}) if _given(wanted) else {}


def _endpoints(entries: list[Options] | None) -> Entries:
    pairs = sorted(set(common_settings.endpoint_pairs(entries)))
    return [_filled({"endpoint_type": kind, "vpce_id": endpoint}) for kind, endpoint in pairs]


def _content_redirection(values: Options | None) -> dict[str, Any]:
    return _filled(
        {"host_to_client": _with_sorted((values or {}).get("host_to_client"), "allowed_urls", "denied_urls")}
    )


def _merged_content_redirection(current: Options, wanted: Options) -> dict[str, Any]:
    host = _given(wanted).get("host_to_client")
    return _content_redirection(
        {"host_to_client": {**current.get("host_to_client", {}), **_given(host)}} if host else {}
    )


def _content_redirection_request(after: Options, before: Options, wanted: Options) -> dict[str, Any]:
    """A list that is to be empty is sent as one, in case that what is left out stays."""
    emptied: dict[str, Any] = {
        key: [] for key in ("allowed_urls", "denied_urls") if key in before.get("host_to_client", {})
    }
    request: dict[str, Any] = camel_case({"host_to_client": {**emptied, **after["host_to_client"]}})
    return request


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
    asked = _given(wanted)
    if not asked:
        return {}
    entries = [*current.get("settings", []), *asked.get("settings", [])]
    merged = {**current, **asked, "settings": list({entry["agent_action"]: entry for entry in entries}.values())}
    if not merged.get("replay_session_enabled") and not asked.get("kms_key_arn"):
        merged["kms_key_arn"] = ""
    return _agent_access(merged)


def _agent_access_request(after: Options, before: Options, wanted: Options) -> dict[str, Any]:
    request: dict[str, Any] = camel_case({**{flag: False for flag in _AGENT_FLAGS if flag in before}, **after})
    return request


def _authentication(value: str | None) -> str:
    """The default, which the service may or may not tell, is none."""
    return "" if value in (None, REUSE_CREDENTIALS) else str(value)


def _request_of_text(after: Any, before: Any, wanted: Any) -> Any:
    return after


def _request_of_entries(after: Any, before: Any, wanted: Any) -> Any:
    return camel_case(after) if isinstance(after, dict) else [camel_case(entry) for entry in after]


@dataclass(frozen=True)
class Setting:
    """One option and its counterpart in the API.

    ``parameter`` is the member of CreateStack and UpdateStack, ``attribute`` the StackAttribute that takes it away;
    where there is none ``none`` is sent. ``normal`` brings the service's or the option's value to a form that can be
    compared, ``merge`` says what it will be (of the current normal form and the option), ``to_request`` makes the
    request's member of what it will be, what it is (normal forms both) and the option. ``empty`` asks for nothing.
    """

    option: str
    parameter: str
    attribute: str | None
    empty: Any = ""
    none: Any = ""
    normal: Callable[[Any], Any] = lambda value: value or ""
    merge: Callable[[Any, Any], Any] = lambda _current, wanted: wanted
    to_request: Callable[[Any, Any, Any], Any] = _request_of_text


SETTINGS: tuple[Setting, ...] = (
    Setting("description", "Description", None),
    Setting("display_name", "DisplayName", None),
    Setting(
        "storage_connectors",
        "StorageConnectors",
        "STORAGE_CONNECTORS",
        empty=[],
        normal=_connectors,
        merge=_merged_connectors,
        to_request=_connectors_request,
    ),
    Setting("redirect_url", "RedirectURL", "REDIRECT_URL"),
    Setting("feedback_url", "FeedbackURL", "FEEDBACK_URL"),
    Setting(
        "user_settings",
        "UserSettings",
        "USER_SETTINGS",
        empty=[],
        normal=_user_settings,
        merge=_merged_user_settings,
        to_request=_user_settings_request,
    ),
    Setting(
        "application_settings",
        "ApplicationSettings",
        None,
        empty={},
        none={"Enabled": False, "SettingsGroup": ""},
        normal=_application_settings,
        merge=_merged_application_settings,
        to_request=_request_of_entries,
    ),
    Setting(
        "access_endpoints",
        "AccessEndpoints",
        "ACCESS_ENDPOINTS",
        empty=[],
        normal=_endpoints,
        merge=lambda _current, wanted: _endpoints(wanted),
        to_request=_request_of_entries,
    ),
    Setting(
        "embed_host_domains",
        "EmbedHostDomains",
        "EMBED_HOST_DOMAINS",
        empty=[],
        normal=_sorted,
        merge=lambda _current, wanted: _sorted(wanted),
    ),
    Setting(
        "streaming_experience_settings",
        "StreamingExperienceSettings",
        "STREAMING_EXPERIENCE_SETTINGS",
        empty={},
        normal=_filled,
        merge=_merged,
        to_request=_request_of_entries,
    ),
    Setting(
        "content_redirection",
        "ContentRedirection",
        "CONTENT_REDIRECTION",
        empty={},
        normal=_content_redirection,
        merge=_merged_content_redirection,
        to_request=_content_redirection_request,
    ),
    Setting(
        "web_authn_redirection",
        "WebAuthnRedirection",
        "WEB_AUTHN_REDIRECTION",
        empty={},
        normal=_web_authn,
        merge=_merged_web_authn,
        to_request=_request_of_entries,
    ),
    Setting(
        "agent_access_config",
        "AgentAccessConfig",
        "AGENT_ACCESS_CONFIG",
        empty={},
        normal=_agent_access,
        merge=_merged_agent_access,
        to_request=_agent_access_request,
    ),
    Setting(
        "storage_connector_authentication",
        "StorageConnectorAuthentication",
        "STORAGE_CONNECTOR_AUTHENTICATION",
        normal=_authentication,
        merge=lambda _current, wanted: _authentication(wanted),
    ),
)


def wanted_settings(options: Options, purge: bool = False) -> dict[str, Any]:
    """Return the settings that are asked for; with ``purge`` those that are not set are asked to be empty."""
    asked = {setting.option: options[setting.option] for setting in SETTINGS if options[setting.option] is not None}
    return {**{setting.option: setting.empty for setting in SETTINGS}, **asked} if purge else asked


def normal_settings(stack: Stack) -> dict[str, Any]:
    """Return all settings of a stack in a form that can be compared, those it doesn't have empty."""
    return {setting.option: setting.normal((stack or {}).get(setting.option)) for setting in SETTINGS}


def settings_after(current: Options, wanted: Options) -> dict[str, Any]:
    """Return the settings as they are to be, of the present ones (both as ``normal_settings``) and those asked for."""
    return {
        setting.option: setting.merge(current[setting.option], wanted[setting.option])
        if setting.option in wanted
        else current[setting.option]
        for setting in SETTINGS
    }


def shown(settings: Options) -> dict[str, Any]:
    """Return the settings there are, for people to read."""
    return filled(settings)


def change_request(current: Options, after: Options, wanted: Options) -> dict[str, Any]:
    """Return the parameters of CreateStack or UpdateStack that make ``current`` into ``after``; {}: nothing to do."""
    request: dict[str, Any] = {}
    deleted: list[str] = []
    for setting in SETTINGS:
        now, then, asked = current[setting.option], after[setting.option], wanted.get(setting.option)
        if now == then:
            continue
        if not is_empty(then) and not is_empty(asked):
            request[setting.parameter] = setting.to_request(then, now, asked)
            deleted += _parts_to_delete(setting.option, now, then)
        elif setting.attribute:
            deleted.append(setting.attribute)
        else:
            request[setting.parameter] = setting.none
    return {**request, "AttributesToDelete": deleted} if deleted else request


def _parts_to_delete(option: str, now: Any, then: Any) -> list[str]:
    """Attributes for parts that cannot be taken away by leaving them out."""
    if option == "storage_connectors":
        kept = {entry["connector_type"] for entry in then}
        return [CONNECTOR_ATTRIBUTE + one["connector_type"] for one in now if one["connector_type"] not in kept]
    if option == "agent_access_config" and "kms_key_arn" in now and "kms_key_arn" not in then:
        # Otherwise it goes with the replay.
        return [KEY_ATTRIBUTE] if then.get("replay_session_enabled") else []
    return []
