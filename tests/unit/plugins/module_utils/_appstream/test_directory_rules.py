# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on names of domains, organizational units and accounts."""

from __future__ import annotations

import re
from typing import Any

import boto3
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.directory_config import rules as validation
from hypothesis import given
from hypothesis import strategies as st


def legal(problems: list[str]) -> bool:
    return problems == []


@pytest.mark.parametrize(
    ("name", "is_legal"),
    [
        ("corp.example.com", True),
        ("a.b", True),
        ("CORP-1.example.com", True),
        ("corp", False),
        ("corp.example.com.", False),
        ("-corp.example.com", False),
        ("corp..com", False),
        ("corp.example.com\n", False),
        ("cörp.example.com", False),
        ("a." * 127 + "com", False),
        ("a" * 64 + ".com", False),
        ("", False),
    ],
)
def test_domain_names(name: str, is_legal: bool) -> None:
    assert legal(validation.domain_name_problems("name", name)) is is_legal


@pytest.mark.parametrize(
    ("name", "is_legal"),
    [
        (None, True),
        (r"CORP\join", True),
        (r"CORP\svc appstream", True),
        (r"corp.example.com\join", True),
        ("join@corp.example.com", True),
        (r"CORP\dév-join$", True),
        ("join", False),
        ("CORP/join", False),
        (r"CORP\ join", False),
        ("CORP\\join ", False),
        ("CORP\\", False),
        ("\\join", False),
        (r"CORP\a\b", False),
        ("join@", False),
        ("@corp.example.com", False),
        ("CORP\\join\n", False),
        ("", False),
    ],
)
def test_account_names(name: Any, is_legal: bool) -> None:
    assert legal(validation.account_name_problems(name)) is is_legal


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("OU=a,DC=Corp,DC=example,DC=com", "corp.example.com"),
        (r"OU=a\,DC=x,dc=corp", "corp"),
        ("OU=DC=x,DC=corp", "corp"),
        ("OU=a", ""),
    ],
)
def test_the_domain_of_a_distinguished_name(name: str, domain: str) -> None:
    assert validation.domain_of(name) == domain


@given(st.text(alphabet="aB1!- ñ", max_size=70))
def test_a_directory_password_that_passes_also_passes_the_services_pattern(password: str) -> None:
    """Newlines apart, which the pattern is silent about."""
    model = boto3.client("ds", region_name="eu-central-1").meta.service_model
    pattern = model.operation_model("CreateMicrosoftAD").input_shape.members["Password"].metadata["pattern"]
    if legal(validation.directory_password_problems(password)):
        assert re.match(pattern, password)


@pytest.mark.parametrize("password", ["Ab1-xyz", "x" * 65, "abcdefgh1", "My-Admin-1"])
def test_a_refused_password_is_not_told(password: str) -> None:
    problems = validation.directory_password_problems(password)
    assert problems and password not in str(problems)


@given(st.text(max_size=20))
def test_a_netbios_name_that_passes_also_passes_the_services_pattern(name: str) -> None:
    pattern = r'^[^\\/:*?"<>|.]+[^\\/:*?"<>|]*$'
    options = {"name": "corp.example.com", "short_name": name}
    if legal(validation.managed_directory_problems(options)):
        assert re.match(pattern, name)


def test_only_the_name_counts_when_deleting() -> None:
    assert legal(
        validation.directory_config_problems({"directory_name": "a.b", "state": "absent", "account_name": "x"})
    )
    assert legal(validation.managed_directory_problems({"name": "a.b", "state": "absent", "password": "x"}))
