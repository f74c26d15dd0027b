# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing import access

HTTPS = """Listener
    Address = *
    Transport = HTTPS
    Port = 5986
    Hostname = ec2amaz-1
    Enabled = true
    URLPrefix = wsman
    CertificateThumbprint = aa 01
    ListeningOn = 10.0.0.5, 127.0.0.1, ::1
"""
HTTP = """Listener
    Address = *
    Transport = HTTP
    Port = 5985
    Hostname
    Enabled = true
    URLPrefix = wsman
    CertificateThumbprint
    ListeningOn = 10.0.0.5, 127.0.0.1, ::1
"""
POLICY = HTTP.replace("Listener\n", 'Listener [Source="GPO"]\n')
CERTIFICATES = [
    {"thumbprint": "AA01", "subject": "CN=winrm", "dns_names": ["winrm"]},
    {"thumbprint": "AA02", "subject": "CN=EC2AMAZ-1.corp.example.com", "dns_names": []},
    {"thumbprint": "AA03", "subject": "CN=licence server", "dns_names": ["licence server"]},
    {"thumbprint": "AA04", "subject": "CN=build-4711", "dns_names": []},
]
HTTPS_NAME, HTTP_NAME = "*+HTTPS port 5986", "*+HTTP port 5985"


def plan(text, **options):
    values = {"transport": "https", "port": 5986, "computer_names": ["EC2AMAZ-1"], "patterns": ["CN=build-*"]}
    return access.plan(access.parse_listeners(text), CERTIFICATES, **{**values, **options})


def gone(found):
    return (
        [listener["name"] for listener in found["listeners"]],
        [certificate["thumbprint"] for certificate in found["certificates"]],
    )


def test_what_is_in_use_goes_afterwards_its_certificate_first():
    found = plan(f"{HTTPS}\n{HTTP}")
    assert gone(found) == ([HTTP_NAME], ["AA02", "AA04"])
    assert found["after_start"] == [
        ["certutil", "-delstore", "My", "AA01"],
        ["winrm", "delete", "winrm/config/Listener?Address=*+Transport=HTTPS"],
    ]
    assert found["untrusted"] == ["AA01", "AA02", "AA04"]
    assert [(entry["kind"], entry["name"]) for entry in found["kept"]] == [
        ("listener", HTTPS_NAME),
        ("certificate", "CN=winrm"),
    ]


def test_over_http_the_other_one_goes_with_its_certificate():
    found = plan(f"{HTTP}\n{HTTPS}", transport="http", port=5985)
    assert gone(found) == ([HTTPS_NAME], ["AA01", "AA02", "AA04"])
    assert found["after_start"] == [["winrm", "delete", "winrm/config/Listener?Address=*+Transport=HTTP"]]


def test_a_listener_of_policy_stays():
    found = plan(f"{POLICY}\n{HTTPS}", transport="http", port=5985)
    assert gone(found) == ([HTTPS_NAME], ["AA01", "AA02", "AA04"])
    assert found["after_start"] == []
    assert found["kept"] == [{"kind": "listener", "name": HTTP_NAME, "reason": access.OF_POLICY}]


@pytest.mark.parametrize(("transport", "port"), [("https", 443), ("https", 5986)])
def test_a_port_that_is_translated_on_the_way(transport, port):
    assert gone(plan(f"{HTTPS}\n{HTTP}", transport=transport, port=port))[0] == [HTTP_NAME]


def test_a_connection_that_fits_no_listener_may_use_any():
    assert gone(plan(HTTPS, transport="http", port=5985))[0] == []


def test_no_listener_at_all():
    assert plan("\r\n") == {
        "listeners": [],
        "certificates": [
            {"thumbprint": "AA02", "subject": "CN=EC2AMAZ-1.corp.example.com"},
            {"thumbprint": "AA04", "subject": "CN=build-4711"},
        ],
        "after_start": [],
        "kept": [],
        "untrusted": ["AA02", "AA04"],
    }


@pytest.mark.parametrize("text", ["Zugriff verweigert", "Listener\n    Address = *\n", HTTPS.replace("5986", "many")])
def test_what_is_not_understood_is_an_error(text):
    with pytest.raises(ValueError, match=r"winrm printed|invalid literal"):
        access.parse_listeners(text)
