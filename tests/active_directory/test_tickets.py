# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whether a connection will get its ticket, found out from a real domain, and how long each no takes."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import connection_checks, connection_settings
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.kerberos_checks import Answer, ask, logon_of
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.reading import Recipe
from conftest import DOMAIN, Account, Domain

REALM = DOMAIN.upper()
QUICK = 5
"""Seconds for a no that the domain itself says."""


@pytest.fixture(scope="module")
def account(domain: Domain) -> Account:
    return domain.account()


def settings(plugin: str, user: str, password: str | None, **variables: Any) -> connection_settings.Settings:
    """The connection of a member of the domain, with nothing said of Kerberos."""
    recipe = Recipe("design", {}, {}, is_host=False, values={"builder": {"domain": {"directory_name": DOMAIN}}})
    given = {"ansible_connection": plugin, "ansible_user": user, "ansible_password": password, **variables}
    return connection_settings.read(recipe, given, Templar(loader=DataLoader()), {}, "")


def answer_in_time(one: connection_settings.Settings) -> Answer:
    started = time.monotonic()
    answer = ask(logon_of(one))
    assert time.monotonic() - started < QUICK
    assert not one.password or one.password not in str(answer)
    return answer


@pytest.mark.parametrize("plugin", ["winrm", "psrp"])
def test_a_ticket_that_is_obtained(account: Account, plugin: str) -> None:
    one = settings(plugin, f"{account.name}@{REALM}", account.password)
    assert list(connection_checks.problems(one, "design")) == []
    assert one.uses_kerberos
    assert answer_in_time(one) == Answer()


@pytest.mark.parametrize("plugin", ["winrm", "psrp"])
def test_what_the_domain_refuses(domain: Domain, account: Account, plugin: str) -> None:
    disabled = domain.account()
    domain.samba_tool("user", "disable", disabled.name)
    name, nobody = f"{account.name}@{REALM}", f"nobody@{REALM}"
    for user, password, said in (
        (name, "not the password", f"The password of {name} is wrong."),
        (nobody, account.password, f"The domain has no account {nobody}."),
        (f"{disabled.name}@{REALM}", disabled.password, "is locked, disabled or has expired."),
        (f"{account.name}@NOWHERE.EXAMPLE.COM", account.password, "finds no domain controller for the realm"),
    ):
        assert said in answer_in_time(settings(plugin, user, password)).problem, user


@pytest.mark.parametrize("plugin", ["winrm", "psrp"])
def test_a_name_that_kerberos_does_not_know_is_refused_unasked(account: Account, plugin: str) -> None:
    one = settings(plugin, f"CORP\\{account.name}", account.password)
    ((check, problem),) = connection_checks.problems(one, "design")
    assert check == "kerberos" and f"write {account.name}@" in problem
    assert "has no account" in answer_in_time(one).problem, "which is what it is refused for"


@pytest.mark.parametrize("plugin", ["winrm", "psrp"])
def test_a_ticket_that_has_to_be_there(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugin: str
) -> None:
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/ticket")
    one = settings(plugin, f"{account.name}@{REALM}", None)
    assert "there is no valid Kerberos ticket" in answer_in_time(one).problem
    subprocess.run(
        ["kinit", f"{account.name}@{REALM}"], input=account.password, text=True, check=True, env=dict(os.environ)
    )
    assert answer_in_time(one) == Answer()


@pytest.mark.parametrize("plugin", ["winrm", "psrp"])
def test_a_wrong_password_is_tried_once(domain: Domain, plugin: str) -> None:
    """The domain counts, from when on it locks accounts."""
    domain.samba_tool("domain", "passwordsettings", "set", "--account-lockout-threshold=1000")
    victim = domain.account()
    assert ask(logon_of(settings(plugin, f"{victim.name}@{REALM}", "not the password"))).problem
    assert domain.attribute(victim.distinguished_name, "badPwdCount") == "1"
