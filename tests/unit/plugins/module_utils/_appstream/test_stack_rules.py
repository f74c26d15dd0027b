# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on the settings of stacks, compared with the service's model where that has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import regex
from ansible_collections.euc.appstream.plugins.module_utils._appstream.stack import rules, settings
from ansible_collections.euc.appstream.plugins.modules import stack
from hypothesis import given
from hypothesis import strategies as st

NOTHING: dict[str, Any] = {**dict.fromkeys(stack.ARGUMENT_SPEC), "name": "office", "state": "present"}
CLIPBOARD = "CLIPBOARD_COPY_TO_LOCAL_DEVICE"
PATTERNS = {
    "EmbedHostDomain": rules.EMBED_HOST_DOMAIN,
    "UrlPattern": rules.URL_PATTERN,
    "ProcessImageName": rules.PROCESS_NAME,
    "S3BucketArn": rules.BUCKET_ARN,
    "KmsKeyArn": rules.KEY_ARN,
}


def problems(**options: Any) -> list[str]:
    return rules.stack_problems({**NOTHING, **options})


def member_pattern(client: Any, shape: str) -> Any:
    return regex.compile(client.meta.service_model._shape_resolver._shape_map[shape]["pattern"])


@pytest.mark.parametrize("shape", PATTERNS)
@pytest.mark.parametrize(
    "text",
    [
        "chrome.exe",
        "Größe (x64).EXE",
        "a.exe.exe",
        ".exe",
        "a .exe",
        "chrome",
        "-a.exe",
        "https://a.com/*",
        "mailto:a@b",
        "ftp://",
        "https://a b",
        "gopher://a",
        "a.example.com",
        "example",
        "a.example.com.",
        "A.example.com",
        "-a.example.com",
        "arn:aws:s3:::bucket",
        "arn:aws-us-gov:s3:::b-1.x",
        "arn:aws:s3:::Bucket",
        "arn:aws:kms:eu-west-1:123456789012:key/1a-2b",
        "arn:aws:kms:eu-west-1:123456789012:alias/x",
        "",
        "a\n",
    ],
)
def test_patterns_are_the_models(client: Any, shape: str, text: str) -> None:
    wanted = bool(member_pattern(client, shape).fullmatch(text))
    assert bool(PATTERNS[shape].match(text)) is wanted


@given(st.text(alphabet="aä_ .-()9", max_size=12), st.sampled_from([".exe", ".EXE", ".exe.exe", "", ".ex"]))
def test_names_of_processes(name: str, ending: str) -> None:
    pattern = regex.compile(
        r"[\p{L}0-9_](?:[\p{L}0-9._ ()+-]*[\p{L}0-9._()+-])?(?<!\.[eE][xX][eE])\.[eE][xX][eE]", regex.UNICODE
    )
    text = name + ending
    assert bool(rules.PROCESS_NAME.match(text)) is bool(pattern.fullmatch(text))


def choices(specification: Mapping[str, Any], shape: Any) -> Iterator[tuple[list[str], list[str], str]]:
    """Choices of an argument spec and of the model, of all options with their counterpart."""
    members = {name.replace("_", "").lower(): member for name, member in shape.members.items()}
    for option, details in specification.items():
        member = members.get(option.replace("_", ""))
        if member is None:
            continue
        inner = member.member if member.type_name == "list" else member
        yield sorted(details.get("choices", [])), sorted(getattr(inner, "enum", None) or []), option
        if "options" in details:
            assert {name.lower() for name in inner.members} == {name.replace("_", "") for name in details["options"]}
            yield from choices(details["options"], inner)


def test_options_and_choices_are_the_models(client: Any) -> None:
    model = client.meta.service_model
    shape = model.operation_model("CreateStack").input_shape
    parameters = {setting.parameter for setting in settings.SETTINGS}
    assert parameters == set(shape.members) - {"Name", "Tags"}
    assert {setting.option for setting in settings.SETTINGS} <= set(stack.ARGUMENT_SPEC)
    attributes = set(model.shape_for("StackAttribute").enum)
    assert {setting.attribute for setting in settings.SETTINGS} - {None} <= attributes
    assert settings.KEY_ATTRIBUTE in attributes
    found = list(choices(stack.ARGUMENT_SPEC, shape))
    assert len(found) > 30
    assert [option for ours, theirs, option in found if ours != theirs] == []


def test_nothing_is_wrong_with_nothing() -> None:
    assert problems() == []
    assert (
        problems(
            fleet="",
            storage_connectors=[],
            user_settings=[],
            application_settings={},
            agent_access_config={"settings": None},
        )
        == []
    )


def test_what_is_not_used_is_not_checked() -> None:
    assert problems(state="absent", description="x" * 999, fleet="a b") == []
    assert problems(state="absent", name="a b") != []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": "x" * 102}, "legal name of a stack"),
        ({"fleet": "_x"}, "legal name of a fleet"),
        ({"storage_connectors": [{"connector_type": "HOMEFOLDERS", "resource_identifier": "x" * 2049}]}, "2049"),
        ({"storage_connectors": [{"connector_type": "ONE_DRIVE", "domains": ["a.com"] * 51}]}, "domains has 51"),
        ({"storage_connectors": [{"connector_type": "ONE_DRIVE", "domains": ["x" * 65]}]}, "has 65 characters"),
        ({"storage_connectors": [{"connector_type": "ONE_DRIVE", "domains": [""]}]}, "an empty entry"),
        (
            {"storage_connectors": [{"connector_type": "GOOGLE_DRIVE", "domains_require_admin_consent": ["a.com"]}]},
            "only ONE_DRIVE can",
        ),
        *(
            ({"user_settings": [{"action": action, "permission": permission, "maximum_length": length}]}, told)
            for action, permission, length, told in (
                ("FILE_UPLOAD", "ENABLED", 5, "cannot have maximum_length"),
                (CLIPBOARD, "DISABLED", 5, "cannot have maximum_length"),
                (CLIPBOARD, "ENABLED", 0, "not between 1 and 20971520"),
                (CLIPBOARD, "ENABLED", 20971521, "not between 1 and 20971520"),
            )
        ),
        ({"user_settings": [{"action": CLIPBOARD, "permission": "ENABLED"}] * 2}, f"{CLIPBOARD} 2 times"),
        ({"application_settings": {"enabled": False, "settings_group": "x"}}, "cannot have a settings_group"),
        ({"application_settings": {"enabled": True, "settings_group": "x" * 101}}, "has 101"),
        ({"access_endpoints": [{"endpoint_type": "STREAMING"}] * 5}, "5 access_endpoints are too many"),
        ({"access_endpoints": [{"endpoint_type": "STREAMING", "vpce_id": "vpc-1"}]}, "vpce_id 'vpc-1'"),
        ({"embed_host_domains": ["a.com"] * 21}, "embed_host_domains has 21"),
        ({"embed_host_domains": ["a" * 60 + "." + "b" * 60 + ".example.com"]}, "at most 128"),
        ({"content_redirection": {"host_to_client": {"allowed_urls": ["a.com"]}}}, "allowed_urls 'a.com'"),
        ({"content_redirection": {"host_to_client": {"denied_urls": ["http://a"] * 101}}}, "denied_urls has 101"),
        ({"web_authn_redirection": {"process_compatibility_list": ["a.exe"]}}, "needs enabled"),
        ({"web_authn_redirection": {"enabled": True, "process_compatibility_list": []}}, "at least one"),
        ({"web_authn_redirection": {"enabled": True, "process_compatibility_list": ["a"]}}, "chrome.exe"),
        ({"agent_access_config": {"s3_bucket_arn": ""}}, "cannot be taken away"),
        ({"agent_access_config": {"s3_bucket_arn": "bucket"}}, "arn:aws:s3:::BUCKET"),
        ({"agent_access_config": {"kms_key_arn": "key"}}, "arn:aws:kms"),
        ({"agent_access_config": {"settings": [{"agent_action": "COMPUTER_VISION"}] * 2}}, "2 times"),
    ],
)
def test_problems(options: dict[str, Any], told: str) -> None:
    (problem,) = problems(**options)
    assert told in problem


VISION = {"agent_action": "COMPUTER_VISION", "permission": "ENABLED"}
AGENTS = {"settings": [VISION], "screen_resolution": "W_1280xH_720", "screen_image_format": "PNG"}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, None),
        ({"agent_access_config": AGENTS}, None),
        ({"agent_access_config": {**AGENTS, "settings": [{**VISION, "permission": "DISABLED"}]}}, "ENABLED"),
        (
            {"agent_access_config": {**AGENTS, "settings": [{**VISION, "agent_action": "COMPUTER_INPUT"}]}},
            "COMPUTER_VISION with COMPUTER_INPUT",
        ),
        ({"agent_access_config": {**AGENTS, "screenshots_upload_enabled": True}}, "s3_bucket_arn"),
        ({"agent_access_config": {**AGENTS, "kms_key_arn": "key"}}, "replay_session_enabled with kms_key_arn"),
        ({"application_settings": {"enabled": True}}, "settings_group"),
        ({"storage_connectors": [{"connector_type": "GOOGLE_DRIVE"}]}, "GOOGLE_DRIVE needs domains"),
        ({"storage_connectors": [{"connector_type": "HOMEFOLDERS"}]}, None),
    ],
)
def test_problems_of_what_is_to_be(settings: dict[str, Any], told: str | None) -> None:
    found = rules.settings_problems(settings)
    assert (told is None and found == []) or (told is not None and told in found[0])
