# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on passwords and NetBIOS names of directories."""

from __future__ import annotations

import re

import boto3
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.managed_directory import rules
from hypothesis import given
from hypothesis import strategies as st


def legal(problems: list[str]) -> bool:
    return problems == []


@given(st.text(alphabet="aB1!- ñ", max_size=70))
def test_a_directory_password_that_passes_also_passes_the_services_pattern(password: str) -> None:
    """Newlines apart, which the pattern is silent about."""
    model = boto3.client("ds", region_name="eu-central-1").meta.service_model
    pattern = model.operation_model("CreateMicrosoftAD").input_shape.members["Password"].metadata["pattern"]
    if legal(rules.password_problems(password)):
        assert re.match(pattern, password)


@pytest.mark.parametrize("password", ["Ab1-xyz", "x" * 65, "abcdefgh1", "My-Admin-1"])
def test_nothing_of_a_refused_password_is_in_the_problems(password: str) -> None:
    problems = rules.password_problems(password)
    assert problems and password not in str(problems)


@given(st.text(max_size=20))
def test_a_netbios_name_that_passes_also_passes_the_services_pattern(name: str) -> None:
    pattern = r'^[^\\/:*?"<>|.]+[^\\/:*?"<>|]*$'
    options = {"name": "corp.example.com", "short_name": name}
    if legal(rules.managed_directory_problems(options)):
        assert re.match(pattern, name)


def test_only_the_name_counts_when_deleting() -> None:
    assert legal(rules.managed_directory_problems({"name": "a.b", "state": "absent", "password": "x"}))
