# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a security group does not let through."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.euc.appstream.plugins.filter.not_admitted import not_admitted
from hypothesis import given
from hypothesis import strategies as st


def permission(protocol: str, first: int | None, last: int | None, *networks: str) -> dict[str, Any]:
    four = [{"cidr_ip": network} for network in networks if ":" not in network]
    six = [{"cidr_ipv6": network} for network in networks if ":" in network]
    ports = {} if first is None else {"from_port": first, "to_port": last}
    return {"ip_protocol": protocol, **ports, "ip_ranges": four, "ipv6_ranges": six, "user_id_group_pairs": []}


def winrm(*networks: str, ports: tuple[Any, ...] = (5985,)) -> list[dict[str, Any]]:
    four = [network for network in networks if ":" not in network]
    six = [network for network in networks if ":" in network]
    return [{"proto": "tcp", "ports": list(ports), "cidr_ip": four, "cidr_ipv6": six}]


@pytest.mark.parametrize(
    ("permissions", "rules", "missing"),
    [
        ([], winrm("10.0.0.0/24"), ["tcp 5985 10.0.0.0/24"]),
        ([], [], []),
        ([permission("tcp", 5985, 5985, "10.0.0.0/24")], winrm("10.0.0.0/24"), []),
        ([permission("tcp", 5000, 6000, "10.0.0.0/8")], winrm("10.0.0.0/24", ports=("5985-5986",)), []),
        ([permission("-1", None, None, "0.0.0.0/0")], winrm("10.0.0.0/24"), []),
        ([permission("udp", 5985, 5985, "10.0.0.0/24")], winrm("10.0.0.0/24"), ["tcp 5985 10.0.0.0/24"]),
        ([permission("tcp", 5985, 5985, "10.0.0.0/25")], winrm("10.0.0.0/24"), ["tcp 5985 10.0.0.0/24"]),
        (
            [permission("tcp", 5985, 5985, "10.0.0.0/24")],
            winrm("10.0.0.0/24", ports=("5985-5986",)),
            ["tcp 5985-5986 10.0.0.0/24"],
        ),
        (
            [permission("tcp", 5985, 5985, "0.0.0.0/0")],
            winrm("10.0.0.0/24", "2001:db8::/32"),
            ["tcp 5985 2001:db8::/32"],
        ),
        ([permission("tcp", 5985, 5985, "::/0")], winrm("2001:db8::/32"), []),
        ([{"ip_protocol": "tcp", "from_port": 5985, "to_port": 5985}], winrm("10.0.0.1"), ["tcp 5985 10.0.0.1/32"]),
    ],
)
def test_not_admitted(permissions: Any, rules: Any, missing: list[str]) -> None:
    assert not_admitted({"ip_permissions": permissions}, rules) == missing
    assert not_admitted({"ip_permissions_egress": permissions}, rules, egress=True) == missing


@pytest.mark.parametrize("rules", [winrm("nonsense"), winrm("10.0.0.0/24", ports=("http",)), ["x"]])
def test_bad_rules(rules: Any) -> None:
    with pytest.raises(AnsibleFilterError):
        not_admitted({}, rules)


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 32))
def test_a_wider_network_covers_a_narrower_one(address: int, one: int, other: int) -> None:
    narrow, wide = (str(ip_network((address, bits), strict=False)) for bits in (max(one, other), min(one, other)))
    assert not_admitted({"ip_permissions": [permission("tcp", 5985, 5985, wide)]}, winrm(narrow)) == []
    missing = not_admitted({"ip_permissions": [permission("tcp", 5985, 5985, narrow)]}, winrm(wide))
    assert bool(missing) is (wide != narrow)
