# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing import access

HTTPS = {"*+HTTPS": {"Port": 5986, "certThumbprint": "aa 01", "uriprefix": "wsman", "hostname": "ec2amaz-1"}}
HTTP = {"*+HTTP": {"Port": 5985, "uriprefix": "wsman"}}
POLICY = {"AllowAutoConfig": 1, "IPv4Filter": "*"}
KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WSMAN\\Listener\\"
CERTIFICATES = [
    {"thumbprint": "AA01", "subject": "CN=winrm", "dns_names": ["winrm"]},
    {"thumbprint": "AA02", "subject": "CN=EC2AMAZ-1.corp.example.com", "dns_names": []},
    {"thumbprint": "AA03", "subject": "CN=licence server", "dns_names": ["licence server"]},
    {"thumbprint": "AA04", "subject": "CN=build-4711", "dns_names": []},
]
HTTPS_NAME, HTTP_NAME = "*+HTTPS port 5986", "*+HTTP port 5985"


def plan(keys, policy=(), **options):
    values = {"transport": "https", "port": 5986, "computer_names": ["EC2AMAZ-1"], "patterns": ["CN=build-*"]}
    return access.plan(access.listeners(keys, dict(policy)), CERTIFICATES, **{**values, **options})


def gone(found):
    return (
        [listener["name"] for listener in found["listeners"]],
        [certificate["thumbprint"] for certificate in found["certificates"]],
    )


def test_what_is_in_use_goes_afterwards_its_certificate_first():
    found = plan({**HTTPS, **HTTP})
    assert gone(found) == ([HTTP_NAME], ["AA02", "AA04"])
    assert found["after_start"] == [
        ["certutil", "-delstore", "My", "AA01"],
        ["reg", "delete", f"{KEY}*+HTTPS", "/f"],
    ]
    assert found["untrusted"] == ["AA01", "AA02", "AA04"]
    assert [(entry["kind"], entry["name"]) for entry in found["kept"]] == [
        ("listener", HTTPS_NAME),
        ("certificate", "CN=winrm"),
    ]


def test_over_http_the_other_one_goes_with_its_certificate():
    found = plan({**HTTP, **HTTPS}, transport="http", port=5985)
    assert gone(found) == ([HTTPS_NAME], ["AA01", "AA02", "AA04"])
    assert found["after_start"] == [["reg", "delete", f"{KEY}*+HTTP", "/f"]]


def test_a_listener_of_policy_stays():
    found = plan(HTTPS, POLICY, transport="http", port=5985)
    assert gone(found) == ([HTTPS_NAME], ["AA01", "AA02", "AA04"])
    assert found["after_start"] == []
    assert found["kept"] == [{"kind": "listener", "name": HTTP_NAME, "reason": access.OF_POLICY}]


@pytest.mark.parametrize(("transport", "port"), [("https", 443), ("https", 5986)])
def test_a_port_that_is_translated_on_the_way(transport, port):
    assert gone(plan({**HTTPS, **HTTP}, transport=transport, port=port))[0] == [HTTP_NAME]


def test_a_connection_that_fits_no_listener_may_use_any():
    assert gone(plan(HTTPS, transport="http", port=5985))[0] == []


def test_no_listener_at_all():
    assert plan({}) == {
        "listeners": [],
        "certificates": [
            {"thumbprint": "AA02", "subject": "CN=EC2AMAZ-1.corp.example.com"},
            {"thumbprint": "AA04", "subject": "CN=build-4711"},
        ],
        "after_start": [],
        "kept": [],
        "untrusted": ["AA02", "AA04"],
    }


@pytest.mark.parametrize("keys", [{"x": {}}, {"*+FTP": {}}, {"*+HTTPS": {"Port": "many"}}])
def test_what_is_not_understood_is_an_error(keys):
    with pytest.raises(ValueError, match=r"no listener: |is no number: many"):
        access.listeners(keys, {})


def test_a_listener_of_ones_own_below_that_of_policy_goes_too():
    found = plan(HTTP, POLICY, transport="http", port=5985)
    assert found["after_start"] == [["reg", "delete", f"{KEY}*+HTTP", "/f"]]
    assert [entry["reason"] for entry in found["kept"]] == [access.OF_POLICY, access.IN_USE]


RULES = {
    "WinRM-In": "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|LPort=5985|App=System|Name=x|",
    "{0A}": "v2.10|Action=Allow|Dir=In|Protocol=6|LPort2_10=8443|Name=x|",
    "block": "v2.10|Action=Block|Dir=In|Protocol=6|LPort=5985|",
    "out": "v2.10|Action=Allow|Dir=Out|Protocol=6|LPort=5985|",
    "other": "v2.10|Action=Allow|Dir=In|Protocol=6|LPort=443|",
    "odd": "v2.10",
}


def test_what_policy_opened_goes_with_its_rules_for_the_ports_of_winrm():
    rules_key = "HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules"
    listener = access.Listener("*", "HTTPS", 8443)
    commands, rules = access.policy_removals(True, RULES, [listener])
    assert rules == ["WinRM-In", "{0A}"]
    assert commands == [
        ["reg", "delete", rules_key, "/v", "WinRM-In", "/f"],
        ["reg", "delete", rules_key, "/v", "{0A}", "/f"],
        ["reg", "delete", "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WinRM", "/f"],
    ]
    assert access.policy_removals(False, {}, []) == ([], [])
