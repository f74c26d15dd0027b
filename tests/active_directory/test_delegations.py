# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module `ad_delegation` against a real domain controller, and what the rights are worth: real joins to the domain."""

from __future__ import annotations

import itertools
import os
import subprocess
from pathlib import Path
from typing import Any

import ldap
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.connection import (
    DACL,
    Directory,
    Logon,
    connect,
)
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.ldap_errors import operation_failure
from conftest import BASE, DOMAIN, SERVER, Account, Domain

MODULE = "ad_delegation"
_NUMBERS = itertools.count(1)
COMPUTER = "bf967a86-0de6-11d0-a285-00aa003049e2"
JOIN = (
    "(OA;CI;CC;bf967a86-0de6-11d0-a285-00aa003049e2;;{sid})",
    "(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;bf967a86-0de6-11d0-a285-00aa003049e2;{sid})",
    "(OA;CIIO;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;bf967a86-0de6-11d0-a285-00aa003049e2;{sid})",
    "(OA;CIIO;RPWP;4c164200-20c0-11d0-a768-00aa006e0529;bf967a86-0de6-11d0-a285-00aa003049e2;{sid})",
    "(OA;CIIO;RPWP;bf967950-0de6-11d0-a285-00aa003049e2;bf967a86-0de6-11d0-a285-00aa003049e2;{sid})",
    "(OA;CIIO;SW;f3a64788-5306-11d1-a9c5-0000f80367c1;bf967a86-0de6-11d0-a285-00aa003049e2;{sid})",
    "(OA;CIIO;SW;72e39547-7b18-11d1-adef-00c04fd8d5cd;bf967a86-0de6-11d0-a285-00aa003049e2;{sid})",
)
LINK = (
    "(OA;CI;RPWP;f30e3bbe-9ff0-11d1-b603-0000f80367c1;;{sid})",
    "(OA;CI;RPWP;f30e3bbf-9ff0-11d1-b603-0000f80367c1;;{sid})",
)
REMOVE = ("(OA;CI;DC;bf967a86-0de6-11d0-a285-00aa003049e2;;{sid})",)
EXPECTED = {"join_computers": JOIN, "link_policies": LINK, "remove_computers": REMOVE}


def delegate(domain: Domain, unit: str, account: Account, delegation: str = "join_computers") -> None:
    """Give an account a delegation as the administrator."""
    result = domain.run(MODULE, organizational_unit=unit, principal=account.name, delegation=delegation)
    assert result["changed"], result


def log_on(account: Account) -> Directory:
    """A connection of an account's own."""
    return connect(Logon(SERVER, None, account.name, account.password))


def join(account: Account, unit: str, folder: Path, name: str | None = None) -> subprocess.CompletedProcess[str]:
    """Join a computer to the domain in this organizational unit, with Samba's own client."""
    name = name or f"BUILDER{next(_NUMBERS)}"
    folder.mkdir(exist_ok=True)
    (folder / "smb.conf").write_text(
        f"[global]\nrealm = {DOMAIN.upper()}\nworkgroup = CORP\nsecurity = ads\nnetbios name = {name}\n"
        f"private dir = {folder}\nlock directory = {folder}\nstate directory = {folder}\ncache directory = {folder}\n",
        encoding="utf-8",
    )
    path = "/".join(part.partition("=")[2] for part in reversed(unit.removesuffix(f",{BASE}").split(",")))
    command = ["net", "ads", "join", f"--configfile={folder}/smb.conf", "--no-dns-updates", f"createcomputer={path}"]
    return subprocess.run(
        [*command, f"--user={account.name}", f"--server={SERVER}"],
        input=f"{account.password}\n",
        env={**os.environ, "KRB5CCNAME": f"{folder}/tickets"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("delegation", list(EXPECTED))
def test_exactly_these_entries_are_added_once_and_removed_again(domain: Domain, delegation: str) -> None:
    unit, account = domain.organizational_unit(), domain.account()
    original = domain.access_control_list(unit)
    options = {"organizational_unit": unit, "principal": account.name, "delegation": delegation}
    predicted = domain.run(MODULE, check_mode=True, **options)
    assert predicted["changed"]
    assert domain.access_control_list(unit) == original
    added = domain.run(MODULE, **options)
    assert added["changed"]
    assert added["diff"] == predicted["diff"]
    assert added["diff"]["before"]["permissions"] == []
    assert len(added["diff"]["after"]["permissions"]) == len(EXPECTED[delegation])
    assert added["delegation"]["sid"] == account.sid
    entries = [entry.format(sid=account.sid) for entry in EXPECTED[delegation]]
    now = domain.access_control_list(unit)
    assert all(now.count(entry) == 1 for entry in entries), now
    for entry in entries:
        now = now.replace(entry, "")
    assert now == original

    before = domain.entry(unit)
    again = domain.run(MODULE, **options)
    assert not again["changed"]
    assert again["delegation"] == added["delegation"]
    assert domain.entry(unit) == before

    removed = domain.run(MODULE, state="absent", check_mode=True, **options)
    assert removed["changed"]
    assert domain.entry(unit) == before
    assert domain.run(MODULE, state="absent", **options)["diff"] == removed["diff"]
    assert domain.access_control_list(unit) == original
    before = domain.entry(unit)
    assert not domain.run(MODULE, state="absent", **options)["changed"]
    assert domain.entry(unit) == before


def test_others_entries_stay_byte_for_byte(domain: Domain) -> None:
    unit, account, other = domain.organizational_unit(), domain.account(), domain.account()
    # A denial, a plain grant, and one of a sort of its own, of this account and of another.
    for sid in (account.sid, other.sid):
        domain.samba_tool("dsacl", "set", f"--objectdn={unit}", f"--sddl=(D;CI;WO;;;{sid})(A;;RPLC;;;{sid})")
    for delegation in EXPECTED:
        delegate(domain, unit, other, delegation)
    before = domain.entry(unit, "nTSecurityDescriptor")
    for state in ("present", "absent"):
        for delegation in EXPECTED:
            options = {"organizational_unit": unit, "principal": account.name, "delegation": delegation}
            assert domain.run(MODULE, state=state, **options)["changed"]
    assert domain.entry(unit, "nTSecurityDescriptor") == before


def test_an_entry_that_gives_more_counts_and_keeps_the_rest(domain: Domain) -> None:
    unit, account = domain.organizational_unit(), domain.account()
    more = f"(OA;CI;CCDC;{COMPUTER};;{account.sid})"
    domain.samba_tool("dsacl", "set", f"--objectdn={unit}", f"--sddl={more}")
    options = {"organizational_unit": unit, "principal": account.sid}
    assert not domain.run(MODULE, delegation="remove_computers", **options)["changed"]
    result = domain.run(MODULE, delegation="remove_computers", state="absent", **options)
    assert result["diff"]["before"]["permissions"] == ["Delete Computer objects"]
    assert result["diff"]["after"]["permissions"] == []
    now = domain.access_control_list(unit)
    assert more not in now
    assert f"(OA;CI;CC;{COMPUTER};;{account.sid})" in now


def test_rights_that_are_there_in_part_are_completed(domain: Domain) -> None:
    unit, account = domain.organizational_unit(), domain.account()
    half = f"(OA;CI;WP;f30e3bbe-9ff0-11d1-b603-0000f80367c1;;{account.sid})"
    domain.samba_tool("dsacl", "set", f"--objectdn={unit}", f"--sddl={half}")
    options = {"organizational_unit": unit, "principal": account.name, "delegation": "link_policies"}
    result = domain.run(MODULE, **options)
    assert result["diff"]["before"]["permissions"] == [
        "Read and Write gPLink on this object and all descendant objects (in part)"
    ]
    assert not domain.run(MODULE, **options)["changed"]


def test_inherited_rights_are_not_taken_for_the_units_own(domain: Domain) -> None:
    outer, account = domain.organizational_unit(), domain.account()
    inner = f"OU=Inner,{outer}"
    domain.samba_tool("ou", "create", inner)
    delegate(domain, outer, account)
    options = {"organizational_unit": inner, "principal": account.name, "delegation": "join_computers"}
    before = domain.access_control_list(inner)
    assert not domain.run(MODULE, state="absent", **options)["changed"]
    assert domain.run(MODULE, **options)["changed"]
    assert domain.run(MODULE, state="absent", **options)["changed"]
    assert domain.access_control_list(inner) == before


@pytest.mark.parametrize(
    "form", ["{name}", "CORP\\{name}", "corp.example.com\\{name}", "{name}@{domain}", "{sid}", "{dn}"]
)
def test_forms_of_a_principal(domain: Domain, form: str) -> None:
    unit, account = domain.organizational_unit(), domain.account()
    who = form.format(name=account.name, domain=DOMAIN, sid=account.sid, dn=account.distinguished_name)
    result = domain.run(MODULE, organizational_unit=unit, principal=who, delegation="remove_computers")
    assert result["delegation"]["sid"] == account.sid
    assert result["delegation"]["principal"] == account.name


def test_a_user_principal_name_that_is_not_the_account_name(domain: Domain) -> None:
    unit, account = domain.organizational_unit(), domain.account()
    upn = f"{account.name}.upn@elsewhere.example.com"
    domain.run("ad_account", name=account.name, type="user", user_principal_name=upn)
    result = domain.run(MODULE, organizational_unit=unit, principal=upn, delegation="remove_computers")
    assert result["delegation"]["sid"] == account.sid


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("no-such-account", "has no account or group no-such-account"),
        ("no-such-account@corp.example.com", "has no account or group"),
        ("someone@elsewhere.example.com", "has no account or group"),
        ("OTHER\\Administrator", "is not of domain CORP"),
        ("BUILTIN\\Administrators", "Give the SID"),
        ("a=b", "is not a distinguished name"),
        (f"OU=Domain Controllers,{BASE}", "neither an account nor a security group"),
        (f"CN=NoSuch,{BASE}", "has no account or group"),
        ("*", "has no account or group *"),
    ],
)
def test_nobody_is_refused(domain: Domain, who: str, told: str) -> None:
    unit = domain.organizational_unit()
    result = domain.run(MODULE, organizational_unit=unit, principal=who, delegation="join_computers")
    assert result["failed"]
    assert told in result["msg"]


def test_sids_of_others_and_of_deleted_accounts(domain: Domain) -> None:
    unit, account = domain.organizational_unit(), domain.account()
    options = {"organizational_unit": unit, "delegation": "remove_computers"}
    authenticated = domain.run(MODULE, principal="S-1-5-11", **options)
    assert authenticated["delegation"]["principal"] in ("S-1-5-11", "Authenticated Users")
    assert f"(OA;CI;DC;{COMPUTER};;AU)" in domain.access_control_list(unit)
    foreign = "S-1-5-21-1-2-3-1104"
    assert domain.run(MODULE, principal=foreign, **options)["delegation"]["principal"] == foreign
    delegate(domain, unit, account, "remove_computers")
    domain.samba_tool("user", "delete", account.name)
    assert "has no account" in domain.run(MODULE, principal=account.sid, **options)["msg"]
    unknown = domain.run(MODULE, principal=account.name, state="absent", **options)
    assert not unknown["changed"]
    assert "by its SID" in str(unknown["warnings"])
    assert domain.run(MODULE, principal=account.sid, state="absent", **options)["changed"]
    assert account.sid not in domain.access_control_list(unit)


def test_an_organizational_unit_that_does_not_exist_is_told(domain: Domain) -> None:
    options = {"principal": "Administrator", "delegation": "join_computers"}
    result = domain.run(MODULE, organizational_unit=f"OU=NoSuch,{BASE}", **options)
    assert result["error_kind"] == "not found"
    assert f"There is no OU=NoSuch,{BASE}" in result["msg"]
    assert "is not a distinguished name" in domain.run(MODULE, organizational_unit="Builders", **options)["msg"]


def test_an_unprivileged_account_changes_nothing_and_is_told_what_it_needs(domain: Domain) -> None:
    unit, nobody = domain.organizational_unit(), domain.account()
    before = domain.entry(unit)
    options = {"organizational_unit": unit, "principal": nobody.name, "delegation": "join_computers"}
    result = domain.run(MODULE, account=nobody, **options)
    assert result["error_kind"] == "denied"
    assert result["remedy"] == f"It needs Modify permissions (WRITE_DAC) on {unit}."
    assert domain.entry(unit) == before
    # It may look, though: what it can read is what is there.
    delegate(domain, unit, nobody)
    assert not domain.run(MODULE, account=nobody, **options)["changed"]
    assert domain.run(MODULE, account=nobody, state="absent", **options)["error_kind"] == "denied"


def test_one_who_may_change_permissions_only_can(domain: Domain) -> None:
    unit, delegated, account = domain.organizational_unit(), domain.account(), domain.account()
    domain.samba_tool("dsacl", "set", f"--objectdn={unit}", f"--sddl=(A;;WD;;;{delegated.sid})")
    options = {"organizational_unit": unit, "principal": account.name, "delegation": "join_computers"}
    assert domain.run(MODULE, account=delegated, **options)["changed"]
    assert domain.run(MODULE, account=delegated, state="absent", **options)["changed"]


def test_a_lost_connection_changes_nothing_and_a_rerun_repairs(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    unit, account = domain.organizational_unit(), domain.account()
    before = domain.entry(unit)

    def die(_self: Directory, *_arguments: object, needs: str, **_options: object) -> None:
        raise operation_failure(ldap.SERVER_DOWN({"desc": "Can't contact LDAP server"}), "change", "x", needs)

    options = {"organizational_unit": unit, "principal": account.name, "delegation": "join_computers"}
    with monkeypatch.context() as patch:
        patch.setattr(Directory, "replace", die)
        assert domain.run(MODULE, **options)["error_kind"] == "unreachable"
    assert domain.entry(unit) == before
    assert domain.run(MODULE, **options)["changed"]


def test_a_change_by_somebody_else_in_between_is_told(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    unit, account = domain.organizational_unit(), domain.account()
    before = domain.access_control_list(unit)
    replace = Directory.replace

    def overtaken(self: Directory, name: str, *arguments: Any, **options: Any) -> None:
        theirs = self.read(name, ["nTSecurityDescriptor"], security=DACL)
        assert theirs is not None
        replace(self, name, *arguments, **options)
        replace(self, name, [("nTSecurityDescriptor", theirs.values("nTSecurityDescriptor"))], **options)

    options = {"organizational_unit": unit, "principal": account.name, "delegation": "remove_computers"}
    with monkeypatch.context() as patch:
        patch.setattr(Directory, "replace", overtaken)
        result = domain.run(MODULE, **options)
    assert result["failed"]
    assert "somebody else changed them" in result["msg"]
    assert domain.access_control_list(unit) == before


def test_the_join_account_joins_with_the_delegation_and_not_without(domain: Domain, tmp_path: Path) -> None:
    unit, account = domain.organizational_unit(), domain.account()
    refused = join(account, unit, tmp_path / "refused")
    assert refused.returncode != 0
    assert "ccess" in refused.stdout + refused.stderr
    delegate(domain, unit, account)
    joined = join(account, unit, tmp_path / "joined", "JOINED1")
    assert joined.returncode == 0, joined.stdout + joined.stderr
    assert domain.attribute(f"CN=JOINED1,{unit}", "dNSHostName") == f"joined1.{DOMAIN}"
    options = {"organizational_unit": unit, "principal": account.name, "delegation": "join_computers"}
    domain.run(MODULE, state="absent", **options)
    assert join(account, unit, tmp_path / "later").returncode != 0


def test_the_join_account_uses_a_computer_account_of_somebody_else(domain: Domain, tmp_path: Path) -> None:
    unit, account, name = domain.organizational_unit(), domain.account(), "REUSED1"
    delegate(domain, unit, account)
    domain.samba_tool("computer", "create", name, f"--computerou={unit.removesuffix(f',{BASE}')}")
    joined = join(account, unit, tmp_path / "reused", name)
    assert joined.returncode == 0, joined.stdout + joined.stderr
    assert domain.attribute(f"CN={name},{unit}", "dNSHostName") == f"{name.lower()}.{DOMAIN}"
    directory = log_on(account)
    directory.replace(f"CN={name},{unit}", [("description", [b"AppStream 2.0 - image-builder:x"])], needs="")
    with pytest.raises(ActiveDirectoryError):
        directory.replace(f"CN={name},{unit}", [("displayName", [b"x"])], needs="")
    with pytest.raises(ActiveDirectoryError):
        directory.replace(
            f"CN={name},{unit}", [("servicePrincipalName", [b"cifs/fileserver.corp.example.com"])], needs=""
        )
    with pytest.raises(ActiveDirectoryError):
        directory.delete(f"CN={name},{unit}", needs="")
    directory.close()


def test_what_the_join_account_cannot_do(domain: Domain) -> None:
    unit, account, other = domain.organizational_unit(), domain.account(), domain.organizational_unit()
    delegate(domain, unit, account)
    before = domain.entry(unit)
    directory = log_on(account)
    for name, attributes in (
        (f"CN=mine,{unit}", {"objectClass": [b"user"], "sAMAccountName": [b"mine"]}),
        (f"CN=mine,{unit}", {"objectClass": [b"group"], "sAMAccountName": [b"mine"]}),
        (f"OU=mine,{unit}", {"objectClass": [b"organizationalUnit"]}),
        (f"CN=OTHER1,{other}", {"objectClass": [b"computer"], "sAMAccountName": [b"OTHER1$"]}),
    ):
        with pytest.raises(ActiveDirectoryError) as denied:
            directory.add(name, attributes, needs="x")
        assert denied.value.kind == ActiveDirectoryError.DENIED
        assert not domain.exists(name)
    for change in (
        ("gPLink", [b"[LDAP://CN={31B2F340-016D-11D2-945F-00C04FB984F9},CN=Policies,CN=System,DC=corp;0]"]),
        ("gPOptions", [b"1"]),
        ("description", [b"mine"]),
    ):
        with pytest.raises(ActiveDirectoryError) as denied:
            directory.replace(unit, [change], needs="x")
        assert denied.value.kind == ActiveDirectoryError.DENIED
    directory.close()
    assert domain.entry(unit) == before


def test_what_link_policies_and_remove_computers_are_worth(domain: Domain) -> None:
    unit, linker, remover = domain.organizational_unit(), domain.account(), domain.account()
    computer = f"CN=LEFT1,{unit}"
    domain.samba_tool("computer", "create", "LEFT1", f"--computerou={unit.removesuffix(f',{BASE}')}")
    linking, removing = log_on(linker), log_on(remover)
    for attempt in (
        lambda: linking.replace(unit, [("gPOptions", [b"1"])], needs="x"),
        lambda: removing.delete(computer, needs="x"),
    ):
        with pytest.raises(ActiveDirectoryError):
            attempt()
    delegate(domain, unit, linker, "link_policies")
    delegate(domain, unit, remover, "remove_computers")
    linking.close(), removing.close()
    linking, removing = log_on(linker), log_on(remover)
    linking.replace(unit, [("gPOptions", [b"1"])], needs="x")
    with pytest.raises(ActiveDirectoryError):
        linking.delete(computer, needs="x")
    with pytest.raises(ActiveDirectoryError):
        removing.replace(unit, [("gPOptions", [b"0"])], needs="x")
    removing.delete(computer, needs="x")
    linking.close(), removing.close()
    assert domain.attribute(unit, "gPOptions") == "1"
    assert not domain.exists(computer)
