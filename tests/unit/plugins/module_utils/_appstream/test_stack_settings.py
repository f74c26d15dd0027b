# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of a stack: their normal form, what they will be, and the request for that."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import calls, settings
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.stack.settings import SETTINGS, USUAL_PERMISSIONS

NOTHING = {setting.option: setting.empty for setting in SETTINGS}
HOME = {"connector_type": "HOMEFOLDERS", "resource_identifier": "appstream2-36fb080bb8-eu-west-1-123456789012"}
DRIVE = {"connector_type": "ONE_DRIVE", "domains": ["b.com", "a.com"]}


def request_for(stack: dict[str, Any] | None, **wanted: Any) -> dict[str, Any]:
    """What is sent to bring a stack there; having done that there is nothing more to do."""
    changes = settings.changes(SETTINGS, stack, wanted)
    after = {**(stack or {}), **{option: change.after for option, change in changes.items()}}
    assert settings.changes(SETTINGS, after, wanted) == {}
    assert settings.view(SETTINGS, after) == settings.view_after(SETTINGS, stack, changes)
    return settings.update_request(SETTINGS, changes)


@pytest.mark.parametrize(
    "stack",
    [
        {},
        {"storage_connectors": [], "access_endpoints": [], "embed_host_domains": [], "user_settings": []},
        {"application_settings": {"enabled": False, "settings_group": ""}},
        {"storage_connector_authentication": "REUSE_CREDENTIALS"},
        {"name": "office", "arn": "arn", "stack_errors": []},
    ],
)
def test_what_the_service_fills_in_is_nothing(stack: dict[str, Any]) -> None:
    assert {setting.option: setting.current(stack) for setting in SETTINGS} == NOTHING
    assert settings.view(SETTINGS, stack) == {}


@pytest.mark.parametrize(
    ("stack", "wanted", "request_body"),
    [
        ({}, {"description": ""}, {}),
        ({"description": "a"}, {"description": ""}, {"Description": ""}),
        ({"redirect_url": "a"}, {"redirect_url": ""}, {"AttributesToDelete": ["REDIRECT_URL"]}),
        ({"redirect_url": "a", "feedback_url": "b"}, {"redirect_url": "c"}, {"RedirectURL": "c"}),
        ({"storage_connectors": [HOME]}, {"storage_connectors": [{"connector_type": "HOMEFOLDERS"}]}, {}),
        (
            {"storage_connectors": [HOME]},
            {"storage_connectors": [DRIVE, {"connector_type": "HOMEFOLDERS"}]},
            {
                "StorageConnectors": [
                    {"ConnectorType": "HOMEFOLDERS"},
                    {"ConnectorType": "ONE_DRIVE", "Domains": ["a.com", "b.com"]},
                ]
            },
        ),
        (
            {"storage_connectors": [HOME, DRIVE]},
            {"storage_connectors": [DRIVE]},
            {
                "StorageConnectors": [{"ConnectorType": "ONE_DRIVE", "Domains": ["a.com", "b.com"]}],
                "AttributesToDelete": ["STORAGE_CONNECTOR_HOMEFOLDERS"],
            },
        ),
        (
            {},
            {"storage_connectors": [{**HOME, "resource_identifier": "arn:of:mine"}]},
            {"StorageConnectors": [{"ConnectorType": "HOMEFOLDERS", "ResourceIdentifier": "arn:of:mine"}]},
        ),
        ({"storage_connectors": [HOME]}, {"storage_connectors": []}, {"AttributesToDelete": ["STORAGE_CONNECTORS"]}),
        (
            {"application_settings": {"enabled": True, "settings_group": "g", "s3_bucket_name": "b"}},
            {"application_settings": {"enabled": False, "settings_group": None}},
            {"ApplicationSettings": {"Enabled": False, "SettingsGroup": ""}},
        ),
        (
            {"access_endpoints": [{"endpoint_type": "STREAMING", "vpce_id": "b"}]},
            {"access_endpoints": [{"endpoint_type": "STREAMING", "vpce_id": one} for one in ("b", "a", "b")]},
            {"AccessEndpoints": [{"EndpointType": "STREAMING", "VpceId": one} for one in ("a", "b")]},
        ),
        (
            {"storage_connector_authentication": "FORCE_REAUTHENTICATION"},
            {"storage_connector_authentication": "REUSE_CREDENTIALS"},
            {"AttributesToDelete": ["STORAGE_CONNECTOR_AUTHENTICATION"]},
        ),
        (
            {"streaming_experience_settings": {"preferred_protocol": "TCP"}},
            {"streaming_experience_settings": {"preferred_protocol": None}},
            {"AttributesToDelete": ["STREAMING_EXPERIENCE_SETTINGS"]},
        ),
    ],
)
def test_requests(stack: dict[str, Any], wanted: dict[str, Any], request_body: dict[str, Any]) -> None:
    assert request_for(stack, **wanted) == request_body


def user_setting(action: str, permission: str, length: int | None = None) -> dict[str, Any]:
    return {"action": action, "permission": permission, "maximum_length": length}


def test_user_settings_are_sent_all_together() -> None:
    """Whether the service merges or replaces them is unproven."""
    copy, upload = "CLIPBOARD_COPY_TO_LOCAL_DEVICE", "FILE_UPLOAD"
    stack = {"user_settings": [user_setting(upload, "ENABLED"), user_setting(copy, "ENABLED", 20971520)]}
    assert request_for(stack, user_settings=[user_setting(copy, "ENABLED")]) == {}
    assert request_for(stack, user_settings=[user_setting(upload, "DISABLED")]) == {
        "UserSettings": [
            {"Action": copy, "Permission": "ENABLED", "MaximumLength": 20971520},
            {"Action": upload, "Permission": "DISABLED"},
        ]
    }


def test_user_settings_as_they_usually_are() -> None:
    unproven = user_setting("SMART_CARD_REDIRECTION", "ENABLED")
    usual = [user_setting(action, permission) for action, permission in USUAL_PERMISSIONS.items()]
    assert request_for({"user_settings": [*usual, unproven]}, user_settings=[]) == {}
    changed = {"user_settings": [user_setting("FILE_UPLOAD", "DISABLED"), *usual[3:], unproven]}
    assert request_for(changed, user_settings=[]) == {"AttributesToDelete": ["USER_SETTINGS"]}


def test_a_key_goes_by_itself_or_with_the_replay() -> None:
    access = {
        "settings": [{"agent_action": "COMPUTER_VISION", "permission": "ENABLED"}],
        "screen_resolution": "W_1280xH_720",
        "screen_image_format": "PNG",
        "replay_session_enabled": True,
        "s3_bucket_arn": "arn:aws:s3:::agents",
        "kms_key_arn": "key",
    }
    alone = request_for({"agent_access_config": access}, agent_access_config={"kms_key_arn": ""})
    assert alone["AttributesToDelete"] == ["AGENT_ACCESS_CONFIG_KMS_KEY_ARN"]
    assert "KmsKeyArn" not in alone["AgentAccessConfig"]
    with_replay = request_for({"agent_access_config": access}, agent_access_config={"replay_session_enabled": False})
    assert "AttributesToDelete" not in with_replay
    assert with_replay["AgentAccessConfig"]["ReplaySessionEnabled"] is False
    assert "KmsKeyArn" not in with_replay["AgentAccessConfig"]


def test_purging_asks_for_nothing_of_what_is_not_set() -> None:
    options = {**dict.fromkeys(NOTHING), "description": "a"}
    assert settings.desired_settings(SETTINGS, options) == {"description": "a"}
    assert settings.desired_settings(SETTINGS, options, purge=True) == {**NOTHING, "description": "a"}


def test_suboptions_that_are_not_set_are_not_desired() -> None:
    options = {"application_settings": {"enabled": True, "settings_group": None}}
    assert settings.desired_settings(SETTINGS, options) == {"application_settings": {"enabled": True}}


def test_members_within_members_must_be_known_too(client: Any) -> None:
    calls.require_support(
        client, "CreateStack", {"Name": "x", "StorageConnectors": [{"Domains": ["a"]}], "Tags": {"a": "b"}}
    )
    with pytest.raises(AppStreamError, match=r"does not know StorageConnectors\.Unheard, Unseen of CreateStack"):
        calls.require_support(client, "CreateStack", {"Unseen": {}, "StorageConnectors": [{"Unheard": 1}]})
