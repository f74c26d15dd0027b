# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module `ad_winrm_policy` when the domain controller is lost, or refuses: nothing is half-done that a rerun leaves."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import sysvol as sysvol_code
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.connection import Directory
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.sysvol import Sysvol
from conftest import Account, Domain
from winrm_policies import (
    CLASS_POLICY,
    CREATORS,
    MODULE,
    POLICIES,
    Place,
    change,
    everything,
    grant,
    may_link,
)

WRITES = (
    *((Directory, name) for name in ("add", "replace", "swap", "add_values", "remove_values", "delete")),
    *((Sysvol, name) for name in ("write", "make_folder", "remove", "remove_folder", "set_security")),
)


@contextlib.contextmanager
def lost_at(number: int, answered: bool) -> Iterator[list[str]]:
    """Lose the domain controller at the n-th write; `answered` says whether that write is done, and its answer lost.

    Gives the names of the writes that were tried.
    """
    tried: list[str] = []

    def losing(name: str, write: Callable[..., None]) -> Callable[..., None]:
        def wrapped(*arguments: Any, **options: Any) -> None:
            tried.append(name)
            lost = ActiveDirectoryError("lost", kind=ActiveDirectoryError.UNREACHABLE)
            if len(tried) < number:
                write(*arguments, **options)
            elif len(tried) > number:
                raise lost
            else:
                if answered:
                    write(*arguments, **options)
                raise lost

        return wrapped

    with pytest.MonkeyPatch.context() as patched:
        for owner, name in WRITES:
            patched.setattr(owner, name, losing(name, getattr(owner, name)))
        yield tried


@pytest.mark.parametrize("answered", [False, True], ids=["before it", "after it"])
def test_a_controller_lost_at_any_write_of_a_creation_is_made_good_by_a_rerun(domain: Domain, answered: bool) -> None:
    before = everything(domain)
    place = Place(domain)
    final = _content_without_guid(place, place.present(https=True)["policy"]["guid"])
    place.absent()
    for number in range(1, 100):
        with lost_at(number, answered) as tried:
            interrupted = place.run(https=True)
        assert bool(interrupted.get("failed")) == (len(tried) >= number)
        if not interrupted.get("failed"):
            break
        # Until the link is there nobody applies it.
        assert place.link() is None or tried[-1] == "swap"
        place.present(https=True)
        (guid,) = place.guids()
        assert _content_without_guid(place, guid) == final
        assert place.versions(guid)[0] == place.versions(guid)[1]
        assert not place.present(https=True)["changed"]
        place.absent()
    assert number >= 15
    place.absent()
    assert everything(domain) == before


def _content_without_guid(place: Place, guid: str) -> str:
    return repr(place.content(guid)).replace(guid, "GUID")


@pytest.mark.parametrize("answered", [False, True], ids=["before it", "after it"])
def test_a_controller_lost_at_any_write_of_a_change_is_made_good_by_a_rerun(domain: Domain, answered: bool) -> None:
    place = Place(domain)
    wanted = {"https": True, "administrators_method": "restricted_groups", "controller_networks": ["fd00::/64"]}
    guid = place.present()["policy"]["guid"]
    place.present(**wanted)
    final = place.content(guid)
    for number in range(1, 100):
        version = place.present()["policy"]["version"]
        with lost_at(number, answered) as tried:
            interrupted = place.run(**wanted)
        if not interrupted.get("failed"):
            break
        touched = any(name in ("write", "remove") for name in (tried if answered else tried[:-1]))
        again = place.present(**wanted)
        # Clients that saw a part of the change have to see the rest: the version moves once more than what they saw.
        assert again["policy"]["version"] > version
        assert again["changed"] or (answered and tried[-1] == "swap") or not touched
        assert place.content(guid) == final
        assert place.versions(guid) == (again["policy"]["version"],) * 2
        assert not place.present(**wanted)["changed"]
    assert number >= 8


@pytest.mark.parametrize("answered", [False, True], ids=["before it", "after it"])
def test_a_controller_lost_at_any_write_of_a_removal_is_made_good_by_a_rerun(domain: Domain, answered: bool) -> None:
    place, other = Place(domain), Place(domain)
    before = everything(domain)
    for number in range(1, 100):
        place.present()
        place.present(organizational_unit=other.unit)
        with lost_at(number, answered):
            interrupted = place.absent()
        if not interrupted.get("failed"):
            break
        assert not place.absent().get("failed")
        assert everything(domain) == before
    assert number >= 6
    assert everything(domain) == before


def test_an_account_without_rights_changes_nothing_and_is_told_which_it_lacks(domain: Domain) -> None:
    account, place = domain.account(), Place(domain)
    before = everything(domain)
    for mode in (True, False):
        refused = place.run(account=account, check_mode=mode)
        assert refused["error_kind"] == "denied" and account.name in refused["msg"]
        assert f"gPLink of {place.unit}" in refused["msg"] and "'Write gPLink'" in refused["remedy"]
    unlinked = place.run(account=account, link=False)
    assert unlinked["error_kind"] == "denied" and CREATORS in unlinked["remedy"] and POLICIES in unlinked["remedy"]
    assert everything(domain) == before
    guid = place.present()["policy"]["guid"]
    marks = place.marks(guid)
    for refused in (
        place.run(account=account, https=True),
        place.run(account=account, https=True, link=False),
        place.absent(account),
    ):
        assert refused["error_kind"] == "denied", refused
        assert "nothing was changed" in refused["msg"]
    assert guid in refused["msg"] or place.unit in refused["msg"]
    assert place.marks(guid) == marks
    # Whoever may read may look, when there is nothing to do.
    assert not place.present(account=account)["changed"]


@pytest.fixture(scope="module")
def creators(domain: Domain) -> None:
    """Give the creators of policies the right that they have in every Windows domain."""
    sid = domain.samba_tool("group", "show", CREATORS, "--attributes=objectSid").split("objectSid: ")[1].split()[0]
    grant(domain, POLICIES, f"(OA;;CC;{CLASS_POLICY};;{sid})")


@pytest.mark.usefixtures("creators")
def test_a_delegated_account_makes_changes_and_removes_its_own_policy(domain: Domain) -> None:
    account, place = domain.account(CREATORS), Place(domain)
    before = everything(domain)
    refused = place.run(account=account)
    assert refused["error_kind"] == "denied" and "link: false" in refused["remedy"]
    assert everything(domain) == before
    guid = place.present(account=account, link=False)["policy"]["guid"]
    assert place.link() is None
    grant(domain, place.unit, *may_link(account))
    linked = place.present(account=account)
    assert linked["changed"] and linked["policy"]["version"] == 1
    assert place.present(account=account, https=True)["policy"]["version"] == 2
    marks = place.marks(guid)
    assert not place.present(account=account, https=True)["changed"]
    assert place.marks(guid) == marks
    domain.samba_tool("gpo", "aclcheck", "-H", "ldap://dc1.corp.example.com", *_administrator(domain))
    other = domain.account(CREATORS)
    assert place.run(account=other)["error_kind"] == "denied"
    assert place.absent(account)["changed"]
    assert everything(domain) == before


def _administrator(domain: Domain) -> list[str]:
    return [f"-UAdministrator%{domain.administrator_password}"]


def test_a_policy_linked_where_the_account_may_not_unlink_is_not_removed(domain: Domain) -> None:
    account, place, other = domain.account(), Place(domain), Place(domain)
    guid = place.present()["policy"]["guid"]
    place.present(organizational_unit=other.unit)
    grant(domain, place.unit, *may_link(account))
    grant(domain, f"CN={guid},{POLICIES}", f"(A;CI;RPWPCCDCLCLOLORCWOWDSDDTSW;;;{account.sid})")
    marks = place.marks(guid)
    refused = place.absent(account)
    assert refused["error_kind"] == "denied" and other.unit in refused["msg"] and place.unit not in refused["msg"]
    assert place.marks(guid) == marks
    grant(domain, other.unit, *may_link(account))
    assert place.present()["changed"], "the folder's access list follows the object's"
    removed = place.absent(account)
    assert removed.get("changed"), removed


def test_sysvol_refused_after_ldap_succeeded_is_made_good_by_a_rerun(domain: Domain) -> None:
    # May create policies in the directory, but has no right on SYSVOL, which only membership of the group gives.
    account, place = domain.account(), Place(domain)
    grant(domain, POLICIES, f"(OA;;CC;{CLASS_POLICY};;{account.sid})")
    grant(domain, place.unit, *may_link(account))
    refused = place.run(account=account)
    assert refused["error_kind"] == "denied" and "\\SYSVOL\\" in refused["msg"] and account.name in refused["msg"]
    assert "right to create folders" in refused["remedy"]
    (guid,) = place.guids()
    assert place.link() is None and not place.folder(guid).exists()
    domain.samba_tool("group", "addmembers", CREATORS, account.name)
    repaired = place.present(account=account)
    assert repaired["changed"] and repaired["policy"]["guid"] == guid
    assert place.versions(guid) == (1, 1)
    assert not place.present(account=account)["changed"]


def test_sysvol_that_does_not_answer_is_told(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(domain)
    before = everything(domain)
    register = sysvol_code.smbclient.register_session
    with monkeypatch.context() as patched:
        patched.setattr(
            sysvol_code.smbclient, "register_session", lambda server, **options: register(server, port=446, **options)
        )
        closed = place.run()
    assert closed["error_kind"] == "unreachable" and "445" in closed["remedy"] and "refused" in closed["cause"]
    assert everything(domain) == before


def test_a_connection_lost_in_the_middle_is_told(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(domain)
    write = Sysvol.write

    def cut(self: Sysvol, path: str, content: bytes) -> None:
        for connection in self._arguments["connection_cache"].values():
            connection.transport.close()
        write(self, path, content)

    with monkeypatch.context() as patched:
        patched.setattr(Sysvol, "write", cut)
        patched.setattr(sysvol_code.smbclient._pool.Connection, "connect", _refuse)
        lost = place.run()
    assert lost["error_kind"] == "unreachable" and "run the same again" in lost["remedy"], lost
    assert place.link() is None
    assert place.present()["changed"]
    assert not place.present()["changed"]


def _refuse(*_arguments: Any, **_options: Any) -> None:
    raise ValueError("Failed to connect: the domain controller is gone")


def test_a_file_somebody_has_open_is_told(domain: Domain) -> None:
    place = Place(domain)
    guid = place.present()["policy"]["guid"]
    options = {"username": "Administrator@CORP.EXAMPLE.COM", "password": domain.administrator_password}
    server = domain.logon()["domain_server"]
    path = f"\\\\{server}\\SYSVOL\\corp.example.com\\Policies\\{guid}\\Machine\\Registry.pol"
    cache: dict[str, Any] = {}
    client = sysvol_code.smbclient
    try:
        # For reading and sharing all of it, so that the module's first look still succeeds.
        with client.open_file(path, mode="rb", share_access="r", connection_cache=cache, **options):
            busy = place.run(https=True)
    finally:
        client.reset_connection_cache(connection_cache=cache)
    assert busy["failed"] and busy["cause"] == "somebody else has it open" and "Registry.pol" in busy["msg"]
    assert place.present(https=True)["changed"]
    assert place.versions(guid)[0] == place.versions(guid)[1]


def test_a_policy_that_vanished_is_made_anew(domain: Domain) -> None:
    place = Place(domain)
    first = place.present()["policy"]["guid"]
    for name in ("CN=Machine,", "CN=User,", ""):
        change(domain, f"dn: {name}CN={first},{POLICIES}\nchangetype: delete\n")
    second = place.present()["policy"]["guid"]
    assert second != first and place.guids() == [second]
    assert place.link() == f"[LDAP://CN={first},{POLICIES};0][LDAP://CN={second},{POLICIES};0]"


def test_a_wrong_password_names_no_secret(domain: Domain) -> None:
    place = Place(domain)
    account = domain.account()
    wrong = Account(account.name, "Not-The-Password-1", account.distinguished_name, account.sid)
    for authentication in ("kerberos", "simple"):
        result = domain.run(
            MODULE,
            account=wrong,
            **place.options,
            domain_authentication=authentication,
            domain_ca_path=str(domain.ca_file),
        )
        assert result["error_kind"] == "credentials"
