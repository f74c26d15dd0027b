# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module `ad_account` against a real domain controller, looked at with samba-tool and by logging on."""

from __future__ import annotations

import itertools
import secrets
import subprocess

import ldap
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.connection import Directory
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.ldap_errors import operation_failure
from conftest import BASE, DOMAIN, Domain

MODULE = "ad_account"
_NUMBERS = itertools.count(1)


def fresh_name(kind: str = "svc") -> str:
    """A name no other test uses."""
    return f"{kind}-{next(_NUMBERS)}"


def fresh_password() -> str:
    """A password the domain's policy takes."""
    return f"P{secrets.token_urlsafe(12)}-aA1"


def can_log_on(name: str, password: str) -> bool:
    """Whether Kerberos gives a ticket for this password."""
    command = ["kinit", "-c", "MEMORY:", f"{name}@{DOMAIN.upper()}"]
    return subprocess.run(command, input=password.encode(), capture_output=True, check=False).returncode == 0


def fail_from(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """Let the domain controller be gone from this write on."""

    def die(_self: Directory, name: str, *_arguments: object, needs: str, **_options: object) -> None:
        raise operation_failure(ldap.SERVER_DOWN({"desc": "Can't contact LDAP server"}), f"change {name}", "x", needs)

    monkeypatch.setattr(Directory, method, die)


def test_accounts_are_looked_for_by_name(domain: Domain) -> None:
    unit, group = domain.organizational_unit(), fresh_name("Installers")
    made = domain.run(MODULE, name=group, type="group", path=unit, description="Local administrators")
    user = domain.account()

    found = domain.run("ad_domain_info", accounts=[user.name.upper(), "nobody-of-this-name", group])

    assert not found["changed"]
    assert [account["name"] for account in found["accounts"]] == [user.name, group]
    assert found["accounts"][1] == {
        "name": group,
        "type": "group",
        "distinguished_name": f"CN={group},{unit}",
        "sid": made["account"]["sid"],
        "description": "Local administrators",
    }
    assert domain.run("ad_domain_info")["accounts"] == []


def test_a_user_is_made_once_and_deleted_once(domain: Domain) -> None:
    unit, name, password = domain.organizational_unit(), fresh_name(), fresh_password()
    options = {
        "name": name,
        "type": "user",
        "path": unit,
        "description": "Joins image builders",
        "password": password,
        "password_never_expires": True,
    }
    distinguished_name = f"CN={name},{unit}"
    predicted = domain.run(MODULE, check_mode=True, **options)
    assert predicted["changed"]
    assert not domain.exists(distinguished_name)
    made = domain.run(MODULE, **options)
    assert made["changed"]
    assert made["diff"] == predicted["diff"]
    assert made["diff"]["before"] == {}
    expected = {
        "name": name,
        "type": "user",
        "distinguished_name": distinguished_name,
        "description": "Joins image builders",
        "user_principal_name": f"{name}@{DOMAIN}",
        "enabled": True,
        "password_never_expires": True,
        "groups": [f"CN=Domain Users,CN=Users,{BASE}"],
        "sid": made["account"]["sid"],
    }
    assert made["account"] == expected
    assert made["account"]["sid"].startswith("S-1-5-21-")
    assert domain.attribute(distinguished_name, "userAccountControl") == str(512 + 0x10000)
    assert can_log_on(name, password)
    assert password not in str(made)

    before = domain.entry(distinguished_name)
    again = domain.run(MODULE, **{**options, "password": fresh_password()})
    assert not again["changed"]
    assert again["account"] == made["account"]
    assert domain.entry(distinguished_name) == before

    absent = {"name": name, "type": "user", "state": "absent"}
    assert domain.run(MODULE, check_mode=True, **absent)["changed"]
    assert domain.exists(distinguished_name)
    gone = domain.run(MODULE, **absent)
    assert gone["changed"]
    assert gone["account"] is None
    assert not domain.exists(distinguished_name)
    assert not domain.run(MODULE, **absent)["changed"]


def test_without_a_path_a_user_goes_where_the_domain_puts_users(domain: Domain) -> None:
    name = fresh_name()
    made = domain.run(MODULE, name=name, type="user", password=fresh_password())
    assert made["account"]["distinguished_name"] == f"CN={name},CN=Users,{BASE}"
    assert not made["account"]["password_never_expires"]
    # Found wherever it is, when no path is given.
    domain.samba_tool("user", "move", name, domain.organizational_unit())
    assert not domain.run(MODULE, name=name, type="user", password=fresh_password())["changed"]


def test_a_password_is_set_anew_only_if_asked(domain: Domain) -> None:
    name, first, second = fresh_name(), fresh_password(), fresh_password()
    domain.run(MODULE, name=name, type="user", password=first)
    assert not domain.run(MODULE, name=name, type="user", password=second)["changed"]
    assert can_log_on(name, first)
    options = {"name": name, "type": "user", "password": second, "update_password": "always"}
    assert domain.run(MODULE, check_mode=True, **options)["changed"]
    assert can_log_on(name, first)
    changed = domain.run(MODULE, **options)
    assert changed["changed"]
    assert changed["diff"]["after"]["password"] == "to be set"
    assert second not in str(changed)
    assert can_log_on(name, second)
    assert not can_log_on(name, first)
    assert domain.run(MODULE, **options)["changed"]


def test_what_is_not_set_is_left_alone(domain: Domain) -> None:
    name = fresh_name()
    domain.run(MODULE, name=name, type="user", password=fresh_password(), password_never_expires=True, description="a")
    changed = domain.run(MODULE, name=name, type="user", enabled=False)
    assert changed["diff"]["before"]["enabled"]
    assert not changed["diff"]["after"]["enabled"]
    assert changed["account"]["password_never_expires"]
    assert changed["account"]["description"] == "a"
    assert not domain.run(MODULE, name=name, type="user")["changed"]
    changed = domain.run(MODULE, name=name, type="user", user_principal_name=f"other@{DOMAIN}", description="")
    assert changed["account"]["user_principal_name"] == f"other@{DOMAIN}"
    assert changed["account"]["description"] is None
    assert not changed["account"]["enabled"]
    changed = domain.run(MODULE, name=name, type="user", enabled=True, password_never_expires=False)
    assert changed["account"]["enabled"]
    assert domain.attribute(changed["account"]["distinguished_name"], "userAccountControl") == "512"


@pytest.mark.parametrize("enabled", [None, False])
def test_a_run_that_ended_before_the_password_is_continued(
    domain: Domain, monkeypatch: pytest.MonkeyPatch, enabled: bool | None
) -> None:
    name, password, unit = fresh_name(), fresh_password(), domain.organizational_unit()
    options = {"name": name, "type": "user", "path": unit, "password": password, "enabled": enabled}
    with monkeypatch.context() as patch:
        fail_from(patch, "replace")
        lost = domain.run(MODULE, **options)
    assert lost["error_kind"] == "unreachable"
    assert "run the same again" in lost["remedy"]
    assert domain.attribute(f"CN={name},{unit}", "userAccountControl") == "514"
    repaired = domain.run(MODULE, **options)
    assert repaired["changed"]
    assert repaired["account"]["enabled"] is (enabled is None)
    assert can_log_on(name, password) is (enabled is None)
    assert not domain.run(MODULE, **options)["changed"]


def test_a_run_that_ended_before_the_groups_is_continued(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    name, password, group = fresh_name(), fresh_password(), fresh_name("grp")
    domain.run(MODULE, name=group, type="group")
    options = {"name": name, "type": "user", "password": password, "groups": [group]}
    with monkeypatch.context() as patch:
        fail_from(patch, "add_values")
        assert domain.run(MODULE, **options)["failed"]
    assert can_log_on(name, password)
    repaired = domain.run(MODULE, **options)
    assert repaired["changed"]
    assert name in domain.samba_tool("group", "listmembers", group)
    assert not domain.run(MODULE, **options)["changed"]


def test_a_password_the_policy_refuses_leaves_nothing_that_cannot_be_repaired(domain: Domain) -> None:
    name = fresh_name()
    refused = domain.run(MODULE, name=name, type="user", password="weak-1")
    assert refused["error_kind"] == "refused value"
    assert "password policy" in refused["remedy"]
    assert "weak-1" not in str(refused)
    password = fresh_password()
    assert domain.run(MODULE, name=name, type="user", password=password)["account"]["enabled"]
    assert can_log_on(name, password)


def test_a_user_without_a_password_is_made_only_disabled(domain: Domain) -> None:
    name = fresh_name()
    refused = domain.run(MODULE, name=name, type="user")
    assert "without a password" in refused["msg"]
    made = domain.run(MODULE, name=name, type="user", enabled=False)
    assert not made["account"]["enabled"]
    assert not domain.run(MODULE, name=name, type="user", enabled=False)["changed"]
    assert "never had a password" in domain.run(MODULE, name=name, type="user", enabled=True)["msg"]
    assert domain.run(MODULE, name=name, type="user", enabled=True, password=fresh_password())["account"]["enabled"]


def test_a_user_is_added_to_groups_and_taken_out_of_none(domain: Domain) -> None:
    name, first, second = fresh_name(), fresh_name("grp"), fresh_name("grp")
    first_group = domain.run(MODULE, name=first, type="group")["account"]
    domain.run(MODULE, name=second, type="group")
    domain.run(MODULE, name=name, type="user", password=fresh_password(), groups=[first_group["sid"], "Domain Users"])
    changed = domain.run(MODULE, name=name, type="user", groups=[f"CORP\\{second}", first, first])
    assert changed["changed"]
    assert len(changed["account"]["groups"]) == 3
    assert not domain.run(MODULE, name=name, type="user", groups=[first])["changed"]
    refused = domain.run(MODULE, name=name, type="user", groups=["no-such-group"], description="not written")
    assert refused["error_kind"] == "not found"
    assert domain.attribute(changed["account"]["distinguished_name"], "description") is None


def test_a_group_its_scope_and_its_members(domain: Domain) -> None:
    unit, name = domain.organizational_unit(), fresh_name("grp")
    one, two, three = domain.account(), domain.account(), domain.account()
    options = {"name": name, "type": "group", "path": unit, "members": [one.name, f"{two.name}@{DOMAIN}"]}
    predicted = domain.run(MODULE, check_mode=True, **options)
    made = domain.run(MODULE, **options)
    assert made["diff"] == predicted["diff"]
    assert made["account"]["scope"] == "global"
    assert made["account"]["members"] == sorted([one.distinguished_name, two.distinguished_name])
    distinguished_name = made["account"]["distinguished_name"]
    assert domain.attribute(distinguished_name, "groupType") == "-2147483646"
    before = domain.entry(distinguished_name)
    assert not domain.run(MODULE, **{**options, "members": [two.sid]})["changed"]
    assert domain.entry(distinguished_name) == before

    changed = domain.run(MODULE, name=name, type="group", members=[three.distinguished_name.lower(), one.name])
    assert changed["account"]["members"] == sorted(
        [one.distinguished_name, two.distinguished_name, three.distinguished_name]
    )
    purged = domain.run(MODULE, name=name, type="group", members=[three.name], purge_members=True)
    assert purged["account"]["members"] == [three.distinguished_name]
    assert domain.samba_tool("group", "listmembers", name).split() == [three.name]
    assert domain.run(MODULE, name=name, type="group", members=[], purge_members=True)["account"]["members"] == []

    assert domain.run(MODULE, name=name, type="group", scope="universal")["account"]["scope"] == "universal"
    assert domain.run(MODULE, name=name, type="group", scope="domain_local")["account"]["scope"] == "domain_local"
    refused = domain.run(MODULE, name=name, type="group", scope="global")
    assert refused["failed"]
    assert domain.run(MODULE, name=name, type="group", state="absent")["changed"]
    assert not domain.exists(distinguished_name)


@pytest.mark.parametrize("name", ["Jürgen-東京", "#hash", "O'Neill (x)", "a b", "a(b)~!$%&"])
def test_names_of_any_legal_characters(domain: Domain, name: str) -> None:
    password, unit = fresh_password(), domain.organizational_unit()
    group = domain.run(MODULE, name=f"{name} group", type="group", path=unit)["account"]
    made = domain.run(MODULE, name=name, type="user", path=unit, password=password, groups=[f"{name} group"])
    assert made["changed"], made
    assert domain.attribute(made["account"]["distinguished_name"], "sAMAccountName") == name
    assert group["distinguished_name"] in made["account"]["groups"]
    options = {"name": name, "type": "user", "path": unit, "password": password, "groups": [f"{name} group"]}
    assert not domain.run(MODULE, **options)["changed"]
    assert domain.run(MODULE, name=name, type="user", state="absent")["changed"]


@pytest.mark.parametrize("part", ['With "quotes"', "Comma, Inc.", "#1", "a=b+c;d"])
def test_paths_of_any_characters(domain: Domain, part: str) -> None:
    escaped = "".join(f"\\{letter}" if letter in '",#=+;' else letter for letter in part)
    unit = f"OU={escaped},{domain.organizational_unit()}"
    domain.samba_tool("ou", "create", unit)
    name = fresh_name()
    made = domain.run(MODULE, name=name, type="user", path=unit, password=fresh_password())
    assert made["changed"], made
    assert not domain.run(MODULE, name=name, type="user", path=unit)["changed"]
    group = domain.run(MODULE, name=fresh_name("grp"), type="group", members=[made["account"]["distinguished_name"]])
    assert group["account"]["members"] == [made["account"]["distinguished_name"]]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": "a" * 21}, "has 21 characters"),
        ({"name": ""}, "has 0 characters"),
        ({"name": 'a"b'}, "has one of the characters"),
        ({"name": "a,b"}, "has one of the characters"),
        ({"name": "a@b"}, "has one of the characters"),
        ({"name": "a\nb"}, "has one of the characters"),
        ({"name": " a"}, "begins or ends with a space"),
        ({"name": "a."}, "ends with a dot"),
        ({"name": "a", "members": ["b"]}, "members cannot be set for type user"),
        ({"name": "a", "type": "group", "password": "unused-12345", "groups": ["y"]}, "password, groups cannot be set"),
        ({"name": "a", "type": "group", "purge_members": True}, "purge_members needs members"),
        ({"name": "a", "path": "Users"}, "not a distinguished name"),
        ({"name": "a", "path": "OU=x,DC=other,DC=com", "password": "unused-12345"}, "has no OU=x,DC=other,DC=com"),
        ({"name": "a", "path": f"OU=NoSuch,{BASE}", "password": "unused-12345"}, "has no OU=NoSuch"),
        ({"name": "a", "password": ""}, "password is empty"),
    ],
)
def test_bad_options_are_refused(domain: Domain, options: dict[str, object], told: str) -> None:
    result = domain.run(MODULE, **{"type": "user", **options})
    assert result["failed"]
    assert told in result["msg"]


def test_an_account_elsewhere_or_of_another_type_is_refused(domain: Domain) -> None:
    unit, name = domain.organizational_unit(), fresh_name()
    domain.run(MODULE, name=name, type="user", password=fresh_password())
    for options in ({"description": "x"}, {"state": "absent"}):
        refused = domain.run(MODULE, name=name, type="user", path=unit, **options)
        assert "accounts are not moved" in refused["msg"]
        assert refused["account"]["name"] == name
        assert "is a user, not a group" in domain.run(MODULE, name=name, type="group", **options)["msg"]
    assert domain.exists(f"CN={name},CN=Users,{BASE}")
    domain.samba_tool("computer", "create", "PC-1")
    assert "which is a computer" in domain.run(MODULE, name="PC-1$", type="user", state="absent")["msg"]
    list_group = fresh_name("grp")
    domain.samba_tool("group", "add", list_group, "--group-type=Distribution")
    assert "distribution group" in domain.run(MODULE, name=list_group, type="group")["msg"]


def test_a_distinguished_name_that_is_taken_is_refused(domain: Domain) -> None:
    unit, name = domain.organizational_unit(), fresh_name()
    domain.samba_tool("ou", "create", f"OU=x,{unit}")
    domain.samba_tool("contact", "create", name, f"--ou={unit.partition(',DC=')[0]}")
    refused = domain.run(MODULE, name=name, type="user", path=unit, password=fresh_password())
    assert refused["error_kind"] == "exists"
    assert f"CN={name},{unit} exists" in refused["msg"]


@pytest.mark.parametrize(
    ("name", "kind"), [("Domain Admins", "group"), ("krbtgt", "user"), ("Guest", "user"), ("Domain Users", "group")]
)
def test_the_domains_own_accounts_are_not_deleted(domain: Domain, name: str, kind: str) -> None:
    for check_mode in (True, False):
        refused = domain.run(MODULE, name=name, type=kind, state="absent", check_mode=check_mode)
        assert "is not deleted" in refused["msg"]
    assert domain.exists(f"CN={name},CN=Users,{BASE}")


def test_an_unprivileged_account_changes_nothing_and_is_told_what_it_needs(domain: Domain) -> None:
    nobody, unit, name = domain.account(), domain.organizational_unit(), fresh_name()
    made = domain.run(MODULE, account=nobody, name=name, type="user", path=unit, password=fresh_password())
    assert made["error_kind"] == "denied"
    assert made["remedy"] == f"It needs Create User objects on {unit}."
    assert not domain.exists(f"CN={name},{unit}")
    made = domain.run(MODULE, account=nobody, name=name, type="group", path=unit)
    assert made["remedy"] == f"It needs Create Group objects on {unit}."

    other, group = domain.account(), fresh_name("grp")
    group_name = domain.run(MODULE, name=group, type="group")["account"]["distinguished_name"]
    before = domain.entry(other.distinguished_name), domain.entry(group_name)
    for options, needed in (
        ({"description": "x"}, f"Write description on {other.distinguished_name}"),
        ({"enabled": False}, f"Write Account Restrictions on {other.distinguished_name}"),
        (
            {"password": fresh_password(), "update_password": "always"},
            f"Reset Password and Write Account Restrictions on {other.distinguished_name}",
        ),
        ({"groups": [group]}, f"Write Members on {group_name}"),
        ({"state": "absent"}, f"Delete on {other.distinguished_name}, or Delete User objects on CN=Users,{BASE}"),
    ):
        result = domain.run(MODULE, account=nobody, name=other.name, type="user", **options)
        assert result["error_kind"] == "denied"
        assert needed in result["remedy"]
    assert (domain.entry(other.distinguished_name), domain.entry(group_name)) == before


def test_an_account_with_rights_on_an_organizational_unit_only_can(domain: Domain) -> None:
    delegate, unit, name, password = domain.account(), domain.organizational_unit(), fresh_name(), fresh_password()
    domain.samba_tool("dsacl", "set", f"--objectdn={unit}", f"--sddl=(A;CI;GA;;;{delegate.sid})")
    group = fresh_name("grp")
    assert domain.run(MODULE, account=delegate, name=group, type="group", path=unit)["changed"]
    options = {"name": name, "type": "user", "path": unit, "password": password, "groups": [group]}
    assert domain.run(MODULE, account=delegate, **options)["changed"]
    assert can_log_on(name, password)


def test_over_tls_too(domain: Domain) -> None:
    name, password = fresh_name(), fresh_password()
    tls = {"domain_authentication": "simple", "domain_ca_path": str(domain.ca_file)}
    assert domain.run(MODULE, name=name, type="user", password=password, **tls)["changed"]
    assert can_log_on(name, password)


def test_faults_of_the_logon_are_told(domain: Domain) -> None:
    name = fresh_name()
    expired = domain.account()
    domain.samba_tool("user", "setexpiry", expired.name, "--days=-1")
    must_change = domain.account()
    domain.samba_tool(
        "user", "setpassword", must_change.name, "--must-change-at-next-login", "--newpassword=Neu-12345678"
    )
    for options, told in (
        ({"domain_password": "not-the-password"}, "is wrong"),
        ({"domain_username": "nobody-of-that-name"}, "does not know the account"),
        ({"domain_username": expired.name, "domain_password": expired.password}, "expired"),
        ({"domain_username": must_change.name, "domain_password": "Neu-12345678"}, "expired or must be changed"),
    ):
        result = domain.run(MODULE, name=name, type="user", password=fresh_password(), **options)
        assert result["error_kind"] == "credentials"
        assert told in result["msg"]
    tls = {"domain_authentication": "simple", "domain_ca_path": str(domain.ca_file)}
    result = domain.run(MODULE, name=name, type="user", domain_password="not-the-password", **tls)
    assert result["error_kind"] == "credentials"
    result = domain.run(MODULE, name=name, type="user", domain_authentication="simple")
    assert result["error_kind"] == "unreachable"
    assert "domain_ca_path" in result["remedy"]
    result = domain.run(MODULE, name=name, type="user", password="unused-12345", domain_server=f"no-such-dc.{DOMAIN}")
    assert result["error_kind"] == "unreachable"
    assert "DNS name resolves" in result["remedy"]
