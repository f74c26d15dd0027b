# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module `ad_organizational_unit` against a real domain controller, looked at with samba-tool."""

from __future__ import annotations

import ldap
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.connection import Directory
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.ldap_errors import operation_failure
from conftest import BASE, Domain

MODULE = "ad_organizational_unit"


def test_an_organizational_unit_is_made_once_and_deleted_once(domain: Domain) -> None:
    name = f"OU=Builders1,{BASE}"
    options = {"distinguished_name": name, "description": "Image builders"}
    predicted = domain.run(MODULE, check_mode=True, **options)
    assert predicted["changed"]
    assert not domain.exists(name)
    made = domain.run(MODULE, **options)
    assert made["changed"]
    assert made["diff"] == predicted["diff"]
    assert made["organizational_unit"] == predicted["organizational_unit"]
    assert domain.attribute(name, "description") == "Image builders"

    before = domain.entry(name)
    again = domain.run(MODULE, **options)
    assert not again["changed"]
    assert again["organizational_unit"] == made["organizational_unit"]
    assert domain.entry(name) == before

    assert domain.run(MODULE, check_mode=True, distinguished_name=name, state="absent")["changed"]
    assert domain.exists(name)
    gone = domain.run(MODULE, distinguished_name=name, state="absent")
    assert gone["changed"]
    assert gone["organizational_unit"] is None
    assert not domain.exists(name)
    assert not domain.run(MODULE, distinguished_name=name, state="absent")["changed"]


def test_what_is_not_set_is_left_alone_and_an_empty_description_is_removed(domain: Domain) -> None:
    name = f"OU=Builders2,{BASE}"
    domain.run(MODULE, distinguished_name=name, description="first")
    assert not domain.run(MODULE, distinguished_name=name)["changed"]
    assert domain.attribute(name, "description") == "first"
    changed = domain.run(MODULE, distinguished_name=name, description="second")
    assert changed["diff"]["before"]["description"] == "first"
    assert changed["diff"]["after"]["description"] == "second"
    assert domain.run(MODULE, distinguished_name=name, description="")["organizational_unit"]["description"] is None
    assert domain.attribute(name, "description") is None
    assert not domain.run(MODULE, distinguished_name=name, description="")["changed"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Bäume-東京", "Bäume-東京"),
        ('Say \\"hello\\"', 'Say "hello"'),
        ("Smith\\, Jones", "Smith, Jones"),
        ("\\#1", "#1"),
        ("a\\+b\\;c", "a+b;c"),
        ("back\\\\slash", "back\\slash"),
    ],
)
def test_names_of_any_characters(domain: Domain, written: str, name: str) -> None:
    distinguished_name = f"OU={written},{BASE}"
    made = domain.run(MODULE, distinguished_name=distinguished_name, protect_from_deletion=True)
    assert made["changed"], made
    assert made["organizational_unit"]["name"] == name
    assert domain.attribute(made["organizational_unit"]["distinguished_name"], "ou") == name
    assert not domain.run(MODULE, distinguished_name=distinguished_name, protect_from_deletion=True)["changed"]
    options = {"protect_from_deletion": False, "state": "absent"}
    assert domain.run(MODULE, distinguished_name=distinguished_name, **options)["changed"]
    assert not domain.exists(distinguished_name)


def test_case_and_spaces_around_commas_do_not_make_another(domain: Domain) -> None:
    name = domain.organizational_unit()
    assert not domain.run(MODULE, distinguished_name=name.lower().replace(",", " , "))["changed"]


def test_spaces_in_a_name_are_warned_of(domain: Domain) -> None:
    result = domain.run(MODULE, check_mode=True, distinguished_name=f"OU=Image Builders,{BASE}")
    assert "forbids them" in str(result["warnings"])


def test_parents_are_made_only_if_asked(domain: Domain) -> None:
    name = f"OU=Inner,OU=Outer,OU=Outermost,{BASE}"
    refused = domain.run(MODULE, distinguished_name=name)
    assert refused["failed"]
    assert f"there is no OU=Outer,OU=Outermost,{BASE}" in refused["msg"]
    assert "create_parents" in refused["remedy"]
    assert not domain.exists(f"OU=Outermost,{BASE}")
    made = domain.run(MODULE, distinguished_name=name, create_parents=True)
    assert made["diff"]["after"]["parents"] == [f"OU=Outermost,{BASE}", f"OU=Outer,OU=Outermost,{BASE}"]
    assert domain.exists(name)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("OU=Builders,DC=other,DC=example,DC=com", "is not in domain corp.example.com"),
        (f"CN=Computers,{BASE}", "does not start with OU="),
        ("Builders", "is not a distinguished name"),
        (f"OU=a,CN=NoSuch,{BASE}", "only organizational units are made as parents"),
    ],
)
def test_bad_names_are_refused(domain: Domain, name: str, told: str) -> None:
    result = domain.run(MODULE, distinguished_name=name, create_parents=True)
    assert result["failed"]
    assert told in result["msg"]


def test_what_is_not_empty_is_not_deleted(domain: Domain) -> None:
    name = domain.organizational_unit()
    for number in range(7):
        domain.samba_tool("ou", "create", f"OU=Child{number},{name}")
    before = domain.entry(name)
    result = domain.run(MODULE, distinguished_name=name, state="absent")
    assert result["failed"]
    assert f"OU=Child0,{name}" in result["msg"]
    assert "and 2 more" in result["msg"]
    assert "deletes no trees" in result["remedy"]
    assert domain.entry(name) == before


def test_protection_is_what_windows_tools_set_and_holds(domain: Domain) -> None:
    parent = domain.organizational_unit()
    name = f"OU=Protected,{parent}"
    parent_before = domain.access_control_list(parent)
    made = domain.run(MODULE, distinguished_name=name, protect_from_deletion=True)
    assert made["organizational_unit"]["protect_from_deletion"]
    assert "(D;;SDDT;;;WD)" in domain.access_control_list(name)
    assert domain.access_control_list(parent) == parent_before.replace("D:AI", "D:AI(D;;DC;;;WD)", 1)
    before = domain.entry(name), domain.entry(parent)
    assert not domain.run(MODULE, distinguished_name=name, protect_from_deletion=True)["changed"]
    assert not domain.run(MODULE, distinguished_name=name)["changed"]
    assert (domain.entry(name), domain.entry(parent)) == before

    refused = domain.run(MODULE, distinguished_name=name, state="absent")
    assert refused["failed"]
    assert "protected from accidental deletion" in refused["msg"]
    assert domain.exists(name)

    lifted = domain.run(MODULE, distinguished_name=name, protect_from_deletion=False)
    assert lifted["changed"]
    assert "(D;;SDDT;;;WD)" not in domain.access_control_list(name)
    assert not domain.run(MODULE, distinguished_name=name, protect_from_deletion=False)["changed"]
    assert domain.run(MODULE, distinguished_name=name, state="absent")["changed"]
    assert not domain.exists(name)


def test_an_interrupted_run_is_continued(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = domain.organizational_unit()
    name = f"OU=Interrupted,{parent}"

    def die(self: Directory, *_arguments: object, needs: str, **_options: object) -> None:
        raise operation_failure(ldap.SERVER_DOWN({"desc": "Can't contact LDAP server"}), "change", "x", needs)

    with monkeypatch.context() as patch:
        patch.setattr(Directory, "replace", die)
        result = domain.run(MODULE, distinguished_name=name, protect_from_deletion=True)
    assert result["failed"]
    assert result["error_kind"] == "unreachable"
    assert "run the same again" in result["remedy"]
    assert domain.exists(name)
    repaired = domain.run(MODULE, distinguished_name=name, protect_from_deletion=True)
    assert repaired["changed"]
    assert "(D;;DC;;;WD)" in domain.access_control_list(parent)
    assert "(D;;SDDT;;;WD)" in domain.access_control_list(name)


def test_half_a_protection_is_completed_and_can_be_lifted(domain: Domain) -> None:
    parent = domain.organizational_unit()
    name = f"OU=Half,{parent}"
    domain.samba_tool("ou", "create", name)
    domain.samba_tool("dsacl", "set", f"--objectdn={name}", "--sddl=(D;;SDDT;;;WD)")
    assert domain.run(MODULE, check_mode=True, distinguished_name=name, protect_from_deletion=False)["changed"]
    assert domain.run(MODULE, distinguished_name=name, protect_from_deletion=True)["changed"]
    assert "(D;;DC;;;WD)" in domain.access_control_list(parent)


def test_an_unprivileged_account_changes_nothing_and_is_told_what_it_needs(domain: Domain) -> None:
    account, head = domain.account(), domain.organizational_unit()
    parent = f"OU=Theirs,{head}"
    domain.samba_tool("ou", "create", parent)
    name = f"OU=Mine,{parent}"
    created = domain.run(MODULE, account=account, distinguished_name=name)
    assert created["failed"]
    assert created["error_kind"] == "denied"
    assert created["remedy"] == f"It needs Create Organizational Unit objects on {parent}."
    assert not domain.exists(name)
    before = domain.entry(parent)
    for options, needed in (
        ({"description": "x"}, f"Write Description on {parent}"),
        ({"protect_from_deletion": True}, f"Modify permissions (WRITE_DAC) on {head}"),
        ({"state": "absent"}, f"Delete on {parent}, or Delete Organizational Unit objects on {head}"),
    ):
        result = domain.run(MODULE, account=account, distinguished_name=parent, **options)
        assert result["error_kind"] == "denied"
        assert needed in result["remedy"]
    assert domain.entry(parent) == before


def test_an_account_with_rights_on_the_parent_only_can(domain: Domain) -> None:
    account, parent = domain.account(), domain.organizational_unit()
    domain.samba_tool("dsacl", "set", f"--objectdn={parent}", f"--sddl=(A;CI;GA;;;{account.sid})")
    name = f"OU=Delegated,{parent}"
    assert domain.run(MODULE, account=account, distinguished_name=name, protect_from_deletion=True)["changed"]
    options = {"state": "absent", "protect_from_deletion": False}
    assert domain.run(MODULE, account=account, distinguished_name=name, **options)["changed"]
