# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_credentials import credential_problems

KEY = "AKIA" + "IOSFODNN7EXAMPLE"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("AWS_ACCESS_KEY_ID", "x", "holds AWS credentials"),
        ("aws_secret_access_key", "s3cret", "holds AWS credentials"),
        ("AWS_SESSION_TOKEN", "s3cret", "holds AWS credentials"),
        ("AWS_SECURITY_TOKEN", "s3cret", "holds AWS credentials"),
        ("LICENSE", KEY, "looks like an AWS access key id"),
        ("LICENSE", f"key={KEY};", "looks like an AWS access key id"),
        ("LICENSE", KEY.replace("AKIA", "ASIA"), "looks like an AWS access key id"),
    ],
)
def test_credentials_are_told_without_their_value(name, value, told):
    (problem,) = credential_problems({name: value})
    assert problem.startswith(f"environment variable {name} ")
    assert told in problem
    assert value == "x" or value not in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", None),
        ("LICENSE", "AKIA" + "TOOSHORT"),
        ("LICENSE", "X" + KEY),
        ("LICENSE", KEY + "0"),
        ("LICENSE", KEY.lower()),
        ("PORT", 27000),
    ],
)
def test_other_variables_are_fine(name, value):
    assert credential_problems({name: value}) == []
