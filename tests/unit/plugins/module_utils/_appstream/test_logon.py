# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is wrong with a logon to AWS is said before any call, with the place it comes from."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import logon
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "hunter2"}
VARIABLES = (
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"),
    *("AWS_ACCESS_KEY", "AWS_SECRET_KEY"),
)
PROFILES = """\
[profile images]
role_arn = arn:aws:iam::123456789012:role/images
source_profile = people
region = eu-west-1
[profile people]
role_arn = arn:aws:iam::123456789012:role/people
mfa_serial = arn:aws:iam::123456789012:mfa/ann
source_profile = base
[profile base]
region = eu-west-1
[profile circle]
role_arn = arn:aws:iam::123456789012:role/circle
source_profile = circle
region = eu-west-1
"""


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The environment of a controller without a terminal, with a configuration file and without keys."""
    for name in (*VARIABLES, *KEYS):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config").write_text(PROFILES)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setattr(logon, "_has_terminal", lambda: False)
    return monkeypatch


def refusal(capsys: pytest.CaptureFixture[str], **options: Any) -> str:
    """Why a module can't have a client with these options."""
    with patch_module_args(options), pytest.raises(SystemExit):
        AnsibleAppStreamModule(argument_spec={}).client("appstream")
    return str(json.loads(capsys.readouterr().out)["msg"])


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "no AWS Region to ask. Set AWS_REGION"),
        ({"AWS_REGION": ""}, "AWS_REGION is set but empty"),
        ({"AWS_REGION": " ", "AWS_DEFAULT_REGION": ""}, "AWS_REGION and AWS_DEFAULT_REGION is set but empty"),
    ],
)
def test_no_region(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variables: dict[str, str], words: str
) -> None:
    for name, value in {**KEYS, **variables}.items():
        environment.setenv(name, value)
    assert words in refusal(capsys)


@pytest.mark.parametrize(
    ("variables", "options", "profile_from", "keys_from"),
    [
        (KEYS, {"profile": "base"}, "options", "access_key from the environment variable AWS_ACCESS_KEY_ID"),
        ({**KEYS, "AWS_PROFILE": "base"}, {}, "the environment variable AWS_PROFILE", "AWS_ACCESS_KEY_ID"),
        ({"AWS_PROFILE": "base"}, {"access_key": "A", "secret_key": "B"}, "variable AWS_PROFILE", "from the options"),
    ],
)
def test_a_profile_and_keys(
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    options: dict[str, str],
    profile_from: str,
    keys_from: str,
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)
    text = refusal(capsys, region="eu-west-1", **options)
    assert "profile base from" in text
    assert profile_from in text.partition(", and ")[0] and keys_from in text.partition(", and ")[2]
    assert "hunter2" not in text


@pytest.mark.parametrize("profile", ["images", "people"])
def test_a_profile_that_asks_for_a_code(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], profile: str
) -> None:
    text = refusal(capsys, profile=profile, region="eu-west-1")
    assert text.startswith("Profile people has mfa_serial") and f"--profile {profile}" in text


@pytest.mark.parametrize(
    ("profile", "terminal"), [("base", False), ("circle", False), ("nobody", False), ("people", True)]
)
def test_profiles_that_may_be_used(
    environment: pytest.MonkeyPatch, tmp_path: Path, profile: str, *, terminal: bool
) -> None:
    environment.setattr(logon, "_has_terminal", lambda: terminal)
    profiles = {"base": {}, "circle": {"role_arn": "r", "source_profile": "circle"}}
    profiles["people"] = {"role_arn": "r", "mfa_serial": "m"}
    assert logon.code_problem(profile, profiles) is None


def test_empty_keys_leave_the_profile_alone(environment: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        environment.setenv(name, value)
    options = {"profile": "base", "access_key": "", "secret_key": "", "session_token": ""}
    with patch_module_args(options):
        client = AnsibleAppStreamModule(argument_spec={}).client("appstream")
    assert client.meta.region_name == "eu-west-1"


@pytest.mark.parametrize(("minutes", "warned"), [(30, True), (600, False)])
def test_credentials_that_end_soon(environment: pytest.MonkeyPatch, minutes: int, *, warned: bool) -> None:
    end = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    for name, value in {**KEYS, "AWS_CREDENTIAL_EXPIRATION": end.isoformat()}.items():
        environment.setenv(name, value)
    with patch_module_args({"region": "eu-west-1"}):
        warning = AnsibleAppStreamModule(argument_spec={}).credentials_warning()
    assert ("the AWS credentials end in 30 minutes" in str(warning)) is warned


def test_a_configuration_that_can_not_be_read_just_now(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile images\n")
    for name, value in KEYS.items():
        environment.setenv(name, value)
    with patch_module_args({"region": "eu-west-1"}):
        assert AnsibleAppStreamModule(argument_spec={}).credentials_warning() is None
