# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json
import re

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils import _secret_scan as scan
from ansible_collections.euc.appstream.plugins.plugin_utils._secret_scan import Secret
from appstream_simulator.windows.powershell.parser import parse
from appstream_simulator.windows.powershell.resolution import require_known
from hypothesis import given
from hypothesis import strategies as st

WORDS = st.text(min_size=6, max_size=30).filter(lambda text: text.strip() == text and len(text.splitlines()) == 1)


def test_names_lead_to_the_secrets_and_user_names_are_none():
    given = {
        "vendor": {"username": "bob", "password": "p4ssw0rd", "headers": {"X-Key": "abcdef1"}},
        "licences": ["one-one-one", 1234567],
        "empty": None,
        "flag": True,
    }
    assert [(secret.name, secret.text) for secret in scan.named_secrets(given)] == [
        ("vendor.password", "p4ssw0rd"),
        ("vendor.headers.X-Key", "abcdef1"),
        ("licences[0]", "one-one-one"),
        ("licences[1]", "1234567"),
    ]


def test_what_is_looked_for():
    key = "-----BEGIN KEY-----\nshort\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END KEY-----"
    wanted, too_short = scan.searchable(
        [
            Secret("a", "same-secret"),
            Secret("b", "same-secret"),
            Secret("c", "abc"),
            Secret("d", ""),
            Secret("key", key),
        ]
    )
    assert [(secret.name, secret.text) for secret in wanted] == [
        ("a", "same-secret"),
        ("key", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"),
    ]
    assert too_short == ["c"]


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("ansible_password", True),
        ("ansible_winrm_password", True),
        ("ansible_winrm_pass", True),
        ("ansible_become_pass", True),
        ("ansible_become_password", True),
        ("ansible_psrp_password", True),
        ("ansible_user", False),
        ("ansible_password_hint", False),
        ("my_password", False),
    ],
)
def test_variables_of_the_connection(name, is_secret):
    assert scan.connection_variables([name]) == ([name] if is_secret else [])


def test_credentials_in_the_environment():
    environment = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s3cr3t", "AWS_SESSION_TOKEN": "", "PATH": "/"}
    assert scan.environment_secrets(environment) == [Secret("AWS_SECRET_ACCESS_KEY", "s3cr3t")]


def test_spellings():
    texts = [secret.text for secret in scan.spellings(Secret("a", 'p&s<"ö/ x'))]
    assert texts == [
        'p&s<"ö/ x',
        "p%26s%3C%22%C3%B6%2F%20x",
        "p&amp;s&lt;&quot;ö/ x",
        'p&amp;s&lt;"ö/ x',
        'p&s<\\"\\u00f6/ x',
    ]
    assert [secret.text for secret in scan.spellings(Secret("a", "plain-text_1"))] == ["plain-text_1"]


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_no_secret_is_in_the_script_or_in_what_is_shown_of_it(texts):
    secrets = [Secret(f"s{index}", text) for index, text in enumerate(texts)]
    arguments = scan.module_arguments(secrets, scan.Extent(["C:\\Temp"], ["HKLM\\SOFTWARE"], 10, 20))
    assert arguments["script"] == scan.script(len(texts))
    assert {name: value for name, value in arguments["parameters"].items() if name != "Source"} == {
        "Group": list(range(len(texts))),
        "Folder": ["C:\\Temp"],
        "Key": ["HKEY_LOCAL_MACHINE\\SOFTWARE"],
        "Limit": 10,
        "Seconds": 20,
    }
    assert [item["value"] for item in arguments["sensitive_parameters"]] == texts
    assert not any(text in repr(secrets) for text in texts if len(text) > 12)


def test_spellings_of_a_secret_have_one_number():
    secrets = [Secret("a", "first&1"), Secret("a", "first%261"), Secret("b", "second")]
    assert scan.module_arguments(secrets, scan.Extent([], []))["parameters"]["Group"] == [0, 0, 1]


def test_the_source_is_one_text_without_a_secret_of_the_repository():
    source = scan.source()
    assert source.count("namespace Euc.AppStream\n") == 2
    assert "public static string Run(" in source


@given(WORDS, st.text(), st.text())
def test_masking(text, before, after):
    shown = scan.masked(f"{before}{text}{after}", [Secret("a", text)])
    assert not re.search(re.escape(text), shown, re.IGNORECASE) or text.lower() in scan.MASK + before + after


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("HKLM\\SOFTWARE", "HKEY_LOCAL_MACHINE\\SOFTWARE"),
        ("hklm:\\SOFTWARE\\", "HKEY_LOCAL_MACHINE\\SOFTWARE"),
        ("HKEY_USERS\\S-1", "HKEY_USERS\\S-1"),
        ("HKU", "HKEY_USERS"),
    ],
)
def test_registry_paths(given, path):
    assert scan.key_path(given) == path


def test_an_unknown_hive():
    with pytest.raises(ValueError, match="HKXX"):
        scan.key_path("HKXX\\A")


def output(**changed):
    """What the search gives, as it gives it."""
    found = {
        **dict.fromkeys(scan.COUNTS, 1),
        "seconds": 2.5,
        "time_is_up": False,
        "findings": [],
        "findings_count": 0,
        "not_searched": [],
    }
    return json.dumps({**found, **changed})


def test_the_report_names_secrets_and_shows_none():
    secrets = [Secret("first", "topsecret"), Secret("first", "top%20secret"), Secret("second", "othersecret")]
    found = scan.report(
        output(
            findings=[
                {"secret": 0, "kind": "file_content", "place": "C:\\a\\TopSecret.txt"},
                {"secret": 1, "kind": "registry_value", "place": "HKEY_USERS\\a: b"},
            ],
            findings_count=7,
            not_searched=[{"kind": "unreadable", "place": "C:\\topsecret", "reason": "no othersecret"}],
        ),
        secrets,
    )
    assert found.findings == [
        {"secret": "first", "kind": "file_content", "place": "C:\\a\\***.txt"},
        {"secret": "second", "kind": "registry_value", "place": "HKEY_USERS\\a: b"},
    ]
    assert found.not_searched == [{"kind": "unreadable", "place": "C:\\***", "reason": "no ***"}]
    assert (found.findings_count, found.seconds, found.time_is_up) == (7, 2.5, False)
    assert found.counts == dict.fromkeys(scan.COUNTS, 1)


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", "null", "{}", output(findings=[{"secret": 9}]), output(files=None), output(findings=[1])],
)
def test_what_is_no_output_of_the_search(text):
    with pytest.raises(ValueError):
        scan.report(text, [Secret("a", "topsecret")])


@pytest.mark.parametrize("count", [1, 2, 9])
def test_the_simulator_knows_the_script(count):
    script = parse(scan.script(count))
    require_known(script, is_program=lambda name: False)
    assert len(script.parameters) == 6 + count
