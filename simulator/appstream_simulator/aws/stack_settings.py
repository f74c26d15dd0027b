# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Settings of stacks: the rules on them, what the service fills in, and what an update makes of them.

Sources: the service model's documentation of UserSetting, StorageConnector, AgentAccessConfig and the latter's
ForUpdate variant; developer guide, pages on S3 buckets of home folders and of application settings; acceptance tests of
Terraform's AWS provider, which ran against the real service: it answers with all user settings, whatever was asked for,
and with ApplicationSettings.Enabled false where nothing was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from appstream_simulator.assumptions import answer
from appstream_simulator.aws.unproven import refusal, require_accepted, user_settings_by_default

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Settings = dict[str, Any]

_MEMBERS = (
    "Description",
    "DisplayName",
    "StorageConnectors",
    "RedirectURL",
    "FeedbackURL",
    "UserSettings",
    "ApplicationSettings",
    "AccessEndpoints",
    "EmbedHostDomains",
    "StreamingExperienceSettings",
    "ContentRedirection",
    "WebAuthnRedirection",
    "AgentAccessConfig",
    "StorageConnectorAuthentication",
)
# StackAttribute: what each takes away. Themes and roles are no members of UpdateStack.
_DELETABLE: Mapping[str, str] = MappingProxyType(
    {
        "STORAGE_CONNECTORS": "StorageConnectors",
        "STORAGE_CONNECTOR_HOMEFOLDERS": "StorageConnectors",
        "STORAGE_CONNECTOR_GOOGLE_DRIVE": "StorageConnectors",
        "STORAGE_CONNECTOR_ONE_DRIVE": "StorageConnectors",
        "REDIRECT_URL": "RedirectURL",
        "FEEDBACK_URL": "FeedbackURL",
        "USER_SETTINGS": "UserSettings",
        "EMBED_HOST_DOMAINS": "EmbedHostDomains",
        "ACCESS_ENDPOINTS": "AccessEndpoints",
        "STREAMING_EXPERIENCE_SETTINGS": "StreamingExperienceSettings",
        "CONTENT_REDIRECTION": "ContentRedirection",
        "WEB_AUTHN_REDIRECTION": "WebAuthnRedirection",
        "AGENT_ACCESS_CONFIG": "AgentAccessConfig",
        "STORAGE_CONNECTOR_AUTHENTICATION": "StorageConnectorAuthentication",
    }
)
_ONE_CONNECTOR = "STORAGE_CONNECTOR_"
_KEY = "AGENT_ACCESS_CONFIG_KMS_KEY_ARN"
_CLIPBOARD = ("CLIPBOARD_COPY_FROM_LOCAL_DEVICE", "CLIPBOARD_COPY_TO_LOCAL_DEVICE")
_MAXIMUM_LENGTHS = range(1, 20_971_521)


def created(backend: AppStreamBackend, request: dict[str, Any]) -> Settings:
    """The settings of a new stack.

    Raises:
        AppStreamError: the request breaks one of the rules that the service model only describes.
    """
    return _changed(backend, {}, request)


def updated(backend: AppStreamBackend, stored: Settings, request: dict[str, Any]) -> Settings:
    """What UpdateStack makes of the settings of a stack: what is named in AttributesToDelete goes, then members that
    are given are set.

    Raises:
        AppStreamError: the request breaks one of the rules, or both sets and deletes something.
    """
    attributes = list(request.get("AttributesToDelete", []))
    # The older way to say it.
    if request.get("DeleteStorageConnectors"):
        attributes.append("STORAGE_CONNECTORS")
    _check_not_both(attributes, request)
    return _changed(backend, _without(stored, attributes), request)


def _changed(backend: AppStreamBackend, stored: Settings, request: dict[str, Any]) -> Settings:
    settings = dict(stored)
    for member in _MEMBERS:
        if member in request:
            merge = _MERGED.get(member, _replaced)
            settings[member] = merge(stored.get(member), request[member])
    _check(backend, settings)
    return _filled_in(backend, settings)


def _check_not_both(attributes: list[str], request: dict[str, Any]) -> None:
    kinds = {connector["ConnectorType"] for connector in request.get("StorageConnectors", [])}
    for attribute in attributes:
        member = _DELETABLE.get(attribute)
        both = member in request
        if attribute.startswith(_ONE_CONNECTOR) and attribute != "STORAGE_CONNECTOR_AUTHENTICATION":
            both = attribute.removeprefix(_ONE_CONNECTOR) in kinds
        if attribute == _KEY:
            both = "KmsKeyArn" in request.get("AgentAccessConfig", {})
        if both:
            situation = "stack attribute both updated and deleted"
            raise refusal(situation, f"{attribute} cannot be both updated and deleted.")


def _without(stored: Settings, attributes: list[str]) -> Settings:
    """The settings left over; to delete what is not there is no error (unproven
    [deleting_stack_attribute_not_there])."""
    kept = dict(stored)
    for attribute in attributes:
        if attribute in _DELETABLE and _DELETABLE[attribute] not in kept:
            require_accepted("deleting_stack_attribute_not_there", f"The stack has no {attribute} to delete.")
        if attribute == _KEY:
            kept["AgentAccessConfig"] = _without_key(kept.get("AgentAccessConfig"), "KmsKeyArn")
        elif attribute.startswith(_ONE_CONNECTOR) and attribute != "STORAGE_CONNECTOR_AUTHENTICATION":
            kind = attribute.removeprefix(_ONE_CONNECTOR)
            connectors = kept.get("StorageConnectors", [])
            kept["StorageConnectors"] = [one for one in connectors if one["ConnectorType"] != kind]
        else:
            kept.pop(_DELETABLE.get(attribute, ""), None)
    return kept


def _without_key(structure: dict[str, Any] | None, key: str) -> dict[str, Any] | None:
    return structure and {name: value for name, value in structure.items() if name != key}


def _replaced(stored: Any, change: Any) -> Any:
    """A given member takes the stored one's place; an empty text means none (Stack's texts have a least length)."""
    return None if change == "" else change


def _by(key: str) -> Callable[[Any, Any], list[dict[str, Any]]]:
    """Lists whose entries replace the stored ones of the same kind, the others staying (unproven
    [update_stack_merges_lists]: it might as well be that the list takes the place of the stored one)."""

    def merged(stored: Any, change: Any) -> list[dict[str, Any]]:
        if len({entry[key] for entry in change}) < len(change):
            raise refusal("stack setting named twice", f"Each {key} can be specified once only.")
        kept = stored or [] if answer("update_stack_merges_lists") else []
        return list({entry[key]: entry for entry in [*kept, *change]}.values())

    return merged


def _application_settings(stored: Any, change: dict[str, Any]) -> dict[str, Any]:
    """The settings group goes when the settings are disabled (unproven [disabled_settings_lose_group])."""
    group = change.get("SettingsGroup") or ""
    if change["Enabled"] and not group:
        message = "SettingsGroup is required when application settings are enabled."
        raise refusal("application settings without a settings group", message)
    if not change["Enabled"] and group:
        message = "SettingsGroup cannot be specified when application settings are disabled."
        raise refusal("settings group of disabled application settings", message)
    if not group and not answer("disabled_settings_lose_group"):
        group = (stored or {}).get("SettingsGroup") or ""
    return {"Enabled": change["Enabled"], **({"SettingsGroup": group} if group else {})}


def _agent_access(stored: Any, change: dict[str, Any]) -> dict[str, Any]:
    """Settings are merged by agent action; without session replay its key goes too (AgentAccessConfigForUpdate)."""
    merged = {**(stored or {}), **change}
    actions = _by("AgentAction")((stored or {}).get("Settings"), change.get("Settings", []))
    merged["Settings"] = actions
    if not merged.get("ReplaySessionEnabled") and "KmsKeyArn" not in change:
        merged.pop("KmsKeyArn", None)
    return merged


_MERGED: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "StorageConnectors": _by("ConnectorType"),
        "UserSettings": _by("Action"),
        "ApplicationSettings": _application_settings,
        "AgentAccessConfig": _agent_access,
    }
)


def _check(backend: AppStreamBackend, settings: Settings) -> None:
    for setting in settings.get("UserSettings", []):
        _check_user_setting(setting)
    for connector in settings.get("StorageConnectors", []):
        _check_connector(connector)
    if settings.get("AgentAccessConfig"):
        _check_agent_access(backend, settings["AgentAccessConfig"])


def _check_user_setting(setting: dict[str, Any]) -> None:
    length = setting.get("MaximumLength")
    if length is None:
        return
    message = ""
    if setting["Action"] not in _CLIPBOARD:
        message = f"MaximumLength cannot be specified for {setting['Action']}."
    elif setting["Permission"] != "ENABLED":
        message = f"MaximumLength cannot be specified when {setting['Action']} is DISABLED."
    elif length not in _MAXIMUM_LENGTHS:
        message = f"MaximumLength must be between 1 and 20971520, not {length}."
    if message:
        raise refusal("MaximumLength of a user setting", message)


def _check_connector(connector: dict[str, Any]) -> None:
    kind = connector["ConnectorType"]
    if connector.get("DomainsRequireAdminConsent") and kind != "ONE_DRIVE":
        message = "DomainsRequireAdminConsent can only be specified for ONE_DRIVE."
        raise refusal("admin consent for another storage connector", message)
    if kind != "HOMEFOLDERS" and not connector.get("Domains"):
        raise refusal("storage connector without domains", f"Domains are required for {kind}.")


def _check_agent_access(backend: AppStreamBackend, config: dict[str, Any]) -> None:
    enabled = {entry["AgentAction"] for entry in config["Settings"] if entry["Permission"] == "ENABLED"}
    replay, key = config.get("ReplaySessionEnabled"), config.get("KmsKeyArn")
    problems = {
        "At least one agent action must be enabled.": not enabled,
        "COMPUTER_INPUT requires COMPUTER_VISION.": "COMPUTER_INPUT" in enabled and "COMPUTER_VISION" not in enabled,
        "ReplaySessionEnabled requires COMPUTER_VISION.": replay and "COMPUTER_VISION" not in enabled,
        "S3BucketArn is required when ScreenshotsUploadEnabled or ReplaySessionEnabled is true.": (
            (replay or config.get("ScreenshotsUploadEnabled")) and not config.get("S3BucketArn")
        ),
        "KmsKeyArn requires ReplaySessionEnabled.": key and not replay,
        "The KMS key must be in the Region of the stack.": key and key.split(":")[3] != backend.region_name,
        "ScreenResolution and ScreenImageFormat are required.": (
            not config.get("ScreenResolution") or not config.get("ScreenImageFormat")
        ),
    }
    for message, is_broken in problems.items():
        if is_broken:
            raise refusal("agent access settings", message)


def _filled_in(backend: AppStreamBackend, settings: Settings) -> Settings:
    """The settings as the service shows them."""
    given = {entry["Action"]: entry for entry in settings.get("UserSettings", [])}
    usual = {action: {"Action": action, "Permission": value} for action, value in user_settings_by_default().items()}
    return {
        **settings,
        "UserSettings": [_with_length(setting) for setting in {**usual, **given}.values()],
        "StorageConnectors": [_with_bucket(backend, one) for one in settings.get("StorageConnectors", [])],
        "ApplicationSettings": _with_settings_bucket(backend, settings.get("ApplicationSettings", {"Enabled": False})),
    }


def _with_length(setting: dict[str, Any]) -> dict[str, Any]:
    if setting["Action"] in _CLIPBOARD and setting["Permission"] == "ENABLED":
        return {"MaximumLength": _MAXIMUM_LENGTHS[-1], **setting}
    return setting


def _with_bucket(backend: AppStreamBackend, connector: dict[str, Any]) -> dict[str, Any]:
    """A connector; that of home folders names the bucket, whose name the guide gives (that it is shown is unproven
    [home_folder_bucket_shown])."""
    if connector["ConnectorType"] != "HOMEFOLDERS" or not answer("home_folder_bucket_shown"):
        return connector
    return {"ResourceIdentifier": f"appstream2-36fb080bb8-{backend.region_name}-{backend.account_id}", **connector}


def _with_settings_bucket(backend: AppStreamBackend, application_settings: dict[str, Any]) -> dict[str, Any]:
    if not application_settings["Enabled"]:
        return application_settings
    place = f"{backend.region_name}-{backend.account_id}"
    # "A random identifier", which stays the same for account and Region.
    identifier = hashlib.sha256(place.encode()).hexdigest()[:7]
    return {**application_settings, "S3BucketName": f"appstream-app-settings-{place}-{identifier}"}
