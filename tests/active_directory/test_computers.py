# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Modules `ad_image_builder_info` and `ad_computer_cleanup` against a real domain controller."""

from __future__ import annotations

import itertools
import threading
import time

import ldap
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import computers
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.connection import (
    Directory,
    Logon,
    connect,
)
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.ldap_errors import operation_failure
from conftest import BASE, DOMAIN, SERVER, Domain

INFO, CLEANUP = "ad_image_builder_info", "ad_computer_cleanup"
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def administrator(domain: Domain) -> Directory:
    """A connection to make computer accounts with, as AppStream does."""
    directory = connect(Logon(SERVER, None, "Administrator", domain.administrator_password))
    yield directory
    directory.close()


def computer(directory: Directory, unit: str, description: str, *, enabled: bool = True, dns_name: bool = True) -> str:
    """Make a computer account; its distinguished name."""
    number = next(_NUMBERS)
    name = f"CN=EC2AMAZ-{number:04},{unit}"
    directory.add(
        name,
        {
            "objectClass": [b"computer"],
            "sAMAccountName": [b"EC2AMAZ-%04d$" % number],
            "userAccountControl": [b"4096" if enabled else b"4098"],
            "description": [description.encode()],
            **({"dNSHostName": [b"ec2amaz-%04d.corp.example.com" % number]} if dns_name else {}),
        },
        needs="",
    )
    return name


def test_a_builder_is_found_by_its_description_by_any_account(domain: Domain, administrator: Directory) -> None:
    unit, nobody = domain.organizational_unit(), domain.account()
    wanted = computer(administrator, unit, "AppStream 2.0 - image-builder:my-builder")
    for other in (
        "image-builder:xmy-builder",
        "fleet:my-builder",
        "image-builder:my-builder2",
        "image-builder:My-Builder",
    ):
        computer(administrator, unit, f"AppStream 2.0 - {other}")
    result = domain.run(INFO, account=nobody, organizational_unit=unit, names=["my-builder"])
    assert not result["changed"]
    assert result["missing"] == []
    (found,) = result["image_builders"]
    assert found["distinguished_name"] == wanted
    assert found["computer_name"] == wanted[3:].partition(",")[0]
    assert found["dns_name"] == f"{found['computer_name'].lower()}.{DOMAIN}"
    assert found["organizational_unit"] == unit
    assert found["enabled"]
    assert found["others"] == 0
    assert found["description"] == "AppStream 2.0 - image-builder:my-builder"
    assert found["created"].endswith("+00:00")
    assert found["sid"].startswith("S-1-5-21-")


def test_all_builders_of_either_product_name(domain: Domain, administrator: Directory) -> None:
    unit = domain.organizational_unit()
    computer(administrator, unit, "WorkSpaces Applications - image-builder:b", dns_name=False)
    computer(administrator, unit, "AppStream 2.0 - image-builder:a")
    computer(administrator, unit, "AppStream 2.0 - fleet:c")
    computer(administrator, unit, "Somebody's laptop")
    result = domain.run(INFO, organizational_unit=unit)
    assert [(found["name"], bool(found["dns_name"])) for found in result["image_builders"]] == [
        ("a", True),
        ("b", False),
    ]
    assert domain.run(INFO, organizational_unit=unit, names=[])["image_builders"] == []
    assert domain.run(INFO, organizational_unit=unit, names=["b", "z"])["missing"] == ["b", "z"]
    # The whole domain, without an organizational unit.
    assert {"a", "b"} <= {found["name"] for found in domain.run(INFO)["image_builders"]}


def test_of_several_accounts_the_enabled_and_newest_is_taken(domain: Domain, administrator: Directory) -> None:
    unit = domain.organizational_unit()
    description = "AppStream 2.0 - image-builder:again"
    computer(administrator, unit, description)
    newest = computer(administrator, unit, description)
    computer(administrator, unit, description, enabled=False)
    administrator.replace(newest, [("unicodePwd", ['"Machine-12345678"'.encode("utf-16-le")])], needs="")
    (found,) = domain.run(INFO, organizational_unit=unit, names=["again"])["image_builders"]
    assert found["distinguished_name"] == newest
    assert found["others"] == 2
    assert found["last_password_set"] is not None


def test_names_are_taken_literally(domain: Domain, administrator: Directory) -> None:
    unit = domain.organizational_unit()
    computer(administrator, unit, "AppStream 2.0 - image-builder:literal")
    for name in ("*", "lit*", ")(objectClass=*", "\\2a", "ä"):
        result = domain.run(INFO, organizational_unit=unit, names=[name])
        assert result["image_builders"] == []
        assert result["missing"] == [name]


def test_a_dns_name_that_comes_later_is_waited_for(
    domain: Domain, administrator: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = domain.organizational_unit()
    name = computer(administrator, unit, "AppStream 2.0 - image-builder:late", dns_name=False)
    monkeypatch.setattr(computers, "_DELAY", 0.2)
    options = {"organizational_unit": unit, "names": ["late"]}
    started = time.monotonic()
    assert domain.run(INFO, wait_timeout=1, **options)["missing"] == ["late"]
    assert time.monotonic() - started >= 1

    def register() -> None:
        administrator.replace(name, [("dNSHostName", [b"late.corp.example.com"])], needs="")

    timer = threading.Timer(1, register)
    timer.start()
    result = domain.run(INFO, wait_timeout=60, **options)
    timer.join()
    assert result["missing"] == []
    assert result["image_builders"][0]["dns_name"] == "late.corp.example.com"


@pytest.mark.parametrize("module", [INFO, CLEANUP])
def test_an_organizational_unit_that_does_not_exist_is_told(domain: Domain, module: str) -> None:
    options = {"in_use": ["a"]} if module == CLEANUP else {}
    result = domain.run(module, organizational_unit=f"OU=NoSuch,{BASE}", **options)
    assert result["failed"]
    assert result["error_kind"] == "not found"
    assert f"OU=NoSuch,{BASE}" in result["msg"]
    assert "is not a distinguished name" in domain.run(module, organizational_unit="Builders", **options)["msg"]


def test_accounts_of_builders_that_are_gone_are_deleted_and_no_others(domain: Domain, administrator: Directory) -> None:
    unit = domain.organizational_unit()
    gone = [computer(administrator, unit, "AppStream 2.0 - image-builder:gone") for _number in range(2)]
    domain.samba_tool("ou", "create", f"OU=Inner,{unit}")
    gone.append(computer(administrator, f"OU=Inner,{unit}", "WorkSpaces Applications - image-builder:gone2"))
    used = [computer(administrator, unit, f"AppStream 2.0 - image-builder:{name}") for name in ("used", "Used2")]
    others = [
        computer(administrator, unit, description)
        for description in ("AppStream 2.0 - fleet:gone", "image-builder:gone and more", "Somebody's laptop")
    ]
    elsewhere = computer(administrator, domain.organizational_unit(), "AppStream 2.0 - image-builder:gone")
    options = {"organizational_unit": unit, "in_use": ["used", "used2"], "minimum_age": 0}

    young = domain.run(CLEANUP, **{**options, "minimum_age": 1})
    assert not young["changed"]
    assert sorted(kept["reason"] for kept in young["kept"]) == ["in use", "in use", *["too young"] * 3]

    predicted = domain.run(CLEANUP, check_mode=True, **options)
    assert predicted["changed"]
    assert all(domain.exists(name) for name in gone)
    result = domain.run(CLEANUP, **options)
    assert result["changed"]
    assert result["diff"] == predicted["diff"]
    assert result["removed"] == predicted["removed"]
    assert sorted(removed["distinguished_name"] for removed in result["removed"]) == sorted(gone)
    assert [kept["reason"] for kept in result["kept"]] == ["in use", "in use"]
    assert result["diff"]["after"]["computers"] == sorted(used)
    assert not any(domain.exists(name) for name in gone)
    assert all(domain.exists(name) for name in (*used, *others, elsewhere))
    again = domain.run(CLEANUP, **options)
    assert not again["changed"]
    assert again["removed"] == []


def test_only_builders_that_are_named(domain: Domain, administrator: Directory) -> None:
    unit = domain.organizational_unit()
    one, two = (computer(administrator, unit, f"AppStream 2.0 - image-builder:{name}") for name in ("one", "two"))
    options = {"organizational_unit": unit, "in_use": [], "minimum_age": 0}
    refused = domain.run(CLEANUP, **options)
    assert "every computer account would go" in refused["msg"]
    assert not domain.run(CLEANUP, names=[], **options)["changed"]
    assert not domain.run(CLEANUP, names=["one"], **{**options, "in_use": ["one"]})["changed"]
    result = domain.run(CLEANUP, names=["one"], **options)
    assert [kept["reason"] for kept in result["kept"]] == ["not asked for"]
    assert not domain.exists(one)
    assert domain.exists(two)


def test_an_account_with_something_below_it_is_told_and_the_rest_goes(domain: Domain, administrator: Directory) -> None:
    unit = domain.organizational_unit()
    full = computer(administrator, unit, "AppStream 2.0 - image-builder:full")
    empty = computer(administrator, unit, "AppStream 2.0 - image-builder:empty")
    administrator.add(f"CN=below,{full}", {"objectClass": [b"serviceConnectionPoint"]}, needs="")
    result = domain.run(CLEANUP, organizational_unit=unit, in_use=["x"], minimum_age=0)
    assert result["failed"]
    assert result["changed"]
    assert f"1 of 2 computer accounts could not be deleted, the last being {full}" in result["msg"]
    assert "Delete or move what lies below it first" in result["remedy"]
    assert [left["distinguished_name"] for left in result["not_removed"]] == [full]
    assert [removed["distinguished_name"] for removed in result["removed"]] == [empty]
    assert domain.exists(full)
    assert not domain.exists(empty)


def test_an_account_without_rights_deletes_nothing_and_is_told_what_it_needs(
    domain: Domain, administrator: Directory
) -> None:
    unit, cleaner = domain.organizational_unit(), domain.account()
    name = computer(administrator, unit, "AppStream 2.0 - image-builder:left")
    options = {"organizational_unit": unit, "in_use": ["x"], "minimum_age": 0}
    refused = domain.run(CLEANUP, account=cleaner, **options)
    assert refused["error_kind"] == "denied"
    assert refused["remedy"] == f"It needs Delete on {name}, or Delete Computer objects on {unit}."
    assert domain.exists(name)
    domain.run("ad_delegation", organizational_unit=unit, principal=cleaner.name, delegation="remove_computers")
    assert domain.run(CLEANUP, account=cleaner, **options)["changed"]
    assert not domain.exists(name)


def test_a_lost_connection_stops_and_a_rerun_goes_on(
    domain: Domain, administrator: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = domain.organizational_unit()
    for _number in range(3):
        computer(administrator, unit, "AppStream 2.0 - image-builder:left")
    delete, calls = Directory.delete, []

    def delete_one(self: Directory, name: str, *, needs: str) -> None:
        calls.append(name)
        if len(calls) > 1:
            raise operation_failure(
                ldap.SERVER_DOWN({"desc": "Can't contact LDAP server"}), f"delete {name}", "x", needs
            )
        delete(self, name, needs=needs)

    options = {"organizational_unit": unit, "in_use": ["x"], "minimum_age": 0}
    with monkeypatch.context() as patch:
        patch.setattr(Directory, "delete", delete_one)
        lost = domain.run(CLEANUP, **options)
    assert lost["error_kind"] == "unreachable"
    assert len(calls) == 2
    assert len(lost["removed"]) == 1
    assert len(domain.run(CLEANUP, **options)["removed"]) == 2


def test_more_accounts_than_one_page(domain: Domain, administrator: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = domain.organizational_unit()
    for number in range(7):
        computer(administrator, unit, f"AppStream 2.0 - image-builder:page{number}")
    monkeypatch.setattr("ansible_collections.euc.appstream.plugins.module_utils._active_directory.connection._PAGE", 3)
    assert len(domain.run(INFO, organizational_unit=unit)["image_builders"]) == 7
