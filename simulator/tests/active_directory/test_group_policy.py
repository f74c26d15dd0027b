# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A joined machine reads its group policy with its own account, as a member of the domain would."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ldap.modlist
import pytest
from appstream_simulator.windows.domain import group_policy
from appstream_simulator.windows.domain.join import Join, join
from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy import (
    ComputerPolicy,
    GroupMember,
    LocalGroup,
    PolicyObject,
    RegistryValue,
    RestrictedGroup,
    StartupScript,
)
from policy_author import PREFERENCES, REGISTRY, SCRIPTS, SECURITY, Author, registry_file, utf_16
from simulated_domain import ADDRESS, BASE, DOMAIN, Account, Domain

WINRM = r"Software\Policies\Microsoft\Windows\WinRM\Service"
GROUPS_XML = (
    b'<?xml version="1.0" encoding="utf-8"?>\r\n'
    b'<Groups clsid="{3125E937-EB16-4b4c-9934-544FC6D24D26}"><Group clsid="{6D4A79E4-529C-4481-ABD0-F5BD7EA93BA7}" '
    b'name="Administrators (built-in)" image="2" changed="2026-01-02 03:04:05" '
    b'uid="{B2E1D9D3-8F86-4C2B-9F0B-57B3E4B0B7A1}"><Properties action="U" newName="" description="" '
    b'deleteAllUsers="0" deleteAllGroups="0" removeAccounts="0" groupSid="S-1-5-32-544" '
    b'groupName="Administrators (built-in)"><Members><Member name="CORP\\installers" action="ADD" '
    b'sid="S-1-5-21-1-2-3-1111"/></Members></Properties></Group></Groups>'
)


@dataclass
class Place:
    """A unit in a unit, and a computer in the inner one."""

    outer: str
    inner: str
    membership: Membership
    computer: str

    def guids(self) -> list[str]:
        return [found.guid for found in self.read().objects]

    def read(self) -> ComputerPolicy:
        return group_policy.read(self.membership)

    def skipped(self, guid: str) -> str:
        """Why an object is skipped."""
        (reason,) = [text for text in self.read().skipped if guid in text]
        return reason


@pytest.fixture(scope="session")
def author(domain: Domain) -> Author:
    return Author(domain)


@pytest.fixture
def place(domain: Domain, author: Author, tmp_path: Path, account: Account, unit: str) -> Iterator[Place]:
    # Both inherit the right to join from the unit they are in.
    outer = domain.create_unit(unit)
    inner = domain.create_unit(outer)
    name = domain.unique("PC").upper()
    request = Join(
        domain=DOMAIN,
        unit=inner,
        account=rf"CORP\{account.name}",
        password=account.password,
        computer_name=name,
        description="test",
        operating_system="Windows Server 2022 Datacenter",
        name_servers=[ADDRESS],
        lets_out=lambda address, protocol, port: True,
        folder=tmp_path / "keys",
    )
    yield Place(outer, inner, join(request), f"CN={name},{inner}")
    for container in (outer, inner):
        author.link(container)


def _number(name: str, value: int) -> bytes:
    return registry_file((WINRM, name, 4, value.to_bytes(4, "little")))


def test_nothing_linked(place: Place) -> None:
    policy = place.read()
    assert (policy.objects, policy.errors) == ([], [])
    # The Default Domain Policy is linked to the domain and empty.
    assert place.skipped("{31B2F340-016D-11D2-945F-00C04FB984F9}").endswith("its computer half is empty (version 0)")


def test_everything_an_object_can_hold(domain: Domain, author: Author, place: Place) -> None:
    inf = utf_16(
        *("[Unicode]", "Unicode=yes", "[Version]", 'signature="$CHICAGO$"', "Revision=1"),
        *("[Service General Setting]", '"WinRM",2,""', "[Group Membership]"),
        *("*S-1-5-21-1-2-3-1111__Memberof = *S-1-5-32-544", "[System Access]", "MinimumPasswordLength = 7"),
    )
    text = "10.0.0.1-10.0.0.9,fd00::1-fd00::9".encode("utf-16-le")
    files = {
        "Machine/Registry.pol": registry_file(
            (WINRM, "AllowAutoConfig", 4, b"\1\0\0\0"), (WINRM, "IPv4Filter", 1, text + b"\0\0")
        ),
        "Machine/Microsoft/Windows NT/SecEdit/GptTmpl.inf": inf,
        "Machine/Preferences/Groups/Groups.xml": GROUPS_XML,
        "Machine/Scripts/psscripts.ini": utf_16("", "[Startup]", "0CmdLine=listener.ps1", "0Parameters=-Port 5986"),
        "Machine/Scripts/Startup/listener.ps1": b"# nothing\r\n",
    }
    guid, name = author.create_with_samba_tool()
    author.fill(guid, files, REGISTRY + SECURITY + SCRIPTS + PREFERENCES, version=65536 * 3 + 5, flags=b"1")
    domain.remote_samba_tool("gpo", "setlink", place.inner, guid)
    (found,) = place.read().objects
    assert found == PolicyObject(
        guid=guid,
        name=name,
        version=5,
        registry=[
            RegistryValue(WINRM, "AllowAutoConfig", "REG_DWORD", 1),
            RegistryValue(WINRM, "IPv4Filter", "REG_SZ", "10.0.0.1-10.0.0.9,fd00::1-fd00::9"),
        ],
        services={"WinRM": 2},
        restricted_groups=[RestrictedGroup("S-1-5-21-1-2-3-1111", ["S-1-5-32-544"], None)],
        local_groups=[
            LocalGroup(
                "Administrators (built-in)",
                "S-1-5-32-544",
                "U",
                False,
                False,
                [GroupMember("CORP\\installers", "S-1-5-21-1-2-3-1111", "ADD")],
            )
        ],
        startup_scripts=[StartupScript("listener.ps1", "-Port 5986", True, b"# nothing\r\n")],
        ignored=[r"Machine\Microsoft\Windows NT\SecEdit\GptTmpl.inf: [System Access] minimumpasswordlength"],
    )


def test_file_names_do_not_care_about_case(author: Author, place: Place) -> None:
    guid = author.create({"MACHINE/REGISTRY.POL": _number("AllowAutoConfig", 1)}, REGISTRY.lower())
    author.link(place.inner, (guid, 0))
    (found,) = place.read().objects
    assert [value.data for value in found.registry] == [1]


def test_order_of_application(author: Author, place: Place) -> None:
    first, second, third, fourth, fifth = (author.create({}, REGISTRY) for _ in range(5))
    author.link(place.outer, (first, 0), (second, 2))
    author.link(place.inner, (third, 0), (fourth, 0), (fifth, 2))
    # The last wins: units further in over those further out, within one unit the last of gPLink; enforced links over
    # all of them, those further out over those further in.
    assert place.guids() == [first, third, fourth, fifth, second]
    author.link(place.inner, (fourth, 0), (third, 0))
    assert place.guids() == [first, fourth, third, second]


def test_blocked_inheritance(domain: Domain, author: Author, place: Place) -> None:
    blocked, enforced, own = (author.create({}, REGISTRY) for _ in range(3))
    author.link(place.outer, (blocked, 0), (enforced, 2))
    author.link(place.inner, (own, 0))
    domain.replace(place.inner, gPOptions=b"1")
    policy = place.read()
    assert [found.guid for found in policy.objects] == [own, enforced]
    # Nor is the domain's policy looked at any more.
    assert not any("{31B2F340" in text for text in policy.skipped)


def test_disabled_link(author: Author, place: Place) -> None:
    guid, enforced = author.create({}, REGISTRY), author.create({}, REGISTRY)
    author.link(place.inner, (guid, 1), (enforced, 3))
    assert place.guids() == []


@pytest.mark.parametrize("space", [b" ", b"  "])
def test_links_emptied_by_windows(space: bytes, domain: Domain, place: Place) -> None:
    domain.replace(place.inner, gPLink=space)
    policy = place.read()
    assert (policy.objects, policy.errors) == ([], [])


@pytest.mark.parametrize(
    ("version", "attributes", "reason"),
    [
        (0, {}, "its computer half is empty (version 0)"),
        (65536, {}, "its computer half is empty (version 0)"),
        (1, {"flags": b"2"}, "its computer half is disabled"),
        (1, {"flags": b"3"}, "its computer half is disabled"),
    ],
)
def test_object_that_does_not_apply(
    version: int, attributes: dict[str, Any], reason: str, author: Author, place: Place
) -> None:
    guid = author.create({"Machine/Registry.pol": _number("X", 1)}, REGISTRY, version, **attributes)
    author.link(place.inner, (guid, 0))
    assert place.guids() == []
    assert place.skipped(guid).endswith(reason)


def test_version_0_in_gpt_ini_alone(author: Author, place: Place) -> None:
    guid = author.create({}, REGISTRY)
    author.write(guid, {"GPT.INI": b"[General]\r\nVersion=0\r\n"})
    author.link(place.inner, (guid, 0))
    assert place.guids() == []


def test_extension_that_is_not_listed_is_not_run(author: Author, place: Place) -> None:
    files = {"Machine/Registry.pol": _number("AllowAutoConfig", 1), "Machine/Preferences/Groups/Groups.xml": GROUPS_XML}
    guid = author.create(files, PREFERENCES)
    author.link(place.inner, (guid, 0))
    (found,) = place.read().objects
    assert found.registry == []
    assert len(found.local_groups) == 1


def test_extension_that_is_not_simulated_is_listed(author: Author, place: Place) -> None:
    audit = "{F3CCC681-B74C-4060-9F26-CD84525DCA2A}"
    guid = author.create({}, f"[{audit}{{0F3F3735-573D-9804-99E4-AB2A69BA5FD4}}]")
    author.link(place.inner, (guid, 0))
    (found,) = place.read().objects
    assert found.ignored == [f"the client-side extension {audit}"]


def test_policy_changed_after_the_join(author: Author, place: Place) -> None:
    guid = author.create({"Machine/Registry.pol": _number("AllowAutoConfig", 0)}, REGISTRY)
    author.link(place.inner, (guid, 0))
    assert [value.data for value in place.read().objects[0].registry] == [0]
    author.write(guid, {"Machine/Registry.pol": _number("AllowAutoConfig", 1)})
    assert [value.data for value in place.read().objects[0].registry] == [1]


# Security filtering

APPLY = "edacfd8f-ffb3-11d1-b41d-00a0c968f939"
AUTHENTICATED_USERS = bytes([1, 1, 0, 0, 0, 0, 0, 5, 11, 0, 0, 0])  # S-1-5-11


def test_object_for_a_group_the_computer_is_not_in(domain: Domain, author: Author, place: Place) -> None:
    guid = author.create({}, REGISTRY)
    author.link(place.inner, (guid, 0))
    assert place.guids() == [guid]
    group = f"CN={domain.unique('Group')},{place.outer}"
    domain.ldap.add_s(group, ldap.modlist.addModlist({"objectClass": [b"group"]}))
    author.drop_access(guid, AUTHENTICATED_USERS, uuid.UUID(APPLY))
    assert place.guids() == []
    domain.add_access(author.dn(guid), f"(OA;CI;CR;{APPLY};;{domain.sid(group)})")
    assert place.guids() == []
    assert "security filtering" in place.skipped(guid)
    domain.replace(group, member=place.computer.encode())
    assert place.guids() == [guid]


def test_denied_computer(domain: Domain, author: Author, place: Place) -> None:
    guid = author.create({}, REGISTRY)
    author.link(place.inner, (guid, 0))
    domain.add_access(author.dn(guid), f"(OD;CI;CR;{APPLY};;{domain.sid(place.computer)})")
    assert place.guids() == []
    assert "security filtering" in place.skipped(guid)


def test_object_the_computer_may_not_read(domain: Domain, author: Author, place: Place) -> None:
    guid = author.create({}, REGISTRY)
    author.link(place.inner, (guid, 0))
    domain.add_access(author.dn(guid), f"(D;CI;RPLCLORC;;;{domain.sid(place.computer)})")
    assert place.guids() == []
    assert place.skipped(guid)


# What is broken is loud


def test_malformed_registry_file_spoils_its_extension_alone(author: Author, place: Place) -> None:
    good = _number("AllowAutoConfig", 1)
    files = {"Machine/Registry.pol": good[:-1], "Machine/Preferences/Groups/Groups.xml": GROUPS_XML}
    guid, other = author.create(files, REGISTRY + PREFERENCES), author.create({"Machine/Registry.pol": good}, REGISTRY)
    author.link(place.inner, (guid, 0), (other, 0))
    spoilt, sound = place.read().objects
    assert spoilt.registry == []
    assert len(spoilt.local_groups) == 1
    assert spoilt.errors == [rf"Machine\Registry.pol: the file ends in the middle of an entry, at byte {len(good) - 1}"]
    assert (len(sound.registry), sound.errors) == (1, [])


def test_missing_start_up_script(author: Author, place: Place) -> None:
    ini = utf_16("[Startup]", "0CmdLine=absent.ps1", "0Parameters=")
    guid = author.create({"Machine/Scripts/psscripts.ini": ini}, SCRIPTS)
    author.link(place.inner, (guid, 0))
    (found,) = place.read().objects
    assert found.startup_scripts == []
    assert found.errors == ["the start-up script absent.ps1 does not exist"]


def test_missing_gpt_ini_spoils_everything(author: Author, place: Place) -> None:
    sound, spoilt = author.create({}, REGISTRY), author.create({}, REGISTRY)
    author.link(place.inner, (sound, 0), (spoilt, 0))
    author.remove(spoilt, "GPT.INI")
    policy = place.read()
    assert policy.objects == []
    assert len(policy.errors) == 1
    assert spoilt in policy.errors[0] and "has no gpt.ini" in policy.errors[0]


def test_link_to_nothing(author: Author, place: Place) -> None:
    gone = "{00000000-1111-2222-3333-444444444444}"
    guid = author.create({}, REGISTRY)
    author.link(place.inner, (gone, 0), (guid, 0))
    assert place.guids() == [guid]
    assert "does not exist" in place.skipped(gone)


def test_malformed_links(domain: Domain, place: Place) -> None:
    domain.replace(place.inner, gPLink=b"[LDAP://nonsense;0")
    policy = place.read()
    assert policy.objects == []
    assert policy.errors == [f"gPLink of {place.inner} is malformed: [LDAP://nonsense;0"]


def test_filter_that_is_not_simulated(author: Author, place: Place) -> None:
    query = f"[{DOMAIN};{{00000000-0000-0000-0000-000000000001}};0]".encode()
    guid = author.create({}, REGISTRY, gPCWQLFilter=query)
    author.link(place.inner, (guid, 0))
    policy = place.read()
    assert policy.objects == []
    assert any("WMI filter" in text for text in policy.errors)


def test_unreachable_domain(place: Place) -> None:
    with pytest.raises(group_policy.DomainUnreachableError):
        group_policy.read(replace(place.membership, controller_address="127.0.0.96"))


def test_deleted_account(domain: Domain, place: Place) -> None:
    domain.ldap.delete_s(place.computer)
    with pytest.raises(group_policy.DomainUnreachableError, match="user name or password is incorrect"):
        place.read()


def test_policy_of_the_domain_itself(author: Author, place: Place, domain: Domain) -> None:
    before = domain.read(BASE)["gPLink"][0]
    guid = author.create({}, REGISTRY)
    domain.replace(BASE, gPLink=before + f"[LDAP://{author.dn(guid)};0]".encode())
    try:
        own = author.create({}, REGISTRY)
        author.link(place.inner, (own, 0))
        assert place.guids() == [guid, own]
    finally:
        domain.replace(BASE, gPLink=before)
