# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on names of domains, organizational units and accounts."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.domains import domain_name_problems
from ansible_collections.euc.appstream.plugins.module_utils._appstream.directory_config import rules


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
    assert legal(domain_name_problems("name", name)) is is_legal


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
    assert legal(rules.account_name_problems(name)) is is_legal


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
    assert rules.domain_of(name) == domain


def test_only_the_name_counts_when_deleting() -> None:
    assert legal(rules.directory_config_problems({"directory_name": "a.b", "state": "absent", "account_name": "x"}))
