# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What ad_preflight says of a domain that lacks one thing after the other."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import BASE, DOMAIN, Domain


def checks(result: dict[str, Any]) -> dict[str, bool]:
    assert "checks" in result, result
    return {check["check"]: check["ok"] for check in result["checks"]}


def found(result: dict[str, Any], check: str) -> str:
    return next(f"{one['found']}. {one['remedy']}" for one in result["checks"] if one["check"] == check)


def test_what_is_missing_is_told_and_nothing_is_changed(domain: Domain) -> None:
    unit, join, install, reader = domain.organizational_unit(), domain.account(), domain.account(), domain.account()
    domain.samba_tool("group", "add", f"Group of {install.name}")
    before = domain.samba_tool("dsacl", "get", "--objectdn", unit)
    result = domain.run(
        "ad_preflight",
        account=reader,
        organizational_unit=unit,
        policy_name="not there",
        administrators_group=f"Group of {install.name}",
        join_account=join.name,
        join_password=join.password,
        install_account=install.name,
        install_password="not-the-password",
    )
    assert result["ok"] is False and result["changed"] is False
    assert checks(result) == {
        "name resolution": True,
        "port 88": True,
        "port 389": True,
        "port 445": True,
        "logon": True,
        "organizational unit": True,
        "group policy": False,
        "local administrators": False,
        "install account": False,
        "join account": True,
        "join account's rights": False,
    }
    assert f"The password of {install.name}@{DOMAIN.upper()} is wrong" in found(result, "install account")
    assert "ad_delegation" in found(result, "join account's rights")
    assert domain.samba_tool("dsacl", "get", "--objectdn", unit) == before


def test_everything_there(domain: Domain) -> None:
    unit, join, install = domain.organizational_unit(), domain.account(), domain.account()
    group = f"Group of {install.name}"
    domain.samba_tool("group", "add", group)
    domain.samba_tool("group", "add", f"Outer {group}")
    domain.samba_tool("group", "addmembers", f"Outer {group}", group)
    domain.samba_tool("group", "addmembers", group, install.name)
    computers = "bf967a86-0de6-11d0-a285-00aa003049e2"
    domain.samba_tool("dsacl", "set", "--objectdn", unit, "--sddl", f"(OA;CI;CC;{computers};;{join.sid})")
    policy = domain.run(
        "ad_winrm_policy",
        name=f"Policy of {install.name}",
        organizational_unit=unit,
        controller_networks=["10.1.2.0/24"],
        administrators_group=f"Outer {group}",
    )
    assert policy["changed"] is True, policy
    result = domain.run(
        "ad_preflight",
        account=install,
        organizational_unit=unit,
        policy_name=f"Policy of {install.name}",
        controller_networks=["10.1.2.0/24"],
        administrators_group=f"Outer {group}",
        join_account=f"CORP\\{join.name}",
        join_password=join.password,
        install_account=f"{install.name}@{DOMAIN}",
        install_password=install.password,
    )
    assert result["ok"] is True, result
    assert "policy's content" in checks(result)
    other = domain.run(
        "ad_preflight",
        account=install,
        organizational_unit=unit,
        policy_name=f"Policy of {install.name}",
        controller_networks=["10.1.3.0/24"],
        administrators_group=f"Outer {group}",
    )
    assert checks(other)["policy's content"] is False
    assert "10.1.2.0" in found(other, "policy's content"), "what is there is shown"


@pytest.mark.parametrize(
    ("options", "check", "told"),
    [
        ({"domain_server": "dc9.corp.example.com"}, "name resolution", "does not resolve"),
        ({"domain_password": "not-the-password"}, "logon", "is wrong"),
        ({"domain_username": "nobody"}, "logon", "does not know the account"),
        ({"organizational_unit": f"OU=Nowhere,{BASE}"}, "organizational unit", "There is no"),
        ({"organizational_unit": f"CN=Computers,{BASE}"}, "organizational unit", "is not an organizational unit"),
        ({"organizational_unit": "OU=X,DC=other,DC=test"}, "organizational unit", "not in the domain"),
        ({"image_builder": "nothing"}, "computer account", "has no computer account"),
    ],
)
def test_one_thing_wrong(domain: Domain, options: dict[str, Any], check: str, told: str) -> None:
    result = domain.run("ad_preflight", **{"organizational_unit": domain.organizational_unit(), **options})
    assert checks(result)[check] is False
    assert told in found(result, check)


def test_a_builder_in_another_unit(domain: Domain) -> None:
    unit, elsewhere = domain.organizational_unit(), domain.organizational_unit()
    name = elsewhere.partition(",")[0].removeprefix("OU=")
    domain.samba_tool(
        "computer", "create", f"EC2-{name}", f"--computerou={elsewhere}", f"--description=x - image-builder:b-{name}"
    )
    wrong = domain.run("ad_preflight", organizational_unit=unit, image_builder=f"b-{name}")
    assert checks(wrong)["computer account"] is False and "is not in" in found(wrong, "computer account")
    disabled = domain.run("ad_preflight", organizational_unit=elsewhere, image_builder=f"b-{name}")
    assert checks(disabled)["computer account"] is False and "is disabled" in found(disabled, "computer account")
    domain.samba_tool("user", "enable", f"EC2-{name}$")
    right = domain.run("ad_preflight", organizational_unit=elsewhere, image_builder=f"b-{name}")
    assert checks(right)["computer account"] is True, found(right, "computer account")


def test_a_name_that_is_no_distinguished_name_is_refused(domain: Domain) -> None:
    result = domain.run("ad_preflight", organizational_unit="ImageBuilders")
    assert result["failed"] and "is not a distinguished name" in result["msg"]
