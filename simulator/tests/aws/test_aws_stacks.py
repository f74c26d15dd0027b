# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Stacks: their settings and life, and the fleets associated with them."""

from __future__ import annotations

from typing import Any

import pytest
from fleet_requests import create_fleet
from simulated_aws import Simulator, error_of

COMBINATION = "InvalidParameterCombinationException"
USUAL = {
    "CLIPBOARD_COPY_FROM_LOCAL_DEVICE": ("ENABLED", 20971520),
    "CLIPBOARD_COPY_TO_LOCAL_DEVICE": ("ENABLED", 20971520),
    "FILE_UPLOAD": ("ENABLED", None),
    "FILE_DOWNLOAD": ("ENABLED", None),
    "PRINTING_TO_LOCAL_DEVICE": ("ENABLED", None),
    "DOMAIN_PASSWORD_SIGNIN": ("ENABLED", None),
    "DOMAIN_SMART_CARD_SIGNIN": ("DISABLED", None),
    "AUTO_TIME_ZONE_REDIRECTION": ("DISABLED", None),
}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234"
AGENTS = {
    "Settings": [{"AgentAction": "COMPUTER_VISION", "Permission": "ENABLED"}],
    "ScreenResolution": "W_1280xH_720",
    "ScreenImageFormat": "PNG",
}
REPLAY = {**AGENTS, "ReplaySessionEnabled": True, "S3BucketArn": "arn:aws:s3:::agents", "KmsKeyArn": KEY}
ONE_DRIVE = {"ConnectorType": "ONE_DRIVE", "Domains": ["example.com"]}
# Members that are shown as they are given, and what takes each away.
PLAIN = {
    "RedirectURL": ("https://example.com/end", "REDIRECT_URL"),
    "FeedbackURL": ("https://example.com/feedback", "FEEDBACK_URL"),
    "AccessEndpoints": ([{"EndpointType": "STREAMING", "VpceId": "vpce-0123456789abcdef0"}], "ACCESS_ENDPOINTS"),
    "EmbedHostDomains": (["portal.example.com"], "EMBED_HOST_DOMAINS"),
    "StreamingExperienceSettings": ({"PreferredProtocol": "UDP"}, "STREAMING_EXPERIENCE_SETTINGS"),
    "ContentRedirection": (
        {"HostToClient": {"Enabled": True, "AllowedUrls": ["https://example.com"]}},
        "CONTENT_REDIRECTION",
    ),
    "WebAuthnRedirection": ({"Enabled": True, "ProcessCompatibilityList": ["chrome.exe"]}, "WEB_AUTHN_REDIRECTION"),
    "AgentAccessConfig": (AGENTS, "AGENT_ACCESS_CONFIG"),
    "StorageConnectorAuthentication": ("FORCE_REAUTHENTICATION", "STORAGE_CONNECTOR_AUTHENTICATION"),
}


def create_stack(appstream: Any, name: str = "stack", **request: Any) -> dict[str, Any]:
    created: dict[str, Any] = appstream.create_stack(Name=name, **request)["Stack"]
    return created


def describe_stack(appstream: Any, name: str = "stack") -> dict[str, Any]:
    (stack,) = appstream.describe_stacks(Names=[name])["Stacks"]
    return dict(stack)


def user_settings(stack: dict[str, Any]) -> dict[str, tuple[str, int | None]]:
    return {one["Action"]: (one["Permission"], one.get("MaximumLength")) for one in stack["UserSettings"]}


def test_what_a_stack_has_that_sets_nothing(appstream: Any) -> None:
    stack = create_stack(appstream)
    assert stack == describe_stack(appstream)
    assert user_settings(stack) == USUAL
    assert stack.pop("CreatedTime") and stack.pop("UserSettings")
    assert stack == {
        "Name": "stack",
        "Arn": "arn:aws:appstream:eu-west-1:123456789012:stack/stack",
        "StorageConnectors": [],
        "ApplicationSettings": {"Enabled": False},
        "StackErrors": [],
    }


def test_everything_set_at_creation(appstream: Any) -> None:
    given: dict[str, Any] = {member: value for member, (value, _attribute) in PLAIN.items()}
    stack = create_stack(appstream, Description="A", DisplayName="B", Tags={"a": "b"}, **given)
    assert {member: stack[member] for member in given} == given
    assert (stack["Description"], stack["DisplayName"]) == ("A", "B")
    assert appstream.list_tags_for_resource(ResourceArn=stack["Arn"])["Tags"] == {"a": "b"}


@pytest.mark.parametrize("member", PLAIN)
def test_setting_and_deleting(appstream: Any, member: str) -> None:
    value, attribute = PLAIN[member]
    create_stack(appstream, Description="kept")
    assert appstream.update_stack(Name="stack", **{member: value})["Stack"][member] == value
    both = {"AttributesToDelete": [attribute], member: value}
    assert error_of(appstream.update_stack, Name="stack", **both)[0] == COMBINATION
    for _time in range(2):
        stack = appstream.update_stack(Name="stack", AttributesToDelete=[attribute])["Stack"]
        assert member not in stack
        assert stack["Description"] == "kept"


def test_an_empty_text_is_none(appstream: Any) -> None:
    create_stack(appstream, Description="A", DisplayName="B", RedirectURL="https://example.com")
    stack = appstream.update_stack(Name="stack", Description="", DisplayName="", RedirectURL="")["Stack"]
    assert not stack.keys() & {"Description", "DisplayName", "RedirectURL"}


def test_user_settings(appstream: Any) -> None:
    to, upload = "CLIPBOARD_COPY_TO_LOCAL_DEVICE", "FILE_UPLOAD"
    stack = create_stack(appstream, UserSettings=[{"Action": upload, "Permission": "DISABLED"}])
    assert user_settings(stack) == {**USUAL, upload: ("DISABLED", None)}
    limited = [{"Action": to, "Permission": "ENABLED", "MaximumLength": 100}]
    stack = appstream.update_stack(Name="stack", UserSettings=limited)["Stack"]
    assert user_settings(stack) == {**USUAL, upload: ("DISABLED", None), to: ("ENABLED", 100)}
    stack = appstream.update_stack(Name="stack", UserSettings=[{"Action": to, "Permission": "DISABLED"}])["Stack"]
    assert user_settings(stack)[to] == ("DISABLED", None)
    stack = appstream.update_stack(Name="stack", AttributesToDelete=["USER_SETTINGS"])["Stack"]
    assert user_settings(stack) == USUAL


def test_storage_connectors(appstream: Any) -> None:
    home = {"ConnectorType": "HOMEFOLDERS", "ResourceIdentifier": "appstream2-36fb080bb8-eu-west-1-123456789012"}
    stack = create_stack(appstream, StorageConnectors=[{"ConnectorType": "HOMEFOLDERS"}])
    assert stack["StorageConnectors"] == [home]
    stack = appstream.update_stack(Name="stack", StorageConnectors=[ONE_DRIVE])["Stack"]
    assert stack["StorageConnectors"] == [home, ONE_DRIVE]
    deleted = {"AttributesToDelete": ["STORAGE_CONNECTOR_HOMEFOLDERS"]}
    clash = error_of(appstream.update_stack, Name="stack", StorageConnectors=[home], **deleted)
    assert clash[0] == COMBINATION
    stack = appstream.update_stack(Name="stack", StorageConnectors=[ONE_DRIVE], **deleted)["Stack"]
    assert stack["StorageConnectors"] == [ONE_DRIVE]
    assert appstream.update_stack(Name="stack", DeleteStorageConnectors=True)["Stack"]["StorageConnectors"] == []


def test_application_settings(appstream: Any) -> None:
    stack = create_stack(appstream, ApplicationSettings={"Enabled": True, "SettingsGroup": "office"})
    bucket = stack["ApplicationSettings"].pop("S3BucketName")
    assert bucket.startswith("appstream-app-settings-eu-west-1-123456789012-")
    assert stack["ApplicationSettings"] == {"Enabled": True, "SettingsGroup": "office"}
    off = {"Enabled": False, "SettingsGroup": ""}
    assert appstream.update_stack(Name="stack", ApplicationSettings=off)["Stack"]["ApplicationSettings"] == {
        "Enabled": False
    }


def test_agent_access_is_merged(appstream: Any) -> None:
    create_stack(appstream, AgentAccessConfig=REPLAY)
    typing = [{"AgentAction": "COMPUTER_INPUT", "Permission": "ENABLED"}]
    stack = appstream.update_stack(Name="stack", AgentAccessConfig={"Settings": typing})["Stack"]
    assert stack["AgentAccessConfig"] == {**REPLAY, "Settings": [*AGENTS["Settings"], *typing]}
    deleted = ["AGENT_ACCESS_CONFIG_KMS_KEY_ARN"]
    change = {"AgentAccessConfig": {"KmsKeyArn": KEY}, "AttributesToDelete": deleted}
    assert error_of(appstream.update_stack, Name="stack", **change)[0] == COMBINATION
    stack = appstream.update_stack(Name="stack", AttributesToDelete=deleted)["Stack"]
    assert "KmsKeyArn" not in stack["AgentAccessConfig"]
    appstream.update_stack(Name="stack", AgentAccessConfig={"KmsKeyArn": KEY})
    stack = appstream.update_stack(Name="stack", AgentAccessConfig={"ReplaySessionEnabled": False})["Stack"]
    assert "KmsKeyArn" not in stack["AgentAccessConfig"]


@pytest.mark.parametrize(
    "request_body",
    [
        {"UserSettings": [{"Action": "FILE_UPLOAD", "Permission": "ENABLED", "MaximumLength": 5}]},
        *(
            {"UserSettings": [{"Action": "CLIPBOARD_COPY_TO_LOCAL_DEVICE", "Permission": one, "MaximumLength": length}]}
            for one, length in (("DISABLED", 5), ("ENABLED", 0), ("ENABLED", 20971521))
        ),
        {"UserSettings": [{"Action": "FILE_UPLOAD", "Permission": "ENABLED"}] * 2},
        {"StorageConnectors": [ONE_DRIVE, ONE_DRIVE]},
        {"StorageConnectors": [{"ConnectorType": "GOOGLE_DRIVE"}]},
        {"StorageConnectors": [{"ConnectorType": "HOMEFOLDERS", "DomainsRequireAdminConsent": ["example.com"]}]},
        {"ApplicationSettings": {"Enabled": True}},
        {"ApplicationSettings": {"Enabled": False, "SettingsGroup": "office"}},
        {"AgentAccessConfig": {**AGENTS, "Settings": [{"AgentAction": "COMPUTER_VISION", "Permission": "DISABLED"}]}},
        {"AgentAccessConfig": {**AGENTS, "Settings": [{"AgentAction": "COMPUTER_INPUT", "Permission": "ENABLED"}]}},
        {"AgentAccessConfig": {**AGENTS, "ScreenshotsUploadEnabled": True}},
        {"AgentAccessConfig": {**AGENTS, "KmsKeyArn": KEY}},
        {"AgentAccessConfig": {**REPLAY, "KmsKeyArn": KEY.replace("eu-west-1", "eu-west-2")}},
    ],
)
def test_rules_of_the_documentation(appstream: Any, request_body: dict[str, Any]) -> None:
    assert error_of(appstream.create_stack, Name="stack", **request_body)[0] == COMBINATION
    create_stack(appstream, Description="before")
    before = describe_stack(appstream)
    assert error_of(appstream.update_stack, Name="stack", Description="after", **request_body)[0] == COMBINATION
    assert describe_stack(appstream) == before


@pytest.mark.parametrize(
    "request_body",
    [
        {"Name": "-stack"},
        {"Description": "x" * 257},
        {"RedirectURL": "x" * 1001},
        {"EmbedHostDomains": ["Example"]},
        {"AccessEndpoints": [{"EndpointType": "STREAMING"}] * 5},
        {"ApplicationSettings": {"Enabled": True, "SettingsGroup": "x" * 101}},
        {"UserSettings": [{"Action": "FLY", "Permission": "ENABLED"}]},
        {"ContentRedirection": {"HostToClient": {"Enabled": True, "AllowedUrls": ["example.com"]}}},
    ],
)
def test_rules_of_the_model(appstream: Any, request_body: dict[str, Any]) -> None:
    assert error_of(appstream.create_stack, **{"Name": "stack", **request_body})[0] == "ValidationException"
    assert appstream.describe_stacks()["Stacks"] == []


def test_names_and_quota(simulator: Simulator, appstream: Any) -> None:
    create_stack(appstream)
    assert error_of(appstream.create_stack, Name="stack")[0] == "ResourceAlreadyExistsException"
    for number in range(9):
        create_stack(appstream, f"stack-{number}")
    assert error_of(appstream.create_stack, Name="eleventh")[0] == "LimitExceededException"
    create_stack(simulator.client(region="eu-west-2"))


@pytest.mark.parametrize("operation", ["update_stack", "delete_stack"])
def test_operation_on_nothing(appstream: Any, operation: str) -> None:
    assert error_of(getattr(appstream, operation), Name="nobody")[0] == "ResourceNotFoundException"


def test_listing_in_pages(simulator: Simulator, appstream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator.server.settings, "page_size", 2)
    create_fleet(appstream)
    for name in "abcde":
        create_stack(appstream, name)
        appstream.associate_fleet(FleetName="fleet", StackName=name)
    assert len(appstream.describe_stacks()["Stacks"]) == 2
    found = appstream.get_paginator("describe_stacks").paginate().build_full_result()["Stacks"]
    assert [stack["Name"] for stack in found] == list("abcde")
    stacks = appstream.get_paginator("list_associated_stacks").paginate(FleetName="fleet").build_full_result()["Names"]
    assert stacks == list("abcde")
    some = appstream.describe_stacks(Names=["d", "a"])["Stacks"]
    assert {stack["Name"] for stack in some} == {"a", "d"}
    assert error_of(appstream.describe_stacks, Names=["a", "z"])[0] == "ResourceNotFoundException"


def test_association(appstream: Any) -> None:
    for name in ("fleet", "other"):
        create_fleet(appstream, name)
    arn = create_stack(appstream)["Arn"]
    pair = {"FleetName": "fleet", "StackName": "stack"}
    assert appstream.list_associated_fleets(StackName="stack")["Names"] == []
    appstream.associate_fleet(**pair)
    assert appstream.list_associated_fleets(StackName="stack")["Names"] == ["fleet"]
    assert appstream.list_associated_stacks(FleetName="fleet")["Names"] == ["stack"]
    for fleet in ("fleet", "other"):
        again = error_of(appstream.associate_fleet, FleetName=fleet, StackName="stack")
        assert again[0] == "OperationNotPermittedException"
    code, message = error_of(appstream.delete_stack, Name="stack")
    assert code == "ResourceInUseException"
    assert message.startswith("Cannot delete stack stack. This stack has fleets associated with it.")
    assert error_of(appstream.delete_fleet, Name="fleet")[0] == "ResourceInUseException"
    appstream.disassociate_fleet(**pair)
    assert error_of(appstream.disassociate_fleet, **pair)[0] == "ResourceNotFoundException"
    assert appstream.list_associated_stacks(FleetName="fleet")["Names"] == []
    appstream.delete_stack(Name="stack")
    assert appstream.describe_stacks()["Stacks"] == []
    assert error_of(appstream.list_tags_for_resource, ResourceArn=arn)[0] == "ResourceNotFoundException"


def test_association_of_nothing(appstream: Any) -> None:
    create_fleet(appstream)
    create_stack(appstream)
    for pair in ({"FleetName": "none", "StackName": "stack"}, {"FleetName": "fleet", "StackName": "none"}):
        for operation in (appstream.associate_fleet, appstream.disassociate_fleet):
            assert error_of(operation, **pair)[0] == "ResourceNotFoundException"
    assert appstream.list_associated_fleets(StackName="none")["Names"] == []
    assert appstream.list_associated_stacks(FleetName="none")["Names"] == []


def test_a_fleet_with_active_sessions_stays(simulator: Simulator, appstream: Any) -> None:
    create_fleet(appstream)
    for name in ("stack", "other"):
        create_stack(appstream, name)
        appstream.associate_fleet(FleetName="fleet", StackName=name)
    appstream.start_fleet(Name="fleet")
    simulator.advance(2000)
    simulator.control("POST", "sessions", {"fleet": "fleet", "stack": "stack", "user": "ann"})
    (session,) = appstream.describe_sessions(FleetName="fleet", StackName="stack")["Sessions"]
    appstream.disassociate_fleet(FleetName="fleet", StackName="other")
    pair = {"FleetName": "fleet", "StackName": "stack"}
    assert error_of(appstream.disassociate_fleet, **pair)[0] == "ResourceInUseException"
    appstream.expire_session(SessionId=session["Id"])
    appstream.disassociate_fleet(**pair)


def test_state_of_the_control_plane(simulator: Simulator, appstream: Any) -> None:
    create_fleet(appstream)
    create_stack(appstream, Tags={"a": "b"})
    appstream.associate_fleet(FleetName="fleet", StackName="stack")
    (stack,) = simulator.control("GET", "state")["stacks"]
    assert (stack["Name"], stack["Region"], stack["Tags"], stack["Fleets"]) == (
        "stack",
        "eu-west-1",
        {"a": "b"},
        ["fleet"],
    )
