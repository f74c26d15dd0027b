# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module `ad_winrm_policy` against a real domain controller: what it makes, changes, repairs and removes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import policy_goal, policy_view
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import sysvol as sysvol_code
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.connection import (
    Directory,
    Logon,
    connect,
)
from ansible_collections.euc.appstream.plugins.modules.ad_winrm_policy import ARGUMENT_SPEC
from conftest import BASE, DOMAIN, SERVER, Domain
from winrm_policies import MODULE, POLICIES, Place, change, entries, everything, grant, sysvol

REGISTRY = "Machine/Registry.pol"
TEMPLATE = "Machine/Microsoft/Windows NT/SecEdit/GptTmpl.inf"
GROUPS = "Machine/Preferences/Groups/Groups.xml"
SCRIPTS = {
    *(f"Machine/Scripts/{name}" for name in ("psscripts.ini", "scripts.ini")),
    "Machine/Scripts/Startup/appstream-winrm-https.ps1",
}


def test_a_policy_is_made_linked_and_left_alone_the_second_time(domain: Domain) -> None:
    place = Place(domain)
    made = place.present()
    assert made["changed"]
    (guid,) = place.guids()
    assert made["policy"]["guid"] == guid
    assert made["policy"]["version"] == 1
    assert place.versions(guid) == (1, 1)
    assert place.link() == f"[LDAP://CN={guid},{POLICIES};0]"
    assert set(place.files(guid)) == {REGISTRY, TEMPLATE, GROUPS, "gpt.ini"}
    stored = entries(domain, f"CN={guid},{POLICIES}")[0]
    assert stored["gpcfilesyspath"] == [f"\\\\{DOMAIN}\\SysVol\\{DOMAIN}\\Policies\\{guid}"]
    assert stored["flags"] == ["1"]
    marks = place.marks(guid)
    again = place.present()
    assert not again["changed"]
    assert again["diff"]["before"] == again["diff"]["after"] == made["diff"]["after"]
    assert again["policy"] == made["policy"]
    assert place.marks(guid) == marks


def test_check_mode_predicts_and_writes_nothing(domain: Domain) -> None:
    place = Place(domain)
    before = everything(domain)
    predicted = place.present(check_mode=True)
    assert everything(domain) == before
    made = place.present()
    unknown = {"guid": None, "distinguished_name": None, "path": None}
    assert predicted["changed"]
    assert predicted["policy"] == {**made["policy"], **unknown}
    marks = place.marks(made["policy"]["guid"])
    changed = place.present(check_mode=True, https=True)
    gone = place.absent(check_mode=True)
    assert place.marks(made["policy"]["guid"]) == marks
    assert changed["changed"] and changed["policy"]["version"] == 2
    assert gone["changed"] and gone["policy"] is None
    assert place.present(https=True)["diff"] == changed["diff"]


CHANGES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "another network": ({"controller_networks": ["10.1.2.0/24", "fd00:1::/64"]}, {REGISTRY}),
    "https": ({"https": True}, {REGISTRY, *SCRIPTS}),
    "https only": ({"http": False, "https": True}, {REGISTRY, *SCRIPTS}),
    "method": ({"administrators_method": "restricted_groups"}, {TEMPLATE, GROUPS}),
    "listener": ({"listener_addresses": ["10.1.0.0/16"]}, {REGISTRY}),
    "profiles": ({"firewall_profiles": ["domain", "private", "public"]}, {REGISTRY}),
    "insecure": ({"allow_basic": True, "allow_insecure": True}, {REGISTRY}),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_raises_the_version_and_touches_what_differs_only(domain: Domain, case: str) -> None:
    changes, touched = CHANGES[case]
    place = Place(domain)
    guid = place.present()["policy"]["guid"]
    first, marks = place.content(guid), place.marks(guid)
    result = place.present(**changes)
    assert result["changed"] and result["policy"]["version"] == 2
    assert place.versions(guid) == (2, 2)
    now = {path: mark for path, mark in place.marks(guid).items() if (place.folder(guid) / path).is_file()}
    written = {path for path, mark in now.items() if marks.get(path) != mark}
    gone = {path for path in marks if path.startswith("/") and path not in place.marks(guid)}
    assert {path[len(str(place.folder(guid))) + 1 :] for path in written | gone} == {*touched, "gpt.ini"}
    before, after = result["diff"]["before"], result["diff"]["after"]
    differing = {path for path in {**before["files"], **after["files"]} if differs(before, after, path)}
    assert {path.replace("\\", "/") for path in differing} == touched
    back = place.present()
    assert back["policy"]["version"] == 3
    assert place.content(guid) == first


def differs(before: dict[str, Any], after: dict[str, Any], path: str) -> bool:
    """Whether a file is shown to differ."""
    return bool(before["files"].get(path) != after["files"].get(path))


def test_absent_leaves_the_domain_as_it_was(domain: Domain) -> None:
    place, other = Place(domain), Place(domain)
    server, logon = f"ldap://{domain.logon()['domain_server']}", f"-UAdministrator%{domain.administrator_password}"
    shown = domain.samba_tool("gpo", "create", f"Other {place.name}", "-H", server, logon)
    foreign = shown[shown.index("{") : shown.index("}") + 1]
    domain.samba_tool("gpo", "setlink", place.unit, foreign, "--enforce", "-H", server, logon)
    before = everything(domain)
    guid = place.present(https=True)["policy"]["guid"]
    assert place.link() == f"[LDAP://CN={foreign},{POLICIES};2][LDAP://CN={guid},{POLICIES};0]"
    place.present(organizational_unit=other.unit, https=True)
    assert {link["place"] for link in place.present(https=True)["policy"]["linked_to"]} == {place.unit, other.unit}
    gone = place.absent()
    assert gone["changed"] and gone["diff"]["after"] == {} and gone["policy"] is None
    assert everything(domain) == before
    assert not place.absent()["changed"]


def test_two_policies_of_one_name_are_told_apart_by_guid(domain: Domain) -> None:
    place = Place(domain)
    first = place.present()["policy"]["guid"]
    change(domain, f"dn: CN={first},{POLICIES}\nchangetype: modify\nreplace: displayName\ndisplayName: aside\n")
    second = place.present()["policy"]["guid"]
    change(domain, f"dn: CN={first},{POLICIES}\nchangetype: modify\nreplace: displayName\ndisplayName: {place.name}\n")
    before = everything(domain)
    for result in (place.run(), place.absent()):
        assert result["failed"] and first in result["msg"] and second in result["msg"] and "guid" in result["remedy"]
    assert everything(domain) == before
    assert place.present(guid=first.lower())["policy"]["guid"] == first
    assert place.absent(guid=first)["changed"]
    assert place.guids() == [second]
    assert "no group policy object" in place.run(guid=first)["msg"]


def foreign_file(domain: Domain, place: Place, guid: str) -> None:
    path = place.folder(guid) / "Machine" / "Preferences" / "Services"
    path.mkdir(parents=True)
    (path / "Services.xml").write_text("<NTServices/>", encoding="utf-8")


def foreign_value(domain: Domain, place: Place, guid: str) -> None:
    path = place.folder(guid) / REGISTRY
    strange = "[Software\\Policies\\Else\0;Value\0;\x04\0;\x04\0;\x01\0]".encode("utf-16-le")
    path.write_bytes(path.read_bytes() + strange)


def foreign_line(domain: Domain, place: Place, guid: str) -> None:
    path = place.folder(guid) / TEMPLATE
    line = f"[Group Membership]\r\n*{place.sid}__Members = *S-1-5-32-545\r\n"
    path.write_bytes(path.read_bytes() + line.encode("utf-16-le"))


def foreign_item(domain: Domain, place: Place, guid: str) -> None:
    path = place.folder(guid) / GROUPS
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('uid="{5E4F58F1', 'uid="{00000000'), encoding="utf-8")


def foreign_filter(domain: Domain, place: Place, guid: str) -> None:
    change(
        domain,
        f"dn: CN={guid},{POLICIES}\nchangetype: modify\nreplace: gPCWQLFilter\ngPCWQLFilter: [{DOMAIN};{guid};0]\n",
    )


@pytest.mark.parametrize("put", [foreign_file, foreign_value, foreign_line, foreign_item, foreign_filter])
def test_what_somebody_else_put_in_is_named_and_removed_only_if_told(
    domain: Domain, put: Callable[[Domain, Place, str], None]
) -> None:
    place = Place(domain)
    guid = place.present()["policy"]["guid"]
    content = place.content(guid)
    put(domain, place, guid)
    marks = place.marks(guid)
    for result in (place.run(), place.absent(), place.run(check_mode=True, https=True)):
        assert result["failed"] and "did not write" in result["msg"] and "purge" in result["remedy"]
    assert place.marks(guid) == marks
    purged = place.present(purge=True)
    assert purged["changed"] and purged["policy"]["version"] == 2
    assert place.content(guid) == content
    assert not place.present()["changed"]


def damage_gpt_ini(domain: Domain, place: Place, guid: str) -> None:
    (place.folder(guid) / "gpt.ini").unlink()


def damage_folder(domain: Domain, place: Place, guid: str) -> None:
    shutil.rmtree(place.folder(guid))


def damage_version(domain: Domain, place: Place, guid: str) -> None:
    change(domain, f"dn: CN={guid},{POLICIES}\nchangetype: modify\nreplace: versionNumber\nversionNumber: 7\n")


def damage_container(domain: Domain, place: Place, guid: str) -> None:
    change(domain, f"dn: CN=User,CN={guid},{POLICIES}\nchangetype: delete\n")


def damage_registry(domain: Domain, place: Place, guid: str) -> None:
    path = place.folder(guid) / REGISTRY
    path.write_bytes(path.read_bytes()[:-3])


def damage_template(domain: Domain, place: Place, guid: str) -> None:
    (place.folder(guid) / TEMPLATE).write_bytes(b"\xff\xfeA")


def damage_groups(domain: Domain, place: Place, guid: str) -> None:
    (place.folder(guid) / GROUPS).write_bytes(b"<Groups>")


def damage_value(domain: Domain, place: Place, guid: str) -> None:
    path = place.folder(guid) / REGISTRY
    wide = "RA4=10.1.2.0/255.255.255.0", "RA4=10.1.2.0/255.255.0.0|a"
    path.write_bytes(path.read_bytes().replace(*(text.encode("utf-16-le") for text in wide)))


def damage_attributes(domain: Domain, place: Place, guid: str) -> None:
    change(
        domain,
        f"dn: CN={guid},{POLICIES}\nchangetype: modify\nreplace: flags\nflags: 3\n-\n"
        "delete: gPCMachineExtensionNames\n-\nreplace: gPCFileSysPath\ngPCFileSysPath: \\\\elsewhere\\x\n",
    )


def damage_link(domain: Domain, place: Place, guid: str) -> None:
    link = f"[LDAP://cn={guid.lower()},{POLICIES.lower()};1]"
    change(domain, f"dn: {place.unit}\nchangetype: modify\nreplace: gPLink\ngPLink: {link}\n")


def damage_stale(domain: Domain, place: Place, guid: str) -> None:
    scripts = place.folder(guid) / "Machine" / "Scripts"
    scripts.mkdir()
    (scripts / "psscripts.ini").write_bytes("\ufeff\r\n[Startup]\r\n0Parameters=\r\n".encode("utf-16-le"))


def damage_access(domain: Domain, place: Place, guid: str) -> None:
    grant(domain, f"CN={guid},{POLICIES}", f"(A;CI;LCRPLORC;;;{place.sid})")


DAMAGES = {
    damage.__name__[7:]: (damage, version)
    for damage, version in (
        (damage_gpt_ini, 2),
        (damage_folder, 2),
        (damage_version, 8),
        (damage_container, 1),
        (damage_registry, 2),
        (damage_template, 2),
        (damage_groups, 2),
        (damage_value, 2),
        (damage_attributes, 2),
        (damage_link, 1),
        (damage_stale, 2),
        (damage_access, 1),
    )
}


@pytest.mark.parametrize("case", DAMAGES)
def test_damage_is_seen_and_repaired(domain: Domain, case: str) -> None:
    damage, version = DAMAGES[case]
    place = Place(domain)
    guid = place.present()["policy"]["guid"]
    content = place.content(guid)
    damage(domain, place, guid)
    marks = place.marks(guid) if case != "folder" else None
    predicted = place.present(check_mode=True)
    assert marks is None or place.marks(guid) == marks
    repaired = place.present()
    assert repaired["changed"] and repaired["diff"] == predicted["diff"]
    assert repaired["diff"]["before"] != repaired["diff"]["after"]
    assert place.versions(guid) == (version, version)
    assert normal(place.content(guid)) == normal(content)
    assert not place.present()["changed"]


def normal(content: dict[str, Any]) -> dict[str, Any]:
    """Content in which the case of a link does not count."""
    return {**content, "link": str(content["link"]).lower()}


def test_the_version_goes_from_its_highest_to_1_and_keeps_the_users_half(domain: Domain) -> None:
    place = Place(domain)
    guid = place.present()["policy"]["guid"]
    for stored in (-1, 2 * 65536 + 65535):
        change(
            domain, f"dn: CN={guid},{POLICIES}\nchangetype: modify\nreplace: versionNumber\nversionNumber: {stored}\n"
        )
        (place.folder(guid) / "gpt.ini").write_bytes(f"[General]\r\nVersion={stored % 2**32}\r\n".encode("ascii"))
        assert not place.present(check_mode=True)["changed"]
        result = place.present(https=stored > 0)
        if stored == -1:
            assert not result["changed"]
            continue
        assert result["policy"]["version"] == 1
        assert place.versions(guid) == (2 * 65536 + 1, 2 * 65536 + 1)


@pytest.mark.parametrize("what", ["version", "gpt.ini", "attributes at the end", "link"])
def test_a_policy_edited_meanwhile_is_not_overwritten(
    domain: Domain, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, other = Place(domain), Place(domain)
    guid = place.present()["policy"]["guid"]
    edited = f"dn: CN={guid},{POLICIES}\nchangetype: modify\nreplace: versionNumber\nversionNumber: 5\n"
    linked = f"dn: {other.unit}\nchangetype: modify\nreplace: gPLink\ngPLink: [LDAP://CN={guid},{POLICIES};2]\n"
    marks: dict[str, str] = {}

    def edit_after(function: Any, edit: Callable[[], None]) -> Any:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            result = function(*arguments, **options)
            edit()
            marks.update(place.marks(guid))
            return result

        return wrapped

    with monkeypatch.context() as patched:
        if what == "version":
            patched.setattr(policy_goal, "look", edit_after(policy_goal.look, lambda: change(domain, edited)))
        elif what == "gpt.ini":
            edit = edit_after(policy_goal.look, lambda: damage_gpt_ini(domain, place, guid))
            patched.setattr(policy_goal, "look", edit)
        elif what == "link":
            patched.setattr(policy_goal, "look", edit_after(policy_goal.look, lambda: change(domain, linked)))
        else:
            writes = edit_after(policy_goal._write_files, lambda: change(domain, edited))
            patched.setattr(policy_goal, "_write_files", writes)
        result = place.run(organizational_unit=other.unit, https=True)
    assert result["failed"] and result["error_kind"] == "changed meanwhile" and "again" in result["remedy"], result
    if what in ("version", "gpt.ini"):
        assert place.marks(guid) == marks
    # Of two who link at the same time the one that comes too late has nothing left to do.
    assert place.present(organizational_unit=other.unit, https=True)["changed"] == (what != "link")
    assert not place.present(organizational_unit=other.unit, https=True)["changed"]
    assert other.link() == f"[LDAP://CN={guid},{POLICIES};{2 if what == 'link' else 0}]"
    assert place.versions(guid)[0] == place.versions(guid)[1] >= 2


def test_the_group_may_be_named_in_any_way_and_is_followed_when_renamed(domain: Domain) -> None:
    place = Place(domain)
    guid = place.present()["policy"]["guid"]
    name = f"CN={place.group},CN=Users,{BASE}"
    for way in (place.sid, name, f"CORP\\{place.group}", f"{place.group}@{DOMAIN}"):
        assert not place.present(administrators_group=way)["changed"]
    domain.samba_tool("group", "rename", place.group, f"--samaccountname=Renamed-{place.group}")
    assert place.run()["failed"]
    renamed = place.present(administrators_group=place.sid)
    group = renamed["policy"]["settings"]["administrators_group"]
    assert group == {"name": f"CORP\\Renamed-{place.group}", "sid": place.sid}
    assert f'sid="{place.sid}"' in place.files(guid)[GROUPS].decode()


def test_who_may_not_become_administrator_is_refused(domain: Domain) -> None:
    place = Place(domain)
    before = everything(domain)
    domain.samba_tool("group", "add", f"List {place.group}", "--group-type=Distribution")
    user = domain.account()
    for who, reason in (
        (user.name, "not a group"),
        (f"List {place.group}", "distribution"),
        ("Domain Users", "every user"),
        ("Administrators", "domain controller"),
        ("S-1-5-11", "not a group"),
        ("nobody-at-all", "no account or group"),
        ("OTHER\\Installers", "not of domain"),
    ):
        result = place.run(administrators_group=who)
        assert result["failed"] and reason in result["msg"], result["msg"]
    assert everything(domain) == before


def test_a_place_it_must_not_or_cannot_be_linked_to_is_refused(domain: Domain) -> None:
    place = Place(domain)
    before = everything(domain)
    for unit, reason in (
        (f"OU=Domain Controllers,{BASE}", "domain controllers"),
        (f"OU=Nowhere,{BASE}", "no organizational unit"),
        (f"CN=Computers,{BASE}", "no organizational unit"),
        (BASE, "no organizational unit"),
    ):
        result = place.run(organizational_unit=unit)
        assert result["failed"] and reason in result["msg"], result["msg"]
    assert everything(domain) == before


def test_names_need_not_be_ascii(domain: Domain) -> None:
    place = Place(domain, " Büro (Größe) 日本")
    before = everything(domain)
    guid = place.present(https=True)["policy"]["guid"]
    assert place.guids() == [guid]
    assert f"CORP\\{place.group}" in place.files(guid)[GROUPS].decode("utf-8")
    assert not place.present(https=True)["changed"]
    assert place.absent()["changed"]
    assert everything(domain) == before


def test_tls_with_a_password_works_too(domain: Domain) -> None:
    place = Place(domain)
    over_tls = {"domain_authentication": "simple", "domain_ca_path": str(domain.ca_file)}
    administrator = f"CN=Administrator,CN=Users,{BASE}"
    assert place.present(**over_tls)["changed"]
    assert not place.present(**over_tls, domain_username=administrator)["changed"]
    assert not place.present()["changed"]
    assert not place.absent(**over_tls).get("failed")
    assert sysvol(domain).is_dir() and place.guids() == []


def test_another_policy_linked_at_the_same_moment_stays_linked(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(domain)
    theirs = f"[LDAP://CN={{31B2F340-016D-11D2-945F-00C04FB984F9}},{POLICIES};0]"
    swap = Directory.swap

    def slow(self: Directory, name: str, changes: Any, *, needs: str) -> None:
        if changes[0][0] == "gPLink":
            change(domain, f"dn: {place.unit}\nchangetype: modify\nreplace: gPLink\ngPLink: {theirs}\n")
        swap(self, name, changes, needs=needs)

    with monkeypatch.context() as patched:
        patched.setattr(Directory, "swap", slow)
        assert place.run()["error_kind"] == "changed meanwhile"
    assert place.link() == theirs
    guid = place.present()["policy"]["guid"]
    assert place.link() == f"{theirs}[LDAP://CN={guid},{POLICIES};0]"
    assert domain.run(MODULE, name=place.name, state="absent")["changed"]
    assert place.link() == theirs


def test_who_may_read_the_object_may_read_every_file_as_well_and_nobody_else(domain: Domain) -> None:
    place, fresh = Place(domain), Place(domain)
    guid = place.present()["policy"]["guid"]
    grant(domain, f"CN={guid},{POLICIES}", f"(A;CI;RPWPCCDCLCLOLORCWOWDSDDTSW;;;{place.sid})")
    place.present()
    other = fresh.present()["policy"]["guid"]
    grant(domain, f"CN={other},{POLICIES}", f"(A;CI;RPWPCCDCLCLOLORCWOWDSDDTSW;;;{place.sid})")
    # A folder whose access list is right before anything is written into it.
    shutil.rmtree(fresh.folder(other))
    fresh.present()
    lists = [
        {str(path.relative_to(folder)): access_list(domain, path) for path in (folder, *folder.rglob("*"))}
        for folder in (place.folder(guid), fresh.folder(other))
    ]
    assert lists[0] == lists[1]
    assert all(("0x001f01ff", place.sid) in rights for rights in lists[0].values())


def access_list(domain: Domain, path: Path) -> set[tuple[str, str]]:
    """Who has which rights on a file, as Samba stores it."""
    sddl = domain.samba_tool("ntacl", "get", str(path), "--as-sddl").strip()
    # Samba hands entries down without saying that it did, and the one for 'Apply group policy' without its right.
    return set(re.findall(r"\(A;[^;]*;([^;]*);;;([^)]*)\)", sddl))


def test_whoever_may_read_can_tell_what_differs(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    place, account = Place(domain), domain.account()
    options = {**{key: value.get("default") for key, value in ARGUMENT_SPEC.items()}, **place.options}
    logon = Logon(SERVER, None, account.name, account.password)
    monkeypatch.setenv("KRB5CCNAME", "MEMORY:restored afterwards")

    def differences() -> list[str]:
        directory = connect(logon)
        with sysvol_code.connected(logon, directory) as share:
            wish = policy_goal.wish_of(options, directory)
            found = policy_view.differences(policy_goal.look(directory, share, wish))
        directory.close()
        return found

    assert differences() == ["There is no such group policy object"]
    guid = place.present()["policy"]["guid"]
    assert differences() == []
    damage_link(domain, place, guid)
    damage_value(domain, place, guid)
    linked, rule = sorted(differences(), reverse=True)
    assert linked == f"linked_to: {place.unit} is 'disabled' and should be 'enabled'"
    assert "FirewallRules" in rule and "255.255.0.0|a" in rule and "should be" in rule
    place.present()
    damage_gpt_ini(domain, place, guid)
    assert differences() == ["Its versions in the directory and in SYSVOL differ, or its last change was interrupted"]
