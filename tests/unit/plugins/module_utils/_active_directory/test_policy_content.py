# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What options of a WinRM policy are refused, what files they make, and what in present files is somebody else's."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import (
    policy_addresses,
    policy_content,
    policy_files,
    policy_startup_script,
    registry_policy,
)
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.policy_content import Group
from hypothesis import given
from hypothesis import strategies as st

GROUP = Group("S-1-5-21-1-2-3-1104", "CORP\\Installers")
OPTIONS: dict[str, Any] = {
    **policy_content.DEFAULTS,
    "name": "WinRM",
    "organizational_unit": "OU=Builders,DC=corp,DC=example,DC=com",
    "controller_networks": ["10.1.2.0/24"],
    "administrators_group": "CORP\\Installers",
}
networks = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).flatmap(
    lambda address: st.integers(9, 32 if address.version == 4 else 128).map(
        lambda length: ipaddress.ip_network(f"{address}/{length}", strict=False)
    )
)


def rules(**changes: Any) -> dict[str, str]:
    """The firewall rules that options make."""
    values = registry_policy.parse(files(**changes)[policy_content.REGISTRY])
    return {value.name: str(registry_policy.shown(value)) for value in values if value.key.endswith("FirewallRules")}


def files(**changes: Any) -> dict[str, bytes]:
    """The files that options make."""
    options = {**OPTIONS, **changes}
    assert policy_content.problems(options) == []
    return policy_content.files(policy_content.settings_of(options, GROUP))


def winrm(**changes: Any) -> dict[str, Any]:
    """The values of the WinRM service that options make."""
    values = registry_policy.parse(files(**changes)[policy_content.REGISTRY])
    return {value.name: registry_policy.shown(value) for value in values if value.key.endswith("WinRM\\Service")}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"organizational_unit": None}, "organizational_unit is needed"),
        ({"controller_networks": []}, "controller_networks is needed"),
        ({"administrators_group": ""}, "administrators_group is needed"),
        ({"organizational_unit": "Builders"}, "not a distinguished name"),
        ({"organizational_unit": "DC=corp,DC=example,DC=com"}, "no organizational unit"),
        ({"organizational_unit": "CN=Computers,DC=corp,DC=example,DC=com"}, "no organizational unit"),
        ({"controller_networks": ["0.0.0.0/0"]}, "allow_any_controller"),
        ({"controller_networks": ["::/0"]}, "allow_any_controller"),
        ({"controller_networks": ["10.0.0.1", "ANY"]}, "allow_any_controller"),
        ({"controller_networks": ["*"]}, "allow_any_controller"),
        ({"controller_networks": ["0.0.0.0/1"]}, "allow_any_controller"),
        ({"controller_networks": ["8.0.0.0/8", "9.0.0.0/8"]}, "allow_any_controller"),
        ({"controller_networks": ["2000::/3"]}, "allow_any_controller"),
        ({"controller_networks": ["10.1.2.3/24"]}, "host bits"),
        ({"controller_networks": ["10.1.2"]}, "no network or address"),
        ({"controller_networks": ["builder.example.com"]}, "no network or address"),
        ({"controller_networks": ["127.0.0.1"]}, "cannot|can connect from"),
        ({"controller_networks": ["224.0.0.0/8"]}, "can connect from"),
        ({"controller_networks": ["fe80::1"]}, "can connect from"),
        ({"http": False}, "no way to connect"),
        ({"firewall_profiles": []}, "at least one profile"),
        ({"allow_basic": True}, "allow_insecure"),
        ({"allow_unencrypted": True}, "allow_insecure"),
        ({"listener_addresses": []}, "at least one range"),
        ({"listener_addresses": ["10.0.0.9-10.0.0.1"]}, "from a lower to a higher"),
        ({"listener_addresses": ["10.0.0.1-fd00::1"]}, "from a lower to a higher"),
        ({"listener_addresses": ["10.0.0.1-"]}, "no address, network or range"),
        ({"listener_addresses": ["x"]}, "no address, network or range"),
        ({"controller_networks": ["10.9.9.9"], "listener_addresses": ["10.9.9.9"]}, "a controller's address"),
        ({"listener_addresses": ["fd00::/64"]}, "IPv4 networks"),
        ({"controller_networks": ["fd00::/64"], "listener_addresses": ["10.0.0.0/8"]}, "IPv6 networks"),
        ({"guid": "5F1A2D3C"}, "guid"),
        ({"name": " "}, "name"),
        ({"state": "absent", "guid": "x"}, "guid"),
    ],
)
def test_options_that_are_refused(changes: dict[str, Any], problem: str) -> None:
    found = policy_content.problems({**OPTIONS, **changes})
    assert len(found) >= 1
    assert any(part in "; ".join(found) for part in problem.split("|"))


@pytest.mark.parametrize(
    "changes",
    [
        {"allow_basic": True, "allow_insecure": True},
        {"allow_credssp": True},
        {"controller_networks": ["Any"], "allow_any_controller": True},
        {"controller_networks": ["8.0.0.0/7"], "allow_any_controller": True},
        {"controller_networks": ["10.0.0.0/8", "fd00:1::/32"]},
        {"http": False, "https": True},
        {"listener_addresses": ["10.0.0.5", "*"]},
        {"organizational_unit": "ou=B\\, C,DC=corp,DC=example,DC=com"},
        {"state": "absent", "organizational_unit": None, "controller_networks": None, "administrators_group": None},
    ],
)
def test_options_that_are_fine(changes: dict[str, Any]) -> None:
    assert policy_content.problems({**OPTIONS, **changes}) == []


def test_a_rule_lets_in_controllers_only() -> None:
    wanted = rules(controller_networks=["fd00::/64", "10.9.9.9", "10.1.2.0/24", "10.1.2.0/24", "fd00::1"], https=True)
    assert wanted == {
        f"AppStream-ImageBuilder-WinRM-{kind}-In": (
            f"v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|LPort={port}|"
            "RA4=10.1.2.0/255.255.255.0|RA4=10.9.9.9|RA6=fd00::/64|RA6=fd00::1|App=System|"
            f"Name=AppStream image builder: WinRM over {kind}|Desc=Managed by Ansible (euc.appstream)|"
            "EmbedCtxt=AppStream image builders|"
        )
        for kind, port in (("HTTP", 5985), ("HTTPS", 5986))
    }


@given(st.lists(networks, min_size=1, max_size=5))
def test_a_rule_lets_in_every_network_and_no_other(wanted: list[Any]) -> None:
    texts = [str(network) for network in wanted]
    written = policy_addresses.remote_addresses(policy_addresses.controller_networks(texts))
    read = {ipaddress.ip_network(part.partition("=")[2]) for part in written.split("|") if part}
    assert read == set(wanted)
    assert written == policy_addresses.remote_addresses(policy_addresses.controller_networks(texts[::-1]))


def test_any_controller_is_a_rule_without_addresses() -> None:
    (rule,) = rules(controller_networks=["10.1.2.0/24", "Any"], allow_any_controller=True).values()
    assert "RA4" not in rule and "|LPort=5985|App=System|" in rule


@pytest.mark.parametrize(
    ("profiles", "text"),
    [
        (["domain"], "|Profile=Domain|"),
        (["public", "domain"], "|Profile=Domain|Profile=Public|"),
        (["domain", "private", "public"], "|Protocol=6|LPort="),
    ],
)
def test_profiles_of_a_rule(profiles: list[str], text: str) -> None:
    (rule,) = rules(firewall_profiles=profiles).values()
    assert text in rule


@pytest.mark.parametrize(
    ("changes", "filters"),
    [
        ({}, ("*", "")),
        ({"controller_networks": ["10.0.0.0/8", "fd00::1"]}, ("*", "*")),
        ({"listener_addresses": ["10.1.0.0/16"]}, ("10.1.0.0-10.1.255.255", "")),
        (
            {"listener_addresses": ["10.0.2.9", "10.0.1.4 - 10.0.1.9", "10.0.2.9"]},
            ("10.0.1.4-10.0.1.9,10.0.2.9-10.0.2.9", ""),
        ),
        (
            {"controller_networks": ["10.0.0.0/8", "fd00::1"], "listener_addresses": ["fd00::/126", "10.0.0.0/30"]},
            ("10.0.0.0-10.0.0.3", "fd00::-fd00::3"),
        ),
        ({"http": False, "https": True}, ("", "")),
    ],
)
def test_where_winrm_listens(changes: dict[str, Any], filters: tuple[str, str]) -> None:
    values = winrm(**changes)
    assert (values["IPv4Filter"], values["IPv6Filter"]) == filters
    assert values["AllowAutoConfig"] == 1


def test_without_being_told_nothing_insecure_is_set() -> None:
    values = winrm(https=True)
    assert (values["AllowBasic"], values["AllowUnencryptedTraffic"], values["AllowCredSSP"]) == (0, 0, 0)
    told = winrm(allow_basic=True, allow_unencrypted=True, allow_credssp=True, allow_insecure=True)
    assert (told["AllowBasic"], told["AllowUnencryptedTraffic"], told["AllowCredSSP"]) == (1, 1, 1)


@pytest.mark.parametrize("method", ["preferences", "restricted_groups"])
def test_the_group_is_added_and_never_replaces_anybody(method: str) -> None:
    made = files(administrators_method=method)
    template = made[policy_content.TEMPLATE].decode("utf-16")
    assert "__Members" not in template
    assert ("*S-1-5-21-1-2-3-1104__Memberof = *S-1-5-32-544" in template) == (method == "restricted_groups")
    assert (policy_content.GROUPS in made) == (method == "preferences")
    for group in policy_files.parse_groups(made.get(policy_content.GROUPS, b"<Groups/>")):
        assert (group.action, group.replaces, group.sid) == ("U", False, "S-1-5-32-544")
        assert [(member.sid, member.action) for member in group.members] == [(GROUP.sid, "ADD")]


def test_extensions_are_those_of_the_files_in_order() -> None:
    assert policy_content.extensions(files()) == (
        "[{00000000-0000-0000-0000-000000000000}{79F92669-4224-476C-9C5C-6EFB4D87DF4A}]"
        "[{17D89FEC-5C44-4972-B12D-241CAEF74509}{79F92669-4224-476C-9C5C-6EFB4D87DF4A}]"
        "[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{B05566AC-FE9C-4368-BE01-7A4CBB6CBA11}"
        "{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"
        "[{827D319E-6EAC-11D2-A4EA-00C04F79F83A}{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}]"
    )
    both = policy_content.extensions(files(https=True, administrators_method="restricted_groups"))
    assert both == (
        "[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{B05566AC-FE9C-4368-BE01-7A4CBB6CBA11}"
        "{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"
        "[{42B5FAAE-6536-11D2-AE5A-0000F87571E3}{40B6664F-4972-11D1-A7CA-0000F87571E3}]"
        "[{827D319E-6EAC-11D2-A4EA-00C04F79F83A}{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}]"
    )
    assert policy_content.foreign_extensions(both) == []
    assert policy_content.foreign_extensions(both + "[{aa}{bb}]") == ["{AA}"]


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize("method", ["preferences", "restricted_groups"])
def test_nothing_written_here_is_taken_for_somebody_elses(https: bool, method: str) -> None:
    made = files(https=https, administrators_method=method, firewall_profiles=["domain", "private"])
    assert policy_content.foreign(made) == []
    assert all(not str(policy_content.shown(path, content)).startswith("unreadable") for path, content in made.items())
    assert {policy_content.canonical_path(path.upper()) for path in made} == set(made)


@pytest.mark.parametrize(
    ("path", "content", "found"),
    [
        ("User\\Registry.pol", None, ["User\\Registry.pol"]),
        (policy_content.REGISTRY, registry_policy.build([registry_policy.number("K", "V", 1)]), ["K\\V"]),
        (policy_content.REGISTRY, b"damaged", []),
        (policy_content.TEMPLATE, b"[Group Membership]\r\n*S-1-5-32-544__Members = *S-1-5-21-1-2-3-4\r\n", ["Members"]),
        (policy_content.TEMPLATE, b"[Group Membership]\r\n*S-1-5-21-1-2-3-4__Memberof = *S-1-5-32-544\r\n", []),
        (policy_content.TEMPLATE, b"[Group Membership]\r\n*S-1-5-21-1-2-3-4__Memberof = *S-1-5-32-555\r\n", ["555"]),
        (policy_content.TEMPLATE, b'[Service General Setting]\r\n"Spooler",4,""\r\n', ["Spooler"]),
        (policy_content.TEMPLATE, b'[service general setting]\r\n"winrm",4,""\r\n', []),
        (policy_content.TEMPLATE, b"[System Access]\r\nLockoutBadCount = 5\r\n", ["LockoutBadCount"]),
        (policy_content.SCRIPTS, b"[Startup]\r\n0CmdLine=theirs.ps1\r\n", ["theirs.ps1"]),
        (policy_content.SCRIPTS, b"[Shutdown]\r\n0Parameters=\r\n", ["Shutdown"]),
        (policy_content.SCRIPT, b"anything", []),
        (policy_content.OTHER_SCRIPTS, "\ufeff\r\n".encode("utf-16-le"), []),
        (policy_content.OTHER_SCRIPTS, b"\r\n[Startup]\r\n0CmdLine=theirs.cmd\r\n0Parameters=\r\n", ["cmd", "Param"]),
    ],
)
def test_what_is_somebody_elses(path: str, content: bytes | None, found: list[str]) -> None:
    told = policy_content.foreign({path: content})
    assert len(told) == len(found)
    assert all(part in text for part, text in zip(found, told, strict=True))


def test_the_start_up_script_leaves_the_other_listener_alone() -> None:
    script = policy_startup_script.CONTENT.decode("ascii")
    assert "Remove-Item" not in script and "Set-Item" not in script
    assert script.count("New-Item") == 1 and "if (-not $listener) { New-Item" in script
    assert all(line.strip() for line in script.split("\r\n")[:-1])


def test_both_lists_of_scripts_are_written_as_windows_tools_write_them() -> None:
    made = files(https=True)
    assert made[policy_content.OTHER_SCRIPTS] == b"\xff\xfe\x0d\x00\x0a\x00"
    lines = ["", "[Startup]", f"0CmdLine={policy_startup_script.NAME}", "0Parameters=", ""]
    assert made[policy_content.SCRIPTS] == "\ufeff{}".format("\r\n".join(lines)).encode("utf-16-le")
    assert not {policy_content.SCRIPTS, policy_content.OTHER_SCRIPTS} & set(files())
