# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows Firewall by group policy: the grammar of rules, and whom they let in."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from appstream_simulator.windows.domain import firewall
from appstream_simulator.windows.domain.firewall import Firewall, RuleError, admits, of_policy, opens, parse
from appstream_simulator.windows.machine.registry import Registry
from hypothesis import given
from hypothesis import strategies as st

SUBNET = ipaddress.ip_network("10.1.2.0/24")
RULE = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|LPort=5985|RA4=10.9.9.9|App=System|Name=WinRM|"


def walls(*rules: str, **profile: int) -> Firewall:
    """The firewall of a policy with these rules."""
    registry = Registry()
    for number, rule in enumerate(rules):
        registry.set(firewall.RULES_KEY, str(number), rule)
    for name, value in profile.items():
        registry.set(firewall.PROFILE_KEY, name, value, "DWord")
    ignored: list[tuple[str, str]] = []
    made = of_policy(registry, SUBNET, lambda name, reason: ignored.append((name, reason)))
    assert ignored == []
    return made


def rule(**fields: Any) -> str:
    """RULE with fields changed; None takes one out, a list repeats it."""
    given_fields = dict(part.split("=", 1) for part in RULE.split("|")[1:-1])
    parts = ["v2.10"]
    for key, value in {**given_fields, **fields}.items():
        values = value if isinstance(value, list) else [value]
        parts += [f"{key}={item}" for item in values if item is not None]
    return "|".join([*parts, ""])


@pytest.mark.parametrize(
    ("sources", "admitted", "kept_out"),
    [
        (["10.9.9.9"], ["10.9.9.9"], ["10.9.9.8", "10.9.9.10", "::1"]),
        (["10.9.0.0/255.255.0.0"], ["10.9.0.0", "10.9.255.255"], ["10.8.255.255", "10.10.0.0"]),
        (["10.9.0.0/16"], ["10.9.0.0", "10.9.255.255"], ["10.8.255.255"]),
        (["10.9.9.5-10.9.9.7"], ["10.9.9.5", "10.9.9.6", "10.9.9.7"], ["10.9.9.4", "10.9.9.8"]),
        (["LocalSubnet"], ["10.1.2.200"], ["10.1.3.1"]),
        (["10.9.9.9", "10.7.0.0/16"], ["10.9.9.9", "10.7.1.1"], ["10.8.1.1"]),
        (None, ["192.0.2.1", "2001:db8::1"], []),
    ],
)
def test_remote_addresses(sources: list[str] | None, admitted: list[str], kept_out: list[str]) -> None:
    wall = walls(rule(RA4=sources))

    assert [source for source in admitted + kept_out if admits(wall, source, 5985)] == admitted


def test_remote_addresses_of_both_versions() -> None:
    wall = walls(rule(RA6=["2001:db8::/64", "2001:db8:1::1-2001:db8:1::5"]))

    assert admits(wall, "10.9.9.9", 5985) and admits(wall, "2001:db8::77", 5985) and admits(wall, "2001:db8:1::5", 5985)
    assert not admits(wall, "2001:db8:1::6", 5985) and not admits(wall, "10.9.9.8", 5985)


@pytest.mark.parametrize(
    ("change", "concerns"),
    [
        ({}, True),
        ({"Active": "FALSE"}, False),
        ({"Active": None}, False),
        ({"Dir": "Out"}, False),
        ({"Protocol": "17"}, False),
        ({"Protocol": None, "LPort": None}, True),
        ({"Profile": None}, True),
        ({"Profile": ["Private", "Domain"]}, True),
        ({"Profile": ["Private", "Public"]}, False),
        ({"App": None}, True),
        ({"App": "C:\\Windows\\System32\\svchost.exe"}, False),
        ({"LPort": "5986"}, False),
        ({"LPort": ["5986", "5985"]}, True),
        ({"LPort": None, "LPort2_10": "5980-5985"}, True),
        ({"LPort": None, "LPort2_10": "5986-5990"}, False),
        ({"LPort": "RPC"}, False),
        ({"LPort": None}, True),
        ({"Action": "Block"}, False),
        ({"Desc": "text", "EmbedCtxt": "group"}, True),
    ],
)
def test_which_rules_concern_winrm(change: dict[str, Any], concerns: bool) -> None:
    wall = walls(rule(**change))

    assert opens(wall, 5985) == concerns
    assert admits(wall, "10.9.9.9", 5985) == concerns


def test_nothing_is_open_without_rules() -> None:
    assert not opens(walls(), 5985) and not admits(walls(), "10.9.9.9", 5985)


def test_blocking_wins() -> None:
    wall = walls(rule(RA4="10.9.0.0/16"), rule(Action="Block", RA4="10.9.9.9"))

    assert admits(wall, "10.9.9.8", 5985) and not admits(wall, "10.9.9.9", 5985)
    assert opens(wall, 5985)


@pytest.mark.parametrize("profile", [{"EnableFirewall": 0}, {"DefaultInboundAction": 0}])
def test_a_firewall_that_is_no_wall(profile: dict[str, int]) -> None:
    assert opens(walls(**profile), 5985) and admits(walls(**profile), "192.0.2.1", 5985)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Action=Allow|",
        "v2.10|",
        RULE[:-1],
        RULE.replace("v2.10", "v3.0"),
        RULE.replace("v2.10", "v2.999"),
        RULE.replace("|Name", "||Name"),
        rule(Action=None),
        rule(Action="allow"),
        rule(Action="ByPass"),
        rule(Dir=None),
        rule(Dir="in"),
        rule(Active="1"),
        rule(Protocol="TCP"),
        rule(Protocol="256"),
        rule(Protocol=None),
        rule(Profile="Any"),
        rule(LPort="5985-5986"),
        rule(LPort="65536"),
        rule(LPort="WinRM"),
        rule(LPort=None, LPort2_10="5985"),
        rule(LPort=None, LPort2_10="5986-5985"),
        rule(LPort=None, LPort2_10="1-65535").replace("v2.10", "v2.9"),
        rule(RA4="10.9.9.9/32"),
        rule(RA4="10.9.9.9/16"),
        rule(RA4="10.9.0.0/255.0.255.0"),
        rule(RA4="10.9.0.0/0.0.255.255"),
        rule(RA4="10.9.9"),
        rule(RA4="10.9.9.9-10.9.9.8"),
        rule(RA4="controller.example.com"),
        rule(RA4="*"),
        rule(RA4="2001:db8::1"),
        rule(RA6="10.9.9.9"),
        rule(RA6="2001:db8::/128"),
        rule(Name=["one", "two"]),
        rule(Desc=""),
        rule(Svc="WinRM"),
        rule(Edge="TRUE"),
        rule(Colour="red"),
    ],
)
def test_malformed_or_foreign_rules(text: str) -> None:
    with pytest.raises(RuleError):
        parse(text)


def test_a_rule_that_is_ignored_is_reported() -> None:
    registry = Registry()
    registry.set(firewall.RULES_KEY, "good", RULE)
    registry.set(firewall.RULES_KEY, "bad", rule(Svc="x"))
    registry.set(firewall.RULES_KEY, "number", 1, "DWord")
    ignored: list[tuple[str, str]] = []

    wall = of_policy(registry, SUBNET, lambda name, reason: ignored.append((name, reason)))

    assert len(wall.rules) == 1
    assert ignored == [("bad", "the token Svc is not simulated"), ("number", "a rule is a REG_SZ")]


addresses = st.ip_addresses(v=4)


@given(addresses, addresses, addresses)
def test_ranges_hold_what_is_in_them(first: Any, last: Any, asked: Any) -> None:
    low, high = sorted([first, last])
    wall = walls(rule(RA4=f"{low}-{high}"))

    assert admits(wall, str(asked), 5985) == (low <= asked <= high)


@given(addresses, st.integers(0, 31), addresses)
def test_prefix_and_mask_mean_the_same(base: Any, prefix: int, asked: Any) -> None:
    network = ipaddress.ip_network(f"{base}/{prefix}", strict=False)
    by_prefix = walls(rule(RA4=f"{network.network_address}/{prefix}"))
    by_mask = walls(rule(RA4=f"{network.network_address}/{network.netmask}"))

    assert admits(by_prefix, str(asked), 5985) == admits(by_mask, str(asked), 5985) == (asked in network)


@given(st.text(alphabet="v2.10|Action=lowDirInLPt598RA4/-", max_size=60))
def test_any_text_is_a_rule_or_a_rule_error(text: str) -> None:
    try:
        parsed = parse(f"v2.10|{text}")
    except RuleError:
        return
    assert parsed.action in ("Allow", "Block")
